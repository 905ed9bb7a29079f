"""Roads that are closed or slow for a time, and what that makes of the network."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from dispatch.kit.words import Labelled

from .graph import Graph
from .profile import SpeedTable
from .search import NEVER

LONGEST_MS = 200_000_000  # for one piece of road: two days; keeps sums within the numbers of the search

Millis = NDArray[np.int32]
Edges = NDArray[np.int64]


class ClosureCause(Labelled):
    """Why a road is closed or slow."""

    FLOOD = "flood", "洪水积水"
    TYPHOON = "typhoon", "台风"
    SNOW = "snow", "冰雪"
    LANDSLIDE = "landslide", "塌方滑坡"
    WORKS = "works", "道路施工"
    ACCIDENT = "accident", "交通事故"
    OTHER = "other", "其他原因"


@dataclass(frozen=True, slots=True)
class Closure:
    """
    Roads that cannot be driven, or only slowly, for a time. What is said of them holds together: a name with an area
    is the road of that name within the area.

    :param factor: how many times longer it takes; None: closed
    :param until_at: None: until it is lifted
    """

    id: str
    cause: ClosureCause
    title: str
    factor: float | None
    from_at: datetime
    until_at: datetime | None = None
    area: BaseGeometry | None = None
    road: str | None = None
    ways: tuple[int, ...] = ()
    classes: tuple[str, ...] = ()

    def holds(self, at: datetime) -> bool:
        """Tell whether it holds at a moment; half-open, as all our periods are."""
        return self.from_at <= at and (self.until_at is None or at < self.until_at)

    @property
    def label(self) -> str:
        """Return its cause and its name, for reasons."""
        return f"{self.cause.label}({self.title})" if self.title else self.cause.label


def edges_of(graph: Graph, closure: Closure) -> Edges:
    """Return the edges that a closure means, in their order."""
    parts = []
    if closure.area is not None:
        parts.append(graph.within(closure.area))
    if closure.road:
        parts.append(graph.named(closure.road))
    if closure.ways:
        parts.append(graph.of_ways(closure.ways))
    if closure.classes:
        parts.append(graph.of_classes(closure.classes))
    if not parts:
        return np.zeros(0, np.int64)
    found = parts[0]
    for part in parts[1:]:
        found = np.intersect1d(found, part)
    return np.sort(found).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Weights:
    """How long each edge takes, there and back, and each arc; milliseconds, ``NEVER``: not at all."""

    there_ms: Millis
    back_ms: Millis
    arc_ms: Millis


def base(graph: Graph, speeds: SpeedTable) -> Weights:
    """Return the network as it is when nothing is closed."""
    seconds = np.where(
        graph.fixed_s > 0, graph.fixed_s, speeds.seconds(graph.road, graph.area, graph.metres, graph.limit)
    )
    ms = np.clip(np.rint(seconds * 1000), 1, LONGEST_MS).astype(np.int32)
    there = np.where(graph.flags & 1, ms, np.int32(NEVER)).astype(np.int32)
    back = np.where(graph.flags & 2, ms, np.int32(NEVER)).astype(np.int32)
    return _arcs(graph, there, back)


def closed(graph: Graph, free: Weights, closures: Iterable[tuple[Closure, Edges]]) -> Weights:
    """Return the network with closures; where two slow one road, the slower counts."""
    factor = np.ones(len(graph))
    for closure, edges in closures:
        factor[edges] = np.maximum(factor[edges], np.inf if closure.factor is None else closure.factor)
    there, back = free.there_ms.copy(), free.back_ms.copy()
    hit = np.flatnonzero(factor != 1.0)
    for ms in (there, back):
        drives = hit[ms[hit] != NEVER]
        slowed = np.minimum(np.rint(ms[drives] * factor[drives]), LONGEST_MS)
        ms[drives] = np.where(np.isinf(factor[drives]), NEVER, slowed).astype(np.int32)
    return _arcs(graph, there, back)


def _arcs(graph: Graph, there: Millis, back: Millis) -> Weights:
    arc = graph.arcs.arc
    made = Weights(there, back, np.where(arc & 1, back[arc >> 1], there[arc >> 1]))
    for column in (made.there_ms, made.back_ms, made.arc_ms):
        column.flags.writeable = False
    return made
