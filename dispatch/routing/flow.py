"""The min-cost flow under a batch: OR-Tools behind one function of arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

Ints = NDArray[np.int64]


class NoPlan(RuntimeError):
    """The solver did not reach an optimum; the input broke its contract."""


@dataclass(frozen=True, slots=True)
class Arcs:
    """
    Which job may go to which crew at what cost.

    ``job``, ``crew`` and ``cost`` run side by side, one entry an arc; ``depot`` is each crew's depot and ``room`` how
    many jobs each depot can still take.
    """

    jobs: int
    job: Ints
    crew: Ints
    cost: Ints
    depot: Ints
    room: Ints


def solve(arcs: Arcs) -> Ints:
    """
    Return the numbers of the chosen arcs: each job and each crew at most once, no depot above its room.

    As many jobs as possible are served; among those choices the total cost is least.

    :raises NoPlan: if the solver fails
    """
    crews, depots = len(arcs.depot), len(arcs.room)
    first_depot = arcs.jobs + crews
    sink = first_depot + depots
    model = min_cost_flow.SimpleMinCostFlow()

    def link(tail: Ints, head: Ints, room: Ints, cost: Ints) -> None:
        model.add_arcs_with_capacity_and_unit_cost(tail.astype(np.int32), head.astype(np.int32), room, cost)

    def ones(n: int) -> Ints:
        return np.ones(n, np.int64)

    every_job = np.arange(arcs.jobs, dtype=np.int64)
    link(arcs.job, arcs.jobs + arcs.crew, ones(len(arcs.job)), arcs.cost)
    link(arcs.jobs + np.arange(crews), first_depot + arcs.depot, ones(crews), 0 * ones(crews))
    link(first_depot + np.arange(depots), np.full(depots, sink), arcs.room, 0 * ones(depots))
    link(every_job, np.full(arcs.jobs, sink), ones(arcs.jobs), _waiting_cost(arcs) * ones(arcs.jobs))
    supply = np.zeros(sink + 1, np.int64)
    supply[: arcs.jobs], supply[sink] = 1, -arcs.jobs
    model.set_nodes_supplies(np.arange(sink + 1, dtype=np.int32), supply)
    status = model.solve()
    if status != model.OPTIMAL:
        raise NoPlan(f"min-cost flow ended with {status}")
    flows: Ints = model.flows(np.arange(len(arcs.job), dtype=np.int32))
    return np.flatnonzero(flows)


def _waiting_cost(arcs: Arcs) -> int:
    """Return a cost so high that leaving a job waiting never pays, however the others must be moved about for it."""
    if len(arcs.cost) == 0:
        return 1
    spread = int(arcs.cost.max() - min(0, int(arcs.cost.min()))) + 1
    return spread * (min(arcs.jobs, len(arcs.depot)) + 1)


def greedy(arcs: Arcs) -> Ints:
    """Return the arcs of the cheapest-first choice: what stands in when there is no time for the best."""
    jobs, crews = np.ones(arcs.jobs, bool), np.ones(len(arcs.depot), bool)
    room, chosen = arcs.room.copy(), []
    for i in np.lexsort((arcs.crew, arcs.job, arcs.cost)).tolist():
        job, crew = arcs.job[i], arcs.crew[i]
        depot = arcs.depot[crew]
        if jobs[job] and crews[crew] and room[depot] > 0:
            jobs[job] = crews[crew] = False
            room[depot] -= 1
            chosen.append(i)
    return np.array(sorted(chosen), np.int64)
