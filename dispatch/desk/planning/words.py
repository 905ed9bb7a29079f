"""The words of the rolling plan."""

from dispatch.kit.words import Labelled


class PlanState(Labelled):
    """Where a plan stands."""

    PROPOSED = "proposed", "待确认"
    PUBLISHED = "published", "执行中"
    SUPERSEDED = "superseded", "已被取代"
    REFUSED = "refused", "已拒绝"


class PlanSource(Labelled):
    """Who made a plan."""

    SOLVER = "solver", "滚动优化"
    INSERTION = "insertion", "逐单插入"
    PERSON = "person", "人工编排"


class Wish(Labelled):
    """What a person said of a ticket and a crew."""

    PIN = "pin", "指定班组"
    VETO = "veto", "排除班组"


class PlannerState(Labelled):
    """Whether the rolling plan of a region is at work."""

    OK = "ok", "滚动优化正常"
    INSERTION_ONLY = "insertion_only", "仅逐单插入"


class SolverFailure(Labelled):
    """Why the last turn of a region came to no plan."""

    DIED = "died", "求解进程异常退出"
    HUNG = "hung", "求解进程超时"
    OUT_OF_MEMORY = "out_of_memory", "求解进程内存不足"
    REFUSED = "refused", "问题数据有误"
    BROKEN = "broken", "写入计划时出错"


class ReplanCause(Labelled):
    """Why a region is planned anew before its minute is over."""

    EMERGENCY = "emergency", "紧急工单"
    LONGER_JOB = "longer_job", "作业延长"
    CREW_OUT = "crew_out", "班组停派"
    CREW_BACK = "crew_back", "班组恢复"
    NO_SHOW = "no_show", "班组未到"
    VEHICLE_DOWN = "vehicle_down", "车辆故障"
    ROAD_CLOSED = "road_closed", "道路封闭"
    REASSIGNED = "reassigned", "改派"
    WISH = "wish", "指定或排除"
    REFUSED = "refused", "拒绝建议"


class OutCause(Labelled):
    """Why a crew cannot be sent."""

    ILL = "ill", "人员生病"
    OFF = "off", "临时离岗"
    NO_SHOW = "no_show", "未到现场且失联"
    VEHICLE_DOWN = "vehicle_down", "车辆故障"


class PlanStanding(Labelled):
    """How a ticket stands in the plan."""

    SENT = "sent", "已派班组"
    PLANNED = "planned", "已排入计划"
    LEFT_OUT = "left_out", "未排入计划"
    NOT_PLANNED = "not_planned", "不在计划内"
