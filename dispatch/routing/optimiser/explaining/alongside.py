"""
One job beside every crew's route, in columns: what its place with each crew costs by rule, or why there is none.

The costs themselves come from the compiled search (``places_with_each``); here they are taken apart, for all crews at
once. ``k`` crews; times in seconds; costs in the objective's unit.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch.routing.optimiser.search.blocked import drives_to
from dispatch.routing.optimiser.search.facts import NEVER, Facts, Floats, Ints, Tour
from dispatch.routing.optimiser.search.legs import drives, work_began

Where = Ints | NDArray[np.int32]


class Apart(NamedTuple):
    """What a job costs with each crew (k), by rule; 0 where there is no place."""

    travel: Floats
    late: Floats
    delays: Floats  # of the jobs that come later then
    change: Floats
    overtime: Floats
    foreign: Floats
    reserve: Floats


def overdue(facts: Facts, job: Where, at: Ints) -> Floats:
    """Return the cost of beginning then."""
    late: Floats = facts.slope[job] * np.maximum(0, at - facts.due[job])
    return late


def begins_at(facts: Facts, tour: Tour, j: int, stop: Ints) -> Ints:
    """Return when the job would begin with each crew at this stop of its route (k); NEVER where stop is -1."""
    found = np.full(facts.crews, NEVER, np.int64)
    crew = np.flatnonzero(stop >= 0)
    at = stop[crew]
    found[crew] = work_began(
        facts, crew, np.full(len(crew), j), tour.leaves[crew, at] + drives_to(facts, tour, j, crew, at)
    )
    return found


def apart(facts: Facts, tour: Tour, j: int, stop: Ints, cost: Floats) -> Apart:
    """
    Return what each crew's place costs, by rule; the sum is ``cost``.

    :param stop: (k) before which stop the job would be put, -1: nowhere
    :param cost: (k) what that costs altogether
    """
    crew = np.flatnonzero(stop >= 0)
    at, n = stop[crew], tour.length[crew]
    starts = begins_at(facts, tour, j, stop)[crew]
    there, onward = drives_to(facts, tour, j, crew, at), _from(facts, tour, j, crew, at)
    found = Apart(*(np.zeros(facts.crews) for _ in Apart._fields))
    found.travel[crew] = (there + onward - tour.drives[crew, at]) * facts.drive
    found.late[crew] = overdue(facts, np.full(len(crew), j), starts)
    away = (facts.county[j] >= 0) & (facts.home[crew] != facts.county[j])
    found.foreign[crew] = np.where(away, facts.lent[crew], 0.0)
    found.change[crew] = np.where((facts.before[j] >= 0) & (facts.before[j] != crew), facts.change, 0.0)
    short = (n == 0) & (tour.idle[facts.home[crew]] <= facts.keep[facts.home[crew]])
    found.reserve[crew] = np.where(short, facts.reserve, 0.0)
    rest = cost - sum(column for column in found)
    found.delays[crew] = _delays(facts, tour, crew, at, starts + facts.work[j] + onward, rest[crew])
    found.overtime[crew] = _tidy(rest[crew] - found.delays[crew])
    return found


def _tidy(cost: Floats) -> Floats:
    """Return costs without what is only rounding."""
    return np.where(np.abs(cost) < 1e-6, 0.0, cost)


def _from(facts: Facts, tour: Tour, j: int, crew: Ints, at: Ints) -> Ints:
    """Return the drive on to the next stop, or home."""
    last = at >= tour.length[crew]
    following = facts.place[np.minimum(tour.stops[crew, np.minimum(at, tour.width - 1)], facts.jobs - 1)]
    end = np.where(last, np.maximum(facts.back[crew], 0), following)
    pace = np.where(last, facts.pace[facts.place[j]], facts.pace[end])
    seconds = drives(facts, np.full(len(crew), facts.place[j]), end, pace)
    return np.where(last & (facts.back[crew] < 0), 0, seconds)


def _delays(facts: Facts, tour: Tour, crew: Ints, at: Ints, arrives: Ints, rest: Floats) -> Floats:
    """
    Return what it costs that the jobs from ``at`` on begin at another time, looked at only where a cost is left.

    It saves something where a detour is quicker, so that they begin sooner.
    """
    cost = np.zeros(len(crew))
    live = np.flatnonzero((np.abs(rest) > 1e-6) & (at < tour.length[crew]))
    q, t = at[live], arrives[live]
    while len(live):
        c, job = crew[live], tour.stops[crew[live], q]
        was, now = tour.begins[c, q], work_began(facts, c, job, t)
        cost[live] += overdue(facts, job, now) - overdue(facts, job, was)
        q, t = q + 1, now + facts.work[job] + tour.drives[c, q + 1]
        on = (now != was) & (q < tour.length[c])
        live, q, t = live[on], q[on], t[on]
    return cost
