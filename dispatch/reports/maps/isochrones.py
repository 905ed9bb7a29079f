"""How far a depot's crews get: the roads and the land along them by the time they are reached."""

from collections.abc import Iterable, Sequence
from math import cos, radians
from typing import Any

import numpy as np
import shapely
from shapely.affinity import scale
from shapely.geometry.base import BaseGeometry

from dispatch.desk.pictures.reach import DepotReach
from dispatch.kit.clock import CHINA
from dispatch.kit.earth import EARTH_RADIUS_M, arcs_m, unit_vectors
from dispatch.routing.travel import Travel

from .backdrop import SHORTEST, borders, closures, graph_of, roads, sources
from .bands import Band, of_limits
from .palette import INK, VERMILION
from .scene import Dot, Layer, Mark, Point, Scene, View, Way

ALONG_M = 350.0  # land beside a road that counts as reached with it
HOLE_M2 = 4e5  # smaller holes are filled
CORNERS = 96  # of a circle


def scene(
    found: DepotReach,
    limits_s: Sequence[float],
    *,
    travel: Travel,
    counties: Iterable[tuple[str, object]] = (),
) -> Scene:
    """Return the map of a depot's reach; the bands are ``limits_s``, rising."""
    graph = graph_of(travel)
    steps = [band for band in of_limits(limits_s) if band.end_s <= limits_s[-1]]
    view = _view(found, limits_s[-1])
    land = _land(found, steps) if found.by_road else _circles(found, steps)
    here = Dot((found.lon, found.lat), found.depot.name, f"{found.depot.name}({found.depot.code})")
    at = found.at.astimezone(CHINA)
    basis = "按道路行驶时间(含当前封闭与缓行)" if found.by_road else "附近没有路网,按直线距离折算"
    lines = _roads(found, steps, view)
    return Scene(
        title=f"{found.depot.name}等时圈",
        moment=f"{at:%Y-%m-%d %H:%M}(北京时间)",
        layers=(
            *roads(graph, view),
            *land,
            *borders(counties),
            *lines,
            *closures(travel, view, found.at),
            Layer("班所", VERMILION, (here,), mark=Mark.STAR, size=12, edge=INK),
        ),
        facts=(basis, f"从班所出发,{limits_s[-1] / 60:g} 分钟内", *_lengths(found, steps)),
        sources=sources(graph, "班所:本系统"),
    )


def _view(found: DepotReach, limit_s: float) -> View:
    if not len(found.bits):
        return View.of(_circle(found, limit_s)).shaped(1.5)
    ends = found.bits.reshape(-1, 2)
    corners = [ends.min(axis=0), ends.max(axis=0)]
    return View.of([(found.lon, found.lat), *((float(x), float(y)) for x, y in corners)]).shaped(1.5)


def _lines(found: DepotReach, begin_s: float, end_s: float) -> Any:
    """Return the roads that are reached after ``begin_s`` and by ``end_s``, bits put together."""
    bits = found.bits[(found.seconds > begin_s) & (found.seconds <= end_s)]
    lines: Any = shapely.linestrings(bits)  # of one bit too an array
    return shapely.line_merge(shapely.multilinestrings(lines))


def _land(found: DepotReach, steps: Sequence[Band]) -> list[Layer]:
    """Return the land along the roads; each band without what is reached sooner, so that colours do not mix."""
    narrow = cos(radians(found.lat))
    degree = radians(1) * EARTH_RADIUS_M
    nearer: BaseGeometry = shapely.Polygon()
    made = []
    for band in steps:
        flat = scale(_lines(found, -1.0, band.end_s), narrow * degree, degree, origin=(0, 0))
        inside = shapely.buffer(shapely.simplify(flat, ALONG_M / 8), ALONG_M, quad_segs=3)
        inside = shapely.union(inside, nearer)
        only, nearer = shapely.difference(inside, nearer), inside
        rings = _rings(scale(only, 1 / narrow / degree, 1 / degree, origin=(0, 0)), degree)
        if rings:
            name = f"{band.end_s / 60:g} 分以内可达" if band is steps[0] else band.name
            made.append(Layer(name, band.colour, ways=(Way(rings),), width=0.6, fill=0.45))
    return made


def _rings(area: Any, degree: float) -> tuple[tuple[Point, ...], ...]:
    rings = []
    for part in shapely.get_parts(area):
        if part.geom_type == "Polygon":
            holes = [hole for hole in part.interiors if shapely.Polygon(hole).area * degree**2 > HOLE_M2]
            rings += [tuple((float(x), float(y)) for x, y in ring.coords) for ring in (part.exterior, *holes)]
    return tuple(rings)


def _roads(found: DepotReach, steps: Sequence[Band], view: View) -> list[Layer]:
    tolerance = (view.box()[2] - view.box()[0]) * SHORTEST
    made = []
    for n, band in enumerate(steps):
        lines = shapely.get_parts(shapely.simplify(_lines(found, band.begin_s if n else -1.0, band.end_s), tolerance))
        drawn = tuple(tuple((float(x), float(y)) for x, y in line.coords) for line in lines)
        if drawn:
            made.append(Layer("", band.colour, ways=(Way(drawn),), width=1.3))
    return made


def _circles(found: DepotReach, steps: Sequence[Band]) -> list[Layer]:
    made = []
    for n, band in enumerate(steps):
        inner = (_circle(found, steps[n - 1].end_s)[::-1],) if n else ()  # a hole runs the other way round
        made.append(
            Layer(band.name, band.colour, ways=(Way((_circle(found, band.end_s), *inner)),), width=0.8, fill=0.4)
        )
    return made


def _circle(found: DepotReach, seconds: float) -> tuple[Point, ...]:
    turn = np.linspace(0, 2 * np.pi, CORNERS)
    far = np.degrees(seconds * found.metres_a_second / EARTH_RADIUS_M)
    east = found.lon + far * np.cos(turn) / cos(radians(found.lat))
    return tuple((float(x), float(y)) for x, y in zip(east, found.lat + far * np.sin(turn), strict=True))


def _lengths(found: DepotReach, steps: Sequence[Band]) -> list[str]:
    if not len(found.bits):
        return []
    (west, south), (east, north) = found.bits[:, 0].T, found.bits[:, 1].T
    metres = arcs_m(unit_vectors(west, south), unit_vectors(east, north))
    return [
        f"{band.end_s / 60:g} 分钟内可达道路 {float(metres[found.seconds <= band.end_s].sum()) / 1000:,.0f} 公里"
        for band in steps
    ]
