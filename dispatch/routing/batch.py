"""
Many waiting jobs to many free crews at once, under each depot's remaining repair reserve (承载力).

A min-cost flow: job -> crew -> depot -> sink, one unit a job. As many jobs as possible get a crew; among those plans
the one with the least sum of scores wins, where a job's score with a crew is

    travel_s - priority_s - per_waited_s * min(waited_s, waited_cap_s)

with the numbers of the rule pack (section ``worth``); a crew of a county that has lent much is set back as in
``nearest``. The first term keeps crews near; the second lets hazards,
protected and urgent customers go before; the third lets old jobs go before new ones of the same place. Because the
third is capped, one crew that becomes free in a storm takes a near urgent or old job, not the oldest 300 km away; and a
pair whose drive is beyond the job's reach (``travel.reach_s``) is no pair as long as other crews will become free.

No plan lends so many crews of a county that fewer stay free than it keeps; ``reserves`` holds it to that.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.kit.words import Labelled

from .candidates import free_now, judge, origins, promised
from .duty import with_pauses
from .fleet import Bools, Fleet, Ints
from .flow import Arcs, solve
from .geo import Floats, grid_m, lon_lat, unit_vectors
from .model import Job, Policy, Worth
from .reserves import within_reserves
from .travel import Straight, Travel, longest_s, reach_s, seconds_per_metre

Scores = NDArray[np.float32]

BLOCK = 256  # jobs whose distances to all crews are held at a time
BY_ROAD = 500  # jobs, the first of them, whose way is looked up on the roads; more are planned by straight lines
CANDIDATES = 12  # crews looked at for each job, and jobs for each crew, to begin with


class Left(Labelled):
    """Why a job of the batch still waits."""

    NO_CREW_WITH_SKILL = "NO_CREW_WITH_SKILL", "全省没有具备该技能的班组"
    NO_FREE_CREW = "NO_FREE_CREW", "可达范围内没有空闲的合格班组"
    OTHERS_FIRST = "OTHERS_FIRST", "空闲班组已派往更急或更近的工单"


@dataclass(frozen=True, slots=True)
class Pair:
    """One job for one crew. ``eta_s`` from now; ``score`` as in the module's head."""

    job_id: str
    crew_id: str
    eta_s: int
    score: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Who goes where, and why the others wait."""

    pairs: tuple[Pair, ...]
    left: Mapping[str, Left]

    @property
    def score(self) -> int:
        return sum(pair.score for pair in self.pairs)


def worth_s(job: Job, worth: Worth, *, now: datetime) -> float:
    """Return the seconds of driving it is worth to take this job before a plain new one."""
    priority = 0.0
    if job.hazard:
        priority = worth.hazard_s
    protected = {
        "life_support": worth.life_support_s,
        "important": worth.important_s,
        "sensitive": worth.sensitive_s,
    }
    priority = max(priority, protected.get(job.protected or "", 0.0), worth.urgent_s if job.urgent else 0.0)
    waited_s = max(0.0, now.timestamp() - job.reported_at)
    return priority + worth.per_waited_s * min(waited_s, worth.waited_cap_s)


@dataclass(frozen=True, slots=True)
class Problem:
    """The free crews as columns and the score of every job with every one of them; NaN-free, ``inf``: never."""

    jobs: Sequence[Job]
    rows: Ints  # of the fleet's table
    scores: Scores  # (jobs, crews)
    depot: Ints  # 0, 1, … as in ``room``
    room: Ints
    county: Ints  # of each crew
    job_county: Ints  # of each job, by the same numbers; -1: a county without crews


def assign(
    fleet: Fleet,
    jobs: Sequence[Job],
    *,
    now: datetime,
    policy: Policy = Policy.NEAREST,
    candidates: int = CANDIDATES,
    solve: Callable[[Arcs], Ints] = solve,
    travel: Travel | None = None,
) -> Plan:
    """
    Give waiting jobs to free crews.

    Only crews that an automatic choice may take are looked at: fit for the work, on shift, rested, holding nothing, not
    needed for an appointment, lent to the job's county, of a depot whose reserve is not used up. Memory is four bytes a
    job and free crew.

    :param candidates: crews per job and jobs per crew that are looked at first; doubled while both are left over
    :param solve: who solves the flow; by default this process
    :param travel: how long crews drive; None: by straight lines
    :raises UnknownAreaClass: if the rule pack has no speed for a job's area class
    """
    problem = pose(fleet, jobs, now=now, policy=policy, travel=travel)
    chosen = within_reserves(fleet, problem, now, lambda: _solved(problem, candidates, solve))
    return _written(fleet, problem, chosen, now)


def _solved(problem: Problem, candidates: int, solve: Callable[[Arcs], Ints]) -> list[tuple[int, int]]:
    chosen: list[tuple[int, int]] = []
    while problem.jobs and len(problem.rows):
        arcs = offered(problem, candidates)
        chosen = [(int(arcs.job[i]), int(arcs.crew[i])) for i in solve(arcs)]
        if candidates >= max(problem.scores.shape) or not _more_is_possible(problem, chosen):
            break
        candidates *= 2
    return chosen


def pose(fleet: Fleet, jobs: Sequence[Job], *, now: datetime, policy: Policy, travel: Travel | None = None) -> Problem:
    """Return the free crews and what each job would cost with each of them."""
    table = fleet.table
    start, fresh = origins(fleet, now)
    left = np.maximum(table.reserve - table.depot_jobs, 0)
    rows = np.flatnonzero(free_now(fleet, now) & ~np.isnan(start[0]) & (fresh | ~table.homeless))
    depots, depot = np.unique(table.depot[rows], return_inverse=True)
    room = np.minimum(left[depots], len(rows)).astype(np.int64)
    scores = np.empty((len(jobs), len(rows)), np.float32)
    for first in range(0, len(jobs), BLOCK):
        block = jobs[first : first + BLOCK]
        by_road = travel if first < BY_ROAD else None
        drive = _drive(fleet, block, start[:, rows], now, by_road)
        scores[first : first + BLOCK] = _block(fleet, block, rows, drive, now)
    for numbers, may in _alike(fleet, jobs, policy, now, fresh):
        scores[np.ix_(np.array(numbers), np.flatnonzero(~may[rows]))] = np.inf
    for i, job in enumerate(jobs):
        if job.had_it:
            scores[i, np.isin(rows, [table.row[crew] for crew in job.had_it if crew in table.row])] = np.inf
    counties = np.array([table.county_code.get(job.county, -1) for job in jobs], np.int64)
    return Problem(jobs, rows, scores, depot.astype(np.int64), room, table.county[rows], counties)


def _drive(fleet: Fleet, jobs: Sequence[Job], start: Floats, now: datetime, travel: Travel | None) -> Floats:
    """Return how long each crew drives to each job, in seconds, (jobs, crews)."""
    if travel is None or isinstance(travel, Straight):
        places = unit_vectors([job.lon for job in jobs], [job.lat for job in jobs])
        per_metre = np.array([seconds_per_metre(fleet.rule, job.area_class) for job in jobs])
        return with_pauses(np.rint(grid_m(places, start) * per_metre[:, None]), fleet.rule.duty)
    lon, lat = lon_lat(start)
    ways = [travel.to_job(lon, lat, job.lon, job.lat, area_class=job.area_class, at=now).seconds for job in jobs]
    return with_pauses(np.stack(ways), fleet.rule.duty)


def _block(fleet: Fleet, jobs: Sequence[Job], rows: Ints, score: Floats, now: datetime) -> Floats:
    """Turn driving times into scores."""
    worth = np.rint([worth_s(job, fleet.rule.worth, now=now) for job in jobs])
    reach = np.array([reach_s(fleet.rule, job, at=now.timestamp()) for job in jobs])
    somebody_busy = bool((fleet.table.open_jobs > 0).any())  # else nobody will become free who is nearer
    far = ((score > reach[:, None]) & somebody_busy) | (score > longest_s(fleet.rule))
    needed = _needed(fleet, jobs, rows, score, now)
    score = score - worth[:, None]
    if fleet.burdened:
        score += np.stack([set_back(fleet, job, rows) for job in jobs])
    score[far | needed] = np.inf
    return score


def set_back(fleet: Fleet, job: Job, rows: Ints) -> Ints:
    """Return the seconds that the crews of those rows are set back by for a job, because their counties lent much."""
    if job.hazard or job.urgent or job.protected:
        return np.zeros(len(rows), np.int64)
    county = fleet.table.county[rows]
    return np.where(county != fleet.table.county_code.get(job.county, -1), fleet.burden[county], 0)


def _needed(fleet: Fleet, jobs: Sequence[Job], rows: Ints, drive: Floats, now: datetime) -> Bools:
    """Return which crews each job may not take because their depot has an appointment then."""
    needed = np.zeros(drive.shape, bool)
    if not len(fleet.promises.depot):
        return needed
    free, eta = free_now(fleet, now), np.zeros(len(fleet), np.int64)
    for i, job in enumerate(jobs):
        eta[rows] = np.where(np.isfinite(drive[i]), drive[i], 0)
        needed[i] = promised(fleet, job, now, free, eta)[rows]
    return needed


def _alike(
    fleet: Fleet, jobs: Sequence[Job], policy: Policy, now: datetime, fresh: Bools
) -> Iterator[tuple[list[int], Bools]]:
    """Yield jobs that admit the same crews, and which: as a job of that kind and county is judged alone."""
    groups: dict[Job, list[int]] = defaultdict(list)
    for i, job in enumerate(jobs):
        kind = Job("", 0.0, 0.0, "", job.county, job.skill, city=job.city, permits=job.permits, vehicles=job.vehicles)
        groups[kind].append(i)
    for kind, numbers in groups.items():
        yield numbers, judge(fleet, kind, now=now, policy=policy, fresh=fresh).gravity == 0


def offered(problem: Problem, candidates: int) -> Arcs:
    """Return the arcs to choose from: the best crews of each job and the best jobs of each crew."""
    jobs, crews = problem.scores.shape
    of_job = _best(problem.scores, candidates)
    of_crew = _best(problem.scores.T, candidates)
    pairs = np.concatenate((of_job[0] * crews + of_job[1], of_crew[1] * crews + of_crew[0]))
    job, crew = np.divmod(np.unique(pairs), crews)
    score = problem.scores[job, crew]
    real = np.isfinite(score)
    job, crew, score = job[real], crew[real], score[real]
    return Arcs(jobs, job, crew, score.astype(np.int64), problem.depot, problem.room)


def _best(scores: Scores, k: int) -> tuple[Ints, Ints]:
    rows, columns = scores.shape
    if k >= columns:
        every = np.indices((rows, columns)).reshape(2, -1)
        return every[0], every[1]
    near = np.argpartition(scores, k - 1, axis=1)[:, :k]
    return np.repeat(np.arange(rows), k), near.ravel()


def _more_is_possible(problem: Problem, chosen: list[tuple[int, int]]) -> bool:
    """Tell whether some job that got no crew fits one that is still free in a depot with room."""
    jobs = np.ones(len(problem.jobs), bool)
    crews = np.ones(len(problem.rows), bool)
    room = problem.room.copy()
    for job, crew in chosen:
        jobs[job] = crews[crew] = False
        room[problem.depot[crew]] -= 1
    crews &= (room > 0)[problem.depot]
    return bool(np.isfinite(problem.scores[jobs][:, crews]).any())


def _written(fleet: Fleet, problem: Problem, chosen: list[tuple[int, int]], now: datetime) -> Plan:
    pairs = []
    for i, k in chosen:
        job, score = problem.jobs[i], int(problem.scores[i, k])
        eta_s = score + round(worth_s(job, fleet.rule.worth, now=now))
        eta_s -= int(set_back(fleet, job, problem.rows[k : k + 1])[0])
        pairs.append(Pair(job.id, fleet.table.crews[int(problem.rows[k])].id, eta_s, score))
    served = {i for i, _ in chosen}
    left = {job.id: _why_left(fleet, problem, i) for i, job in enumerate(problem.jobs) if i not in served}
    return Plan(tuple(sorted(pairs, key=lambda pair: (pair.score, pair.job_id))), left)


def _why_left(fleet: Fleet, problem: Problem, i: int) -> Left:
    if np.isfinite(problem.scores[i]).any():
        return Left.OTHERS_FIRST
    skill = problem.jobs[i].skill
    if skill is not None and skill not in fleet.table.has:
        return Left.NO_CREW_WITH_SKILL
    return Left.NO_FREE_CREW
