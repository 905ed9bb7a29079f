"""Ways, isochrones and tables of times on the road network: for pictures, standby points and plans."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from .grid import DEGREE
from .network import Roads
from .search import FAR
from .seeking import Place

Floats = NDArray[np.float64]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Isochrone:
    """Junctions (degrees) that are within a time of a place, with the seconds of each."""

    lon: Floats
    lat: Floats
    seconds: Floats


@dataclass(frozen=True, slots=True)
class Way:
    """A way from one point to another; ``roads``: names in the order in which they are driven."""

    points: tuple[Point, ...]
    seconds: int
    metres: int
    roads: tuple[str, ...]


def isochrone(roads: Roads, lon: float, lat: float, minutes: float, *, at: datetime, leaving: bool = True) -> Isochrone:
    """
    Return the junctions within some minutes of a place.

    :param leaving: from the place to the junctions (where a depot's crews get to); False: from them to it
    """
    found = roads.place(lon, lat)
    if found is None:
        return Isochrone(*(np.zeros(0) for _ in range(3)))
    within = round(minutes * 60_000)
    nodes, ms = roads.seeker.around(roads.at(at).weights, found[0], within_ms=within, leaving=leaving)
    g = roads.graph
    return Isochrone(g.junction_lon[nodes] * DEGREE, g.junction_lat[nodes] * DEGREE, ms / 1000)


def way(roads: Roads, start: Point, goal: Point, *, at: datetime) -> Way | None:
    """Return the quickest way between two points (lon, lat); None: there is none, or one is far from every road."""
    a, b = roads.place(*start), roads.place(*goal)
    if a is None or b is None:
        return None
    found = roads.seeker.way(roads.at(at).weights, a[0], b[0])
    if found is None:
        return None
    steps, ms = found
    points, metres, names = _drawn(roads, steps, a[0], b[0])
    return Way(tuple(points), round(ms / 1000), round(metres), tuple(names))


def _drawn(
    roads: Roads, steps: Sequence[tuple[int, bool]], start: Place, goal: Place
) -> tuple[list[Point], float, list[str]]:
    """Return the line of a way, its length, and the names along it."""
    points: list[Point] = []
    names: list[str] = []
    metres = 0.0
    for n, (edge, forward) in enumerate(steps):
        low, high = (0.0, 1.0) if forward else (1.0, 0.0)
        low = start.share if n == 0 else low
        high = goal.share if n == len(steps) - 1 else high
        part = _part(roads.graph.points(edge), low, high)
        points += part if not points else part[1:]
        metres += float(roads.graph.metres[edge]) * abs(high - low)
        if (name := roads.graph.name_of(edge)) not in names[-1:]:
            names.append(name)
    return points, metres, names


def _part(points: Sequence[Point], low: float, high: float) -> list[Point]:
    """Return the line between two shares of its length; backwards where ``high`` is the lesser."""
    line = np.array(points)
    narrow = np.cos(np.radians(line[:, 1].mean()))
    steps = np.hypot(np.diff(line[:, 0]) * narrow, np.diff(line[:, 1]))
    along = np.concatenate([[0.0], np.cumsum(steps)])
    along = along / along[-1] if along[-1] > 0 else np.linspace(0, 1, len(along))
    a, b = min(low, high), max(low, high)
    inner = along[(along > a) & (along < b)]
    at = np.concatenate([[a], inner, [b]])
    found = list(zip(np.interp(at, along, line[:, 0]).tolist(), np.interp(at, along, line[:, 1]).tolist(), strict=True))
    return found if low <= high else found[::-1]


def matrix(
    roads: Roads, origins: Sequence[Point], destinations: Sequence[Point], *, at: datetime
) -> NDArray[np.float64]:
    """
    Return the seconds from each origin to each destination, shape (origins, destinations).

    ``inf``: no way leads there; ``nan``: one of the two is far from every road. One search for each destination; the
    interpreter is free meanwhile, so threads may share the work.
    """
    lon, lat = (np.array([point[k] for point in origins], float) for k in (0, 1))
    weights, snapped = roads.at(at).weights, roads.graph.snap(lon, lat)
    table = np.full((len(origins), len(destinations)), np.nan)
    for column, point in enumerate(destinations):
        if (found := roads.place(*point)) is None:
            continue
        ms = roads.seeker.times(weights, found[0], snapped).ms
        table[:, column] = np.where(snapped.edge < 0, np.nan, np.where(ms == FAR, np.inf, ms / 1000))
    return table
