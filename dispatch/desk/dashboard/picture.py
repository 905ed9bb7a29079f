"""One area's dashboard: its own figures, those of the areas below it, what is about to break. Kept for five seconds."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from time import monotonic

from dispatch.accounts.model import Account
from dispatch.desk.crews import ledger
from dispatch.desk.crews.ledger import LentTo
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.days import begun, span_of
from dispatch.places.areas import AreaLevel

from . import counting
from .counting import Cell, Count, Step, Tally
from .keeping import DAY, DayKeeper
from .slips import Slip

KEPT_S = 5.0
MOST_KEPT = 200  # pictures
ALERTS = 30
ENDING = timedelta(minutes=15)  # what breaks so soon is an alert
CAPACITY = """
SELECT d.depot, sum(d.visits)::int AS declared,
       (SELECT count(*)::int FROM booking WHERE depot = d.depot AND date = $2 AND place IS NOT NULL) AS booked
FROM capacity_declaration AS d WHERE d.area = ANY($1::text[]) AND d.date = $2 GROUP BY d.depot ORDER BY d.depot
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One area below: a city, a county."""

    code: str
    name: str
    level: AreaLevel
    tally: Tally


@dataclass(frozen=True, slots=True)
class Alert:
    """An open ticket that somebody should look at, and which of its clocks breaks next or broke."""

    ticket_id: str
    ticket_no: str
    area: str
    symptom: str
    what: str  # overdue, ending, supervised, chased
    limit: str | None
    due_at: datetime | None
    chased_n: int


@dataclass(frozen=True, slots=True)
class Full:
    """How much of what a depot declared for the day is booked, visits."""

    depot: str
    name: str
    declared: int
    booked: int


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything on an area's dashboard."""

    area: str
    name: str
    level: AreaLevel
    day: date
    at: datetime
    now: Tally
    before: Tally  # the day before, as it stood at the same time of day
    parts: Sequence[Part]
    counties: Sequence[Part]  # for the map, whatever lies between
    funnel: Sequence[Step]
    came: Sequence[int]
    went: Sequence[int]
    spread: Mapping[str, Sequence[int]]
    heat: Sequence[Cell]
    capacity: Sequence[Full]
    borders: Sequence[LentTo]
    alerts: Sequence[Alert]


@dataclass(frozen=True, slots=True)
class Seen:
    """
    What a picture is counted from.

    :param at: until when: now, or the end of a past day
    :param now_at: ``at`` of today; None: a past day, of which all is told that became of it
    :param helped, helped_before: who lent to whom on the day, and on the day before until the same time
    """

    area: str
    day: date
    at: datetime
    now_at: datetime | None
    slips: Sequence[Slip]
    full: Sequence[Full]
    helped: Sequence[LentTo]
    helped_before: Sequence[LentTo]


class Pictures:
    """The dashboards of a process: each is counted once for all who look at it within five seconds."""

    def __init__(self, keeper: DayKeeper) -> None:
        self.keeper = keeper
        self._kept: dict[tuple[str, date, bool], tuple[float, asyncio.Task[Picture]]] = {}

    def forget(self) -> None:
        """Count anew for whoever looks next."""
        self._kept.clear()

    async def picture(self, desk: Desk, area: str | None, day: date | None, *, by: Account, at: datetime) -> Picture:
        """
        Return the dashboard of an area.

        :param area: None: the caller's own
        :param day: in China; None: today
        :raises BadDay: if the day is still to come
        :raises Forbidden: if ``by`` may not look there
        """
        code = looked_at(desk, area, "dashboard.read", by=by)
        today = at.astimezone(CHINA).date()
        wanted = begun(day or today, at=at)
        key = code, wanted, wanted == today
        held = self._kept.get(key)
        if held is None or monotonic() - held[0] > KEPT_S or (held[1].done() and held[1].exception() is not None):
            if len(self._kept) >= MOST_KEPT:
                self.forget()
            held = monotonic(), asyncio.create_task(self._count(desk, code, wanted, at if wanted == today else None))
            self._kept[key] = held
        return await asyncio.shield(held[1])

    async def _count(self, desk: Desk, area: str, day: date, now_at: datetime | None) -> Picture:
        counties = desk.areas.counties(area)
        begin, end = _span(day)
        at = now_at or end
        if now_at is not None:
            slips = await self.keeper.today(at=now_at)
        else:
            slips = await self.keeper.of_day(day, (area, *desk.areas.below(area)))
        async with desk.db.connection() as connection:
            rows = await connection.fetch(CAPACITY, list(counties), day)
            helped = await ledger.lent(connection, counties, begin, end)
            before = await ledger.lent(connection, counties, begin - DAY, at - DAY)
        full = [Full(row["depot"], desk.areas.get(row["depot"]).name, row["declared"], row["booked"]) for row in rows]
        return await asyncio.to_thread(_picture, desk, Seen(area, day, at, now_at, slips, full, helped, before))


def _picture(desk: Desk, seen: Seen) -> Picture:
    areas, (begin, end) = desk.areas, _span(seen.day)
    codes = {seen.area, *areas.below(seen.area)}
    slips = [slip for slip in seen.slips if slip.area in codes]
    repairs = [slip for slip in slips if slip.counts]
    todays = [slip for slip in repairs if begin <= slip.reported_at < end]
    standing_at = None if seen.now_at else seen.at
    running = [slip for slip in slips if slip.standing(standing_at)]
    came, went = counting.hours(repairs, begin)
    counted = _counted(codes, todays, running, seen.helped)
    return Picture(
        area=seen.area,
        name=areas.get(seen.area).name,
        level=areas.get(seen.area).level,
        day=seen.day,
        at=seen.at,
        now=_sum(counted, codes).tally(),
        before=_before(seen, slips, begin - DAY, codes),
        parts=_parts(desk, counted, _children(desk, seen.area)),
        counties=_parts(desk, counted, areas.counties(seen.area)),
        funnel=counting.funnel(todays),
        came=came,
        went=went,
        spread=counting.spread(todays),
        heat=counting.heat(todays, begin),
        capacity=seen.full,
        borders=seen.helped,
        alerts=alerts(running, seen.at) if seen.now_at else (),
    )


def _span(day: date) -> tuple[datetime, datetime]:
    """Return when a day of China begins and ends, in UTC as slips tell it: instants of two zones compare slowly."""
    begin, end = span_of(day)
    return begin.astimezone(UTC), end.astimezone(UTC)


def _counted(
    codes: Collection[str], todays: Sequence[Slip], running: Sequence[Slip], helped: Sequence[LentTo]
) -> dict[str, Count]:
    """Count each area by itself, without what lies below it."""
    found = {code: Count() for code in codes}
    for slip in todays:
        found[slip.area].report(slip)
    for slip in running:
        found[slip.area].stand(slip)
    for each in _borrowed(helped, codes):
        found[each.borrower].borrow(each)
    return found


def _sum(counted: Mapping[str, Count], codes: Iterable[str]) -> Count:
    whole = Count()
    for code in codes:
        if code in counted:
            whole.add(counted[code])
    return whole


def _before(seen: Seen, slips: Sequence[Slip], begin: datetime, codes: Collection[str]) -> Tally:
    """Tally the day before: beside today only what had come by the same time, beside a past day the whole of it."""
    at = seen.at - DAY
    days = [slip for slip in slips if slip.counts and begin <= slip.reported_at < at]
    standing = [slip for slip in slips if slip.standing(at)]
    helped = _borrowed(seen.helped_before, codes)
    if seen.now_at is None:
        return counting.count(days, standing, helped).tally()
    return counting.count((s.until(at) for s in days), (s.until(at) for s in standing), helped).tally()


def _borrowed(helped: Sequence[LentTo], codes: Collection[str]) -> list[LentTo]:
    return [each for each in helped if each.borrower in codes]


def _children(desk: Desk, code: str) -> list[str]:
    below = (desk.areas.get(each) for each in desk.areas.below(code))
    return [each.code for each in below if each.parent == code and each.level is not AreaLevel.DEPOT]


def _parts(desk: Desk, counted: Mapping[str, Count], codes: Sequence[str]) -> list[Part]:
    """Tally each area with all that lies below it."""
    areas = [desk.areas.get(code) for code in codes]
    wholes = [_sum(counted, (one.code, *desk.areas.below(one.code))) for one in areas]
    return [Part(one.code, one.name, one.level, whole.tally()) for one, whole in zip(areas, wholes, strict=True)]


def alerts(running: Sequence[Slip], at: datetime) -> list[Alert]:
    """Return what somebody should look at: broken limits first, then those that break soon, 督办, 催办."""
    found = [(order, slip, what) for slip in running for order, what in [_alarm(slip, at)] if what is not None]
    found.sort(key=lambda each: (each[0], _next(each[1]) or at, each[1].id))
    return [_alert(slip, what) for _, slip, what in found[:ALERTS] if what is not None]


def _alarm(slip: Slip, at: datetime) -> tuple[int, str | None]:
    due = _next(slip)
    if due is not None and due <= at:
        return 0, "overdue"
    if due is not None and due - at <= ENDING:
        return 1, "ending"
    if slip.flags.supervised:
        return 2, "supervised"
    return 3, "chased" if slip.flags.chased_n > 1 else None


def _next(slip: Slip) -> datetime | None:
    return min((slip.due or {}).values(), default=slip.arrive_missed_at if slip.arrived_at is None else None)


def _alert(slip: Slip, what: str) -> Alert:
    due = _next(slip)
    limit = next((name for name, moment in (slip.due or {}).items() if moment == due), None)
    return Alert(slip.id, slip.ticket_no, slip.area, slip.symptom, what, limit, due, slip.flags.chased_n)
