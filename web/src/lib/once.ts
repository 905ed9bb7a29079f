/** Names for requests, so that a repeat is the same request (the header `Idempotency-Key`). */

/** A name nobody has used; also where the page is not served over HTTPS and `randomUUID` is missing. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
