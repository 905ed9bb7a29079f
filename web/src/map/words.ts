/** Texts of the maps. */

import type { Words } from "../i18n";

const zh = {
  map: "地图",
  about: (waiting: number, working: number, crews: number) => `地图:待派 ${waiting} 单,在办 ${working} 单,队伍 ${crews} 支;相同内容见列表`,
  keys: "方向键平移,加减号缩放,Home 回到本辖区",
  closer: "放大",
  farther: "缩小",
  home: "回到本辖区",
  legend: "图例",
  waiting: "待派工单",
  working: "在办工单",
  marks: "▲ 将到时限 / ✖ 已超时(图形上方双杠 / 叉)",
  crewsBy: { free: "空闲队伍", en_route: "在途", on_site: "现场作业", off: "不在班" },
  stale: "空心:位置较旧",
  offers: "虚线 1–3:推荐队伍",
  closures: (n: number, hidden: number) => `红色虚线:道路封闭 ${n} 处${hidden > 0 ? `(另 ${hidden} 处按路名登记,图上不显示)` : ""}`,
  hulls: "虚线边界:按班所位置估画,未导入正式边界",
  approximate: "边界为推算,仅供示意",
  unlocated: (n: number) => `▲ 未定位 ${n} 单`,
  unlocatedHint: "这些工单没有可用坐标,图上不显示;点击选中第一单",
  crew: {
    position: (age: string) => `位置 ${age} 前`,
    noAge: "位置时间不详",
    job: "正在处理的工单",
    assign: "派给该队伍",
    pickFirst: "先选中一个待派工单",
    close: "关闭",
  },
  minutes: (n: number) => (n < 1 ? "1 分钟内" : n < 60 ? `${n} 分钟` : `${Math.floor(n / 60)} 小时`),
};

const en = {
  map: "Map",
  about: (waiting: number, working: number, crews: number) => `Map: ${waiting} tickets waiting, ${working} in work, ${crews} crews; the lists say the same`,
  keys: "Arrow keys move, plus and minus zoom, Home returns to your area",
  closer: "Zoom in",
  farther: "Zoom out",
  home: "Back to your area",
  legend: "Legend",
  waiting: "Waiting for a crew",
  working: "In work",
  marks: "Two bars / cross above a sign: limit is near / broken",
  crewsBy: { free: "Free crew", en_route: "On the way", on_site: "On site", off: "Off duty" },
  stale: "Outline only: old position",
  offers: "Dashed lines 1–3: proposed crews",
  closures: (n: number, hidden: number) => `Red dashes: ${n} road closures${hidden > 0 ? ` (${hidden} more by name only, not drawn)` : ""}`,
  hulls: "Dashed borders are guessed from depots: no borders were imported",
  approximate: "Borders are approximate",
  unlocated: (n: number) => `▲ ${n} without a place`,
  unlocatedHint: "These tickets have no usable coordinates and are not on the map; click selects the first",
  crew: {
    position: (age: string) => `position ${age} old`,
    noAge: "age of position unknown",
    job: "Its ticket",
    assign: "Assign to this crew",
    pickFirst: "Select a waiting ticket first",
    close: "Close",
  },
  minutes: (n: number) => (n < 1 ? "under a minute" : n < 60 ? `${n} min` : `${Math.floor(n / 60)} h`),
};

export const mapWords: Words<typeof zh> = { zh, en };
