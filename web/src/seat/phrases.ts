/** Phrases for the notes: "/1" becomes the first. They go onto the ticket, whose language is Chinese. */

export const PHRASES: readonly string[] = [
  "家中全部无电,邻居有电",
  "家中和邻居均无电",
  "部分房间无电",
  "总开关跳闸,合不上",
  "电压忽高忽低,灯光闪烁",
  "有烧焦气味或打火",
  "有老人或病人在家,请尽快",
  "客户在现场等候,到达前请电话联系",
];

const CALLED = /(^|[^\dA-Za-z/])\/([1-8])$/; // "1/2" is a fraction, "//1" an address

/** What stands before the caret, with the phrase in place of its call; null where none is called. */
export function spelledOut(before: string): string | null {
  const called = CALLED.exec(before);
  const phrase = PHRASES[Number(called?.[2]) - 1];
  if (called === null || phrase === undefined) return null;
  const kept = before.slice(0, called.index) + (called[1] ?? "");
  const joined = kept.trimEnd();
  return joined === "" || /[,。;、!?,.;!?]$/.test(joined) ? joined + phrase : `${joined};${phrase}`;
}
