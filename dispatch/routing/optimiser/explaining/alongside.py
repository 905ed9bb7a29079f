"""
One job beside every crew's route, in columns: what its place with each crew costs by rule, or why there is none.

The costs themselves come from the compiled search (``places_with_each``); here they are taken apart, for all crews at
once. ``k`` crews; times in seconds; costs in the objective's unit.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch.routing.optimiser.search.facts import LINE, MATRIX, NEVER, Facts, Floats, Ints, Tour

EARTH_M = 6_371_008.8
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


class Blocked(NamedTuple):
    """What stands against each crew (k) before costs are asked for; the first that holds is the gravest."""

    room: NDArray[np.bool_]
    way: NDArray[np.bool_]
    window: NDArray[np.bool_]
    cap: NDArray[np.bool_]
    shift: NDArray[np.bool_]


def legs(facts: Facts, start: Where, end: Where, pace: Floats) -> Ints:
    """Return seconds from place to place, the formulas of ``native/legs.hpp``; NEVER: no way."""
    if facts.by == MATRIX:
        seconds = facts.matrix[start, end].astype(np.int64)
        return np.where(seconds >= 0, seconds, NEVER)
    square = (facts.x[start] - facts.x[end]) ** 2 + (facts.y[start] - facts.y[end]) ** 2
    if facts.by == LINE:
        half = 0.5 * np.sqrt(square + (facts.z[start] - facts.z[end]) ** 2)
        return np.rint(2.0 * EARTH_M * np.arcsin(np.minimum(1.0, half)) * pace).astype(np.int64)
    km = np.sqrt(square)
    seconds = np.rint(60.0 * (1.5 + 78.0 * km / (22.0 + 33.0 * km / (km + 15.0)))).astype(np.int64)
    return np.where(km < 1e-9, 0, seconds)


def begin(facts: Facts, crew: Ints, job: Where, arrives: Ints) -> Ints:
    """Return when crews that come then begin: not before the window, and not so that work meets their rest."""
    at = np.maximum(arrives, facts.opens[job])
    from_s, to_s = facts.rest[crew, 0], facts.rest[crew, 1]
    return np.where((at < to_s) & (at + facts.work[job] > from_s), to_s, at)


def overdue(facts: Facts, job: Where, at: Ints) -> Floats:
    """Return the cost of beginning then."""
    late: Floats = facts.slope[job] * np.maximum(0, at - facts.due[job])
    return late


def begins_at(facts: Facts, tour: Tour, j: int, stop: Ints) -> Ints:
    """Return when the job would begin with each crew at this stop of its route (k); NEVER where stop is -1."""
    found = np.full(facts.crews, NEVER, np.int64)
    crew = np.flatnonzero(stop >= 0)
    at = stop[crew]
    found[crew] = begin(facts, crew, np.full(len(crew), j), tour.leaves[crew, at] + _to(facts, tour, j, crew, at))
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
    there, onward = _to(facts, tour, j, crew, at), _from(facts, tour, j, crew, at)
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


def _to(facts: Facts, tour: Tour, j: int, crew: Ints, at: Ints) -> Ints:
    before = tour.stops[crew, np.maximum(at - 1, 0)]
    start = np.where(at > 0, facts.place[np.minimum(before, facts.jobs - 1)], facts.start[crew])
    place = facts.place[j]
    return legs(facts, start, np.full(len(crew), place), np.full(len(crew), facts.pace[place]))


def _from(facts: Facts, tour: Tour, j: int, crew: Ints, at: Ints) -> Ints:
    """Return the drive on to the next stop, or home."""
    last = at >= tour.length[crew]
    following = facts.place[np.minimum(tour.stops[crew, np.minimum(at, tour.width - 1)], facts.jobs - 1)]
    end = np.where(last, np.maximum(facts.back[crew], 0), following)
    pace = np.where(last, facts.pace[facts.place[j]], facts.pace[end])
    seconds = legs(facts, np.full(len(crew), facts.place[j]), end, pace)
    return np.where(last & (facts.back[crew] < 0), 0, seconds)


def _delays(facts: Facts, tour: Tour, crew: Ints, at: Ints, arrives: Ints, rest: Floats) -> Floats:
    """Return what it costs that the jobs from ``at`` on begin later; looked at only where a cost is left to explain."""
    cost = np.zeros(len(crew))
    live = np.flatnonzero((np.abs(rest) > 1e-6) & (at < tour.length[crew]))
    q, t = at[live], arrives[live]
    while len(live):
        c, job = crew[live], tour.stops[crew[live], q]
        was, now = tour.begins[c, q], begin(facts, c, job, t)
        cost[live] += np.where(now > was, overdue(facts, job, now) - overdue(facts, job, was), 0.0)
        q, t = q + 1, now + facts.work[job] + tour.drives[c, q + 1]
        on = (now > was) & (q < tour.length[c])
        live, q, t = live[on], q[on], t[on]
    return cost


def blocked(facts: Facts, tour: Tour, j: int, asked: Ints) -> Blocked:
    """Return what stands against each of the crews ``asked`` doing the job at any place of its route; (k) each."""
    k = facts.crews
    crew, at = _all_stops(facts, tour, asked)
    drive = _to(facts, tour, j, crew, at)
    starts = begin(facts, crew, np.full(len(crew), j), tour.leaves[crew, at] + drive)
    way = drive < NEVER
    in_window = way & (starts <= facts.shuts[j])
    period = np.searchsorted(facts.edges, starts, side="right")
    open_cap = tour.used[facts.depot[crew], facts.kind[j], period] < facts.cap[facts.depot[crew], facts.kind[j], period]
    home = _home(facts, j)[crew]
    in_shift = starts + facts.work[j] + home <= facts.latest[crew]

    def none(good: NDArray[np.bool_]) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = np.bincount(crew[good], minlength=k) == 0
        return found

    room = tour.loaded + facts.load[j] > facts.room
    return Blocked(
        room=room, way=none(way), window=none(in_window), cap=none(in_window & open_cap),
        shift=none(in_window & open_cap & in_shift),
    )  # fmt: skip


def _home(facts: Facts, j: int) -> Ints:
    place = np.full(facts.crews, facts.place[j])
    seconds = legs(facts, place, np.maximum(facts.back, 0), np.full(facts.crews, facts.pace[facts.place[j]]))
    return np.where(facts.back < 0, 0, seconds)


def _all_stops(facts: Facts, tour: Tour, asked: Ints) -> tuple[Ints, Ints]:
    """Return crew and stop of every place of these crews that a job could be put to."""
    room = (tour.length - facts.held + 1)[asked].astype(np.int64)
    crew = np.repeat(asked, room)
    offset = np.repeat(np.cumsum(room) - room - facts.held[asked], room)
    return crew, np.arange(len(crew), dtype=np.int64) - offset
