"""Words of the services room. Names of the members are those of a rule pack's section ``services``."""

from dispatch.kit.words import Labelled


class ServiceKind(Labelled):
    """What a customer wants that is not a repair. Domain 6.1; a new connection: 6.2."""

    INQUIRY = "inquiry", "咨询"
    COMPLAINT = "complaint", "投诉"
    ACCUSATION = "accusation", "举报"
    OPINION = "opinion", "意见"
    SUGGESTION = "suggestion", "建议"
    PRAISE = "praise", "表扬"
    ARREARS_RECONNECT = "arrears_reconnect", "欠费复电"
    APPLIANCE_DAMAGE = "appliance_damage", "电器损坏"
    METER_FAULT = "meter_fault", "电能表异常"
    READING_ERROR = "reading_error", "抄表数据异常"
    FAST_CHARGING = "fast_charging", "高速快充预约"
    OTHER = "other", "其他服务申请"
    CONNECTION = "connection", "业扩报装"


class CustomerClass(Labelled):
    """Who wants a new connection; each class has its stages. Domain 6.2."""

    RESIDENT = "resident", "居民"
    LV = "lv", "低压非居民"
    HV_SINGLE = "hv_single", "高压单电源"
    HV_DUAL = "hv_dual", "高压双电源"


class ServiceStep(Labelled):
    """A stage of a service request."""

    CONTACT = "contact", "联系客户"
    RECORD = "record", "记录"
    ARRIVE = "arrive", "到达现场"
    HANDLE = "handle", "处理"
    ANSWER = "answer", "答复客户"
    ACCEPT = "accept", "业务受理"
    SURVEY = "survey", "现场查勘"
    SCHEME = "scheme", "供电方案答复"
    FEE = "fee", "业务收费"
    DESIGN_REVIEW = "design_review", "设计审图"
    MID_CHECK = "mid_check", "中间检查"
    COMPLETION_CHECK = "completion_check", "竣工检验"
    ENERGISE = "energise", "装表送电"


class PauseReason(Labelled):
    """Why the clock of a new connection stands still: the work is the customer's. Domain 6.2."""

    CUSTOMER_DESIGN = "customer_design", "客户委托设计"
    CUSTOMER_MATERIAL = "customer_material", "客户补充资料"
    CUSTOMER_WORKS = "customer_works", "客户受电工程施工"


class DamageCause(Labelled):
    """What damaged the appliances: four causes make the company pay (1996, 电力工业部令第7号). Domain 6.1."""

    PHASE_SWAPPED = "phase_swapped", "相线与零线接错或三相相序接反"
    NEUTRAL_BROKEN = "neutral_broken", "零线断线"
    PHASE_NEUTRAL_TOUCH = "phase_neutral_touch", "相线与零线互碰"
    HV_CONTACT = "hv_contact", "低压线路与高压线路搭接"
    NOT_OURS = "not_ours", "非供电企业责任"
