"""Roads that are closed or slow: when it counts, what it does to whom, and what is said of it."""

from datetime import timedelta

import numpy as np
import pytest
import shapely

from dispatch.routing.model import Basis
from dispatch.routing.roads.closures import Closure, ClosureCause
from dispatch.routing.roads.graph import Graph
from dispatch.routing.roads.network import Roads
from dispatch.routing.roads.ways import isochrone, matrix, way
from dispatch.routing.travel import Straight, Times

from .networks import RULE, graph_of
from .test_search import NOON

# 1 -- 2 == 3 -- 8 the bridge road; 1 -- 4 -- 5 -- 3 the long way round; 6 -- 7 an island.
POINTS = {
    1: (121.80, 29.40),
    2: (121.85, 29.40),
    3: (121.90, 29.40),
    4: (121.80, 29.50),
    5: (121.90, 29.50),
    6: (122.40, 29.40),
    7: (122.41, 29.40),
    8: (121.95, 29.40),
}
BRIDGE, ISLAND = 1, 5
ROADS = [
    ((1, 2), "primary", 0),
    ((2, 3), "primary", 0),
    ((1, 4), "secondary", 0),
    ((4, 5), "secondary", 0),
    ((5, 3), "secondary", 0),
    ((6, 7), "residential", 0),
    ((3, 8), "primary", 0),
]
NAMES = ["环岛路", "象山港大桥", "北线", "北线", "北线", "岛上路", "环岛路"]
WEST, EAST, ON_ISLAND, AT_SEA = (121.81, 29.4001), (121.91, 29.4001), (122.405, 29.4), (122.2, 29.2)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(POINTS, ROADS, names=NAMES)


def flood(*, title: str = "大桥", factor: float | None = None, **more: object) -> Closure:
    said: dict[str, object] = {"road": "象山港大桥", "from_at": NOON} | more
    return Closure("c1", ClosureCause.FLOOD, title, factor, **said)  # type: ignore[arg-type]


def ask(roads: Roads, *origins: tuple[float, float], job: tuple[float, float] = EAST, after: float = 0) -> Times:
    lon, lat = np.array(origins).T
    return roads.to_job(lon, lat, *job, area_class="rural", at=NOON + timedelta(minutes=after))


def test_a_closed_road_is_driven_around_and_the_reason_says_so(graph: Graph) -> None:
    free, shut = Roads(graph, RULE), Roads(graph, RULE, [flood()])
    before, after = ask(free, WEST), ask(shut, WEST)
    assert (before.basis, before.by_road.all()) == (Basis.ROAD, True)
    assert before.why(0) == ""
    longer = round((after.seconds[0] - before.seconds[0]) / 60)
    assert longer > 10
    assert after.why(0) == f"因洪水积水(大桥)封闭绕行 +{longer} 分"
    assert after.metres[0] > before.metres[0] + 20_000


def test_a_slow_road_takes_longer_and_the_reason_says_so(graph: Graph) -> None:
    slow = ask(Roads(graph, RULE, [flood(factor=3.0, title="G1523 积水")]), WEST)
    free = ask(Roads(graph, RULE), WEST)
    assert slow.seconds[0] > free.seconds[0]
    assert slow.why(0) == f"因洪水积水(G1523 积水)通行缓慢 +{round((slow.seconds[0] - free.seconds[0]) / 60)} 分"


def test_a_closure_counts_from_its_beginning_to_its_end(graph: Graph) -> None:
    roads = Roads(graph, RULE, [flood(from_at=NOON + timedelta(minutes=10), until_at=NOON + timedelta(minutes=20))])
    free = ask(roads, WEST).seconds[0]
    assert [ask(roads, WEST, after=at).seconds[0] > free for at in (9.9, 10, 19.9, 20)] == [False, True, True, False]


def test_who_is_cut_off_is_told_by_what(graph: Graph) -> None:
    both = [flood(), Closure("c2", ClosureCause.LANDSLIDE, "北线塌方", None, NOON, ways=(4,))]
    times = ask(Roads(graph, RULE, both), WEST, (121.92, 29.4))
    assert np.isinf(times.seconds[0])
    assert times.why(0) == "因洪水积水(大桥)封闭,没有别的路可走,车辆无法到达"
    assert times.seconds[1] < 60
    assert times.why(1) == ""


def test_an_island_without_a_ferry_cannot_be_reached_closures_or_not(graph: Graph) -> None:
    for roads in (Roads(graph, RULE), Roads(graph, RULE, [flood()])):
        times = ask(roads, WEST, ON_ISLAND, job=(122.409, 29.4))
        assert np.isinf(times.seconds[0])
        assert times.why(0) == "班组与工单之间没有相连的道路,车辆无法到达"
        assert times.seconds[1] < 120


def test_a_crew_far_from_every_road_and_one_without_a_place_are_told_apart(graph: Graph) -> None:
    times = ask(Roads(graph, RULE), AT_SEA, (np.nan, np.nan), WEST)
    straight = Straight(RULE).to_job(np.array([AT_SEA[0]]), np.array([AT_SEA[1]]), *EAST, area_class="rural", at=NOON)
    assert times.seconds[0] == straight.seconds[0]
    assert times.why(0) == "班组位置 2 km 内没有道路,按直线估算"
    assert np.isnan(times.seconds[1])
    assert times.by_road.tolist() == [False, False, True]


def test_a_job_far_from_every_road_is_estimated_by_lines_and_says_so(graph: Graph) -> None:
    times = ask(Roads(graph, RULE), WEST, job=AT_SEA)
    assert times.basis is Basis.LINE
    assert times.why(0) == "工单位置 2 km 内没有道路,按直线估算"


def test_a_polygon_closes_what_it_touches_and_a_name_within_it_only_that(graph: Graph) -> None:
    roads = Roads(graph, RULE)
    box = shapely.box(121.84, 29.35, 121.95, 29.45)
    assert roads.edges_of(flood(road=None, area=box)).tolist() == [0, 1, 4, 6]
    assert roads.edges_of(flood(road="北线", area=box)).tolist() == [4]
    assert roads.edges_of(flood(road="北线")).tolist() == [2, 3, 4]
    assert roads.edges_of(flood(road=None, classes=("residential",))).tolist() == [5]
    assert roads.edges_of(flood(road=None, ways=(2, 77))).tolist() == [1]
    assert roads.edges_of(flood(road="没有这条路")).tolist() == []
    assert roads.edges_of(flood(road=None, area=shapely.box(10, 10, 11, 11))).tolist() == []


def test_a_new_closure_counts_at_once_and_a_lifted_one_no_more(graph: Graph) -> None:
    roads = Roads(graph, RULE)
    free = ask(roads, WEST).seconds[0]
    roads.close([flood()])
    assert ask(roads, WEST).seconds[0] > free
    roads.close([])
    assert ask(roads, WEST).seconds[0] == free


def test_who_moved_is_found_again_and_who_did_not_is_remembered(graph: Graph) -> None:
    roads = Roads(graph, RULE)
    rng = np.random.default_rng(4)
    lon, lat = 121.8 + rng.random(200) * 0.1, np.full(200, 29.4)
    for _ in range(5):
        some = rng.integers(0, 200, 20)
        lon[some] = 121.8 + rng.random(20) * 0.1
        lat[some[:3]] = np.nan
        known = roads.to_job(lon, lat, *EAST, area_class="rural", at=NOON)
        fresh = Roads(graph, RULE).to_job(lon, lat, *EAST, area_class="rural", at=NOON)
        np.testing.assert_array_equal(known.seconds, fresh.seconds)


def test_ways_isochrones_and_tables_agree(graph: Graph) -> None:
    roads = Roads(graph, RULE, [flood()])
    found = way(roads, WEST, EAST, at=NOON)
    table = matrix(roads, [WEST, ON_ISLAND, AT_SEA], [EAST, WEST], at=NOON)
    assert found is not None
    assert table[0, 0] == pytest.approx(found.seconds, abs=1)
    assert np.isinf(table[1]).all()
    assert np.isnan(table[2]).all()
    assert found.points[0] == pytest.approx(WEST, abs=1e-3)
    assert found.points[-1] == pytest.approx(EAST, abs=1e-3)
    assert found.roads == ("环岛路", "北线", "环岛路")
    assert way(roads, WEST, ON_ISLAND, at=NOON) is None
    near = isochrone(roads, *WEST, 2, at=NOON)
    assert near.lon.tolist() == pytest.approx([121.80])
    assert (isochrone(roads, *WEST, 60, at=NOON, leaving=False).seconds <= 3600).all()
    assert len(isochrone(roads, *AT_SEA, 60, at=NOON).lon) == 0
