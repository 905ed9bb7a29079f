"""
Small problems solved to the proof: what no plan can cost less than, and a plan that costs it.

CP-SAT (OR-Tools) on the statements of ``statements``; for tests of the search, for gaps that are shown to people, and
for a dispatcher who asks whether it could be done better. The engine's plan may be given to begin with.
"""

from dataclasses import dataclass
from math import inf

from ortools.sat.python import cp_model

from dispatch.kit.errors import Invalid
from dispatch.routing.optimiser.problem import Plan, Problem
from dispatch.routing.optimiser.search.unserved import reasons

from .statements import Statements

MOST_JOBS, MOST_CREWS = 12, 6
LEAST_S = 0.01


class TooLarge(Invalid):
    """A proof would take too long."""


class CrewsTogether(Invalid):
    """Jobs of several crews are not stated."""


@dataclass(frozen=True, slots=True)
class Proof:
    """
    What is known of a problem's least cost.

    :ivar cost: of ``plan``; ``inf`` if none was found
    :ivar bound: no plan that breaks nothing costs less; what frozen work breaks by itself does not count
    :ivar optimal: ``cost`` is the least there is; without a plan: nobody can make one
    """

    cost: float
    bound: float
    optimal: bool
    plan: Plan | None


def prove(problem: Problem, seconds: float, *, start: Plan | None = None, cores: int = 1) -> Proof:
    """
    Return the best plan found, and what is proved of it.

    :param seconds: how long to look, of the wall clock
    :param start: a plan to begin with, such as the engine's
    :raises TooLarge: above 12 jobs or 6 crews
    :raises CrewsTogether: if a job wants several crews
    """
    _check(problem)
    said = Statements(problem)
    if start is not None:
        _hint(said, start)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(LEAST_S, seconds)
    solver.parameters.num_workers = max(1, cores)
    solver.parameters.relative_gap_limit = 0.0
    status = solver.solve(said.model)
    optimal = status in (cp_model.OPTIMAL, cp_model.INFEASIBLE)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Proof(inf, inf if optimal else 0.0, optimal, None)
    cost = sum(term.weight * solver.value(term.of) for term in said.terms)
    bound = min(cost, max(0.0, solver.best_objective_bound / said.scale))
    return Proof(cost, bound, optimal, _plan(said, solver, optimal=optimal))


def _check(problem: Problem) -> None:
    for field, count, most in (("jobs", len(problem.jobs), MOST_JOBS), ("crews", len(problem.crews), MOST_CREWS)):
        if count > most:
            raise TooLarge(
                f"{field} 有 {count} 项,最优性证明最多 {most} 项:请缩小问题,或用 dispatch optimise 搜索", field=field
            )
    for i, job in enumerate(problem.jobs):
        if job.crews > 1:
            where = f"jobs[{i}].crews"
            raise CrewsTogether(
                f"{where} 为 {job.crews},最优性证明只支持一队的工作:请改为 1,或用 dispatch optimise 搜索", field=where
            )


def _hint(said: Statements, start: Plan) -> None:
    """Tell the solver a plan to begin with."""
    gone = set()
    for c, crew in enumerate(said.problem.crews):
        route = [said.numbers.jobs[name] for name in start.routes.get(crew.id, ())]
        gone |= {(c, i, j) for i, j in zip([-1, *route], [*route, -1], strict=True)} if route else set()
    for c, arcs in enumerate(said.arcs):
        for (i, j), arc in arcs.items():
            said.model.add_hint(arc, (c, i, j) in gone)


def _plan(said: Statements, solver: cp_model.CpSolver, *, optimal: bool) -> Plan:
    routes = {}
    for c, crew in enumerate(said.problem.crews):
        then = {i: j for (i, j), arc in said.arcs[c].items() if solver.boolean_value(arc)}
        route, at = [], then.get(-1, -1)
        while at >= 0:
            route.append(said.problem.jobs[at].id)
            at = then[at]
        if route:
            routes[crew.id] = tuple(route)
    solver_said = {"name": "cp-sat", "optimal": optimal}
    return Plan(problem=said.problem.name, routes=routes, unserved=reasons(said.problem, routes), solver=solver_said)
