"""
The figures of a day, counted from slips. Pure.

Population: repairs reported on that day (受理日), ended or not. What ended is judged for good by the indices of
``tickets.indices``; here a limit counts as kept as long as it is not broken, after the ticket's own marks, which end as
the judgement begins. Of a day whose repairs are all archived both say the same. Help across borders is the ledger's.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from dispatch.desk.crews.ledger import LentTo
from dispatch.tickets.words import AreaClass, Limit

from .slips import Slip

BIN_MIN, BINS = 5, 37  # arrivals: 0-5, 5-10, … and the last for all beyond 180 min
BUCKET_H = 4  # of the heat of hours and area classes
MINUTE, HOUR, BIN = timedelta(minutes=1), timedelta(hours=1), timedelta(minutes=BIN_MIN)


@dataclass(frozen=True, slots=True)
class Tally:
    """One area's day."""

    reported: int
    open: int
    waiting: int  # not yet sent out to a crew
    accepted: int
    accepted_in_time: int
    arrived: int
    arrived_in_time: int
    arrive_broken: int  # arrival's limit is broken, arrived or not
    restored: int
    overdue: int  # open, and a limit of theirs is broken
    chased: int
    supervised: int
    lent: int  # crews of others that were sent on the day, after the ledger
    saved_s: int  # by them, against the old rule
    arrive_min: float | None
    restore_min: float | None
    satisfied: int
    answered: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel: how many came so far, and of them in time; None: the step has no limit of its own."""

    step: str
    n: int
    in_time: int | None


@dataclass(frozen=True, slots=True)
class Cell:
    """Arrivals of an area class whose reports came in a bucket of hours."""

    area_class: str
    from_hour: int
    n: int
    mean_min: float | None


@dataclass(slots=True)
class Count:
    """What a tally is made of; counts of areas can be added up, and times are exact."""

    reported: int = 0
    open: int = 0
    waiting: int = 0
    accepted: int = 0
    accepted_in_time: int = 0
    arrived: int = 0
    arrived_in_time: int = 0
    arrive_broken: int = 0
    restored: int = 0
    overdue: int = 0
    chased: int = 0
    supervised: int = 0
    lent: int = 0
    saved_s: int = 0
    satisfied: int = 0
    answered: int = 0
    arrive_n: int = 0
    arrive_took: timedelta = timedelta()
    restore_n: int = 0
    restore_took: timedelta = timedelta()

    def add(self, other: "Count") -> None:
        """Take in the count of another area."""
        for name in FIELDS:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def report(self, slip: Slip) -> None:
        """Count a repair that was reported on the day."""
        self.reported += 1
        self.arrive_broken += slip.arrive_broken
        if slip.accepted_at is not None:
            self.accepted += 1
            self.accepted_in_time += Limit.ACCEPT not in slip.flags.overdue
        if slip.arrived_at is not None:
            self._arrive(slip, slip.arrived_at)
        if slip.restored_at is not None:
            self._restore(slip, slip.restored_at)
        if slip.satisfied is not None:
            self.answered += 1
            self.satisfied += slip.satisfied

    def _arrive(self, slip: Slip, at: datetime) -> None:
        self.arrived += 1
        self.arrived_in_time += not slip.arrive_broken
        if slip.timed:
            self.arrive_n += 1
            self.arrive_took += at - slip.reported_at

    def _restore(self, slip: Slip, at: datetime) -> None:
        self.restored += 1
        if not slip.child:
            self.restore_n += 1
            self.restore_took += at - slip.reported_at

    def stand(self, slip: Slip) -> None:
        """Count one that has not ended, whenever it was reported."""
        self.open += 1
        self.waiting += slip.waits
        self.overdue += bool(slip.flags.overdue)
        self.chased += slip.flags.chased_n > 0
        self.supervised += slip.flags.supervised

    def borrow(self, help_: LentTo) -> None:
        """Count what a county borrowed on the day."""
        self.lent += help_.n
        self.saved_s += help_.saved_s

    def tally(self) -> Tally:
        """Return the figures."""
        said = {name: getattr(self, name) for name in FIELDS if name in Tally.__slots__}
        return Tally(
            **said,
            arrive_min=self.arrive_took / MINUTE / self.arrive_n if self.arrive_n else None,
            restore_min=self.restore_took / MINUTE / self.restore_n if self.restore_n else None,
        )


FIELDS = tuple(field.name for field in fields(Count))


def count(slips: Iterable[Slip], standing: Iterable[Slip], helped: Iterable[LentTo] = ()) -> Count:
    """
    Count an area's day.

    :param slips: repairs reported on the day
    :param standing: all that have not ended, whenever they were reported
    :param helped: what its counties borrowed on the day
    """
    found = Count()
    for slip in slips:
        found.report(slip)
    for slip in standing:
        found.stand(slip)
    for help_ in helped:
        found.borrow(help_)
    return found


def funnel(slips: Sequence[Slip]) -> list[Step]:
    """Return how far the day's repairs have come, step by step."""
    return [
        Step("reported", len(slips), None),
        _kept("accepted", slips, "accepted_at", Limit.ACCEPT),
        _kept("dispatched", slips, "dispatched_at", Limit.DISPATCH),
        _kept("arrived", slips, "arrived_at", Limit.ARRIVE),
        _kept("restored", slips, "restored_at", Limit.RESTORE),
        _kept("replied", slips, "replied_at", Limit.REPLY),
        _kept("closed", slips, "closed_at", Limit.CALLBACK),
    ]


def _kept(step: str, slips: Sequence[Slip], instant: str, limit: Limit) -> Step:
    there = [slip for slip in slips if getattr(slip, instant) is not None]
    return Step(step, len(there), sum(limit not in slip.flags.overdue for slip in there))


def hours(slips: Iterable[Slip], begin_at: datetime) -> tuple[list[int], list[int]]:
    """
    Return how many were reported and how many got their supply back in each hour of the day.

    :param slips: those of the day, and all that had not ended when it began
    """
    came, went, end_at = [0] * 24, [0] * 24, begin_at + timedelta(days=1)
    for slip in slips:
        for moment, into in ((slip.reported_at, came), (slip.restored_at, went)):
            if moment is not None and begin_at <= moment < end_at:
                into[(moment - begin_at) // HOUR] += 1
    return came, went


def spread(slips: Iterable[Slip]) -> Mapping[str, list[int]]:
    """Return how many arrivals took how long, by area class, in bins of five minutes; without 副单 and appointments."""
    found = {each.value: [0] * BINS for each in AreaClass}
    for slip in slips:
        if slip.arrived_at is not None and slip.timed:
            found[slip.area_class][min(BINS - 1, max(0, (slip.arrived_at - slip.reported_at) // BIN))] += 1
    return found


def heat(slips: Iterable[Slip], begin_at: datetime) -> list[Cell]:
    """Return the mean time to arrive by the hour of the report and the area class."""
    waits: dict[tuple[str, int], list[timedelta]] = defaultdict(list)
    for slip in slips:
        if slip.arrived_at is not None and slip.timed:
            bucket = (slip.reported_at - begin_at) // HOUR // BUCKET_H * BUCKET_H
            waits[slip.area_class, bucket].append(slip.arrived_at - slip.reported_at)
    return [
        Cell(each.value, hour, len(found), sum(found, timedelta()) / MINUTE / len(found) if found else None)
        for each in AreaClass
        for hour in range(0, 24, BUCKET_H)
        for found in [waits[each.value, hour]]
    ]
