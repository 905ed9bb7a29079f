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
    try:
        shape = shapely.from_geojson(json.dumps(polygon))
    except (shapely.errors.GEOSException, TypeError, ValueError) as error:
        raise BadPolygon("polygon 不是有效的 GeoJSON,请核对", field="polygon") from error
    if shape is None or shape.geom_type not in {"Polygon", "MultiPolygon"} or shape.is_empty:
        raise BadPolygon("polygon 应为非空的 Polygon 或 MultiPolygon", field="polygon")
    if shapely.get_num_coordinates(shape) > MOST_POINTS:
        raise BadPolygon(f"polygon 超过 {MOST_POINTS} 个点,请简化后再报", field="polygon")
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadPolygon("polygon 超出经纬度范围,坐标应为先经度后纬度的度数", field="polygon")
    return shapely.make_valid(shape)


def text_of(polygon: Mapping[str, Any], crs: str) -> str:
    """
    Return a polygon in WGS-84 as it is kept.

    :raises BadPolygon, UnknownCrs: if it cannot be read
    """
    system, shape = read_crs(crs), shape_of(polygon)
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
