"""
Pairs of a waiting job and a crew that could do it next, after what it has: what many jobs at once choose from.

Of each job the crews that stand nearest, and of each crew the jobs that lie nearest; further the nearest of every
eighth and of every 64th, for where many jobs lie in one county the nearest crews are the same few for all of them.
So the cost falls by a quarter with the same number of pairs (``benchmarks/caps.py``).
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from dispatch.routing.optimiser.search.facts import MATRIX, NEVER, Facts, Floats, Ints, Shorts, Tour
from dispatch.routing.optimiser.search.legs import drives, work_began

LEVELS = ((1, 1.0), (8, 0.6), (64, 0.5))  # of every so many, the nearest: this share of ``near``


@dataclass(frozen=True, slots=True)
class Standing:
    """Where each crew (k) is when it has done what it has, when, and what a cap's cell (flat) still takes."""

    place: Shorts
    free: Ints
    left: Ints
    room: Ints

    @classmethod
    def of(cls, facts: Facts, tour: Tour | None) -> "Standing":
        """Return how crews stand at the end of their routes; without a plan: as the problem says."""
        if tour is None:
            return cls(facts.start, facts.free, facts.cap.reshape(-1).astype(np.int64), facts.room)
        every, n = np.arange(facts.crews), tour.length
        last = facts.place[tour.stops[every, np.maximum(n - 1, 0)]] if facts.jobs else facts.start
        return cls(
            np.where(n > 0, last, facts.start).astype(np.int32),
            tour.leaves[every, n],
            np.maximum(0, facts.cap - tour.used).reshape(-1).astype(np.int64),
            facts.room - tour.loaded,
        )


@dataclass(frozen=True, slots=True)
class Offers:
    """
    Pairs side by side, sorted by job, then crew; jobs are numbered within ``jobs``.

    :ivar jobs: the waiting jobs by their numbers in the problem
    :ivar cost: what the pair costs: drive, lateness, overtime, surcharges; always below leaving the job out
    :ivar cell: which cell of the caps it counts in, ``left`` how many each still takes
    :ivar skip: what leaving each job out costs
    """

    jobs: Ints
    crews: int
    job: Ints
    crew: Ints
    cost: Floats
    cell: Ints
    left: Ints
    skip: Floats


def offers(facts: Facts, standing: Standing, jobs: Ints, *, near: int) -> Offers:
    """
    Return what may be chosen from.

    :param jobs: numbers of the waiting jobs
    :param near: crews of each job, and jobs of each crew, that are looked at
    """
    row, crew = _pairs(facts, standing, jobs, near)
    job = jobs[row]
    way = drives(facts, standing.place[crew], facts.place[job])
    begins = work_began(facts, crew, job, standing.free[crew] + np.minimum(way, NEVER))
    done, home = begins + facts.work[job], _home(facts, job, crew)
    cost = facts.drive * (way + home) + facts.slope[job] * np.maximum(0, begins - facts.due[job])
    cost += facts.over * np.maximum(0, done + home - facts.ends[crew]) + _surcharge(facts, job, crew)
    may = (way < NEVER) & (begins <= facts.shuts[job]) & (done + home <= facts.latest[crew])
    may &= (cost < facts.skip[job]) & (facts.load[job] <= standing.room[crew])
    period = np.searchsorted(facts.edges, begins, side="right")
    cell = (facts.depot[crew].astype(np.int64) * facts.kinds + facts.kind[job]) * facts.periods + period
    may &= standing.left[cell] > 0
    return Offers(jobs, facts.crews, row[may], crew[may], cost[may], cell[may], standing.left, facts.skip[jobs])


def _home(facts: Facts, job: Ints, crew: Ints) -> Ints:
    """Return the drives back; 0 for who need not. What the crew's own drive back already costs is not taken off."""
    back = facts.back[crew]
    there = facts.place[job]
    way = drives(facts, there, np.maximum(back, 0), facts.pace[there])
    return np.where(back < 0, 0, way)


def _surcharge(facts: Facts, job: Ints, crew: Ints) -> Floats:
    other = (facts.county[job] >= 0) & (facts.home[crew] != facts.county[job])
    lent = np.where(other, facts.lent[crew], 0.0)
    moved = (facts.before[job] >= 0) & (facts.before[job] != crew)
    total: Floats = lent + np.where(moved, facts.change, 0.0)
    return total


def _pairs(facts: Facts, standing: Standing, jobs: Ints, near: int) -> tuple[Ints, Ints]:
    """Return rows of ``jobs`` and crews, each pair once, in order."""
    found = [np.zeros(0, np.int64)]
    sort = facts.sort[jobs]
    for q in np.unique(sort).tolist():
        rows, crews = np.flatnonzero(sort == q), np.flatnonzero(facts.able[q])
        for every, share in LEVELS if len(crews) else ():
            count, some, few = max(1, round(near * share)), crews[::every], rows[::every]
            to_crew = _nearest(facts, facts.place[jobs[rows]], standing.place[some], count)
            to_job = _nearest(facts, standing.place[crews], facts.place[jobs[few]], count, back=True)
            found.append(np.repeat(rows, to_crew.shape[1]) * facts.crews + some[to_crew.ravel()])
            found.append(few[to_job.ravel()] * facts.crews + np.repeat(crews, to_job.shape[1]))
    row, crew = np.divmod(np.unique(np.concatenate(found)), max(1, facts.crews))
    return row, crew


def _nearest(facts: Facts, places: Shorts, among: Shorts, count: int, *, back: bool = False) -> Ints:
    """
    Return (places, count) the rows of ``among`` that are nearest to each of the places.

    :param back: whether ``among`` is driven to, from the places
    """
    count = min(count, len(among))
    if facts.by == MATRIX:
        far = (
            drives(facts, places[:, None], among[None, :]) if back else drives(facts, among[:, None], places[None, :]).T
        )
        return np.argsort(far, axis=1, kind="stable")[:, :count]
    points = np.column_stack([facts.x, facts.y, facts.z])
    found: Ints = cKDTree(points[among]).query(points[places], k=count)[1].reshape(len(places), count)
    return found
