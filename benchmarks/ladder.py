"""
What the clocks cost: a look at them when nothing is due, and the moment when very many run out at once.

    python -m benchmarks.ladder [--tickets 100000] [--due 20000] [--idle 2000] [--silent] [--out FILE]

One embedded PostgreSQL on disk (fsync and synchronous_commit on), two real worker processes (``dispatch worker``, with
everything that a worker does), all on this machine. The trade's clock is a file that only the benchmark moves.

Idle: ``fire_due`` with nothing due; processor time of this process and of its PostgreSQL backend for one look.
Due: the clocks of ``--due`` tickets stand one step before their limit; then the time passes it for all of them at one
instant. Each gets its overdue line, its 督办单 with a clock of its own, its entry in the list and a message for each
addressee on duty (``--silent``: nobody is on duty). When half is done one worker is killed (SIGKILL). The time runs
from the clock's move until nothing is due any more; CPU is that of the workers and of all of PostgreSQL for each
ticket. Afterwards every effect is counted and every ticket audited.
Targets: <= 1 ms of CPU a look, <= 5 s for 20,000, each exactly once.
"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import uvloop
from rich.console import Console
from rich.table import Table

from dispatch.desk.ids import new_id, ticket_number
from dispatch.desk.setup import load_world, open_desk
from dispatch.desk.world import World
from dispatch.kit import migrate
from dispatch.kit.clock import SharedClock
from dispatch.kit.db import Connection, Database
from dispatch.kit.postgres import Embedded
from dispatch.kit.rulepack import Packs, RulePack
from dispatch.tickets import audit, deadlines, statements, store
from dispatch.tickets.events import Actor, Submitted
from dispatch.tickets.rows import Call
from dispatch.tickets.store import Opening
from dispatch.tickets.words import AreaClass, CallOutcome, Category, Channel, Level, Source, Symptom

START = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)
COUNTIES = [f"33{n // 10 + 1:02}{n % 10 + 21:02}" for n in range(100)]
SEAT = Actor("bench-seat", "SEAT_AGENT")
LATER = timedelta(minutes=30)  # how much later the tickets were reported whose clocks must not be due
IDLE_MS, DUE_S = 1.0, 5.0
BATCH = 500
ON_DUTY = {"33": "province_monitor"}  # and of every county its own:
AT_COUNTIES = ("dispatcher", "depot_leader", "county_director")
REMAINING = "SELECT count(*) FROM deadline WHERE next_at < $1"
LEFT = "SELECT next_at FROM deadline WHERE next_at < $1 ORDER BY next_at LIMIT 1"
COUNT_S, LOOK_S = 0.1, 0.02  # counting reads all that is left: until half is done it is done, but more rarely


def world(*, silent: bool) -> World:
    """Return a province of a hundred counties; somebody is on duty everywhere unless it is ``silent``."""
    place = {"lon": 121.0, "lat": 29.0}
    cities = sorted({code[:4] for code in COUNTIES})
    areas: list[dict[str, Any]] = [{"code": "33", "name": "省", "level": "province", "parent": None, **place}]
    areas += [{"code": code, "name": f"市{code}", "level": "city", "parent": "33", **place} for code in cities]
    areas += [{"code": code, "name": f"县{code}", "level": "county", "parent": code[:4], **place} for code in COUNTIES]
    duty = [(code, who) for code in COUNTIES for who in AT_COUNTIES] + list(ON_DUTY.items())
    contacts = [
        {"area": area, "addressee": who, "name": "值班", "phone": f"1390000{n:04}"}
        for n, (area, who) in enumerate([] if silent else duty)
    ]
    return World.model_validate(
        {"name": "ladder benchmark", "approximate": True, "areas": areas, "accounts": [], "contacts": contacts}
    )


def opening(number: int, pack: RulePack, *, at: datetime) -> Opening:
    """Return a usual report, as long as real ones are."""
    county, call_id, ticket_id = COUNTIES[number % len(COUNTIES)], new_id(at), new_id(at)
    event = Submitted(
        ticket_no=ticket_number(at, number),
        pack=pack.key,
        area=county,
        call_id=call_id,
        channel=Channel.PHONE,
        reported_at=at,
        phone_masked="139****0000",
        address=f"建设路{number}号附近,靠近菜场北门",
        area_class=AreaClass.URBAN,
        symptom=Symptom.NO_POWER_ONE,
        symptom_text="家里突然没电,邻居也没电,听到一声响",
        category=Category.LV,
        level=Level.NORMAL,
        hazard=False,
    )
    call = Call(call_id, county, Channel.PHONE, "13900000000", SEAT.id, at, CallOutcome.TICKET, None, ticket_id)
    return Opening(ticket_id, event, call, SEAT, Source.CTI, at, pack)


async def furnish(given: argparse.Namespace, dsn: str) -> None:
    """Make schema, province and open tickets; take the two steps before the limit for those that are to be due."""
    await migrate.upgrade(dsn)
    db = Database(dsn, size=4)
    await load_world(db, world(silent=given.silent))
    pack = (await open_desk(db, "sgcc")).pack
    for first in range(0, given.tickets, BATCH):
        numbers = range(first, min(first + BATCH, given.tickets))
        openings = [opening(n, pack, at=START if n < given.due else START + LATER) for n in numbers]
        async with db.transaction() as tx:
            await store.open_many(tx, openings)
    for minutes in (1.6, 2.3):
        while await deadlines.fire_due(db, Packs.load(), now=START + timedelta(minutes=minutes), limit=BATCH):
            pass
    async with db.connection() as connection:
        await connection.execute("TRUNCATE outbox")
        await connection.execute("VACUUM ANALYZE")
    await db.close()


# Nothing due


async def idle(given: argparse.Namespace, dsn: str) -> dict[str, Any]:
    """Look at the clocks again and again while nothing is due; return what one look costs."""
    db, packs, now = Database(dsn, size=1), Packs.load(), START + timedelta(minutes=2.5)
    for _ in range(100):
        assert await deadlines.fire_due(db, packs, now=now) == 0
    async with db.connection() as connection:
        backend = psutil.Process(await connection.fetchval("SELECT pg_backend_pid()"))
        timers = await connection.fetchval("SELECT count(*) FROM deadline WHERE next_at IS NOT NULL")
    ours, theirs, began = time.process_time(), used_s(backend), time.perf_counter()
    for _ in range(given.idle):
        await deadlines.fire_due(db, packs, now=now)
    wall_s, ours, theirs = time.perf_counter() - began, time.process_time() - ours, used_s(backend) - theirs
    async with db.transaction() as tx:
        explained = await tx.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {statements.DUE}", now, BATCH)
    await db.close()
    return {
        "timers": timers,
        "idle_cpu_ms": (ours + theirs) / given.idle * 1000,
        "idle_cpu_ms_python": ours / given.idle * 1000,
        "idle_cpu_ms_postgres": theirs / given.idle * 1000,
        "idle_wall_ms": wall_s / given.idle * 1000,
        "explain_ms": json.loads(explained)[0]["Execution Time"],
    }


def used_s(process: psutil.Process) -> float:
    """Return the processor time of one process, seconds."""
    times = process.cpu_times()
    return float(times.user + times.system)


# All due at once


@contextmanager
def workers(dsn: str, root: Path, count: int) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Run worker processes."""
    env = os.environ | {"DATABASE_URL": dsn, "DISPATCH_DATA": str(root), "DISPATCH_CLOCK": str(root / "clock")}
    log = (root / "workers.log").open("wb")
    running = [
        subprocess.Popen([sys.executable, "-m", "dispatch", "worker"], env=env, stderr=log) for _ in range(count)
    ]
    try:
        yield running
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(20)
        log.close()


async def up(log: Path, count: int) -> None:
    """Wait until so many workers say that they are at work, and are done with what every worker begins with."""
    async with asyncio.timeout(120):
        while log.read_text().count("worker started") < count:
            await asyncio.sleep(0.1)
    await asyncio.sleep(3)


async def due(given: argparse.Namespace, dsn: str, root: Path, clock: SharedClock, postmaster: int) -> dict[str, Any]:
    """Let the limits run out, kill a worker when half is done; return how long it took, and what it cost."""
    db = Database(dsn, size=1)
    async with db.connection() as connection:
        with workers(dsn, root, 2) as (doomed, survivor):
            await up(root / "workers.log", 2)
            ours = [psutil.Process(one.pid) for one in (doomed, survivor)]
            now = START + timedelta(minutes=3, seconds=1)
            waiting = left = await connection.fetchval(REMAINING, now)
            python_s, postgres_s = sum(map(used_s, ours)), family_s(postmaster)
            began = time.perf_counter()
            clock.set(now)
            while left > waiting / 2:
                await asyncio.sleep(COUNT_S)
                left = await connection.fetchval(REMAINING, now)
            python_s -= used_s(ours.pop(0))
            doomed.kill()
            killed_s = time.perf_counter() - began
            while await connection.fetchval(LEFT, now):
                await asyncio.sleep(LOOK_S)
            took_s = time.perf_counter() - began
            python_s, postgres_s = sum(map(used_s, ours)) - python_s, family_s(postmaster) - postgres_s
        done = await effects(connection)
    await db.close()
    return {
        "due": waiting,
        "took_s": took_s,
        "fired_per_s": waiting / took_s,
        "killed_after_s": killed_s,
        "cpu_us_each_python": python_s / waiting * 1e6,
        "cpu_us_each_postgres": postgres_s / waiting * 1e6,
        **done,
    }


def family_s(pid: int) -> float:
    """Return the processor time of a process and of all that it ever started, seconds."""
    root = psutil.Process(pid)
    times = root.cpu_times()
    ended_s = float(times.children_user + times.children_system)
    return ended_s + used_s(root) + sum(used_s(child) for child in root.children())


async def effects(connection: Connection) -> dict[str, Any]:
    """Count what happened, and to how many tickets."""
    counted: dict[str, Any] = {}
    for kind in ("overdue", "supervised"):
        sql = "SELECT count(*) AS n, count(DISTINCT ticket_id) AS tickets FROM ticket_event WHERE kind = $1"
        row = await connection.fetchrow(sql, kind)
        assert row is not None
        counted |= {kind: row["n"], f"{kind}_tickets": row["tickets"]}
    counted["listed"] = await connection.fetchval("SELECT count(*) FROM supervision")
    counted["messages"] = await connection.fetchval("SELECT count(*) FROM message WHERE occasion = 'supervision'")
    return counted


async def look_over(dsn: str) -> tuple[int, int]:
    """Audit every ticket; return how many there are, and how many faults."""
    db = Database(dsn, size=2)
    result = await audit.audit(db, Packs.load())
    await db.close()
    return result.tickets, result.faults


def measure(given: argparse.Namespace, root: Path) -> dict[str, Any]:
    """Run everything once; return every figure."""
    clock = SharedClock(root / "clock")
    clock.set(START + timedelta(minutes=2.5))
    with Embedded(root / "postgres", options=("max_connections=100", "shared_buffers=256MB")) as postgres:
        asyncio.run(furnish(given, postgres.dsn))
        figures = uvloop.run(idle(given, postgres.dsn))
        figures |= uvloop.run(due(given, postgres.dsn, root, clock, postgres.pid or 0))
        audited, faults = asyncio.run(look_over(postgres.dsn))
    once = all(figures[name] == given.due for name in ("overdue", "overdue_tickets", "supervised", "listed"))
    return figures | {
        "audited": audited,
        "faults": faults,
        "load_before": given.load_before,
        "idle_ratio": figures["idle_cpu_ms"] / IDLE_MS,
        "due_ratio": figures["took_s"] / (DUE_S * given.due / 20_000),
        "each_once": once and faults == 0,
    }


def show(figures: dict[str, Any]) -> None:
    table = Table("figure", "value", title="ladder")
    for name, value in figures.items():
        table.add_row(name, f"{value:.3f}" if isinstance(value, float) else str(value))
    Console(stderr=True).print(table)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--due", type=int, default=20_000)
    parser.add_argument("--idle", type=int, default=2_000, help="looks while nothing is due")
    parser.add_argument("--silent", action="store_true", help="nobody is on duty, so nobody is written to")
    parser.add_argument("--root", type=Path, help="directory on a disk, not in memory; default: a new one here")
    parser.add_argument("--out", type=Path, help="write the report here too")
    given = parser.parse_args(argv)
    given.load_before = os.getloadavg()[0]
    root = Path(tempfile.mkdtemp(prefix="bench-ladder-", dir=given.root or Path.cwd()))
    try:
        root.chmod(0o711)
        figures = measure(given, root)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    show(figures)
    text = json.dumps(figures, indent=1)
    print(text)
    if given.out:
        given.out.write_text(text + "\n")
    return 0 if figures["each_once"] and max(figures["idle_ratio"], figures["due_ratio"]) <= 1 else 1


if __name__ == "__main__":
    sys.exit(main())
