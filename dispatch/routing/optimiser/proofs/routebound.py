"""
A better bound than the flow's, the longer the better: prices on jobs, and each crew's cheapest route at them.

"Each job is done or left out" is given up for a price on each job: a plan pays at least what the crews' cheapest routes
cost less the prices of the jobs on them, plus for each job its price, or the cost of leaving it out where that is less
(Held and Karp 1971). That holds for any prices; they are bettered by steps along the difference between how often a job
should be visited and how often the cheapest routes do, sized by the distance to a known plan (Polyak 1969). Unlike the
flow this knows where crews and jobs are and does not cut work into pieces; the routes are those of ``stages``.

Left out are caps, reserves, pins, vetoes, rests, rooms, changes, counties, drives back and ``after``; frozen work
counts as in ``pieces``. Where a move could end in the stage that it began in, or the tables would be too large, there
is the flow's bound only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic

import numpy as np
from scipy.spatial import cKDTree

from dispatch.routing.optimiser.problem import Problem
from dispatch.routing.optimiser.search.columns import Numbering
from dispatch.routing.optimiser.search.facts import LINE, MATRIX, NEVER, Facts, Floats, Ints, Shorts
from dispatch.routing.optimiser.search.legs import drives

from .bound import Bound, bound
from .pieces import Day, day_of
from .stages import NONE, Moves, follow, worths

STAGES = 160  # about; more prove more and take longer
LEAST_S = 30  # a stage
NEAR = 40
MOST_PAIRS = 8_000_000  # crews times jobs
MOST_MATRIX = 4_000  # jobs, where drives stand in a matrix
GUESS = 1.6  # a plan costs about so much more than the flow's bound
PATIENCE, SHRINKS = 5, 0.6
SLACK = 1e-9  # share of all sums, for their rounding


@dataclass(frozen=True, slots=True)
class Sort:
    """Crews alike in skills: the rows of jobs that they can do, and each crew's first moves (crews, jobs)."""

    rows: Ints
    moves: Moves
    cost: Floats
    stage: Ints


def bound_by_routes(
    problem: Problem, *, seconds: float | None = None, rounds: int | None = None, above: float | None = None
) -> Bound:
    """
    Return the best bound found, at least the flow's.

    :param seconds: how long to look, of the wall clock
    :param rounds: or how many prices are tried; the bound then depends on nothing but the problem
    :param above: cost of a known plan; only sets how large the steps are
    """
    began = monotonic()
    flow = bound(problem)
    day = day_of(problem, Numbering.of(problem))
    stage_s = _stage_s(day)
    if stage_s < LEAST_S:
        return flow
    sorts = list(_sorts(day, stage_s))
    cost, tried = flow.cost, 0
    for least in _prices(day, sorts, above if above is not None else GUESS * flow.cost):
        cost, tried = max(cost, day.sure + least), tried + 1
        if (rounds is not None and tried >= rounds) or (seconds is not None and monotonic() - began >= seconds):
            break
    return Bound(cost, flow.arcs, flow.drive_in_s)


def _stage_s(day: Day) -> int:
    """Return the length of a stage; 0: this bound cannot be had."""
    facts, many = day.facts, len(day.job)
    too_many = many * facts.crews > MOST_PAIRS or (facts.by == MATRIX and many > MOST_MATRIX)
    if many < 2 or facts.crews == 0 or too_many or day.at_once:  # who takes no time may lie on a quicker way
        return 0
    usual = max(LEAST_S, -(-_last(day) // STAGES))
    shortest = int(facts.work[day.job].min()) if facts.by == LINE else _shortest(day)
    return usual if usual <= shortest else (shortest if _last(day) <= 8 * STAGES * shortest else 0)


def _shortest(day: Day) -> int:
    """Return the least that work and the drive on from it take, of all jobs."""
    facts, there = day.facts, day.facts.place[day.job]
    if facts.by == MATRIX:
        ways = drives(facts, there[:, None], there[None, :])
        np.fill_diagonal(ways, NEVER)
        return int((facts.work[day.job] + ways.min(axis=1)).min())
    points = np.column_stack([facts.x, facts.y, facts.z])[there]
    other = cKDTree(points).query(points, k=2)[1]
    ways = drives(facts, there[:, None], there[other])
    ways[other == np.arange(len(there))[:, None]] = NEVER
    return int((facts.work[day.job] + ways.min(axis=1)).min())


def _last(day: Day) -> int:
    """Return the last instant at which work begins."""
    return int(day.facts.shuts[day.job].max())


def _sorts(day: Day, stage_s: int) -> Iterator[Sort]:
    facts, stages = day.facts, _last(day) // stage_s + 1
    for sort in range(day.may.shape[1]):
        rows, crews = np.flatnonzero(day.may[day.skill, sort]), np.flatnonzero(day.sort == sort)
        if not len(rows) or not len(crews):
            continue
        ways = drives(facts, day.place[crews][:, None], facts.place[day.job[rows]][None, :])
        stage = np.minimum((day.free[crews][:, None] + ways) // stage_s, stages)
        yield Sort(rows, _moves(day, rows, crews, stage_s, stages), facts.drive * ways.astype(np.float64), stage)


def _moves(day: Day, rows: Ints, crews: Ints, stage_s: int, stages: int) -> Moves:
    facts, jobs = day.facts, day.job[rows]
    near, beyond = _neighbours(facts, facts.place[jobs])
    ways = drives(facts, facts.place[jobs][:, None], facts.place[jobs[near]])
    work, at = facts.work[jobs], np.arange(stages)[:, None] * stage_s
    late = day.slope[rows] * np.maximum(0, at - facts.due[jobs])
    may = (at <= facts.shuts[jobs]) & (at + work <= day.latest[crews].max())
    over = day.over * np.maximum(0, at + work - day.ends[crews].max())
    return Moves(
        near=np.where(near == np.arange(len(jobs))[:, None], -1, near).astype(np.int32),
        cost=facts.drive * ways.astype(np.float64),
        shift=np.minimum((work[:, None] + ways) // stage_s, stages), far_cost=facts.drive * beyond.astype(np.float64),
        far_shift=np.minimum((work + beyond) // stage_s, stages), late=late, stop=np.where(may, over, NONE),
        opens=np.clip(facts.opens[jobs] // stage_s, 0, stages - 1),
    )  # fmt: skip


def _neighbours(facts: Facts, places: Shorts) -> tuple[Ints, Ints]:
    """Return (m, w) the nearest of each place, itself among them, and the least drive to any other; NEVER: none."""
    m = len(places)
    count = min(NEAR + 2, m)
    if facts.by == MATRIX:
        ways = drives(facts, places[:, None], places[None, :])
        order = np.argsort(ways, axis=1, kind="stable")[:, :count].astype(np.int64)
    else:
        points = np.column_stack([facts.x, facts.y, facts.z])[places]
        order = cKDTree(points).query(points, k=count)[1].reshape(m, count).astype(np.int64)
    if count == m:
        return order, np.full(m, NEVER)
    pace = np.full(1, facts.pace[facts.place].min()) if facts.by == LINE else None
    return order[:, :-1], drives(facts, places, places[order[:, -1]], pace)


def _prices(day: Day, sorts: list[Sort], above: float) -> Iterator[float]:
    """Yield one bound after another, at better and better prices; never ends unless the prices are the best."""
    jobs, dearest = len(day.job), day.skip / day.crews
    price = np.minimum(dearest, above / jobs * 0.7 * np.sqrt(day.slope / max(1e-12, float(day.slope.mean()))))
    best, share, since = -np.inf, 1.0, 0
    while True:
        visits, least = np.zeros(jobs, np.int64), float(np.minimum(day.skip, price * day.crews).sum())
        for sort in sorts:
            least += _routes(sort, price, visits)
        yield least - SLACK * (float(day.skip.sum()) + abs(least))
        since = 0 if least > best else since + 1
        best = max(best, least)
        if since >= PATIENCE:
            share, since = share * SHRINKS, 0
        step = (day.crews - visits).astype(np.float64)
        step[(price >= dearest) & (step > 0)] = 0.0
        if not np.any(step):
            return
        aim = max(above - day.sure - least, 1e-3 * abs(best))
        price = np.clip(price + share * aim / float(step @ step) * step, 0.0, dearest)


def _routes(sort: Sort, price: Floats, visits: Ints) -> float:
    """Return what the cheapest routes of a sort's crews cost at these prices, and count whom they visit."""
    found = worths(sort.moves, price[sort.rows])
    stages = len(found.best)
    worth = found.worth[np.minimum(sort.stage, stages - 1), np.arange(len(sort.rows))]
    cost = np.where(sort.stage < stages, sort.cost + worth, NONE)
    first = cost.argmin(axis=1)
    total, own = 0.0, np.zeros(len(sort.rows), np.int64)
    for c in np.flatnonzero(cost.min(axis=1) < 0).tolist():
        total += float(cost[c, first[c]])
        follow(sort.moves, found, int(first[c]), int(sort.stage[c, first[c]]), own)
    visits[sort.rows] += own
    return total
