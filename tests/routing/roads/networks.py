"""Road networks of the tests: written down way by way, as a graph in memory or as an OpenStreetMap file."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import osmium
from osmium.osm import mutable

from dispatch.kit.rulepack import Packs
from dispatch.routing.model import RoutingRule
from dispatch.routing.roads.graph import Graph
from dispatch.routing.roads.importing import TownRule, drawn
from dispatch.routing.roads.pbf import Ways
from dispatch.routing.roads.profile import Profile
from dispatch.routing.rules import rule_of

PACK = Packs.load().latest("sgcc")
RULE: RoutingRule = rule_of(PACK)
TOWNS = TownRule.of(PACK)
PROFILE = Profile.load()

Points = Mapping[int, tuple[float, float]]  # OSM node -> lon, lat


def graph_of(
    points: Points,
    roads: Sequence[tuple[Sequence[int], str, int]],
    *,
    names: Sequence[str] = (),
    limits: Sequence[int] = (),
    barred: Sequence[int] = (),
    towns: Sequence[tuple[float, float, int]] = (),
) -> Graph:
    """Return the graph of roads: (nodes, class, direction); OSM way numbers count from 1."""
    ways = Ways(closed=set(barred), towns=list(towns))
    for k, (nodes, road, direction) in enumerate(roads):
        ways.number.append(k + 1)
        ways.road.append(road)
        ways.name.append(names[k] if k < len(names) else "")
        ways.ref.append("")
        ways.direction.append(direction)
        ways.limit.append(limits[k] if k < len(limits) else 0)
        ways.minutes.append(0.0)
        for node in nodes:
            ways.node.append(node)
            ways.lon.append(round(points[node][0] * 1e7))
            ways.lat.append(round(points[node][1] * 1e7))
        ways.first.append(len(ways.node))
    columns, about, _ = drawn(ways, PROFILE, TOWNS, source="test")
    return Graph(columns, about | {"digest": "test"})


def write_osm(
    path: Path,
    points: Points,
    roads: Sequence[tuple[Sequence[int], Mapping[str, str]]],
    *,
    tags: Mapping[int, Mapping[str, str]] | None = None,
) -> Path:
    """Write an OpenStreetMap file of nodes (``tags`` for some) and ways (nodes, tags)."""
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for node in sorted(points):
            writer.add_node(
                mutable.Node(id=node, location=points[node], tags=dict((tags or {}).get(node, {})), version=1)
            )
        for number, (nodes, said) in enumerate(roads, 1):
            writer.add_way(mutable.Way(id=number, nodes=list(nodes), tags=dict(said), version=1))
    return path
