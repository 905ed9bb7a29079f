"""How a county works, who said so and until when; and the machine's turns at it."""

import asyncio
import json
from datetime import timedelta
from runpy import run_path
from typing import Any

import asyncpg
import pytest

from dispatch.accounts.model import SYSTEM
from dispatch.accounts.rights import Forbidden
from dispatch.capacity.modes import Mode, ModeTurn
from dispatch.desk.crews.assigning import assign_waiting, dispatch
from dispatch.desk.crews.fleet import FleetKeeper
from dispatch.desk.room import Report
from dispatch.desk.storm import disasters, dryrun, storms
from dispatch.desk.storm.modes import (
    CountyMode,
    MachineOff,
    ModeEnd,
    NoModes,
    NotACounty,
    auto_counties,
    history,
    mode_of,
    set_mode,
    settings_in,
)
from dispatch.kit import migrate
from dispatch.places.areas import NoSuchArea
from tests.worlds import NINGHAI, XIANGSHAN, Small, minutes, person

DAY = 24 * 60


async def switch(small: Small, area: str, mode: Mode, who: str = "monitor", **more: Any) -> CountyMode:
    facts = {"reason": "台风", "at": minutes(5)} | more
    return await set_mode(small.desk, area, mode, by=person(who), **facts)


async def now_in(small: Small, area: str = XIANGSHAN) -> CountyMode:
    return await mode_of(small.desk, area, by=person("monitor"))


async def test_a_county_begins_in_normal_mode_in_which_a_person_confirms(small: Small) -> None:
    assert await mode_of(small.desk, XIANGSHAN, by=person("xiangshan")) == CountyMode(XIANGSHAN, Mode.NORMAL)
    async with small.db.connection() as connection:
        settings = await settings_in(connection, small.desk, XIANGSHAN)
    assert settings is not None
    assert settings.dispatching == "confirm"


async def test_a_switch_is_kept_with_who_when_why_and_until_when(small: Small) -> None:
    done = await switch(small, XIANGSHAN, Mode.QUICK, until_at=minutes(125))
    assert done == CountyMode(XIANGSHAN, Mode.QUICK, "monitor", minutes(5), "台风", minutes(125))
    assert await mode_of(small.desk, XIANGSHAN, by=person("xiangshan")) == done
    async with small.db.connection() as connection:
        assert await auto_counties(connection, small.desk.pack.modes) == [XIANGSHAN]
        (row,) = await connection.fetch("SELECT * FROM audit WHERE action = 'mode.set'")
    assert (row["account_id"], row["subject"], row["at"]) == ("monitor", XIANGSHAN, minutes(5))
    assert json.loads(row["details"]) == {"from": "normal", "to": "quick", "reason": "台风"}
    (change,) = await history(small.desk, XIANGSHAN, limit=10, by=person("xiangshan"))
    assert (change.before, change.mode, change.set_by) == (Mode.NORMAL, Mode.QUICK, "monitor")
    assert (change.reason, change.until_at) == ("台风", minutes(125))


async def test_a_mode_nobody_remembers_ends_after_a_day(small: Small) -> None:
    assert (await switch(small, XIANGSHAN, Mode.MANUAL)).until_at == minutes(5 + DAY)
    assert await storms.watch(small.desk, at=minutes(4 + DAY)) == {}
    assert await storms.watch(small.desk, at=minutes(5 + DAY)) == {XIANGSHAN: ModeTurn.RETURN}
    after = await now_in(small)
    assert (after.mode, after.set_by, after.until_at) == (Mode.NORMAL, "system", None)
    assert "到期" in after.reason


@pytest.mark.parametrize(
    ("mode", "until"), [(Mode.QUICK, 5), (Mode.QUICK, 0), (Mode.QUICK, 6 + DAY), (Mode.NORMAL, 60)]
)
async def test_an_end_that_cannot_be_is_refused(small: Small, mode: Mode, until: int) -> None:
    with pytest.raises(ModeEnd):
        await switch(small, XIANGSHAN, mode, until_at=minutes(until))
    assert await now_in(small) == CountyMode(XIANGSHAN)


async def test_setting_what_is_set_leaves_no_second_trace(small: Small) -> None:
    for _ in range(2):
        await switch(small, XIANGSHAN, Mode.MANUAL)
    await switch(small, NINGHAI, Mode.NORMAL)  # it is so from the beginning
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM audit WHERE action = 'mode.set'") == 1
        assert await connection.fetchval("SELECT count(*) FROM county_mode_change") == 1
        assert await auto_counties(connection, small.desk.pack.modes) == []


async def test_only_counties_have_a_mode_and_only_the_province_switches_it(small: Small) -> None:
    with pytest.raises(NotACounty, match="省"):
        await switch(small, "33", Mode.QUICK)
    with pytest.raises(NoSuchArea):
        await switch(small, "9999", Mode.QUICK)
    for who in ("xiangshan", "seat", "admin"):
        with pytest.raises(Forbidden):
            await switch(small, XIANGSHAN, Mode.QUICK, who)


async def test_a_pack_without_modes_switches_nothing(small: Small) -> None:
    small.desk.pack_id = "national_floor"
    with pytest.raises(NoModes, match="modes"):
        await switch(small, XIANGSHAN, Mode.QUICK)
    assert await storms.watch(small.desk, at=minutes(1)) == {}


async def test_in_manual_mode_the_machine_sends_nobody(small: Small) -> None:
    keeper = FleetKeeper(small.db, small.desk.fleet, small.desk.pack)
    await keeper.load()
    ticket = await small.walk(await small.call(), to="accept")
    await switch(small, XIANGSHAN, Mode.MANUAL)
    report = Report()
    with pytest.raises(MachineOff, match="指定班组"):
        await dispatch(small.desk, ticket.id, by=person("xiangshan"), report=report, at=minutes(6))
    done = await assign_waiting(small.desk, areas=["33"], by=SYSTEM, at=minutes(6))
    assert (done.dispatched, done.waiting) == ((), 1)
    sent = await dispatch(small.desk, ticket.id, crew_id="c1", by=person("xiangshan"), report=report, at=minutes(7))
    assert sent.crew is not None


async def test_a_dry_run_lists_what_would_move_and_moves_nothing(small: Small) -> None:
    keeper = FleetKeeper(small.db, small.desk.fleet, small.desk.pack)
    await keeper.load()
    waiting = await small.walk(await small.call(), to="accept")
    fresh = await small.call(at=minutes(3), phone="13900002222", address="石浦镇港路2号")
    monitor = person("monitor")
    found = await dryrun.dry_run(small.desk, XIANGSHAN, Mode.STORM, by=monitor, at=minutes(4))
    assert (found.before, found.mode) == (Mode.NORMAL, Mode.STORM)
    assert [one.ticket_id for one in found.dispatched] == [waiting.id, fresh.id]
    assert {one.crew_id for one in found.dispatched} <= {"c1", "c2", "c3", "c4", None}
    assert found.dispatched[0].crew_id is not None
    assert (found.stopped, found.booked) == ((), ())
    nothing = await dryrun.dry_run(small.desk, XIANGSHAN, Mode.MANUAL, by=monitor, at=minutes(4))
    assert (nothing.dispatched, nothing.stopped) == ((), ())
    await switch(small, XIANGSHAN, Mode.QUICK)
    stopped = await dryrun.dry_run(small.desk, XIANGSHAN, Mode.MANUAL, by=monitor, at=minutes(6))
    assert stopped.stopped == (waiting.id, fresh.id)
    assert (await now_in(small)).mode is Mode.QUICK
    with pytest.raises(Forbidden):
        await dryrun.dry_run(small.desk, NINGHAI, Mode.STORM, by=person("xiangshan"), at=minutes(4))


async def test_a_dry_run_of_a_storm_lists_callbacks_and_supervisions_by_fault_point(small: Small) -> None:
    async with small.db.transaction() as tx:
        for n, stage, incident, supervised in (
            (1, "callback_pending", "i1", False),
            (2, "arrived", "i2", True),
            (3, "merged", "i2", True),
            (4, "arrived", "i4", True),
            (5, "arrived", "i5", False),
        ):
            doc = json.dumps({"flags": {"supervised": supervised}})
            await tx.execute(
                "INSERT INTO ticket (id, version, area, stage, ticket_no, incident_id, reported_at, is_open, head, doc)"
                " VALUES ($1, 1, $2, $3, $1, $4, $5, true, '', $6)",
                f"t{n}", XIANGSHAN, stage, incident, minutes(n), doc,
            )  # fmt: skip
        for n, way in ((1, "sms"), (5, "call")):  # who must be called is called in a storm too
            said = (f"t{n}", XIANGSHAN, way, minutes(n))
            await tx.execute("INSERT INTO visit (ticket_id, area, way, call_at) VALUES ($1, $2, $3, $4)", *said)
    found = await dryrun.dry_run(small.desk, XIANGSHAN, Mode.STORM, by=person("monitor"), at=minutes(9))
    assert found.callbacks == ("t1",)
    assert [(group.incident_id, group.tickets) for group in found.grouped] == [("i2", ("t2", "t3")), ("i4", ("t4",))]


async def rain(small: Small, n: int, *, area: str = XIANGSHAN, first: int = 0) -> None:
    """Leave so many open tickets in a county, as the load counts them."""
    async with small.db.transaction() as tx:
        await tx.executemany(
            "INSERT INTO ticket (id, version, area, stage, ticket_no, incident_id, reported_at, is_open, head, doc)"
            " VALUES ($1, 1, $2, 'accepted', $1, $1, $3, true, '', '{\"flags\": {}}')",
            [(f"rain-{first + k}", area, minutes(0)) for k in range(n)],
        )


async def dry(small: Small) -> None:
    async with small.db.transaction() as tx:
        await tx.execute("UPDATE ticket SET stage = 'replied' WHERE id LIKE 'rain-%'")


async def test_a_storm_is_proposed_and_a_person_decides(small: Small) -> None:
    await rain(small, 5)  # two crews on duty
    assert await storms.watch(small.desk, at=minutes(1)) == {}
    await rain(small, 1, first=5)
    assert await storms.watch(small.desk, at=minutes(2)) == {XIANGSHAN: ModeTurn.PROPOSE}
    assert await storms.watch(small.desk, at=minutes(3)) == {}
    found = await now_in(small)
    assert found.mode is Mode.NORMAL
    assert found.proposal is not None
    assert (found.proposal.mode, found.proposal.open_tickets, found.proposal.crews) == (Mode.STORM, 6, 2)
    done = await switch(small, XIANGSHAN, Mode.STORM)
    assert (done.mode, done.proposal) == (Mode.STORM, None)
    async with small.db.connection() as connection:
        row = await connection.fetchrow("SELECT ended_by FROM mode_proposal")
    assert row is not None
    assert row["ended_by"] == "monitor"


async def test_where_it_may_the_machine_calls_a_storm_and_ends_it_after_the_calm(small: Small) -> None:
    await switch(small, XIANGSHAN, Mode.NORMAL, auto_storm=True, at=minutes(-61))
    await rain(small, 6)
    assert await storms.watch(small.desk, at=minutes(1)) == {XIANGSHAN: ModeTurn.ENTER}
    storm = await now_in(small)
    assert (storm.mode, storm.set_by, storm.auto_storm) == (Mode.STORM, "system", True)
    async with small.db.connection() as connection:
        assert await auto_counties(connection, small.desk.pack.modes) == [XIANGSHAN]
        kinds = [row["kind"] for row in await connection.fetch("SELECT kind FROM disaster_report ORDER BY due_at")]
    assert kinds == ["first", "further"]
    await dry(small)
    for n in range(2, 62):
        assert await storms.watch(small.desk, at=minutes(n)) == {}
    assert await storms.watch(small.desk, at=minutes(62)) == {XIANGSHAN: ModeTurn.RETURN}
    assert [(c.before, c.mode) for c in await history(small.desk, XIANGSHAN, limit=9, by=person("monitor"))] == [
        (Mode.STORM, Mode.NORMAL),
        (Mode.NORMAL, Mode.STORM),
        (Mode.NORMAL, Mode.NORMAL),
    ]
    async with small.db.connection() as connection:  # the report at 17:00 is not due any more
        kinds = [row["kind"] for row in await connection.fetch("SELECT kind FROM disaster_report")]
    assert kinds == ["first"]


async def test_a_storm_that_lasts_past_its_day_is_renewed_and_stays_one_disaster(small: Small) -> None:
    await switch(small, XIANGSHAN, Mode.NORMAL, auto_storm=True, at=minutes(-61))
    await rain(small, 9)
    await storms.watch(small.desk, at=minutes(0))
    assert await storms.watch(small.desk, at=minutes(DAY)) == {XIANGSHAN: ModeTurn.RENEW}
    assert (await now_in(small)).until_at == minutes(2 * DAY)
    await disasters.watch(small.desk, at=minutes(DAY))
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT count(DISTINCT cause_id) FROM disaster_report") == 1


async def test_of_two_workers_one_takes_the_turn(small: Small) -> None:
    await rain(small, 6)
    turns = await asyncio.gather(*(storms.watch(small.desk, at=minutes(1)) for _ in range(4)))
    assert sorted(turn for done in turns for turn in done.values()) == [ModeTurn.PROPOSE]


async def test_crews_off_shift_do_not_count(small: Small) -> None:
    async with small.db.transaction() as tx:
        await tx.execute("UPDATE crew SET shift_start = '20:00', shift_end = '06:00' WHERE id = 'c1'")
        await tx.execute("UPDATE crew SET active = false WHERE id = 'c2'")
    async with small.db.connection() as connection:
        by_day = await storms.loads(connection, [XIANGSHAN], at=minutes(0))  # nine in the morning
        by_night = await storms.loads(connection, [XIANGSHAN], at=minutes(0) + timedelta(hours=12))
    assert (by_day[XIANGSHAN].crews, by_night[XIANGSHAN].crews) == (0, 1)


BEFORE = """
CREATE TABLE area (code text PRIMARY KEY);
CREATE TABLE county_mode (
    area text PRIMARY KEY REFERENCES area(code),
    mode text NOT NULL CHECK (mode IN ('auto', 'confirm', 'manual')),
    set_by text NOT NULL, set_at timestamptz NOT NULL, reason text NOT NULL DEFAULT ''
);
INSERT INTO area VALUES ('a'), ('b'), ('c');
INSERT INTO county_mode VALUES ('a', 'auto', 'm', now(), '台风'), ('b', 'confirm', 'm', now(), ''),
    ('c', 'manual', 'm', now(), '演练');
"""


async def test_modes_of_before_are_taken_over(empty_dsn: str) -> None:
    script = run_path(str(migrate.scripts() / "versions" / "0002_closed_loop.py"))["MODES"]
    connection = await asyncpg.connect(empty_dsn)
    try:
        await connection.execute(BEFORE)
        await connection.execute(script)
        rows = await connection.fetch("SELECT area, mode, until_at IS NULL AS lasts FROM county_mode ORDER BY area")
        assert [tuple(row) for row in rows] == [("a", "quick", False), ("b", "normal", True), ("c", "manual", False)]
        kept = await connection.fetch("SELECT area, mode, set_by, reason FROM county_mode_change ORDER BY area")
        assert [tuple(row) for row in kept] == [
            ("a", "quick", "m", "台风"),
            ("b", "normal", "m", ""),
            ("c", "manual", "m", "演练"),
        ]
    finally:
        await connection.close()
