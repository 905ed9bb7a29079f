"""
Thousands of waiting jobs to crews at once, at most one new job a crew, under the shared caps of depots (承载力).

A depot declares how many visits of a kind begin in a period; which of its crews makes them is open, so that a cap binds
pairs of many jobs and crews together and no flow can say it. Flows with prices on caps (``prices``) give a bound and
say which pairs matter; over these a linear programme (GLOP) is solved, and what it leaves fractional SCIP rounds to
the best whole choice (20 ms where CP-SAT took two seconds). The linear programme over all pairs takes ten times as
long as all of this (``benchmarks/caps.py --whole``).

A start for the engine where crews are many and jobs few; a batch by itself where each crew is to get one job.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from ortools.linear_solver.python import model_builder_helper
from scipy.sparse import csr_matrix

from dispatch.routing.optimiser.search.facts import Facts, Floats, Ints, Tour

from .offers import Offers, Standing, offers
from .prices import Bools, Priced, priced, trouble

NEAR = 7
ROUNDS = 4
PAIRS_A_JOB = 3.0  # of the linear programme; more are slower and hardly better
PAIRS = 9_000  # at the least
WHOLE = 1e-6
LONGEST_S = 60.0  # far more than either solver takes; so that no input hangs


@dataclass(frozen=True, slots=True)
class Assigned:
    """
    Which job goes to which crew next; numbers are those of the problem.

    :ivar job: jobs, ``crew`` their crews side by side
    :ivar cost: of these pairs and of leaving the other jobs out
    :ivar bound: no choice among the pairs looked at costs less under the caps
    :ivar uncapped: least cost of such a choice if there were no caps (min-cost flow)
    :ivar fractional: how many pairs the linear programme left neither in nor out
    """

    job: Ints
    crew: Ints
    cost: float
    bound: float
    uncapped: float
    fractional: int

    @property
    def gap(self) -> float:
        """How far the cost can be above the least, as a share of the least."""
        return max(0.0, self.cost / self.bound - 1.0) if self.bound > 0 else 0.0


def assign(facts: Facts, tour: Tour | None = None, *, near: int = NEAR, rounds: int = ROUNDS) -> Assigned:
    """
    Return the best pairs of waiting jobs and crews.

    :param tour: a plan: its absent jobs wait, and crews go on from the ends of their routes; None: all jobs wait
    :param near: crews of each job, and jobs of each crew, that are looked at
    :param rounds: flows with prices; more bring the bound closer
    """
    jobs = np.arange(facts.jobs) if tour is None else np.sort(tour.absent[: tour.sums[0]]).astype(np.int64)
    open_ = offers(facts, Standing.of(facts, tour), jobs, near=near)
    prices = priced(open_, rounds)
    some = _worth_a_look(open_, prices)
    share = _relaxed(some)
    chosen = _rounded(some, share)
    left_out = np.ones(len(jobs), bool)
    left_out[some.job[chosen]] = False
    cost = float(some.cost[chosen].sum() + some.skip[left_out].sum())
    fractional = int(((share > WHOLE) & (share < 1 - WHOLE)).sum())
    return Assigned(
        jobs[some.job[chosen]], some.crew[chosen], cost, min(cost, prices.bound), prices.uncapped, fractional
    )


def _taken(offers: Offers, keep: Bools) -> Offers:
    return Offers(
        offers.jobs,
        offers.crews,
        offers.job[keep],
        offers.crew[keep],
        offers.cost[keep],
        offers.cell[keep],
        offers.left,
        offers.skip,
    )


def _worth_a_look(offers: Offers, prices: Priced) -> Offers:
    """Return the offers that the flow took, and those by way of which its overfull cells are mended the cheapest."""
    many = max(PAIRS, int(PAIRS_A_JOB * len(offers.jobs)))
    if len(offers.job) <= many:
        return offers
    far = trouble(offers, prices)
    return _taken(offers, prices.chosen | (far <= np.partition(far, many)[many]))


def rows(offers: Offers) -> tuple[csr_matrix, Floats]:
    """Return the constraints that can bind: each job and crew at most once, each cell at most what it takes."""
    m, n, k = len(offers.job), len(offers.jobs), offers.crews
    row = np.concatenate([offers.job, n + offers.crew, n + k + offers.cell])
    matrix = csr_matrix((np.ones(3 * m), (row, np.tile(np.arange(m), 3))), shape=(n + k + len(offers.left), m))
    most = np.concatenate([np.ones(n + k), offers.left.astype(float)])
    binds = np.diff(matrix.indptr) > most
    return matrix[binds], most[binds]


def _relaxed(offers: Offers) -> Floats:
    """Return how much of each offer the linear programme takes, 0 to 1."""
    share = _solved(offers, "glop", whole=False)
    if share is None:
        return np.full(len(offers.job), 0.5)  # nothing is decided: all is left to the rounding
    clipped: Floats = np.clip(share, 0.0, 1.0)
    return clipped


def _rounded(offers: Offers, share: Floats) -> Ints:
    """Return the numbers of the chosen offers: what is whole stays, of the rest the best choice that fits."""
    fixed = np.flatnonzero(share >= 1 - WHOLE)
    left = offers.left - np.bincount(offers.cell[fixed], minlength=len(offers.left))
    jobs, crews = np.ones(len(offers.jobs), bool), np.ones(offers.crews, bool)
    jobs[offers.job[fixed]] = crews[offers.crew[fixed]] = False
    loose = jobs[offers.job] & crews[offers.crew] & (left[offers.cell] > 0)
    if not loose.any():
        return fixed
    rest = replace(_taken(offers, loose), left=left)
    return np.sort(np.concatenate([fixed, np.flatnonzero(loose)[_best_of(rest)]]))


def _best_of(offers: Offers) -> Ints:
    """Return the numbers of the best choice of these few offers, found by SCIP."""
    share = _solved(offers, "scip", whole=True)
    return np.zeros(0, np.int64) if share is None else np.flatnonzero(share > 0.5)


def _solved(offers: Offers, name: str, *, whole: bool) -> Floats | None:
    """Return how much of each offer the best choice takes; None: the solver found none."""
    matrix, most = rows(offers)
    m = len(offers.job)
    if not len(most):
        return np.ones(m)  # nothing binds
    model: Any = model_builder_helper.ModelBuilderHelper()
    gain = offers.cost - offers.skip[offers.job]
    model.fill_model_from_sparse_data(np.zeros(m), np.ones(m), gain, np.full(len(most), -np.inf), most, matrix)
    for i in range(m if whole else 0):
        model.set_var_integrality(i, True)
    solver = model_builder_helper.ModelSolverHelper(name)
    solver.set_time_limit_in_seconds(LONGEST_S)
    solver.solve(model)
    return np.array(solver.variable_values()) if solver.has_solution() else None
