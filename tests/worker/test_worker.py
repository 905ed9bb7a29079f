"""The worker at work: limits fire, counties that leave it to the machine are served, and a second worker takes over."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

import asyncpg
import pytest

from dispatch.capacity.modes import Mode
from dispatch.desk.bookings import services
from dispatch.desk.bookings.services import NewService
from dispatch.desk.storm.modes import mode_of, set_mode
from dispatch.kit.clock import SharedClock
from dispatch.kit.db import Connection
from dispatch.kit.role import Role
from dispatch.kit.settings import Settings
from dispatch.notify import audit, feed
from dispatch.services.words import ServiceKind
from dispatch.tickets import store
from dispatch.worker import recurring
from dispatch.worker.loops import every, keep
from dispatch.worker.main import work
from tests.worlds import START, XIANGSHAN, Small, minutes, person

POSITIONS = """
INSERT INTO crew_position (crew_id, lon, lat, at, received_at) VALUES ($1, $2, $3, $4, $4)
"""


@pytest.fixture
def clock(tmp_path) -> SharedClock:
    clock = SharedClock(tmp_path / "clock")
    clock.set(START)
    return clock


@pytest.fixture
def settings(dsn, tmp_path, clock) -> Settings:
    return Settings(database_url=dsn, clock_path=str(tmp_path / "clock"), pool_size=4)


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(work(settings, stop))
    yield
    stop.set()
    await asyncio.wait_for(task, 10)


async def until(check: Callable[[], Awaitable[object]], *, within_s: float = 60) -> None:
    async with asyncio.timeout(within_s):
        while not await check():
            await asyncio.sleep(0.02)


async def test_a_limit_fires_when_the_trades_clock_passes_it(small, settings, clock):
    ticket = await small.call()

    async def overdue() -> tuple[str, ...]:
        async with small.db.connection() as connection:
            return (await store.load(connection, ticket.id)).flags.overdue

    async with working(settings):
        await asyncio.sleep(0.6)
        assert await overdue() == ()
        clock.set(START + timedelta(hours=2))
        await until(overdue)

    async with small.db.connection() as connection:
        fired = await connection.fetchval("SELECT count(*) FROM deadline WHERE state = 'fired'")
        events = await connection.fetchval("SELECT count(*) FROM ticket_event WHERE kind = 'overdue'")
        assert fired == events >= 1


async def test_a_county_in_quick_mode_accepts_and_sends_the_crew_by_itself(small, settings, clock):
    async with small.db.transaction() as tx:
        await tx.execute(POSITIONS, "c1", 121.87, 29.48, START)
    by_machine = await small.call()
    by_hand = await small.call(place=None, county="330226")
    async with working(settings):
        await asyncio.sleep(1)
        await set_mode(small.desk, XIANGSHAN, Mode.QUICK, reason="台风", by=person("monitor"), at=minutes(1))
        clock.set(minutes(2))

        async def sent() -> bool:
            async with small.db.connection() as connection:
                return (await store.load(connection, by_machine.id)).crew is not None

        await until(sent)

    async with small.db.connection() as connection:
        machine, hand = [await store.load(connection, ticket.id) for ticket in (by_machine, by_hand)]
        assert machine.crew is not None
        assert (machine.crew.crew_id, machine.crew.sent_by) == ("c1", "system")
        assert hand.stage == "submitted"
        assert await audit.findings(connection) == []


async def test_every_minute_modes_end_and_services_are_warned(small, settings, clock):
    await set_mode(small.desk, XIANGSHAN, Mode.MANUAL, reason="演练", by=person("monitor"), at=START)
    new = NewService(kind=ServiceKind.ARREARS_RECONNECT, text="已缴费", area=XIANGSHAN)
    (request,) = await services.open_services(small.desk, new, by=person("seat"), at=START)
    warned = "SELECT count(*) FROM service_event WHERE kind = 'warned'"

    async def over() -> bool:
        mode = await mode_of(small.desk, XIANGSHAN, by=person("monitor"))
        async with small.db.connection() as connection:
            return mode.mode is Mode.NORMAL and await connection.fetchval(warned) == 1

    async with working(settings), working(settings):
        await asyncio.sleep(0.8)
        assert not await over()
        clock.set(START + timedelta(hours=24))
        await until(over)
        clock.set(START + timedelta(hours=26))
        await asyncio.sleep(1.2)
        assert await over()
    assert request.due_at == START + timedelta(hours=24)


async def test_what_need_not_be_kept_is_forgotten(small):
    async with small.db.transaction() as tx:
        await tx.execute(
            "INSERT INTO idempotency (account_id, key, request_hash, status, response, at)"
            " VALUES ('seat', 'old', '', 200, '{}', now() - interval '8 days'), ('seat', 'new', '', 200, '{}', now())"
        )
    for job in recurring.JOBS:
        await job(small.db)
    async with small.db.connection() as connection:
        assert [row["key"] for row in await connection.fetch("SELECT key FROM idempotency")] == ["new"]


async def test_a_loop_that_breaks_is_begun_again():
    turns = 0

    async def turn() -> bool:
        nonlocal turns
        turns += 1
        if turns in (2, 3):
            raise asyncpg.InternalClientError("got result for unknown protocol state 3")
        return turns == 4

    task = asyncio.create_task(keep("test", lambda: every(0.01, turn)))
    async with asyncio.timeout(10):
        while turns < 6:
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


# Processes


@contextmanager
def running(settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    """Start ``dispatch worker`` as a process of its own."""
    environ = os.environ | {"DATABASE_URL": settings.database_url or "", "DISPATCH_CLOCK": settings.clock_path or ""}
    with subprocess.Popen([sys.executable, "-m", "dispatch", "worker"], env=environ, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


async def told_to_end(process: "subprocess.Popen[bytes]") -> list[str]:
    """Ask the process to end; return what it did, as its log says. It must end well."""
    process.send_signal(signal.SIGTERM)
    _, log = await asyncio.to_thread(process.communicate, timeout=60)
    assert process.returncode == 0
    return [json.loads(line)["event"] for line in log.decode().splitlines()]


async def holder(connection: Connection, role: Role = Role.SEQUENCER) -> int | None:
    """Return the backend that holds a part's lock."""
    return await connection.fetchval(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 95598 AND objid = $1 AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        int(role),
    )


async def spare_is_up(connection: Connection) -> bool:
    """Say whether a second worker waits for the sequencer's part."""
    asking = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1"
    return await connection.fetchval(asking, "dispatch sequencer") == 2


async def numbered(small: Small, connection: Connection) -> None:
    """Log a call and wait until the feed tells of it."""
    before = await feed.last(connection)
    await small.call()

    async def told() -> bool:
        return await feed.last(connection) > before

    await until(told)


@pytest.mark.faults
async def test_a_second_worker_takes_over_when_the_first_is_killed(small, settings):
    async with small.db.connection() as connection:
        with running(settings) as first:
            await until(lambda: holder(connection))
            await until(lambda: holder(connection, Role.LEADER))
            held, led = await holder(connection), await holder(connection, Role.LEADER)
            with running(settings) as second:
                await until(lambda: spare_is_up(connection))
                assert await holder(connection) == held
                await numbered(small, connection)

                first.send_signal(signal.SIGKILL)
                await numbered(small, connection)
                assert await holder(connection) not in (None, held)

                async def leads() -> bool:
                    return await holder(connection, Role.LEADER) not in (None, led)

                await until(leads)
                assert await audit.findings(connection) == []
                did = await told_to_end(second)
    assert "worker started" in did
    assert did[-1] == "worker ended"
    assert did.count("role taken") == 2  # the sequencer's and the leader's
