"""A process that stops without dying, or dies between two ticks: what it held is given up, what it owed is done."""

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from dispatch.kit import children
from dispatch.notify import audit
from tests.web.conftest import CALL, key
from tests.web.test_lost_database import held
from tests.worlds import minutes, stranger

from .siege import Siege, session, until, until_so

pytestmark = pytest.mark.faults

TAKEN = '"role":"SEQUENCER"'  # a worker's log says so when it begins to number
WAITING = "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'ticket_event'::regclass AND NOT granted)"
STUCK = """
SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'ClientRead' AND xact_start IS NOT NULL
    AND state IN ('idle in transaction', 'active'))
"""  # active: the statement was named, and its values never came
OVERDUE = "SELECT count(*) FROM ticket_event WHERE ticket_id = $1 AND kind = 'overdue'"
FIRED = "SELECT count(*) FROM deadline WHERE ticket_id = $1 AND state = 'fired'"


class Desk:
    """People at work on the server, and a session that sees what is kept."""

    def __init__(self, site: Siege, client: httpx.AsyncClient, database: Any) -> None:
        self.site, self.client, self.database = site, client, database

    async def call(self) -> str:
        """Take a call; return its ticket's id."""
        answer = await self.post("seat", "/api/v1/calls", CALL | {"phone": stranger()})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["ticket"]["id"])

    async def post(self, who: str, path: str, said: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer token-of-{who}"} | key()
        return await self.client.post(path, json=said, headers=headers)

    async def does(self, who: str, path: str) -> bool:
        """Take a step; False if the server says that it cannot just now, and may be asked again."""
        answer = await self.post(who, path, {})
        assert answer.status_code in (200, 503), answer.text
        return answer.status_code == 200

    async def told(self, ticket_id: str) -> bool:
        """Say whether the feed tells of a ticket."""
        found = "SELECT EXISTS (SELECT FROM feed WHERE ticket_id = $1)"
        return bool(await self.database.fetchval(found, ticket_id))

    async def lag_ms(self) -> int:
        """Return how far the feed is behind, as the load balancer is told."""
        said = (await self.client.get("/health/ready")).json()["parts"]["feed"]["said"]
        return int(re.search(r"落后 (\d+) 毫秒", said)[1])  # type: ignore[index]

    async def in_order(self) -> None:
        assert await audit.findings(self.database) == []


@pytest.fixture
async def desk(site: Siege) -> AsyncIterator[Desk]:
    connection = await session(site.dsn)
    async with httpx.AsyncClient(base_url=site.url, timeout=60) as client:
        yield Desk(site, client, connection)
    await connection.close()


@contextmanager
def spare_worker(site: Siege) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Start ``dispatch worker`` beside the supervised one; yield it and its log."""
    log = site.place / "spare.log"
    environ = site.environ | {"DATABASE_URL": site.dsn}
    with log.open("wb") as output:
        spare = children.spawn([sys.executable, "-m", "dispatch", "worker"], env=environ, output=output)
    try:
        yield spare, log
    finally:
        children.end(spare, (signal.SIGTERM, 10.0))


@asynccontextmanager
async def stopped(site: Siege, name: str) -> AsyncIterator[int]:
    """Stop a process for the block; it goes on afterwards, unless it was killed meanwhile."""
    (hit,) = site.kill(site.pid_of(name), how=signal.SIGSTOP)
    await until(lambda: _state(hit.pid) == "T")
    try:
        yield hit.pid
    finally:
        site.let_go_on(hit)


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


async def test_a_spare_worker_numbers_what_was_committed_when_the_first_one_died(desk: Desk) -> None:
    site = desk.site
    with spare_worker(site) as (_, log):
        await until(lambda: "worker started" in log.read_text())
        assert TAKEN not in log.read_text(), "the supervised worker numbers"
        async with stopped(site, "worker") as pid:  # between two ticks, for ever
            ticket_id = await desk.call()
            (hit,) = site.kill(pid)
        await until_so(lambda: desk.told(ticket_id))
        await until(lambda: TAKEN in log.read_text())
        await site.renewed("worker", hit)
        assert await desk.told(await _numbered(desk))
    assert await desk.told(await _numbered(desk)), "the new worker has taken over from the spare"
    await desk.in_order()


async def _numbered(desk: Desk) -> str:
    ticket_id = await desk.call()
    await until_so(lambda: desk.told(ticket_id))
    return ticket_id


async def test_a_stopped_worker_lets_the_feed_grow_old_and_when_it_goes_on_it_is_young_again(desk: Desk) -> None:
    site = desk.site
    await _numbered(desk)
    started = site.log().count(TAKEN)
    async with stopped(site, "worker"):
        ticket_id = await desk.call()
        ages = [await _older(desk, 2_000)]
        ages.append(await _older(desk, ages[0] + 3_000))
        assert not await desk.told(ticket_id)
        assert (await desk.client.get("/health/ready")).status_code == 200, "calls can still be taken"
        site.clock.set(minutes(30))  # limits run out meanwhile
    await until_so(lambda: desk.told(ticket_id))
    await until_so(lambda: _is_young(desk))
    await until_so(lambda: desk.database.fetchval(OVERDUE, ticket_id))
    assert await desk.database.fetchval(OVERDUE, ticket_id) == await desk.database.fetchval(FIRED, ticket_id) == 1
    assert site.log().count(TAKEN) > started, "its session had been ended, so that a spare could have taken over"
    await desk.in_order()


async def _older(desk: Desk, ms: int) -> int:
    """Wait until the feed is said to be older; return how old."""
    async with asyncio.timeout(30):
        while (age := await desk.lag_ms()) < ms:
            await asyncio.sleep(0.1)
    return age


async def _is_young(desk: Desk) -> bool:
    return await desk.lag_ms() == 0


async def test_a_worker_that_stops_while_it_fires_does_not_keep_the_ticket_from_its_dispatcher(desk: Desk) -> None:
    site = desk.site
    first = await desk.call()
    site.clock.set(minutes(5))  # nobody accepted it in time
    await until_so(lambda: desk.database.fetchval(OVERDUE, first))
    ticket_id = await desk.call()
    async with held(site.dsn, "LOCK TABLE ticket_event IN EXCLUSIVE MODE"):
        site.clock.set(minutes(10))
        await until_so(lambda: desk.database.fetchval(WAITING))
        (hit,) = site.kill(site.pid_of("worker"), how=signal.SIGSTOP)
        await until(lambda: _state(hit.pid) == "T")
    try:
        await until_so(lambda: desk.database.fetchval(STUCK))
        await until_so(lambda: desk.does("xiangshan", f"/api/v1/tickets/{ticket_id}/accept"), within_s=90)
        assert _state(hit.pid) == "T", "the worker was still standing"
    finally:
        site.let_go_on(hit)
    assert await desk.told(await _numbered(desk))
    assert await desk.database.fetchval(OVERDUE, ticket_id) == 1
    await desk.in_order()
