/** What the items of a rule pack are called in Chinese, word by word of their path; and its units. */

const NAMES: Readonly<Record<string, string>> = {
  arrive: "到达现场", urban: "城区", rural: "农村", remote: "特殊边远", submit_after_call: "通话后派发", accept_or_return: "接单或退单", dispatch: "派工", non_site_contact: "免到场联系客户",
  contact_customer: "联系客户", ev_charger_arrive: "充电桩到场", arrival_entry: "到场补录", etr_after_located: "预计复电上报", long_job_threshold: "长时抢修起算", long_job_report_every: "长时抢修汇报间隔", finish_report: "完工汇报",
  reply_after_finish: "回单", restore_after_arrival: "到场后修复", callback: "回访", callback_quiet: "回访免打扰", callback_attempts: "回访次数", chase_forward: "催办下发", arrears_reconnect: "欠费复电", excused_by: "可说明的原因",
  outage_fact_entry: "停电事实录入", outage_etr_entry: "停电复电录入", outage_notify_customer: "通知客户", complaint_major_to_province: "重大投诉报省", complaint_major_to_city: "重大投诉报市", complaint_reply: "投诉答复",
  planned_outage_notice: "计划停电公告", temporary_outage_notice: "临时停电公告", population: "人口", radius: "半径", remote_from: "边远起算距离", county_within: "县内距离", shore: "海岸距离", crew_within: "班组距离",
  speed: "车速", detour: "绕行系数", reach: "派工范围", reach_per_waited: "每等待扩大范围", position_stale: "位置过时", crew_queue_max: "在手工单上限", repair: "修复用时", repair_by_category: "各类修复用时",
  hv: "高压", lv: "低压", pq: "电能质量", meter: "计量", cust: "客户内部", nonpower: "非电力", ev: "充电设施", overrun: "超出用时", hazard: "危险", life_support: "生命支持", important: "重要用户", urgent: "紧急", sensitive: "敏感用户",
  waited: "已等待", waited_cap: "等待封顶", levels: "级别", share: "已用时限比例", tell: "告知对象", appointment: "约时", before_1: "前一级", before_2: "前二级", after_4: "后四级", chase_cool_down: "催办冷却", contacts_escalate: "来电升级次数",
  answer_due: "督办答复期限", suspend_max: "挂起最长", suspend_times: "挂起次数", suspend_total: "挂起合计", raise_cool_down: "升级冷却", important_arrive: "重要用户到场", important_tell: "重要用户告知", window: "时间窗", matter_radius: "同一故障半径",
  repeat_within: "重复报修期限", late_max: "补报期限", clock_ahead: "手机时钟超前", same_fact: "同一事实", arrival_radius: "到场半径", dwell: "停留时间", speed_max: "最高车速", voltage_within: "电压核对时间", same_text: "雷同比例", same_text_window: "雷同比对期间",
  trusted_from: "可信起点", failed_check: "核查不通过扣分", crew_reads: "班组可看期限", causes: "原因", record_words: "记录用语", answers: "答复要点", low_voltage: "低电压", meter_fault: "电表故障", ev_charger: "充电桩", line_down: "线路断落", vague: "含糊用语",
  informal: "口语", unreached: "未联系上", reached: "已联系上", facts_least: "最少事实", repeat_facts: "重复报修事实", survey_wait: "调查等待", attempt_every: "重拨间隔", call_held: "通话占用", reopen: "重开期限", first_retry: "首次重发", longest_retry: "最长重发间隔",
  attempts: "次数", quiet: "免打扰", keeps: "保留", appeal_within: "申诉期限", late_accept: "接单超时扣分", late_dispatch: "派工超时扣分", late_arrive: "到场超时扣分", late_etr: "预计复电超时扣分", late_restore: "修复超时扣分", late_reply: "回单超时扣分",
  late_callback: "回访超时扣分", late_progress: "进展超时扣分", late_answer: "督办答复超时扣分", late_entry: "补录超时扣分", doubtful: "存疑扣分", dissatisfied: "不满意扣分", third_contact: "三次来电扣分", reply_rejected: "回单被退扣分", wrong_return: "不当退单扣分",
  normal: "正常", quick: "快响", storm: "抗灾抢修", manual: "人工", dispatching: "派工方式", supervise: "督办方式", alerts: "预警方式", booked_work: "预约作业", storm_enter: "进入抗灾", storm_leave: "退出抗灾", storm_calm: "平静时间", longest: "最长时间",
  digest_every: "汇总间隔", digest_names: "汇总列名数", report_every: "快报间隔", requests: "服务申请", inquiry: "咨询", step: "环节", limit: "时限", since: "起点", complaint: "投诉", accusation: "举报", opinion: "意见", suggestion: "建议", praise: "表扬",
  appliance_damage: "电器损坏", reading_error: "抄表差错", fast_charging: "快充", connections: "业扩报装", resident: "居民", hv_single: "高压单电源", hv_dual: "高压双电源", first_warning: "一级预警", second_warning: "二级预警", other: "其他",
  backdated: "追溯", first_report: "首报", reports_at: "续报时刻", calls: "来电数", boxes: "表箱数", calls_window: "来电时间窗", siblings: "邻近表箱", second_signal: "第二信号", signal_oldest: "信号最早", reading_fresh: "召测有效", dark_below: "失电电压", box_within: "表箱距离",
  restore_poll: "复电召测间隔", restored_within: "复电核实期限", notice_longest: "报备最长", publish_fault: "故障停电发布", publish_planned: "计划停电发布", publish_temporary: "临时停电发布", am: "上午", pm: "下午", cut_off: "截单", hold: "占位", offer_hold: "改约占位",
  offers: "候选数", horizon: "预约范围", inbound: "来信", bookings: "预约", positions: "位置", readings: "召测", looks: "查看记录", signals: "信号", duty: "值班时长", work: "作业时长", drive: "驾驶时长", pause: "休息", permits: "工作票", vehicles: "车辆", live_line: "带电作业",
  generator: "发电车", promised: "已承诺", reserve: "保底", standing: "常设互助", fairness: "均衡", cap: "上限", jobs: "工单数", over: "超出部分", grant_longest: "借调最长", alias_given: "俗称次数", alias_people: "俗称人数", arrivals_least: "最少到场次数",
  arrival_accuracy: "到场定位误差", arrival_apart: "到场点间距", targets: "目标值",
};

const UNITS: Readonly<Record<string, string>> = {
  s: "秒", min: "分钟", h: "小时", d: "天", km: "公里", m: "米", kmh: "公里/小时", "km/h": "公里/小时", times: "次", jobs: "件", stations: "座", characters: "字", people: "人", ratio: "比例", names: "名称", local_time: "时刻", workdays: "工作日", points: "分", V: "伏", percent: "%",
};

/** One word of a path, with its number in a list: `levels[2]`. */
export function itemName(word: string): string {
  const [, name = word, nth = ""] = /^(.*?)(\[\d+\])?$/.exec(word) ?? [];
  return `${NAMES[name] ?? name.replaceAll("_", " ")}${nth}`;
}

export function unitName(unit: string): string {
  return UNITS[unit] ?? unit;
}
