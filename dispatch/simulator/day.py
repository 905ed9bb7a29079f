"""What a played day is made of: calls with their real work, towns, units. Readers and generators return a ``Day``."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatch.kit.errors import Invalid
from dispatch.tickets.words import Category, Cause, Level, Protected, Symptom

SHIFT = timedelta(hours=8)  # [P] what one crew works on one ticket at most: then the shift is over
SHORTEST = timedelta(minutes=10)  # the recorded outages are sampled every 10 minutes: less is not known


class NoCalls(Invalid):
    """The chosen slice of the file holds no call."""


@dataclass(frozen=True, slots=True)
class Call:
    """One real call. Instants aware UTC, WGS-84 degrees; durations from the record, None where it has none."""

    key: str  # unique in the day; becomes the ticket's external_no
    at: datetime
    lon: float
    lat: float
    town: str
    symptom: Symptom = Symptom.NO_POWER_ONE
    category: Category = Category.LV
    level: Level = Level.NORMAL
    hazard: bool = False
    customers: int = 1
    cause: Cause = Cause.UNKNOWN
    address: str = ""
    text: str = ""
    work: timedelta | None = None  # on site until power was back
    protected: Protected | None = None
    waited: timedelta | None = None  # from the call until somebody was on site, in the real record


@dataclass(frozen=True, slots=True)
class Town:
    """A place that calls come from and that may hold a depot; ``weight`` is its long-run share of calls or people."""

    name: str
    lon: float
    lat: float
    weight: float
    district: str | None = None  # the record's own district; None: to be grouped


@dataclass(frozen=True, slots=True)
class Unit:
    """A crew that the record names, at its home town."""

    name: str
    town: str


@dataclass(frozen=True, slots=True)
class Window:
    """Which calls to take: at or after ``start``, before ``end``, the first ``limit`` of them in time."""

    start: datetime | None = None
    end: datetime | None = None
    limit: int | None = None

    def holds(self, at: datetime) -> bool:
        return (self.start is None or at >= self.start) and (self.end is None or at < self.end)

    def cut(self, calls: Iterable[Call]) -> tuple[Call, ...]:
        """Return the calls of the window, sorted by time and key."""
        held = sorted((call for call in calls if self.holds(call.at)), key=lambda call: (call.at, call.key))
        return tuple(held[: self.limit])


@dataclass(frozen=True, slots=True)
class Day:
    """A stretch of real or generated time to be played."""

    name: str
    calls: tuple[Call, ...]  # by time
    towns: tuple[Town, ...]
    units: tuple[Unit, ...] = ()  # empty: crews are made from the load


def with_work(calls: Sequence[Call], recorded: Sequence[timedelta], *, seed: int) -> tuple[Call, ...]:
    """
    Give every call the time that the crew will need on site.

    A recorded duration is kept within [10 min, 8 h]; a missing one is drawn, by the seed and the call's key, from
    the recorded ones of the same file, so that it does not depend on which slice is played. A file without
    any record of work gets 2 h, the middle of what README of the real data names.
    """
    known = sorted(recorded)

    def work(call: Call) -> timedelta:
        if call.work is not None:
            return call.work
        return random.Random(f"{seed}:{call.key}").choice(known) if known else timedelta(hours=2)

    return tuple(replace(call, work=min(max(work(call), SHORTEST), SHIFT)) for call in calls)


def required(calls: tuple[Call, ...], name: str) -> tuple[Call, ...]:
    """
    Return the calls.

    :raises NoCalls: if there is none
    """
    if not calls:
        raise NoCalls(f"{name}:所选时段内没有来电,请检查 --from、--to", field="from")
    return calls
