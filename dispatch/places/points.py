"""
Whether a point can be where it is said to be, and if not, what was probably mixed up.

A wrong point is named, never put right in silence: what it would be in the other order or another system is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite

from dispatch.kit.earth import distance_m
from dispatch.kit.words import Labelled

from .areas import Areas
from .crs import SHIFTED, Crs, Point, UnknownCrs, read_crs, to_wgs84
from .locate import Locator

SHIFT_LEAST_M = 300.0  # nowhere in China do the systems differ by less
SAME_M = 80.0  # a box stands so near to the houses that hang on it
NOWHERE = (0.0, 0.0)  # what phones and forms say that have no point


class PointFault(Labelled):
    """What is wrong with a point."""

    UNKNOWN_CRS = "UnknownCrs", "坐标系不认识"
    SWAPPED = "SwappedCoordinates", "经纬度写反"
    OUTSIDE = "OutsideProvince", "不在本省"
    OTHER_CRS = "OtherCrs", "疑似坐标系填错"
    OTHER_COUNTY = "OtherCounty", "位置与所报县(区)不符"
    OFFSHORE = "OffShore", "在县界以外,疑似坐标系填错"


@dataclass(frozen=True, slots=True)
class Doubt:
    """
    A fault with a sentence for the operator.

    :param lon, lat: WGS-84 of the place that was probably meant, None if that cannot be told
    """

    fault: PointFault
    message: str
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class Inspected:
    """A point in WGS-84, None if it cannot be used at all, and what is doubtful about it."""

    point: tuple[float, float] | None
    county: str | None = None  # it lies in
    doubt: Doubt | None = None


def inspect(
    locator: Locator,
    areas: Areas,
    lon: float,
    lat: float,
    *,
    crs: str | Crs = Crs.WGS84,
    county: str | None = None,
    home: tuple[float, float] | None = None,
) -> Inspected:
    """
    Convert a point and look whether it can be right.

    :param crs: what it is said to be in
    :param county: code of the county a person named, if one did
    :param home: WGS-84 point where the caller's supply hangs, if it is known
    """
    try:
        system = read_crs(crs)
    except UnknownCrs as error:
        return Inspected(None, doubt=Doubt(PointFault.UNKNOWN_CRS, error.message))
    if not (isfinite(lon) and isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 180):
        return Inspected(None, doubt=Doubt(PointFault.OUTSIDE, f"坐标({lon},{lat})不是有效的经纬度,请核对"))
    x, y = to_wgs84(lon, lat, system)
    if abs(y) > 90 or not locator.knows(x, y):
        return Inspected(None, doubt=_outside(locator, areas, lon, lat, system))
    here = locator.county_at(x, y)
    if home is not None and (mistaken := _beside_home(lon, lat, system, (x, y), home)) is not None:
        return Inspected((x, y), here, mistaken)
    if here is None or not _surveyed(areas, here) or not _surveyed(areas, county or here):
        return Inspected((x, y), here)
    if county is None or county == here:
        return Inspected((x, y), here, _off_shore(locator, areas, lon, lat, system, (x, y)))
    return Inspected((x, y), here, _elsewhere(locator, areas, lon, lat, system, county, here))


def _surveyed(areas: Areas, county: str) -> bool:
    """Tell whether a county's border is good enough to hold a point against it; rough ones prove nothing."""
    area = areas.find(county)
    return area is not None and area.boundary is not None and not area.approximate


def _outside(locator: Locator, areas: Areas, lon: float, lat: float, system: Crs) -> Doubt:
    x, y = to_wgs84(lat, lon, system)
    if abs(lon) <= 90 and locator.knows(x, y):
        return Doubt(
            PointFault.SWAPPED,
            f"经纬度写反了:经度 {lon}、纬度 {lat} 不在本省,对调后在,请改为经度 {lat}、纬度 {lon}",
            x,
            y,
        )
    said = f"坐标(经度 {lon},纬度 {lat})不在本省范围内"
    if fits := _inside(locator, areas, lon, lat, system):
        return _mistaken(areas, PointFault.OTHER_CRS, said, fits)
    if (lon, lat) == NOWHERE:
        return Doubt(PointFault.OUTSIDE, f"{said}(离本省很远;经纬度都是 0,多为没有定位),请核对位置")
    where = "可能在海上或外省" if not locator.far_outside([lon], [lat])[0] else "离本省很远"
    return Doubt(PointFault.OUTSIDE, f"{said}({where}),请核对位置")


def _off_shore(locator: Locator, areas: Areas, lon: float, lat: float, system: Crs, point: Point) -> Doubt | None:
    """
    Say that a point which lies off a surveyed border would lie inside in another system. Nothing is said nearer than
    ``SAME_M``: so much a phone may err; nor where no system has it inside: that is a jetty, a boat, an islet.
    """
    beyond_m = locator.beyond_m(*point)
    if not SAME_M < beyond_m < inf:
        return None
    fits = _inside(locator, areas, lon, lat, system)
    said = f"坐标在县界以外 {beyond_m:.0f} 米"
    return _mistaken(areas, PointFault.OFFSHORE, said, fits) if fits else None


def _inside(locator: Locator, areas: Areas, lon: float, lat: float, system: Crs) -> list[tuple[Crs, Point, str]]:
    """Return the other systems in which a point lies inside a surveyed border, with the point and the county."""
    found = []
    for other in _others(system):
        at = to_wgs84(lon, lat, other)
        county = locator.county_at(*at) if locator.beyond_m(*at) == 0 else None
        if county is not None and _surveyed(areas, county):
            found.append((other, at, county))
    return found


def _mistaken(areas: Areas, fault: PointFault, said: str, fits: Sequence[tuple[Crs, Point, str]]) -> Doubt:
    """Return the doubt that names the systems which would fit; the point that is meant only if one alone does."""
    which = "或 ".join(other.label for other, _, _ in fits)
    there = "、".join(dict.fromkeys(areas.get(county).name for _, _, county in fits))
    message = f"{said};若坐标系是 {which} 则在{there},请核对 crs"
    return Doubt(fault, message, *(fits[0][1] if len(fits) == 1 else (None, None)))


def _elsewhere(locator: Locator, areas: Areas, lon: float, lat: float, system: Crs, county: str, here: str) -> Doubt:
    """Say in which other system a point lies in the county that was named; else only that it does not."""
    said = f"坐标在{areas.get(here).name},而所报县(区)为{areas.get(county).name}"
    tried = [(other, to_wgs84(lon, lat, other)) for other in _others(system)]
    fits = [(other, at, county) for other, at in tried if locator.county_at(*at) == county]
    if not fits:
        return Doubt(PointFault.OTHER_COUNTY, f"{said},请核对位置和县(区)")
    return _mistaken(areas, PointFault.OTHER_CRS, said, fits)


def _beside_home(lon: float, lat: float, system: Crs, point: Point, home: Point) -> Doubt | None:
    """
    Say that a point is away from the customer's supply by just as much as the systems differ.

    The fault may be anywhere; but a point that comes down on the customer himself in another system was meant there.
    """
    away_m = distance_m(*point, *home)
    if away_m < SHIFT_LEAST_M:
        return None
    for other in _others(system):
        meant = to_wgs84(lon, lat, other)
        if (left_m := distance_m(*meant, *home)) <= SAME_M:
            said = f"坐标离该户电网档案位置 {away_m:.0f} 米;若坐标系是 {other.label} 则只差 {left_m:.0f} 米,请核对 crs"
            return Doubt(PointFault.OTHER_CRS, said, *meant)
    return None


def _others(system: Crs) -> tuple[Crs, ...]:
    """Return the systems that a point may have been in instead; those that differ by centimetres count as one."""
    return tuple(crs for crs in (Crs.WGS84, *SHIFTED) if crs is not system and (crs in SHIFTED or system in SHIFTED))
