"""
Solving in a process of its own, with a memory limit and a deadline, that dies with whoever asked.

What it makes may be late, wrong or missing: whoever asks is told which (``SolverFailed``) and goes on without.
"""

import asyncio
import json
import os
import resource
import signal
import sys
from dataclasses import dataclass
from time import monotonic
from typing import Any

from dispatch.kit.children import TETHER
from dispatch.kit.errors import Refusal
from dispatch.routing.optimiser.engine import solve
from dispatch.routing.optimiser.files.reading import read_problem
from dispatch.routing.optimiser.files.writing import bytes_of_problem, json_of_plan
from dispatch.routing.optimiser.problem import Left, Plan, Problem
from dispatch.routing.optimiser.search.native import NotBuilt

from .scoring import Begun, Judged, judge
from .words import SolverFailure

MIB = 1024**2
NO_MEMORY, BAD_PROBLEM, NO_SEARCH = 3, 4, 5  # exit codes of the child
UNMAPPED = ("map segment", "allocate memory")  # what the loader says when memory is short
SAID = 400  # characters of its last words that are kept


class SolverFailed(Exception):
    """The child made no plan."""

    def __init__(self, failure: SolverFailure, detail: str) -> None:
        super().__init__(f"{failure.value}: {detail}")
        self.failure, self.detail = failure, detail


@dataclass(frozen=True, slots=True)
class Bounds:
    """
    What a child may use.

    :param search_s: how long it searches
    :param deadline_s: after which it is killed, of the machine's time
    :param memory_mib: of address space
    :param cores: threads that search
    """

    search_s: float
    deadline_s: float = 60.0
    memory_mib: int = 2048
    cores: int = 1


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
    own = [sys.executable, "-m", __name__, str(bounds.search_s), str(seed), str(bounds.cores), str(bounds.memory_mib)]
    tethered = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), str(int(signal.SIGKILL)), "-1", "-1", *own]
    pipe = asyncio.subprocess.PIPE
    few = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    child = await asyncio.create_subprocess_exec(*tethered, stdin=pipe, stdout=pipe, stderr=pipe, env=os.environ | few)
    try:
        said, wailed = await asyncio.wait_for(child.communicate(bytes_of_problem(problem)), bounds.deadline_s)
    except TimeoutError as error:
        raise SolverFailed(
            SolverFailure.HUNG, f"{bounds.deadline_s:.0f} 秒内没有结果,已结束进程 {child.pid}"
        ) from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        raise SolverFailed(_failure(child.returncode, wailed), _last_words(child.returncode, wailed))
    return made_of(json.loads(said), problem.name)


def _failure(code: int | None, wailed: bytes) -> SolverFailure:
    if code == BAD_PROBLEM:
        return SolverFailure.REFUSED
    starved = code == NO_MEMORY or b"MemoryError" in wailed or b"bad_alloc" in wailed
    return SolverFailure.OUT_OF_MEMORY if starved else SolverFailure.DIED


def _last_words(code: int | None, wailed: bytes) -> str:
    text = wailed.decode(errors="replace").strip().splitlines()
    return f"退出码 {code};{text[-1] if text else '没有输出'}"[:SAID]


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
    resource.setrlimit(resource.RLIMIT_AS, (memory_mib * MIB, memory_mib * MIB))
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
