"""Borders of counties from a file of the utility's own: all or none, and a point that was mixed up is seen by them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.accounts.rights import Forbidden
from dispatch.desk.intake.calls import Place
from dispatch.desk.map import MapKeeper
from dispatch.desk.places.bordering import import_borders
from dispatch.desk.world import World
from dispatch.kit.earth import distance_m
from dispatch.places.areas import Areas
from dispatch.places.boundaries import BadBoundaries, read
from dispatch.places.crs import Crs, from_wgs84
from tests.worlds import START, WORLD, Small, person

from .conftest import BORDER, NINGHAI, XIANGSHAN, square


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


EAST, WEST = square(BORDER, 28.9, 122.3, 29.7), square(121.0, 28.9, BORDER, 29.7)
BOTH = collection(feature(EAST, adcode=330225), feature(WEST, name="宁海县"))


def test_a_county_is_known_by_code_or_by_name(tree: Areas) -> None:
    assert [border.county for border in read(BOTH, tree)] == [XIANGSHAN, NINGHAI]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "不是有效的 JSON"),
        (b"[]", "FeatureCollection"),
        (collection(), "非空"),
        (collection(feature(EAST, adcode=110101)), "对不上县(区):adcode=110101"),
        (collection(feature(EAST)), "没有 adcode 和 name"),
        (collection(feature(None, adcode=330225)), "没有 geometry"),
        (collection(feature({"type": "Point", "coordinates": [121, 29]}, adcode=330225)), "Polygon 或 MultiPolygon"),
        (collection(feature(square(28.9, 121.0, 29.7, 121.6), adcode=330225)), "先经度后纬度"),
        (collection(feature(EAST, adcode=330225), feature(EAST, adcode=330225)), "出现两次"),
        (collection(feature(EAST, adcode=330225), feature(EAST, adcode=330226)), "大片重叠"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_naming_what_does_not(tree: Areas, content: bytes, said: str) -> None:
    with pytest.raises(BadBoundaries) as refused:
        read(content, tree)
    assert said in refused.value.message


corner = st.tuples(st.floats(121.0, 121.4), st.floats(28.9, 29.2), st.floats(121.5, 122.0), st.floats(29.3, 29.7))


@given(corner)
def test_a_border_that_crosses_itself_is_refused_saying_whose_and_where(
    tree: Areas, box: tuple[float, float, float, float]
) -> None:
    west, south, east, north = box
    ring = [[west, south], [east, north], [east, south], [west, north], [west, south]]
    tie = {"type": "Polygon", "coordinates": [ring]}
    with pytest.raises(BadBoundaries, match=r"县 330225 象山 的边界在\(121\.\d+,29\.\d+\)处自相交"):
        read(collection(feature(tie, adcode=330225)), tree)


def test_a_border_that_crosses_itself_by_a_few_metres_is_put_right(tree: Areas) -> None:
    ring = [[121.7, 29.0], [122.3, 29.0], [122.3, 29.6], [122.00001, 29.6], [122.0, 29.60002], [122.00002, 29.60002],
            [122.0, 29.6], [121.7, 29.6], [121.7, 29.0]]  # fmt: skip
    (border,) = read(collection(feature({"type": "Polygon", "coordinates": [ring]}, adcode=330225)), tree)
    assert border.county == XIANGSHAN


def test_borders_of_another_system_are_converted(tree: Areas) -> None:
    shifted = square(*from_wgs84(121.7, 29.0, Crs.GCJ02), *from_wgs84(122.3, 29.6, Crs.GCJ02))
    (border,) = read(collection(feature(shifted, adcode=330225)), tree, crs=Crs.GCJ02)
    ring = border.boundary["coordinates"][0]
    assert min(distance_m(*corner, 121.7, 29.0) for corner in ring) < 0.5
    assert min(distance_m(*corner, 122.3, 29.6) for corner in ring) < 0.5


async def test_with_surveyed_borders_a_mixed_up_system_is_named_and_the_call_is_kept(small: Small) -> None:
    written = from_wgs84(BORDER - 0.002, 29.3, Crs.GCJ02)
    said = {"place": Place(lon=written[0], lat=written[1]), "county": NINGHAI}
    assert (await small.call(**said)).place_doubt is None  # rough borders prove nothing
    done = await import_borders(small.db, small.desk.areas, BOTH, crs=Crs.WGS84, by=person("admin"), at=START)
    assert done == [XIANGSHAN, NINGHAI]
    await MapKeeper(small.desk).poll()
    ticket = await small.call(**said)
    assert (ticket.area, ticket.flags.place_unresolved) == (NINGHAI, True)
    assert "GCJ-02" in (ticket.place_doubt or "")


async def test_borders_are_the_administrators(small: Small) -> None:
    with pytest.raises(Forbidden):
        await import_borders(small.db, small.desk.areas, BOTH, crs=Crs.WGS84, by=person("monitor"), at=START)


# ---- the world file -------------------------------------------------------------------------------------------------


def test_a_world_in_gcj02_is_kept_in_wgs84() -> None:
    lon, lat = from_wgs84(121.87, 29.48, Crs.GCJ02)
    places = [{"code": "p1", "name": "丹城", "area": XIANGSHAN, "lon": lon, "lat": lat}]
    world = World.read(json.dumps(WORLD | {"crs": "gcj02", "places": places}))
    assert distance_m(world.places[0].lon, world.places[0].lat, 121.87, 29.48) <= 0.5
    county = next(area for area in world.areas if area.code == XIANGSHAN)
    assert county.boundary is not None
    west = min(x for x, _ in county.boundary["coordinates"][0])
    assert 300 < distance_m(west, 29.0, 121.6, 29.0) < 700
    assert world.crs is Crs.WGS84


def test_a_world_without_a_system_is_kept_as_it_is() -> None:
    world = World.read(json.dumps(WORLD))
    assert (world.places[0].lon, world.places[0].lat) == (121.87, 29.48)
