/** How long a text is: in signs, without the blanks around it, as the server counts. Pure; tested with the forms. */

export function signs(text: string): number {
  return [...text.trim()].length;
}

/** By how many signs a text is longer than it may be. */
export function over(text: string, most: number): number {
  return Math.max(0, signs(text) - most);
}
