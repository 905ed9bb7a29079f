"""
The indices of domain 8 as pure functions of judged tickets; a live day and a replayed one go through the same.

A figure says of which tickets it speaks (``population``) and from which instant a duration counts (``start``); one that
cannot be computed has no value and says why (``reason``). Shares are 0 to 1. Quantiles are interpolated linearly.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import fmean

import numpy as np

from dispatch.kit.words import Labelled

from .judged import Ending, Fault, Judged
from .mv_hours import MvHours
from .outage_minutes import Interruption
from .words import Category


class Index(Labelled):
    """What is measured (指标). Domain 8."""

    ACCEPT_IN_TIME = "accept_in_time", "接派单及时率"
    RIGHT_UNIT = "right_unit", "派单准确率"
    RETURNED = "returned", "退单率"
    APP_ACCEPTED = "app_accepted", "移动APP接单率"
    ARRIVE_IN_TIME = "arrive_in_time", "到达现场及时率"
    ARRIVE_EXCUSED = "arrive_excused", "到达超时免责率"
    APPOINTMENT_KEPT = "appointment_kept", "约时履约率"
    ARRIVE_TIME = "arrive_time", "平均到达现场时长"
    REPAIR_FROM_REPORT = "repair_from_report", "故障平均修复时长(自受理)"
    REPAIR_FROM_ARRIVAL = "repair_from_arrival", "故障平均修复时长(自到达)"
    REPLY_IN_TIME = "reply_in_time", "回单及时率"
    REPLY_FIRST_PASS = "reply_first_pass", "回单一次合格率"
    REPLY_TRUE = "reply_true", "回单真实率"
    FIRST_FIX = "first_fix", "一次修复率"
    REPEATED = "repeated", "重复报修率"
    SATISFIED = "satisfied", "满意率"
    CALLBACK_IN_TIME = "callback_in_time", "回访及时率"
    CHASED = "chased", "催办率"
    SUPERVISED = "supervised", "督办率"
    THIRD_CONTACTS = "third_contacts", "客户三次致电件数"
    LENT = "lent", "跨区支援占比"
    SUPPORTED = "supported", "支援外区件数"
    REPORTS = "reports", "报修件数"
    PER_100K = "per_100k", "十万户报修率"
    CATEGORY_SHARE = "category_share", "抢修量占比"
    SCORE = "score", "工单评价平均得分"
    LV_CUSTOMER_HOURS = "lv_customer_hours", "低压停电时户数"
    MV_USER_HOURS = "mv_user_hours", "中压停电时户数"
    SAIDI = "saidi", "用户平均停电时间(SAIDI)"
    SAIFI = "saifi", "用户平均停电次数(SAIFI)"
    CAIDI = "caidi", "停电平均持续时间(CAIDI)"
    ASAI = "asai", "平均供电可靠率(ASAI)"
    SAIDI_MV = "saidi_mv", "用户平均停电时间(AIHC-1)"
    RS_1 = "rs_1", "平均供电可靠率(RS-1)"
    SERVICE_INDEX = "service_index", "优质服务评价指数"


class Unit(Labelled):
    """What a figure is counted in."""

    SHARE = "share", "占比"
    MINUTES = "min", "分钟"
    COUNT = "count", "件"
    PER_100K = "per_100k", "件/十万户"
    CUSTOMER_HOURS = "customer_h", "时户"
    MINUTES_EACH = "min_each", "分钟/户"
    TIMES_EACH = "times_each", "次/户"
    POINTS = "points", "分"
    PERCENT = "percent", "%"


@dataclass(frozen=True, slots=True)
class Figure:
    """One index of one area and period; see the module for what its parts mean."""

    index: Index
    value: float | None
    unit: Unit
    population: str
    start: str = ""
    numerator: float | None = None
    denominator: float | None = None
    p50: float | None = None
    p90: float | None = None
    parts: tuple[tuple[str, float], ...] = ()
    reason: str = ""

    @property
    def name(self) -> str:
        return self.index.label


@dataclass(frozen=True, slots=True)
class Period:
    """
    What is known of an area and period beside its judged tickets.

    :param begin_at, end_at: half-open
    :param reported: tickets reported in the period, by category, ended or not
    :param repeated: ids of tickets whose trouble was reported again within ``REPEAT_WITHIN`` of their end
    :param outages: those whose main ticket ended in the period
    :param households, mv_users: how many the area has; None: nobody has said so
    :param mv_hours: of medium-voltage users, by the outage notices in the period; None: no source of it
    :param supported: tickets of other areas that the area's crews repaired and that ended in the period
    :param other_business: business volume without repairs, praise and enquiries answered at once
    """

    begin_at: datetime
    end_at: datetime
    reported: Mapping[str, int] = field(default_factory=dict)
    repeated: frozenset[str] = frozenset()
    outages: Sequence[Interruption] = ()
    households: int | None = None
    mv_users: int | None = None
    mv_hours: MvHours | None = None
    other_business: int = 0
    supported: int = 0

    @property
    def hours(self) -> float:
        return (self.end_at - self.begin_at) / timedelta(hours=1)


REPEAT_WITHIN = timedelta(days=7)  # repeat_week of domain 2.12
SATISFIED_AIM = 0.95  # of the answered call-backs; below it points are lost [V16]
MINUTE = timedelta(minutes=1)
Among = Callable[[Judged], bool]
Instant = Callable[[Judged], datetime | None]
NOTHING = "本期没有这样的工单"


def _sent_out(row: Judged) -> bool:
    return row.submitted_at is not None


def _visited(row: Judged) -> bool:
    return row.arrived_at is not None and row.ending == Ending.CLOSED


def _replied(row: Judged) -> bool:
    return row.replied_at is not None


def _mended(row: Judged) -> bool:
    return row.restored_at is not None and row.ending == Ending.CLOSED


@dataclass(frozen=True, slots=True)
class Share:
    """A share of tickets: those ``of`` in question ``among`` the population."""

    index: Index
    population: str
    among: Among
    of: Among
    start: str = ""

    def figure(self, rows: Sequence[Judged]) -> Figure:
        among = [row for row in rows if self.among(row)]
        return share(self.index, sum(map(self.of, among)), len(among), population=self.population, start=self.start)


@dataclass(frozen=True, slots=True)
class Duration:
    """A duration in minutes: mean, median and ninth decile."""

    index: Index
    population: str
    among: Among
    begin: Instant
    end: Instant
    start: str

    def figure(self, rows: Sequence[Judged]) -> Figure:
        ends = [(self.begin(row), self.end(row)) for row in rows if self.among(row)]
        took = [(end - begin) / MINUTE for begin, end in ends if begin is not None and end is not None]
        return mean(self.index, took, Unit.MINUTES, population=self.population, start=self.start)


SENT_OUT = "本期办结的工单(归档或取消,含副单,不含咨询)"
VISITED = "本期归档且有人到场的工单(副单按到场规则判定)"
VISITED_MAIN = "本期归档且有人到场的工单,不含副单和约时工单"
MENDED_MAIN = "本期归档且已复电的工单,不含副单"
SHARES: tuple[Share, ...] = (
    Share(
        Index.ACCEPT_IN_TIME,
        f"{SENT_OUT},曾被接单或退单的",
        lambda r: _sent_out(r) and (r.accepted_at is not None or r.returned_n > 0),
        lambda r: not r.blamed(Fault.LATE_ACCEPT),
        "派发时间",
    ),
    Share(Index.RIGHT_UNIT, SENT_OUT, _sent_out, lambda r: not r.wrong_district),
    Share(Index.RETURNED, SENT_OUT, _sent_out, lambda r: r.returned_n > 0),
    Share(
        Index.APP_ACCEPTED,
        f"{SENT_OUT},派过队伍的",
        lambda r: _sent_out(r) and r.crew is not None,
        lambda r: r.app_accepted,
    ),
    Share(Index.ARRIVE_IN_TIME, VISITED, _visited, lambda r: not r.has(Fault.LATE_ARRIVE), "受理时间;约时为约定时间"),
    Share(Index.ARRIVE_EXCUSED, VISITED, _visited, lambda r: Fault.LATE_ARRIVE in r.excused, "受理时间"),
    Share(
        Index.APPOINTMENT_KEPT,
        "本期归档且有人到场的约时工单",
        lambda r: _visited(r) and r.appointed,
        lambda r: not r.has(Fault.LATE_ARRIVE),
        "约定时间",
    ),
    Share(
        Index.REPLY_IN_TIME, "本期归档且已回单的工单", _replied, lambda r: not r.blamed(Fault.LATE_REPLY), "复电时间"
    ),
    Share(Index.REPLY_FIRST_PASS, "本期归档且已回单的工单", _replied, lambda r: r.reply_rejected_n == 0),
    Share(
        Index.REPLY_TRUE,
        "本期归档且汇报经过真实性核查的工单;存疑且被审核退回的为不实",
        lambda r: _replied(r) and r.trust is not None,
        lambda r: not r.false_reply,
    ),
    Share(Index.REPEATED, "本期归档且已复电的工单", _mended, lambda r: r.repeat_of is not None),
    Share(
        Index.SATISFIED,
        "本期归档且回访得到答复的工单,含副单",
        lambda r: r.satisfied is not None,
        lambda r: r.satisfied is True,
    ),
    Share(
        Index.CALLBACK_IN_TIME,
        "本期归档且已回单的工单,含副单",
        _replied,
        lambda r: not r.blamed(Fault.LATE_CALLBACK),
        "回单时间",
    ),
    Share(Index.CHASED, SENT_OUT, _sent_out, lambda r: r.chases_n > 0),
    Share(Index.SUPERVISED, SENT_OUT, _sent_out, lambda r: r.supervisions_n > 0),
    Share(Index.LENT, f"{SENT_OUT},派过队伍的", lambda r: _sent_out(r) and r.crew is not None, lambda r: r.lent),
)
DURATIONS: tuple[Duration, ...] = (
    Duration(
        Index.ARRIVE_TIME,
        VISITED_MAIN,
        lambda r: _visited(r) and not r.child and not r.appointed,
        lambda r: r.reported_at,
        lambda r: r.arrived_at,
        "受理时间",
    ),
    Duration(
        Index.REPAIR_FROM_REPORT,
        MENDED_MAIN,
        lambda r: _mended(r) and not r.child,
        lambda r: r.reported_at,
        lambda r: r.restored_at,
        "受理时间",
    ),
    Duration(
        Index.REPAIR_FROM_ARRIVAL,
        f"{MENDED_MAIN},有人到场的",
        lambda r: _mended(r) and _visited(r) and not r.child,
        lambda r: r.arrived_at,
        lambda r: r.restored_at,
        "到达现场时间",
    ),
)


def figures(rows: Sequence[Judged], period: Period) -> list[Figure]:
    """
    Return the indices of the tickets that ended in the period, in the order of ``Index``.

    :param rows: the latest judgement of each, of one area
    """
    found = {figure.index: figure for figure in _figures(rows, period)}
    return [found[index] for index in Index if index in found]


def _figures(rows: Sequence[Judged], period: Period) -> Iterator[Figure]:
    yield from (one.figure(rows) for one in SHARES)
    yield from (one.figure(rows) for one in DURATIONS)
    mended = [row for row in rows if _mended(row)]
    yield share(
        Index.FIRST_FIX,
        sum(row.ticket_id not in period.repeated for row in mended),
        len(mended),
        population="本期归档且已复电的工单;归档后7天内同一客户再次报修的不计为一次修复",
    )
    third = sum(row.has(Fault.THIRD_CONTACT) for row in rows if _sent_out(row))
    yield Figure(Index.THIRD_CONTACTS, third, Unit.COUNT, SENT_OUT, numerator=third)
    yield Figure(
        Index.SUPPORTED,
        period.supported,
        Unit.COUNT,
        "本期办结的外区工单,由本区队伍承办的;记借出单位的成绩,回单仍由工单所属单位负责",
        numerator=period.supported,
    )
    scores = [float(row.score) for row in rows if row.score is not None and _sent_out(row)]
    yield mean(Index.SCORE, scores, Unit.POINTS, population=f"{SENT_OUT},规则包规定了扣分的")
    yield from _volume(period)


def _volume(period: Period) -> Iterator[Figure]:
    population = "本期受理并派发的工单,不论是否办结"
    reports = sum(period.reported.values())
    yield Figure(Index.REPORTS, reports, Unit.COUNT, population, "受理时间", numerator=reports)
    each = [(category.label, period.reported.get(category.value, 0)) for category in Category]
    parts = tuple((label, n / reports) for label, n in each) if reports else ()
    reason = "" if reports else "本期没有受理工单"
    yield Figure(
        Index.CATEGORY_SHARE,
        None,
        Unit.SHARE,
        population,
        denominator=reports,
        parts=parts,
        reason=reason or "按一级分类,见各项",
    )
    if period.households:
        per = reports / (period.households / 100_000)
        yield Figure(
            Index.PER_100K, per, Unit.PER_100K, population, numerator=reports, denominator=period.households / 100_000
        )
    else:
        yield Figure(
            Index.PER_100K, None, Unit.PER_100K, population, numerator=reports, reason="本区域未登记户数(households)"
        )


def repeated(rows: Sequence[Judged]) -> frozenset[str]:
    """Return those of the tickets whose trouble another of them reported again in time (``Period.repeated``)."""
    until = {row.ticket_id: row.ended_at + REPEAT_WITHIN for row in rows}
    return frozenset(
        row.repeat_of for row in rows if row.repeat_of in until and row.reported_at <= until[row.repeat_of]
    )


def share(index: Index, n: int, of: int, *, population: str, start: str = "") -> Figure:
    """Return a share; of nothing there is none."""
    value, reason = (n / of, "") if of else (None, NOTHING)
    return Figure(index, value, Unit.SHARE, population, start, numerator=n, denominator=of, reason=reason)


def mean(index: Index, values: Sequence[float], unit: Unit, *, population: str, start: str = "") -> Figure:
    """Return a mean with median and ninth decile; of nothing there is none."""
    if not values:
        return Figure(index, None, unit, population, start, numerator=0, denominator=0, reason=NOTHING)
    p50, p90 = (float(one) for one in np.percentile(values, (50, 90)))
    total = float(np.sum(values))
    return Figure(index, fmean(values), unit, population, start, total, len(values), p50, p90)


def service_index(
    *,
    third_contacts: int,
    volume: int,
    satisfied: float | None,
    false_replies: int = 0,
    negative_opinions: int = 0,
    offences: int = 0,
) -> Figure:
    """
    Return 优质服务评价指数 in percent [V16].

    (1 - matters with three or more contacts / volume) x 100, less 1 for each percentage point of satisfaction below
    95 % (0.1 for each 0.1), 0.1 for each false reply, 5 for each negative opinion event, 0.2 for each proven offence.

    :param volume: business volume; without repairs, praise and enquiries answered at once
    :param satisfied: share of the answered call-backs; None: nobody answered
    """
    population = "业务量,不含抢修、表扬和一次办结的咨询"
    if volume <= 0:
        reason = "本期没有非抢修业务量,公式的分母不含抢修工单"
        return Figure(Index.SERVICE_INDEX, None, Unit.PERCENT, population, numerator=third_contacts, reason=reason)
    lacking = max(0.0, SATISFIED_AIM * 100 - satisfied * 100) if satisfied is not None else 0.0
    less = lacking + 0.1 * false_replies + 5 * negative_opinions + 0.2 * offences
    value = (1 - third_contacts / volume) * 100 - less
    return Figure(Index.SERVICE_INDEX, value, Unit.PERCENT, population, numerator=third_contacts, denominator=volume)
