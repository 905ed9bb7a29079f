"""
Plans for generator trucks made in a process of its own, so that neither the event loop nor its memory is held.

The child is given a problem, and a person's routes if he has any; it answers with the machine's plan, and with his,
both as the independent scorer counts them.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from dispatch.desk.planning.child import Bounds, SolverFailed, answer_of, said_by
from dispatch.kit.errors import Unavailable
from dispatch.routing.generators import own, reasons
from dispatch.routing.generators.engine import solve
from dispatch.routing.generators.facts import Feed, Routes, facts_of
from dispatch.routing.generators.problem import Plan, Problem
from dispatch.routing.generators.reading import read_plan, read_problem
from dispatch.routing.generators.writing import json_of_plan, json_of_problem

from .scoring import Hours, Scored, scored

DEADLINE_S, MEMORY_MIB = 30.0, 2048
Json = dict[str, Any]
Wanted = Mapping[str, Sequence[str]]  # truck -> groups in order


class SolverAway(Unavailable):
    """The solver made no plan this time."""


@dataclass(frozen=True, slots=True)
class Made:
    """
    A plan, and what is said of it.

    :param because: (truck, number of the stop in its route) -> why this truck; ``drives_s``: seconds of driving to it
    :param faults: what stands in the way of a person's plan, a sentence each
    """

    plan: Plan
    scored: Scored
    because: Mapping[tuple[str, int], str]
    drives_s: Mapping[tuple[str, int], int]
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The machine's plan, and the person's, if he made one."""

    machine: Made
    own: Made | None = None


async def made_apart(problem: Problem, wanted: Wanted | None, *, search_s: float) -> Answer:
    """
    Return a plan for the problem, and the person's judged beside it.

    :raises SolverAway: if the child made none
    """
    given = json.dumps({"problem": json_of_problem(problem), "wanted": wanted}, ensure_ascii=False).encode()
    try:
        said = await answer_of(__name__, given, Bounds(search_s, DEADLINE_S, MEMORY_MIB), seed=0)
    except SolverFailed as failed:
        raise SolverAway(
            f"发电车方案没有算成({failed.failure.label}):请稍候用同一请求重试;急需时可自编 routes 并减少车辆",
            failure=failed.failure.value,
            detail=failed.detail,
        ) from failed
    return _read(json.loads(said))


def _read(said: Json) -> Answer:
    return Answer(_made(said["machine"]), None if said["own"] is None else _made(said["own"]))


def _made(said: Json) -> Made:
    because = {(truck, number): sentence for truck, number, sentence, _ in said["because"]}
    drives_s = {(truck, number): drive_s for truck, number, _, drive_s in said["because"]}
    judged = Scored(Hours(**said["hours"]), said["violations"])
    return Made(read_plan(said["plan"]), judged, because, drives_s, tuple(said["faults"]))


def _written(problem: Problem, plan: Plan, faults: Sequence[str]) -> Json:
    judged, facts, routes = scored(problem, plan), facts_of(problem), _routes(problem, plan)
    because = reasons.fed(problem, facts, routes)
    drives = {truck.id: facts.drives_s(t, routes[t]) for t, truck in enumerate(problem.trucks)}
    return {
        "plan": json_of_plan(plan),
        "hours": asdict(judged.hours),
        "violations": judged.violations,
        "because": [[truck, number, said, drives[truck][number]] for (truck, number), said in because.items()],
        "faults": list(faults),
    }


def _routes(problem: Problem, plan: Plan) -> Routes:
    number = {group.id: g for g, group in enumerate(problem.groups)}
    return tuple(
        tuple(Feed(number[stop.group], stop.from_s, stop.to_s, stop.refuel) for stop in plan.routes.get(truck.id, ()))
        for truck in problem.trucks
    )


def answered(asked: Json, *, search_s: float, seed: int) -> Json:
    """Return what the child says to what it was asked."""
    problem, wanted = read_problem(asked["problem"]), asked["wanted"]
    machine = _written(problem, solve(problem, seconds=search_s, seed=seed), ())
    if wanted is None:
        return {"machine": machine, "own": None}
    laid = own.timed(problem, wanted)
    return {"machine": machine, "own": _written(problem, laid.plan, laid.faults)}


def main(search_s: float, seed: int, memory_mib: int) -> int:
    """Be the child: the question on standard input, the answer on standard output; returns the exit code."""
    return said_by(partial(answered, search_s=search_s, seed=seed), memory_mib)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[4])))
