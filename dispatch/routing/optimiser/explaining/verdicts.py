"""Why a crew does a job, or does not: one word a crew, the gravest that holds."""

from dispatch.kit.words import Labelled


class CrewVerdict(Labelled):
    """Why a crew of a plan does a job, or does not; those that cannot come first, in the order of gravity."""

    NO_SKILL = "NO_SKILL", "不具备所需技能"
    VETOED = "VETOED", "已被排除"
    PINNED_ELSEWHERE = "PINNED_ELSEWHERE", "已指定其他班组"
    PARTNER = "PARTNER", "已是本工作的另一支班组"
    NO_ROOM = "NO_ROOM", "装载不下"
    NO_WAY = "NO_WAY", "无路可达"
    TOO_LATE = "TOO_LATE", "赶不上时间窗"
    CAP_FULL = "CAP_FULL", "班所承载力已满"
    SHIFT_ENDS = "SHIFT_ENDS", "班次内做不完"
    CROWDED = "CROWDED", "插入会使已排工作错过时间窗、班次或承载力"
    FARTHER = "FARTHER", "行车更多"
    LATER = "LATER", "到得更晚"
    DELAYS = "DELAYS", "使后面的客户更晚"
    CHANGES = "CHANGES", "改动已发布的安排"
    OVERTIME = "OVERTIME", "要加班"
    LENT = "LENT", "须跨县借用"
    UNRESERVED = "UNRESERVED", "使留守班组不足"
    EVEN = "EVEN", "代价相同"
    CHEAPER = "CHEAPER", "单独改派反而更省"
    CHOSEN = "CHOSEN", "计划所选"


CANNOT = frozenset(list(CrewVerdict)[: list(CrewVerdict).index(CrewVerdict.FARTHER)])
# What makes a crew dearer, in the order of ``alongside.Apart``.
DEARER = (
    CrewVerdict.FARTHER,
    CrewVerdict.LATER,
    CrewVerdict.DELAYS,
    CrewVerdict.CHANGES,
    CrewVerdict.OVERTIME,
    CrewVerdict.LENT,
    CrewVerdict.UNRESERVED,
)
# What each of them adds to the cost, for "so much more of".
TERMS = dict(zip(DEARER, ("行车", "迟到", "后续迟到", "改派", "加班", "跨县", "留守不足"), strict=True))


class Binding(Labelled):
    """What decides that a job stays with its crew."""

    FROZEN = "FROZEN", "已开始或已确认,不再改派"
    PINNED = "PINNED", "指挥员指定"
    ONLY_ONE = "ONLY_ONE", "只有这支班组能做"
    COST = "COST", "总代价最低"
    NOT_BEST = "NOT_BEST", "单独改派可更省"
