/** Something put into a text where the cursor stands, in the place of what is chosen. Pure; tested. */

export interface Inserted {
  text: string;
  cursor: number; // behind what was put in
}

export function inserted(text: string, piece: string, start: number, end: number): Inserted {
  return { text: text.slice(0, start) + piece + text.slice(end), cursor: start + piece.length };
}
