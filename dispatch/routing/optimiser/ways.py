"""How long a drive takes, one at a time and in plain Python; the formulas are those of ``docs/formats.md``."""

import math
from collections.abc import Callable

from .problem import ByLine, ByMatrix, Job, Place, Problem

Way = Callable[[Place, Place, Job], int | None]  # from, to, job whose area class counts -> seconds; None: no way

EARTH_M = 6_371_008.8


def ways(problem: Problem) -> Way:
    """Return the function that tells how long a drive takes in this problem."""
    travel = problem.travel
    if isinstance(travel, ByLine):
        pace = {name: travel.detour[name] * 3.6 / travel.speed_kmh[name] for name in travel.speed_kmh}
        return lambda a, b, job: round(metres(a, b) * pace[job.area_class])
    if isinstance(travel, ByMatrix):
        seconds = travel.seconds
        return lambda a, b, _: None if seconds[a.place][b.place] < 0 else seconds[a.place][b.place]
    return lambda a, b, _: plane_s(a, b)


def plane_s(a: Place, b: Place) -> int:
    """Return seconds over the plane: a detour of 1.3, and a speed that grows with the distance."""
    km = math.hypot(a.x_km - b.x_km, a.y_km - b.y_km)
    return 0 if km < 1e-9 else round(60.0 * (1.5 + 78.0 * km / (22.0 + 33.0 * km / (km + 15.0))))


def metres(a: Place, b: Place) -> float:
    """Return metres along the great circle (the haversine formula)."""
    south, north = math.radians(a.lat), math.radians(b.lat)
    up, across = math.sin((north - south) / 2.0), math.sin(math.radians(b.lon - a.lon) / 2.0)
    part = up * up + math.cos(south) * math.cos(north) * across * across
    return 2.0 * EARTH_M * math.asin(math.sqrt(min(1.0, part)))
