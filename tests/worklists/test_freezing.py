"""Lists at their cut-off: made once, of what is booked then, and made up for when nobody was there."""

import asyncio

from dispatch.capacity.words import ListState
from dispatch.desk.bookings import booking as bookings
from dispatch.desk.bookings.booking import Said
from dispatch.desk.room import Desk
from dispatch.desk.worklists import making
from dispatch.desk.worklists.making import freeze_due, solve, written
from dispatch.desk.worklists.posing import read
from dispatch.kit.db import Database
from tests.worlds import NINGHAI, XIANGSHAN, person

from .halfday import AM, BEFORE, CUT_OFF, DAY, DEPOT, OTHER, TEAM, at, declares, list_of, promised, routes, slot


async def test_a_list_is_frozen_at_its_cut_off_and_no_earlier(desk: Desk) -> None:
    await declares(desk, 1, 4)
    for name, east_km, north in (("a", 6.0, 0.0), ("b", 0.0, 0.054), ("c", 6.0, 0.054)):
        await promised(desk, name, east_km, lat=29.47 + north)
    assert await freeze_due(desk, at=BEFORE) == 0
    assert await list_of(desk) is None
    assert await freeze_due(desk, at=CUT_OFF) == 1
    made = await list_of(desk)
    assert made is not None
    assert (made.version, made.state, made.frozen_at, made.left_out) == (1, ListState.FROZEN, CUT_OFF, ())
    assert routes(made) in ({TEAM: ["b", "c", "a"]}, {TEAM: ["a", "c", "b"]})  # the way round, either way
    assert await freeze_due(desk, at=at("07:31")) == 0


async def test_a_depot_without_a_customer_has_a_list_of_teams_without_visits(desk: Desk) -> None:
    await declares(desk, 2, 8)
    await freeze_due(desk, at=CUT_OFF)
    made = await list_of(desk)
    assert made is not None
    assert [team.team.rsplit("/")[-1] for team in made.teams] == ["1", "2"]
    assert routes(made) == {}
    assert await list_of(desk, OTHER) is None


async def test_an_agreed_hour_is_kept_and_what_fits_nowhere_says_why(desk: Desk) -> None:
    await declares(desk, 1, 4)
    await promised(desk, "nine", 3.0, clock=("09:00", "10:00"))
    await promised(desk, "also", 9.0, clock=("09:00", "09:10"))
    await promised(desk, "same", -30.0, clock=("09:00", "09:10"))
    await freeze_due(desk, at=CUT_OFF)
    made = await list_of(desk)
    assert made is not None
    (left,) = made.left_out
    assert left.booking_id in ("also", "same")
    assert left.code
    for stop in made.teams[0].stops:
        assert stop.from_at <= stop.begins_at <= stop.to_at


async def test_the_same_half_day_gives_the_same_list_byte_for_byte(desk: Desk) -> None:
    await declares(desk, 2, 12)
    for n in range(9):
        await promised(desk, f"v{n}", (n * 37 % 11) - 5.0)
    async with desk.db.connection() as connection:
        known = await read(connection, desk, XIANGSHAN, [DEPOT], DAY, AM, at=CUT_OFF)
    one, again = [written(desk, known, await solve(desk, known, at=CUT_OFF), at=CUT_OFF) for _ in range(2)]
    assert one[0].model_dump_json() == again[0].model_dump_json()


async def test_a_cut_off_that_nobody_was_there_for_is_made_up_for_from_then_on(desk: Desk) -> None:
    await declares(desk, 1, 4)
    await promised(desk, "early", 2.0, clock=("08:00", "09:00"))
    await promised(desk, "later", 2.0)
    assert await freeze_due(desk, at=at("10:00")) == 1
    made = await list_of(desk)
    assert made is not None
    assert routes(made) == {TEAM: ["later"]}
    assert made.teams[0].stops[0].begins_at > at("10:00")
    assert [left.booking_id for left in made.left_out] == ["early"]


async def test_after_its_half_day_no_list_is_made_any_more(desk: Desk) -> None:
    await declares(desk, 1, 4)
    assert await freeze_due(desk, at=at("12:00")) == 0
    assert await list_of(desk) is None


async def test_two_workers_at_once_freeze_each_list_once(desk: Desk, dsn: str) -> None:
    await declares(desk, 1, 4)
    await declares(desk, 1, 4, slot(depot=OTHER))
    await promised(desk, "a", 2.0)
    second = Database(dsn, size=2)
    other = Desk(second, desk.packs, desk.pack_id, desk.areas, desk.locator, desk.fleet, desk.travel)
    frozen = await asyncio.gather(*(freeze_due(each, at=CUT_OFF) for each in (desk, other)))
    await second.close()
    assert sum(frozen) == 2
    async with desk.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM worklist_event") == 2


async def test_who_cancels_while_the_list_is_made_is_not_on_it(desk: Desk, monkeypatch) -> None:
    """The list is solved in another process; what was booked then must still be booked when it is written."""
    await declares(desk, 1, 4)
    await promised(desk, "a", 2.0)
    leaving = await promised(desk, "b", 3.0)
    solved = []

    async def slow(*given, **more):
        if not solved:
            said = Said(by=person("seat"), at=CUT_OFF)
            await bookings.cancel(desk, leaving.id, reason="不办了", said=said)
        solved.append(1)
        return await solve(*given, **more)

    monkeypatch.setattr(making, "solve", slow)
    await freeze_due(desk, at=CUT_OFF)
    made = await list_of(desk)
    assert made is not None
    assert routes(made) == {TEAM: ["a"]}
    assert len(solved) == 2


async def test_in_quick_mode_a_countys_depots_make_each_others_visits(desk: Desk) -> None:
    await declares(desk, 1, 4)
    await declares(desk, 0, 0, slot(depot=OTHER))
    await promised(desk, "far", 2.0, slot(depot=OTHER))
    async with desk.db.transaction() as tx:
        await tx.execute(
            "INSERT INTO county_mode (area, mode, set_by, set_at, reason) VALUES ($1, 'quick', 'monitor', $2, '')"
            " ON CONFLICT (area) DO UPDATE SET mode = 'quick'", XIANGSHAN, BEFORE,
        )  # fmt: skip
    await freeze_due(desk, at=CUT_OFF)
    made = await list_of(desk)
    assert made is not None
    assert made.pooled
    assert routes(made) == {TEAM: ["far"]}
    other = await list_of(desk, OTHER)
    assert other is not None
    assert (routes(other), other.left_out) == ({}, ())
    assert await list_of(desk, "330226-1") is None
    assert desk.areas.county_of_depot("330226-1") == NINGHAI


async def test_one_countys_trouble_keeps_no_other_from_its_lists(desk: Desk, monkeypatch) -> None:
    await declares(desk, 1, 4)
    await declares(desk, 1, 4, slot(depot="330226-1"))

    async def broken(desk, county, *given, **more):
        if county == XIANGSHAN:
            raise RuntimeError("no luck")
        return await freeze(desk, county, *given, **more)

    freeze = making.freeze
    monkeypatch.setattr(making, "freeze", broken)
    assert await freeze_due(desk, at=CUT_OFF) == 1
    assert await list_of(desk) is None
    monkeypatch.setattr(making, "freeze", freeze)
    assert await freeze_due(desk, at=at("07:31")) == 1
