"""At the edges of a county and at the coast: what is said of a point, and only what the evidence allows."""

from dataclasses import replace

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from dispatch.kit.earth import distance_m
from dispatch.kit.rulepack import Packs
from dispatch.places.areas import Areas
from dispatch.places.crs import Crs, from_wgs84, to_wgs84
from dispatch.places.locate import Locator, PlaceRule
from dispatch.places.points import SAME_M, Inspected, PointFault, inspect

from .conftest import BORDER, NINGHAI, XIANGSHAN

WEST, EAST, SOUTH, NORTH = 121.0, 122.3, 28.9, 29.7
KM = 0.009  # degrees, a kilometre of latitude and a little less of longitude
MIX_UPS = (PointFault.OTHER_CRS, PointFault.OFFSHORE)
NEAR = st.floats(-KM, KM)  # of the edge: outside and inside
EDGES = st.one_of(
    st.tuples(NEAR.map(lambda d: BORDER + d), st.floats(SOUTH + 0.02, NORTH - 0.02)),
    st.tuples(NEAR.map(lambda d: EAST + d), st.floats(SOUTH + 0.02, NORTH - 0.02)),
    st.tuples(NEAR.map(lambda d: WEST + d), st.floats(SOUTH + 0.02, NORTH - 0.02)),
    st.tuples(st.floats(WEST, EAST), NEAR.map(lambda d: SOUTH + d)),
    st.tuples(st.floats(WEST, EAST), NEAR.map(lambda d: NORTH + d)),
)
COUNTIES = st.sampled_from([None, XIANGSHAN, NINGHAI])
SYSTEMS = st.sampled_from([Crs.WGS84, Crs.GCJ02, Crs.BD09])
some = settings(max_examples=250, deadline=None, derandomize=True)


def inside(point: tuple[float, float]) -> str | None:
    """Return the county whose square holds a point."""
    lon, lat = point
    if not (WEST <= lon <= EAST and SOUTH <= lat <= NORTH):
        return None
    return XIANGSHAN if lon >= BORDER else NINGHAI


def mixed_up(seen: Inspected) -> bool:
    return seen.doubt is not None and seen.doubt.fault in MIX_UPS


@some
@given(true=EDGES, written=SYSTEMS, called=SYSTEMS, county=COUNTIES)
@example(true=(BORDER - 0.002, 29.3), written=Crs.GCJ02, called=Crs.WGS84, county=NINGHAI)
@example(true=(EAST - 0.001, 29.3), written=Crs.GCJ02, called=Crs.WGS84, county=None)
@example(true=(WEST + 0.001, 29.3), written=Crs.WGS84, called=Crs.BD09, county=None)
def test_a_point_at_an_edge_is_never_moved_and_a_mix_up_is_named_only_where_another_system_fits(
    tree: Areas, locator: Locator, true: tuple[float, float], written: Crs, called: Crs, county: str | None
) -> None:
    lon, lat = from_wgs84(*true, written)
    seen = inspect(locator, tree, lon, lat, crs=called, county=county)
    as_said = to_wgs84(lon, lat, called)
    assert seen.point == as_said, "within the shore a point is kept where it is said to be"
    if not mixed_up(seen):
        return
    assert seen.doubt is not None
    others = [crs for crs in (Crs.WGS84, Crs.GCJ02, Crs.BD09) if crs is not called]
    named = [crs for crs in others if crs.label in seen.doubt.message]
    assert named
    for crs in named:
        there = to_wgs84(lon, lat, crs)
        if seen.doubt.fault is PointFault.OFFSHORE:
            assert inside(as_said) is None
            assert inside(there) is not None
        else:
            assert locator.county_at(*there) == county != locator.county_at(*as_said)


@some
@given(true=EDGES, written=SYSTEMS, called=SYSTEMS)
@example(true=(BORDER - 0.002, 29.3), written=Crs.GCJ02, called=Crs.WGS84)
@example(true=(BORDER + 0.002, 29.3), written=Crs.WGS84, called=Crs.GCJ02)
@example(true=(EAST - 0.001, 29.3), written=Crs.BD09, called=Crs.WGS84)
def test_a_mix_up_that_takes_a_point_out_of_the_county_that_was_named_is_always_named(
    tree: Areas, locator: Locator, true: tuple[float, float], written: Crs, called: Crs
) -> None:
    county = inside(true)
    lon, lat = from_wgs84(*true, written)
    as_said = to_wgs84(lon, lat, called)
    seen = inspect(locator, tree, lon, lat, crs=called, county=county)
    assume(county is not None and written is not called and inside(to_wgs84(lon, lat, written)) == county)
    beyond_m = locator.beyond_m(*as_said)
    if locator.county_at(*as_said) != county:
        wanted = PointFault.OTHER_CRS
    elif beyond_m > SAME_M:
        wanted = PointFault.OFFSHORE
    else:  # nothing shows it
        assert seen.doubt is None
        return
    assert seen.doubt is not None
    assert seen.doubt.fault is wanted
    assert written.label in seen.doubt.message
    if seen.doubt.lon is not None and seen.doubt.lat is not None:  # no other system fits as well
        assert distance_m(seen.doubt.lon, seen.doubt.lat, *true) <= 0.5


@some
@given(true=EDGES, system=SYSTEMS, county=st.booleans())
def test_a_right_point_inside_of_the_border_is_never_suspected(
    tree: Areas, locator: Locator, true: tuple[float, float], system: Crs, county: bool
) -> None:
    assume(inside(true) is not None and abs(true[0] - BORDER) > 1e-5)
    assume(min(true[0] - WEST, EAST - true[0], true[1] - SOUTH, NORTH - true[1]) > 1e-5)  # conversion errs by 0.5 m
    seen = inspect(locator, tree, *from_wgs84(*true, system), crs=system, county=inside(true) if county else None)
    assert seen.doubt is None


@some
@given(true=EDGES, system=SYSTEMS, county=COUNTIES)
def test_swapped_coordinates_at_an_edge_are_called_that_with_the_place_that_was_meant(
    tree: Areas, locator: Locator, true: tuple[float, float], system: Crs, county: str | None
) -> None:
    lon, lat = from_wgs84(*true, system)
    seen = inspect(locator, tree, lat, lon, crs=system, county=county)
    assert (seen.point, seen.doubt and seen.doubt.fault) == (None, PointFault.SWAPPED)
    assert seen.doubt is not None
    assert seen.doubt.lon is not None
    assert seen.doubt.lat is not None
    assert distance_m(seen.doubt.lon, seen.doubt.lat, *true) <= 0.5


def test_a_jetty_that_no_other_system_has_on_land_is_no_mix_up(tree: Areas, locator: Locator) -> None:
    """West of the western border: the shift goes east, and leads back inside for WGS-84 called GCJ-02 only."""
    seen = inspect(locator, tree, WEST - 0.015, 29.3)
    assert (seen.county, seen.doubt) == (NINGHAI, None)


def test_without_a_shore_a_point_that_another_system_has_inside_is_named_and_not_used(tree: Areas) -> None:
    rule = replace(PlaceRule.of(Packs.load().latest("sgcc")), shore_m=0.0)
    written = from_wgs84(EAST - 0.001, 29.3, Crs.GCJ02)
    seen = inspect(Locator(tree, (), rule), tree, *written)
    assert seen.point is None
    assert seen.doubt is not None
    assert seen.doubt.fault is PointFault.OTHER_CRS
    assert "GCJ-02" in seen.doubt.message


@pytest.mark.parametrize(("lon", "said"), [(EAST + 0.002, "坐标在县界以外 194 米"), (EAST + 0.0005, None)])
def test_how_far_off_a_point_is_decides(tree: Areas, locator: Locator, lon: float, said: str | None) -> None:
    seen = inspect(locator, tree, lon, 29.3)
    assert (seen.doubt is None) == (said is None)
    assert said is None or (seen.doubt is not None and said in seen.doubt.message)
