"""How the teams of a list drive: along the roads that are open then, or by straight lines where no graph was set."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dispatch.desk.planning import mapping
from dispatch.desk.room import Desk
from dispatch.routing.optimiser.problem import Place
from dispatch.routing.rules import rule_of
from dispatch.routing.travel import Straight
from dispatch.routing.worklists.problem import HalfDay, Visit

BY_ROAD = 500  # visits whose ways are looked up on the roads; more are planned by straight lines
DEPOT_CLASS = "urban"  # a depot that no road reaches is estimated with this class's speed


def with_ways(desk: Desk, half_day: HalfDay, *, at: datetime) -> HalfDay:
    """
    Return the half-day with its ways; takes as long as one search of the roads for each place.

    :param at: which closures hold is told by this instant
    """
    if isinstance(desk.travel, Straight) or not 0 < len(half_day.visits) <= BY_ROAD:
        return replace(half_day, travel=mapping.by_line(rule_of(desk.pack)))
    depots = sorted({(team.lon, team.lat) for team in half_day.teams})
    row = {base: len(half_day.visits) + n for n, base in enumerate(depots)}
    visits = tuple(replace(visit, place=n) for n, visit in enumerate(half_day.visits))
    teams = tuple(replace(team, place=row[team.lon, team.lat]) for team in half_day.teams)
    travel = mapping.ways(_ends(visits, depots), (), desk.travel, at=at)
    return replace(half_day, travel=travel, visits=visits, teams=teams)


def _ends(visits: Sequence[Visit], depots: Sequence[tuple[float, float]]) -> list[tuple[Place, str]]:
    places = [(Place(lon=visit.lon, lat=visit.lat), visit.area_class) for visit in visits]
    return places + [(Place(lon=lon, lat=lat), DEPOT_CLASS) for lon, lat in depots]


def base_of(desk: Desk, depot: str) -> tuple[float, float] | None:
    """Return where a depot's teams set out from: its own place, else its county's seat; None: neither is known."""
    for code in desk.areas.above(depot)[:2]:
        area = desk.areas.get(code)
        if area.lon is not None and area.lat is not None:
            return area.lon, area.lat
    return None
