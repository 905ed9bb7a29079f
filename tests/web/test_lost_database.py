"""The database goes away in the middle of a request: 503, and the same request sent again succeeds once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import httpx
import pytest

from tests.worlds import XIANGSHAN

from .conftest import CALL, Centre, key
from .test_bad_input import error_of

WAITING = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@asynccontextmanager
async def held(dsn: str, statement: str) -> AsyncIterator[asyncpg.Connection]:
    """Hold a lock that the request will wait for."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute(statement)
            yield connection
    finally:
        await connection.close()


async def kill_the_waiting(connection: asyncpg.Connection, request: "asyncio.Task[httpx.Response]") -> int:
    """
    Kill whoever waits for the lock until the request is among them and answered; return how many were killed.

    The application's own loops read the same tables and may wait before the request does.
    """
    killed = 0
    async with asyncio.timeout(60):
        while not request.done():
            for row in await connection.fetch(WAITING):
                killed += await connection.fetchval("SELECT pg_terminate_backend($1, 20000)", row["pid"])
            await asyncio.sleep(0.005)
            await connection.execute("SELECT pg_stat_clear_snapshot()")  # inside a transaction the first look is kept
    return killed


async def refused_for_now(answer: httpx.Response) -> None:
    assert (answer.status_code, error_of(answer)["code"]) == (503, "Unavailable")
    assert answer.headers["retry-after"] == "1"


async def test_a_call_cut_off_in_its_transaction_is_kept_by_the_retry_and_only_once(centre: Centre, dsn: str) -> None:
    seat, same = await centre.by("seat"), key()
    async with held(dsn, "LOCK TABLE call IN ACCESS EXCLUSIVE MODE") as lock:
        request = asyncio.create_task(seat.post("/calls", json=CALL, headers=same))
        assert await kill_the_waiting(lock, request) >= 1
        await refused_for_now(await request)
    assert (await centre.rows())["ticket"] == 0
    retried = await seat.post("/calls", json=CALL, headers=same)
    assert retried.status_code == 201
    again = await seat.post("/calls", json=CALL, headers=same)
    assert again.json() == retried.json()
    assert (await centre.rows())["ticket"] == 1


async def test_a_step_cut_off_in_its_transaction_happens_once(centre: Centre, dsn: str) -> None:
    ticket, same = await centre.call(), key()
    dispatcher, path = await centre.by("xiangshan"), f"/tickets/{ticket['id']}/accept"
    async with held(dsn, f"SELECT FROM ticket WHERE id = '{ticket['id']}' FOR UPDATE") as lock:
        request = asyncio.create_task(dispatcher.post(path, json={"version": 1}, headers=same))
        assert await kill_the_waiting(lock, request) >= 1
        await refused_for_now(await request)
    retried = await dispatcher.post(path, json={"version": 1}, headers=same)
    assert (retried.status_code, retried.json()["version"]) == (200, 2)


async def test_a_dispatch_cut_off_in_its_transaction_sends_one_crew(centre: Centre, dsn: str) -> None:
    ticket, same = await centre.call(), key()
    await centre.does("xiangshan", ticket, "accept")
    dispatcher, path = await centre.by("xiangshan"), f"/tickets/{ticket['id']}/dispatch"
    async with held(dsn, "LOCK TABLE dispatch IN ACCESS EXCLUSIVE MODE") as lock:
        request = asyncio.create_task(dispatcher.post(path, json={}, headers=same))
        assert await kill_the_waiting(lock, request) >= 1
        await refused_for_now(await request)
    retried = await dispatcher.post(path, json={}, headers=same)
    assert retried.status_code == 200
    assert (await centre.rows())["dispatch"] == 1


@pytest.mark.parametrize("path", ["/tickets", f"/tickets?area={XIANGSHAN}", "/crews"])
async def test_a_look_cut_off_is_answered_the_second_time(centre: Centre, dsn: str, path: str) -> None:
    reader = await centre.by("monitor")
    await reader.get("/me")  # who reads is known, so that the look itself is what waits
    async with held(dsn, "LOCK TABLE ticket, crew IN ACCESS EXCLUSIVE MODE") as lock:
        request = asyncio.create_task(reader.get(path))
        assert await kill_the_waiting(lock, request) >= 1
        await refused_for_now(await request)
    assert (await reader.get(path)).status_code == 200
