"""Problems and plans as files: the same value is the same bytes; what is as by default is left out; one job a line."""

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from dispatch.routing.optimiser.problem import (
    UNSERVED_MIN,
    ByLine,
    ByMatrix,
    Crew,
    Job,
    Place,
    Plan,
    Problem,
    Reserve,
    Rules,
    Travel,
)

from .shapes import PLAN, PROBLEM

Json = dict[str, Any]
LISTS = ("jobs", "crews", "caps", "reserves")  # one part a line
LATER = {"window_s", "unserved", "ends_s", "latest_s", "lent_cost"}  # their default hangs on something else


def bytes_of_problem(problem: Problem) -> bytes:
    """Return the file of a problem."""
    return _lines(json_of_problem(problem))


def bytes_of_plan(plan: Plan) -> bytes:
    """Return the file of a plan; routes in the order of crews' ids."""
    return _lines(json_of_plan(plan))


def json_of_problem(problem: Problem) -> Json:
    """Return the problem as the object that ``read_problem`` reads."""
    by = {ByLine: "line", ByMatrix: "matrix"}.get(type(problem.travel), "plane")
    made: Json = {
        "format": PROBLEM,
        "name": problem.name,
        "starts_at": problem.starts_at,
        "horizon_s": problem.horizon_s,
    }
    made["travel"] = {"by": by} | _travel(problem.travel)
    made["rules"] = _plain(problem.rules, Rules)
    made["jobs"] = [_job(job, by, problem) for job in problem.jobs]
    made["crews"] = [_crew(crew, by, problem) for crew in problem.crews]
    made["caps"] = [{field.name: getattr(cap, field.name) for field in fields(cap)} for cap in problem.caps]
    made["reserves"] = [_plain(reserve, Reserve) for reserve in problem.reserves]
    made["plan"] = {crew: list(jobs) for crew, jobs in problem.plan.items()}
    made["told"] = None if problem.told is None else list(problem.told)
    return {
        name: value
        for name, value in made.items()
        if name in ("jobs", "crews", "horizon_s") or value not in (None, "", [], {}) or (name == "told" and value == [])
    }


def json_of_plan(plan: Plan) -> Json:
    """Return the plan as the object that ``read_plan`` reads."""
    return {
        "format": PLAN,
        "problem": plan.problem,
        "routes": {crew: list(jobs) for crew, jobs in sorted(plan.routes.items()) if jobs},
        "unserved": {
            job: {"code": left.code, "sentence": left.sentence} for job, left in sorted(plan.unserved.items())
        },
        "solver": dict(plan.solver),
    }


def _travel(travel: Travel) -> Json:
    if isinstance(travel, ByLine):
        return {"speed_kmh": _numbers(dict(travel.speed_kmh)), "detour": _numbers(dict(travel.detour))}
    if isinstance(travel, ByMatrix):
        return {"seconds": [list(row) for row in travel.seconds]} | ({"metric": True} if travel.metric else {})
    return {}


def _job(job: Job, by: str, problem: Problem) -> Json:
    made: Json = {"id": job.id} | _place(job.at, by) | _plain(job, Job)
    if job.window_s != (0, problem.horizon_s):
        made["window_s"] = list(job.window_s)
    if job.unserved != job.weight * UNSERVED_MIN:
        made["unserved"] = _number(job.unserved)
    return made


def _crew(crew: Crew, by: str, problem: Problem) -> Json:
    made: Json = {"id": crew.id} | _place(crew.at, by) | _plain(crew, Crew)
    made |= {"back": _place(crew.back, by)} if crew.back is not None else {}
    made |= {"ends_s": crew.ends_s} if crew.ends_s != problem.horizon_s else {}
    made |= {"latest_s": crew.latest_s} if crew.latest_s != crew.ends_s else {}
    return made | ({"lent_cost": _number(crew.lent_cost)} if crew.lent_cost != problem.rules.foreign else {})


def _place(place: Place, by: str) -> Json:
    names = {"plane": ("x_km", "y_km"), "line": ("lon", "lat"), "matrix": ("place",)}[by]
    return {name: _number(getattr(place, name)) for name in names}


def _plain(part: object, kind: type[Job] | type[Crew] | type[Rules] | type[Reserve]) -> Json:
    """Return the fields that are not as by default, without places and without what hangs on other fields."""
    apart = {"id", "at", "back", *LATER} if kind in (Job, Crew) else set()
    found = {one.name: getattr(part, one.name) for one in fields(kind) if one.name not in apart}
    default = {one.name: one.default for one in fields(kind)}
    return {name: _value(value) for name, value in found.items() if value != default[name]}


def _value(value: object) -> object:
    return list(value) if isinstance(value, tuple) else _number(value)


def _number(value: object) -> object:
    """Return a whole float as an integer: 10, not 10.0."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def _numbers(values: Json) -> Json:
    return {name: _number(value) for name, value in values.items()}


def _lines(made: Json) -> bytes:
    return ("{\n" + ",\n".join(_parts(made)) + "\n}\n").encode()


def _parts(made: Json) -> Iterator[str]:
    for name, value in made.items():
        if name in LISTS and value:
            inside = ",\n".join(f"  {_text(one)}" for one in value)
            yield f" {_text(name)}: [\n{inside}\n ]"
        elif name in ("plan", "routes", "unserved") and value:
            inside = ",\n".join(f"  {_text(key)}: {_text(one)}" for key, one in value.items())
            yield f" {_text(name)}: {{\n{inside}\n }}"
        else:
            yield f" {_text(name)}: {_text(value)}"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
