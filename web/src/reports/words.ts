/** Texts of the reports' screen. */

import type { Words } from "../i18n";

const zh = {
  title: "报表",
  tabs: { indices: "抢修指标", visits: "预约指标", files: "日报周报", ledger: "跨界台账", lines: "台账明细" },
  area: "辖区", from: "起", to: "止(不含)", fromDay: "首日", toDay: "末日(含)", date: "日期",
  name: "指标", value: "值", formula: "算法", numerator: "分子", denominator: "分母", p50: "P50", p90: "P90", population: "统计范围", start: "起点", parts: "分项", reason: "不能计算的原因",
  over: (numerator: string, denominator: string, value: string) => `${numerator} ÷ ${denominator} = ${value}`,
  source: "依据", county: "县", whole: "合计",
  daily: "日报", weekly: "周报", weeklyHint: "所选日期所在的周,周一至周日", excel: "Excel", word: "Word", page: "网页", filesHint: "按所选辖区与日期(北京时间)生成;与列表同权限,导出留痕",
  month: "月份", dispatches: "派工次数", borrowed: "借入", lent: "出借", balance: "结余", saved: "本县客户早到", savedKm: "少行", given: "使外县客户早到", givenKm: "少行(外县)", unknown: "不能比较", lender: "出借县", borrower: "借入县", n: "次数", pairs: "谁借给谁",
  ticket: "工单", crew: "班组", at: "派出", eta: "预计行程", distance: "路程", ownCrew: "原辖区规则班组", ownEta: "其行程", ownWaits: "须等其完工", basis: "依据", why: "选派原因", lentBy: "借调依据", across: "只看跨县", lentWays: { standing: "常设互助", storm: "抗灾抢修", override: "具名批准" },
  balanceFormula: "结余 = 出借 − 借入;早到 = 原辖区规则班组的预计到达 − 实派班组的预计到达",
};

const en = {
  title: "Reports",
  tabs: { indices: "Repair indices", visits: "Visit indices", files: "Daily and weekly", ledger: "Ledger of borders", lines: "Ledger lines" },
  area: "Area", from: "From", to: "Until (not included)", fromDay: "First day", toDay: "Last day", date: "Day",
  name: "Index", value: "Value", formula: "How", numerator: "Numerator", denominator: "Denominator", p50: "P50", p90: "P90", population: "Of what", start: "From when", parts: "Parts", reason: "Why it cannot be computed",
  over: (numerator: string, denominator: string, value: string) => `${numerator} ÷ ${denominator} = ${value}`,
  source: "Source", county: "County", whole: "All",
  daily: "Daily report", weekly: "Weekly report", weeklyHint: "of the week of the chosen day, Monday to Sunday", excel: "Excel", word: "Word", page: "Page", filesHint: "Of the chosen area and day (China time); with the rights of the lists, kept in the audit",
  month: "Month", dispatches: "Dispatches", borrowed: "Borrowed", lent: "Lent", balance: "Balance", saved: "Own customers sooner", savedKm: "Shorter", given: "Others' customers sooner", givenKm: "Shorter (others)", unknown: "Not comparable", lender: "Lender", borrower: "Borrower", n: "Times", pairs: "Who lent to whom",
  ticket: "Ticket", crew: "Crew", at: "Sent", eta: "Drive", distance: "Way", ownCrew: "Crew of the old rule", ownEta: "Its drive", ownWaits: "It would finish a job first", basis: "Basis", why: "Why this crew", lentBy: "Lent by", across: "Only across borders", lentWays: { standing: "standing rule", storm: "storm mode", override: "approved by name" },
  balanceFormula: "Balance = lent − borrowed; sooner = arrival of the old rule's crew − arrival of the crew that was sent",
};

export const reportWords: Words<typeof zh> = { zh, en };
