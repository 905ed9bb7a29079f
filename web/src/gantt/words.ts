/** Texts of the Gantt. */

import type { Words } from "../i18n";

const zh = {
  name: "班组甘特图",
  incidents: "故障点甘特图",
  kinds: { travel: "在途", work: "作业", booked: "预约", planned: "计划" },
  late: "超时",
  now: "现在",
  narrower: "放大时间轴",
  wider: "缩小时间轴",
  back: "前移",
  forth: "后移",
  follow: "回到现在",
  capacity: (booked: number, declared: number) => `承载力 ${booked}/${declared}`,
  noCapacity: "未申报承载力",
  jobs: (n: number) => `在手 ${n}`,
  states: { free: "空闲", busy: "作业", off_shift: "不在班", inactive: "停用" },
  lent: "外县",
  bar: (kind: string, what: string, crew: string, from: string, to: string, late: string) => `${crew} ${kind} ${what} ${from}–${to}${late}`,
  drop: (crew: string) => `改派给 ${crew}`,
  pin: (crew: string) => `指定 ${crew}`,
  judging: "正在试算……",
  same: "就是这支班组",
  unknown: "不在候选班组中(技能、班次或借调不符,或太远),提交时由系统判断",
  none: "没有班组",
  hint: "拖动在途条到其他班组可改派;键盘:R 后按班组序号",
};

const en = {
  name: "Crews' day",
  incidents: "Fault points",
  kinds: { travel: "on the way", work: "at work", booked: "booked", planned: "planned" },
  late: "late",
  now: "now",
  narrower: "Shorter stretch",
  wider: "Longer stretch",
  back: "Earlier",
  forth: "Later",
  follow: "Back to now",
  capacity: (booked: number, declared: number) => `capacity ${booked}/${declared}`,
  noCapacity: "not declared",
  jobs: (n: number) => `${n} jobs`,
  states: { free: "free", busy: "at work", off_shift: "off shift", inactive: "inactive" },
  lent: "lent",
  bar: (kind: string, what: string, crew: string, from: string, to: string, late: string) => `${crew} ${kind} ${what} ${from}–${to}${late}`,
  drop: (crew: string) => `Reassign to ${crew}`,
  pin: (crew: string) => `Pin ${crew}`,
  judging: "Trying it out …",
  same: "This is the crew it has",
  unknown: "Not among the candidates (skill, shift or lending, or too far); the server decides when you send it",
  none: "No crews",
  hint: "Drag a bar on the way onto another crew to reassign; by keys: R, then the crew's number",
};

export const ganttWords: Words<typeof zh> = { zh, en };
