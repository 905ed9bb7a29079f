"""
A recorded day carried onto the roads of another place: real hours, real work, real patterns of calls, real roads.

There are no roads for every record. An affine map takes the box of the record (without its outermost hundredth) to the
box of the roads, and every call and town to the nearest point of a road that can be driven to and from. Distances are
no longer those of the record: such plays compare policies with each other, not with what happened.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from dispatch.kit.words import Labelled
from dispatch.routing.model import Policy, RoutingRule
from dispatch.routing.roads.graph import Graph
from dispatch.routing.roads.grid import DEGREE
from dispatch.routing.roads.network import Roads

from .day import Day
from .habits import OpenLand

Floats = NDArray[np.float64]
Point = tuple[float, float]
OUTER = 1.0  # per cent of the record's calls on each side that the box leaves out
INSET = 0.04  # of the roads' box on each side that stays empty
REMEMBERED = 100_000  # drives
PLAIN = datetime(2020, 1, 1, tzinfo=UTC)  # an instant without closures


class Rule(Labelled):
    """How a played day's crews are chosen, and what the server works their times out from."""

    OWN_DISTRICT = "own-district", "按原辖区派工"
    NEAREST = "nearest", "就近派工"
    BY_LINE = "nearest-by-line", "就近派工(按直线)"
    BY_ROAD = "nearest-by-road", "就近派工(按道路)"

    @property
    def policy(self) -> Policy:
        """The policy of the API."""
        return Policy.OWN_DISTRICT if self is Rule.OWN_DISTRICT else Policy.NEAREST


@dataclass(frozen=True)
class Net:
    """Where on the roads one can be: every bend of the largest part of the network in which all leads to all."""

    points: Floats  # (n, 2), degrees

    @classmethod
    def of(cls, graph: Graph) -> Self:
        head = np.repeat(np.arange(graph.junctions), np.diff(graph.arcs.first))
        ways = coo_array((np.ones(len(head)), (graph.arcs.tail, head)), shape=(graph.junctions, graph.junctions))
        _, part = connected_components(ways.tocsr(), directed=True, connection="strong")
        inside = part == np.bincount(part).argmax()
        edges = inside[graph.a] & inside[graph.b]
        kept = np.repeat(edges, np.diff(graph.shape))
        return cls(np.column_stack([graph.lon[kept] * DEGREE, graph.lat[kept] * DEGREE]))

    def nearest(self, points: Floats) -> Floats:
        """Return the road's point nearest to each."""
        shrink = np.array([np.cos(np.radians(float(np.median(self.points[:, 1])))), 1.0])
        _, near = cKDTree(self.points * shrink).query(points * shrink)
        found: Floats = self.points[near]
        return found


def carried(day: Day, graph: Graph) -> Day:
    """Return the day with its calls and towns on the roads; what else is known of them stays."""
    net = Net.of(graph)
    calls = np.array([(call.lon, call.lat) for call in day.calls])
    towns = np.array([(town.lon, town.lat) for town in day.towns])
    low, high = np.percentile(calls, [OUTER, 100 - OUTER], axis=0)
    south, north = net.points.min(axis=0), net.points.max(axis=0)
    south, north = south + INSET * (north - south), north - INSET * (north - south)

    def moved(points: Floats) -> list[Point]:
        share = np.clip((points - low) / np.maximum(high - low, 1e-9), 0.0, 1.0)
        return [(round(float(x), 6), round(float(y), 6)) for x, y in net.nearest(south + share * (north - south))]

    return replace(
        day,
        name=f"{day.name} @ {graph.about['source']}",
        calls=tuple(replace(c, lon=x, lat=y) for c, (x, y) in zip(day.calls, moved(calls), strict=True)),
        towns=tuple(replace(t, lon=x, lat=y) for t, (x, y) in zip(day.towns, moved(towns), strict=True)),
    )


class RoadLand:
    """Land with roads: crews drive the fastest way; off the roads, or where no way leads, as in open land."""

    def __init__(self, graph: Graph, rule: RoutingRule) -> None:
        self._roads = Roads(graph, rule)
        self._open = OpenLand()
        self.drive = lru_cache(REMEMBERED)(self._drive)

    def _drive(self, here: Point, there: Point) -> tuple[float, float]:
        lon, lat = np.array([here[0]]), np.array([here[1]])
        said = self._roads.to_job(lon, lat, *there, area_class="urban", at=PLAIN)
        seconds, metres = float(said.seconds[0]), float(said.metres[0])
        return (seconds, metres) if np.isfinite(seconds) and said.by_road[0] else self._open.drive(here, there)
