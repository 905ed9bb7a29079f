"""Borders of counties from a GeoJSON file of the utility's own; every feature must fit a county, or none is taken."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from dispatch.kit.errors import Invalid

from .areas import Area, AreaLevel, Areas
from .crs import Crs, to_wgs84
from .locate import BadBoundary, border_of
from .own import folded

CODES = ("adcode", "code", "id", "县编码", "区划代码")
NAMES = ("name", "名称", "县名", "NAME")
BYTES_MOST = 64 * 1024 * 1024
COUNTY_DIGITS = 6
OVERLAP = 0.02  # share of the smaller county that may lie in another: drawn borders never fit to the metre

SLIVER = 0.001  # share of a county that may change when its border is put right


class BadBoundaries(Invalid):
    """The file of borders cannot be used; ``details.faults`` says of each feature what is wrong."""


@dataclass(frozen=True, slots=True)
class Border:
    """The border of a county: GeoJSON (Multi)Polygon, WGS-84."""

    county: str
    boundary: Mapping[str, Any]


def read(content: bytes, areas: Areas, *, crs: Crs = Crs.WGS84) -> list[Border]:
    """
    Return the borders of a FeatureCollection, each of a county that is known by code or by name.

    :param crs: what the file's coordinates are in
    :raises BadBoundaries: naming every feature that does not fit
    """
    faults: list[str] = []
    found: dict[str, Border] = {}
    for no, feature in enumerate(_features(content), 1):
        try:
            border = _border(feature, areas, crs)
        except BadBoundary as error:
            faults.append(f"第 {no} 个:{error.message}")
            continue
        if border.county in found:
            faults.append(f"第 {no} 个:县 {border.county} 出现两次,请合为一个 MultiPolygon")
        found[border.county] = border
    faults += _overlaps(areas, list(found.values()))
    if faults:
        raise BadBoundaries(
            f"边界文件有 {len(faults)} 处不合要求,未做改动;首处:{faults[0]}", field="file", faults=faults
        )
    return list(found.values())


def _features(content: bytes) -> Iterator[Mapping[str, Any]]:
    if len(content) > BYTES_MOST:
        raise BadBoundaries(f"文件超过 {BYTES_MOST // 1024 // 1024} MiB,请先简化边界", field="file")
    try:
        read = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadBoundaries("文件不是有效的 JSON(GeoJSON 应为 UTF-8 编码),请核对", field="file") from error
    features = read.get("features") if isinstance(read, dict) and read.get("type") == "FeatureCollection" else None
    if not isinstance(features, list) or not features or not all(isinstance(one, dict) for one in features):
        raise BadBoundaries("文件应为非空的 GeoJSON FeatureCollection,每个县一个 Feature", field="file")
    yield from features


def _border(feature: Mapping[str, Any], areas: Areas, crs: Crs) -> Border:
    county = _county(feature.get("properties") or {}, areas)
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict):
        raise BadBoundary(f"县 {county.code} {county.name} 没有 geometry,请补全", field="file")
    kept = {"type": geometry.get("type"), "coordinates": geometry.get("coordinates")}
    shape = border_of(replace(county, boundary=kept))
    _check_crossing(county, kept, shape)
    if crs is not Crs.WGS84:
        shape = shapely.transform(shape, lambda points: np.array([to_wgs84(x, y, crs) for x, y in points]))
    border = json.loads(shapely.to_geojson(_areal(shape)))
    return Border(county.code, border)


def _check_crossing(county: Area, kept: Mapping[str, Any], mended: Any) -> None:
    """
    Refuse a border whose line crosses itself so that it encloses other land than was meant.

    A border that was simplified may cross itself by a few metres; what that changes is nothing, and it is put right.

    :raises BadBoundary: saying where
    """
    drawn = shapely.from_geojson(json.dumps(kept))
    if shapely.is_valid(drawn):
        return
    whole = shapely.area(mended)
    if abs(shapely.area(drawn) - whole) <= SLIVER * whole:
        return
    where = shapely.is_valid_reason(drawn).partition("[")[2].rstrip("]").replace(" ", ",")
    raise BadBoundary(
        f"县 {county.code} {county.name} 的边界在({where})处自相交,围成的范围不明,请按顺序重画该处各点", field="file"
    )


def _areal(shape: Any) -> Any:
    """Return what of a mended border is area: lines that were left over are none."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts)


def _county(said: Mapping[str, Any], areas: Areas) -> Area:
    """Return the county of a feature: by a code of six digits or more, else by a name that one county has."""
    for name in CODES:
        area = areas.find(str(said.get(name, ""))[:COUNTY_DIGITS])
        if area is not None and area.level is AreaLevel.COUNTY:
            return area
    wanted = {folded(str(said[name])) for name in NAMES if said.get(name)}
    fits = [
        county for county in areas.of_level(AreaLevel.COUNTY) if folded(county.name) in wanted or _long(county) & wanted
    ]
    if len(fits) == 1:
        return fits[0]
    known = (
        "、".join(f"{name}={said[name]}" for name in (*CODES, *NAMES) if said.get(name))[:60] or "没有 adcode 和 name"
    )
    raise BadBoundary(f"对不上县(区):{known};请在 properties.adcode 填六位县编码", field="file")


def _long(county: Area) -> set[str]:
    return {folded(county.name + tail) for tail in ("县", "区", "市")}


def _overlaps(areas: Areas, borders: Sequence[Border]) -> list[str]:
    """Say which borders lie in each other: a point must have one county."""
    shapes = [shapely.from_geojson(json.dumps(border.boundary)) for border in borders]
    tree = shapely.STRtree(shapes)
    faults = []
    for i, shape in enumerate(shapes):
        for k in sorted(int(k) for k in tree.query(shape, predicate="intersects") if k > i):
            shared = shapely.area(shapely.intersection(shape, shapes[k]))
            if shared > OVERLAP * min(shapely.area(shape), shapely.area(shapes[k])):
                one, other = (areas.get(borders[n].county).name for n in (i, k))
                faults.append(f"{one}与{other}的边界大片重叠,请核对")
    return faults


def text_of(border: Border) -> str:
    """Return the border as it is kept."""
    return json.dumps(border.boundary, separators=(",", ":"))
