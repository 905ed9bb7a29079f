/** First letters of the pinyin of 汉字, read off the browser's own pinyin order: no table of signs has to be loaded. */

const LETTERS = "abcdefghjklmnopqrstwxyz";
const FIRST = "阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥仨它穵夕丫帀"; // the first sign of each letter in that order
const HAN = /^[\u4e00-\u9fff]$/;
/** Signs of names of places that are read in another way than the order has them. */
const ALSO: Readonly<Record<string, string>> = { 乐: "y", 长: "c", 单: "s", 厦: "x", 会: "k", 堡: "p", 柏: "b" };

const order = new Intl.Collator("zh-Hans-CN-u-co-pinyin");

function lettersOf(sign: string): string {
  if (!HAN.test(sign)) return sign.toLowerCase();
  let found = "";
  for (let n = 0; n < LETTERS.length; n += 1) {
    if (order.compare(sign, FIRST.charAt(n)) < 0) break;
    found = LETTERS.charAt(n);
  }
  return found + (ALSO[sign] ?? "");
}

/** Tells whether the typed letters are the first ones of the name's signs: "yqs" of 乐清市. */
export function beginsWith(name: string, typed: string): boolean {
  const signs = [...name];
  return typed.length <= signs.length && [...typed.toLowerCase()].every((letter, n) => lettersOf(signs[n] ?? "").includes(letter));
}
