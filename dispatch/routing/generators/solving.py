"""One question to CP-SAT: the best plan of a problem that is small enough, and what is proved of it."""

from collections.abc import Sequence
from typing import NamedTuple

from ortools.sat.python import cp_model

from .building import lean
from .facts import Facts, Feed, Routes
from .statements import Statements, turns_of

LEAST_S = 0.01


class Found(NamedTuple):
    """
    What the solver found.

    :ivar bound: units that no plan costs less than
    :ivar worked: how much of the limit it took (OR-Tools' deterministic time, about a second of a core each)
    """

    routes: Routes
    bound: float
    optimal: bool
    worked: float


def solved(said: Statements, begin: Routes, *, limit: float, seconds: float | None, seed: int) -> Found:
    """
    Return the best plan found, never a dearer one than it begins with.

    :param limit: of deterministic time: the same limit gives the same plan
    :param seconds: of the wall clock beside it; None: no limit
    """
    facts = said.facts
    said.hint(begin)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.max_deterministic_time = max(LEAST_S, limit)
    if seconds is not None:
        solver.parameters.max_time_in_seconds = max(LEAST_S, seconds)
    status = solver.solve(said.model)
    worked = solver.response_proto.deterministic_time
    bound = facts.darkness() - solver.best_objective_bound
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Found(begin, min(bound, facts.cost(begin)), False, worked)
    made = bare(facts, said.routes(solver))
    routes = made if facts.cost(made) < facts.cost(begin) else begin
    optimal = status == cp_model.OPTIMAL
    return Found(routes, min(bound, facts.cost(routes)), optimal, worked)


def bare(facts: Facts, routes: Sequence[Sequence[Feed]]) -> Routes:
    """Return the plan without trucks that a feeding does not need, where their leaving out costs nothing."""
    kept = [list(route) for route in routes]
    for one in sorted(turns_of(routes)):
        team = [t for t, route in enumerate(kept) if any(feed._replace(refuel=False) == one for feed in route)]
        needed = lean(facts, one.group, team)
        for t in set(team) - set(needed):
            route = [feed for feed in kept[t] if feed._replace(refuel=False) != one]
            if facts.driven_s(t, route) <= facts.driven_s(t, kept[t]) and not any(feed.refuel for feed in kept[t]):
                kept[t] = route
    return tuple(tuple(route) for route in kept)
