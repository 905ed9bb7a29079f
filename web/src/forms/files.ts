/** A file that was chosen, as the server takes it: Base64 in the body. */

const CHUNK = 0x8000;

export async function base64Of(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text);
}

export interface RowFault {
  row: number;
  column: string;
  message: string;
}

/** The wrong rows that a refusal lists (`details.rows`). */
export function faultsOf(details: Readonly<Record<string, unknown>>): RowFault[] {
  const { rows } = details;
  if (!Array.isArray(rows)) return [];
  return (rows as unknown[]).filter((row): row is RowFault => typeof row === "object" && row !== null && "row" in row && "message" in row);
}
