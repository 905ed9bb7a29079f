"""
Problem and plan files into values: all that ``docs/formats.md`` says is checked, and defaults are filled in.

Two steps: ``parse`` looks at bytes and makes the JSON object that the scorer also takes; ``read_*`` make values of it.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from dispatch.kit.errors import Invalid
from dispatch.routing.optimiser.problem import (
    UNSERVED_MIN,
    ByLine,
    ByMatrix,
    ByPlane,
    Cap,
    Crew,
    Job,
    Left,
    Place,
    Plan,
    Problem,
    Reserve,
    Rules,
    Travel,
)

from . import checks
from .opening import parse
from .saying import BadPlan, BadProblem, wrong
from .shapes import CrewShape, JobShape, LineShape, MatrixShape, PlaceShape, PlanShape, ProblemShape

Json = dict[str, Any]
Shape = TypeVar("Shape", bound=BaseModel)


def read_problem(found: Json) -> Problem:
    """
    Return the problem that a JSON object says.

    :raises BadProblem: naming the field and the remedy
    """
    problem = _problem(checked(ProblemShape, found, BadProblem))
    checks.check(problem)
    return problem


def read_plan(found: Json) -> Plan:
    """
    Return the plan that a JSON object says; whether it fits a problem is the scorer's to say.

    :raises BadPlan: naming the field and the remedy
    """
    shape = checked(PlanShape, found, BadPlan)
    return Plan(
        problem=shape.problem,
        routes={crew: tuple(jobs) for crew, jobs in shape.routes.items()},
        unserved={job: Left(left.code, left.sentence) for job, left in shape.unserved.items()},
        solver=dict(shape.solver),
    )


def problem_of(data: bytes) -> Problem:
    """Return the problem that a file's bytes say. :raises BadProblem: naming the field and the remedy"""
    return read_problem(parse(data, BadProblem))


def plan_of(data: bytes) -> Plan:
    """Return the plan that a file's bytes say. :raises BadPlan: naming the field and the remedy"""
    return read_plan(parse(data, BadPlan))


def checked(shape: type[Shape], found: Json, kind: type[Invalid]) -> Shape:
    """Return the shape that a JSON object has. :raises Invalid: of that kind, naming the field and the remedy"""
    try:
        return shape.model_validate(found)
    except ValidationError as error:
        raise wrong(_first(error), kind) from error


def _first(error: ValidationError) -> Mapping[str, Any]:
    """Return what to say first: a wrong format explains the rest."""
    found = error.errors(include_url=False)
    return next((one for one in found if one["loc"] == ("format",)), found[0])


def _problem(shape: ProblemShape) -> Problem:
    rules = Rules(**shape.rules.model_dump())
    by = shape.travel.by
    return Problem(
        name=shape.name,
        starts_at=shape.starts_at,
        horizon_s=shape.horizon_s,
        travel=travel_of(shape.travel),
        jobs=tuple(_job(one, by, f"jobs[{i}]", shape.horizon_s) for i, one in enumerate(shape.jobs)),
        crews=tuple(_crew(one, by, f"crews[{i}]", shape.horizon_s, rules) for i, one in enumerate(shape.crews)),
        caps=tuple(Cap(**dict(one)) for one in shape.caps),
        reserves=tuple(Reserve(one.county, one.crews) for one in shape.reserves),
        plan={crew: tuple(jobs) for crew, jobs in shape.plan.items()},
        told=None if shape.told is None else tuple(shape.told),
        rules=rules,
    )


def travel_of(shape: object) -> Travel:
    """Return how drives are reckoned."""
    if isinstance(shape, LineShape):
        return ByLine(dict(shape.speed_kmh), dict(shape.detour))
    if isinstance(shape, MatrixShape):
        return ByMatrix(tuple(tuple(row) for row in shape.seconds), metric=shape.metric)
    return ByPlane()


def _job(shape: JobShape, by: str, where: str, horizon_s: int) -> Job:
    return Job(
        id=shape.id,
        at=place_of(shape, by, where),
        work_s=shape.work_s,
        window_s=_pair(shape.window_s) or (0, horizon_s),
        unserved=shape.weight * UNSERVED_MIN if shape.unserved is None else shape.unserved,
        area_class=shape.area_class,
        county=shape.county,
        kind=shape.kind,
        needs=tuple(shape.needs),
        work_sigma=shape.work_sigma,
        weight=shape.weight,
        due_s=shape.due_s,
        protected=shape.protected,
        load=shape.load,
        crews=shape.crews,
        after=tuple(shape.after),
        pinned=shape.pinned,
        vetoed=tuple(shape.vetoed),
        frozen=shape.frozen,
    )


def _crew(shape: CrewShape, by: str, where: str, horizon_s: int, rules: Rules) -> Crew:
    ends_s = horizon_s if shape.ends_s is None else shape.ends_s
    return Crew(
        id=shape.id,
        at=place_of(shape, by, where),
        ends_s=ends_s,
        latest_s=ends_s if shape.latest_s is None else shape.latest_s,
        lent_cost=rules.foreign if shape.lent_cost is None else shape.lent_cost,
        county=shape.county,
        depot=shape.depot,
        skills=tuple(shape.skills),
        free_s=shape.free_s,
        rest_s=_pair(shape.rest_s),
        back=None if shape.back is None else place_of(shape.back, by, f"{where}.back"),
        room=shape.room,
    )


def _pair(found: list[int] | None) -> tuple[int, int] | None:
    return None if found is None else (found[0], found[1])


PLACE = tuple(PlaceShape.model_fields)
ASKED = {"plane": ("x_km", "y_km"), "line": ("lon", "lat"), "matrix": ("place",)}


def place_of(shape: PlaceShape, by: str, where: str) -> Place:
    """Return a place as ``travel.by`` wants it. :raises BadProblem: if it is said otherwise"""
    asked = ASKED[by]
    said = {name: value for name in PLACE if (value := getattr(shape, name)) is not None}
    for name in asked:
        if name not in said:
            raise BadProblem(
                f"{where}.{name} 缺少此项:travel.by 为 {by} 时须写 {'、'.join(asked)}", field=f"{where}.{name}"
            )
    for name in said:
        if name not in asked:
            raise BadProblem(
                f"{where}.{name} 用不上:travel.by 为 {by} 时只写 {'、'.join(asked)},请删去", field=f"{where}.{name}"
            )
    return Place(**said)
