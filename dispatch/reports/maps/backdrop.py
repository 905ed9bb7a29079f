"""What lies under every map: the roads of the graph, if there is one, and the counties' borders."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from dispatch.routing.roads.graph import Graph
from dispatch.routing.roads.network import Roads
from dispatch.routing.travel import Travel

from .palette import BLACK, GREY, ORANGE, PALE
from .scene import OSM, Layer, Point, View, Way

MAIN = ("motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link")
MIDDLE = ("secondary", "secondary_link", "tertiary", "tertiary_link")
FERRY = "ferry"
MOST = 60_000  # pieces of road that are drawn; of more, only the larger roads
SHORTEST = 1 / 3000  # of the map's width: bends smaller than this are drawn straight


def graph_of(travel: Travel) -> Graph | None:
    """Return the road graph that travel times are worked out on; None without one."""
    return travel.graph if isinstance(travel, Roads) else None


def roads(graph: Graph | None, view: View) -> list[Layer]:
    """Return the roads in view, the larger ones broader; they do not make the map larger."""
    if graph is None:
        return []
    edges = graph.within(shapely.box(*view.box()))
    names = np.array(graph.roads)[graph.road[edges]]
    main, middle = np.isin(names, MAIN), np.isin(names, MIDDLE)
    small = ~main & ~middle & (names != FERRY)
    kinds = [
        ("", small, 0.5, False),
        ("", middle, 1.0, False),
        ("道路(粗者为干线)", main, 1.9, False),
        ("轮渡", names == FERRY, 1.2, True),
    ]
    made = []
    for name, chosen, width, dashed in kinds:
        if chosen.any() and (chosen is not small or len(edges) <= MOST):
            ways = (Way(paths(graph, edges[chosen], view)),)
            made.append(Layer(name, PALE, ways=ways, width=width, dashed=dashed, frames=False))
    return made


def closures(travel: Travel, view: View, at: datetime) -> list[Layer]:
    """Return the roads that are closed or slow at a moment, each closure with its name."""
    if not isinstance(travel, Roads):
        return []
    holding = [(closure, edges) for closure, edges in travel.at(at).holding if len(edges)]
    shut = tuple(
        Way(paths(travel.graph, edges, view), tip=f"{c.label}\n封闭") for c, edges in holding if c.factor is None
    )
    slow = tuple(
        Way(paths(travel.graph, edges, view), tip=f"{c.label}\n通行时间为平时 {c.factor:g} 倍")
        for c, edges in holding
        if c.factor is not None
    )
    kinds = (("道路封闭", BLACK, shut), ("道路缓行", ORANGE, slow))
    return [
        Layer(name, colour, ways=ways, width=3.2, dashed=True, frames=False) for name, colour, ways in kinds if ways
    ]


def paths(graph: Graph, edges: Any, view: View) -> tuple[tuple[Point, ...], ...]:
    """Return the shapes of edges, with no more bends than the map can show."""
    tolerance = (view.box()[2] - view.box()[0]) * SHORTEST
    lines = shapely.simplify(graph.lines(np.asarray(edges, np.int64)), tolerance)
    return tuple(tuple((float(x), float(y)) for x, y in line.coords) for line in lines)


def borders(counties: Iterable[tuple[str, object]]) -> list[Layer]:
    """Return the borders of counties; they do not make the map larger."""
    rings = [shapely.LineString(ring) for _, boundary in counties for ring in rings_of(boundary)]
    if not rings:
        return []
    lines = shapely.get_parts(shapely.line_merge(shapely.union_all(rings)))  # a border of two counties is one line
    drawn = tuple(tuple((float(x), float(y)) for x, y in line.coords) for line in lines)
    return [Layer("县界", GREY, ways=(Way(drawn),), width=0.8, dashed=True, frames=False)]


def rings_of(boundary: object) -> tuple[tuple[Point, ...], ...]:
    """Return the rings of a GeoJSON area; none of anything else."""
    if not isinstance(boundary, Mapping):
        return ()
    parts = shapely.get_parts(shape(dict(boundary)))
    rings = [ring for part in parts if part.geom_type == "Polygon" for ring in (part.exterior, *part.interiors)]
    return tuple(tuple((float(x), float(y)) for x, y in ring.coords) for ring in rings)


def sources(graph: Graph | None, *others: str) -> tuple[str, ...]:
    """Return where a map's data are from; whoever draws roads of OpenStreetMap says so."""
    return (*others, *((OSM,) if graph is not None else ()))
