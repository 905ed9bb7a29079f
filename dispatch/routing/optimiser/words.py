"""The names of the objective's rules and of what a plan may break; codes are those of ``docs/formats.md``."""

from dispatch.kit.words import Labelled


class CostRule(Labelled):
    """A term of the objective."""

    TRAVEL = "travel", "行车"
    LATE = "late", "迟到"
    PROTECTED = "protected", "重要用户迟到"
    UNSERVED = "unserved", "未安排"
    CHANGE = "change", "改派"
    OVERTIME = "overtime", "加班"
    FOREIGN = "foreign", "跨县"
    RESERVE = "reserve", "留守不足"


class Violation(Labelled):
    """What a plan must not do."""

    UNKNOWN = "unknown", "不存在的队伍或工作"
    TWICE = "twice", "重复安排"
    PARTNERS = "partners", "队伍数不够"
    SKILL = "skill", "技能不符"
    PINNED = "pinned", "未按指定队伍"
    VETOED = "vetoed", "用了排除的队伍"
    FROZEN = "frozen", "动了已冻结的工作"
    WINDOW = "window", "错过时间窗"
    ORDER = "order", "前置工作未安排"
    SHIFT = "shift", "超出最晚时间"
    ROOM = "room", "超出装载"
    CAP = "cap", "超出承载力"
    DEADLOCK = "deadlock", "互相等待"
    WAY = "way", "无路可达"
