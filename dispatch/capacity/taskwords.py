"""Words of grid service tasks (网格服务任务). Paper S3."""

from dispatch.kit.words import Labelled


class GridTaskKind(Labelled):
    """What there is to do in a grid (网格) when somebody is near."""

    PATROL = "patrol", "设备巡视"
    VOLTAGE_CHECK = "voltage_check", "电压测量"
    CONTACT_DATA = "contact_data", "客户信息核对"
    METER_READING = "meter_reading", "补抄电表"
    HAZARD_CHECK = "hazard_check", "隐患排查"
    SAFETY_TALK = "safety_talk", "用电安全宣传"


class GridTaskState(Labelled):
    """Where a task stands."""

    OPEN = "open", "待安排"
    OFFERED = "offered", "已推荐"
    TAKEN = "taken", "已接"
    DONE = "done", "已完成"
    WITHDRAWN = "withdrawn", "已撤销"
    EXPIRED = "expired", "已过期"


class GridTaskStep(Labelled):
    """What happened to a task; a line of its log."""

    MADE = "made", "新建"
    OFFERED = "offered", "推荐"
    LAPSED = "lapsed", "推荐失效"
    TAKEN = "taken", "接受"
    DECLINED = "declined", "谢绝"
    GIVEN_BACK = "given_back", "让路收回"
    DONE = "done", "完成"
    WITHDRAWN = "withdrawn", "撤销"
    EXPIRED = "expired", "过期"


class NoTask(Labelled):
    """Why a crew is offered no task, or not this one."""

    STORM = "storm", "本县正在抗灾抢修,不安排网格任务"
    OUT = "out", "班组已停用或停派"
    REPAIR = "repair", "班组手上有抢修单"
    OFF_SHIFT = "off_shift", "班组不在班"
    RESTING = "resting", "班组须休息"
    HAS_TASK = "has_task", "班组手上已有一项网格任务"
    NO_PLACE = "no_place", "不知道班组在哪里"
    OFF_HOURS = "off_hours", "不在网格任务的作业时间内"
    NONE_OPEN = "none_open", "本县没有待安排的任务"
    NO_SKILL = "no_skill", "班组没有所需技能"
    NO_WAY = "no_way", "无路可达"
    TOO_FAR = "too_far", "绕路超过上限"
    NO_SLACK = "no_slack", "做完之后赶赴下一个承诺的余量不足"
