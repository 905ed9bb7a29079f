"""Crews and jobs far from every road: straight lines, but not through what is closed."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.routing.roads.closures import Closure, ClosureCause
from dispatch.routing.roads.network import Roads
from dispatch.routing.travel import Straight, Times

from .networks import RULE
from .test_closures import NAMES, POINTS, ROADS, WEST, ask, flood, graph_of
from .test_search import NOON

GRAPH = graph_of(POINTS, ROADS, names=NAMES)
CREW = (121.80, 29.35)  # five kilometres south of the western end of the bridge road
JOB = (121.949, 29.4001)  # at its eastern end
FAR_OUT = (121.80, 28.9)  # fifty kilometres from every road
CLEAR, LINE = "班组位置 2 km 内没有道路,按直线估算", "工单位置 2 km 内没有道路,按直线估算"


def told(
    closures: list[Closure], crew: tuple[float, float] = CREW, job: tuple[float, float] = JOB
) -> tuple[float, str]:
    times = ask(Roads(GRAPH, RULE, closures), crew, job=job)
    return float(times.seconds[0]), times.why(0)


def box(west: float, south: float, east: float, north: float, *, factor: float | None = None) -> Closure:
    area = shapely.box(west, south, east, north)
    return Closure("c9", ClosureCause.FLOOD, "滩涂", factor, NOON, area=area)


def straight(crew: tuple[float, float] = CREW, job: tuple[float, float] = JOB) -> float:
    lon, lat = np.array([crew]).T
    return float(Straight(RULE).to_job(lon, lat, *job, area_class="rural", at=NOON).seconds[0])


def test_with_nothing_in_its_way_a_line_stays_as_it_is() -> None:
    away = Closure("c8", ClosureCause.FLOOD, "岛上", None, NOON, road="岛上路")
    assert told([]) == told([away]) == (straight(), CLEAR)


def test_a_road_closed_by_name_holds_for_who_stands_off_the_roads_too() -> None:
    seconds, why = told([flood()])
    longer = round((seconds - straight()) / 60)
    assert longer > 10
    assert why == f"{CLEAR};因洪水积水(大桥)封闭绕行 +{longer} 分"
    slow, said = told([flood(factor=20.0)])
    assert straight() < slow <= seconds
    assert "因洪水积水(大桥)通行缓慢" in said


def test_who_is_cut_off_by_all_roads_is_not_reached_over_the_fields() -> None:
    both = [flood(), Closure("c2", ClosureCause.LANDSLIDE, "北线塌方", None, NOON, road="北线")]
    seconds, why = told(both)
    assert np.isinf(seconds)
    assert why == f"{CLEAR};因洪水积水(大桥)封闭,没有别的路可走,车辆无法到达"


def test_a_line_through_a_closed_area_is_driven_along_the_roads_instead() -> None:
    shut = box(121.86, 29.36, 121.88, 29.39)  # between both, and no road in it
    free, times = ask(Roads(GRAPH, RULE), CREW, job=JOB), ask(Roads(GRAPH, RULE, [shut]), CREW, job=JOB)
    assert times.seconds[0] == free.seconds[0]  # these roads are quick
    assert times.metres[0] > free.metres[0] + 1000
    assert times.why(0) == f"{CLEAR};避开洪水积水(滩涂)处,走道路同样可到"
    seconds, why = told([shut, flood()])
    assert seconds > straight() + 600
    assert "因洪水积水(大桥)、洪水积水(滩涂)封闭绕行" in why


def test_who_cannot_get_to_the_roads_but_through_a_closed_area_cannot_come() -> None:
    seconds, why = told([box(121.7, 29.36, 121.95, 29.38)])
    assert np.isinf(seconds)
    assert "因洪水积水(滩涂)封闭,没有别的路可走" in why


def test_of_whom_no_road_tells_the_line_itself_is_closed_or_slow() -> None:
    assert told([box(121.0, 29.0, 122.5, 29.1)], FAR_OUT)[0] == np.inf
    slow, why = told([box(121.0, 29.0, 122.5, 29.1, factor=3.0)], FAR_OUT)
    assert slow == pytest.approx(3 * straight(FAR_OUT), abs=2)
    assert "因洪水积水(滩涂)通行缓慢" in why


def test_a_job_far_from_every_road_is_not_reached_through_what_is_closed_either() -> None:
    job = (121.95, 29.35)
    assert told([], WEST, job) == (straight(WEST, job), LINE)
    seconds, why = told([flood()], WEST, job)
    assert seconds > straight(WEST, job)
    assert why.startswith(f"{LINE};因洪水积水(大桥)封闭绕行")
    assert told([box(121.9, 29.36, 122.0, 29.38)], WEST, job)[0] == np.inf


spots = st.tuples(st.floats(121.7, 122.05), st.floats(29.25, 29.6))
drawn = st.builds(
    lambda west, south, wide, high, factor: box(west, south, west + wide, south + high, factor=factor),
    st.floats(121.7, 122.0),
    st.floats(29.25, 29.55),
    st.floats(0.005, 0.1),
    st.floats(0.005, 0.1),
    st.sampled_from([None, 2.0, 9.0]),
)


@given(st.lists(spots, min_size=1, max_size=8), spots, st.lists(drawn, min_size=1, max_size=2))
@settings(max_examples=150, deadline=None)
def test_a_closure_never_brings_anybody_sooner_and_no_line_runs_through_it(
    crews: list[tuple[float, float]], job: tuple[float, float], closures: list[Closure]
) -> None:
    """The law: whoever is estimated by a line that meets a closed area needs longer, or does not come at all."""
    free = ask(Roads(GRAPH, RULE), *crews, job=job)
    shut = ask(Roads(GRAPH, RULE, closures), *crews, job=job)
    assert (shut.seconds >= free.seconds).all()
    for row, crew in enumerate(crews):
        assert_line(free, shut, row, shapely.LineString([crew, job]), closures)


def assert_line(free: Times, shut: Times, row: int, line: shapely.LineString, closures: list[Closure]) -> None:
    if shut.by_road[row] or np.isinf(free.seconds[row]) or free.seconds[row] < 1:
        return
    met = any(one.factor is None and one.area is not None and one.area.intersects(line) for one in closures)
    if met and np.isfinite(shut.seconds[row]):
        assert shut.metres[row] != free.metres[row], "it is the line through what is closed"
    if shut.seconds[row] > free.seconds[row] + 60:
        assert "因洪水积水(滩涂)" in shut.why(row)
