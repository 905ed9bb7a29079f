"""
Half-days and their lists as JSON, for a process of its own: what is read again equals what was written.

Nobody but this program writes such files; what a half-day must keep to is said by ``checking``.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from dispatch.routing.optimiser.problem import ByLine, ByMatrix, Travel

from .problem import HalfDay, Left, List, Stop, Team, Visit

Json = dict[str, Any]


def json_of_half_day(half_day: HalfDay) -> Json:
    """Return a half-day with whatever stands in it."""
    return {
        "name": half_day.name,
        "length_s": half_day.length_s,
        "travel": _json_of_travel(half_day.travel),
        "teams": [asdict(team) for team in half_day.teams],
        "visits": [asdict(visit) for visit in half_day.visits],
        "pooled": half_day.pooled,
        "caps": [[depot, skill, most] for (depot, skill), most in half_day.caps.items()],
        "bases": half_day.bases,
    }


def read_half_day(told: Json) -> HalfDay:
    """Return what ``json_of_half_day`` wrote."""
    return HalfDay(
        name=told["name"],
        length_s=told["length_s"],
        travel=_travel(told["travel"]),
        teams=tuple(_team(one) for one in told["teams"]),
        visits=tuple(_visit(one) for one in told["visits"]),
        pooled=told["pooled"],
        caps={(depot, skill): most for depot, skill, most in told["caps"]},
        bases={depot: (lon, lat, place) for depot, (lon, lat, place) in told["bases"].items()},
    )


def json_of_list(made: List) -> Json:
    """Return a list with its reasons and costs."""
    return {
        "routes": {team: [asdict(stop) for stop in stops] for team, stops in made.routes.items()},
        "home_s": made.home_s,
        "left": {visit: [why.code, why.sentence, why.helps] for visit, why in made.left.items()},
        "cost": made.cost,
        "made_by": made.made_by,
    }


def read_list(told: Json) -> List:
    """Return what ``json_of_list`` wrote."""
    return List(
        routes={team: tuple(Stop(**stop) for stop in stops) for team, stops in told["routes"].items()},
        home_s=told["home_s"],
        left={visit: Left(code, sentence, tuple(helps)) for visit, (code, sentence, helps) in told["left"].items()},
        cost=told["cost"],
        made_by=told["made_by"],
    )


def _json_of_travel(travel: Travel) -> Json:
    if isinstance(travel, ByMatrix):
        return {"seconds": travel.seconds, "metric": travel.metric}
    if isinstance(travel, ByLine):
        return {"speed_kmh": travel.speed_kmh, "detour": travel.detour}
    return {}


def _travel(told: Json) -> Travel:
    if "seconds" in told:
        return ByMatrix(tuple(map(tuple, told["seconds"])), told["metric"])
    return ByLine(told.get("speed_kmh", {}), told.get("detour", {}))


def _team(told: Json) -> Team:
    return Team(**(told | {"skills": tuple(told["skills"]), "pause_s": _pair(told["pause_s"])}))


def _visit(told: Json) -> Visit:
    return Visit(**(told | {"window_s": _pair(told["window_s"])}))


def _pair(told: Sequence[int] | None) -> tuple[int, int] | None:
    return None if told is None else (told[0], told[1])
