"""The words of the closed loop: who is told, why work stops, why it begins again. Domain 2.9 to 2.14."""

from dispatch.kit.words import Labelled


class Addressee(Labelled):
    """Who is told (预警、督办对象). Domain 2.10; the names are those of the rule packs."""

    CREW = "crew", "抢修队"
    DISPATCHER = "dispatcher", "县指挥员"
    DEPOT_LEADER = "depot_leader", "班所长"
    COUNTY_DIRECTOR = "county_director", "县公司分管领导"
    PROVINCE_MONITOR = "province_monitor", "省监控"
    CITY_MANAGER = "city_manager", "市公司管理层"


class ChaseTarget(Labelled):
    """Whom a 催办 is for. Domain 2.9."""

    UNIT = "unit", "催受理"
    CREW = "crew", "催接单"
    WORK = "work", "催处理"


class EscalationReason(Labelled):
    """Why a ticket goes one level up (升级原因). Domain 2.10."""

    FAR_LATE = "far_late", "超时限一半以上"
    UNANSWERED = "unanswered", "督办逾期未答复"
    THIRD_CONTACT = "third_contact", "客户三次来电"
    MEDIA = "media", "媒体关注"
    HOTLINE = "hotline", "12345或12398转办"
    INJURY = "injury", "人身伤害"
    IMPORTANT = "important", "重要用户停电"
    SECOND_RETURN = "second_return", "二次退单"
    DISSATISFIED = "dissatisfied", "回访再次不满意"


class SuspendReason(Labelled):
    """Why the repair waits (挂起原因). Domain 2.11."""

    CUSTOMER_ABSENT = "customer_absent", "客户不在或要求改期"
    ACCESS_REFUSED = "access_refused", "拒绝进入"
    UNSAFE = "unsafe", "现场不安全"
    SWITCHING = "switching", "等待倒闸操作"
    MATERIAL = "material", "等待物资"
    PERMIT = "permit", "等待道路或林业许可"
    OFF_PEAK = "off_peak", "错峰抢修"


class ExcuseReason(Labelled):
    """Why an arrival may be late without fault (免责原因). Domain 2.5 e and f."""

    WEATHER = "weather", "恶劣天气"
    TRAFFIC = "traffic", "交通中断"


class ReopenReason(Labelled):
    """Why a ticket that was thought done goes on (重新处理原因). Domain 2.8.5 and 2.14."""

    STILL_DARK = "still_dark", "客户仍无电"
    DISSATISFIED = "dissatisfied", "客户不满意"


class Asking(Labelled):
    """How we learn whether the power is back (核实方式)."""

    SMS = "sms", "短信"
    CALL = "call", "电话"
    METER = "meter", "电表召测"
    CREW = "crew", "现场"


class Waiver(Labelled):
    """Why a repair is finished without anybody having arrived (免到场原因)."""

    REMOTE_SWITCHING = "remote_switching", "远方操作恢复"
    UPSTREAM = "upstream", "上级电源恢复"
    CUSTOMER_SAYS = "customer_says", "客户告知已来电"


class NoteKind(Labelled):
    """What is worth noting beside the steps (记事类型). Domain 3.4."""

    HELPED = "helped", "便民帮扶"
    GENERATOR = "generator", "发电车支援"
    POWERED = "powered", "应急供电已接入"
    OFF_PEAK = "off_peak", "错峰抢修"
    CONTACTED = "contacted", "已联系客户"
    OTHER = "other", "其他"


class Check(Labelled):
    """What a field report is held against (真实性核查项). Domain 2.13."""

    ORDER = "order", "时间顺序"
    POSITION = "position", "到场位置"
    TRAVEL = "travel", "行程时间"
    DWELL = "dwell", "停留时间"
    VOLTAGE = "voltage", "复电电压"
    CAUSE = "cause", "原因与分类相符"
    PHOTO = "photo", "现场照片"
    SAME_TEXT = "same_text", "记录雷同"
    BOUNDARY = "boundary", "产权分界照片"
