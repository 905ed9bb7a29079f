"""The tree of areas."""

import pytest

from dispatch.places.areas import Area, AreaLevel, Areas, BadAreas, NoSuchArea

L = AreaLevel
TREE = (
    Area("33", "浙江", L.PROVINCE),
    Area("3302", "宁波", L.CITY, "33"),
    Area("330226", "宁海", L.COUNTY, "3302"),
    Area("330225", "象山", L.COUNTY, "3302"),
    Area("330225-01", "石浦供电所", L.DEPOT, "330225"),
    Area("330225-02", "爵溪供电所", L.DEPOT, "330225"),
    Area("330226-01", "长街供电所", L.DEPOT, "330226"),
)


@pytest.fixture
def areas() -> Areas:
    return Areas(TREE)


@pytest.mark.parametrize(
    ("above", "code", "covered"),
    [
        ("33", "33", True),
        ("33", "330225-01", True),
        ("3302", "330226", True),
        ("330225", "330225-01", True),
        ("330225", "330226-01", False),
        ("330225-01", "330225", False),
        ("33", "4401", False),
        ("4401", "33", False),
        ("4401", "4401", False),
    ],
)
def test_an_area_covers_itself_and_what_lies_below(areas: Areas, above: str, code: str, covered: bool) -> None:
    assert areas.covers(above, code) is covered


def test_counties_and_depots_are_listed_in_a_fixed_order(areas: Areas) -> None:
    assert areas.counties("33") == ("330225", "330226") == Areas(reversed(TREE)).counties("33")
    assert areas.counties("330225") == ("330225",)
    assert areas.counties("330225-01") == areas.counties("4401") == ()
    assert areas.depots("330225") == ("330225-01", "330225-02")
    assert areas.depots("330225-01") == ("330225-01",)
    assert areas.below("3302") == ("330225", "330225-01", "330225-02", "330226", "330226-01")
    assert areas.above("330225-01") == ("330225-01", "330225", "3302", "33")


def test_a_depot_belongs_to_its_county_and_nothing_else_is_a_depot(areas: Areas) -> None:
    assert areas.county_of_depot("330226-01") == "330226"
    for code in ("330226", "33", "nowhere"):
        with pytest.raises(NoSuchArea):
            areas.county_of_depot(code)


def test_an_unknown_area_is_not_found(areas: Areas) -> None:
    assert areas.find("4401") is None
    with pytest.raises(NoSuchArea, match="4401"):
        areas.get("4401")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Area("33", "浙江二", L.PROVINCE), "重复"),
        (Area("330299", "无主", L.COUNTY), "上级应为地市"),
        (Area("330299", "无主", L.COUNTY, "9999"), "上级应为地市"),
        (Area("330299", "越级", L.COUNTY, "33"), "上级应为地市"),
        (Area("330299-01", "自身", L.DEPOT, "330299-01"), "上级应为县"),
    ],
)
def test_areas_that_make_no_tree_are_refused(wrong: Area, said: str) -> None:
    with pytest.raises(BadAreas, match=said):
        Areas((*TREE, wrong))


def test_without_a_province_the_remedy_is_named() -> None:
    with pytest.raises(NoSuchArea, match="载入"):
        Areas(()).province()
    assert Areas(TREE).province().code == "33"
