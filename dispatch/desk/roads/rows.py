"""Closures of roads and calibrated speeds as rows of their tables."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import Invalid
from dispatch.places.crs import read_crs, to_wgs84
from dispatch.routing.roads.closures import Closure, ClosureCause

MOST_POINTS = 2000
TOUCHING = "Ring Self-intersection"  # a ring that touches itself in a point: what it encloses is clear
KEPT = """
SELECT id, cause, title, factor, polygon, road, ways, classes, from_at, until_at FROM road_closure
WHERE lifted_at IS NULL AND NOT over ORDER BY id
"""
SPEEDS = "SELECT road, area_class, factor FROM road_speed"
VERSION = "SELECT n FROM road_version"
CHANGED = "UPDATE road_version SET n = n + 1"


class BadPolygon(Invalid):
    """The area is no polygon in degrees."""


def shape_of(polygon: Mapping[str, Any]) -> BaseGeometry:
    """
    Return a GeoJSON polygon as a shape, rings that touch themselves put right.

    :raises BadPolygon: if it is none, too large to be drawn by hand, or not in degrees
    """
    return shapely.make_valid(_read(polygon))


def _read(polygon: Mapping[str, Any]) -> BaseGeometry:
    try:
        shape = shapely.from_geojson(json.dumps(polygon))
    except (shapely.errors.GEOSException, TypeError, ValueError) as error:
        raise BadPolygon("polygon 不是有效的 GeoJSON,请核对", field="polygon") from error
    if shape is None or shape.geom_type not in {"Polygon", "MultiPolygon"} or shape.is_empty:
        raise BadPolygon("polygon 应为非空的 Polygon 或 MultiPolygon", field="polygon")
    if shapely.get_num_coordinates(shape) > MOST_POINTS:
        raise BadPolygon(f"polygon 超过 {MOST_POINTS} 个点,请简化后再报", field="polygon")
    west, south, east, north = shape.bounds
    if not _in_degrees(west, south, east, north):
        if _in_degrees(south, west, north, east):
            raise swapped()
        raise BadPolygon("polygon 超出经纬度范围,坐标应为先经度后纬度的度数", field="polygon")
    return shape


def _in_degrees(west: float, south: float, east: float, north: float) -> bool:
    return -180 <= west <= east <= 180 and -90 <= south <= north <= 90


def swapped() -> BadPolygon:
    """Return the refusal of a polygon whose points say the latitude first."""
    return BadPolygon(
        "polygon 的坐标顺序写反了:GeoJSON 每个点应经度在前、纬度在后,请把每个点的两个数对调后再报", field="polygon"
    )


def _check_drawn(shape: BaseGeometry) -> None:
    """
    Refuse a line that crosses itself: which of its two sides is meant, nobody can tell.

    :raises BadPolygon: saying where
    """
    fault, _, where = shapely.is_valid_reason(shape).partition("[")
    if shapely.is_valid(shape) or fault == TOUCHING:
        return
    at = f"在({where.rstrip(']').replace(' ', ',')})处" if where else ""
    raise BadPolygon(f"polygon 的边线{at}自相交或重叠,围成的范围不明,请按顺序重画各点后再报", field="polygon")


def text_of(polygon: Mapping[str, Any], crs: str) -> str:
    """
    Return a polygon in WGS-84 as it is kept.

    :raises BadPolygon, UnknownCrs: if it cannot be read, or its line crosses itself
    """
    system, shape = read_crs(crs), _read(polygon)
    _check_drawn(shape)
    shape = shapely.make_valid(shape)
    moved = shapely.transform(shape, lambda points: np.array([to_wgs84(lon, lat, system) for lon, lat in points]))
    return shapely.to_geojson(moved)


def closure_of(row: Row | Mapping[str, Any]) -> Closure:
    """Return a row in the routing room's words."""
    polygon = row["polygon"]
    return Closure(
        id=row["id"],
        cause=ClosureCause(row["cause"]),
        title=row["title"],
        factor=row["factor"],
        from_at=row["from_at"],
        until_at=row["until_at"],
        area=None if polygon is None else shape_of(json.loads(polygon) if isinstance(polygon, str) else polygon),
        road=row["road"],
        ways=tuple(row["ways"]),
        classes=tuple(row["classes"]),
    )


async def closures(connection: Connection) -> list[Closure]:
    """Return the closures that hold or will hold."""
    return [closure_of(row) for row in await connection.fetch(KEPT)]


async def factors(connection: Connection) -> dict[tuple[str, str], float]:
    """Return the calibrated speeds as factors of the profile's."""
    return {(row["road"], row["area_class"]): row["factor"] for row in await connection.fetch(SPEEDS)}
