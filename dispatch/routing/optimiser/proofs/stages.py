"""
The cheapest route at given prices of jobs, for crews of one sort from every place and time at once.

Time is cut into stages of equal length. ``worth[b, j]`` is what a crew costs from when it comes to job j in stage b on,
less the prices of the jobs that it then does; a route may come back to a job, which real ones do not (the q-routes of
Christofides, Mingozzi and Toth 1981, over time as in Pessoa et al. 2010). Every stage counts from its beginning, every
move ends in the stage of its earliest end: both make routes cheaper than they are, never dearer. Jobs beyond the
neighbours of j are taken together: the drive is the shortest to any of them, and what follows is the best of all.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch.kit.compiled import compiled
from dispatch.routing.optimiser.search.facts import Floats, Ints, Shorts

NONE = 1e18  # not possible


class Moves(NamedTuple):
    """
    What crews of one sort can do; ``m`` jobs, numbered among themselves, ``t`` stages.

    ``near`` (m, w) neighbours, -1: no more; ``cost`` and ``shift`` (m, w) what going there costs, and how many stages
    later one arrives, at least 1; ``far_cost``, ``far_shift`` (m) the same for all others. ``late`` (t, m) lateness;
    ``stop`` (t, m) what ending there costs, NONE: work cannot begin in that stage; ``opens`` (m) first stage.
    """

    near: Shorts
    cost: Floats
    shift: Ints
    far_cost: Floats
    far_shift: Ints
    late: Floats
    stop: Floats
    opens: Ints


class Worths(NamedTuple):
    """``worth`` (t, m); ``best`` (t) its least entry, ``which`` (t) whose that is."""

    worth: Floats
    best: Floats
    which: Ints


def worths(moves: Moves, price: Floats) -> Worths:
    """Return what coming to each job in each stage is worth at these prices (m)."""
    stages, jobs = moves.stop.shape
    found = Worths(np.empty((stages, jobs)), np.empty(stages), np.zeros(stages, np.int64))
    _fill(moves, price, *found)
    return found


def follow(moves: Moves, found: Worths, job: int, stage: int, visits: NDArray[np.int64]) -> None:
    """Add one to each job that the cheapest route visits which comes to a job in a stage."""
    _follow(moves, *found, job, stage, visits)


@compiled
def _fill(moves: Moves, price: Floats, worth: Floats, best: Floats, which: Ints) -> None:
    near, cost, shift, opens, stop, late = moves.near, moves.cost, moves.shift, moves.opens, moves.stop, moves.late
    far_cost, far_shift, stages = moves.far_cost, moves.far_shift, len(best)
    for b in range(stages - 1, -1, -1):
        best[b] = NONE
        for j in range(len(price)):
            value = worth[max(b, opens[j]), j] if b < opens[j] else NONE  # waits
            if b >= opens[j] and stop[b, j] < NONE:
                least, then = stop[b, j], b + far_shift[j]
                if then < stages:
                    least = min(least, far_cost[j] + best[then])
                for a in range(near.shape[1]):  # as in _next, which also says where to
                    then = b + shift[j, a]
                    if near[j, a] >= 0 and then < stages:
                        least = min(least, cost[j, a] + worth[then, near[j, a]])
                value = late[b, j] - price[j] + least
            worth[b, j] = value
            if value < best[b]:
                best[b], which[b] = value, j


@compiled
def _next(moves: Moves, worth: Floats, best: Floats, which: Ints, j: int, b: int) -> tuple[float, int, int]:
    """Return the cost of going on from job j in the best way, and the job and the stage; -1: ending."""
    stages = len(best)
    least, job, stage = moves.stop[b, j], -1, b
    for a in range(moves.near.shape[1]):
        k = moves.near[j, a]
        then = b + moves.shift[j, a]
        if k >= 0 and then < stages and moves.cost[j, a] + worth[then, k] < least:
            least, job, stage = moves.cost[j, a] + worth[then, k], k, then
    then = b + moves.far_shift[j]
    if then < stages and moves.far_cost[j] + best[then] < least:
        least, job, stage = moves.far_cost[j] + best[then], which[then], then
    return least, job, stage


@compiled
def _follow(moves: Moves, worth: Floats, best: Floats, which: Ints, job: int, stage: int, visits: Ints) -> None:
    while job >= 0:
        visits[job] += 1
        stage = max(stage, moves.opens[job])
        _, job, stage = _next(moves, worth, best, which, job, stage)
