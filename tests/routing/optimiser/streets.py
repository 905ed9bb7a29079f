"""Problems small enough for working out by hand: places along one street, ten minutes from each to the next."""

from typing import Any

from dispatch.routing.optimiser.scorer import score

Json = dict[str, Any]
MIN = 60
STREET = 6  # places


def job(name: str, place: int, **more: Any) -> Json:
    """A job of no length at a place of the street."""
    return {"id": name, "place": place, "work_s": 0} | more


def crew(name: str, place: int = 0, **more: Any) -> Json:
    return {"id": name, "place": place} | more


def street(jobs: list[Json], crews: list[Json] | None = None, **more: Any) -> Json:
    """A problem; without crews there is one, c1, at place 0."""
    seconds = [[10 * MIN * abs(a - b) for b in range(STREET)] for a in range(STREET)]
    return {
        "format": "dispatch-problem/1",
        "name": "street",
        "travel": {"by": "matrix", "seconds": seconds},
        "jobs": jobs,
        "crews": crews if crews is not None else [crew("c1")],
    } | more


def plan(**routes: list[str]) -> Json:
    return {"format": "dispatch-plan/1", "problem": "street", "routes": routes, "unserved": {}, "solver": {}}


def costs(problem: Json, **routes: list[str]) -> Json:
    """Return the rules that cost something, of a plan that breaks nothing."""
    found = score(problem, plan(**routes))
    assert not any(found["violations"].values()), found["violations"]
    return {name: cost for name, cost in found["by_rule"].items() if cost}


def broken(problem: Json, **routes: list[str]) -> Json:
    """Return the kinds of violation that a plan has, and how many."""
    return {kind: n for kind, n in score(problem, plan(**routes))["violations"].items() if n}
