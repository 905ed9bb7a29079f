"""
Coordinate systems: WGS-84 inside, whatever comes in is converted at the edge.

GCJ-02 (高德, 腾讯) is WGS-84 shifted by some 500 m inside China, BD-09 (百度) GCJ-02 shifted once more; outside China
both are WGS-84. CGCS2000 differs from WGS-84 by centimetres. The arithmetic is that of ``geocoordinates-rs``.
"""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

import geocoordinates_ffi as geo

from dispatch.kit.errors import Invalid
from dispatch.kit.words import Labelled

Point = tuple[float, float]  # lon, lat


class Crs(Labelled):
    """A system that points may come in."""

    WGS84 = "wgs84", "WGS-84(卫星定位)"
    CGCS2000 = "cgcs2000", "CGCS2000(国家大地坐标系)"
    GCJ02 = "gcj02", "GCJ-02(高德、腾讯地图)"
    BD09 = "bd09", "BD-09(百度地图)"


class UnknownCrs(Invalid):
    """The coordinate system is not one we can read."""


# What people and map programs call them, without signs and in small letters.
SPELLINGS: Mapping[str, Crs] = {
    **{crs.value: crs for crs in Crs},
    **dict.fromkeys(("wgs1984", "gps", "epsg4326", "4326", "卫星定位"), Crs.WGS84),
    **dict.fromkeys(("cgcs", "epsg4490", "4490", "国家2000", "国家大地坐标系"), Crs.CGCS2000),
    **dict.fromkeys(("gcj", "火星", "火星坐标", "火星坐标系", "国测局", "高德", "腾讯"), Crs.GCJ02),
    **dict.fromkeys(("bd", "bd09ll", "bd09", "百度"), Crs.BD09),
}
SHIFTED = (Crs.GCJ02, Crs.BD09)


def read_crs(text: str) -> Crs:
    """
    Return the system of a name: ``gcj02``, ``GCJ-02``, ``高德``.

    :raises UnknownCrs: naming those there are
    """
    plain = "".join(sign for sign in text.casefold() if sign.isalnum())
    if plain not in SPELLINGS:
        known = "、".join(crs.value for crs in Crs)
        raise UnknownCrs(f"不认识坐标系“{text[:20]}”,请填 {known} 之一,或换算为 WGS-84 后再报", field="crs")
    return SPELLINGS[plain]


def to_wgs84(lon: float, lat: float, crs: str | Crs) -> Point:
    """
    Return a point in WGS-84, exact to half a metre; one that is no place on earth comes back as it is.

    :raises UnknownCrs: for a system we cannot read
    """
    system = crs if isinstance(crs, Crs) else read_crs(crs)
    if system not in SHIFTED or not _shiftable(lon, lat):
        return lon, lat
    found = _FROM[system](lon, lat)
    return float(found.lon), float(found.lat)


def from_wgs84(lon: float, lat: float, crs: Crs) -> Point:
    """Return what a WGS-84 point is called in another system."""
    if crs not in SHIFTED or not _shiftable(lon, lat):
        return lon, lat
    found = _TO[crs](geo.Wgs84(lat=lat, lon=lon))
    return float(found.lon), float(found.lat)


def _shiftable(lon: float, lat: float) -> bool:
    """Only points of China are shifted; the library would shift BD-09 everywhere."""
    on_earth = isfinite(lon) and isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90
    return on_earth and not geo.out_of_china(lat, lon)


_FROM: Mapping[Crs, Callable[[float, float], Any]] = {
    Crs.GCJ02: lambda lon, lat: geo.gcj02_to_wgs84_refined(geo.Gcj02(lat=lat, lon=lon)),
    Crs.BD09: lambda lon, lat: geo.bd09_to_wgs84_refined(geo.Bd09(lat=lat, lon=lon)),
}
_TO: Mapping[Crs, Callable[[Any], Any]] = {Crs.GCJ02: geo.wgs84_to_gcj02, Crs.BD09: geo.wgs84_to_bd09}
