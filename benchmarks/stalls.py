"""
How long the API's event loop is held up while the solver is killed, hung and out of memory in a storm.

    python -m benchmarks.stalls [--seconds 30] [--rate 5] [--counties 10] [--crews 60]

A real ``dispatch serve`` on an embedded PostgreSQL, all on this machine: a city in storm mode, calls at a steady rate,
the machine accepts, plans and sends. The API process measures its own loop (``kit/stalls.py``); beside it the smallest
request (``/health/live``) is asked all the time. The first row is the same storm with nothing broken: what is above it
is the fault's. Figures: the longest stall, and the most processor time that the loop itself used at a stretch (what is
left when other processes take the machine), as ratios to 50 ms; and that no call and no dispatch is lost.
"""

import argparse
import asyncio
import os
import random
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import count
from typing import Any

import httpx
import psutil
from rich.console import Console
from rich.table import Table

from dispatch.kit import stalls
from dispatch.kit.db import Database
from dispatch.notify import audit
from dispatch.simulator.server import Server

LIMIT_MS = 50
READ_S = 5.0  # less than the window of the figure
SOLVER, CHILD = "solver", "dispatch.desk.planning.apart"
TOKEN = "INSERT INTO machine_token (token_hash, account_id, label, created_at) VALUES ($1, $2, 'bench', now())"
MOST = re.compile(r"^dispatch_loop_stall_most_seconds\S* (\S+)$", re.MULTILINE)
BUSY = re.compile(r"^dispatch_loop_busy_most_seconds\S* (\S+)$", re.MULTILINE)
OVER = re.compile(r'^dispatch_loop_stall_seconds_bucket\{le="(0\.05|\+Inf)"\} (\S+)$', re.MULTILINE)
LOST = """
SELECT (SELECT count(*) FROM dispatch JOIN ticket ON ticket.id = ticket_id
        WHERE ended_at IS NULL AND ticket.crew_id IS DISTINCT FROM dispatch.crew_id)
     + (SELECT count(*) - count(DISTINCT crew_id) FROM dispatch WHERE ended_at IS NULL)
"""
_numbers = count(1)


@dataclass
class Measured:
    """What one fault did."""

    fault: str
    calls: int = 0
    sent: int = 0
    stalls_s: list[float] = field(default_factory=list)
    busy_s: list[float] = field(default_factory=list)
    over: int = 0
    asked_s: list[float] = field(default_factory=list)
    lost: int = 0


def world(counties: int, crews: int) -> dict[str, Any]:
    """Return a city of counties side by side, each with one depot."""
    seat = {"lon": 121.0, "lat": 29.0}
    areas: list[dict[str, Any]] = [
        {"code": "33", "name": "省", "level": "province", **seat},
        {"code": "3302", "name": "市", "level": "city", "parent": "33", **seat},
    ]
    units: list[dict[str, Any]] = []
    for n in range(counties):
        code, west = f"3302{n:02}", 121.0 + 0.2 * n
        ring = [[west, 29.0], [west + 0.2, 29.0], [west + 0.2, 29.3], [west, 29.3], [west, 29.0]]
        place = {"lon": west + 0.1, "lat": 29.15}
        boundary = {"type": "Polygon", "coordinates": [ring]}
        areas.append(
            {"code": code, "name": f"县{n}", "level": "county", "parent": "3302", "boundary": boundary, **place}
        )
        areas.append({"code": f"{code}-1", "name": f"所{n}", "level": "depot", "parent": code, **place})
        units += [
            {"id": f"{code}-{i}", "name": f"{n}县{i}队", "depot": f"{code}-1", "members": ["甲"], "skills": ["lv"]}
            for i in range(crews)
        ]
    accounts = [
        {"id": who, "login": who, "name": who, "role": role, "area": "33"}
        for who, role in (("seat", "SEAT_AGENT"), ("monitor", "PROVINCE_MONITOR"))
    ]
    return {"name": "stalls", "approximate": True, "areas": areas, "crews": units, "accounts": accounts}


class Storm:
    """A server in a storm, and those who call, ask and measure."""

    def __init__(self, server: Server, client: httpx.AsyncClient, database: Database, args: argparse.Namespace) -> None:
        self.server, self.client, self.database, self.args = server, client, database, args
        self.rng = random.Random(7)

    async def measure(self, fault: str, breaks: Callable[[], Awaitable[None]]) -> Measured:
        """Let calls come in while something is broken again and again."""
        found = Measured(fault)
        await asyncio.sleep(2 * stalls.WINDOW_S)  # what was before is out of the figure
        before = await self._figures()
        async with self.database.connection() as connection:
            sent = await connection.fetchval("SELECT count(*) FROM dispatch")
        doing = [asyncio.create_task(each) for each in (self._ask(found), self._read(found), _again(breaks))]
        began = time.monotonic()
        while (gone_s := time.monotonic() - began) < self.args.seconds:
            await self._call()
            found.calls += 1
            await asyncio.sleep(max(0.0, found.calls / self.args.rate - gone_s))
        for task in doing:
            task.cancel()
        await asyncio.gather(*doing, return_exceptions=True)
        found.over = round((await self._figures())[2] - before[2])
        async with self.database.connection() as connection:
            found.sent = await connection.fetchval("SELECT count(*) FROM dispatch") - sent
            found.lost = await connection.fetchval(LOST) + len(await audit.findings(connection))
        return found

    async def _call(self) -> None:
        n = next(_numbers)
        place = {"lon": 121.0 + self.rng.random() * 0.2 * self.args.counties, "lat": 29.0 + self.rng.random() * 0.3}
        said = {
            "channel": "phone", "phone": f"1390{n:07}", "address": f"东街{n}号", "place": place,
            "symptom": "no_power_one", "category": "lv", "level": "normal", "hazard": n % 50 == 0,
        }  # fmt: skip
        headers = {"Authorization": "Bearer token-of-seat", "Idempotency-Key": f"stall-{n:08}"}
        answer = await self.client.post("/api/v1/calls", json=said, headers=headers)
        answer.raise_for_status()

    async def _ask(self, found: Measured) -> None:
        while True:
            began = time.monotonic()
            (await self.client.get("/health/live")).raise_for_status()
            found.asked_s.append(time.monotonic() - began)
            await asyncio.sleep(0.005)

    async def _read(self, found: Measured) -> None:
        while True:
            await asyncio.sleep(READ_S)
            most_s, busy_s, _ = await self._figures()
            found.stalls_s.append(most_s)
            found.busy_s.append(busy_s)

    async def _figures(self) -> tuple[float, float, float]:
        """Return the longest stall and the loop's most work of the last while, seconds; stalls above 50 ms so far."""
        text = (await self.client.get("/metrics")).text
        within = {edge: float(n) for edge, n in OVER.findall(text)}
        most_s, busy_s = (max(map(float, each.findall(text))) for each in (MOST, BUSY))
        return most_s, busy_s, within["+Inf"] - within["0.05"]

    def solver(self) -> psutil.Process:
        return psutil.Process(int(self.server.running["processes"][SOLVER]))

    async def kill_solver(self) -> None:
        """Kill the solver; the supervisor starts another."""
        with suppress(psutil.Error, ValueError):
            self.solver().kill()
        await asyncio.sleep(8)

    async def stop_solver(self) -> None:
        """Let the solver hang for longer than it may be silent, and go on."""
        solver = self.solver()
        solver.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(12)
        finally:
            solver.send_signal(signal.SIGCONT)
        await asyncio.sleep(2)

    async def kill_search(self) -> None:
        """Kill whatever searches."""
        with suppress(psutil.Error, ValueError):
            for one in self.solver().children(recursive=True):
                if CHILD in " ".join(one.cmdline()):
                    one.kill()
        await asyncio.sleep(0.2)


async def nothing() -> None:
    await asyncio.sleep(1)


async def _again(breaks: Callable[[], Awaitable[None]]) -> None:
    while True:
        await breaks()


@asynccontextmanager
async def storm(args: argparse.Namespace, **settings: Any) -> AsyncIterator[Storm]:
    """Start a server whose counties are all in storm mode."""
    async with Server() as server:
        server.settings = replace(server.settings, clock_path=None, **settings)
        await server.prepare(world(args.counties, args.crews))
        await server.start()
        database = server.database()
        async with database.connection() as connection:
            people = [(sha256(f"token-of-{who}".encode()).digest(), who) for who in ("seat", "monitor")]
            await connection.executemany(TOKEN, people)
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            for n in range(args.counties):
                headers = {"Authorization": "Bearer token-of-monitor", "Idempotency-Key": f"mode-{n:08}"}
                said = {"mode": "storm", "reason": "台风"}
                (await client.put(f"/api/v1/areas/3302{n:02}/mode", json=said, headers=headers)).raise_for_status()
            yield Storm(server, client, database, args)
        await database.close()


async def run(args: argparse.Namespace) -> list[Measured]:
    """Measure each fault."""
    async with storm(args) as one:
        rows = [
            await one.measure("none", nothing),
            await one.measure("solver killed, every 8 s", one.kill_solver),
            await one.measure("solver hung, 12 of 14 s", one.stop_solver),
            await one.measure("each search killed", one.kill_search),
        ]
    async with storm(args, solver_memory=64) as one:
        rows.append(await one.measure("each search out of memory", nothing))
    return rows


def show(rows: list[Measured]) -> None:
    table = Table(title=f"the API's event loop in a storm; load {os.getloadavg()[0]:.1f}")
    titles = (
        "fault",
        "calls",
        "sent",
        "longest stall ms",
        "to 50 ms",
        "> 50 ms",
        "own work ms",
        "to 50 ms",
        "live p99 ms",
        "max ms",
        "lost",
    )
    for title in titles:
        table.add_column(title)
    for row in rows:
        most_ms, asked = max(row.stalls_s) * 1000, sorted(row.asked_s)
        figures = f"{asked[int(len(asked) * 0.99)] * 1000:.0f}", f"{asked[-1] * 1000:.0f}", str(row.lost)
        longest = f"{most_ms:.0f}", f"{most_ms / LIMIT_MS:.2f}", str(row.over)
        busy_ms = max(row.busy_s) * 1000
        own = f"{busy_ms:.0f}", f"{busy_ms / LIMIT_MS:.2f}"
        table.add_row(row.fault, str(row.calls), str(row.sent), *longest, *own, *figures)
    Console(width=140).print(table)


def main() -> int:
    """Print the table; 1 if something was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rate", type=float, default=5, help="calls a second")
    parser.add_argument("--counties", type=int, default=10)
    parser.add_argument("--crews", type=int, default=60, help="of each county")
    rows = asyncio.run(run(parser.parse_args()))
    show(rows)
    return int(any(row.lost for row in rows))


if __name__ == "__main__":
    sys.exit(main())
