"""
What no plan can cost less than, for problems of any size: time cut into pieces and given out like water.

Each visit to job j by some crew takes up at least ``q = m + work`` seconds of that crew, one after the other, where
``m`` is the shortest drive into j from any place that a crew which may do j can come from. Relaxed are: that these
seconds are one piece with one crew (they may be spread over crews and times), where crews are, and every rule but
those below. What is left is one min-cost flow of seconds: job -> (skills, time) -> (crews alike, time) -> sink.

Why each term is no more than what any plan pays, so that the flow's least cost is a bound:

* Seconds. The visit may count ``[begin - m, begin + work]`` as its own: the crew left its last job no later than
  ``begin - drive`` and ``drive >= m``. A crew has the seconds between when it is free and its latest end.
* Lateness ``s * max(0, begin - due)`` of slope s is spread over the visit's seconds: the second at t pays
  ``s * ceil((t - e) / q)`` with ``e = due + work``, 0 before e. Over ``[C - q, C]`` this sums to ``s * max(0, C - e)``
  exactly: between the a-th and the next multiple of q the first part pays a, the rest a + 1. In a piece of time
  the least value counts (the time-indexed bound of Dyer and Wolsey 1990, preemptive as in Sourd and Kedad-Sidhoum
  2003).
* Travel pays ``m`` of each visit's drive, spread evenly; the drive back and what is longer are left out.
* Leaving out pays its cost for the share of the seconds that is not given out: 0 or 1 in a plan.
* Overtime pays for each second given out after a crew's end: it ends at least so much later.
* A job begins not before a crew that may do it can be there, not before its window and not after it.
* Jobs of several crews are so many visits with a share of lateness and of leaving out each.
* Frozen work is not given out: its crew is free when it has done it, and what that costs at the least is added.

Caps, reserves, pins, vetoes, rests, rooms, changes, counties and ``after`` are left out: each only makes plans dearer.
"""

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow

from dispatch.routing.optimiser.problem import Problem
from dispatch.routing.optimiser.search.columns import Numbering
from dispatch.routing.optimiser.search.facts import NEVER, Floats, Ints

from .pieces import Day, day_of

PIECE_S = 600
MOST_ARCS = 4_000_000
PARTS = 1e6  # of a cost: flows count in whole numbers
LARGEST = 2.0**40  # the dearest second in such parts


class NoFlow(RuntimeError):
    """The flow's solver did not reach an optimum; the input broke its contract."""


@dataclass(frozen=True, slots=True)
class Bound:
    """
    What no plan costs less than.

    :ivar cost: the bound
    :ivar arcs: size of the flow
    :ivar drive_in_s: mean of the shortest drives into each job
    """

    cost: float
    arcs: int
    drive_in_s: float

    def gap(self, cost: float) -> float:
        """Return how far above the least a plan of this cost can be, as a share of the bound."""
        return cost / self.cost - 1.0 if self.cost > 0.0 else (0.0 if cost <= 0.0 else float("inf"))


@dataclass(frozen=True, slots=True)
class Arcs:
    """Arcs of a flow side by side."""

    tail: Ints
    head: Ints
    room: Ints
    cost: Floats


def bound(problem: Problem, *, piece_s: int = PIECE_S) -> Bound:
    """
    Return what no plan costs less than that breaks nothing but what frozen work breaks by itself.

    :param piece_s: length of the pieces of time; shorter ones prove a little more and take longer
    """
    day = day_of(problem, Numbering.of(problem))
    mean = float(day.way_in.mean()) if len(day.way_in) else 0.0
    if not len(day.way_in):
        return Bound(day.sure, 0, mean)
    arcs = _arcs(day, _edges(day, piece_s))
    return Bound(day.sure + _least(arcs, day.need), len(arcs.tail), mean)


def _edges(day: Day, piece_s: int) -> Ints:
    """Return where the pieces of time meet, from the first release to the last end."""
    first, last = int(day.release.min()), int(day.last.max())
    count = max(1, min(-(-(last - first) // max(1, piece_s)), MOST_ARCS // len(day.need)))
    return np.unique(np.linspace(first, max(last, first + 1), count + 1).astype(np.int64))


def _arcs(day: Day, edges: Ints) -> Arcs:
    jobs, pieces = len(day.need), len(edges) - 1
    skills, sorts = day.may.shape
    first_skill = jobs
    first_sort = first_skill + skills * pieces
    sink = first_sort + sorts * pieces
    parts = [_given_out(day, edges, first_skill), _left_out(day, sink)]
    piece = np.arange(pieces)
    for skill, sort in zip(*np.nonzero(day.may), strict=True):
        tail = first_skill + skill * pieces + piece
        parts.append(Arcs(tail, first_sort + sort * pieces + piece, np.full(pieces, NEVER), np.zeros(pieces)))
    for sort in range(sorts):
        parts += _crews(day, edges, sort, first_sort + sort * pieces + piece, sink)
    columns = (
        (np.concatenate(column)) for column in zip(*((a.tail, a.head, a.room, a.cost) for a in parts), strict=True)
    )
    tail, head, room, cost = columns
    return Arcs(tail, head, room, cost)


def _given_out(day: Day, edges: Ints, first_skill: int) -> Arcs:
    """Return the arcs from each job into each piece of time in which it may be done."""
    from_s, to_s = edges[:-1], edges[1:]
    inside = np.minimum(to_s, day.last[:, None]) - np.maximum(from_s, day.release[:, None])
    job, piece = np.nonzero(inside > 0)
    q, late_s = day.seconds[job], np.maximum(from_s[piece], day.release[job]) - day.due_end[job]
    steps = np.where(late_s >= 0, late_s // q + 1, 0)
    cost = day.slope[job] * steps + day.way_cost[job] / q
    head = first_skill + day.skill[job] * (len(edges) - 1) + piece
    return Arcs(job, head, inside[job, piece] * day.crews[job], cost)


def _left_out(day: Day, sink: int) -> Arcs:
    jobs = np.arange(len(day.need))
    return Arcs(jobs, np.full(len(jobs), sink), day.need, day.skip / day.need)


def _crews(day: Day, edges: Ints, sort: int, nodes: Ints, sink: int) -> list[Arcs]:
    """Return the seconds that crews of a sort have in each piece of time, within hours and after them."""
    own = day.sort == sort
    free, ends, latest = day.free[own, None], day.ends[own, None], day.latest[own, None]

    def seconds(begin: Ints, end: Ints) -> Ints:
        total: Ints = np.maximum(0, np.minimum(edges[1:], end) - np.maximum(edges[:-1], begin)).sum(axis=0)
        return total

    none, to = np.zeros(len(nodes)), np.full(len(nodes), sink)
    within = Arcs(nodes, to, seconds(free, np.minimum(ends, latest)), none)
    return [within, Arcs(nodes, to, seconds(np.maximum(free, ends), latest), none + day.over)]


def _least(arcs: Arcs, need: Ints) -> float:
    """
    Return the least cost of giving out what each job needs; costs are rounded down.

    :raises NoFlow: if the solver fails
    """
    parts = min(PARTS, LARGEST / max(1e-9, float(arcs.cost.max())))
    model = min_cost_flow.SimpleMinCostFlow()
    total = int(need.sum())
    model.add_arcs_with_capacity_and_unit_cost(
        arcs.tail.astype(np.int32),
        arcs.head.astype(np.int32),
        np.minimum(arcs.room, total),
        np.floor(arcs.cost * parts).astype(np.int64),
    )
    nodes = int(arcs.head.max()) + 1
    supply = np.zeros(nodes, np.int64)
    supply[: len(need)], supply[-1] = need, -total
    model.set_nodes_supplies(np.arange(nodes, dtype=np.int32), supply)
    status = model.solve()
    if status != model.OPTIMAL:
        raise NoFlow(f"min-cost flow ended with {status}")
    flow = np.asarray(model.flows(np.arange(len(arcs.tail), dtype=np.int32)), np.float64)
    return float((flow * np.floor(arcs.cost * parts)).sum()) / parts
