"""How far a depot's crews get in so many minutes: bits of road by the time they are reached, or circles."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch.desk.room import Desk
from dispatch.kit.errors import Invalid
from dispatch.places.areas import Area, AreaLevel
from dispatch.routing.roads.network import Roads
from dispatch.routing.roads.search import NEVER
from dispatch.routing.roads.seeking import Place
from dispatch.routing.travel import seconds_per_metre

Floats = NDArray[np.float64]
STEP_DEG = 0.0025  # pieces of road are cut into such lengths: about 250 m


class NotADepot(Invalid):
    """The code is not that of a depot with a place."""


@dataclass(frozen=True, slots=True)
class DepotReach:
    """
    What is reached from a depot.

    :param bits: short bits of road, shape (n, 2, 2): both ends, lon and lat; empty without roads
    :param seconds: when the later end of each is reached
    :param metres_a_second: on a straight line, where there is no road to go by
    :param by_road: whether the depot stands at a road of the graph
    """

    depot: Area
    lon: float
    lat: float
    bits: Floats
    seconds: Floats
    metres_a_second: float
    by_road: bool
    at: datetime


def of_depot(desk: Desk, code: str, *, within_s: float, at: datetime) -> DepotReach:
    """
    Return what the crews of a depot reach.

    :raises NotADepot: if it is none, or has no place
    :raises NoSuchArea: if nothing has that code
    """
    depot = desk.areas.get(code)
    if depot.level is not AreaLevel.DEPOT or depot.lon is None or depot.lat is None:
        raise NotADepot(f"“{code[:20]}”不是有坐标的班所,请核对编码,或先给班所补上坐标", field="depot")
    slow = seconds_per_metre(desk.fleet.rule, desk.locator.classify(depot.lon, depot.lat))
    place = desk.travel.place(depot.lon, depot.lat) if isinstance(desk.travel, Roads) else None
    bits, seconds = np.zeros((0, 2, 2)), np.zeros(0)
    if place is not None and isinstance(desk.travel, Roads):
        bits, seconds = _bits(desk.travel, place[0], within_s, at)
    return DepotReach(depot, depot.lon, depot.lat, bits, seconds, 1 / slow, place is not None, at)


def _bits(roads: Roads, depot: Place, within_s: float, at: datetime) -> tuple[Floats, Floats]:
    """Return the bits of road that are reached in time: along each road from either end, or from the depot on it."""
    graph, weights = roads.graph, roads.at(at).weights
    nodes, ms = roads.seeker.around(weights, depot, within_ms=round(within_s * 1000), leaving=True)
    reached = np.full(graph.junctions, np.inf)
    reached[nodes] = ms / 1000
    near = np.isfinite(reached[graph.a]) | np.isfinite(reached[graph.b])
    near[depot.edge] = True
    edges = np.flatnonzero(near)
    points, edge, share = _points(graph.lines(edges))
    there, back = _seconds(weights.there_ms[edges])[edge], _seconds(weights.back_ms[edges])[edge]
    with np.errstate(invalid="ignore"):  # a closed road of no length: 0 x inf
        times = np.fmin(
            reached[graph.a[edges]][edge] + share * there, reached[graph.b[edges]][edge] + (1 - share) * back
        )
        own = edges[edge] == depot.edge
        ahead = np.where(share >= depot.share, (share - depot.share) * there, (depot.share - share) * back)
        times = np.where(own, np.fmin(times, ahead), times)
    later = np.maximum(times[:-1], times[1:])
    kept = (edge[:-1] == edge[1:]) & (later <= within_s)
    return np.stack([points[:-1][kept], points[1:][kept]], axis=1), later[kept]


def _points(lines: NDArray[np.object_]) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Return points along lines, the number of the line of each, and the share of its length that lies before it."""
    points, line = shapely.get_coordinates(shapely.segmentize(lines, STEP_DEG), return_index=True)
    narrow = np.array([np.cos(np.radians(points[:, 1].mean())), 1.0])
    steps = np.hypot(*(np.diff(points, axis=0) * narrow).T)
    steps[line[:-1] != line[1:]] = 0.0
    along = np.concatenate([[0.0], np.cumsum(steps)])
    first = np.searchsorted(line, np.arange(len(lines)))
    last = np.searchsorted(line, np.arange(len(lines)), side="right") - 1
    length = np.maximum(along[last] - along[first], 1e-12)
    return points, line, (along - along[first][line]) / length[line]


def _seconds(ms: NDArray[np.int32]) -> Floats:
    seconds: Floats = np.where(ms >= NEVER, np.inf, ms / 1000)
    return seconds
