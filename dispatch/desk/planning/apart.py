"""
Solving in a process of its own, with a memory limit and a deadline, that dies with whoever asked.

What it makes may be late, wrong or missing: whoever asks is told which (``SolverFailed``) and goes on without.
"""

import json
import sys
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

from dispatch.routing.optimiser.engine import solve
from dispatch.routing.optimiser.files.reading import read_problem
from dispatch.routing.optimiser.files.writing import bytes_of_problem, json_of_plan
from dispatch.routing.optimiser.problem import Left, Plan, Problem

from .child import Bounds as Bounds  # who asks finds all he needs here
from .child import SolverFailed as SolverFailed
from .child import answer_of, said_by
from .scoring import Begun, Judged, judge


@dataclass(frozen=True, slots=True)
class Made:
    """A plan, and what the independent scorer says of it."""

    plan: Plan
    judged: Judged


async def solve_apart(problem: Problem, bounds: Bounds, *, seed: int = 0) -> Made:
    """
    Return a plan for the problem.

    :raises SolverFailed: if the child died, was killed for its time, or for its memory
    """
    said = await answer_of(__name__, bytes_of_problem(problem), bounds, seed=seed)
    return made_of(json.loads(said), problem.name)


def made_of(said: dict[str, Any], name: str) -> Made:
    """Return what a child said."""
    left = {job: Left(**why) for job, why in said["unserved"].items()}
    routes = {crew: tuple(jobs) for crew, jobs in said["routes"].items()}
    begun = {(crew, job): Begun(begins_s, leaves_s) for crew, job, begins_s, leaves_s in said["begun"]}
    plan = Plan(problem=name, routes=routes, unserved=left, solver=said["solver"])
    return Made(plan, Judged(said["cost"], said["by_rule"], said["violations"], begun))


def said_of(made: Made) -> dict[str, Any]:
    """Return what a child says, as JSON."""
    judged = made.judged
    begun = [[crew, job, one.begins_s, one.leaves_s] for (crew, job), one in judged.begun.items()]
    told = {"cost": judged.cost, "by_rule": judged.by_rule, "violations": judged.violations, "begun": begun}
    return json_of_plan(made.plan) | told


def answered(asked: dict[str, Any], *, search_s: float, seed: int, cores: int) -> dict[str, Any]:
    """Return what the child says to the problem that it was given."""
    began, problem = monotonic(), read_problem(asked)
    plan = solve(problem, seconds=search_s, cores=cores, seed=seed)
    spent = {"seconds": round(monotonic() - began, 3)}
    plan = Plan(problem=plan.problem, routes=plan.routes, unserved=plan.unserved, solver={**plan.solver, **spent})
    return said_of(Made(plan, judge(problem, plan)))


def main(search_s: float, seed: int, cores: int, memory_mib: int) -> int:
    """Be the child: a problem on standard input, the answer on standard output; returns the exit code."""
    return said_by(partial(answered, search_s=search_s, seed=seed, cores=cores), memory_mib)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), *map(int, sys.argv[2:5])))
