"""The routing room's own words: jobs, crews, offers and the reasons for them. Callers map to and from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dispatch.kit.words import Labelled


class Policy(Labelled):
    """Which crews may be chosen for a job."""

    NEAREST = "nearest", "就近派工"  # old district borders play no part (paper S3)
    OWN_DISTRICT = "own-district", "按原辖区派工"  # what was done before; kept for comparison


class Basis(Labelled):
    """What a travel time was computed from."""

    LINE = "line", "按直线距离估算"
    ROAD = "road", "按道路行驶计算"


class ReasonCode(Labelled):
    """
    Why a crew was taken for a job or passed over; one for each crew, the gravest that holds.

    The order is that of gravity: a crew that lacks the skill and is busy too is told to lack the skill.
    """

    INACTIVE = "INACTIVE", "班组已停用"
    NO_SKILL = "NO_SKILL", "不具备所需技能"
    NO_PERMIT = "NO_PERMIT", "无所需工作票资格或已过期"
    NO_VEHICLE = "NO_VEHICLE", "车辆不符"
    NO_PLACE = "NO_PLACE", "班组与班所均无位置,无法估算"
    UNREACHABLE = "UNREACHABLE", "道路不通或路途过远,无法到达"
    ON_THIS_JOB = "ON_THIS_JOB", "正在处理本工单"
    RESTING = "RESTING", "连续作业已到上限,应休息"
    HAD_IT = "HAD_IT", "曾拒单或已从本工单转出"
    OFF_SHIFT = "OFF_SHIFT", "不在班"
    OTHER_DISTRICT = "OTHER_DISTRICT", "不属本县,原辖区规则不派"
    QUEUE_FULL = "QUEUE_FULL", "在手工单已到上限"
    DEPOT_FULL = "DEPOT_FULL", "班所抢修承载力已满"
    NOT_LENT = "NOT_LENT", "所属单位未借出,须具名批准"
    BUSY_UNTIL = "BUSY_UNTIL", "作业中,完工后可到"
    STALE = "STALE", "位置已过时且班所无坐标,不自动派往"
    PROMISED = "PROMISED", "已有约时作业,派往将误约,须具名批准"
    OVER_RESERVE = "OVER_RESERVE", "派出后所属县低于保底队伍数,须具名批准"
    TOO_FAR = "TOO_FAR", "空闲,但路途过远,不自动派往"
    FARTHER = "FARTHER", "空闲,但到达更晚"
    SPARED = "SPARED", "到达略早,但所属县近期支援较多,轮换"
    SHARED_OUT = "SHARED_OUT", "统筹分配多张工单时的最优选择"
    CHOSEN_BY_HAND = "CHOSEN_BY_HAND", "指挥员指定"
    FAIRER = "FAIRER", "空闲,均衡各县支援负担后选派"
    NEAREST = "NEAREST", "距离最近且空闲"


class NoCrew(Labelled):
    """Why no crew can be proposed for a job: what stopped the last of the crews, however many were stopped before."""

    NO_CANDIDATES = "NoCandidates", "系统中没有班组"
    INACTIVE = "Inactive", "班组均已停用"
    NO_SKILL = "NoSkill", "没有具备所需技能的班组"
    NO_PERMIT = "NoPermit", "具备技能的班组均无有效工作票资格"
    NO_VEHICLE = "NoVehicle", "合格班组均无相符车辆"
    NO_PLACE = "NoPlace", "合格班组与其班所均无位置"
    UNREACHABLE = "Unreachable", "合格班组均因道路不通或路途过远无法到达"
    ON_THIS_JOB = "OnThisJob", "合格班组只有正在处理本工单的一支"
    RESTING = "Resting", "合格班组均应休息"
    HAD_IT = "HadIt", "合格班组均拒过本单或已转出"
    OFF_SHIFT = "OffShift", "合格班组均不在班"
    OTHER_DISTRICT = "OtherDistrict", "本县没有合格班组,原辖区规则不派外县"
    QUEUE_FULL = "QueueFull", "在班合格班组在手工单均到上限"
    DEPOT_FULL = "DepotFull", "在班合格班组所属班所承载力均已满"
    NOT_LENT = "NotLent", "其余合格班组未经所属单位借出"
    BUSY = "Busy", "在班合格班组均在作业"
    STALE = "Stale", "其余合格班组位置均已过时"
    PROMISED = "Promised", "其余合格班组均有约时作业"
    OVER_RESERVE = "OverReserve", "其余合格班组派出后其县低于保底队伍数"
    TOO_FAR = "TooFar", "其余合格班组路途过远"


class Mark(Labelled):
    """What a dispatcher must know about an estimate."""

    STALE_POSITION = "STALE_POSITION", "位置已过时,按班所位置估算"
    NO_POSITION = "NO_POSITION", "无实时位置,按班所位置估算"
    OLD_POSITION = "OLD_POSITION", "位置已过时且班所无坐标,按最后位置估算"
    FUTURE_POSITION = "FUTURE_POSITION", "位置时间晚于当前时间,按班所位置估算"
    PERMIT_UNKNOWN = "PERMIT_UNKNOWN", "工作票资格未登记,请核实"
    VEHICLE_UNKNOWN = "VEHICLE_UNKNOWN", "车辆类型未登记,请核实"


# Reasons a dispatcher's own choice may set aside; the others are safety or sense (design law 7).
OVERRIDABLE = frozenset(
    {
        ReasonCode.HAD_IT,
        ReasonCode.OFF_SHIFT,
        ReasonCode.OTHER_DISTRICT,
        ReasonCode.DEPOT_FULL,
        ReasonCode.NOT_LENT,
        ReasonCode.BUSY_UNTIL,
        ReasonCode.STALE,
        ReasonCode.PROMISED,
        ReasonCode.OVER_RESERVE,
        ReasonCode.TOO_FAR,
        ReasonCode.FARTHER,
        ReasonCode.SPARED,
    }
)
# What only a named person may set aside, saying why: another's crew, another's reserve, another's appointment.
NAMED_ONLY = (ReasonCode.NOT_LENT, ReasonCode.OVER_RESERVE, ReasonCode.PROMISED)


@dataclass(frozen=True, slots=True)
class Worth:
    """
    What makes one waiting job go before another, in seconds of driving that it is worth.

    A job's score with a crew is ``travel_s - priority_s - per_waited_s * min(waited_s, waited_cap_s)``; the least score
    wins. The cap keeps the oldest job from pulling a crew across the province past everyone else.
    """

    hazard_s: float
    life_support_s: float
    important_s: float
    urgent_s: float
    sensitive_s: float
    per_waited_s: float
    waited_cap_s: float


class Standing(Labelled):
    """How far crews are lent without a grant of their own (常设借调范围)."""

    NONE = "none", "不设常设借调"
    CITY = "city", "同一地市内互相借调"
    PROVINCE = "province", "全省互相借调"


@dataclass(frozen=True, slots=True)
class Duty:
    """How long a crew may work and drive (作业与驾驶时限), seconds; zero of ``work_s``: no limit."""

    window_s: float = 86_400.0
    work_s: float = 0.0  # at most so much of any window
    drive_s: float = 0.0  # so much driving at a stretch, then ``pause_s``; zero: no pause
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Borders:
    """
    What is left of the old borders: who lends without a grant, what each county keeps, how the burden is shared.

    :param reserve: share of its crews on duty, rounded down, that a county keeps free when it lends, unless it set a
        number of its own
    :param fair_s: the most that a customer may wait longer so that another county lends; zero: no fairness term
    :param fair_jobs: a difference between counties of so many lent jobs weighs as much as the term can
    :param promise_s: an appointment that begins within so much time keeps a crew of its depot at home
    """

    standing: Standing = Standing.PROVINCE
    storm: Standing = Standing.PROVINCE  # for a county that is in storm mode
    reserve: float = 0.0
    fair_s: float = 0.0
    fair_jobs: float = 1.0
    promise_s: float = 0.0


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """The numbers of a rule pack that routing needs. Speeds in km/h by area class, times in seconds."""

    speed_kmh: Mapping[str, float]
    detour: Mapping[str, float]  # road metres for each straight metre, by area class
    reach_s: float  # an automatic choice farther than this waits for a busy crew that will be there sooner
    reach_per_waited: float  # or this share of the time that the job has waited, if that is longer
    stale_s: float  # a position older than this is not trusted
    queue_max: int  # open jobs a crew may hold, the present one included
    overrun_s: float  # the least that is still expected of each open job, however late it is
    worth: Worth
    ahead_s: float = 120.0  # a position later than now by more is not trusted
    duty: Duty = Duty()
    borders: Borders = Borders()


@dataclass(frozen=True, slots=True)
class CrewCard:
    """
    What is known of a crew and seldom changes. Shift: minutes of the day in China; equal: round the clock.

    :param city: that the county belongs to; empty: not known, and then no border
    :param vehicle: what kind of vehicle it has; None: not registered
    :param permits: kind of certificate (工作票资格) -> until when it holds, epoch seconds; None: not registered
    """

    id: str
    name: str
    depot: str
    county: str
    skills: frozenset[str] = frozenset()
    shift_start: int = 0
    shift_end: int = 0
    active: bool = True
    city: str = ""
    vehicle: str | None = None
    permits: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class DepotCard:
    """A depot (班所): its place, and the open repair jobs it declares it can hold at a time (None: undeclared)."""

    code: str
    lon: float | None = None
    lat: float | None = None
    reserve: int | None = None


@dataclass(frozen=True, slots=True)
class Engagement:
    """An open job of a crew: where it is and when it is expected to end (epoch seconds)."""

    job_id: str
    crew_id: str
    sent_at: float
    ends_at: float
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """
    A ticket as routing sees it.

    :param county: whose old-district rule is compared with
    :param area_class: ``urban``, ``rural`` or ``remote``: of the place of the fault
    :param approximate: the customer's place is unknown and a stand-in (the county's) is used
    :param on_it: the crew that has the job now
    :param had_it: crews that rejected it or were taken off it
    :param city: of the county; empty: not known
    :param permits: certificates of which one is needed; empty: none is
    :param vehicles: kinds of vehicle that fit; empty: any
    :param work_s: work on site that is expected
    """

    id: str
    lon: float
    lat: float
    area_class: str
    county: str
    skill: str | None = None
    approximate: bool = False
    hazard: bool = False
    urgent: bool = False
    protected: str | None = None
    reported_at: float = 0.0  # epoch seconds
    on_it: str | None = None
    had_it: frozenset[str] = frozenset()
    city: str = ""
    permits: frozenset[str] = frozenset()
    vehicles: frozenset[str] = frozenset()
    work_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Offer:
    """
    One crew's answer to one job.

    ``eta_s`` counts from now and includes, for a busy crew, the time until it is free. NaN-free: a crew without any
    place has ``eta_s`` and ``distance_m`` None.
    """

    crew_id: str
    crew_name: str
    county: str
    depot: str
    reason: ReasonCode
    sentence: str
    eta_s: int | None
    distance_m: int | None
    marks: tuple[Mark, ...] = ()
    position_age_s: int | None = None
    open_jobs: int = 0
    free_in_s: int | None = None  # only for a busy crew
    asks: tuple[ReasonCode, ...] = ()  # what a named person would have to set aside for it
    way: str = ""  # what slows its way: a closure, a flood
    lent_by: str | None = None  # by what a foreign crew may come: ``standing``, ``storm`` or the id of a grant


@dataclass(frozen=True, slots=True)
class Offers:
    """
    The ranked answer for one job.

    :param offers: who may be sent: free crews by arrival, then busy ones by arrival once free
    :param passed_over: crews nearer than the best (the nearest of all, if there is no best), each with why not
    :param counts: how many of all crews have which reason
    :param best: the automatic proposal
    :param own_district: what the old-district rule would have chosen
    :param own_waiting: without such a crew: the busy one of the county that would have come first
    :param saved_s: seconds the best arrives before ``own_district``; None if one of the two is missing
    :param nearer_n: how many stand nearer than the best, or as near, and were not taken; ``passed_over`` names some
    :param fastest: who would have been there first, where the best was chosen so that the burden is shared
    :param refusal: without a best: what stopped the last of the crews
    """

    job_id: str
    at: datetime
    policy: Policy
    basis: Basis
    approximate: bool
    offers: tuple[Offer, ...]
    passed_over: tuple[Offer, ...]
    counts: Mapping[ReasonCode, int] = field(default_factory=dict)
    best: Offer | None = None
    own_district: Offer | None = None
    saved_s: int | None = None
    own_waiting: Offer | None = None
    nearer_n: int = 0
    fastest: Offer | None = None
    refusal: NoCrew | None = None
