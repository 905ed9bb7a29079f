/** The source of a rule in words: packs write it short, "[P] domain 8" (rulepack.py). Pure; tested. */

const TAGS = {
  zh: { P: "本系统拟定,请贵单位核定", K: "行业通行做法,未核原文", V: "公开资料", S: "管理论文", T: "培训试题(答案未核)" },
  en: { P: "proposed here, to be confirmed", K: "custom of the trade, text not checked", V: "public source", S: "management paper", T: "exam item, answer not shown" },
} as const;

type Tongue = keyof typeof TAGS;
type Tag = keyof (typeof TAGS)["zh"];

const TAG = /\[([PKVST])\s?(\d*)\]\s*/g;
const SECTION = /\bdomain (\d+(?:\.\d+)*)/g;
const ISSUE = /\bissue (\d+(?:\.\d+)*)/g;

/** Says tags and references in words; what else stands there stays as it is. */
export function sourceText(source: string, tongue: Tongue): string {
  const tagged = source.replace(TAG, (_all, tag: Tag, n: string) => `${TAGS[tongue][tag]}${n === "" ? "" : ` ${n}`};`);
  const referred = tagged
    .replace(SECTION, (_all, n: string) => (tongue === "zh" ? `业务口径 ${n}` : `trade rules ${n}`))
    .replace(ISSUE, (_all, n: string) => (tongue === "zh" ? `产品要求 ${n}` : `product requirement ${n}`));
  return referred.replace(/;\s*;/g, ";").replace(/[;;,,\s]+$/, "").trim();
}
