/** The source of a rule in English words: packs write it short, "[P] domain 8" (packnames.py has the Chinese). Pure; tested. */

const TAGS = { P: "proposed here, to be confirmed", K: "custom of the trade, text not checked", V: "public source", S: "management paper", T: "exam item, answer not shown" } as const;

const TAG = /\[([PKVST])\s?(\d*)\]\s*/g;

/** Says tags and references in words; what else stands there stays as it is. */
export function sourceText(source: string): string {
  const tagged = source.replace(TAG, (_all, tag: keyof typeof TAGS, n: string) => `${TAGS[tag]}${n === "" ? "" : ` ${n}`};`);
  const referred = tagged.replace(/\bdomain (\d+(?:\.\d+)*)/g, "trade rules $1").replace(/\bissue (\d+(?:\.\d+)*)/g, "product requirement $1");
  return referred.replace(/;\s*;/g, ";").replace(/[;;,,\s]+$/, "").trim();
}
