/** Texts of the auditors' screen. */

import type { Words } from "../i18n";

const zh = {
  title: "回单审核",
  tabs: { audits: "待审回单", reports: "待裁定汇报", judged: "评价与申诉", templates: "消息模板" },
  queue: (n: number) => `待审 ${n} 件`, nothing: "没有待审的回单",
  doubtful: "现场汇报存疑", rejectedN: (n: number) => `已退 ${n} 次`, trust: (text: string) => `可信度 ${text}`,
  reply: "回单", reports: "现场汇报", evidence: "核查与证据", defects: "自检问题", noDefects: "自检没有发现问题", findings: "真实性核查",
  pass: "通过,转回访", reject: "退回", passed: "已通过,转回访", rejected: "已退回", rejectTitle: "退回回单", rejectWhich: "退回的问题", rejectOther: "其他问题", rejectNone: "请至少选择或填写一项",
  replied: (who: string, at: string) => `${who} ${at} 回单`, remedy: "应当",
  noReports: "没有现场汇报", said: "汇报内容", away: (m: string) => `距报修地点 ${m}`, clock: (at: string, server: string) => `所报 ${at} · 收到 ${server}`,
  crew: "班组", kind: "步骤", outcome: "处理结果", reason: "原因", area: "单位", at: "所报时间", server: "收到时间", source: "来源", decided: "裁定", ticket: "工单",
  decide: "裁定", accept: "采纳", refuse: "驳回", basis: "裁定依据", how: "裁定结果", decidedDone: "已裁定", position: "位置",
  ended: "办结时间", ending: "办结方式", score: "得分", breaches: "违约项", breach: "违约项", period: "办结于", from: "起", to: "止(不含)",
  steps: { "crew-accept": "班组接单", "crew-reject": "班组拒单", depart: "出发", arrive: "到达现场", locate: "故障点确认", "start-repair": "开始抢修", progress: "进展汇报", restore: "复电" },
  appealDecide: "裁定申诉", granted: "成立的违约项(不选即维持原评价)", appealDone: "申诉已裁定", ground: "依据",
};

const en = {
  title: "Reply audit",
  tabs: { audits: "Replies to audit", reports: "Reports to decide", judged: "Judgements and appeals", templates: "Message texts" },
  queue: (n: number) => `${n} wait`, nothing: "No replies wait",
  doubtful: "doubtful reports", rejectedN: (n: number) => `rejected ${n} times`, trust: (text: string) => `trust ${text}`,
  reply: "Reply", reports: "Field reports", evidence: "Checks and evidence", defects: "Defects found by itself", noDefects: "The form finds no defects", findings: "Checks of truth",
  pass: "Pass on to call-back", reject: "Reject", passed: "Passed on to call-back", rejected: "Rejected", rejectTitle: "Reject the reply", rejectWhich: "What is wrong", rejectOther: "Anything else", rejectNone: "Choose or write at least one",
  replied: (who: string, at: string) => `replied by ${who}, ${at}`, remedy: "should be",
  noReports: "No field reports", said: "What was said", away: (m: string) => `${m} from the place of the fault`, clock: (at: string, server: string) => `claimed ${at} · received ${server}`,
  crew: "Crew", kind: "Step", outcome: "Outcome", reason: "Reason", area: "Unit", at: "Claimed", server: "Received", source: "Source", decided: "Decision", ticket: "Ticket",
  decide: "Decide", accept: "Accept", refuse: "Reject", basis: "Grounds", how: "Decision", decidedDone: "Decided", position: "Position",
  ended: "Ended", ending: "How", score: "Score", breaches: "Breaches", breach: "Breach", period: "Ended", from: "From", to: "Until (not included)",
  steps: { "crew-accept": "Accept", "crew-reject": "Reject", depart: "Depart", arrive: "Arrive", locate: "Locate", "start-repair": "Start repair", progress: "Progress", restore: "Restore" },
  appealDecide: "Decide the appeal", granted: "Breaches that are excused (none: upheld)", appealDone: "The appeal is decided", ground: "Grounds",
};

export const auditWords: Words<typeof zh> = { zh, en };

/** What a step that a crew reports is called. */
export function stepName(steps: Readonly<Record<string, string>>, kind: string): string {
  return steps[kind.replaceAll("_", "-")] ?? kind;
}
