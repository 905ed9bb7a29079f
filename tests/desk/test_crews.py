"""Positions come in by batches; bad rows are named and the others kept. What the list of crews shows."""

import asyncio
import random
from datetime import timedelta
from math import nan

import pytest

from dispatch.accounts.rights import Forbidden
from dispatch.desk.crews.crews import CrewState, Recorded, Reported, crews_in, record_positions
from dispatch.desk.crews.fleet import FleetKeeper
from dispatch.places.areas import NoSuchArea
from dispatch.tickets import events as e
from tests.worlds import NINGHAI, XIANGSHAN, Small, minutes, person

NOW = minutes(60)


@pytest.fixture
async def keeper(small: Small) -> FleetKeeper:
    keeper = FleetKeeper(small.db, small.desk.fleet, small.desk.pack)
    await keeper.load()
    return keeper


async def record(small: Small, *reports: Reported, who: str = "monitor") -> Recorded:
    return await record_positions(small.desk, reports, by=person(who), at=NOW)


def here(crew: str = "c1", lon: float = 121.9, lat: float = 29.4, *, ago_s: float = 30, **more: object) -> Reported:
    return Reported(crew, lon, lat, NOW - timedelta(seconds=ago_s), **more)  # type: ignore[arg-type]


async def where(small: Small) -> dict[str, float]:
    async with small.db.connection() as connection:
        return {row["crew_id"]: row["lon"] for row in await connection.fetch("SELECT crew_id, lon FROM crew_position")}


async def track(small: Small) -> int:
    async with small.db.connection() as connection:
        return int(await connection.fetchval("SELECT count(*) FROM crew_track"))


async def test_the_newest_report_of_a_crew_wins_whatever_order_they_come_in(small: Small, keeper: FleetKeeper) -> None:
    reports = [here(lon=121.7 + n / 1000, ago_s=100 - n) for n in range(50)]
    random.Random(1).shuffle(reports)
    for part in (reports[:20], reports[20:35], reports[35:]):
        assert (await record(small, *part)).accepted == len(part)
    assert (await where(small))["c1"] == pytest.approx(121.749)
    assert keeper.fleet.table.position_at[keeper.fleet.table.row["c1"]] == (NOW - timedelta(seconds=51)).timestamp()
    assert await track(small) == 50


async def test_the_same_batch_twice_is_kept_once(small: Small) -> None:
    batch = [here(ago_s=n) for n in range(10)] + [here("c2", ago_s=5), here("c2", ago_s=5)]
    assert (await record(small, *batch)).accepted == (await record(small, *batch)).accepted == 12
    assert await track(small) == 11


async def test_bad_rows_are_refused_by_number_and_the_others_kept(small: Small, keeper: FleetKeeper) -> None:
    done = await record(
        small,
        here("c1"),
        here("c99"),
        here("c2", ago_s=-300),
        here("c2", lon=116.4, lat=39.9),
        here("c2", lon=29.4, lat=121.9),
        here("c2", lon=nan),
        here("c2", lon=500.0),
        here("c2", lat=95.0),
        here("c2", crs="utm"),
        here("c3", lon=120.6),  # over the border, on the way to help
    )
    assert done.accepted == 2
    assert [(row.index, row.code) for row in done.refused] == [
        (1, "NoSuchCrew"),
        (2, "FutureTime"),
        (3, "OutsideProvince"),
        (4, "SwappedCoordinates"),
        (5, "OutOfRange"),
        (6, "OutOfRange"),
        (7, "OutOfRange"),
        (8, "UnknownCrs"),
    ]
    assert all(row.message for row in done.refused)
    assert set(await where(small)) == {"c1", "c3"}
    assert "c2" not in {c.id for c in keeper.fleet.table.crews if keeper.fleet.table.position_at[1] > 0}


async def test_a_phone_that_is_a_little_fast_is_believed(small: Small) -> None:
    assert (await record(small, here(ago_s=-110))).accepted == 1


async def test_a_crew_reports_its_own_position_and_a_county_its_crews(small: Small) -> None:
    own = await record(small, here("c1"), here("c2"), who="crew-1")
    assert (own.accepted, [(row.index, row.code) for row in own.refused]) == (1, [(1, "Forbidden")])
    county = await record(small, here("c1", ago_s=20), here("c3"), who="xiangshan")
    assert (county.accepted, [(row.index, row.code) for row in county.refused]) == (1, [(1, "Forbidden")])
    with pytest.raises(Forbidden):
        await record(small, here("c1"), who="seat")


async def test_nothing_to_record_is_fine(small: Small) -> None:
    assert await record(small) == Recorded(0, ())


async def test_batches_at_the_same_time_do_not_block_each_other(small: Small) -> None:
    crews = ["c1", "c2", "c3", "c4"]
    batches = [[here(crew, ago_s=n * 10 + k) for k, crew in enumerate(crews[::d])] for n in range(6) for d in (1, -1)]
    done = await asyncio.gather(*(record(small, *batch) for batch in batches))
    assert sum(one.accepted for one in done) == 48
    assert set(await where(small)) == set(crews)


async def test_the_list_shows_state_and_age(small: Small) -> None:
    ticket = await small.walk(await small.call(), to="dispatch")
    await record(small, here("c1", ago_s=30), here("c2", ago_s=1801))
    async with small.db.connection() as connection:
        await connection.execute("UPDATE crew SET shift_start = '20:00', shift_end = '08:00' WHERE id = 'c2'")
        await connection.execute("UPDATE crew SET active = false WHERE id = 'c3'")
    seen = {crew.id: crew for crew in await crews_in(small.desk, "33", by=person("monitor"), at=NOW)}
    assert {name: crew.state for name, crew in seen.items()} == {
        "c1": CrewState.BUSY,
        "c2": CrewState.OFF_SHIFT,
        "c3": CrewState.INACTIVE,
        "c4": CrewState.FREE,
    }
    assert seen["c1"].tickets == (ticket.id,)
    assert (seen["c1"].position_age_s, seen["c1"].stale) == (30, False)
    assert (seen["c2"].position_age_s, seen["c2"].stale) == (1801, True)
    assert (seen["c4"].position_age_s, seen["c4"].stale, seen["c4"].lon) == (None, True, None)
    assert (seen["c2"].shift_start, seen["c2"].shift_end) == ("20:00", "08:00")


async def test_the_list_keeps_to_the_area_and_to_pages(small: Small) -> None:
    async def ids(area: str | None, who: str, **page: object) -> list[str]:
        found = await crews_in(small.desk, area, by=person(who), at=NOW, **page)  # type: ignore[arg-type]
        return [crew.id for crew in found]

    assert await ids(XIANGSHAN, "xiangshan") == ["c1", "c2"] == await ids(None, "xiangshan")
    assert await ids("330226-1", "monitor") == ["c3"]
    assert await ids("33", "monitor", limit=2) == ["c1", "c2"]
    assert await ids("33", "monitor", limit=2, after="c2") == ["c3", "c4"]
    assert await ids(None, "crew-3") == ["c3"]
    with pytest.raises(Forbidden):
        await ids(NINGHAI, "xiangshan")
    with pytest.raises(NoSuchArea):
        await ids("9999", "monitor")
    with pytest.raises(Forbidden):
        await ids("33", "auditor")


async def test_a_dispatch_does_not_wait_for_positions(small: Small) -> None:
    """The lock on a crew's row lets its phone go on reporting."""
    await small.does(await small.call(), "accept", "xiangshan", e.Accepted(), at=minutes(1))
    async with small.db.transaction() as tx:
        await tx.execute("SELECT 1 FROM crew WHERE id = 'c1' FOR NO KEY UPDATE")
        async with asyncio.timeout(30):
            assert (await record(small, here("c1"))).accepted == 1
