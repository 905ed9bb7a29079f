"""
The exact model of the p-median: for each place a ladder of its costs in rising order, one variable a rung.

"Nothing chosen up to here" (Cornuéjols, Nemhauser & Wolsey 1980; Elloumi 2010) needs two or three entries a row where
the textbook's model needs a row for every place and site. A ladder may be cut after some rungs: what lies beyond costs
the next rung at least, so the cut model's bound holds for the whole (García, Labbé & Marín 2011).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from .fleet import Bools, Ints
from .geo import Floats

SOLVED = 0  # status of ``scipy.optimize.milp``


@dataclass(frozen=True, slots=True)
class Answer:
    """What the solver said: the sites it likes best first (None: no choice found), its bound, whether it ended."""

    order: Ints | None
    bound: float
    solved: bool


def ask(cost: Floats, weight: Floats, k: int, *, certain: Bools, rungs: int, limit_s: float) -> Answer:
    """
    Solve the model.

    :param cost: (places, sites), finite; ``weight`` (places,)
    :param certain: sites that are in every choice worth having
    :param rungs: how much of each ladder is kept
    """
    ladders = _ladders(cost, weight, rungs)
    sites = cost.shape[1]
    columns = sites + len(ladders.price)
    one = coo_array((np.ones(sites), (np.zeros(sites, int), np.arange(sites))), shape=(1, columns))
    rows = coo_array((ladders.entry, (ladders.row, ladders.column)), shape=(len(ladders.least), columns))
    found = milp(
        np.concatenate((np.zeros(sites), ladders.price)),
        integrality=np.concatenate((np.ones(sites), np.zeros(len(ladders.price)))),
        bounds=Bounds(np.concatenate((certain, np.zeros(len(ladders.price)))), 1),
        constraints=(
            LinearConstraint(one.tocsr(), k, k),
            LinearConstraint(rows.tocsr(), ladders.least, np.inf),
        ),
        options={"time_limit": limit_s, "mip_rel_gap": 0.0},
    )
    dual = found.mip_dual_bound
    order = None if found.x is None else np.argsort(-found.x[:sites], kind="stable")
    bound = -np.inf if dual is None or not np.isfinite(dual) else float(dual) + ladders.fixed
    return Answer(order, bound, found.status == SOLVED)


@dataclass(frozen=True, slots=True)
class Ladders:
    """The rows of the model: entries, right-hand sides, the price of each rung, and what is paid in any case."""

    entry: Floats
    row: Ints
    column: Ints
    least: Floats
    price: Floats
    fixed: float


def _ladders(cost: Floats, weight: Floats, rungs: int) -> Ladders:
    """
    Write one ladder for each place: rung r is passed (variable 1) unless a site with its r-th cost or less is chosen.

    Passed rung r costs ``weight x (cost r+1 - cost r)``. On a whole ladder the last rung cannot be passed.
    """
    places, sites = cost.shape
    order = np.argsort(cost, axis=1, kind="stable")[:, :rungs].astype(np.int64)
    rising = np.take_along_axis(cost, np.argsort(cost, axis=1, kind="stable")[:, : rungs + 1], axis=1)
    whole = rungs == sites
    step = np.diff(rising, axis=1) if not whole else np.hstack([np.diff(rising, axis=1), np.zeros((places, 1))])
    price = step * weight[:, None]
    number = np.arange(places * rungs).reshape(places, rungs)
    own, site, below = _entries(number, order, sites, whole=whole)
    entry = np.concatenate([np.full(len(own[0]), 1.0), np.ones(number.size), np.full(len(below[0]), -1.0)])
    row = np.concatenate([own[0], site[0], below[0]])
    column = np.concatenate([own[1], site[1], below[1]])
    least = np.zeros((places, rungs))
    least[:, 0] = 1.0
    return Ladders(entry, row, column, least.ravel(), price.ravel(), float(weight @ rising[:, 0]))


Cells = tuple[Ints, Ints]


def _entries(number: Ints, order: Ints, sites: int, *, whole: bool) -> tuple[Cells, Cells, Cells]:
    """Return where a rung's own variable, its site and the rung below it stand: rows and columns."""
    passable = number[:, :-1] if whole else number
    return (
        (passable.ravel(), passable.ravel() + sites),
        (number.ravel(), order.ravel()),
        (number[:, 1:].ravel(), number[:, :-1].ravel() + sites),
    )
