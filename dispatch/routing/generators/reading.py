"""Files of generator trucks into values: all that ``docs/formats.md`` says is checked, and defaults are filled in."""

from collections.abc import Callable, Iterator
from typing import Any

from dispatch.routing.optimiser.files.alike import has_all_places, is_an_instant, once, refused
from dispatch.routing.optimiser.files.reading import checked, place_of, travel_of
from dispatch.routing.optimiser.files.saying import BadPlan, BadProblem, shown
from dispatch.routing.optimiser.problem import Left, Place

from .problem import Group, Plan, Problem, Rules, Stop, Truck
from .shapes import GroupShape, PlanShape, ProblemShape, TruckShape

Json = dict[str, Any]


def read_problem(found: Json) -> Problem:
    """Return the problem that a JSON object says. :raises BadProblem: naming the field and the remedy"""
    shape = checked(ProblemShape, found, BadProblem)
    by = shape.travel.by
    problem = Problem(
        name=shape.name,
        starts_at=shape.starts_at,
        horizon_s=shape.horizon_s,
        travel=travel_of(shape.travel),
        trucks=tuple(_truck(one, by, f"trucks[{i}]", shape.horizon_s) for i, one in enumerate(shape.trucks)),
        groups=tuple(_group(one, by, f"groups[{i}]", shape.horizon_s) for i, one in enumerate(shape.groups)),
        rules=Rules(**shape.rules.model_dump()),
    )
    for rule in RULES:
        rule(problem)
    return problem


def read_plan(found: Json) -> Plan:
    """Return the plan that a JSON object says; whether it fits the scorer says. :raises BadPlan: naming the field"""
    shape = checked(PlanShape, found, BadPlan)
    return Plan(
        problem=shape.problem,
        routes={truck: tuple(Stop(**dict(stop)) for stop in stops) for truck, stops in shape.routes.items()},
        dark={name: Left(left.code, left.sentence) for name, left in shape.dark.items()},
        unused={name: Left(left.code, left.sentence) for name, left in shape.unused.items()},
        solver=dict(shape.solver),
    )


def _truck(shape: TruckShape, by: str, where: str, horizon_s: int) -> Truck:
    return Truck(
        id=shape.id,
        at=place_of(shape, by, where),
        kva=shape.kva,
        fuel_s=shape.fuel_s,
        tank_s=shape.fuel_s if shape.tank_s is None else shape.tank_s,
        refuel_s=shape.refuel_s,
        connect_s=shape.connect_s,
        disconnect_s=shape.disconnect_s,
        free_s=shape.free_s,
        ends_s=horizon_s if shape.ends_s is None else shape.ends_s,
        depot=shape.depot,
        connected=shape.connected,
    )


def _group(shape: GroupShape, by: str, where: str, horizon_s: int) -> Group:
    window = (0, horizon_s) if shape.window_s is None else (shape.window_s[0], shape.window_s[1])
    apart = {"window_s", "p90_s", "x_km", "y_km", "lon", "lat", "place"}
    said = {name: value for name, value in dict(shape).items() if name not in apart}
    p90_s = shape.p50_s if shape.p90_s is None else shape.p90_s
    return Group(at=place_of(shape, by, where), window_s=window, p90_s=p90_s, **said)


def _ids_are_unique(problem: Problem) -> None:
    once("trucks", (truck.id for truck in problem.trucks), "id")
    once("groups", (group.id for group in problem.groups), "id")


def _zero_is_an_instant(problem: Problem) -> None:
    is_an_instant("starts_at", problem.starts_at)


def _the_matrix_has_all_places(problem: Problem) -> None:
    has_all_places(problem.travel, _places(problem))


def _places(problem: Problem) -> Iterator[tuple[str, Place]]:
    yield from ((f"trucks[{i}]", truck.at) for i, truck in enumerate(problem.trucks))
    yield from ((f"groups[{i}]", group.at) for i, group in enumerate(problem.groups))


def _times_run_forward(problem: Problem) -> None:
    for i, group in enumerate(problem.groups):
        opens, shuts = group.window_s
        if opens > shuts:
            raise refused(f"groups[{i}].window_s", f"起点 {opens} 晚于终点 {shuts}:请对调或改正")
        if group.p90_s < group.p50_s:
            raise refused(f"groups[{i}].p90_s", f"为 {group.p90_s},早于 p50_s({group.p50_s}):请对调或改正")


def _tanks_hold_what_is_in_them(problem: Problem) -> None:
    for i, truck in enumerate(problem.trucks):
        if truck.tank_s < truck.fuel_s:
            said = f"为 {truck.tank_s},小于 fuel_s({truck.fuel_s}):满油不能比现有的少,请改正"
            raise refused(f"trucks[{i}].tank_s", said)


def _what_is_connected_is_known(problem: Problem) -> None:
    known = {group.id for group in problem.groups}
    for i, truck in enumerate(problem.trucks):
        if truck.connected is not None and truck.connected not in known:
            said = f"写了不存在的用户群 {shown(truck.connected)}:请核对,已拆除接线则删去"
            raise refused(f"trucks[{i}].connected", said)


RULES: tuple[Callable[[Problem], None], ...] = (
    _ids_are_unique,
    _zero_is_an_instant,
    _the_matrix_has_all_places,
    _times_run_forward,
    _tanks_hold_what_is_in_them,
    _what_is_connected_is_known,
)
