"""From a point to its county and area class. Points are WGS-84; borders are found by shapely's tree."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, inf, isfinite, radians
from typing import Self

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from dispatch.kit.earth import arcs_m, distance_m, unit_vector, unit_vectors
from dispatch.kit.errors import Invalid
from dispatch.kit.rulepack import RulePack

from .areas import Area, AreaLevel, Areas

CACHED = 4096  # points whose county is remembered
METRES_PER_DEGREE = 111_195.0  # of latitude, on the sphere of ``kit.earth``


class SwappedCoordinates(Invalid):
    """Longitude and latitude stand in each other's place."""


class OutsideProvince(Invalid):
    """The point lies outside the province."""


class BadBoundary(Invalid):
    """A county's border cannot be used."""


@dataclass(frozen=True, slots=True)
class Place:
    """A named, populated place. ``population`` 0: not known."""

    code: str
    name: str
    area: str
    lon: float
    lat: float
    population: int = 0


@dataclass(frozen=True, slots=True)
class PlaceRule:
    """The numbers of a rule pack's sections ``area_class`` and ``location``; distances in metres."""

    towns: tuple[tuple[int, float], ...]  # (population, radius): so far from such a town it is urban; largest first
    remote_m: float  # farther than this from every town: remote
    fallback_m: float  # a point outside all borders belongs to the county of a place this near
    shore_m: float  # a point this near to a border still belongs to that county: jetties, rough borders
    crew_m: float  # a crew farther than this from the province has a faulty phone

    @classmethod
    def of(cls, pack: RulePack) -> Self:
        """Read the numbers from a pack."""
        towns = sorted(((t.population, t.radius.value * 1000) for t in pack.area_class.urban), reverse=True)
        at = pack.location
        return cls(
            towns=tuple(towns),
            remote_m=pack.area_class.remote_from.value * 1000,
            fallback_m=at.county_within.value * 1000,
            shore_m=at.shore.value * 1000,
            crew_m=at.crew_within.value * 1000,
        )


class Locator:
    """
    Answers which county a point is in and how remote it is.

    :param areas: counties with or without a boundary
    :param places: populated places; the counties' own seats count too
    """

    def __init__(self, areas: Areas, places: Iterable[Place], rule: PlaceRule) -> None:
        self._rule = rule
        counties = areas.of_level(AreaLevel.COUNTY)
        bounded = [county for county in counties if county.boundary is not None]
        self._codes = [county.code for county in bounded]
        shapes = [border_of(county) for county in bounded]
        shapely.prepare(shapes)
        self._tree = shapely.STRtree(shapes)
        seats = [
            Place(c.code, c.name, c.code, c.lon, c.lat) for c in counties if c.lon is not None and c.lat is not None
        ]
        self._read_places([*places, *seats], areas)
        self._cached_county = lru_cache(maxsize=CACHED)(self._find_county)  # a call asks three times for its point

    def _read_places(self, places: Sequence[Place], areas: Areas) -> None:
        """Keep the towns, for the class of a point, and the places of counties without a border, for its county."""
        at = unit_vectors([p.lon for p in places], [p.lat for p in places])
        county = [_county_of(areas, p.area) for p in places]
        radius_m = np.array([_radius(self._rule, p.population) for p in places], float)
        town = np.flatnonzero(radius_m > 0)
        self._towns, self._urban_m = at[:, town], radius_m[town]
        unbounded = [(code, i) for i, code in enumerate(county) if code is not None and code not in self._codes]
        self._stand_ins = [code for code, _ in sorted(unbounded)]  # the lower code first: it wins a tie
        self._stand_in_at = at[:, [i for _, i in sorted(unbounded)]]
        self._box = self._outline(places)

    def county_at(self, lon: float, lat: float) -> str | None:
        """
        Return the code of the county the point is in, or None.

        Within a border, that county (on a shared border the lower code); else a county whose border is near; else the
        county of the nearest place, if that county has no border of its own and the place is near enough.
        """
        return self._cached_county(lon, lat)

    def counties_at(self, lon: ArrayLike, lat: ArrayLike) -> list[str | None]:
        """Return the county of each point, or None."""
        lons, lats = np.asarray(lon, float).tolist(), np.asarray(lat, float).tolist()
        return [self._find_county(x, y) for x, y in zip(lons, lats, strict=True)]

    def _find_county(self, lon: float, lat: float) -> str | None:
        if not (isfinite(lon) and isfinite(lat)):
            return None
        point = shapely.Point(lon, lat)
        hits = self._tree.query(point, predicate="intersects")
        if len(hits):
            return min(self._codes[int(k)] for k in hits)
        return self._near_border(point) or self._near_place(point)

    def _near_border(self, point: shapely.Point) -> str | None:
        """Return the county whose border is the nearest within the shore distance."""
        away = self._borders_near(point)
        return away[0][1] if away else None

    def _borders_near(self, point: shapely.Point) -> list[tuple[float, str]]:
        """Return metres and county of each border within the shore distance; degrees of longitude shrink northwards."""
        reach = self._rule.shore_m / (METRES_PER_DEGREE * max(0.1, cos(radians(point.y))))
        near = self._tree.query(point, predicate="dwithin", distance=reach)
        away = sorted((self._metres_to(int(k), point), self._codes[int(k)]) for k in near)
        return [one for one in away if one[0] <= self._rule.shore_m]

    def beyond_m(self, lon: float, lat: float) -> float:
        """Return how far a point lies outside of every border, 0 inside of one; inf beyond the shore distance."""
        point = shapely.Point(lon, lat)
        if len(self._tree.query(point, predicate="intersects")):
            return 0.0
        away = self._borders_near(point)
        return away[0][0] if away else inf

    def _metres_to(self, k: int, point: shapely.Point) -> float:
        edge = shapely.shortest_line(point, self._tree.geometries[k])
        (lon1, lat1), (lon2, lat2) = shapely.get_coordinates(edge)
        return distance_m(lon1, lat1, lon2, lat2)

    def _near_place(self, point: shapely.Point) -> str | None:
        if not self._stand_ins:
            return None
        away = arcs_m(self._stand_in_at, unit_vectors(point.x, point.y))
        nearest = int(away.argmin())
        return self._stand_ins[nearest] if away[nearest] <= self._rule.fallback_m else None

    def classify(self, lon: float, lat: float) -> str:
        """Return ``urban`` in a town, ``remote`` far from every town, else ``rural``; so too where no town is known."""
        if not len(self._urban_m):
            return "rural"
        away = arcs_m(self._towns, unit_vector(lon, lat))
        if (away <= self._urban_m).any():
            return "urban"
        return "remote" if away.min() > self._rule.remote_m else "rural"

    def knows(self, lon: float, lat: float) -> bool:
        """Tell whether the point belongs to the province; with no border and no place known, every point does."""
        if not self._codes and not self._stand_ins:
            return True
        return -90 <= lat <= 90 and -180 <= lon <= 180 and self.county_at(lon, lat) is not None

    def check_point(self, lon: float, lat: float) -> None:
        """
        Accept a point of the province.

        :raises SwappedCoordinates: if it would lie in the province the other way round
        :raises OutsideProvince: if it does not lie in the province either way
        """
        if isfinite(lon) and isfinite(lat) and self.knows(lon, lat):
            return
        if isfinite(lon) and isfinite(lat) and self.knows(lat, lon):
            raise SwappedCoordinates(
                f"经纬度写反了:经度 {lon}、纬度 {lat} 不在本省,对调后在,请改为经度 {lat}、纬度 {lon}", field="place"
            )
        raise OutsideProvince(f"坐标(经度 {lon},纬度 {lat})不在本省范围内,请核对位置", field="place")

    def far_outside(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
        """Tell for each point whether it lies farther from the province's box than a crew would drive on duty."""
        lons, lats = np.asarray(lon, float), np.asarray(lat, float)
        if self._box is None:
            return np.zeros(len(lons), bool)
        west, south, east, north = self._box
        up = self._rule.crew_m / METRES_PER_DEGREE
        side = up / max(0.1, cos(radians(max(abs(south), abs(north)))))
        inside = (lons >= west - side) & (lons <= east + side) & (lats >= south - up) & (lats <= north + up)
        return ~inside

    def _outline(self, places: Sequence[Place]) -> tuple[float, float, float, float] | None:
        parts = [shapely.total_bounds(self._tree.geometries)] if self._codes else []
        parts += [np.array([p.lon, p.lat, p.lon, p.lat]) for p in places]
        if not parts:
            return None
        (west, south), (east, north) = np.min(parts, axis=0)[:2], np.max(parts, axis=0)[2:]
        return float(west), float(south), float(east), float(north)


def _radius(rule: PlaceRule, population: int) -> float:
    return next((radius for least, radius in rule.towns if population >= least), 0.0)


def border_of(county: Area) -> BaseGeometry:
    """
    Return a county's border, self-touching rings put right.

    :raises BadBoundary: if it is not a GeoJSON polygon in degrees
    """
    where = f"县 {county.code} {county.name} 的边界"
    try:
        shape = shapely.from_geojson(json.dumps(county.boundary))
    except (shapely.errors.GEOSException, TypeError, ValueError) as error:
        raise BadBoundary(f"{where}不是有效的 GeoJSON,请核对", field="boundary", code=county.code) from error
    if shape is None or shape.geom_type not in {"Polygon", "MultiPolygon"} or shape.is_empty:
        raise BadBoundary(f"{where}应为非空的 Polygon 或 MultiPolygon", field="boundary", code=county.code)
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadBoundary(f"{where}超出经纬度范围,坐标应为先经度后纬度的度数", field="boundary", code=county.code)
    return shapely.make_valid(shape)


def _county_of(areas: Areas, code: str) -> str | None:
    return next((c for c in areas.above(code) if areas.get(c).level is AreaLevel.COUNTY), None)
