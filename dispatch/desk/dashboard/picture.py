"""One area's dashboard: its own figures, those of the areas below it, what is about to break. Kept for five seconds."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import monotonic

from dispatch.accounts.model import Account
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.errors import Invalid
from dispatch.places.areas import AreaLevel

from . import counting
from .counting import Cell, Step, Tally
from .keeping import DayKeeper, span_of
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


class BadDay(Invalid):
    """A day of which there can be no picture."""


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
    before: Tally  # the day before, up to the same time of day
    parts: Sequence[Part]
    counties: Sequence[Part]  # for the map, whatever lies between
    funnel: Sequence[Step]
    came: Sequence[int]
    went: Sequence[int]
    spread: Mapping[str, Sequence[int]]
    heat: Sequence[Cell]
    capacity: Sequence[Full]
    borders: Sequence[tuple[str, str, int, int]]
    alerts: Sequence[Alert]


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
        wanted = day or today
        if wanted > today:
            raise BadDay(f"{wanted} 还没有到,请选今天({today})或以前的日期", field="date")
        key = code, wanted, wanted == today
        held = self._kept.get(key)
        if held is None or monotonic() - held[0] > KEPT_S or (held[1].done() and held[1].exception() is not None):
            if len(self._kept) >= MOST_KEPT:
                self.forget()
            held = monotonic(), asyncio.create_task(self._count(desk, code, wanted, today, at))
            self._kept[key] = held
        return await asyncio.shield(held[1])

    async def _count(self, desk: Desk, area: str, day: date, today: date, at: datetime) -> Picture:
        counties = desk.areas.counties(area)
        if day == today:
            slips = await self.keeper.today(at=at)
        else:
            slips = await self.keeper.of_day(day, [*counties, area])
        async with desk.db.connection() as connection:
            rows = await connection.fetch(CAPACITY, list(counties), day)
        full = [Full(row["depot"], desk.areas.get(row["depot"]).name, row["declared"], row["booked"]) for row in rows]
        moment = min(at, span_of(day)[1])
        return await asyncio.to_thread(_picture, desk, area, day, moment, slips, full)


def _picture(
    desk: Desk, code: str, day: date, at: datetime, slips: Sequence[Slip], capacity: Sequence[Full]
) -> Picture:
    areas = desk.areas
    begin, end = span_of(day)
    codes = {code, *areas.below(code)}
    own = [slip for slip in slips if slip.area in codes and slip.counts]
    todays = [slip for slip in own if begin <= slip.reported_at < end]
    earlier = [slip for slip in own if begin - timedelta(days=1) <= slip.reported_at < at - timedelta(days=1)]
    running = [slip for slip in own if slip.is_open]
    came, went = counting.hours(own, begin)
    return Picture(
        area=code,
        name=areas.get(code).name,
        level=areas.get(code).level,
        day=day,
        at=at,
        now=counting.tally(todays, running),
        before=counting.tally(earlier, ()),
        parts=_parts(desk, _children(desk, code), todays, running),
        counties=_parts(desk, areas.counties(code), todays, running),
        funnel=counting.funnel(todays),
        came=came,
        went=went,
        spread=counting.spread(todays),
        heat=counting.heat(todays),
        capacity=capacity,
        borders=counting.borders(todays),
        alerts=alerts(running, at),
    )


def _children(desk: Desk, code: str) -> list[str]:
    below = (desk.areas.get(each) for each in desk.areas.below(code))
    return [each.code for each in below if each.parent == code and each.level is not AreaLevel.DEPOT]


def _parts(desk: Desk, codes: Sequence[str], todays: Sequence[Slip], running: Sequence[Slip]) -> list[Part]:
    """Tally each area's own; a city's are its counties'."""
    home = {below: code for code in codes for below in (code, *desk.areas.below(code))}
    days: dict[str, list[Slip]] = {code: [] for code in codes}
    opens: dict[str, list[Slip]] = {code: [] for code in codes}
    for slips, into in ((todays, days), (running, opens)):
        for slip in slips:
            if slip.area in home:
                into[home[slip.area]].append(slip)
    return [
        Part(code, desk.areas.get(code).name, desk.areas.get(code).level, counting.tally(days[code], opens[code]))
        for code in codes
    ]


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
    return min(slip.due.values(), default=slip.arrive_missed_at if slip.arrived_at is None else None)


def _alert(slip: Slip, what: str) -> Alert:
    due = _next(slip)
    limit = next((name for name, moment in slip.due.items() if moment == due), None)
    return Alert(slip.id, slip.ticket_no, slip.area, slip.symptom, what, limit, due, slip.flags.chased_n)
