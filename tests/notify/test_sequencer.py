"""The sequencer: whatever was committed is numbered once, in an order that readers can follow."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest

from dispatch.kit import role
from dispatch.kit.db import Database
from dispatch.kit.role import Role, held
from dispatch.notify import audit, feed, sequencer

from .county import County, change, kill

AREAS = ["330225", "330226", "330281"]
BACKLOG = """
INSERT INTO outbox (area, kind, ticket_id, version, body)
SELECT ($1::text[])[1 + i % 3], 'ticket', 't' || i, 1, '{}' FROM generate_series(1, $2::int) AS i
"""


OURS = "datname = current_database() AND application_name = 'dispatch sequencer'"
BOTH_ARE_UP = f"SELECT count(*) = 2 FROM pg_stat_activity WHERE {OURS}"
IN_MID_WORK = f"""
SELECT EXISTS (SELECT FROM pg_stat_activity WHERE {OURS} AND state = 'active' AND wait_event = 'transactionid')
"""
IN_THE_WAY = """
INSERT INTO feed (n, area, seq, kind, ticket_id, version, body, wall_at)
VALUES ($1, 'elsewhere', 1, 'ticket', 'nobody', 1, '{}', now())
"""
WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $1 AND NOT granted)"


@asynccontextmanager
async def numbering(dsn: str) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(sequencer.run(dsn))
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def until(check: Callable[[], Awaitable[bool]], *, within_s: float = 60) -> None:
    async with asyncio.timeout(within_s):
        while not await check():
            await asyncio.sleep(0.01)


async def numbered(db: Database, count: int) -> None:
    """Wait until so many changes have their numbers and none is waiting."""

    async def done() -> bool:
        async with db.connection() as connection:
            waiting = await connection.fetchval("SELECT count(*) FROM outbox")
            return waiting == 0 and await feed.last(connection) >= count

    await until(done)


async def feed_has(db: Database, count: int) -> None:
    """Wait until so many changes have their numbers."""

    async def done() -> bool:
        async with db.connection() as connection:
            return await feed.last(connection) >= count

    await until(done)


def one_of(db: Database, question: str, *given: object) -> Callable[[], Awaitable[bool]]:
    """Return what asks the database a yes-or-no question."""

    async def asked() -> bool:
        async with db.connection() as connection:
            return bool(await connection.fetchval(question, *given))

    return asked


async def all_lines(db: Database) -> list[feed.Line]:
    async with db.connection() as connection:
        return await feed.on(connection, 0, limit=100_000)


async def clean(db: Database) -> bool:
    async with db.connection() as connection:
        return await audit.findings(connection) == []


async def test_changes_are_numbered_over_all_and_within_each_area(db, dsn):
    async with db.transaction() as tx:
        for number in range(1, 8):
            await change(tx, f"t{number}", 1, area=AREAS[number % 2])
    async with numbering(dsn):
        await numbered(db, 7)

    lines = await all_lines(db)
    assert [line.n for line in lines] == list(range(1, 8))
    assert [line.seq for line in lines if line.area == AREAS[0]] == [1, 2, 3]
    assert [line.seq for line in lines if line.area == AREAS[1]] == [1, 2, 3, 4]
    assert await clean(db)


async def test_a_transaction_that_commits_late_is_numbered_after_those_that_overtook_it(db, dsn):
    late = await asyncpg.connect(dsn)
    transaction = late.transaction()
    await transaction.start()
    await change(late, "slow", 1, area=AREAS[0])  # takes the lower id
    async with numbering(dsn):
        async with db.transaction() as tx:
            await change(tx, "quick", 1, area=AREAS[0])
        await numbered(db, 1)
        assert [line.ticket_id for line in await all_lines(db)] == ["quick"]
        await transaction.commit()
        await numbered(db, 2)
    await late.close()

    assert [(line.n, line.seq, line.ticket_id) for line in await all_lines(db)] == [(1, 1, "quick"), (2, 2, "slow")]
    assert await clean(db)


async def test_a_transaction_that_outlasts_the_floor_is_still_found(db, dsn, monkeypatch):
    monkeypatch.setattr(sequencer, "LATE_S", 0.1)
    monkeypatch.setattr(sequencer, "SWEEP_S", 0.5)
    late = await asyncpg.connect(dsn)
    transaction = late.transaction()
    await transaction.start()
    await change(late, "slow", 1, area=AREAS[0])
    async with numbering(dsn):
        for number in range(30):
            async with db.transaction() as tx:
                await change(tx, f"q{number}", 1, area=AREAS[0])
            await asyncio.sleep(0.02)
        await feed_has(db, 30)  # so that what commits now is the last in any case
        await transaction.commit()
        await numbered(db, 31)
    await late.close()

    assert (await all_lines(db))[-1].ticket_id == "slow"
    assert await clean(db)


async def test_many_desks_at_once_leave_no_gap_and_lose_nothing(db, dsn):
    async def desk(number: int) -> int:
        county = County(AREAS, seed=number)
        connection = await asyncpg.connect(dsn)
        for _ in range(60):
            await county.step(connection)
        await connection.close()
        return county.changes

    async with numbering(dsn):
        done = await asyncio.gather(*(desk(number) for number in range(6)))
        await numbered(db, sum(done))

    lines = await all_lines(db)
    assert [line.n for line in lines] == list(range(1, len(lines) + 1))
    assert await clean(db)


async def test_a_second_sequencer_waits_and_takes_over_when_the_first_is_killed(db, dsn):
    async with numbering(dsn), numbering(dsn):
        async with db.transaction() as tx:
            await change(tx, "t1", 1, area=AREAS[0])
        await numbered(db, 1)
        await until(one_of(db, BOTH_ARE_UP))
        assert await kill(dsn, "dispatch sequencer") == 2  # holder and spare
        async with db.transaction() as tx:
            await change(tx, "t2", 1, area=AREAS[0])
        await numbered(db, 2)

    assert [line.n for line in await all_lines(db)] == [1, 2]


async def test_only_one_of_two_sequencers_holds_the_role(dsn):
    async with held(dsn, Role.SEQUENCER):
        waiting = asyncio.create_task(_hold_for_a_moment(dsn))
        await asyncio.sleep(0.5)
        assert not waiting.done()
    await asyncio.wait_for(waiting, 60)


async def _hold_for_a_moment(dsn: str) -> None:
    async with held(dsn, Role.SEQUENCER):
        pass


async def test_a_sequencer_that_is_silent_is_put_out_by_the_server(dsn, monkeypatch):
    monkeypatch.setattr(role, "LEASE_S", 1.0)
    session = None
    with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        async with held(dsn, Role.SEQUENCER) as session:
            await asyncio.wait_for(_hold_for_a_moment(dsn), 60)  # gets in while we still believe to hold the role
    assert session is not None
    assert session.is_closed()


async def test_a_sequencer_killed_in_mid_work_neither_loses_nor_repeats_a_number(db, dsn):
    async with db.connection() as connection:
        await connection.execute(BACKLOG, AREAS, 12_000)
    obstacle = await asyncpg.connect(dsn)
    async with numbering(dsn):
        for place in (1_500, 4_500, 9_500):  # in the middle of a statement that has taken and numbered others before it
            transaction = obstacle.transaction()
            await transaction.start()
            await obstacle.execute(IN_THE_WAY, place)
            await until(one_of(db, IN_MID_WORK))
            assert await kill(dsn, "dispatch sequencer", query="WITH taken%", state="active") == 1
            await transaction.rollback()
        await numbered(db, 12_000)
    await obstacle.close()

    lines = await all_lines(db)
    assert [line.n for line in lines] == list(range(1, 12_001))
    assert {line.ticket_id for line in lines} == {f"t{number}" for number in range(1, 12_001)}
    assert await clean(db)


async def test_a_second_writer_is_refused_by_the_keys(db, dsn):
    """Even if the lock failed, two sequencers could not give one number to two changes."""
    async with db.transaction() as tx:
        await change(tx, "t1", 1, area=AREAS[0])
        await change(tx, "t2", 1, area=AREAS[0])
    first, second = await asyncpg.connect(dsn), await asyncpg.connect(dsn)
    transaction = first.transaction()
    await transaction.start()
    assert await sequencer.move(first, limit=1) == (1, 1)
    blocked = asyncio.create_task(sequencer.move(second, limit=2))
    await until(one_of(db, WAITS, second.get_server_pid()))
    await transaction.commit()
    with pytest.raises(asyncpg.UniqueViolationError):
        await blocked
    await first.close()
    await second.close()

    assert [line.ticket_id for line in await all_lines(db)] == ["t1"]
