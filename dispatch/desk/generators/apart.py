"""
Plans for generator trucks made in a process of its own, so that neither the event loop nor its memory is held.

The child is given a problem, and a person's routes if he has any; it answers with the machine's plan, and with his,
both as the independent scorer counts them.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
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
    """
    The machine's plan, and the person's, if he made one; never neither.

    :param failure: why the machine has none, so that the person's stands by itself
    """

    machine: Made | None
    own: Made | None = None
    failure: str = ""

    @property
    def shown(self) -> Made:
        """The plan that was asked for."""
        made = self.own or self.machine
        assert made is not None
        return made


async def made_apart(problem: Problem, wanted: Wanted | None, *, search_s: float) -> Answer:
    """
    Return a plan for the problem, and the person's judged beside it; if the search fails, the person's alone, judged
    in another child that does not search.

    :raises SolverAway: if the child made none
    """
    given = {"problem": json_of_problem(problem), "wanted": wanted, "search": True}
    try:
        return await _asked(given, search_s)
    except SolverFailed as failed:
        if wanted is None:
            raise _away(failed) from failed
        first = failed
    try:
        return replace(await _asked(given | {"search": False}, search_s), failure=first.failure.label)
    except SolverFailed as failed:
        raise _away(failed) from failed


async def _asked(given: Json, search_s: float) -> Answer:
    """:raises SolverFailed: if the child died, was killed for its time, or for its memory"""
    asked = json.dumps(given, ensure_ascii=False).encode()
    said = json.loads(await answer_of(__name__, asked, Bounds(search_s, DEADLINE_S, MEMORY_MIB), seed=0))
    machine, own = (None if said[whose] is None else _made(said[whose]) for whose in ("machine", "own"))
    return Answer(machine, own)


def _away(failed: SolverFailed) -> SolverAway:
    return SolverAway(
        f"发电车方案没有算成({failed.failure.label}):请稍候用同一请求重试;急需时可自编 routes,不经优化也能判定和确认",
        failure=failed.failure.value,
        detail=failed.detail,
    )


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
    machine = _written(problem, solve(problem, seconds=search_s, seed=seed), ()) if asked["search"] else None
    if wanted is None:
        return {"machine": machine, "own": None}
    laid = own.timed(problem, wanted)
    return {"machine": machine, "own": _written(problem, laid.plan, laid.faults)}


def main(search_s: float, seed: int, memory_mib: int) -> int:
    """Be the child: the question on standard input, the answer on standard output; returns the exit code."""
    return said_by(partial(answered, search_s=search_s, seed=seed), memory_mib)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[4])))
