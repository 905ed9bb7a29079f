/** Texts of the administrators' screen. */

import type { Words } from "../i18n";

const zh = {
  title: "管理",
  tabs: { accounts: "账号", areas: "区域与值班", gaps: "告知缺口", packs: "规则包", places: "地点导入", names: "学到的地名", arrivals: "学到的坐标", messages: "外呼消息", templates: "消息模板", health: "运行状况" },
  login: "登录名", name: "姓名", role: "角色", area: "辖区", crew: "班组", accountHint: "登录名或姓名", crewHint: "仅抢修人员,限所选单位的", active: "状态", enabled: "启用", disabled: "已停用", password: "密码", passwordHint: "不填则不改;新账号不填只能用令牌",
  create: "新建账号", change: "修改", disable: "停用", enable: "启用", tokens: "令牌", created: "账号已建立", changed: "账号已修改", disableSure: "停用后立即结束其全部登录和令牌。",
  tokenLabel: "用途", tokenDays: "有效天数", tokenMake: "发放令牌", tokenRevoke: "吊销", tokenMade: "令牌已发放", tokenRevoked: "令牌已吊销", tokenOnce: "▲ 令牌只在此处显示一次,请立即抄存;关闭后无法再查看", tokenCreated: "发放时间", tokenExpires: "到期时间", noTokens: "没有令牌", never: "不过期", copy: "复制", copied: "已复制",
  areaName: "区域", code: "编码", level: "级别", parent: "上级", seat: "驻地坐标", approximate: "边界为推算", contacts: "值班联系人", addressee: "告知对象", phone: "电话", add: "增加一人", drop: "删除", contactsDone: "值班联系人已保存", contactsHint: "没有登记的告知对象由上级单位的联系人接收", filter: "按名称或编码查找",
  pack: "规则包", current: "现行", compare: "对比", none: "不对比", only: "只看不同", item: "项目", value: "值", unit: "单位", source: "依据", other: (key: string) => `${key} 的值`, search: "查找项目、值或依据", differs: "▲ 不同", digest: "内容摘要",
  template: "下载模板", importPlaces: "导入地点档案", crs: "坐标系", skipBad: "跳过有误的行,导入其余", importDry: "检查通过,尚未导入", imported: "✓ 已导入", importTold: (rows: number, added: number, changed: number, same: number) => `共 ${rows} 行:新增 ${added},更新 ${changed},未变 ${same}`, faultsN: (n: number) => `▲ 有误 ${n} 处,这些行不导入`, notesN: (n: number) => `▲ 可疑 ${n} 处,请核对`, importHint: "CSV 或 XLSX;同编码的行更新,不删除已有地点;全部正确才导入,除非选择跳过有误的行。",
  said: "客户的叫法", meant: "所指地点", onMap: "地图上的位置", times: "次数", by: "学自", first: "首次", last: "最近", namedBy: "确认人", used: "用于匹配", undone: "已撤销", undo: "撤销", undoneDone: "已撤销", undoSure: "撤销后不再用于匹配,记录保留。",
  place: "地点编码", ticket: "工单", ticketHint: (least: number) => `工单编号,全号或其中 ${least} 位以上`, crewId: "班组", at: "时间", spot: "坐标", accuracy: "误差(米)", undoAll: "撤销该地点全部", undoOne: "撤销这一次",
  occasion: "事由", medium: "方式", to: "号码", state: "状态", attempts: "发送次数", next: "下次发送", error: "最近错误", createdAt: "生成", sentAt: "发出", delivered: "送达", expires: "作废", urgent: "免打扰时段也发", requeue: "重发", requeued: "已重新排队",
  ready: "可以服务", notReady: "尚不能服务", part: "部件", said2: "现状", ok: "正常", notOk: "异常", ping: "每 10 秒检查一次", database: "数据库", feed: "实时推送", fleet: "队伍", messages: "消息发送", planner: "滚动计划", areas: "区域",
};

const en = {
  title: "Administration",
  tabs: { accounts: "Accounts", areas: "Areas and duty", gaps: "Nobody to tell", packs: "Rule packs", places: "Bring in places", names: "Learned names", arrivals: "Learned positions", messages: "Messages", templates: "Message texts", health: "Health" },
  login: "Login", name: "Name", role: "Role", area: "Area", crew: "Crew", accountHint: "login or name", crewHint: "only for crews, of the unit chosen", active: "State", enabled: "active", disabled: "disabled", password: "Password", passwordHint: "empty: stays; a new account without one enters by token only",
  create: "New account", change: "Change", disable: "Disable", enable: "Enable", tokens: "Tokens", created: "The account is made", changed: "The account is changed", disableSure: "All its sessions and tokens end at once.",
  tokenLabel: "What for", tokenDays: "Days", tokenMake: "Make a token", tokenRevoke: "Revoke", tokenMade: "The token is made", tokenRevoked: "The token is revoked", tokenOnce: "▲ The token is shown only here and now; copy it, it cannot be seen again", tokenCreated: "Made", tokenExpires: "Expires", noTokens: "No tokens", never: "never", copy: "Copy", copied: "Copied",
  areaName: "Area", code: "Code", level: "Level", parent: "Above", seat: "Seat", approximate: "border is estimated", contacts: "Duty contacts", addressee: "Who is told", phone: "Telephone", add: "Add one", drop: "Remove", contactsDone: "Duty contacts saved", contactsHint: "Who is not entered here is told through the area above", filter: "Name or code",
  pack: "Pack", current: "in force", compare: "Compare with", none: "nothing", only: "Only what differs", item: "Item", value: "Value", unit: "Unit", source: "Source", other: (key: string) => `Value in ${key}`, search: "Item, value or source", differs: "▲ differs", digest: "Digest",
  template: "Template", importPlaces: "Bring in places", crs: "Coordinates", skipBad: "Leave wrong rows out, bring in the others", importDry: "Checked, not brought in yet", imported: "✓ brought in", importTold: (rows: number, added: number, changed: number, same: number) => `${rows} rows: ${added} new, ${changed} changed, ${same} the same`, faultsN: (n: number) => `▲ ${n} faults, these rows are left out`, notesN: (n: number) => `▲ ${n} doubtful cells, please check`, importHint: "CSV or XLSX. Rows with a known code are brought up to date, nothing is removed; all rows or none, unless wrong rows are left out.",
  said: "As people say", meant: "Place meant", onMap: "a point on the map", times: "Times", by: "Learned from", first: "First", last: "Last", namedBy: "Confirmed by", used: "In use", undone: "undone", undo: "Undo", undoneDone: "Undone", undoSure: "It is no longer used; the record stays.",
  place: "Place", ticket: "Ticket", ticketHint: (least: number) => `its number, whole or ${least} signs of it`, crewId: "Crew", at: "At", spot: "Position", accuracy: "Accuracy (m)", undoAll: "Undo all of the place", undoOne: "Undo this one",
  occasion: "Occasion", medium: "By", to: "Number", state: "State", attempts: "Attempts", next: "Next", error: "Last error", createdAt: "Made", sentAt: "Sent", delivered: "Delivered", expires: "Expires", urgent: "also in quiet hours", requeue: "Send again", requeued: "Queued again",
  ready: "Ready", notReady: "Not ready", part: "Part", said2: "State", ok: "OK", notOk: "wrong", ping: "Checked every 10 seconds", database: "Database", feed: "Live feed", fleet: "Crews", messages: "Messages", planner: "Rolling plan", areas: "Areas",
};

export const adminWords: Words<typeof zh> = { zh, en };
