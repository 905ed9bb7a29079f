/** Texts of the supervisors' screen. */

import type { Words } from "../i18n";

const zh = {
  title: "督办催办",
  queueHint: "工单编号、地址、单位", orderHint: "督办单号、工单编号、地址、单位",
  tabs: { orders: "督办单", warnings: "预警", chased: "催办", escalated: "升级", suspended: "挂起", contacts: "告知缺口", storm: "抗灾快报", disasters: "灾害报告", weather: "恶劣天气令", modes: "派工模式", lending: "借调", reserves: "保底队伍" },
  no: "督办单号", ticket: "工单", area: "单位", stage: "环节", state: "状态", level: "级别", reason: "事由", addressee: "承办人", copies: "抄送",
  issued: "签发时间", issuedBy: "签发人", due: "答复期限", answered: "答复时间", answer: "答复内容", cleared: "消除时间", lateAnswer: "逾期答复",
  doAnswer: "答复", doClear: "消除", answerText: "答复内容", clearText: "消除说明", answerDone: "督办已答复", clearDone: "督办已消除",
  since: "录入时间自", leastLevel: "级别不低于", at: "应发生时间", entered: "记录时间", by: "由谁", kind: "类别", what: "内容",
  chased: "催办次数", chases: "催办对象", escalatedLevel: "升级级别", suspendReason: "挂起原因", suspendedUntil: "挂起至", suspendedAt: "挂起时间",
  supervise: "督办", escalate: "升级", chase: "催办", resume: "解除挂起", text: "情况说明", supervised: "已督办", escalated: "已升级", chasedDone: "已催办", resumed: "已解除挂起",
  missing: "通知不到的对象", depots: "没有班所长联系人的班所", crews: "没有电话的队伍数",
  atHour: "数字截至", begun: "开始时间", told: "发给号码数", figures: "数据",
  reported: "受理", open: "在办", working: "抢修中", waiting: "待派", restored: "已复电", overdue: "超时", crewsN: "队伍", p90: "到场 P90(分)",
  cause: "起因", reportKind: "种类", dueAt: "应报时间", sentAt: "报送时间", sentBy: "报送人", onlyDue: "只看未报送", send: "查看与报送", sendNow: "登记已报送", reportText: "报送文字", sentDone: "已登记报送", overdueMark: "✖ 超时未报",
  fromAt: "开始", toAt: "结束(不含)", orderText: "全文", issuer: "签发", revoke: "撤销", revokedAt: "撤销时间", issue: "发布恶劣天气令", issuedDone: "恶劣天气令已发布", revokedDone: "已撤销", inForce: "只看现行有效", revokeSure: "撤销后,此前已覆盖的时段仍然有效。",
  mode: "模式", setBy: "设置人", setAt: "设置时间", until: "到时恢复", auto: "允许自动进入抗灾抢修", proposal: "系统建议", propose: (mode: string, open: number, crews: number) => `▲ 建议进入${mode}:待处理 ${open} 件,在班 ${crews} 队`,
  switchMode: "切换", tryMode: "试算", modeTo: "切换到", modeReason: "切换原因", modeDone: "派工模式已切换", modeHint: "缺省按规则包最长时间", dryRun: "切换将带来的变化", dryNothing: "没有工单或预约因此变动",
  dryDispatched: (n: number) => `由系统派工的工单 ${n} 件`, dryStopped: (n: number) => `改为人工派工的工单 ${n} 件`, dryCallbacks: (n: number) => `回访方式改变的工单 ${n} 件`, dryBooked: (n: number) => `将让路的预约作业 ${n} 户`, dryGrouped: (n: number) => `按故障点合并的督办 ${n} 组`,
  history: "切换记录", noHistory: "没有切换过", computing: "正在试算……", close: "关闭",
  lender: "出借单位", borrower: "借入单位", grantKind: "种类", most: "最多几支", skill: "限定技能", approvedBy: "批准人", grantedBy: "登记人", belowReserve: "可动用保底队伍(仅省级调令)", grant: "登记借调", grantDone: "借调已登记", grantRevoked: "借调已撤销", unlimited: "不限",
  reserve: "保底队伍数", byPack: "按规则包比例", setReserve: "设置", reserveDone: "保底队伍数已设置", reserveReason: "原因",
};

const en = {
  title: "Supervision",
  queueHint: "ticket, address or unit", orderHint: "order, ticket, address or unit",
  tabs: { orders: "Orders", warnings: "Warnings", chased: "Chased", escalated: "Escalated", suspended: "Suspended", contacts: "Nobody to tell", storm: "Storm reports", disasters: "Disaster reports", weather: "Weather orders", modes: "Modes", lending: "Lending", reserves: "Reserves" },
  no: "Order no.", ticket: "Ticket", area: "Unit", stage: "Stage", state: "State", level: "Level", reason: "Reason", addressee: "Addressee", copies: "Copies",
  issued: "Issued", issuedBy: "Issued by", due: "Answer due", answered: "Answered", answer: "Answer", cleared: "Cleared", lateAnswer: "answered late",
  doAnswer: "Answer", doClear: "Clear", answerText: "Answer", clearText: "Why it is cleared", answerDone: "The order is answered", clearDone: "The order is cleared",
  since: "Entered since", leastLevel: "Level at least", at: "Should have been", entered: "Entered", by: "By", kind: "Kind", what: "What",
  chased: "Times chased", chases: "Whom", escalatedLevel: "Escalated to", suspendReason: "Suspended because", suspendedUntil: "Suspended until", suspendedAt: "Suspended at",
  supervise: "Supervise", escalate: "Escalate", chase: "Chase", resume: "Resume", text: "What about it", supervised: "Order issued", escalated: "Escalated", chasedDone: "Chased", resumed: "Resumed",
  missing: "Who cannot be told", depots: "Depots without a leader's contact", crews: "Crews without a telephone",
  atHour: "Figures of", begun: "Begun", told: "Numbers told", figures: "Figures",
  reported: "Reported", open: "Open", working: "In repair", waiting: "Waiting", restored: "Restored", overdue: "Overdue", crewsN: "Crews", p90: "Arrival P90 (min)",
  cause: "Cause", reportKind: "Kind", dueAt: "Due", sentAt: "Sent", sentBy: "Sent by", onlyDue: "Only those not sent", send: "Read and send", sendNow: "Note as sent", reportText: "Text that was sent", sentDone: "Noted as sent", overdueMark: "✖ overdue",
  fromAt: "From", toAt: "Until (not included)", orderText: "Full text", issuer: "Issued by", revoke: "Revoke", revokedAt: "Revoked", issue: "Issue a weather order", issuedDone: "The weather order is issued", revokedDone: "Revoked", inForce: "Only those in force", revokeSure: "What it covered until now stays covered.",
  mode: "Mode", setBy: "Set by", setAt: "Set at", until: "Ends by itself", auto: "The machine may enter storm mode", proposal: "Proposal", propose: (mode: string, open: number, crews: number) => `▲ ${mode} proposed: ${open} waiting, ${crews} crews on duty`,
  switchMode: "Switch", tryMode: "Try", modeTo: "Switch to", modeReason: "Why", modeDone: "The mode is switched", modeHint: "if empty, the longest that the pack allows", dryRun: "What the switch would change", dryNothing: "No ticket and no booking would be touched",
  dryDispatched: (n: number) => `${n} tickets would be dispatched by the machine`, dryStopped: (n: number) => `${n} tickets would go back to people`, dryCallbacks: (n: number) => `${n} tickets would be called back another way`, dryBooked: (n: number) => `${n} booked visits would give way`, dryGrouped: (n: number) => `${n} groups of orders would be joined by fault`,
  history: "Switches", noHistory: "Never switched", computing: "Trying …", close: "Close",
  lender: "Lender", borrower: "Borrower", grantKind: "Kind", most: "Crews at most", skill: "Only with skill", approvedBy: "Approved by", grantedBy: "Entered by", belowReserve: "May take reserved crews (orders only)", grant: "Enter a lending", grantDone: "The lending is entered", grantRevoked: "The lending is revoked", unlimited: "no limit",
  reserve: "Crews kept", byPack: "share by the pack", setReserve: "Set", reserveDone: "The reserve is set", reserveReason: "Why",
};

export const supervisionWords: Words<typeof zh> = { zh, en };
