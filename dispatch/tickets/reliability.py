"""
Reliability from outages: SAIDI, SAIFI, CAIDI, ASAI, 停电时户数, and what failed often or long. Pure. Domain 8.

Two kinds of 户 that are never mixed: households (low voltage) and medium-voltage users (一个公变台区 or 专变用户 = 1).
Households are counted from tickets, which tell of faults only: that is the part of faults (SAIDI-F), without planned
outages. Medium-voltage users are counted from the outage notices, planned ones too ("-1": all causes), in parts.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from . import indices
from .indices import Figure, Index, Period, Unit
from .judged import Judged
from .outage_minutes import Dark, Interruption, customer_interruptions, customer_minutes, dark

FAULTS = "主单在本期归档的故障停电,整段计入归档期;不含计划停电及其期间的分钟"
NO_HOUSEHOLDS = "本区域未登记户数(households)"
NO_MV_USERS = "本区域未登记中压用户数(mv_users)"
NO_MV_HOURS = "本区域没有电网档案(network),不知停电的台区、专变;两种户不可混用"
NOTICED = "停电信息(故障、计划、临时)落在本期内的停电时段,公变台区、专变各为一户;未结束的算到此刻"
OWED = ("故障停电", "预安排停电")  # SAIDI-F, SAIDI-S
LONG_H, VERY_LONG_H = 8, 24  # 8 小时以上故障停电、单户超 24 小时 [V15]
OFTEN_LINE = 3  # outages of a line in two months [V15]


def all_figures(rows: Sequence[Judged], period: Period) -> list[Figure]:
    """
    Return every index that there is of an area and period, in the order of ``Index``.

    :param rows: the latest judgement of each ticket that ended in the period
    """
    found = [*indices.figures(rows, period), *figures(period)]
    by_index = {figure.index: figure for figure in found}
    satisfied = by_index[Index.SATISFIED].value
    third = int(by_index[Index.THIRD_CONTACTS].value or 0)
    false = sum(row.false_reply for row in rows)
    by_index[Index.SERVICE_INDEX] = indices.service_index(
        third_contacts=third, volume=period.other_business, satisfied=satisfied, false_replies=false
    )
    return [by_index[index] for index in Index if index in by_index]


def figures(period: Period) -> Iterator[Figure]:
    """Yield the indices of supply; ``period.outages`` are those counted in the period."""
    found = dark(period.outages)
    minutes, times = customer_minutes(found), customer_interruptions(found)
    yield Figure(
        Index.LV_CUSTOMER_HOURS, minutes / 60, Unit.CUSTOMER_HOURS, FAULTS, "停电开始", reason=_lower_bound(period)
    )
    yield from _of_households(minutes, times, period)
    yield from _of_mv_users(period)


def _lower_bound(period: Period) -> str:
    unknown = sum(one.customers is None for one in period.outages)
    return f"其中 {unknown} 处故障未填停电户数,按报修户数计,为下限" if unknown else ""


def _of_households(minutes: float, times: int, period: Period) -> Iterator[Figure]:
    n = period.households
    if not n:
        for index, unit in (
            (Index.SAIDI, Unit.MINUTES_EACH),
            (Index.SAIFI, Unit.TIMES_EACH),
            (Index.ASAI, Unit.PERCENT),
        ):
            yield Figure(index, None, unit, FAULTS, reason=NO_HOUSEHOLDS)
    else:
        yield Figure(Index.SAIDI, minutes / n, Unit.MINUTES_EACH, FAULTS, "停电开始", minutes, n)
        yield Figure(Index.SAIFI, times / n, Unit.TIMES_EACH, FAULTS, "停电开始", times, n)
        yield _reliability(Index.ASAI, minutes / 60 / n, period)
    if times:
        yield Figure(Index.CAIDI, minutes / times, Unit.MINUTES_EACH, FAULTS, "停电开始", minutes, times)
    else:
        reason = "本期没有故障停电(SAIFI 为 0),无定义"
        yield Figure(Index.CAIDI, None, Unit.MINUTES_EACH, FAULTS, numerator=0, denominator=0, reason=reason)


def _reliability(index: Index, mean_h: float, period: Period, *, population: str = FAULTS) -> Figure:
    """(1 - mean hours of outage / hours of the period) x 100 %."""
    value = (1 - mean_h / period.hours) * 100
    return Figure(index, value, Unit.PERCENT, population, "停电开始", mean_h, period.hours)


def _of_mv_users(period: Period) -> Iterator[Figure]:
    found, n = period.mv_hours, period.mv_users
    if found is None:
        yield Figure(Index.MV_USER_HOURS, None, Unit.CUSTOMER_HOURS, NOTICED, reason=NO_MV_HOURS)
    else:
        parts = tuple(zip(OWED, (found.faults, found.planned), strict=True))
        yield Figure(Index.MV_USER_HOURS, found.total, Unit.CUSTOMER_HOURS, NOTICED, "停电开始", parts=parts)
    if found is None or not n:
        reason = NO_MV_HOURS if found is None else NO_MV_USERS
        yield Figure(Index.SAIDI_MV, None, Unit.MINUTES_EACH, NOTICED, reason=reason)
        yield Figure(Index.RS_1, None, Unit.PERCENT, NOTICED, reason=reason)
        return
    parts = tuple(zip(OWED, (found.faults * 60 / n, found.planned * 60 / n), strict=True))
    minutes = found.total * 60
    yield Figure(Index.SAIDI_MV, minutes / n, Unit.MINUTES_EACH, NOTICED, "停电开始", minutes, n, parts=parts)
    yield _reliability(Index.RS_1, found.total / n, period, population=NOTICED)


def often(outages: Iterable[Interruption], *, times: int = OFTEN_LINE) -> list[tuple[str, int]]:
    """Return the lines with at least so many outages, the most first; outages of no known line are left out."""
    lines = Counter(one.feeder for one in outages if one.feeder)
    return sorted(((line, n) for line, n in lines.items() if n >= times), key=lambda found: (-found[1], found[0]))


def often_dark(outages: Sequence[Interruption], *, least: int, most: int | None = None) -> int:
    """Return how many customers known by name were dark so often: 3 to 4 times, 5 times and more [V15]."""
    spells: Counter[str] = Counter()
    for one in dark(outages):
        if one.customers == 1 and one.named is not None:
            spells[one.named] += len(one.spells)
    return sum(least <= n and (most is None or n <= most) for n in spells.values())


def long(outages: Iterable[Interruption], *, hours: float = LONG_H) -> list[Interruption]:
    """Return the outages that lasted longer, the longest first; each until the last of its customers was back."""
    limit = timedelta(hours=hours)
    found = [(lasted(one), one) for one in outages]
    return [one for took, one in sorted(found, key=lambda pair: pair[0], reverse=True) if took > limit]


def lasted(one: Interruption) -> timedelta:
    """Return how long it took until the last of its customers was back."""
    return max([one.end_at, *one.named.values()]) - one.begin_at


def very_long(found: Iterable[Dark], *, hours: float = VERY_LONG_H) -> int:
    """Return how many customers were dark for longer than that at a stretch."""
    limit = timedelta(hours=hours)
    return sum(one.customers for one in found if any(end - begin > limit for begin, end in one.spells))
