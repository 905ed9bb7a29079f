"""Old districts out of towns: every place belongs to exactly one."""

from datetime import UTC, datetime

import numpy as np
import shapely

from dispatch.simulator.day import Call, Town
from dispatch.simulator.districts import districts, kmeans

NOON = datetime(2024, 7, 25, 4, tzinfo=UTC)


def towns(count: int) -> list[Town]:
    rng = np.random.default_rng(1)
    return [
        Town(f"镇{n}", float(lon), float(lat), float(weight))
        for n, (lon, lat, weight) in enumerate(
            zip(*rng.uniform([120, 28, 1], [122, 30, 90], (count, 3)).T, strict=True)
        )
    ]


def calls(count: int) -> list[Call]:
    rng = np.random.default_rng(2)
    return [
        Call(f"c{n}", NOON, float(lon), float(lat), "")
        for n, (lon, lat) in enumerate(rng.uniform([120, 28], [122, 30], (count, 2)))
    ]


def test_every_call_lies_in_exactly_one_district() -> None:
    land = districts(towns(200), calls(500), count=20, seed=0)
    assert len(land) == 20
    points = shapely.points([(call.lon, call.lat) for call in calls(500)])
    hits = shapely.STRtree([district.boundary for district in land]).query(points, predicate="within")
    assert sorted(hits[0].tolist()) == list(range(500))


def test_districts_leave_no_gap_and_do_not_overlap() -> None:
    land = districts(towns(200), calls(500), count=20, seed=0)
    whole = shapely.union_all([district.boundary for district in land])
    assert abs(whole.area - sum(district.boundary.area for district in land)) < 1e-6 * whole.area
    assert whole.geom_type == "Polygon"


def test_the_same_seed_makes_the_same_districts_and_another_makes_others() -> None:
    first, again, other = (
        {district.name: district.boundary.wkt for district in districts(towns(200), [], count=20, seed=seed)}
        for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other


def test_towns_that_name_their_district_keep_it() -> None:
    named = [Town(t.name, t.lon, t.lat, t.weight, "东" if t.lon > 121 else "西") for t in towns(30)]
    assert {district.name for district in districts(named, [], count=60, seed=0)} == {"东", "西"}


def test_one_town_has_all_the_land() -> None:
    (only,) = districts([Town("镇", 121.0, 29.0, 1.0)], calls(50), count=60, seed=0)
    assert all(only.boundary.contains(shapely.Point(call.lon, call.lat)) for call in calls(50))


def test_two_towns_on_one_spot_make_no_two_cells() -> None:
    pair = [Town("甲", 121.0, 29.0, 1.0, "甲"), Town("乙", 121.0, 29.0, 1.0, "乙"), Town("丙", 121.5, 29.0, 1.0, "丙")]
    assert [district.name for district in districts(pair, [], count=3, seed=0)] == ["丙", "甲"]


def test_no_more_groups_are_made_than_there_are_places() -> None:
    points = np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 1.0]])
    assert sorted(set(kmeans(points, 60, seed=0))) == [0, 1]
