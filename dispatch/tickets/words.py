"""The words a ticket is described with: stages, categories, reasons. Domain 2.3, 2.6, 2.7, 3."""

from dispatch.kit.words import Labelled


class Stage(Labelled):
    """Where a ticket stands; a position, never a condition (conditions are flags)."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已派发待接单"
    ACCEPTED = "accepted", "已接单"
    RETURNED = "returned", "已退单"
    DISPATCHED = "dispatched", "已派工"
    CREW_ACCEPTED = "crew_accepted", "班组已接单"
    EN_ROUTE = "en_route", "在途"
    ARRIVED = "arrived", "已到场"
    LOCATED = "located", "故障点已确认"
    REPAIRING = "repairing", "抢修中"
    RESTORED = "restored", "已复电"
    REPLIED = "replied", "已回单"
    REPLY_REJECTED = "reply_rejected", "回单被退"
    CALLBACK_PENDING = "callback_pending", "待回访"
    CLOSED = "closed", "已归档"
    CANCELLED = "cancelled", "已取消"
    MERGED = "merged", "已归并"


class TicketMark(Labelled):
    """By what supervisors look for open tickets."""

    OVERDUE = "overdue", "超时"
    CHASED = "chased", "催办"
    ESCALATED = "escalated", "升级"
    SUSPENDED = "suspended", "挂起"


class AreaClass(Labelled):
    """Which arrival promise holds; it comes from the place of the fault."""

    URBAN = "urban", "城区"
    RURAL = "rural", "农村"
    REMOTE = "remote", "特殊边远地区"


class Channel(Labelled):
    """How the customer reached us."""

    PHONE = "phone", "95598电话"
    APP = "app", "网上国网"
    HOTLINE_12345 = "12345", "12345"
    HOTLINE_12398 = "12398", "12398"
    COUNTER = "counter", "营业厅"
    ACTIVE = "active", "主动抢修"


class Source(Labelled):
    """By what way an event came in."""

    APP = "APP", "移动APP"
    PHONE = "PHONE", "电话汇报"
    SMS = "SMS", "短信汇报"
    CTI = "CTI", "话务平台"
    SCADA = "SCADA", "配电自动化"
    AMI = "AMI", "用电信息采集"
    SYSTEM = "SYSTEM", "系统"


class Category(Labelled):
    """Level 1 of the classification (一级分类). Domain 3.1."""

    HV = "hv", "高压故障"
    LV = "lv", "低压故障"
    PQ = "pq", "电能质量故障"
    METER = "meter", "计量故障"
    CUST = "cust", "客户内部故障"
    NONPOWER = "nonpower", "非电力故障"
    EV = "ev", "充电设施故障"


class Level(Labelled):
    """Urgency. Domain 3.3."""

    URGENT = "urgent", "紧急"
    NORMAL = "normal", "一般"


class Protected(Labelled):
    """Customers whose supply is protected; such tickets are never merged silently. Domain 3.5."""

    LIFE_SUPPORT = "life_support", "生命支持"
    IMPORTANT = "important", "重要用户"
    SENSITIVE = "sensitive", "敏感客户"


class Ownership(Labelled):
    """Whose equipment failed. Domain 3.4."""

    GRID = "grid", "供电公司资产"
    CUSTOMER = "customer", "客户资产"
    THIRD_PARTY = "third_party", "第三方资产"
    DISPUTED = "disputed", "产权争议"


class Cause(Labelled):
    """Families of causes (原因大类). Domain 3.2."""

    CUSTOMER = "customer", "用户原因"
    NATURE = "nature", "自然因素"
    OUTSIDE = "outside", "外力因素"
    OPERATION = "operation", "运行维护"
    EQUIPMENT = "equipment", "设备原因"
    DESIGN = "design", "设计施工"
    LV_BEFORE_METER = "lv_before_meter", "低压表前故障"
    LV_BEHIND_METER = "lv_behind_meter", "低压表后故障"
    UNKNOWN = "unknown", "原因待查"


class ReturnReason(Labelled):
    """Why the workstation gives a ticket back (退单原因). Domain 2.6."""

    WRONG_DISTRICT = "WRONG_DISTRICT", "非本单位辖区"
    WRONG_CATEGORY = "WRONG_CATEGORY", "分类错误"
    NO_CONTACT = "NO_CONTACT", "无法联系客户"
    NO_ADDRESS = "NO_ADDRESS", "地址不详"
    NOT_OUR_NETWORK = "NOT_OUR_NETWORK", "非本公司资产"
    SHOULD_BE_SERVICE_REQUEST = "SHOULD_BE_SERVICE_REQUEST", "应转服务申请"
    APPLIANCE_DAMAGE = "APPLIANCE_DAMAGE", "家电损坏"
    DUPLICATE = "DUPLICATE", "重复工单"
    KNOWN_OUTAGE = "KNOWN_OUTAGE", "已知停电"
    ARREARS = "ARREARS", "欠费停电"


class RejectReason(Labelled):
    """Why a crew cannot take a job (班组拒单原因). Domain 2.7."""

    BUSY_WITH_HAZARD = "BUSY_WITH_HAZARD", "正在处理险情"
    VEHICLE_DOWN = "VEHICLE_DOWN", "车辆故障"
    NO_ACCESS = "NO_ACCESS", "道路不通"
    OTHER_SKILL = "OTHER_SKILL", "需其他专业"
    NEEDS_GENERATOR = "NEEDS_GENERATOR", "需发电车"


class Result(Labelled):
    """How the work on site ended."""

    RESTORED = "restored", "已恢复供电"
    CUSTOMER_SIDE = "customer_side", "客户内部故障已告知"
    NO_FAULT = "no_fault", "到场未见故障"


class Symptom(Labelled):
    """What the caller says is wrong."""

    NO_POWER_ONE = "no_power_one", "单户无电"
    NO_POWER_MANY = "no_power_many", "多户无电"
    NO_POWER_AREA = "no_power_area", "片区停电"
    LOW_VOLTAGE = "low_voltage", "电压异常"
    LINE_DOWN = "line_down", "线路断落"
    EQUIPMENT_FIRE = "equipment_fire", "设备起火冒烟"
    METER_FAULT = "meter_fault", "电表故障"
    EV_CHARGER = "ev_charger", "充电桩故障"
    OTHER = "other", "其他"


class MeterCheck(Labelled):
    """What the meter said when it was asked (召测), before a ticket is cancelled. Domain 2.3 row 19."""

    LIVE = "live", "有电"
    DARK = "dark", "无电"
    NO_ANSWER = "no_answer", "召测无应答"
    NO_METER = "no_meter", "无可召测电表"


class Matched(Labelled):
    """What answered the caller without a crew. Domain 2.3 row 2a."""

    KNOWN_OUTAGE = "known_outage", "已知停电"
    ARREARS = "arrears", "欠费停电"
    NOTICE = "notice", "重要服务事项报备"
    CUSTOMER_SIDE = "customer_side", "客户内部故障"


class Limit(Labelled):
    """The clocks that run on a ticket. Domain 2.5; the numbers are in the rule packs."""

    ACCEPT = "accept", "接单时限"
    DISPATCH = "dispatch", "派工时限"
    ARRIVE = "arrive", "到达现场时限"
    ETR = "etr", "预计复电上报时限"
    PROGRESS = "progress", "长时抢修进展汇报时限"
    RESTORE = "restore", "修复时限"
    REPLY = "reply", "回单时限"
    CALLBACK = "callback", "回访时限"
    SUSPENSION = "suspension", "挂起期限"
    ANSWER = "answer", "督办答复时限"
    IMPORTANT = "important", "重要用户到场时限"


class CallOutcome(Labelled):
    """What became of a call."""

    DRAFT = "draft", "草稿"
    TICKET = "ticket", "已建单"
    CONSULTED = "consulted", "按咨询办结"
    CHASE = "chase", "催办"
