"""Each clock has its effect exactly once, whoever notices that it ran out."""

import asyncio
from datetime import timedelta

from dispatch.tickets import deadlines, store
from dispatch.tickets import events as e
from dispatch.tickets.audit import audit
from dispatch.tickets.events import Entry, Overdue
from dispatch.tickets.words import Limit
from tests.tickets.history import EVENTS
from tests.worlds import SENT, START, Small, minutes

HANGS_S = 30  # a worker that waits for a lock would wait for ever


async def overruns(small: Small, ticket_id: str) -> list[tuple[str, object]]:
    async with small.db.connection() as connection:
        log = await store.log(connection, ticket_id)
    return [(entry.event.limit.value, entry.event.due_at) for entry in log if isinstance(entry.event, Overdue)]


async def states(small: Small) -> dict[str, int]:
    async with small.db.connection() as connection:
        rows = await connection.fetch("SELECT state, count(*) AS n FROM deadline GROUP BY state")
    return {row["state"]: row["n"] for row in rows}


async def test_two_workers_fire_each_clock_once(small: Small) -> None:
    tickets = [await small.call() for _ in range(40)]

    async def work() -> int:
        fired = 0
        while n := await deadlines.fire_due(small.db, small.desk.packs, now=minutes(50), limit=7):
            fired += n
        return fired

    by_worker = await asyncio.gather(work(), work(), work())
    await work()
    for ticket in tickets:
        assert sorted(await overruns(small, ticket.id)) == [
            ("accept", minutes(3)),
            ("answer", minutes(33)),  # the 督办单 that the first one brought
            ("arrive", minutes(45)),
        ]
    assert await states(small) == {"fired": 120}
    assert sum(by_worker) >= 40
    assert (await audit(small.db, small.desk.packs)).clean


async def test_the_line_of_an_overrun_says_when_it_was_due_and_when_it_was_noticed(small: Small) -> None:
    ticket = await small.call()
    assert await deadlines.fire_due(small.db, small.desk.packs, now=minutes(10)) == 1
    async with small.db.connection() as connection:
        log = await store.log(connection, ticket.id)
    last = next(entry for entry in log if isinstance(entry.event, Overdue))
    assert isinstance(last, Entry)
    assert (last.at_claimed, last.at_server, last.by.id) == (minutes(3), minutes(10), "system")


async def test_a_clock_that_has_not_run_out_is_left_alone(small: Small) -> None:
    await small.call()
    assert await deadlines.fire_due(small.db, small.desk.packs, now=minutes(1)) == 0
    assert await deadlines.fire_due(small.db, small.desk.packs, now=minutes(3)) == 1  # two steps of its ladder
    assert await states(small) == {"armed": 2}


async def test_each_step_of_the_ladder_is_taken_once_and_in_its_turn(small: Small) -> None:
    ticket = await small.call()
    for seconds in range(0, 600, 15):
        await deadlines.fire_due(small.db, small.desk.packs, now=START + timedelta(seconds=seconds))
    async with small.db.connection() as connection:
        log = await store.log(connection, ticket.id)
    told = [(entry.event.kind, (entry.at_claimed - START).total_seconds()) for entry in log[1:]]
    assert told == [
        ("warned", 90),
        ("warned", 135),
        ("chased", 135),
        ("overdue", 180),
        ("supervised", 180),
        ("escalated", 270),
    ]
    async with small.db.connection() as connection:
        after = await store.load(connection, ticket.id)
    assert (after.flags.escalated_level, after.flags.supervised, after.flags.chased_n) == (4, True, 1)
    assert [s.no for s in after.supervisions] == [f"DB{ticket.ticket_no}-1"]
    assert (await audit(small.db, small.desk.packs)).clean


async def test_a_step_fires_what_ran_out_before_it_if_no_worker_did(small: Small) -> None:
    ticket = await small.call()
    ticket = await small.does(ticket, "accept", "xiangshan", e.Accepted(), at=minutes(10))
    assert ticket.version == 8  # six of the clock, and the step
    assert ticket.flags.overdue == (Limit.ACCEPT,)
    assert await overruns(small, ticket.id) == [("accept", minutes(3))]
    assert await deadlines.fire_due(small.db, small.desk.packs, now=minutes(10)) == 0
    assert (await audit(small.db, small.desk.packs)).clean


async def test_worker_and_step_at_the_same_moment_fire_a_clock_once(small: Small) -> None:
    tickets, packs = [await small.call() for _ in range(20)], small.desk.packs
    steps = [small.does(ticket, "accept", "xiangshan", e.Accepted(), at=minutes(10)) for ticket in tickets]
    workers = [deadlines.fire_due(small.db, packs, now=minutes(10), limit=5) for _ in range(8)]
    await asyncio.gather(*steps, *workers)
    for ticket in tickets:
        assert await overruns(small, ticket.id) == [("accept", minutes(3))]
    assert (await audit(small.db, small.desk.packs)).clean


async def test_a_ticket_that_somebody_is_working_on_is_not_waited_for(small: Small) -> None:
    held, other = await small.call(), await small.call()
    async with asyncio.timeout(HANGS_S), small.db.transaction() as tx:
        await store.load(tx, held.id, lock=True)
        assert await deadlines.fire_due(small.db, small.desk.packs, now=minutes(10)) == 1
    assert await overruns(small, held.id) == []
    assert await overruns(small, other.id) == [("accept", minutes(3))]
    assert await deadlines.fire_due(small.db, small.desk.packs, now=minutes(10)) == 1
    assert await overruns(small, held.id) == [("accept", minutes(3))]


async def test_those_that_are_held_do_not_keep_others_waiting_behind_them(small: Small) -> None:
    held = [await small.call() for _ in range(3)]
    later = await small.call(at=minutes(1))
    async with asyncio.timeout(HANGS_S), small.db.transaction() as tx:
        for ticket in held:
            await store.load(tx, ticket.id, lock=True)
        assert await deadlines.fire_due(small.db, small.desk.packs, now=minutes(10), limit=2) == 1
    assert await overruns(small, later.id) == [("accept", minutes(4))]


async def test_an_arrival_in_time_that_is_entered_a_little_later_stops_the_clock(small: Small) -> None:
    ticket = await small.walk(await small.call(), to="depart")
    arrived = await small.does(ticket, "arrive", "crew-1", e.Arrived(), at=minutes(47), claimed_at=minutes(44))
    assert arrived.flags.overdue == ()
    assert await overruns(small, ticket.id) == []
    assert (await audit(small.db, small.desk.packs)).clean


async def test_an_arrival_in_time_takes_back_the_flag_that_a_worker_set_meanwhile(small: Small) -> None:
    ticket = await small.walk(await small.call(), to="depart")
    await deadlines.fire_due(small.db, small.desk.packs, now=minutes(46))
    arrived = await small.does(ticket, "arrive", "crew-1", e.Arrived(), at=minutes(47), claimed_at=minutes(44))
    assert arrived.flags.overdue == ()
    assert await overruns(small, ticket.id) == [("arrive", minutes(45))]
    assert (await audit(small.db, small.desk.packs)).clean


async def test_a_limit_that_moves_is_armed_anew_and_may_come_back(small: Small) -> None:
    ticket = await small.walk(await small.call(), to="accept")
    for place, due in (((121.75, 29.62), 90), ((121.87, 29.48), 45), ((121.75, 29.62), 90)):
        corrected = e.Corrected(reason="位置更正", lon=place[0], lat=place[1])
        ticket = await small.does(ticket, "correct", "xiangshan", corrected, at=minutes(2))
        async with small.db.connection() as connection:
            armed = await connection.fetch("SELECT due_at FROM deadline WHERE name = 'arrive' AND state = 'armed'")
        assert [row["due_at"] for row in armed] == [minutes(due)]
    assert (await audit(small.db, small.desk.packs)).clean


async def test_a_transfer_does_not_start_the_arrival_clock_again(small: Small) -> None:
    ticket = await small.walk(await small.call(), to="dispatch")
    other = SENT.model_copy(update={"crew_id": "c2", "crew_name": "石浦一队", "transfer_reason": "一队遇险情"})
    await small.does(ticket, "dispatch", "xiangshan", other, at=minutes(30))
    assert await deadlines.fire_due(small.db, small.desk.packs, now=minutes(46)) == 1
    assert await overruns(small, ticket.id) == [("arrive", minutes(45))]


async def test_a_closed_ticket_leaves_no_clock_running(small: Small) -> None:
    await small.walk(await small.call())
    assert await deadlines.fire_due(small.db, small.desk.packs, now=minutes(100_000)) == 0
    await small.does(await small.call(), "cancel", "seat", EVENTS["cancelled"], at=minutes(1))
    assert "armed" not in await states(small)
