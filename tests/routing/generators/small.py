"""Small problems of generator trucks, as files say them: a street where a kilometre takes six minutes."""

from typing import Any

from dispatch.routing.generators import engine
from dispatch.routing.generators.problem import Plan
from dispatch.routing.generators.reading import read_problem
from dispatch.routing.generators.scorer import score
from dispatch.routing.generators.writing import json_of_plan

Json = dict[str, Any]
MIN, HOUR = 60, 3600
PLACES = 12
STREET: Json = {"by": "matrix", "seconds": [[abs(a - b) * 6 * MIN for b in range(PLACES)] for a in range(PLACES)]}


def truck(name: str, place: int = 0, **more: Any) -> Json:
    return {"id": name, "place": place, "kva": 400, "fuel_s": 12 * HOUR, "connect_s": 30 * MIN} | more


def group(name: str, place: int = 1, **more: Any) -> Json:
    return {"id": name, "place": place, "kva": 200, "customers": 100, "p50_s": 5 * HOUR} | more


def posed(trucks: list[Json], groups: list[Json], **more: Any) -> Json:
    made = {"format": "dispatch-generator-problem/1", "travel": STREET, "trucks": trucks, "groups": groups}
    return made | more


def solved(found: Json, limit: float = 20.0) -> tuple[Plan, Json]:
    """Return the plan and its score; a plan that breaks anything, or claims another cost than it has, is an error."""
    plan = engine.solve(read_problem(found), limit=limit)
    judged = score(found, json_of_plan(plan))
    assert not any(judged["violations"].values()), judged["violations"]
    claimed = plan.solver["cost"]
    assert isinstance(claimed, float)
    assert abs(judged["cost"] - claimed) < 1e-4 * (1 + judged["cost"]), (judged["cost"], claimed)
    assert set(plan.dark) == {one["id"] for one in found["groups"]} - {s.group for r in plan.routes.values() for s in r}
    assert set(plan.unused) == {one["id"] for one in found["trucks"]} - set(plan.routes)
    return plan, judged
