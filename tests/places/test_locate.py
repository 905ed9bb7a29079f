"""From a point to its county, its class and its errors."""

from math import nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.kit.earth import arcs_m, distance_m, grid_m, unit_vectors
from dispatch.kit.rulepack import Packs
from dispatch.places.areas import Area, AreaLevel, Areas
from dispatch.places.locate import (
    BadBoundary,
    Locator,
    OutsideProvince,
    Place,
    PlaceRule,
    SwappedCoordinates,
)

L = AreaLevel
RULE = PlaceRule.of(Packs.load().latest("sgcc"))


def square(west: float, south: float, east: float, north: float) -> dict[str, object]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def world() -> Areas:
    """Two counties side by side that share the border at 121.6 degrees, and a third without a border."""
    return Areas(
        (
            Area("33", "浙江", L.PROVINCE),
            Area("3302", "宁波", L.CITY, "33"),
            Area("330225", "象山", L.COUNTY, "3302", boundary=square(121.6, 29.0, 122.2, 29.8)),
            Area("330226", "宁海", L.COUNTY, "3302", boundary=square(121.0, 29.0, 121.6, 29.8)),
            Area("331021", "玉环", L.COUNTY, "3302"),
            Area("331021-01", "坎门供电所", L.DEPOT, "331021"),
        )
    )


PLACES = (
    Place("P1", "丹城", "330225", 121.87, 29.48, 120_000),
    Place("P2", "石浦", "330225", 121.95, 29.21, 60_000),
    Place("P3", "坎门", "331021-01", 121.25, 28.10, 8_000),
)


@pytest.fixture
def locator() -> Locator:
    return Locator(world(), PLACES, RULE)


@pytest.mark.parametrize(
    ("lon", "lat", "county"),
    [
        (121.9, 29.4, "330225"),
        (121.2, 29.4, "330226"),
        (121.6, 29.4, "330225"),  # on the shared border: the lower code
        (122.215, 29.4, "330225"),  # a jetty 1.5 km out
        (122.25, 29.4, None),  # open sea
        (121.25, 28.10, "331021"),  # no border of its own, but a place near by
        (121.25, 28.60, None),  # 55 km from it
        (116.4, 39.9, None),
    ],
)
def test_a_point_belongs_to_a_county(locator: Locator, lon: float, lat: float, county: str | None) -> None:
    assert locator.county_at(lon, lat) == county


def test_a_point_that_is_no_number_belongs_nowhere(locator: Locator) -> None:
    assert locator.county_at(nan, 29.4) is None
    assert locator.counties_at([nan, 121.9], [nan, 29.4]) == [None, "330225"]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(120.9, 122.3), st.floats(28.9, 29.9)), min_size=1, max_size=40))
def test_many_points_at_once_get_the_same_answers_as_one_by_one(points: list[tuple[float, float]]) -> None:
    locator = Locator(world(), PLACES, RULE)
    lons, lats = zip(*points, strict=True)
    assert locator.counties_at(lons, lats) == [locator.county_at(lon, lat) for lon, lat in points]


@pytest.mark.parametrize(
    ("lon", "lat", "area_class"),
    [
        (121.87, 29.48, "urban"),
        (121.87, 29.52, "urban"),  # 4.4 km from a town of 120,000: within its 5 km
        (121.87, 29.53, "rural"),  # 5.6 km
        (121.95, 29.24, "rural"),  # 3.3 km from a town of 60,000: beyond its 3 km
        (121.25, 28.112, "urban"),  # 1.3 km from a town of 8,000
        (121.1, 29.05, "remote"),  # 80 km from any town
    ],
)
def test_the_class_comes_from_the_towns_around(locator: Locator, lon: float, lat: float, area_class: str) -> None:
    assert locator.classify(lon, lat) == area_class


def test_where_no_town_is_known_everything_is_rural() -> None:
    assert Locator(world(), (), RULE).classify(121.9, 29.4) == "rural"
    assert Locator(Areas(()), (), RULE).classify(0.0, 0.0) == "rural"


def test_a_point_of_the_province_is_accepted(locator: Locator) -> None:
    locator.check_point(121.9, 29.4)


def test_longitude_and_latitude_the_wrong_way_round_are_named_as_such(locator: Locator) -> None:
    with pytest.raises(SwappedCoordinates, match="经纬度写反了") as refused:
        locator.check_point(29.4, 121.9)
    assert refused.value.field == "place"


@pytest.mark.parametrize(("lon", "lat"), [(116.4, 39.9), (122.25, 29.4), (-122.4, 37.8), (500.0, 29.0), (nan, 29.4)])
def test_a_point_outside_the_province_is_refused(locator: Locator, lon: float, lat: float) -> None:
    with pytest.raises(OutsideProvince, match="不在本省"):
        locator.check_point(lon, lat)


def test_with_no_border_and_no_place_no_point_can_be_judged() -> None:
    Locator(Areas(()), (), RULE).check_point(10.0, 20.0)


def test_a_position_far_from_the_province_is_told_from_one_just_over_the_border(locator: Locator) -> None:
    far = locator.far_outside([121.9, 120.5, 116.4, 121.9, nan], [29.4, 29.4, 39.9, -29.4, 29.4])
    assert far.tolist() == [False, False, True, True, True]
    assert not Locator(Areas(()), (), RULE).far_outside([5.0], [5.0]).any()


@pytest.mark.parametrize(
    ("boundary", "said"),
    [
        ({"type": "Polygon"}, "GeoJSON"),
        ({"type": "Point", "coordinates": [121.9, 29.4]}, "Polygon"),
        ({"type": "Polygon", "coordinates": []}, "非空"),
        (square(29.0, 121.6, 29.8, 122.2), "先经度后纬度"),
    ],
)
def test_a_border_that_is_none_is_refused(boundary: dict[str, object], said: str) -> None:
    area = Area("330225", "象山", L.COUNTY, "3302", boundary=boundary)
    with pytest.raises(BadBoundary, match=said):
        Locator(Areas((*world_above(), area)), (), RULE)


def world_above() -> tuple[Area, Area]:
    return Area("33", "浙江", L.PROVINCE), Area("3302", "宁波", L.CITY, "33")


def test_a_border_that_crosses_itself_is_put_right() -> None:
    bow = {"type": "Polygon", "coordinates": [[[121, 29], [122, 30], [122, 29], [121, 30], [121, 29]]]}
    area = Area("330225", "象山", L.COUNTY, "3302", boundary=bow)
    locator = Locator(Areas((*world_above(), area)), (), RULE)
    assert locator.county_at(121.1, 29.5) == "330225"
    assert locator.county_at(121.5, 29.2) is None


# ---- distances ------------------------------------------------------------------------------------------------------

POINT = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@settings(max_examples=200, deadline=None)
@given(POINT, POINT)
def test_the_two_formulas_for_distance_agree(a: tuple[float, float], b: tuple[float, float]) -> None:
    other = float(arcs_m(unit_vectors(*a), unit_vectors(*b)))
    assert other == pytest.approx(distance_m(*a, *b), rel=1e-7, abs=0.2)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(118, 123), st.floats(27, 31.5)), min_size=2, max_size=12))
def test_all_pairs_at_once_are_as_far_as_one_by_one(points: list[tuple[float, float]]) -> None:
    lons, lats = zip(*points, strict=True)
    grid = grid_m(unit_vectors(lons, lats), unit_vectors(lons, lats))
    for i, a in enumerate(points):
        for k, b in enumerate(points):
            assert grid[i, k] == pytest.approx(distance_m(*a, *b), rel=1e-6, abs=0.3)


def test_distances_are_those_of_the_globe() -> None:
    assert distance_m(121.0, 29.0, 121.0, 30.0) == pytest.approx(111_195, abs=1)
    assert distance_m(120.15, 30.28, 121.55, 29.87) == pytest.approx(142_200, rel=0.01)  # 杭州 to 宁波
