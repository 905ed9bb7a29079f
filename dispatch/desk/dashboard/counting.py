"""
The figures of a day, counted from slips. Pure.

Population: repairs reported on that day (受理日), ended or not. What ended is judged for good by the indices of
``tickets.indices``; here a limit counts as kept as long as it is not broken, after the ticket's own marks, which end as
the judgement begins. Of a day whose repairs are all archived both say the same. Help across borders is the ledger's.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean

from dispatch.desk.crews.ledger import LentTo
from dispatch.kit.clock import CHINA
from dispatch.tickets.words import AreaClass, Limit

from .slips import Slip

BIN_MIN, BINS = 5, 37  # arrivals: 0-5, 5-10, … and the last for all beyond 180 min
BUCKET_H = 4  # of the heat of hours and area classes
MINUTE = timedelta(minutes=1)


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


def tally(slips: Iterable[Slip], standing: Iterable[Slip], helped: Iterable[LentTo] = ()) -> Tally:
    """
    Count an area's day.

    :param slips: repairs reported on the day
    :param standing: all that have not ended, whenever they were reported
    :param helped: what its counties borrowed on the day
    """
    day, running, helped = list(slips), list(standing), list(helped)
    arrived = [slip for slip in day if slip.arrived_at is not None]
    answered = [slip.satisfied for slip in day if slip.satisfied is not None]
    return Tally(
        reported=len(day),
        open=len(running),
        waiting=sum(slip.waits for slip in running),
        accepted=sum(slip.accepted_at is not None for slip in day),
        accepted_in_time=sum(slip.accepted_at is not None and Limit.ACCEPT not in slip.flags.overdue for slip in day),
        arrived=len(arrived),
        arrived_in_time=sum(not slip.arrive_broken for slip in arrived),
        arrive_broken=sum(slip.arrive_broken for slip in day),
        restored=sum(slip.restored_at is not None for slip in day),
        overdue=sum(bool(slip.flags.overdue) for slip in running),
        chased=sum(slip.flags.chased_n > 0 for slip in running),
        supervised=sum(slip.flags.supervised for slip in running),
        lent=sum(each.n for each in helped),
        saved_s=sum(each.saved_s for each in helped),
        arrive_min=_mean(map(_waited, _timed(day))),
        restore_min=_mean(
            (slip.restored_at - slip.reported_at) / MINUTE
            for slip in day
            if slip.restored_at is not None and not slip.child
        ),
        satisfied=sum(answered),
        answered=len(answered),
    )


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


def _timed(slips: Iterable[Slip]) -> Iterator[Slip]:
    """Yield those whose arrival is timed, as ``Index.ARRIVE_TIME`` does: neither 副单 nor appointments."""
    return (slip for slip in slips if slip.arrived_at is not None and not slip.child and slip.appointment_at is None)


def hours(slips: Iterable[Slip], begin_at: datetime) -> tuple[list[int], list[int]]:
    """
    Return how many were reported and how many got their supply back in each hour of the day.

    :param slips: those of the day, and all that had not ended when it began
    """
    came, went = [0] * 24, [0] * 24
    for slip in slips:
        for moment, into in ((slip.reported_at, came), (slip.restored_at, went)):
            hour = -1 if moment is None else int((moment - begin_at) // timedelta(hours=1))
            if 0 <= hour < 24:
                into[hour] += 1
    return came, went


def spread(slips: Iterable[Slip]) -> Mapping[str, list[int]]:
    """Return how many arrivals took how long, by area class, in bins of five minutes; without 副单 and appointments."""
    found = {each.value: [0] * BINS for each in AreaClass}
    for slip in _timed(slips):
        found[slip.area_class][min(BINS - 1, max(0, int(_waited(slip) // BIN_MIN)))] += 1
    return found


def heat(slips: Iterable[Slip]) -> list[Cell]:
    """Return the mean time to arrive by the hour of the report and the area class."""
    waits: dict[tuple[str, int], list[float]] = defaultdict(list)
    for slip in _timed(slips):
        bucket = slip.reported_at.astimezone(CHINA).hour // BUCKET_H * BUCKET_H
        waits[slip.area_class, bucket].append(_waited(slip))
    return [
        Cell(each.value, hour, len(waits[each.value, hour]), _mean(waits[each.value, hour]))
        for each in AreaClass
        for hour in range(0, 24, BUCKET_H)
    ]


def _waited(slip: Slip) -> float:
    assert slip.arrived_at is not None
    return (slip.arrived_at - slip.reported_at) / MINUTE


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return fmean(found) if found else None
