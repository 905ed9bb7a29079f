"""Roads closed and opened at the desk: who may, where, when it counts, and how other processes hear of it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.accounts.rights import Forbidden
from dispatch.desk.roads import calibrating, closing, rows
from dispatch.desk.roads.closing import (
    ClosureEnded,
    ClosureTime,
    NoRoadGraph,
    NoSuchClosure,
    NoSuchRoad,
    OthersRoad,
    RoadClosure,
    Wanted,
)
from dispatch.desk.roads.keeper import RoadKeeper
from dispatch.desk.roads.rows import BadPolygon
from dispatch.desk.room import Desk, Once
from dispatch.desk.setup import open_desk
from dispatch.places.crs import Crs, UnknownCrs, from_wgs84
from dispatch.routing.roads.calibration import calibrate
from dispatch.routing.roads.closures import ClosureCause
from dispatch.routing.roads.importing import import_roads
from dispatch.routing.roads.network import Roads
from dispatch.tickets.events import Arrived
from tests.routing.roads.networks import TOWNS, graph_of, write_osm
from tests.worlds import NINGHAI, XIANGSHAN, Small, minutes, person, square

# 1 == 2 the coast road of 象山, 2 -- 3 on into 宁海; 1 -- 4 -- 2 inland, longer.
POINTS = {1: (121.88, 29.47), 2: (121.70, 29.47), 3: (121.45, 29.46), 4: (121.79, 29.60)}
COAST, TO_NINGHAI, INLAND = (
    ([1, 2], {"highway": "primary", "name": "沿海线", "ref": "S203"}),
    ([2, 3], {"highway": "primary", "name": "宁象线"}),
    ([1, 4, 2], {"highway": "secondary", "name": "内线"}),
)
STUB = ([1, 5], {"highway": "residential", "name": "码头路"})
POINTS |= {5: (121.90, 29.47)}
TRACK = "INSERT INTO crew_track (crew_id, at, lon, lat) VALUES ('c1', $1, $2, $3)"
JOB, CREW = (121.89, 29.4701), (121.69, 29.4698)


@pytest.fixture(scope="session")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graph")
    extract = write_osm(folder / "x.osm.pbf", POINTS, [COAST, TO_NINGHAI, INLAND, STUB])
    import_roads(extract, folder / "x.graph", rule=TOWNS)
    return folder / "x.graph"


@pytest.fixture
async def wide(small: Small, graph: Path) -> Desk:
    """The small world's desk, with roads."""
    small.desk.travel = Roads.open(graph, small.desk.fleet.rule)
    return small.desk


def drive(desk: Desk, at: float = 0) -> tuple[float, str]:
    """Return the minutes from the crew to the job, and what is said of them."""
    times = desk.travel.to_job(np.array([CREW[0]]), np.array([CREW[1]]), *JOB, area_class="rural", at=minutes(at))
    return float(times.seconds[0]) / 60, times.why(0)


async def close(desk: Desk, who: str = "xiangshan", area: str = XIANGSHAN, at: float = 0, **said: Any) -> RoadClosure:
    once = said.pop("once", None)
    facts: dict[str, Any] = {"cause": ClosureCause.FLOOD, "title": "沿海线积水"} | (said or {"road": "沿海线"})
    return await closing.close(desk, area, Wanted(**facts), by=person(who), at=minutes(at), once=once)


async def test_a_closed_road_counts_before_the_answer_and_a_lifted_one_no_more(wide: Desk) -> None:
    free, nothing = drive(wide)
    done = await close(wide)
    assert (done.edges, done.kilometres) == (1, pytest.approx(17.4, abs=0.2))
    longer, why = drive(wide)
    assert nothing == ""
    assert why == f"因洪水积水(沿海线积水)封闭绕行 +{round(longer - free)} 分"
    lifted = await closing.lift(wide, done.id, reason="水退", by=person("xiangshan"), at=minutes(5))
    assert (lifted.lifted_by, lifted.lifted_at, lifted.lift_reason) == ("xiangshan", minutes(5), "水退")
    assert drive(wide, 6)[0] == free
    with pytest.raises(ClosureEnded):
        await closing.lift(wide, done.id, reason="水退", by=person("xiangshan"), at=minutes(6))


async def test_another_process_hears_of_it(wide: Desk, small: Small, graph: Path) -> None:
    other = await open_desk(small.db, "sgcc", roads=graph)
    keeper = RoadKeeper(other)
    assert await keeper.poll()
    free = drive(other)[0]
    done = await close(wide, road="S203", factor=3.0, title="团雾", cause=ClosureCause.OTHER)
    assert await keeper.poll()
    assert not await keeper.poll()
    assert drive(other)[0] > free + 1
    assert "其他原因(团雾)通行缓慢" in drive(other)[1]
    await closing.lift(wide, done.id, reason="雾散", by=person("monitor"), at=minutes(5))
    assert await keeper.poll()
    assert drive(other, 6)[0] == free


async def test_offers_go_by_the_roads_and_say_what_is_closed(wide: Desk, small: Small) -> None:
    later = await close(wide, from_at=minutes(30), until_at=minutes(60), road="沿海线")
    free = drive(wide)[0]
    assert [drive(wide, at)[0] > free for at in (29, 30, 59, 60)] == [False, True, True, False]
    found = await closing.closures(wide, None, by=person("xiangshan"), holding_at=minutes(0), limit=10)
    assert found == []
    found = await closing.closures(wide, "33", by=person("monitor"), holding_at=minutes(45), limit=10)
    assert [one.id for one in found] == [later.id]


async def test_a_dispatcher_closes_the_roads_of_the_county_and_no_others(wide: Desk) -> None:
    with pytest.raises(Forbidden):
        await close(wide, "xiangshan", NINGHAI)
    with pytest.raises(OthersRoad, match="宁海"):
        await close(wide, "xiangshan", polygon=square(121.3, 29.3, 122.0, 29.7))
    with pytest.raises(OthersRoad, match="宁海"):
        await close(wide, "xiangshan", road="宁象线")
    assert (await close(wide, "monitor", "33", polygon=square(121.3, 29.3, 122.0, 29.7))).edges == 4
    with pytest.raises(Forbidden):
        await close(wide, "seat")


async def test_what_means_no_road_or_no_time_is_refused(wide: Desk) -> None:
    with pytest.raises(NoSuchRoad, match="没有符合条件"):
        await close(wide, road="没有这条路")
    with pytest.raises(NoSuchRoad, match="至少一项"):
        await close(wide, title="什么也没说")
    with pytest.raises(ClosureTime):
        await close(wide, road="沿海线", from_at=minutes(60), until_at=minutes(30))
    with pytest.raises(ClosureTime):
        await close(wide, road="沿海线", from_at=minutes(-60), until_at=minutes(-30))
    for polygon in (
        {"type": "Point", "coordinates": [121.8, 29.5]},
        {"type": "Polygon"},
        {"nonsense": 1},
        square(200, 29, 201, 30),
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0]]]},
    ):
        with pytest.raises(BadPolygon):
            await close(wide, polygon=polygon)
    with pytest.raises(NoSuchClosure):
        await closing.find_closure(wide, "nothing", by=person("monitor"))


async def test_a_polygon_is_kept_in_wgs84_whatever_it_came_in(wide: Desk) -> None:
    box = square(121.72, 29.465, 121.74, 29.475)
    shifted = {
        "type": "Polygon",
        "coordinates": [[from_wgs84(lon, lat, Crs.GCJ02) for lon, lat in box["coordinates"][0]]],
    }
    done = await close(wide, polygon=shifted, crs="gcj02")
    assert done.polygon is not None
    kept, meant = (np.array(one["coordinates"][0]) for one in (done.polygon, box))
    assert sorted(map(tuple, kept.round(4).tolist())) == sorted(map(tuple, meant.round(4).tolist()))


async def test_the_same_request_again_closes_once(wide: Desk) -> None:
    once = Once(key="closing-0001", request_hash=b"x")
    first = await close(wide, road="沿海线", once=once)
    again = await close(wide, road="沿海线", once=replace(once), at=1)
    assert again.id == first.id
    assert len(await closing.closures(wide, "33", by=person("monitor"), holding_at=None, limit=10)) == 1


async def test_without_a_graph_nothing_can_be_closed(small: Small) -> None:
    with pytest.raises(NoRoadGraph, match="dispatch roads import"):
        await close(small.desk)
    assert not await RoadKeeper(small.desk).poll()


async def driven_slowly(small: Small, drive_min: float) -> None:
    """Let eight repairs be reached in so many minutes; the tracks say from where to where."""
    for n in range(8):
        begin = 600.0 * n
        ticket = await small.walk(await small.call(at=minutes(begin)), to="depart", start=begin + 1)
        arrived = minutes(begin + 4 + drive_min)
        ticket = await small.does(ticket, "arrive", "crew-1", Arrived(), at=arrived)
        async with small.db.connection() as connection:
            for at, point in ((ticket.departed_at, CREW), (arrived, JOB)):
                await connection.execute(TRACK, at, *point)


async def test_crews_that_drove_slower_slow_their_roads_everywhere(wide: Desk, small: Small, graph: Path) -> None:
    """Repairs reached over the coast road at half the speed of the table; the tracks say from where to where."""
    other = await open_desk(small.db, "sgcc", roads=graph)
    keeper = RoadKeeper(other)
    await keeper.poll()
    free = drive(other)[0]
    await driven_slowly(small, 2 * free)
    async with small.db.connection() as connection:
        driven = await calibrating.trips(connection, since=minutes(-1))
    assert len(driven) == 8
    assert isinstance(wide.travel, Roads)
    found = calibrate(wide.travel, driven)
    assert found.after_error < found.before_error / 2
    assert await calibrating.apply(wide, found, by="system", at=minutes(9999)) == len(found.factors) > 0
    assert await keeper.poll()
    assert drive(other)[0] > 1.3 * free


# ---- what is drawn wrongly -----------------------------------------------------------------------------------------

corners = st.tuples(
    st.floats(121.45, 121.69), st.floats(29.30, 29.46), st.floats(121.71, 121.90), st.floats(29.471, 29.65)
)


def turned(polygon: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[[lat, lon] for lon, lat in polygon["coordinates"][0]]]}


@given(corners)
def test_no_polygon_with_latitude_first_is_taken_for_another(box: tuple[float, float, float, float]) -> None:
    """The law of the order: as it is it is kept, the other way round it is named, wherever in China it lies."""
    rows.text_of(square(*box), "wgs84")
    with pytest.raises(BadPolygon, match=r"坐标顺序写反了.*经度在前、纬度在后"):
        rows.text_of(turned(square(*box)), "wgs84")


async def test_latitude_first_is_named_where_both_orders_are_degrees_too(small: Small) -> None:
    """Around 80 degrees east and 40 north both orders are places on earth; only one of them has the roads."""
    points = {1: (80.20, 41.10), 2: (80.30, 41.20)}
    small.desk.travel = Roads(graph_of(points, [((1, 2), "primary", 0)], names=["阿塔线"]), small.desk.fleet.rule)
    box = square(80.1, 41.0, 80.4, 41.3)
    with pytest.raises(BadPolygon, match="坐标顺序写反了"):
        await close(small.desk, "monitor", "33", polygon=turned(box))
    with pytest.raises(NoSuchRoad, match="所画范围内没有") as refused:
        await close(small.desk, "monitor", "33", polygon=square(82, 41, 83, 42))
    assert refused.value.field == "polygon"
    assert (await close(small.desk, "monitor", "33", polygon=box)).edges == 1


@given(corners)
def test_a_line_that_crosses_itself_is_refused_saying_where(box: tuple[float, float, float, float]) -> None:
    west, south, east, north = box
    ring = [[west, south], [east, north], [east, south], [west, north], [west, south]]
    tie = {"type": "Polygon", "coordinates": [ring]}
    with pytest.raises(BadPolygon, match=r"边线在\(121\.\d+,29\.\d+\)处自相交"):
        rows.text_of(tie, "wgs84")


def test_a_ring_that_touches_itself_in_a_point_is_clear() -> None:
    eight = [[0, 0], [2, 0], [2, 2], [1, 1], [0, 2], [0, 0]]
    assert rows.text_of({"type": "Polygon", "coordinates": [eight]}, "wgs84")
    touching = [[0, 0], [4, 0], [4, 4], [2, 0], [0, 4], [0, 0]]
    assert rows.shape_of(json.loads(rows.text_of({"type": "Polygon", "coordinates": [touching]}, "wgs84"))).area == 8


async def test_a_system_nobody_knows_is_refused_without_a_polygon_too(wide: Desk) -> None:
    with pytest.raises(UnknownCrs, match="mercator"):
        await close(wide, road="沿海线", crs="mercator")


# ---- whose road it is ----------------------------------------------------------------------------------------------


async def test_of_a_road_over_the_border_a_county_closes_what_it_draws_on_its_own_side(wide: Desk) -> None:
    """The piece of 宁象线 has its middle in 宁海; the polygon around its eastern end is all 象山's."""
    assert (await close(wide, polygon=square(121.62, 29.44, 121.66, 29.48))).edges == 1
    with pytest.raises(OthersRoad, match="宁海"):
        await close(wide, polygon=square(121.50, 29.44, 121.55, 29.48))
    assert (await close(wide, "ninghai", NINGHAI, polygon=square(121.50, 29.44, 121.55, 29.48))).edges == 1


async def test_who_stands_above_both_counties_is_told_how_he_closes_it_himself(wide: Desk) -> None:
    with pytest.raises(OthersRoad, match=r"您可把 area 改为宁波\(3302\)") as refused:
        await close(wide, "monitor", road="宁象线")
    assert refused.value.field == "area"
    assert (await close(wide, "monitor", "3302", road="宁象线")).edges == 1
    with pytest.raises(OthersRoad, match="请上级单位设置"):
        await close(wide, "xiangshan", road="宁象线")
