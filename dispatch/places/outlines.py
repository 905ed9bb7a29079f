"""Borders as they are drawn on a screen: simplified together, so that neighbours keep one common line."""

from collections.abc import Sequence
from typing import Any

import shapely
from shapely.geometry import mapping, shape

from .areas import Area

TOLERANCE = 0.002  # degrees: about 200 m, a pixel at the zoom of a county
DIGITS = 4  # decimals of a degree: 11 m


def outlines(areas: Sequence[Area]) -> dict[str, Any]:
    """
    Return the areas that have a border as a GeoJSON FeatureCollection, WGS-84; each has code, name, ``approximate``.

    Borders that overlap or leave gaps are simplified one by one: they had no common line.
    """
    known = [(area, dict(area.boundary)) for area in areas if area.boundary is not None]
    shapes = [shapely.make_valid(shape(border)) for _, border in known]
    if shapes and shapely.coverage_is_valid(shapes):
        simple = list(shapely.coverage_simplify(shapes, TOLERANCE))
    else:
        simple = [each.simplify(TOLERANCE) for each in shapes]
    features = [
        {
            "type": "Feature",
            "id": area.code,
            "properties": {"code": area.code, "name": area.name, "approximate": area.approximate},
            "geometry": _rounded(mapping(drawn)),
        }
        for (area, _), drawn in zip(known, simple, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _rounded(node: Any) -> Any:
    if isinstance(node, float):
        return round(node, DIGITS)
    if isinstance(node, dict):
        return {name: _rounded(value) for name, value in node.items()}
    if isinstance(node, list | tuple):
        return [_rounded(each) for each in node]
    return node
