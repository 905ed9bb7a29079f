"""Junctions near the calls, as places where a crew could stand by."""

from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree

from .geo import EARTH_RADIUS_M, unit_vectors
from .roads.graph import Graph
from .roads.grid import DEGREE
from .standby import Cell, Site, SiteKind

WAYS = 3  # roads that meet: fewer is a bend or a dead end
BY_WAYS = frozenset({"track", "service", "ferry"})  # a crew does not wait there
NEAR_M = 3000.0  # of a cell; farther junctions serve it worse than it serves itself


def junctions(graph: Graph, cells: Sequence[Cell], *, most: int) -> list[Site]:
    """Return for each of the heaviest cells the junction nearest to it, where one is near; each junction once."""
    good = ~np.isin(graph.road, [n for n, road in enumerate(graph.roads) if road in BY_WAYS])
    roads_there = np.bincount(np.concatenate((graph.a[good], graph.b[good])), minlength=graph.junctions)
    crossing = np.flatnonzero(roads_there >= WAYS)
    if not len(crossing) or not cells:
        return []
    lon, lat = graph.junction_lon[crossing] * DEGREE, graph.junction_lat[crossing] * DEGREE
    tree = cKDTree(unit_vectors(lon, lat).T)
    heaviest = sorted(cells, key=lambda cell: (-cell.weight, cell.lon, cell.lat))
    apart, near = tree.query(unit_vectors([c.lon for c in heaviest], [c.lat for c in heaviest]).T)
    chosen = dict.fromkeys(
        int(i) for i, away in zip(np.asarray(near), np.asarray(apart), strict=True) if away * EARTH_RADIUS_M <= NEAR_M
    )
    return [
        Site(SiteKind.JUNCTION, f"路口{n}{name_of(graph, int(crossing[i]))}", float(lon[i]), float(lat[i]))
        for n, i in enumerate(list(chosen)[:most], 1)
    ]


def name_of(graph: Graph, junction: int) -> str:
    """Return a road that leads to a junction, in brackets; nothing where none has a name."""
    edges = np.flatnonzero((graph.a == junction) | (graph.b == junction))
    names = sorted({graph.name_of(int(edge)) for edge in edges} - set(graph.roads))
    return f"({names[0]})" if names else ""
