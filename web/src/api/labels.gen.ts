// Written by `make web-types` from the server's own description. Do not edit.
export const Addressee = {
  "crew": "抢修队",
  "dispatcher": "县指挥员",
  "depot_leader": "班所长",
  "county_director": "县公司分管领导",
  "province_monitor": "省监控",
  "city_manager": "市公司管理层"
} as const;

export const Appointment = {
  "fixed": "约时",
  "within": "限时",
  "by_date": "限期"
} as const;

export const AreaClass = {
  "urban": "城区",
  "rural": "农村",
  "remote": "特殊边远地区"
} as const;

export const AreaLevel = {
  "province": "省",
  "city": "地市",
  "county": "县(区)",
  "depot": "班所"
} as const;

export const Asking = {
  "sms": "短信",
  "call": "电话",
  "meter": "电表召测",
  "crew": "现场"
} as const;

export const AssignmentState = {
  "proposed": "待确认",
  "planned": "待派出",
  "sent": "已派出",
  "connected": "已接入供电",
  "released": "已撤离",
  "dropped": "已取消"
} as const;

export const BadPosition = {
  "NoSuchCrew": "没有这个班组,请核对 crew_id",
  "Forbidden": "无权上报该班组的位置",
  "OutOfRange": "经纬度不是有效数值,经度应在±180以内、纬度在±90以内",
  "SwappedCoordinates": "经纬度写反了,请对调后重报",
  "OutsideProvince": "位置远在省外,请检查手机定位",
  "FutureTime": "时间晚于服务器时间,请核对手机时钟",
  "UnknownCrs": "坐标系不认识,请填 wgs84、cgcs2000、gcj02、bd09 之一"
} as const;

export const Basis = {
  "line": "按直线距离估算",
  "road": "按道路行驶计算"
} as const;

export const Binding = {
  "FROZEN": "已开始或已确认,不再改派",
  "PINNED": "指挥员指定",
  "ONLY_ONE": "只有这支班组能做",
  "COST": "总代价最低",
  "NOT_BEST": "单独改派可更省"
} as const;

export const BookingState = {
  "held": "占位",
  "booked": "已约",
  "reoffered": "待改约",
  "lapsed": "占位过期",
  "cancelled": "已取消",
  "arrived": "已到达",
  "done": "已完成",
  "absent": "客户不在",
  "missed": "爽约"
} as const;

export const BookingStep = {
  "held": "占位",
  "confirmed": "确认",
  "moved": "自动改期",
  "reoffered": "重新提供时段",
  "rescheduled": "改约",
  "cancelled": "取消",
  "lapsed": "过期释放",
  "reassigned": "换队",
  "arrived": "到达",
  "done": "完成",
  "absent": "客户不在",
  "missed": "爽约",
  "rolled": "结转",
  "unfinished": "到达未完成"
} as const;

export const CallOutcome = {
  "draft": "草稿",
  "ticket": "已建单",
  "consulted": "按咨询办结",
  "chase": "催办"
} as const;

export const Category = {
  "hv": "高压故障",
  "lv": "低压故障",
  "pq": "电能质量故障",
  "meter": "计量故障",
  "cust": "客户内部故障",
  "nonpower": "非电力故障",
  "ev": "充电设施故障"
} as const;

export const Cause = {
  "customer": "用户原因",
  "nature": "自然因素",
  "outside": "外力因素",
  "operation": "运行维护",
  "equipment": "设备原因",
  "design": "设计施工",
  "lv_before_meter": "低压表前故障",
  "lv_behind_meter": "低压表后故障",
  "unknown": "原因待查"
} as const;

export const Channel = {
  "phone": "95598电话",
  "app": "网上国网",
  "12345": "12345",
  "12398": "12398",
  "counter": "营业厅",
  "active": "主动抢修"
} as const;

export const ChaseTarget = {
  "unit": "催受理",
  "crew": "催接单",
  "work": "催处理"
} as const;

export const Check = {
  "order": "时间顺序",
  "position": "到场位置",
  "travel": "行程时间",
  "dwell": "停留时间",
  "voltage": "复电电压",
  "cause": "原因与分类相符",
  "photo": "现场照片",
  "same_text": "记录雷同",
  "boundary": "产权分界照片"
} as const;

export const ClosureCause = {
  "flood": "洪水积水",
  "typhoon": "台风",
  "snow": "冰雪",
  "landslide": "塌方滑坡",
  "works": "道路施工",
  "accident": "交通事故",
  "other": "其他原因"
} as const;

export const CostRule = {
  "travel": "行车",
  "late": "迟到",
  "protected": "重要用户迟到",
  "unserved": "未安排",
  "change": "改派",
  "overtime": "加班",
  "foreign": "跨县",
  "reserve": "留守不足"
} as const;

export const CrewState = {
  "free": "空闲",
  "busy": "作业中",
  "off_shift": "不在班",
  "inactive": "已停用"
} as const;

export const CrewVerdict = {
  "NO_SKILL": "不具备所需技能",
  "VETOED": "已被排除",
  "PINNED_ELSEWHERE": "已指定其他班组",
  "PARTNER": "已是本工作的另一支班组",
  "NO_ROOM": "装载不下",
  "NO_WAY": "无路可达",
  "TOO_LATE": "赶不上时间窗",
  "CAP_FULL": "班所承载力已满",
  "SHIFT_ENDS": "班次内做不完",
  "CROWDED": "插入会使已排工作错过时间窗、班次或承载力",
  "FARTHER": "行车更多",
  "LATER": "到得更晚",
  "DELAYS": "使后面的客户更晚",
  "CHANGES": "改动已发布的安排",
  "OVERTIME": "要加班",
  "LENT": "须跨县借用",
  "UNRESERVED": "使留守班组不足",
  "EVEN": "代价相同",
  "CHEAPER": "单独改派反而更省",
  "CHOSEN": "计划所选"
} as const;

export const Crs = {
  "wgs84": "WGS-84(卫星定位)",
  "cgcs2000": "CGCS2000(国家大地坐标系)",
  "gcj02": "GCJ-02(高德、腾讯地图)",
  "bd09": "BD-09(百度地图)"
} as const;

export const CustomerClass = {
  "resident": "居民",
  "lv": "低压非居民",
  "hv_single": "高压单电源",
  "hv_dual": "高压双电源"
} as const;

export const DamageCause = {
  "phase_swapped": "相线与零线接错或三相相序接反",
  "neutral_broken": "零线断线",
  "phase_neutral_touch": "相线与零线互碰",
  "hv_contact": "低压线路与高压线路搭接",
  "not_ours": "非供电企业责任"
} as const;

export const DarkWhy = {
  "restored": "已复电或不停电",
  "no_weight": "不计权重",
  "no_trucks": "没有发电车",
  "too_big": "容量不够",
  "no_way": "无路可达",
  "no_fuel": "燃料不够",
  "shift_ends": "班次内接不上",
  "window": "赶不上时间窗",
  "too_far": "接通前已复电",
  "busy": "发电车另有更重要的用途"
} as const;

export const Difference = {
  "LEFT_OUT": "自排未安排",
  "ADDED": "自排多安排",
  "LATER": "更晚",
  "EARLIER": "更早",
  "OTHER_CREW": "时间相同,班组不同"
} as const;

export const DisasterCause = {
  "order": "恶劣天气令",
  "storm": "抗灾抢修模式"
} as const;

export const DisasterReportKind = {
  "first": "快报",
  "further": "续报"
} as const;

export const Ending = {
  "closed": "回访归档",
  "cancelled": "取消",
  "consulted": "咨询办结"
} as const;

export const EscalationReason = {
  "far_late": "超时限一半以上",
  "unanswered": "督办逾期未答复",
  "third_contact": "客户三次来电",
  "media": "媒体关注",
  "hotline": "12345或12398转办",
  "injury": "人身伤害",
  "important": "重要用户停电",
  "second_return": "二次退单",
  "dissatisfied": "回访再次不满意"
} as const;

export const EtrSource = {
  "crew": "班组上报",
  "notice": "停电信息",
  "plan": "计划推算",
  "cause": "同类历史"
} as const;

export const ExcuseReason = {
  "weather": "恶劣天气",
  "traffic": "交通中断"
} as const;

export const Fact = {
  "taken": "已接收",
  "delivered": "已送达",
  "failed": "未送达"
} as const;

export const Fault = {
  "late_accept": "接单超时",
  "late_dispatch": "派工超时",
  "late_arrive": "到达现场超时",
  "late_etr": "预计复电上报超时",
  "late_progress": "进展汇报超时",
  "late_restore": "修复超时",
  "late_reply": "回单超时",
  "late_callback": "回访超时",
  "late_answer": "督办答复超时",
  "late_entry": "补录超时",
  "doubtful": "汇报存疑",
  "dissatisfied": "客户不满意",
  "third_contact": "三次致电",
  "reply_rejected": "回单被退",
  "wrong_return": "不当退单"
} as const;

export const FeedingBreach = {
  "unknown": "不存在的发电车或用户",
  "two_places": "同一时间在两处",
  "way": "无路可达",
  "early": "停电之前供电或接线",
  "late": "复电之后仍供电",
  "window": "错过时间窗",
  "short": "供电时间太短",
  "shift": "超出班次",
  "fuel": "燃料用尽",
  "power": "容量不够",
  "split": "不许几车并列",
  "feedings": "供电次数太多"
} as const;

export const GeneratorPlanSource = {
  "solver": "优化计算",
  "person": "人工编排"
} as const;

export const GeneratorPlanState = {
  "proposed": "待确认",
  "confirmed": "已确认",
  "superseded": "已被取代"
} as const;

export const GrantKind = {
  "agreement": "借调协议",
  "order": "省级调令"
} as const;

export const GridTaskKind = {
  "patrol": "设备巡视",
  "voltage_check": "电压测量",
  "contact_data": "客户信息核对",
  "meter_reading": "补抄电表",
  "hazard_check": "隐患排查",
  "safety_talk": "用电安全宣传"
} as const;

export const GridTaskState = {
  "open": "待安排",
  "offered": "已推荐",
  "taken": "已接",
  "done": "已完成",
  "withdrawn": "已撤销",
  "expired": "已过期"
} as const;

export const GridTaskStep = {
  "made": "新建",
  "offered": "推荐",
  "lapsed": "推荐失效",
  "taken": "接受",
  "declined": "谢绝",
  "given_back": "让路收回",
  "done": "完成",
  "withdrawn": "撤销",
  "expired": "过期"
} as const;

export const Half = {
  "am": "上午",
  "pm": "下午"
} as const;

export const Help = {
  "INSERT": "直接插入",
  "RELEASE": "解除指定或排除",
  "WINDOW": "放宽时间窗",
  "DECLARE": "增加申报",
  "OVERTIME": "延长班次",
  "SWAP": "换下另一项",
  "CREW": "增派班组"
} as const;

export const IdleWhy = {
  "no_groups": "没有要保电的用户",
  "no_fuel": "没有燃料",
  "too_small": "容量太小",
  "too_late": "赶到时已复电",
  "all_fed": "能接的都已有车",
  "no_gain": "去了也不减少停电"
} as const;

export const Index = {
  "accept_in_time": "接派单及时率",
  "right_unit": "派单准确率",
  "returned": "退单率",
  "app_accepted": "移动APP接单率",
  "arrive_in_time": "到达现场及时率",
  "arrive_excused": "到达超时免责率",
  "appointment_kept": "约时履约率",
  "arrive_time": "平均到达现场时长",
  "repair_from_report": "故障平均修复时长(自受理)",
  "repair_from_arrival": "故障平均修复时长(自到达)",
  "reply_in_time": "回单及时率",
  "reply_first_pass": "回单一次合格率",
  "reply_true": "回单真实率",
  "first_fix": "一次修复率",
  "repeated": "重复报修率",
  "satisfied": "满意率",
  "callback_in_time": "回访及时率",
  "chased": "催办率",
  "supervised": "督办率",
  "third_contacts": "客户三次致电件数",
  "lent": "跨区支援占比",
  "supported": "支援外区件数",
  "reports": "报修件数",
  "per_100k": "十万户报修率",
  "category_share": "抢修量占比",
  "score": "工单评价平均得分",
  "lv_customer_hours": "低压停电时户数",
  "mv_user_hours": "中压停电时户数",
  "saidi": "用户平均停电时间(SAIDI)",
  "saifi": "用户平均停电次数(SAIFI)",
  "caidi": "停电平均持续时间(CAIDI)",
  "asai": "平均供电可靠率(ASAI)",
  "saidi_mv": "用户平均停电时间(AIHC-1)",
  "rs_1": "平均供电可靠率(RS-1)",
  "service_index": "优质服务评价指数"
} as const;

export const Lack = {
  "skill": "没有能做的队伍",
  "most": "各队户数已满",
  "work": "作业时长放不下",
  "window": "约定时段内赶不到",
  "later": "会误后面客户的时段",
  "back": "收工前回不到班所"
} as const;

export const Left = {
  "NO_CREW_WITH_SKILL": "全省没有具备该技能的班组",
  "NO_FREE_CREW": "可达范围内没有空闲的合格班组",
  "OTHERS_FIRST": "空闲班组已派往更急或更近的工单"
} as const;

export const LeftWhy = {
  "NO_TEAM": "没有申报能做此类作业的班组",
  "PIN_UNKNOWN": "指定的班组不在本半天",
  "PIN_UNABLE": "指定的班组不能做这户",
  "OUTSIDE": "约定时段不在班组的作业时间内",
  "TOO_LONG": "约定时段开始后剩下的时间不够作业",
  "TOO_FAR": "只做这一户也来不及往返",
  "FULL": "申报的户数已用完",
  "PIN_FULL": "指定的班组已排满",
  "WINDOW": "约定时段内能做的班组都已排满",
  "CROWDED": "能做的班组本半天都已排满",
  "TOO_DEAR": "绕行代价高于暂不安排",
  "UNSOLVED": "求解未完成,逐户插入时没有排上"
} as const;

export const Level = {
  "urgent": "紧急",
  "normal": "一般"
} as const;

export const Light = {
  "live": "带电",
  "dark": "失电",
  "part": "部分失电",
  "silent": "无应答"
} as const;

export const Limit = {
  "accept": "接单时限",
  "dispatch": "派工时限",
  "arrive": "到达现场时限",
  "etr": "预计复电上报时限",
  "progress": "长时抢修进展汇报时限",
  "restore": "修复时限",
  "reply": "回单时限",
  "callback": "回访时限",
  "suspension": "挂起期限",
  "answer": "督办答复时限",
  "important": "重要用户到场时限"
} as const;

export const ListHelp = {
  "RELEASE": "取消指定班组",
  "POOL": "由邻近班所代做",
  "WINDOW": "放宽约定时段",
  "VISIT": "多申报一户",
  "SKILL": "让现有班组兼做",
  "NEXT": "改约下一半天",
  "TEAM": "增派一队"
} as const;

export const ListState = {
  "draft": "草稿",
  "frozen": "已冻结",
  "named": "已定人",
  "closed": "已结束"
} as const;

export const ListStep = {
  "frozen": "冻结",
  "named": "定人",
  "changed": "变更",
  "closed": "结束"
} as const;

export const LocatedBy = {
  "file": "单位档案",
  "gazetteer": "地名库",
  "crews": "抢修队到场",
  "pins": "座席标注",
  "above": "上级地点"
} as const;

export const Mark = {
  "STALE_POSITION": "位置已过时,按班所位置估算",
  "NO_POSITION": "无实时位置,按班所位置估算",
  "OLD_POSITION": "位置已过时且班所无坐标,按最后位置估算",
  "FUTURE_POSITION": "位置时间晚于当前时间,按班所位置估算",
  "PERMIT_UNKNOWN": "工作票资格未登记,请核实",
  "VEHICLE_UNKNOWN": "车辆类型未登记,请核实"
} as const;

export const Matched = {
  "known_outage": "已知停电",
  "arrears": "欠费停电",
  "notice": "重要服务事项报备",
  "customer_side": "客户内部故障"
} as const;

export const Medium = {
  "sms": "短信",
  "voice": "语音外呼"
} as const;

export const MeterCheck = {
  "live": "有电",
  "dark": "无电",
  "no_answer": "召测无应答",
  "no_meter": "无可召测电表"
} as const;

export const Mode = {
  "normal": "正常",
  "quick": "快响",
  "storm": "抗灾抢修",
  "manual": "人工"
} as const;

export const ModeTurn = {
  "stay": "保持",
  "propose": "建议进入抗灾抢修",
  "withdraw": "撤回建议",
  "enter": "自动进入抗灾抢修",
  "renew": "自动续期",
  "return": "自动恢复正常"
} as const;

export const NoCrew = {
  "NoCandidates": "系统中没有班组",
  "Inactive": "班组均已停用",
  "NoSkill": "没有具备所需技能的班组",
  "NoPermit": "具备技能的班组均无有效工作票资格",
  "NoVehicle": "合格班组均无相符车辆",
  "NoPlace": "合格班组与其班所均无位置",
  "Unreachable": "合格班组均因道路不通或路途过远无法到达",
  "OnThisJob": "合格班组只有正在处理本工单的一支",
  "Resting": "合格班组均应休息",
  "HadIt": "合格班组均拒过本单或已转出",
  "OffShift": "合格班组均不在班",
  "OtherDistrict": "本县没有合格班组,原辖区规则不派外县",
  "QueueFull": "在班合格班组在手工单均到上限",
  "DepotFull": "在班合格班组所属班所承载力均已满",
  "NotLent": "其余合格班组未经所属单位借出",
  "Busy": "在班合格班组均在作业",
  "Stale": "其余合格班组位置均已过时",
  "Promised": "其余合格班组均有约时作业",
  "OverReserve": "其余合格班组派出后其县低于保底队伍数",
  "TooFar": "其余合格班组路途过远"
} as const;

export const NoTask = {
  "storm": "本县正在抗灾抢修,不安排网格任务",
  "out": "班组已停用或停派",
  "repair": "班组手上有抢修单",
  "off_shift": "班组不在班",
  "resting": "班组须休息",
  "has_task": "班组手上已有一项网格任务",
  "no_place": "不知道班组在哪里",
  "off_hours": "不在网格任务的作业时间内",
  "none_open": "本县没有待安排的任务",
  "no_skill": "班组没有所需技能",
  "no_way": "无路可达",
  "too_far": "绕路超过上限",
  "no_slack": "做完之后赶赴下一个承诺的余量不足"
} as const;

export const NodeKind = {
  "substation": "变电站",
  "feeder": "10kV线路",
  "lateral": "支线",
  "transformer": "台区",
  "box": "表箱",
  "account": "户表"
} as const;

export const NotPlanned = {
  "no_place": "没有位置",
  "out": "停用",
  "on_its_way": "已在途中"
} as const;

export const NoteKind = {
  "helped": "便民帮扶",
  "generator": "发电车支援",
  "powered": "应急供电已接入",
  "off_peak": "错峰抢修",
  "contacted": "已联系客户",
  "other": "其他"
} as const;

export const NoticeState = {
  "applied": "待审批",
  "in_force": "生效中",
  "future": "未到生效时间",
  "expired": "已过期",
  "revoked": "已撤销"
} as const;

export const Occasion = {
  "accepted": "报修已受理",
  "dispatched": "已派工通知",
  "etr": "预计复电通知",
  "etr_changed": "预计复电变更",
  "restored": "复电通知",
  "survey": "满意度调查",
  "chased": "催办回执",
  "chase_answered": "催办答复",
  "delay_explained": "延误说明",
  "appointment_missed": "约时未到致歉",
  "reopened": "重新处理通知",
  "visit_reoffered": "预约改约通知",
  "visit_put_off": "预约延后通知",
  "visit_moved": "预约自动改期通知",
  "visit_confirmed": "改约成功通知",
  "crew_job": "抢修任务通知",
  "crew_relieved": "抢修任务解除",
  "crew_answer": "短信汇报答复",
  "chase": "催办通知",
  "warning": "时限预警通知",
  "supervision": "督办通知",
  "escalation": "升级通知",
  "helped": "帮扶报告",
  "digest": "预警汇总",
  "storm_report": "抗灾抢修快报",
  "declaration_due": "承载力申报提醒"
} as const;

export const OrderState = {
  "open": "待答复",
  "answered": "已答复待消除",
  "cleared": "已消除",
  "lapsed": "随工单办结"
} as const;

export const OtherLevel = {
  "alias": "俗称",
  "account": "户号",
  "meter": "电表"
} as const;

export const OutCause = {
  "ill": "人员生病",
  "off": "临时离岗",
  "no_show": "未到现场且失联",
  "vehicle_down": "车辆故障"
} as const;

export const OutageKind = {
  "planned": "计划停电",
  "temporary": "临时停电",
  "fault": "故障停电"
} as const;

export const OutageState = {
  "announced": "已公告",
  "active": "停电进行中",
  "overrun": "超期未送电",
  "ended": "停电已结束"
} as const;

export const Outcome = {
  "accepted": "已采纳",
  "duplicate": "重复汇报",
  "held": "等待前序环节",
  "contradiction": "矛盾待裁定",
  "refused": "不予受理"
} as const;

export const OwnKind = {
  "road": "道路",
  "building": "楼宇小区",
  "substation": "变电站",
  "transformer": "台区变压器",
  "landmark": "地标"
} as const;

export const Ownership = {
  "grid": "供电公司资产",
  "customer": "客户资产",
  "third_party": "第三方资产",
  "disputed": "产权争议"
} as const;

export const PauseReason = {
  "customer_design": "客户委托设计",
  "customer_material": "客户补充资料",
  "customer_works": "客户受电工程施工"
} as const;

export const PlaceLevel = {
  "province": "省",
  "city": "市",
  "county": "县(区)",
  "township": "乡镇(街道)",
  "village": "村(社区)"
} as const;

export const PlanOutcome = {
  "published": "已发布",
  "proposed": "已提交建议",
  "kept": "沿用原计划",
  "ended": "无待派工单"
} as const;

export const PlanSource = {
  "solver": "滚动优化",
  "insertion": "逐单插入",
  "person": "人工编排"
} as const;

export const PlanStanding = {
  "sent": "已派班组",
  "planned": "已排入计划",
  "left_out": "未排入计划",
  "not_planned": "不在计划内"
} as const;

export const PlanState = {
  "proposed": "待确认",
  "published": "执行中",
  "superseded": "已被取代",
  "refused": "已拒绝"
} as const;

export const PlannerState = {
  "ok": "滚动优化正常",
  "insertion_only": "仅逐单插入"
} as const;

export const PointFault = {
  "UnknownCrs": "坐标系不认识",
  "SwappedCoordinates": "经纬度写反",
  "OutsideProvince": "不在本省",
  "OtherCrs": "疑似坐标系填错",
  "OtherCounty": "位置与所报县(区)不符",
  "OffShore": "在县界以外,疑似坐标系填错"
} as const;

export const Policy = {
  "nearest": "就近派工",
  "own-district": "按原辖区派工"
} as const;

export const Protected = {
  "life_support": "生命支持",
  "important": "重要用户",
  "sensitive": "敏感客户"
} as const;

export const Question = {
  "survey": "是否满意",
  "power_back": "是否来电",
  "new_place": "是否同意改约"
} as const;

export const Reading = {
  "unread": "待人工阅读",
  "routed": "已自动处理",
  "read": "已人工处理"
} as const;

export const ReasonCode = {
  "INACTIVE": "班组已停用",
  "NO_SKILL": "不具备所需技能",
  "NO_PERMIT": "无所需工作票资格或已过期",
  "NO_VEHICLE": "车辆不符",
  "NO_PLACE": "班组与班所均无位置,无法估算",
  "UNREACHABLE": "道路不通或路途过远,无法到达",
  "ON_THIS_JOB": "正在处理本工单",
  "RESTING": "连续作业已到上限,应休息",
  "HAD_IT": "曾拒单或已从本工单转出",
  "OFF_SHIFT": "不在班",
  "OTHER_DISTRICT": "不属本县,原辖区规则不派",
  "QUEUE_FULL": "在手工单已到上限",
  "DEPOT_FULL": "班所抢修承载力已满",
  "NOT_LENT": "所属单位未借出,须具名批准",
  "BUSY_UNTIL": "作业中,完工后可到",
  "STALE": "位置已过时且班所无坐标,不自动派往",
  "PROMISED": "已有约时作业,派往将误约,须具名批准",
  "OVER_RESERVE": "派出后所属县低于保底队伍数,须具名批准",
  "TOO_FAR": "空闲,但路途过远,不自动派往",
  "FARTHER": "空闲,但到达更晚",
  "SPARED": "到达略早,但所属县近期支援较多,轮换",
  "SHARED_OUT": "统筹分配多张工单时的最优选择",
  "CHOSEN_BY_HAND": "指挥员指定",
  "FAIRER": "空闲,均衡各县支援负担后选派",
  "NEAREST": "距离最近且空闲"
} as const;

export const RejectReason = {
  "BUSY_WITH_HAZARD": "正在处理险情",
  "VEHICLE_DOWN": "车辆故障",
  "NO_ACCESS": "道路不通",
  "OTHER_SKILL": "需其他专业",
  "NEEDS_GENERATOR": "需发电车"
} as const;

export const Remedy = {
  "window": "放宽时段",
  "half_day": "另约半日",
  "visits": "增报户数",
  "team": "增派队伍"
} as const;

export const ReopenReason = {
  "still_dark": "客户仍无电",
  "dissatisfied": "客户不满意"
} as const;

export const ReplanCause = {
  "emergency": "紧急工单",
  "longer_job": "作业延长",
  "crew_out": "班组停派",
  "crew_back": "班组恢复",
  "no_show": "班组未到",
  "vehicle_down": "车辆故障",
  "road_closed": "道路封闭",
  "reassigned": "改派",
  "wish": "指定或排除",
  "refused": "拒绝建议"
} as const;

export const Result = {
  "restored": "已恢复供电",
  "customer_side": "客户内部故障已告知",
  "no_fault": "到场未见故障"
} as const;

export const ReturnReason = {
  "WRONG_DISTRICT": "非本单位辖区",
  "WRONG_CATEGORY": "分类错误",
  "NO_CONTACT": "无法联系客户",
  "NO_ADDRESS": "地址不详",
  "NOT_OUR_NETWORK": "非本公司资产",
  "SHOULD_BE_SERVICE_REQUEST": "应转服务申请",
  "APPLIANCE_DAMAGE": "家电损坏",
  "DUPLICATE": "重复工单",
  "KNOWN_OUTAGE": "已知停电",
  "ARREARS": "欠费停电"
} as const;

export const Role = {
  "SEAT_AGENT": "座席",
  "SEAT_SUPERVISOR": "班长席",
  "PROVINCE_MONITOR": "省监控",
  "COUNTY_DISPATCHER": "县指挥员",
  "DEPOT_LEADER": "班所长",
  "CREW": "抢修人员",
  "REPLY_AUDITOR": "回单审核",
  "ADMINISTRATOR": "管理员",
  "GATEWAY": "消息网关",
  "METERING": "用电信息采集",
  "AUTOMATION": "配电网自动化",
  "MARKETING": "营销业务系统",
  "WALL": "大屏",
  "TELEPHONY": "话务平台",
  "SYSTEM": "系统"
} as const;

export const Scope = {
  "anywhere": "全省",
  "area": "本辖区",
  "area_or_lent": "本辖区及借出队伍承办的工单",
  "own_depot": "本班所",
  "own_crew": "本队承办的工单",
  "self": "本人"
} as const;

export const Served = {
  "public": "公变",
  "dedicated": "专变",
  "unhanded": "未移交小区"
} as const;

export const ServiceKind = {
  "inquiry": "咨询",
  "complaint": "投诉",
  "accusation": "举报",
  "opinion": "意见",
  "suggestion": "建议",
  "praise": "表扬",
  "arrears_reconnect": "欠费复电",
  "appliance_damage": "电器损坏",
  "meter_fault": "电能表异常",
  "reading_error": "抄表数据异常",
  "fast_charging": "高速快充预约",
  "other": "其他服务申请",
  "connection": "业扩报装"
} as const;

export const ServiceStep = {
  "contact": "联系客户",
  "record": "记录",
  "arrive": "到达现场",
  "handle": "处理",
  "answer": "答复客户",
  "accept": "业务受理",
  "survey": "现场查勘",
  "scheme": "供电方案答复",
  "fee": "业务收费",
  "design_review": "设计审图",
  "mid_check": "中间检查",
  "completion_check": "竣工检验",
  "energise": "装表送电"
} as const;

export const Severity = {
  "high": "严重",
  "medium": "一般",
  "low": "轻微"
} as const;

export const SignalKind = {
  "trip": "开关跳闸",
  "last_gasp": "终端失电告警",
  "restore": "来电上报"
} as const;

export const SignalReason = {
  "breaker": "开关变位由自动化系统直接确认",
  "second_signal": "相邻设备信号相互印证",
  "meter_agrees": "召测结果与信号一致",
  "waiting": "等待第二信号",
  "unconfirmed": "规定时间内无第二信号",
  "under_permit": "处于计划检修停电范围",
  "duplicate": "重复信号",
  "future": "时间晚于当前",
  "too_old": "时间过早",
  "before_installation": "早于设备投运",
  "meter_live": "召测电表有电"
} as const;

export const SignalSource = {
  "scada": "调度自动化",
  "ami": "用采系统",
  "dispatch": "人工录入"
} as const;

export const SignalVerdict = {
  "suspected": "疑似",
  "confirmed": "属实",
  "false": "误报"
} as const;

export const SolverFailure = {
  "died": "求解进程异常退出",
  "hung": "求解进程超时",
  "out_of_memory": "求解进程内存不足",
  "refused": "问题数据有误",
  "broken": "写入计划时出错"
} as const;

export const Source = {
  "APP": "移动APP",
  "PHONE": "电话汇报",
  "SMS": "短信汇报",
  "CTI": "话务平台",
  "SCADA": "配电自动化",
  "AMI": "用电信息采集",
  "SYSTEM": "系统"
} as const;

export const Stage = {
  "draft": "草稿",
  "submitted": "已派发待接单",
  "accepted": "已接单",
  "returned": "已退单",
  "dispatched": "已派工",
  "crew_accepted": "班组已接单",
  "en_route": "在途",
  "arrived": "已到场",
  "located": "故障点已确认",
  "repairing": "抢修中",
  "restored": "已复电",
  "replied": "已回单",
  "reply_rejected": "回单被退",
  "callback_pending": "待回访",
  "closed": "已归档",
  "cancelled": "已取消",
  "merged": "已归并"
} as const;

export const Standing = {
  "queued": "待发送",
  "sending": "发送中",
  "sent": "网关已接收",
  "delivered": "已送达",
  "dead": "发送失败",
  "dropped": "已由新消息取代"
} as const;

export const StandingInRouting = {
  "none": "不设常设借调",
  "city": "同一地市内互相借调",
  "province": "全省互相借调"
} as const;

export const SuspendReason = {
  "customer_absent": "客户不在或要求改期",
  "access_refused": "拒绝进入",
  "unsafe": "现场不安全",
  "switching": "等待倒闸操作",
  "material": "等待物资",
  "permit": "等待道路或林业许可",
  "off_peak": "错峰抢修"
} as const;

export const Symptom = {
  "no_power_one": "单户无电",
  "no_power_many": "多户无电",
  "no_power_area": "片区停电",
  "low_voltage": "电压异常",
  "line_down": "线路断落",
  "equipment_fire": "设备起火冒烟",
  "meter_fault": "电表故障",
  "ev_charger": "充电桩故障",
  "other": "其他"
} as const;

export const TicketMark = {
  "overdue": "超时",
  "chased": "催办",
  "escalated": "升级",
  "suspended": "挂起"
} as const;

export const TileKind = {
  "xyz": "XYZ 瓦片",
  "wmts": "WMTS 瓦片",
  "pmtiles": "PMTiles 瓦片文件"
} as const;

export const TileShift = {
  "none": "WGS-84 或 CGCS2000",
  "gcj02": "GCJ-02"
} as const;

export const TruckState = {
  "available": "可用",
  "sent": "已派",
  "out": "停用"
} as const;

export const Unit = {
  "share": "占比",
  "min": "分钟",
  "count": "件",
  "per_100k": "件/十万户",
  "customer_h": "时户",
  "min_each": "分钟/户",
  "times_each": "次/户",
  "points": "分",
  "percent": "%"
} as const;

export const Verdict = {
  "arrears": "欠费停电中",
  "known_outage": "在已知停电范围内",
  "planned_overrun": "计划停电到时未送",
  "notice": "属报备事项",
  "behind_meter": "表后故障",
  "service_line": "接户线或电表故障",
  "box": "表箱或低压分支故障",
  "phase": "缺相或低压出线故障",
  "transformer_or_above": "台区及以上停电",
  "unknown": "情况待查"
} as const;

export const Violation = {
  "unknown": "不存在的队伍或工作",
  "twice": "重复安排",
  "partners": "队伍数不够",
  "skill": "技能不符",
  "pinned": "未按指定队伍",
  "vetoed": "用了排除的队伍",
  "frozen": "动了已冻结的工作",
  "window": "错过时间窗",
  "order": "前置工作未安排",
  "shift": "超出最晚时间",
  "room": "超出装载",
  "cap": "超出承载力",
  "deadlock": "互相等待",
  "way": "无路可达"
} as const;

export const VisitArea = {
  "urban": "城区",
  "rural": "农村"
} as const;

export const VisitIndex = {
  "booked": "到期预约",
  "kept": "预约履约率",
  "early": "早到率",
  "late": "晚到率",
  "missed_appointment": "爽约率",
  "no_show": "客户不在率",
  "moved": "自动改期",
  "reoffered": "重新提供时段",
  "rolled": "结转",
  "unfinished": "到达未完成",
  "taken_teams": "抢修抽走队伍",
  "taken_visits": "抽队影响作业",
  "fill": "承载力利用率",
  "first_time": "一次上门完成率"
} as const;

export const VisitKind = {
  "survey": "查勘",
  "metering": "装表",
  "field_test": "现场校验"
} as const;

export const VisitOutcome = {
  "done": "已完成",
  "absent": "客户不在",
  "missed": "爽约",
  "rolled": "已结转",
  "reoffered": "已另约",
  "cancelled": "客户取消",
  "unfinished": "到达未完成"
} as const;

export const Waiver = {
  "remote_switching": "远方操作恢复",
  "upstream": "上级电源恢复",
  "customer_says": "客户告知已来电"
} as const;

export const WarningKind = {
  "warned": "预警",
  "chased": "催办",
  "overdue": "超时",
  "supervised": "督办"
} as const;

export const Way = {
  "session": "会话",
  "machine_token": "令牌"
} as const;

export const Why = {
  "NO_CREWS": "没有可用班组",
  "NO_SKILL": "没有具备所需技能的班组",
  "TOO_FEW": "合格班组少于所需班组数",
  "PIN_VETO": "指定或排除班组后无人可派",
  "NOT_DECLARED": "合格班组所属班所该类作业承载力为零",
  "TOO_LONG": "任何合格班组都无法在时间窗与班次内完成",
  "BEFORE_OUT": "前置工作未安排",
  "NOT_TOGETHER": "凑不齐能同时到场的班组",
  "CAP_FULL": "合格班组所属班所的承载力已用完",
  "TOO_LATE": "合格班组都赶不上时间窗",
  "SHIFT_ENDS": "合格班组在班次内都做不完",
  "CROWDED": "合格班组的路线都已排满",
  "COULD_BE": "可直接插入,搜索尚未安排",
  "TOO_DEAR": "插入任何路线的代价都高于暂不安排",
  "NO_WAY": "合格班组都无路可达",
  "NO_ROOM": "合格班组都装载不下",
  "UNTOLD": "没有更省的位置,或没有位置"
} as const;

export const Wish = {
  "pin": "指定班组",
  "veto": "排除班组"
} as const;
