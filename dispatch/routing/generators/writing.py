"""Problems and plans of generator trucks as files: the same value is the same bytes; one truck, one group a line."""

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from dispatch.routing.optimiser.problem import ByLine, ByMatrix, Left, Place, Travel

from .problem import Group, Plan, Problem, Rules, Stop, Truck
from .shapes import PLAN, PROBLEM

Json = dict[str, Any]
NAMES = {"plane": ("x_km", "y_km"), "line": ("lon", "lat"), "matrix": ("place",)}


def bytes_of_problem(problem: Problem) -> bytes:
    """Return the file of a problem."""
    return _lines(json_of_problem(problem))


def bytes_of_plan(plan: Plan) -> bytes:
    """Return the file of a plan; trucks in the order of their ids."""
    return _lines(json_of_plan(plan))


def json_of_problem(problem: Problem) -> Json:
    """Return the problem as the object that ``read_problem`` reads."""
    by = {ByLine: "line", ByMatrix: "matrix"}.get(type(problem.travel), "plane")
    made: Json = {"format": PROBLEM}
    made |= {"name": problem.name} if problem.name else {}
    made |= {"starts_at": problem.starts_at} if problem.starts_at is not None else {}
    made |= {"horizon_s": problem.horizon_s, "travel": {"by": by} | _travel(problem.travel)}
    made |= {"rules": rules} if (rules := _plain(problem.rules, set())) else {}
    made["trucks"] = [_truck(truck, by, problem) for truck in problem.trucks]
    made["groups"] = [_group(group, by, problem) for group in problem.groups]
    return made


def json_of_plan(plan: Plan) -> Json:
    """Return the plan as the object that ``read_plan`` reads."""
    return {
        "format": PLAN,
        "problem": plan.problem,
        "routes": {truck: [_stop(stop) for stop in stops] for truck, stops in sorted(plan.routes.items()) if stops},
        "dark": {name: _left(left) for name, left in sorted(plan.dark.items())},
        "unused": {name: _left(left) for name, left in sorted(plan.unused.items())},
        "solver": dict(plan.solver),
    }


def _stop(stop: Stop) -> Json:
    made: Json = {"group": stop.group, "from_s": stop.from_s, "to_s": stop.to_s}
    return made | ({"refuel": True} if stop.refuel else {})


def _left(left: Left) -> Json:
    return {"code": left.code, "sentence": left.sentence}


def _travel(travel: Travel) -> Json:
    if isinstance(travel, ByLine):
        return {"speed_kmh": dict(travel.speed_kmh), "detour": dict(travel.detour)}
    if isinstance(travel, ByMatrix):
        return {"seconds": [list(row) for row in travel.seconds]} | ({"metric": True} if travel.metric else {})
    return {}


def _truck(truck: Truck, by: str, problem: Problem) -> Json:
    apart = {"at", "tank_s", "ends_s"}
    made: Json = {"id": truck.id} | _place(truck.at, by) | _plain(truck, apart)
    made |= {"tank_s": truck.tank_s} if truck.tank_s != truck.fuel_s else {}
    return made | ({"ends_s": truck.ends_s} if truck.ends_s != problem.horizon_s else {})


def _group(group: Group, by: str, problem: Problem) -> Json:
    apart = {"at", "p90_s", "window_s"}
    made: Json = {"id": group.id} | _place(group.at, by) | _plain(group, apart)
    made |= {"p90_s": group.p90_s} if group.p90_s != group.p50_s else {}
    return made | ({"window_s": list(group.window_s)} if group.window_s != (0, problem.horizon_s) else {})


def _place(place: Place, by: str) -> Json:
    return {name: getattr(place, name) for name in NAMES[by]}


def _plain(part: Truck | Group | Rules, apart: set[str]) -> Json:
    """Return the fields that are not as by default."""
    found = ((one.name, getattr(part, one.name), one.default) for one in fields(part) if one.name not in apart)
    return {name: value for name, value, default in found if value != default}


def _lines(made: Json) -> bytes:
    """Return JSON with one member of each list, and of each mapping of parts, a line."""
    return ("{\n" + ",\n".join(_members(made)) + "\n}\n").encode()


def _members(made: Json) -> Iterator[str]:
    for name, value in made.items():
        if isinstance(value, list) and value:
            yield f'"{name}": [\n' + ",\n".join(_text(one) for one in value) + "\n]"
        elif name in ("routes", "dark", "unused") and value:
            yield f'"{name}": {{\n' + ",\n".join(f"{_text(key)}: {_text(one)}" for key, one in value.items()) + "\n}"
        else:
            yield f'"{name}": {_text(value)}'


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
