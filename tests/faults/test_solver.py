"""The solver killed, stopped, out of memory in a storm: insertion goes on alone, consoles are told, nothing is lost."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from dispatch.notify import audit
from tests.web.conftest import CALL, key
from tests.worlds import XIANGSHAN, minutes, stranger

from .siege import Process, Siege, family, session, until, until_so

pytestmark = pytest.mark.faults

STORM = {"mode": "storm", "reason": "台风"}
TWICE = "SELECT count(*) - count(DISTINCT crew_id) FROM dispatch WHERE ended_at IS NULL"
SENT = "SELECT count(*) FROM dispatch WHERE ticket_id = ANY($1::text[])"
UNTOLD = """
SELECT count(*) FROM dispatch JOIN ticket ON ticket.id = ticket_id
WHERE ended_at IS NULL AND ticket.crew_id IS DISTINCT FROM dispatch.crew_id
"""
STALL = re.compile(r"^dispatch_loop_(stall|busy)_most_seconds\S* (\S+)$", re.MULTILINE)
CHILD = b"dispatch.desk.planning.apart"


class Storm:
    """象山 in a storm: the machine accepts and sends."""

    def __init__(self, site: Siege, client: httpx.AsyncClient, database: Any) -> None:
        self.site, self.client, self.database = site, client, database
        self.calls: list[str] = []

    async def call(self, *, lon: float = 121.87, lat: float = 29.48) -> str:
        """Take a call; return its ticket's id."""
        said = CALL | {"phone": stranger(), "place": {"lon": lon, "lat": lat}}
        answer = await self.client.post("/api/v1/calls", json=said, headers=self.as_("seat") | key())
        assert answer.status_code == 201, answer.text
        self.calls.append(str(answer.json()["ticket"]["id"]))
        return self.calls[-1]

    def as_(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer token-of-{who}"}

    async def planner(self) -> dict[str, Any]:
        """Return how the planning of the county is told to consoles."""
        answer = await self.client.get("/api/v1/planner", params={"area": XIANGSHAN}, headers=self.as_("xiangshan"))
        assert answer.status_code == 200, answer.text
        (region,) = answer.json()["regions"]
        return dict(region)

    async def is_planned(self) -> bool:
        return str((await self.planner())["state"]) == "ok"

    async def is_inserted(self) -> bool:
        return str((await self.planner())["state"]) == "insertion_only"

    async def health(self) -> str:
        return str((await self.client.get("/health/ready")).json()["parts"]["planner"]["said"])

    async def sent(self, ticket_id: str) -> int:
        return int(await self.database.fetchval(SENT, [ticket_id]))

    async def crew_goes(self, ticket_id: str) -> None:
        """Wait until a crew was sent to a ticket."""
        await until_so(lambda: self.sent(ticket_id))

    async def cancelled(self, ticket_id: str) -> None:
        """Free the crew of a ticket again."""
        said = {"reason": "客户来电已恢复", "meter": "live"}
        path = f"/api/v1/tickets/{ticket_id}/cancel"
        answer = await self.client.post(path, json=said, headers=self.as_("seat") | key())
        assert answer.status_code == 200, answer.text

    async def nothing_is_lost(self) -> None:
        """Each call has its ticket, no crew is on two, each dispatch stands in its ticket, the log adds up."""
        kept = await self.database.fetchval("SELECT count(*) FROM ticket WHERE id = ANY($1::text[])", self.calls)
        assert kept == len(self.calls)
        assert await self.database.fetchval(TWICE) == 0
        assert await self.database.fetchval(UNTOLD) == 0
        late_ms, busy_ms = [most * 1000 for most in await self.longest_stall()]
        print(f"the API's event loop was held up for {late_ms:.0f} ms at most, worked {busy_ms:.0f} ms at a stretch")
        assert await audit.findings(self.database) == []

    async def longest_stall(self) -> tuple[float, float]:
        """Return for how many seconds the API's event loop was held up within half a minute, and itself at work."""
        said = STALL.findall((await self.client.get("/metrics")).text)
        late, busy = (max(float(n) for name, n in said if name == kind) for kind in ("stall", "busy"))
        return late, busy

    def child(self) -> Process | None:
        """Return the process that searches now, if one does."""
        for one in family(self.site.pid_of("solver")):
            if CHILD in _command(one.pid):
                return one
        return None


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.fixture
async def storm(site: Siege) -> AsyncIterator[Storm]:
    connection = await session(site.dsn)
    async with httpx.AsyncClient(base_url=site.url, timeout=60) as client:
        storm = Storm(site, client, connection)
        answer = await client.put(f"/api/v1/areas/{XIANGSHAN}/mode", json=STORM, headers=storm.as_("monitor") | key())
        assert answer.status_code == 200, answer.text
        await until_so(storm.is_planned)
        yield storm
    await connection.close()


async def test_a_killed_solver_leaves_insertion_alone_and_comes_back(storm: Storm) -> None:
    site = storm.site
    first = await storm.call()
    await storm.crew_goes(first)
    (hit,) = site.kill(site.pid_of("solver"))
    assert hit in site.seen
    during = await storm.call(lon=121.93, lat=29.22)
    await storm.crew_goes(during)
    await site.renewed("solver", hit)
    await until_so(storm.is_planned)
    await storm.nothing_is_lost()


async def test_a_stopped_solver_is_told_and_insertion_goes_on_until_it_moves_again(storm: Storm) -> None:
    site = storm.site
    (hit,) = site.kill(site.pid_of("solver"), how=signal.SIGSTOP)
    await until(lambda: _state(hit.pid) == "T")
    try:
        during = await storm.call()
        await storm.crew_goes(during)
        await until_so(storm.is_inserted)
        told = await storm.planner()
        assert told["since"] is not None
        assert "dispatch solver" in told["said"]
        assert re.search(r"仅逐单插入,自 .+ 起", await storm.health())
        late = await storm.call(lon=121.93, lat=29.22)
        await storm.crew_goes(late)
        assert _state(hit.pid) == "T", "the solver was still standing"
    finally:
        site.let_go_on(hit)
    await until_so(storm.is_planned)
    await storm.nothing_is_lost()


async def _searching(storm: Storm) -> Process:
    """Have the region planned, by a minute that is over, until a child is seen at work; return it."""
    found: list[Process] = []
    for n in range(1, 200):
        storm.site.clock.set(minutes(n))
        for _ in range(50):
            child = await asyncio.to_thread(storm.child)
            if child is not None:
                found.append(child)
                return child
            await asyncio.sleep(0.02)
    raise AssertionError("no search was ever seen")


async def test_a_search_that_is_killed_is_told_tried_again_and_insertion_goes_on(storm: Storm) -> None:
    site = storm.site
    waits = [await storm.call(lon=121.87 + n / 100) for n in range(6)]  # more than there are crews: somebody waits
    await until_so(lambda: storm.database.fetchval("SELECT count(*) >= 4 FROM dispatch WHERE ended_at IS NULL"))
    child = await _searching(storm)
    site.seen.add(child)
    (hit,) = site.kill(child.pid)
    assert hit == child
    failed = "SELECT failure FROM solver_region WHERE area = '3302' AND failed_wall IS NOT NULL"
    logged = '"failure":"died"'
    await until(lambda: logged in site.log())
    assert (await storm.database.fetchval(failed)) in ("died", None), "it may have been tried again already"
    await until_so(storm.is_planned)
    held = await storm.database.fetchrow("SELECT ticket_id FROM dispatch WHERE ended_at IS NULL LIMIT 1")
    await storm.cancelled(held["ticket_id"])
    await until_so(lambda: storm.database.fetchval("SELECT count(DISTINCT ticket_id) >= 5 FROM dispatch"))
    assert set(waits) <= set(storm.calls)
    await storm.nothing_is_lost()


@pytest.fixture
def hurried(siege: Siege) -> None:
    """Let a search have few seconds."""
    siege.settings = replace(siege.settings, solver_deadline=4)


async def test_a_search_that_hangs_is_ended_at_its_deadline_and_told(hurried: None, storm: Storm) -> None:
    site = storm.site
    for n in range(6):
        await storm.call(lon=121.87 + n / 100)
    child = await _searching(storm)
    (hit,) = site.kill(child.pid, how=signal.SIGSTOP)
    await until(lambda: _state(hit.pid) == "T")
    await until_so(storm.is_inserted)
    assert "超时" in (await storm.planner())["said"]
    assert '"failure":"hung"' in site.log()
    await until_so(storm.is_planned)
    await storm.nothing_is_lost()


@pytest.fixture
def starved(siege: Siege) -> None:
    """Let a search have far less memory than Python alone takes."""
    siege.settings = replace(siege.settings, solver_memory=64)


async def test_a_search_out_of_memory_is_told_and_every_crew_is_sent_by_insertion(starved: None, site: Siege) -> None:
    connection = await session(site.dsn)
    async with httpx.AsyncClient(base_url=site.url, timeout=60) as client:
        storm = Storm(site, client, connection)
        answer = await client.put(f"/api/v1/areas/{XIANGSHAN}/mode", json=STORM, headers=storm.as_("monitor") | key())
        assert answer.status_code == 200, answer.text
        tickets = [await storm.call(lon=121.87 + n / 100) for n in range(4)]
        for ticket in tickets:
            await storm.crew_goes(ticket)
        waits = await storm.call(lon=121.80)
        site.clock.set(minutes(1))
        await until(lambda: '"failure":"out_of_memory"' in site.log())
        await until_so(storm.is_inserted)
        assert "内存不足" in (await storm.planner())["said"]
        assert await storm.sent(waits) == 0
        await storm.cancelled(tickets[0])
        await storm.crew_goes(waits)
        await storm.nothing_is_lost()
    await connection.close()
