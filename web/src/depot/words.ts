/** Texts of the depots' screen. */

import type { Words } from "../i18n";

const zh = {
  title: "班所",
  tabs: { week: "周申报", lists: "派工清单", notices: "清单变更", tasks: "网格任务", standing: "申报进度" },
  depot: "班所", monday: "所在周", thisWeek: "本周", nextWeek: "下周", dueAt: (at: string) => `申报截止 ${at}`, offDay: "休",
  teams: "队", visits: "户", line: "作业", half: "半日",
  cellTeams: (where: string) => `${where} 队伍数`, cellVisits: (where: string) => `${where} 户数`,
  booked: (booked: number, free: number) => `约 ${booked} 空 ${free}`, inherited: "沿用", missing: "▲ 未报",
  copy: "复制上周", copied: (n: number) => `已填入 ${n} 项,尚未保存`, nothingToCopy: "上周没有可复制的申报,或与本周相同", undo: "放弃修改",
  save: (n: number) => `试算并保存(${n} 项)`, template: "下载模板", upload: "导入表格", saved: "承载力已申报",
  effect: "保存后的影响", noVictims: "没有客户因此失去名额", victims: (n: number) => `▲ ${n} 户将失去名额`, reason: "原因", reasonNeeded: "有户失去名额,须填原因",
  victim: "客户", before: "原时段", after: "改到", moved: "自动改期", reoffered: "须联系改约", confirm: "确认申报",
  forecast: "预测", forecastOf: (day: string) => `${day} 预测`, expected: "预计", suggested: "建议", because: "依据", take: "采用", takeAll: "全部采用建议", noForecast: "该日尚无预测(每日下午预测次日)",
  errors: (n: string, weeks: number) => `近 ${weeks} 周平均误差 ${n} 户`,
  sheetTold: (rows: number, same: number, changed: number) => `共 ${rows} 行,${same} 行未变,${changed} 项申报`, sheetLost: (n: number) => `▲ ${n} 户失去名额`, sheetKept: "✓ 已导入", sheetDry: "检查通过,尚未导入",
  date: "日期", frozen: "冻结时间", draft: "草稿", note: "须核对", version: (n: number) => `第 ${n} 版`,
  persons: "人员", crew: "抢修队", hours: "出工", home: "回所", stops: (n: number) => `${n} 户`, drive: "行车", arrives: "预计到达", ends: "预计完成", promise: "承诺时段", customer: "户号", place: "地点与说明", outcome: "结果", urgent: "▲ 加急",
  withdrawn: "已撤出", gaveWay: "因抢修让路", errand: (no: string, until: string) => `被抽去抢修 ${no},预计 ${until} 结束`,
  name: "定人", named: "已定人", personsHint: "多人用顿号或空格隔开", fromAt: "出工时间", toAt: "收工时间",
  withdraw: "撤出", remove: "撤下", add: "加入", pin: "指定", unpin: "取消指定", team: "队伍", anyTeam: "由系统选绕路最少的队", pinned: "已指定", unpinned: "已取消指定", changedList: "清单已变更",
  pinCost: (extra: string) => `总代价增加 ${extra} 分钟行车`, pinLeft: (n: number) => `▲ 因此排不下 ${n} 户`,
  leftOut: "排不下的作业", helps: "怎样可以安排", pins: "指定", log: "变更记录", displaced: "改到其他半日的作业", mustCall: "▲ 须致电客户另约", noTeams: "没有队伍",
  pdf: "PDF", page: "打印页", excel: "Excel", map: "路线图", hideMap: "收起路线图",
  told: "告知时间", text: "内容", seen: "已确认", see: "确认知悉", seenDone: "已确认", alsoSeen: "含已确认的",
  kind: "种类", state: "状态", due: "期限", address: "地点", workMin: "用时(分)", why: "推荐原因", slack: "余量(分)", result: "结果", taken: "手上的任务", offers: "可接的任务", accept: "接受", decline: "谢绝", done: "完成", declineReason: "谢绝原因", resultAsk: "结果(勿填电话)", acceptedDone: "已接受", declinedDone: "已谢绝", doneDone: "已登记完成", withdrawnDone: "已撤销", withdrawTask: "撤销", chooseCrew: "抢修队", passedOver: "附近而不推荐的", importTasks: "导入任务表", tasksTold: (n: number) => `${n} 项任务`, area: "单位", madeAt: "建立时间",
  county: "县", declared: "已申报", inheritedN: "沿用", missingN: "未申报", open: "待处理", complete: "已报全", reminded: "提醒时间",
};

const en = {
  title: "Depot",
  tabs: { week: "Week", lists: "Work lists", notices: "Changes", tasks: "Grid tasks", standing: "Who declared" },
  depot: "Depot", monday: "Week of", thisWeek: "This week", nextWeek: "Next week", dueAt: (at: string) => `Declare before ${at}`, offDay: "off",
  teams: "teams", visits: "visits", line: "Work", half: "Half-day",
  cellTeams: (where: string) => `${where}: teams`, cellVisits: (where: string) => `${where}: visits`,
  booked: (booked: number, free: number) => `${booked} booked, ${free} free`, inherited: "copied", missing: "▲ missing",
  copy: "Copy last week", copied: (n: number) => `${n} cells filled, not saved yet`, nothingToCopy: "Last week has nothing to copy, or it is the same", undo: "Discard changes",
  save: (n: number) => `Try and save (${n})`, template: "Template", upload: "Bring in a sheet", saved: "Capacity declared",
  effect: "What saving would do", noVictims: "No customer loses his place", victims: (n: number) => `▲ ${n} customers lose their place`, reason: "Reason", reasonNeeded: "Customers lose their place: a reason is required",
  victim: "Customer", before: "Was", after: "Would be", moved: "moved by itself", reoffered: "must be called", confirm: "Declare",
  forecast: "Forecast", forecastOf: (day: string) => `Forecast for ${day}`, expected: "Expected", suggested: "Suggested", because: "Because", take: "Take", takeAll: "Take all suggestions", noForecast: "No forecast for this day yet (made each afternoon for the next day)",
  errors: (n: string, weeks: number) => `Mean error of ${weeks} weeks: ${n} visits`,
  sheetTold: (rows: number, same: number, changed: number) => `${rows} rows, ${same} unchanged, ${changed} declared`, sheetLost: (n: number) => `▲ ${n} customers lose their place`, sheetKept: "✓ brought in", sheetDry: "Checked, not brought in yet",
  date: "Day", frozen: "Frozen at", draft: "Draft", note: "To be checked", version: (n: number) => `version ${n}`,
  persons: "People", crew: "Crew", hours: "Hours", home: "Back at depot", stops: (n: number) => `${n} visits`, drive: "Drive", arrives: "Arrives", ends: "Ends", promise: "Promised", customer: "Account", place: "Place and text", outcome: "Outcome", urgent: "▲ urgent",
  withdrawn: "withdrawn", gaveWay: "gave way to repairs", errand: (no: string, until: string) => `away for repair ${no}, until about ${until}`,
  name: "Name people", named: "People are named", personsHint: "several with a space between", fromAt: "Begins", toAt: "Ends",
  withdraw: "Withdraw", remove: "Take off", add: "Put on", pin: "Pin", unpin: "Unpin", team: "Team", anyTeam: "the team with the least detour", pinned: "Pinned", unpinned: "Unpinned", changedList: "The list is changed",
  pinCost: (extra: string) => `costs ${extra} minutes of driving more`, pinLeft: (n: number) => `▲ ${n} visits no longer fit`,
  leftOut: "Visits that do not fit", helps: "What would help", pins: "Pins", log: "Changes", displaced: "Visits moved to another half-day", mustCall: "▲ the customer must be called", noTeams: "No teams",
  pdf: "PDF", page: "Print page", excel: "Excel", map: "Route map", hideMap: "Hide the map",
  told: "Told", text: "Text", seen: "Seen", see: "Acknowledge", seenDone: "Acknowledged", alsoSeen: "Also what is acknowledged",
  kind: "Kind", state: "State", due: "Due", address: "Place", workMin: "Minutes", why: "Why offered", slack: "Slack (min)", result: "Result", taken: "Task in hand", offers: "Tasks offered", accept: "Accept", decline: "Decline", done: "Done", declineReason: "Why declined", resultAsk: "Result (no telephone numbers)", acceptedDone: "Accepted", declinedDone: "Declined", doneDone: "Noted as done", withdrawnDone: "Withdrawn", withdrawTask: "Withdraw", chooseCrew: "Crew", passedOver: "Near, but not offered", importTasks: "Bring in tasks", tasksTold: (n: number) => `${n} tasks`, area: "Unit", madeAt: "Made",
  county: "County", declared: "Declared", inheritedN: "Copied", missingN: "Missing", open: "to do", complete: "complete", reminded: "Reminded",
};

export const depotWords: Words<typeof zh> = { zh, en };
