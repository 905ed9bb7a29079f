"""Coordinates of other systems: as exact as published values say, there and back, and untouched outside China."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dispatch.kit.earth import distance_m
from dispatch.places.crs import SHIFTED, Crs, UnknownCrs, from_wgs84, read_crs, to_wgs84

# Well inside the rectangle in which the systems are shifted (72.004 to 137.8347 E, 0.8293 to 55.8271 N).
IN_CHINA = st.tuples(st.floats(73.5, 135.1), st.floats(3.8, 53.6))
ABROAD = st.tuples(st.floats(-180, 70), st.floats(-90, 90))
ZHEJIANG = st.tuples(st.floats(118.0, 123.0), st.floats(27.0, 31.4))
SHIFTS = st.sampled_from(SHIFTED)


@pytest.mark.parametrize(
    ("wgs84", "gcj02", "within_m"),
    [
        # tests of the project eviltransform: Shanghai, Shenzhen, Beijing
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597), 0.001),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766), 0.001),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069), 0.001),
        # documentation of the R package geoChina: Beijing railway station, given to five decimals
        ((116.42079, 39.90105), (116.42703, 39.90245), 1.0),
    ],
)
def test_gcj02_is_what_others_publish(wgs84: tuple[float, float], gcj02: tuple[float, float], within_m: float) -> None:
    assert distance_m(*from_wgs84(*wgs84, Crs.GCJ02), *gcj02) <= within_m
    assert distance_m(*to_wgs84(*gcj02, Crs.GCJ02), *wgs84) <= within_m


def test_bd09_is_what_others_publish() -> None:
    """GCJ-02 116.404, 39.915 is BD-09 116.41036949371029, 39.92133699351021: README of the project coordtransform."""
    wgs84 = to_wgs84(116.404, 39.915, Crs.GCJ02)
    assert distance_m(*from_wgs84(*wgs84, Crs.BD09), 116.41036949371029, 39.92133699351021) <= 0.001
    assert distance_m(*to_wgs84(116.41036949371029, 39.92133699351021, Crs.BD09), *wgs84) <= 0.5


@settings(max_examples=300, deadline=None)
@given(IN_CHINA, SHIFTS)
@example((121.87, 29.48), Crs.GCJ02)
@example((121.87, 29.48), Crs.BD09)
def test_there_and_back_is_the_same_place(point: tuple[float, float], crs: Crs) -> None:
    assert distance_m(*to_wgs84(*from_wgs84(*point, crs), crs), *point) <= 0.5


@settings(max_examples=200, deadline=None)
@given(ZHEJIANG)
@example((120.15, 30.27))
@example((121.87, 29.48))
def test_a_gcj02_point_taken_for_wgs84_is_half_a_kilometre_off_in_zhejiang(point: tuple[float, float]) -> None:
    assert 440 <= distance_m(*from_wgs84(*point, Crs.GCJ02), *point) <= 640


@settings(max_examples=100, deadline=None)
@given(st.floats(118.0, 122.0), st.floats(27.5, 31.0), SHIFTS)
def test_what_lies_east_stays_east_and_what_lies_north_stays_north(lon: float, lat: float, crs: Crs) -> None:
    east = [to_wgs84(lon + step * 0.0005, lat, crs)[0] for step in range(6)]
    north = [to_wgs84(lon, lat + step * 0.0005, crs)[1] for step in range(6)]
    assert all(one < other for one, other in (*pairwise(east), *pairwise(north)))


@settings(max_examples=100, deadline=None)
@given(ABROAD, st.sampled_from(Crs))
@example((2.35, 48.85), Crs.BD09)
@example((1.52, 42.51), Crs.GCJ02)
def test_points_abroad_are_what_they_are(point: tuple[float, float], crs: Crs) -> None:
    assert to_wgs84(*point, crs) == point
    assert from_wgs84(*point, crs) == point


@pytest.mark.parametrize("crs", [Crs.WGS84, Crs.CGCS2000])
def test_wgs84_and_cgcs2000_are_kept_as_they_are(crs: Crs) -> None:
    assert to_wgs84(121.87, 29.48, crs) == (121.87, 29.48)


@pytest.mark.parametrize("point", [(float("nan"), 29.0), (float("inf"), 29.0), (121.0, 95.0), (200.0, 29.0)])
def test_what_is_no_point_is_not_converted(point: tuple[float, float]) -> None:
    lon, lat = to_wgs84(*point, Crs.GCJ02)
    assert (repr(lon), repr(lat)) == (repr(point[0]), repr(point[1]))


@pytest.mark.parametrize(
    ("said", "crs"),
    [
        ("wgs84", Crs.WGS84),
        ("WGS-84", Crs.WGS84),
        ("EPSG:4326", Crs.WGS84),
        ("CGCS2000", Crs.CGCS2000),
        ("GCJ-02", Crs.GCJ02),
        ("高德", Crs.GCJ02),
        ("BD-09", Crs.BD09),
        ("百度", Crs.BD09),
    ],
)
def test_a_system_is_known_by_its_usual_names(said: str, crs: Crs) -> None:
    assert read_crs(said) is crs


@pytest.mark.parametrize("said", ["", "utm", "EPSG:3857", "beijing54", "wgs 72"])
def test_a_system_we_cannot_read_is_refused_naming_those_we_can(said: str) -> None:
    with pytest.raises(UnknownCrs, match="wgs84、cgcs2000、gcj02、bd09") as refused:
        read_crs(said)
    assert refused.value.field == "crs"
