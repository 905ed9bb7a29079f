"""Why a group stays dark or a truck stays where it is, and what a plan may break; codes of ``docs/formats.md``."""

from dispatch.kit.words import Labelled


class DarkWhy(Labelled):
    """Why no truck feeds a group; the first that holds."""

    RESTORED = "restored", "已复电或不停电"
    NO_WEIGHT = "no_weight", "不计权重"
    NO_TRUCKS = "no_trucks", "没有发电车"
    TOO_BIG = "too_big", "容量不够"
    NO_WAY = "no_way", "无路可达"
    NO_FUEL = "no_fuel", "燃料不够"
    SHIFT_ENDS = "shift_ends", "班次内接不上"
    WINDOW = "window", "赶不上时间窗"
    TOO_FAR = "too_far", "接通前已复电"
    BUSY = "busy", "发电车另有更重要的用途"


class IdleWhy(Labelled):
    """Why a truck is not used; the first that holds."""

    NO_GROUPS = "no_groups", "没有要保电的用户"
    NO_FUEL = "no_fuel", "没有燃料"
    TOO_SMALL = "too_small", "容量太小"
    TOO_LATE = "too_late", "赶到时已复电"
    ALL_FED = "all_fed", "能接的都已有车"
    NO_GAIN = "no_gain", "去了也不减少停电"


class FeedingBreach(Labelled):
    """What a plan for generator trucks must not do."""

    UNKNOWN = "unknown", "不存在的发电车或用户"
    TWO_PLACES = "two_places", "同一时间在两处"
    WAY = "way", "无路可达"
    EARLY = "early", "停电之前供电或接线"
    LATE = "late", "复电之后仍供电"
    WINDOW = "window", "错过时间窗"
    SHORT = "short", "供电时间太短"
    SHIFT = "shift", "超出班次"
    FUEL = "fuel", "燃料用尽"
    POWER = "power", "容量不够"
    SPLIT = "split", "不许几车并列"
    FEEDINGS = "feedings", "供电次数太多"
