"""The words of generator trucks and of the plans for them."""

from dispatch.kit.words import Labelled


class TruckState(Labelled):
    """Whether a truck can be sent."""

    AVAILABLE = "available", "可用"
    SENT = "sent", "已派"
    OUT = "out", "停用"


class GeneratorPlanState(Labelled):
    """Where a plan stands."""

    PROPOSED = "proposed", "待确认"
    CONFIRMED = "confirmed", "已确认"
    SUPERSEDED = "superseded", "已被取代"


class GeneratorPlanSource(Labelled):
    """Who made a plan."""

    SOLVER = "solver", "优化计算"
    PERSON = "person", "人工编排"


class AssignmentState(Labelled):
    """Where one truck's feeding of one customer stands."""

    PROPOSED = "proposed", "待确认"
    PLANNED = "planned", "待派出"
    SENT = "sent", "已派出"
    CONNECTED = "connected", "已接入供电"
    RELEASED = "released", "已撤离"
    DROPPED = "dropped", "已取消"


class NotPlanned(Labelled):
    """Why a customer or a truck is not in the problem at all."""

    NO_PLACE = "no_place", "没有位置"
    OUT = "out", "停用"
    ON_ITS_WAY = "on_its_way", "已在途中"
