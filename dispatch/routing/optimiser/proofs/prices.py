"""
Prices on caps: the linear relaxation of an assignment under shared caps, solved by flows.

Without caps, "each job at most once, each crew at most one job" is a min-cost flow, whose corners are whole. A price on
each visit that counts in a full cell, less the price times what the cell takes, gives a bound for every choice of
prices; the best one is the value of the linear relaxation itself, because the flow's corners are whole (Geoffrion 1974,
"Lagrangean relaxation for integer programming"). Prices rise where a cell is overfull and fall where it is not, each
with a step of its own that grows while the sign stays and halves when it turns (Riedmiller and Braun 1993).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from dispatch.routing.optimiser.search.facts import Floats, Ints

from .offers import Offers

PARTS = 100.0  # of a cost; a flow counts in whole numbers
LARGEST = 2**44  # the dearest arc in such parts
NEVER = 2**60  # parts: no way
FIRST_STEP = 15.0
GROWS, SHRINKS = 1.6, 0.5

Bools = NDArray[np.bool_]


class NoFlow(RuntimeError):
    """The flow's solver did not reach an optimum; the input broke its contract."""


@dataclass(frozen=True, slots=True)
class Priced:
    """
    What prices led to.

    :ivar price: of each cell
    :ivar chosen: which offers the flow of these prices takes; cells may be overfull
    :ivar bound: no assignment of these offers under the caps costs less
    :ivar uncapped: cost of the best assignment without caps
    """

    price: Floats
    chosen: Bools
    bound: float
    uncapped: float


def priced(offers: Offers, rounds: int) -> Priced:
    """Return the prices with the best bound of so many rounds."""
    cells = len(offers.left)
    price, step, sign = np.zeros(cells), np.full(cells, FIRST_STEP), np.zeros(cells)
    best: Priced | None = None
    uncapped = 0.0
    for turn in range(max(1, rounds)):
        chosen, least = flow(offers, price)
        bound = least - float((price * offers.left)[price > 0].sum())
        uncapped = bound if turn == 0 else uncapped
        if best is None or bound > best.bound:
            best = Priced(price, chosen, bound, uncapped)
        over = np.bincount(offers.cell[chosen], minlength=cells) - offers.left
        if not np.any((over > 0) | ((price > 0) & (over < 0))):
            break
        now = np.where((price <= 0) & (over < 0), 0, np.sign(over))
        step = step * np.where(now * sign < 0, SHRINKS, np.where((now != 0) & (now == sign), GROWS, 1.0))
        sign = np.where(now != 0, now, sign)
        price = np.maximum(0.0, price + step * now)
    assert best is not None
    return best


def flow(offers: Offers, price: Floats) -> tuple[Bools, float]:
    """
    Return the offers of the cheapest assignment at these prices without caps, and no more than what it costs.

    :raises NoFlow: if the solver fails
    """
    n, k, m = len(offers.jobs), offers.crews, len(offers.job)
    jobs, crews, sink = np.arange(n), n + np.arange(k), n + k
    paired, skipped, parts = _whole(offers, price)
    model = min_cost_flow.SimpleMinCostFlow()
    model.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([offers.job, crews, jobs]).astype(np.int32),
        np.concatenate([n + offers.crew, np.full(k, sink), np.full(n, sink)]).astype(np.int32),
        np.ones(m + k + n, np.int64),
        np.concatenate([paired, np.zeros(k, np.int64), skipped]),
    )
    supply = np.zeros(sink + 1, np.int64)
    supply[:n], supply[sink] = 1, -n
    model.set_nodes_supplies(np.arange(sink + 1, dtype=np.int32), supply)
    status = model.solve()
    if status != model.OPTIMAL:
        raise NoFlow(f"min-cost flow ended with {status}")
    chosen: Bools = np.asarray(model.flows(np.arange(m, dtype=np.int32))) > 0
    return chosen, model.optimal_cost() / parts


def _whole(offers: Offers, price: Floats) -> tuple[Ints, Ints, float]:
    """Return the costs of pairs and of leaving out as whole parts, rounded down, and how many parts make one."""
    paired = offers.cost + price[offers.cell]
    most = max(1.0, float(paired.max(initial=0.0)), float(offers.skip.max(initial=0.0)))
    parts = min(PARTS, LARGEST / most)
    return np.floor(paired * parts).astype(np.int64), np.floor(offers.skip * parts).astype(np.int64), parts


def trouble(offers: Offers, priced: Priced) -> Floats:
    """
    Return for each offer how much dearer at least it is to mend what the prices left wrong by way of it.

    Wrong are cells that are overfull, and priced ones that are not full. The way leads from a job there over crews and
    the jobs that they have; its length is the sum of what the offers on it are dearer than what the flow has.
    """
    cells = len(offers.left)
    used = np.bincount(offers.cell[priced.chosen], minlength=cells)
    overfull, slack = used > offers.left, (priced.price > 0) & (used < offers.left)
    dearer = _dearer(offers, priced)
    has = np.full(offers.crews, -1, np.int64)
    has[offers.crew[priced.chosen]] = offers.job[priced.chosen]
    far = np.full(len(offers.jobs), NEVER)
    far[offers.job[(overfull[offers.cell] & priced.chosen) | slack[offers.cell]]] = 0
    crew, held = np.flatnonzero(has >= 0), has[has >= 0]
    while True:
        reach = np.full(offers.crews, NEVER)
        np.minimum.at(reach, offers.crew, far[offers.job] + dearer)
        nearer = np.minimum(far[held], reach[crew])
        if np.array_equal(nearer, far[held]):
            return (far[offers.job] + dearer).astype(np.float64)
        far[held] = nearer


def _dearer(offers: Offers, priced: Priced) -> Ints:
    """
    Return how much dearer each offer is than what the flow has, at its prices: 0 for what could be in a flow as good.

    The worth of a crew is what it costs to do without it: the shortest way of moving jobs on until a crew that is idle,
    or a job that is left out, takes up the slack (Bellman and Ford's labels, which start at the top and fall; the flow
    is optimal in the same whole numbers, so that no circle makes them fall for ever).
    """
    cost, skip, _ = _whole(offers, priced.price)
    rows, first = np.unique(offers.job, return_index=True)
    job, crew, own = offers.job[priced.chosen], offers.crew[priced.chosen], cost[priced.chosen]
    worth, value = np.zeros(offers.crews, np.int64), skip.copy()
    worth[crew] = NEVER
    while len(rows):
        value[rows] = np.minimum(skip[rows], np.minimum.reduceat(cost + worth[offers.crew], first))
        fallen = np.minimum(worth[crew], value[job] - own)
        if np.array_equal(fallen, worth[crew]):
            break
        worth[crew] = fallen
    dearer: Ints = np.maximum(0, cost + worth[offers.crew] - value[offers.job])
    return dearer
