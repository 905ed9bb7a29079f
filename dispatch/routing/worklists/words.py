"""Words of half-day lists: why a visit is left out, and what would help."""

from dispatch.kit.words import Labelled
from dispatch.routing.optimiser.words import Naming


class LeftWhy(Labelled):
    """The rule that keeps a booked visit off the routes of its half-day."""

    NO_TEAM = "NO_TEAM", "没有申报能做此类作业的班组"
    PIN_UNKNOWN = "PIN_UNKNOWN", "指定的班组不在本半天"
    PIN_UNABLE = "PIN_UNABLE", "指定的班组不能做这户"
    OUTSIDE = "OUTSIDE", "约定时段不在班组的作业时间内"
    TOO_LONG = "TOO_LONG", "约定时段开始后剩下的时间不够作业"
    TOO_FAR = "TOO_FAR", "只做这一户也来不及往返"
    FULL = "FULL", "申报的户数已用完"
    PIN_FULL = "PIN_FULL", "指定的班组已排满"
    WINDOW = "WINDOW", "约定时段内能做的班组都已排满"
    CROWDED = "CROWDED", "能做的班组本半天都已排满"
    TOO_DEAR = "TOO_DEAR", "绕行代价高于暂不安排"
    UNSOLVED = "UNSOLVED", "求解未完成,逐户插入时没有排上"


class ListHelp(Labelled):
    """What would bring a visit that was left out onto a route."""

    RELEASE = "RELEASE", "取消指定班组"
    POOL = "POOL", "由邻近班所代做"
    WINDOW = "WINDOW", "放宽约定时段"
    VISIT = "VISIT", "多申报一户"
    SKILL = "SKILL", "让现有班组兼做"
    NEXT = "NEXT", "改约下一半天"
    TEAM = "TEAM", "增派一队"


NAMING = Naming(a_crew="班组", a_job="作业")
