/** Telephone numbers as the server reads them. A number is never part of an address (URL): it goes into bodies only. */

const NUMBER = /^\+?[0-9](?:[ -]*[0-9]){2,18}$/;
const MOBILE = /^1[3-9]\d{9}$/;
const MOBILE_BEGUN = /^(?:\+?86)?1[3-9]\d{2,8}$/;
const LANDLINE = /^\+?0\d{9,12}$/;
const LANDLINE_BEGUN = /^\+?0\d{2,}$/;

/** Full-width digits, as Chinese input methods write them, are digits. */
export function dialled(text: string): string {
  return text.normalize("NFKC").trim();
}

export function isNumber(text: string): boolean {
  return NUMBER.test(dialled(text));
}

/** Digits alone, a Chinese mobile number without its country code. */
export function plain(text: string): string {
  const digits = dialled(text).replace(/\D/g, "");
  const national = digits.replace(/^00/, "").replace(/^86/, "").replace(/^0/, "");
  return MOBILE.test(national) ? national : digits;
}

/** As tickets show it: to be recognised, not to be dialled. */
export function masked(text: string): string {
  const digits = plain(text);
  return digits.length >= 9 ? `${digits.slice(0, 3)}****${digits.slice(-4)}` : `****${digits.slice(-2)}`;
}

/** How what stands in the field of the address is looked up: as a telephone, as a place, or not yet. */
export function searchedAs(text: string): "phone" | "place" | "nothing" {
  const said = dialled(text);
  if (said === "") return "nothing";
  const digits = said.replace(/[ -]/g, "");
  if (MOBILE.test(plain(said)) || LANDLINE.test(digits)) return "phone";
  return MOBILE_BEGUN.test(digits) || LANDLINE_BEGUN.test(digits) ? "nothing" : "place";
}
