"""
When each job of a plan will begin and end (预计复电): the plan carried out many times, each time with other luck.

Work on site, drives and what is left of a crew's present job are log-normal: their median is what the plan counts
with, ``sigma`` the spread of the logarithm. All else is as ``course`` has it: windows, rests, partners, order. A rest
is kept as it was planned: by the expected length of work, not by the drawn one, which nobody knows beforehand.

What is drawn for a job hangs on its id and on the seed alone, never on its row or on who else waits: between two
minutes an estimate moves for a reason only. Of each job every layer of its distribution is drawn once (Latin hypercube:
McKay, Beckman, Conover 1979), so that few draws suffice and a larger sigma always widens what one job's own work takes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from graphlib import TopologicalSorter
from hashlib import blake2b
from itertools import pairwise
from math import ceil, log
from statistics import NormalDist

import numpy as np

from .course import Course, Visit, Work
from .problem import Left, Plan, Problem
from .search.facts import Floats, Ints

DRAWS = 1_001  # odd, so that the median is a draw: without chance it is the plan's own time
SHUFFLES = 1_024  # kept orders of the layers; two of them one after the other make a million
EARLY, LATE = 0.5, 0.9
LONGEST = 1e9  # times what was expected: seconds stay numbers whatever the spread
NOT_PLANNED = Left("NOT_PLANNED", "未排入计划,暂不能推算复电时间;可查看派工原因")
NEVER_BEGINS = Left("NEVER_BEGINS", "与其他工作互相等待,按此计划无法开始;请调整先后次序")
NO_WAY = Left("NO_WAY", "前往本单或其前面工单的道路不通,不能推算;请改派或核对道路封闭")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """
    How uncertain is what the problem does not say it of.

    :ivar drive: sigma of the logarithm of each drive
    :ivar present: crew -> sigma of the logarithm of the time until it is free; others are free on the second
    """

    drive: float = 0.0
    present: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Odds:
    """Seconds from the problem's zero: as likely before as after, and nine times of ten before."""

    p50_s: int
    p90_s: int


@dataclass(frozen=True, slots=True)
class Foreseen:
    """When work on a job begins and ends."""

    begins: Odds
    ends: Odds


@dataclass(frozen=True, slots=True)
class Forecast:
    """Every job of the problem stands in one of the two: job id -> when, or why nothing can be said."""

    jobs: Mapping[str, Foreseen]
    none: Mapping[str, Left]


def foresee(
    problem: Problem, plan: Plan, *, spread: Spread | None = None, draws: int = DRAWS, seed: int = 0
) -> Forecast:
    """
    Return when the jobs of a plan will begin and end; the same arguments give the same answer, byte for byte.

    :param spread: None: drives and crews are on the second
    :param draws: how often the plan is carried out, at least 1
    """
    course = Course(problem, plan.routes)
    played = _Played(course, spread or Spread(), _Luck(draws, seed))
    jobs, none = {}, {}
    for job in problem.jobs:
        works = course.of_job.get(job.id)
        if not works:
            none[job.id] = plan.unserved.get(job.id, NOT_PLANNED)
        elif works[0].begins_s is None:
            none[job.id] = NEVER_BEGINS
        elif np.isnan(played.begins[works[0]][0]):
            none[job.id] = NO_WAY
        else:
            jobs[job.id] = Foreseen(_odds(played.begins[works[0]]), _odds(played.ends[works[0]]))
    return Forecast(jobs, none)


class _Luck:
    """What each thing that is drawn comes to, (d): all layers of its distribution, in an order of its own."""

    def __init__(self, draws: int, seed: int) -> None:
        self.draws, self._orders = draws, _orders(draws, seed)
        self._factors: dict[float, Floats] = {}  # sigma -> (d) ascending; few differ

    def factor(self, name: str, sigma: float) -> Floats | float:
        """Return (d) by what the median is to be multiplied; without spread 1."""
        if sigma <= 0:
            return 1.0
        if sigma not in self._factors:
            self._factors[sigma] = np.exp(np.minimum(sigma * _normals(self.draws), log(LONGEST)))
        key = int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest())
        order = self._orders[key % SHUFFLES][self._orders[key // SHUFFLES % SHUFFLES]]
        found: Floats = self._factors[sigma][order]
        return found


@lru_cache(maxsize=4)
def _normals(draws: int) -> Floats:
    """Return (d) the middles of equally likely layers, ascending."""
    normal = NormalDist()
    return np.array([normal.inv_cdf((i + 0.5) / draws) for i in range(draws)])


@lru_cache(maxsize=4)
def _orders(draws: int, seed: int) -> Ints:
    """Return (SHUFFLES, d) orders of the layers."""
    rows = np.tile(np.arange(draws), (SHUFFLES, 1))
    found: Ints = np.random.default_rng(abs(seed)).permuted(rows, axis=1)
    return found


class _Played:
    """
    The plan carried out in every draw at once.

    :ivar begins, ends: work -> (d) seconds; not a number behind a drive for which there is no way
    """

    def __init__(self, course: Course, spread: Spread, luck: _Luck) -> None:
        self.begins: dict[Work, Floats] = {}
        self.ends: dict[Work, Floats] = {}
        self._course, self._spread, self._luck = course, spread, luck
        self._free: dict[str, Floats] = {}  # crew -> when it has ended its latest work
        for work in TopologicalSorter(dict(_before(course))).static_order():
            self._play(work)

    def _play(self, work: Work) -> None:
        job = work.job
        begins = np.full(self._luck.draws, float(job.window_s[0]))
        for visit in work.visits:
            np.maximum(begins, self._left(visit) + self._drive(visit), out=begins)
        for name in job.after:
            for one in self._course.of_job.get(name, ()):
                np.maximum(begins, self.ends[one], out=begins)
        rests = [visit.crew.rest_s for visit in work.visits if visit.crew.rest_s is not None]
        for from_s, to_s in sorted(rests, key=lambda rest: rest[1]):
            begins[(begins < to_s) & (begins + job.work_s > from_s)] = to_s
        ends = begins + job.work_s * self._luck.factor(f"work {job.id}", job.work_sigma)
        self.begins[work], self.ends[work] = begins, ends
        for visit in work.visits:
            self._free[visit.crew.id] = ends

    def _left(self, visit: Visit) -> Floats:
        """Return when the crew has ended what it did before."""
        crew = visit.crew
        if crew.id not in self._free:
            sigma = self._spread.present.get(crew.id, 0.0)
            self._free[crew.id] = np.ones(self._luck.draws) * crew.free_s * self._luck.factor(f"free {crew.id}", sigma)
        return self._free[crew.id]

    def _drive(self, visit: Visit) -> Floats | float:
        if visit.drive_s is None:
            return float("nan")
        return visit.drive_s * self._luck.factor(f"drive {visit.crew.id} {visit.work.job.id}", self._spread.drive)


def _before(course: Course) -> Iterator[tuple[Work, list[Work]]]:
    """Yield the work that begins, with what must have ended before it."""
    last: dict[Work, list[Work]] = {work: [] for work, _ in course.begun()}
    for visits in course.routes.values():
        for one, following in pairwise(visits):
            if following.work in last:
                last[following.work].append(one.work)
    for work, before in last.items():
        yield work, [*before, *(one for name in work.job.after for one in course.of_job.get(name, ()))]


def _odds(seconds: Floats) -> Odds:
    """Return the smallest draws that so many are not later than."""
    early, late = (max(0, ceil(share * len(seconds)) - 1) for share in (EARLY, LATE))
    found = np.partition(seconds, (early, late))
    return Odds(round(float(found[early])), round(float(found[late])))
