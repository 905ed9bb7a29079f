"""A county's depots at the cut-off, on the database: alone, with the neighbour asked; and together, where they may."""

import asyncio
from collections.abc import Mapping

import pytest

from dispatch.capacity.worklist import Worklist
from dispatch.desk.room import Desk
from dispatch.desk.worklists.making import freeze_due, next_half, solve, written
from dispatch.desk.worklists.posing import pose, read
from dispatch.kit.words import Labelled
from dispatch.routing.worklists.words import ListHelp
from tests.routing.worklists.validator import faults
from tests.worlds import XIANGSHAN

from .halfday import AM, BEFORE, CUT_OFF, DAY, DEPOT, OTHER, busy_county, declares, list_of, promised, routes, slot

NEIGHBOUR = f"{OTHER}/survey/urban/1"


async def pooled(desk: Desk) -> None:
    """Let the county be in the mode in which depots make each other's visits (快响)."""
    async with desk.db.transaction() as tx:
        await tx.execute(
            "INSERT INTO county_mode (area, mode, set_by, set_at, reason) VALUES ($1, 'quick', 'monitor', $2, '')"
            " ON CONFLICT (area) DO UPDATE SET mode = 'quick'", XIANGSHAN, BEFORE,
        )  # fmt: skip


async def crowded(desk: Desk) -> None:
    """Let 丹城 have one team and more visits at one hour than it can make, and 石浦 a team with nothing to do."""
    await declares(desk, 1, 4)
    await declares(desk, 1, 4, slot(depot=OTHER))
    there = desk.areas.get(OTHER)
    for name in ("one", "two"):
        await promised(desk, name, clock=("09:50", "10:10"), lon=there.lon, lat=there.lat)


async def frozen(desk: Desk) -> tuple[Worklist, Worklist]:
    assert await freeze_due(desk, at=CUT_OFF) == 2
    made, other = await list_of(desk), await list_of(desk, OTHER)
    assert made is not None
    assert other is not None
    return made, other


async def test_where_each_depot_makes_its_own_the_neighbour_that_could_help_is_named(desk: Desk) -> None:
    await crowded(desk)
    made, other = await frozen(desk)
    assert (made.pooled, other.pooled, routes(other)) == (False, False, {})
    (left,) = made.left_out
    (said,) = [help_ for help_ in left.helps if help_.startswith(ListHelp.POOL.label)]
    assert desk.areas.get(OTHER).name in said
    assert "查勘(城区)1队" in said


async def test_where_the_mode_lets_them_the_neighbours_team_makes_it_from_its_own_depot(desk: Desk) -> None:
    await crowded(desk)
    await pooled(desk)
    made, other = await frozen(desk)
    assert (made.pooled, made.left_out, other.left_out) == (True, (), ())
    (stop,) = next(team.stops for team in other.teams if team.team == NEIGHBOUR)
    assert stop.drive_s < 60  # it stands at the customer's door: 石浦's own place
    assert stop.from_at <= stop.begins_at <= stop.to_at
    assert other.teams[0].home_at is not None
    assert (other.teams[0].home_at - stop.ends_at).total_seconds() < 60


async def test_a_neighbour_without_declared_visits_is_not_sent(desk: Desk) -> None:
    await declares(desk, 1, 4)
    await declares(desk, 1, 0, slot(depot=OTHER))
    for name in ("one", "two"):
        await promised(desk, name, clock=("08:40", "08:45"))
    await pooled(desk)
    made, other = await frozen(desk)
    assert routes(other) == {}
    assert [len(made.left_out), sum(map(len, routes(made).values()))] == [1, 1]


async def test_a_depot_that_declared_no_team_hears_what_one_of_its_own_would_do(desk: Desk) -> None:
    await declares(desk, 1, 4)
    await declares(desk, 0, 0, slot(depot=OTHER))
    where = desk.areas.get(OTHER)
    await promised(desk, "far", where=slot(depot=OTHER), lon=where.lon, lat=where.lat, clock=("08:00", "08:10"))
    _, other = await frozen(desk)
    (left,) = other.left_out
    assert left.code == "NO_TEAM"
    kinds: Mapping[str, Labelled] = {kind.label: kind for kind in ListHelp}
    named = {kinds[said.split(":")[0]]: said for said in left.helps}
    assert where.name in named[ListHelp.TEAM]
    assert "08:00" in named[ListHelp.TEAM]  # it is there already


@pytest.mark.parametrize("together", [False, True])
async def test_a_full_countys_lists_keep_every_rule_and_are_the_same_each_time(desk: Desk, together: bool) -> None:
    await busy_county(desk)
    if together:
        await pooled(desk)
    async with desk.db.connection() as connection:
        known = await read(connection, desk, XIANGSHAN, [DEPOT, OTHER], DAY, AM, at=CUT_OFF)
        after = await read(connection, desk, XIANGSHAN, [DEPOT, OTHER], *next_half(desk, DAY, AM), at=CUT_OFF)
    assert known.pooled is together
    first, again = await asyncio.gather(*(solve(desk, known, after, at=CUT_OFF) for _ in range(2)))
    assert faults(pose(desk, known, at=CUT_OFF), first.made) == []
    once, twice = [written(desk, known, one, at=CUT_OFF) for one in (first, again)]
    assert [one.model_dump_json() for one in once] == [one.model_dump_json() for one in twice]
    assert {one.depot for one in once} == {DEPOT, OTHER}
    costs = [sum(one.cost.values()) for one in once]
    whole = sum(first.made.cost.values())
    assert costs == pytest.approx([whole, whole]) if together else sum(costs) == pytest.approx(whole, abs=0.01)


async def test_alone_a_depots_list_is_the_same_whether_its_neighbours_are_asked_or_not(desk: Desk) -> None:
    await busy_county(desk)
    async with desk.db.connection() as connection:
        county = await read(connection, desk, XIANGSHAN, [DEPOT, OTHER], DAY, AM, at=CUT_OFF)
        own = await read(connection, desk, XIANGSHAN, [DEPOT], DAY, AM, at=CUT_OFF)
    (mine, _), (alone,) = [
        written(desk, known, await solve(desk, known, at=CUT_OFF), at=CUT_OFF) for known in (county, own)
    ]
    bare = [
        one.model_copy(update={"left_out": tuple(left.model_copy(update={"helps": ()}) for left in one.left_out)})
        for one in (mine, alone)
    ]
    assert bare[0] == bare[1]
