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


class ReasonCode(Labelled):
    """
    Why a crew was taken for a job or passed over; one for each crew, the gravest that holds.

    The order is that of gravity: a crew that lacks the skill and is busy too is told to lack the skill.
    """

    INACTIVE = "INACTIVE", "班组已停用"
    NO_SKILL = "NO_SKILL", "不具备所需技能"
    NO_PLACE = "NO_PLACE", "班组与班所均无位置,无法估算"
    ON_THIS_JOB = "ON_THIS_JOB", "正在处理本工单"
    HAD_IT = "HAD_IT", "曾拒单或已从本工单转出"
    OFF_SHIFT = "OFF_SHIFT", "不在班"
    OTHER_DISTRICT = "OTHER_DISTRICT", "不属本县,原辖区规则不派"
    QUEUE_FULL = "QUEUE_FULL", "在手工单已到上限"
    DEPOT_FULL = "DEPOT_FULL", "班所抢修承载力已满"
    BUSY_UNTIL = "BUSY_UNTIL", "作业中,完工后可到"
    TOO_FAR = "TOO_FAR", "空闲,但路途过远,不自动派往"
    FARTHER = "FARTHER", "空闲,但到达更晚"
    SHARED_OUT = "SHARED_OUT", "统筹分配多张工单时的最优选择"
    CHOSEN_BY_HAND = "CHOSEN_BY_HAND", "指挥员指定"
    NEAREST = "NEAREST", "距离最近且空闲"


class Mark(Labelled):
    """What a dispatcher must know about an estimate."""

    STALE_POSITION = "STALE_POSITION", "位置已过时,按班所位置估算"
    NO_POSITION = "NO_POSITION", "无实时位置,按班所位置估算"
    OLD_POSITION = "OLD_POSITION", "位置已过时且班所无坐标,按最后位置估算"


# Reasons a dispatcher's own choice may set aside; the others are safety or sense (design law 7).
OVERRIDABLE = frozenset(
    {
        ReasonCode.HAD_IT,
        ReasonCode.OFF_SHIFT,
        ReasonCode.OTHER_DISTRICT,
        ReasonCode.DEPOT_FULL,
        ReasonCode.BUSY_UNTIL,
        ReasonCode.TOO_FAR,
        ReasonCode.FARTHER,
    }
)


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


@dataclass(frozen=True, slots=True)
class CrewCard:
    """What is known of a crew and seldom changes. Shift: minutes of the day in China; equal: round the clock."""

    id: str
    name: str
    depot: str
    county: str
    skills: frozenset[str] = frozenset()
    shift_start: int = 0
    shift_end: int = 0
    active: bool = True


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


@dataclass(frozen=True, slots=True)
class Offers:
    """
    The ranked answer for one job.

    :param offers: who may be sent: free crews by arrival, then busy ones by arrival once free
    :param passed_over: crews nearer than the best (the nearest of all, if there is no best), each with why not
    :param counts: how many of all crews have which reason
    :param best: the automatic proposal
    :param own_district: what the old-district rule would have chosen
    :param saved_s: seconds the best arrives before ``own_district``; None if one of the two is missing
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
