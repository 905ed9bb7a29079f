"""Lists by the roads of a small graph: the ways of a half-day and of the next are one, so that visits may move."""

from pathlib import Path

import pytest

from dispatch.capacity.words import Half
from dispatch.desk.room import Desk
from dispatch.desk.worklists.making import freeze_due, next_half, solve
from dispatch.desk.worklists.posing import pose, read, wayless
from dispatch.desk.worklists.ways import with_ways_alike
from dispatch.routing.optimiser.problem import ByMatrix
from dispatch.routing.roads.importing import import_roads
from dispatch.routing.roads.network import Roads
from dispatch.routing.worklists.words import ListHelp
from tests.routing.roads.networks import TOWNS, write_osm
from tests.routing.worklists.validator import faults
from tests.worlds import XIANGSHAN

from .halfday import AM, CUT_OFF, DAY, DEPOT, OTHER, declares, list_of, promised, slot

POINTS = {1: (121.88, 29.47), 2: (121.94, 29.21), 3: (121.90, 29.34)}  # 丹城, 石浦, half-way
COAST = ([1, 3, 2], {"highway": "primary", "name": "沿海线"})
HALF_WAY = {"lon": POINTS[3][0], "lat": POINTS[3][1]}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graph")
    import_roads(write_osm(folder / "x.osm.pbf", POINTS, [COAST]), folder / "x.graph", rule=TOWNS)
    return folder / "x.graph"


@pytest.fixture
async def coast(desk: Desk, graph: Path) -> Desk:
    """Let 丹城 have one team in each half-day, and one more promise for an hour than it can keep."""
    desk.travel = Roads.open(graph, desk.fleet.rule)
    await declares(desk, 1, 4)
    await declares(desk, 1, 4, slot(half=Half.PM))
    await declares(desk, 0, 0, slot(depot=OTHER))
    for name in ("one", "two"):
        await promised(desk, name, clock=("09:00", "09:20"), **HALF_WAY)
    await promised(desk, "then", where=slot(half=Half.PM), **HALF_WAY)
    return desk


async def test_by_road_the_next_half_day_is_proposed_to_who_is_left_out(coast: Desk) -> None:
    await freeze_due(coast, at=CUT_OFF)
    made = await list_of(coast)
    assert made is not None
    (left,) = made.left_out
    (said,) = [help_ for help_ in left.helps if help_.startswith(ListHelp.NEXT.label)]
    assert "07月02日下午" in said


async def test_by_road_every_way_of_a_list_is_the_roads_and_it_keeps_every_rule(coast: Desk) -> None:
    async with coast.db.connection() as connection:
        known = await read(connection, coast, XIANGSHAN, [DEPOT, OTHER], DAY, AM, at=CUT_OFF)
        after = await read(connection, coast, XIANGSHAN, [DEPOT, OTHER], *next_half(coast, DAY, AM), at=CUT_OFF)
    solved = await solve(coast, known, after, at=CUT_OFF)
    assert isinstance(solved.half_day.travel, ByMatrix)
    assert faults(solved.half_day, solved.made) == []
    (stops,) = solved.made.routes.values()
    alone = pose(coast, known, at=CUT_OFF)  # its own matrix, without the next half-day's places
    assert faults(alone, solved.made) == []
    assert stops[0].drive_s > 14.6 / 80 * 3600  # km of road, at no more than 80 km/h


async def test_half_days_between_which_visits_move_share_one_matrix_with_the_bases_of_depots_without_teams(
    coast: Desk,
) -> None:
    async with coast.db.connection() as connection:
        known = await read(connection, coast, XIANGSHAN, [DEPOT, OTHER], DAY, AM, at=CUT_OFF)
        after = await read(connection, coast, XIANGSHAN, [DEPOT, OTHER], DAY, Half.PM, at=CUT_OFF)
    first, then = with_ways_alike(coast, [wayless(coast, each, at=CUT_OFF) for each in (known, after)], at=CUT_OFF)
    assert first.travel is then.travel
    assert isinstance(first.travel, ByMatrix)
    rows = [visit.place for half_day in (first, then) for visit in half_day.visits]
    bases = {place for half_day in (first, then) for _, _, place in half_day.bases.values()}
    assert rows == [0, 1, 2]
    assert bases == {3, 4}
    assert len(first.travel.seconds) == 5
    assert {team.place for team in first.teams} == {first.bases[DEPOT][2]}
    assert first.bases[OTHER][:2] == POINTS[2]
