"""
The figures of a storm (抗灾抢修快报) at one instant, from rows of its tickets. Pure: the instant is an argument.

As of the instant: what was reported, restored, sent or ended later does not count. Restorations are those of tickets
that were reported since the storm began; what is not restored counts however old it is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from statistics import quantiles
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from dispatch.kit.clock import CHINA

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
OLDEST = 10  # tickets that the list of those without supply the longest names


class Sent(NamedTuple):
    """A crew that was on its way or at work at the instant."""

    crew_id: str
    crew_area: str


class Row(NamedTuple):
    """
    What counts of one ticket.

    :param ended_at: when it ended without a restoration, or with one
    :param crew: that was on it at the instant
    :param late: a limit of it had run out
    """

    id: str
    ticket_no: str
    area: str
    incident_id: str
    category: str
    address: str
    hazard: bool
    customers_out: int | None
    reported_at: datetime
    arrived_at: datetime | None
    restored_at: datetime | None
    ended_at: datetime | None
    crew: Sent | None
    late: bool


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Count(Frozen):
    """
    The main figures of an area.

    :param working: of the open ones those whose fault point has a crew; the others are ``waiting``
    :param dark: customers without supply: of each fault point what was said of it, at least one for each ticket
    :param p50_min: minutes from report to restoration; None: nothing is restored yet
    :param arrive_min: mean from report to arrival
    """

    reported: int
    open: int
    working: int
    waiting: int
    restored: int
    overdue: int
    hazards: int
    dark: int
    crews: int
    support: int
    arrive_min: float | None
    repair_min: float | None
    p50_min: float | None
    p90_min: float | None


class County(Frozen):
    code: str
    name: str
    count: Count


class Hour(Frozen):
    """One hour of the storm: reports and restorations in it, and what was without supply at its end."""

    begin_at: datetime
    reported: int
    restored: int
    dark_tickets: int


class Standing(Frozen):
    """A ticket without supply."""

    ticket_no: str
    area: str
    address: str
    reported_at: datetime
    hazard: bool
    crew: bool


class StormFigures(Frozen):
    """All figures of a city's storm at one instant."""

    area: str
    name: str
    at: datetime
    begun_at: datetime
    in_storm: tuple[str, ...]  # counties
    total: Count
    counties: tuple[County, ...]
    categories: dict[str, int]
    notices: dict[str, int]  # 停电信息 since the beginning, by kind
    hours: tuple[Hour, ...]
    oldest: tuple[Standing, ...]


def is_open(row: Row, at: datetime) -> bool:
    """Tell whether the ticket was without supply at the instant."""
    restored = row.restored_at is not None and row.restored_at <= at
    return not restored and (row.ended_at is None or row.ended_at > at)


def count(rows: Sequence[Row], areas: Iterable[str], *, begun_at: datetime, at: datetime) -> Count:
    """Count the tickets of some counties, all of which were reported until the instant."""
    open_, home = [row for row in rows if is_open(row, at)], set(areas)
    manned = {row.incident_id for row in open_ if row.crew is not None}
    working = sum(row.incident_id in manned for row in open_)
    crews = {row.crew for row in open_ if row.crew is not None}
    new = [row for row in rows if row.reported_at >= begun_at]
    done = [(row.restored_at - row.reported_at) / MINUTE for row in new if row.restored_at and row.restored_at <= at]
    came = [(row.arrived_at - row.reported_at) / MINUTE for row in new if row.arrived_at and row.arrived_at <= at]
    return Count(
        reported=len(new),
        open=len(open_),
        working=working,
        waiting=len(open_) - working,
        restored=len(done),
        overdue=sum(row.late for row in open_),
        hazards=sum(row.hazard for row in open_),
        dark=dark(open_),
        crews=len({crew.crew_id for crew in crews}),
        support=len({crew.crew_id for crew in crews if crew.crew_area not in home}),
        arrive_min=_mean(came),
        repair_min=_mean(done),
        p50_min=_quantile(done, 50),
        p90_min=_quantile(done, 90),
    )


def dark(rows: Iterable[Row]) -> int:
    """Return the customers without supply; several reports of one fault point count its customers once."""
    said: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        said[row.incident_id].append(row.customers_out or 0)
    return sum(max(*counts, len(counts)) for counts in said.values())


def hours(rows: Sequence[Row], *, begun_at: datetime, at: datetime) -> tuple[Hour, ...]:
    """Return the hours of the storm, by the clock, the last one perhaps not full."""
    local = begun_at.astimezone(CHINA)
    first = local.replace(minute=0, second=0, microsecond=0)
    begins = [first + n * HOUR for n in range(int((at - first) / HOUR) + 1) if first + n * HOUR < at]
    came = Counter((row.reported_at - first) // HOUR for row in rows)
    back = Counter((row.restored_at - first) // HOUR for row in rows if row.restored_at and row.restored_at <= at)
    return tuple(
        Hour(
            begin_at=begin,
            reported=came[n],
            restored=back[n],
            dark_tickets=sum(
                is_open(row, min(begin + HOUR, at)) for row in rows if row.reported_at <= min(begin + HOUR, at)
            ),
        )
        for n, begin in enumerate(begins)
    )


def oldest(rows: Iterable[Row], at: datetime) -> tuple[Standing, ...]:
    """Return the tickets that have been without supply the longest."""
    waiting = sorted((row for row in rows if is_open(row, at)), key=lambda row: (row.reported_at, row.id))
    return tuple(
        Standing(
            ticket_no=row.ticket_no,
            area=row.area,
            address=row.address,
            reported_at=row.reported_at,
            hazard=row.hazard,
            crew=row.crew is not None,
        )
        for row in waiting[:OLDEST]
    )


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 1) if values else None


def _quantile(values: Sequence[float], percent: int) -> float | None:
    if len(values) < 2:
        return round(values[0], 1) if values else None
    return round(quantiles(values, n=100, method="inclusive")[percent - 1], 1)
