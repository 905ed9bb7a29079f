"""How the teams of a list drive: along the roads that are open then, or by straight lines where no graph was set."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count

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
    return with_ways_alike(desk, (half_day,), at=at)[0]


def with_ways_alike(desk: Desk, half_days: Sequence[HalfDay], *, at: datetime) -> list[HalfDay]:
    """Return half-days between which visits may move: their ways are one thing, as far as they are not too many."""
    visits_n = sum(len(one.visits) for one in half_days)
    if len(half_days) > 1 and visits_n > BY_ROAD:
        return [with_ways(desk, one, at=at) for one in half_days]
    if isinstance(desk.travel, Straight) or not 0 < visits_n <= BY_ROAD:
        return [replace(one, travel=mapping.by_line(rule_of(desk.pack))) for one in half_days]
    depots = sorted({base for one in half_days for base in _bases(one)})
    row = {base: visits_n + n for n, base in enumerate(depots)}
    numbers = count()
    placed = [_placed(one, row, numbers) for one in half_days]
    visits = [visit for one in placed for visit in one.visits]
    travel = mapping.ways(_ends(visits, depots), (), desk.travel, at=at)
    return [replace(one, travel=travel) for one in placed]


def _bases(half_day: HalfDay) -> Iterator[tuple[float, float]]:
    """Yield where teams set out, or would if there were some."""
    yield from ((team.lon, team.lat) for team in half_day.teams)
    yield from ((lon, lat) for lon, lat, _ in half_day.bases.values())


def _placed(half_day: HalfDay, row: Mapping[tuple[float, float], int], numbers: Iterator[int]) -> HalfDay:
    """Return a half-day whose visits have the next rows of the matrix, and its teams those of their depots."""
    return replace(
        half_day,
        visits=tuple(replace(visit, place=next(numbers)) for visit in half_day.visits),
        teams=tuple(replace(team, place=row[team.lon, team.lat]) for team in half_day.teams),
        bases={depot: (lon, lat, row[lon, lat]) for depot, (lon, lat, _) in half_day.bases.items()},
    )


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
