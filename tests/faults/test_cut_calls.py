"""The line between a seat and the server breaks in the middle of a call: sent again, it is taken once."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
import httpx
import msgspec
import pytest

from tests.proxy import Proxy
from tests.web.conftest import CALL
from tests.web.test_lost_database import held

from .siege import Siege, session, until_so

pytestmark = pytest.mark.faults

SEED = 95598
WAITING = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock')"
HEADERS = {"Authorization": "Bearer token-of-seat"}
CALLS, CUT_OFF, CUT_EVERY_S = 120, 12, (0.001, 0.06)


@asynccontextmanager
async def seat(port: int) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=HEADERS, timeout=60) as client:
        yield client


async def log_call(client: httpx.AsyncClient, key: str, **said: str) -> httpx.Response:
    return await client.post("/api/v1/calls", json=CALL | said, headers={"Idempotency-Key": key})


async def log_call_until_answered(client: httpx.AsyncClient, key: str, **said: str) -> tuple[dict[str, str], int]:
    """Send the call until it is answered, as a seat's program does; return the answer and how often it was cut off."""
    cuts = 0
    while True:
        try:
            answer = await log_call(client, key, **said)
        except httpx.TransportError:
            cuts += 1
            continue
        assert answer.status_code == 201, answer.text
        return answer.json(), cuts


def customer(number: int) -> dict[str, str]:
    """Return who calls and from where: everybody else than the others."""
    return {"phone": f"1390000{number:04d}", "address": f"丹城镇东街{number}号"}


def kept(connection: "asyncpg.Connection[asyncpg.Record]") -> Callable[[], Awaitable[list[str]]]:
    async def calls() -> list[str]:
        return [row["id"] for row in await connection.fetch("SELECT id FROM call ORDER BY id")]

    return calls


@asynccontextmanager
async def looking(site: Siege) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await session(site.dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def test_a_call_cut_off_before_its_answer_is_answered_when_it_is_sent_again(site: Siege) -> None:
    async with Proxy(site.settings.port) as proxy, seat(proxy.port) as client, looking(site) as database:
        async with held(site.dsn, "LOCK TABLE call IN ACCESS EXCLUSIVE MODE") as lock:
            asked = asyncio.create_task(log_call(client, "cut-off-1"))
            await until_so(lambda: lock.fetchval(WAITING))
            assert proxy.cut() == 1
            with pytest.raises(httpx.TransportError):
                await asked
        await until_so(kept(database))
        again = await log_call(client, "cut-off-1")
        assert again.status_code == 201
        assert again.headers["idempotent-replayed"] == "true"
        assert [again.json()["call_id"]] == await kept(database)()
        assert again.json()["ticket"]["version"] == 1


async def test_half_a_call_leaves_nothing_and_the_whole_one_is_taken(site: Siege) -> None:
    body = msgspec.json.encode(CALL)
    head = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    request = (
        f"POST /api/v1/calls HTTP/1.1\r\nHost: seat\r\n{head}Idempotency-Key: half-call-1\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    async with Proxy(site.settings.port) as proxy, seat(proxy.port) as client, looking(site) as database:
        for length in (len(request) // 3, len(request) - len(body), len(request) - 1):
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            writer.write(request[:length])
            await writer.drain()
            await asyncio.sleep(0.1)  # perhaps it has arrived, and the server waits for the rest
            while not (cut := proxy.cut()):
                await asyncio.sleep(0.01)
            assert cut == 1
            assert await reader.read() == b""
            writer.close()
        assert await kept(database)() == []
        whole = await log_call(client, "half-call-1")
        assert whole.status_code == 201
        assert "idempotent-replayed" not in whole.headers
        assert await kept(database)() == [whole.json()["call_id"]]


@pytest.mark.parametrize("siege", [2], indirect=True, ids=["two API processes"])
async def test_calls_on_a_line_that_breaks_all_the_time_are_taken_once_each(site: Siege) -> None:
    """A call sent again comes to the other process as often as not, perhaps while the first still writes it."""
    assert {"api-1", "api-2"} < site.running["processes"].keys()
    draw = random.Random(SEED)
    async with Proxy(site.settings.port) as proxy, seat(proxy.port) as client, looking(site) as database:

        async def cut() -> int:
            cuts = 0
            while True:
                try:
                    await asyncio.sleep(draw.uniform(*CUT_EVERY_S))
                except asyncio.CancelledError:
                    return cuts
                cuts += proxy.cut()

        cutting = asyncio.create_task(cut())
        slots = asyncio.Semaphore(8)

        async def one(number: int) -> tuple[dict[str, str], int]:
            async with slots:
                return await log_call_until_answered(client, f"line-{number:04d}", **customer(number))

        answers: list[tuple[dict[str, str], int]] = []
        while not answers or sum(cuts for _, cuts in answers) < CUT_OFF:  # until the fault has happened often enough
            answers += await asyncio.gather(*map(one, range(len(answers), len(answers) + CALLS)))
        cutting.cancel()
        assert await cutting > 0
        assert sorted(answer["call_id"] for answer, _ in answers) == await kept(database)()
        again = [await log_call(client, f"line-{number:04d}", **customer(number)) for number in range(len(answers))]
        assert [answer.json() for answer in again] == [answer for answer, _ in answers]
        assert await database.fetchval("SELECT count(*) FROM ticket") == len(answers)
