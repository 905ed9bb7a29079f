"""Words of declared capacity (承载力) and of booked visits (预约作业). Domain 7."""

from dispatch.kit.words import Labelled


class Half(Labelled):
    """Half of a working day: lists go out for each (paper S4)."""

    AM = "am", "上午"
    PM = "pm", "下午"


class VisitKind(Labelled):
    """What a booked visit is for; each kind is declared apart (paper S4)."""

    SURVEY = "survey", "查勘"
    METERING = "metering", "装表"
    FIELD_TEST = "field_test", "现场校验"


class VisitArea(Labelled):
    """Where a visit is; town and country are declared apart (paper S4)."""

    URBAN = "urban", "城区"
    RURAL = "rural", "农村"


class Appointment(Labelled):
    """What the customer was promised. Paper S4 gives the names, domain 7.2 the meanings."""

    FIXED = "fixed", "约时"
    WITHIN = "within", "限时"
    BY_DATE = "by_date", "限期"


class BookingState(Labelled):
    """Where a booking stands. That it was moved is a condition, not a position: ``Booking.moved_n``."""

    HELD = "held", "占位"
    BOOKED = "booked", "已约"
    REOFFERED = "reoffered", "待改约"
    LAPSED = "lapsed", "占位过期"
    CANCELLED = "cancelled", "已取消"
    ARRIVED = "arrived", "已到达"
    DONE = "done", "已完成"
    ABSENT = "absent", "客户不在"
    MISSED = "missed", "爽约"


class BookingStep(Labelled):
    """What happened to a booking; a line of its log."""

    HELD = "held", "占位"
    CONFIRMED = "confirmed", "确认"
    MOVED = "moved", "自动改期"
    REOFFERED = "reoffered", "重新提供时段"
    RESCHEDULED = "rescheduled", "改约"
    CANCELLED = "cancelled", "取消"
    LAPSED = "lapsed", "过期释放"
    REASSIGNED = "reassigned", "换队"
    ARRIVED = "arrived", "到达"
    DONE = "done", "完成"
    ABSENT = "absent", "客户不在"
    MISSED = "missed", "爽约"
    ROLLED = "rolled", "结转"
    UNFINISHED = "unfinished", "到达未完成"


class VisitOutcome(Labelled):
    """What became of a visit of a list."""

    DONE = "done", "已完成"
    ABSENT = "absent", "客户不在"
    MISSED = "missed", "爽约"
    ROLLED = "rolled", "已结转"
    REOFFERED = "reoffered", "已另约"
    CANCELLED = "cancelled", "客户取消"
    UNFINISHED = "unfinished", "到达未完成"


class ListState(Labelled):
    """Where a half-day's list stands."""

    DRAFT = "draft", "草稿"
    FROZEN = "frozen", "已冻结"
    NAMED = "named", "已定人"
    CLOSED = "closed", "已结束"


class ListStep(Labelled):
    """What happened to a list; a line of its log."""

    FROZEN = "frozen", "冻结"
    NAMED = "named", "定人"
    CHANGED = "changed", "变更"
    CLOSED = "closed", "结束"
