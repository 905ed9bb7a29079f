"""
Solving in a process of its own, with a memory limit and a deadline, that dies with whoever asked.

What it makes may be late, wrong or missing: whoever asks is told which (``SolverFailed``) and goes on without.
"""

import json
import sys
from dataclasses import dataclass
from time import monotonic
from typing import Any

from dispatch.kit.errors import Refusal
from dispatch.routing.optimiser.engine import solve
from dispatch.routing.optimiser.files.reading import read_problem
from dispatch.routing.optimiser.files.writing import bytes_of_problem, json_of_plan
from dispatch.routing.optimiser.problem import Left, Plan, Problem
from dispatch.routing.optimiser.search.native import NotBuilt

from .child import BAD_PROBLEM, NO_MEMORY, NO_SEARCH, answer_of, limit_memory
from .child import Bounds as Bounds  # who asks finds all he needs here
from .child import SolverFailed as SolverFailed
from .scoring import Begun, Judged, judge

UNMAPPED = ("map segment", "allocate memory")  # what the loader says when memory is short


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


def main(search_s: float, seed: int, cores: int, memory_mib: int) -> int:
    """Be the child: a problem on standard input, the answer on standard output; returns the exit code."""
    limit_memory(memory_mib)
    began = monotonic()
    try:
        problem = read_problem(json.load(sys.stdin))
        plan = solve(problem, seconds=search_s, cores=cores, seed=seed)
        spent = {"seconds": round(monotonic() - began, 3)}
        plan = Plan(problem=plan.problem, routes=plan.routes, unserved=plan.unserved, solver={**plan.solver, **spent})
        sys.stdout.write(json.dumps(said_of(Made(plan, judge(problem, plan))), ensure_ascii=False))
        sys.stdout.flush()
    except MemoryError:
        sys.stderr.write("MemoryError\n")
        return NO_MEMORY
    except NotBuilt as error:  # a library that cannot be loaded for want of memory looks like one that is not there
        sys.stderr.write(f"{error.message} {error.__cause__}\n")
        return NO_MEMORY if any(word in str(error.__cause__) for word in UNMAPPED) else NO_SEARCH
    except Refusal as refusal:
        sys.stderr.write(f"{refusal.code}: {refusal.message}\n")
        return BAD_PROBLEM
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), *map(int, sys.argv[2:5])))
