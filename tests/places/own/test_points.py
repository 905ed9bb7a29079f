"""A point that cannot be where it is said to be is named for what it is."""

import pytest

from dispatch.kit.earth import distance_m
from dispatch.places.areas import Area, Areas
from dispatch.places.crs import Crs, from_wgs84
from dispatch.places.locate import Locator
from dispatch.places.points import PointFault, inspect

from .conftest import BORDER, NINGHAI, XIANGSHAN

IN_TOWN = (121.87, 29.48)


def test_a_good_point_has_its_county_and_no_doubt(tree: Areas, locator: Locator) -> None:
    seen = inspect(locator, tree, *IN_TOWN, county=XIANGSHAN)
    assert (seen.point, seen.county, seen.doubt) == (IN_TOWN, XIANGSHAN, None)


@pytest.mark.parametrize("crs", [Crs.GCJ02, Crs.BD09])
def test_a_point_of_another_system_is_converted(tree: Areas, locator: Locator, crs: Crs) -> None:
    seen = inspect(locator, tree, *from_wgs84(*IN_TOWN, crs), crs=crs)
    assert seen.point is not None
    assert seen.doubt is None
    assert distance_m(*seen.point, *IN_TOWN) <= 0.5


@pytest.mark.parametrize(
    ("lon", "lat", "crs", "fault", "said"),
    [
        (29.48, 121.87, "wgs84", PointFault.SWAPPED, "经纬度写反了"),
        (29.48, 121.87, "gcj02", PointFault.SWAPPED, "请改为经度 121.87、纬度 29.48"),
        (122.9, 29.3, "wgs84", PointFault.OUTSIDE, "可能在海上或外省"),
        (116.4, 39.9, "wgs84", PointFault.OUTSIDE, "离本省很远"),
        (0.0, 0.0, "wgs84", PointFault.OUTSIDE, "离本省很远"),
        (121.87, 29.48, "utm", PointFault.UNKNOWN_CRS, "不认识坐标系“utm”"),
        (float("nan"), 29.48, "wgs84", PointFault.OUTSIDE, "不是有效的经纬度"),
    ],
)
def test_a_point_that_cannot_be_is_not_used_and_named(
    tree: Areas, locator: Locator, lon: float, lat: float, crs: str, fault: PointFault, said: str
) -> None:
    seen = inspect(locator, tree, lon, lat, crs=crs)
    assert seen.point is None
    assert seen.doubt is not None
    assert seen.doubt.fault is fault
    assert said in seen.doubt.message


def test_swapped_coordinates_are_told_with_the_place_they_probably_mean(tree: Areas, locator: Locator) -> None:
    doubt = inspect(locator, tree, 29.48, 121.87).doubt
    assert doubt is not None
    assert (doubt.lon, doubt.lat) == IN_TOWN


def test_a_gcj02_point_that_was_called_wgs84_is_named_where_it_falls_over_the_border(
    tree: Areas, locator: Locator
) -> None:
    """200 m west of the border in truth; as GCJ-02 it is written some 400 m farther east, beyond it."""
    true = (BORDER - 0.002, 29.3)
    written = from_wgs84(*true, Crs.GCJ02)
    seen = inspect(locator, tree, *written, county=NINGHAI)
    assert written[0] > BORDER
    assert seen.county == XIANGSHAN
    assert seen.doubt is not None
    assert seen.doubt.fault is PointFault.OTHER_CRS
    assert "GCJ-02" in seen.doubt.message
    assert "宁海" in seen.doubt.message


def test_a_point_that_fits_one_other_system_only_is_told_converted(tree: Areas, locator: Locator) -> None:
    true = (BORDER - 0.004, 29.3)
    written = from_wgs84(*true, Crs.BD09)
    doubt = inspect(locator, tree, *written, county=NINGHAI).doubt
    assert doubt is not None
    assert doubt.lon is not None
    assert doubt.lat is not None
    assert "BD-09" in doubt.message
    assert "GCJ-02" not in doubt.message
    assert distance_m(doubt.lon, doubt.lat, *true) <= 0.5


def test_a_wgs84_point_that_was_called_gcj02_is_named_too(tree: Areas, locator: Locator) -> None:
    doubt = inspect(locator, tree, BORDER + 0.002, 29.3, crs=Crs.GCJ02, county=XIANGSHAN).doubt
    assert doubt is not None
    assert doubt.fault is PointFault.OTHER_CRS
    assert "WGS-84" in doubt.message


def test_a_point_far_in_another_county_is_a_contradiction_and_no_mistaken_system(tree: Areas, locator: Locator) -> None:
    seen = inspect(locator, tree, *IN_TOWN, county=NINGHAI)
    assert seen.point == IN_TOWN
    assert seen.doubt is not None
    assert (seen.doubt.fault, seen.doubt.lon) == (PointFault.OTHER_COUNTY, None)


def test_rough_borders_prove_nothing(tree: Areas, locator: Locator) -> None:
    rough = Areas(
        Area(a.code, a.name, a.level, a.parent, a.lon, a.lat, a.boundary, approximate=True)
        for a in (tree.get(code) for code in ("33", "3302", XIANGSHAN, NINGHAI))
    )
    assert inspect(locator, rough, *IN_TOWN, county=NINGHAI).doubt is None


def test_a_point_that_comes_down_on_the_customer_only_in_another_system_was_meant_there(
    tree: Areas, locator: Locator
) -> None:
    written = from_wgs84(*IN_TOWN, Crs.GCJ02)
    seen = inspect(locator, tree, *written, home=(IN_TOWN[0] + 0.0003, IN_TOWN[1]))
    assert seen.doubt is not None
    assert seen.doubt.fault is PointFault.OTHER_CRS
    assert "若坐标系是 GCJ-02" in seen.doubt.message


@pytest.mark.parametrize("away", [0.0005, 0.05])
def test_a_fault_beside_the_customer_or_far_from_him_is_no_mistaken_system(
    tree: Areas, locator: Locator, away: float
) -> None:
    assert inspect(locator, tree, IN_TOWN[0] + away, IN_TOWN[1], home=IN_TOWN).doubt is None
