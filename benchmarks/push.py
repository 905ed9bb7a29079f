"""
How long a change of a ticket takes from its writing to the consoles: p50, p99, and whether anything is missing.

    python benchmarks/push.py [--consoles 1000] [--areas 100] [--rate 200] [--seconds 30] [--by http|desk] [--out FILE]

One embedded PostgreSQL on disk (fsync and synchronous_commit on), one API process, one worker, consoles in processes of
their own, all on this machine. Changes are real corrections of real tickets: through the HTTP API, or through the desk
in this process. A message's time runs from ``ts`` (the database's clock at the write, before the commit) to its receipt
in the client. CPU is in cores over the measured time. Target: p99 <= 250 ms, nothing missing.
"""

import argparse
import asyncio
import json
import os
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import psutil
import uvloop
from rich.console import Console
from rich.table import Table

from dispatch.accounts.model import Account, Role
from dispatch.desk.intake.calls import CallIn
from dispatch.desk.intake.intake import Intake
from dispatch.desk.room import Desk, Report
from dispatch.desk.setup import load_world, open_desk
from dispatch.desk.steps import step
from dispatch.desk.world import World
from dispatch.kit import migrate
from dispatch.kit.db import Database
from dispatch.kit.postgres import Embedded
from dispatch.notify import audit, feed
from dispatch.tickets import events
from dispatch.tickets.words import Category, Channel, Level, Source, Symptom

HERE = Path(__file__).resolve().parent
TARGET_MS = 250
TICKETS_EACH = 3  # open tickets of a county
MONITOR = Account(id="bench-monitor", login="bench-monitor", name="压测", role=Role.PROVINCE_MONITOR, area="33")
SEAT = Account(id="bench-seat", login="bench-seat", name="压测座席", role=Role.SEAT_AGENT, area="33")
TOKEN = (
    "INSERT INTO machine_token (token_hash, account_id, label, created_at) VALUES ($1, 'bench-monitor', 'bench', now())"
)
Change = Callable[[str, int], Awaitable[None]]  # ticket, customers without power


def world(counties: list[str]) -> World:
    """Return a province whose cities have ten counties each."""
    cities = sorted({code[:4] for code in counties})
    place = {"lon": 121.0, "lat": 29.0}
    areas: list[dict[str, Any]] = [{"code": "33", "name": "省", "level": "province", "parent": None, **place}]
    areas += [{"code": code, "name": f"市{code}", "level": "city", "parent": "33", **place} for code in cities]
    areas += [{"code": code, "name": f"县{code}", "level": "county", "parent": code[:4], **place} for code in counties]
    people = [
        {"id": one.id, "login": one.login, "name": one.name, "role": one.role, "area": one.area}
        for one in (MONITOR, SEAT)
    ]
    return World.model_validate({"name": "push benchmark", "approximate": True, "areas": areas, "accounts": people})


async def furnish(dsn: str, counties: list[str], tokens: list[str]) -> list[str]:
    """Make the schema, the areas, everybody's token and the open tickets; return the tickets' ids."""
    await migrate.upgrade(dsn)
    db = Database(dsn, size=4)
    await load_world(db, world(counties))
    async with db.connection() as connection:
        await connection.executemany(TOKEN, [(sha256(one.encode()).digest(),) for one in tokens])
    intake = Intake(await open_desk(db, "sgcc"))
    ids = [
        (await intake.log_call(_call(county, number), by=SEAT, at=datetime.now(UTC))).ticket.id
        for county in counties
        for number in range(TICKETS_EACH)
    ]
    await intake.close()
    await db.close()
    return ids


def _call(county: str, number: int) -> CallIn:
    return CallIn(
        channel=Channel.PHONE,
        phone=f"139{number:04}{county[-4:]}",
        county=county,
        address=f"建设路{number}号附近,靠近菜场北门",
        symptom=Symptom.NO_POWER_ONE,
        symptom_text="家里突然没电,邻居也没电,听到一声响",
        category=Category.LV,
        level=Level.NORMAL,
        hazard=False,
    )


# Changes


async def by_desk(dsn: str) -> Change:
    """Change tickets through the desk in this process."""
    desk: Desk = await open_desk(Database(dsn, size=8), "sgcc")

    async def change(ticket_id: str, customers: int) -> None:
        event = events.Corrected(reason="用户数更新", customers_out=customers)
        report, at = Report(source=Source.PHONE), datetime.now(UTC)
        await step(desk, ticket_id, event, action="ticket.correct", by=MONITOR, report=report, at=at)

    return change


async def by_http(port: int, token: str) -> Change:
    """Change tickets through the API, on keep-alive connections."""
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(16):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))

    async def change(ticket_id: str, customers: int) -> None:
        body = json.dumps({"reason": "用户数更新", "customers_out": customers}, ensure_ascii=False).encode()
        head = f"POST /api/v1/tickets/{ticket_id}/correct HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}"
        reader, writer = await free.get()
        writer.write(f"{head}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
        said = await reader.readexactly(length)
        free.put_nowait((reader, writer))
        if not answer.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"a change was refused: {said.decode()}")

    return change


async def change_all(change: Change, ids: list[str], *, rate: float, seconds: float) -> int:
    """Change tickets at random, ``rate`` a second by the clock whether or not the last one is done; return how many."""
    dice, clock = random.Random(95598), asyncio.get_running_loop().time
    began, done = clock(), 0
    async with asyncio.TaskGroup() as tasks:
        while (now := clock()) - began < seconds:
            while done < (now - began) * rate:
                done += 1
                tasks.create_task(change(dice.choice(ids), dice.randrange(1, 5000)))  # type: ignore[arg-type]
            await asyncio.sleep(0.005)
    return done


# Processes


@contextmanager
def program(dsn: str, data: Path, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run ``dispatch …``."""
    env = os.environ | {"DATABASE_URL": dsn, "DISPATCH_DATA": str(data)}
    process = subprocess.Popen([sys.executable, "-m", "dispatch", *arguments], env=env)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def listening(url: str, token: str, areas: list[str], each: int) -> Iterator["subprocess.Popen[str]"]:
    """Run one process of consoles, and wait until all have their snapshots."""
    command = [sys.executable, str(HERE / "listeners.py"), "--url", url, "--token", token]
    command += ["--areas", ",".join(areas), "--each", str(each)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise SystemExit("the consoles did not get their snapshots")
        yield process
    finally:
        process.kill()
        process.wait()


def await_ready(url: str) -> None:
    for _ in range(300):
        try:
            if httpx.get(f"{url}/health/ready", timeout=2, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SystemExit("the API process does not answer")


class Meter:
    """
    Processor time of some programs, with all that they started.

    :param alone: one of which only the process itself counts, because it started the others
    """

    def __init__(self, pids: dict[str, int], *, alone: str) -> None:
        self._roots = {name: psutil.Process(pid) for name, pid in pids.items()}
        self._alone = alone
        self._before: dict[str, float] = {}
        self._began = 0.0

    def start(self) -> None:
        self._before, self._began = self._used_s(), time.monotonic()

    def cores(self) -> dict[str, float]:
        """Return how many cores each used since the start."""
        took_s = time.monotonic() - self._began
        return {name: round((used - self._before[name]) / took_s, 3) for name, used in self._used_s().items()}

    def _used_s(self) -> dict[str, float]:
        used: dict[str, float] = {}
        for name, root in self._roots.items():
            family = [root] if name == self._alone else [root, *root.children(recursive=True)]
            used[name] = sum(times.user + times.system for times in map(_times, family) if times)
        return used


def _times(process: psutil.Process) -> Any:
    try:
        return process.cpu_times()
    except psutil.NoSuchProcess:
        return None


# The measurement


async def heads_when_still(dsn: str) -> tuple[dict[str, int], list[audit.Finding]]:
    """Wait until every change has its number; return where the areas stand, and what the audit finds."""
    db = Database(dsn, size=1)
    async with db.connection() as connection:
        while await connection.fetchval("SELECT count(*) FROM outbox"):
            await asyncio.sleep(0.05)
        found = await feed.heads(connection), await audit.findings(connection)
    await db.close()
    return found


async def run_changes(
    given: argparse.Namespace, dsn: str, token: str, ids: list[str], warm: Callable[[], None]
) -> tuple[int, float]:
    """Change tickets; return how many after the warm-up, and in how many seconds."""
    change = await (by_http(given.port, token) if given.by == "http" else by_desk(dsn))
    await change_all(change, ids, rate=given.rate, seconds=given.warm_up)
    await asyncio.sleep(1)
    warm()
    began = time.monotonic()
    return await change_all(change, ids, rate=given.rate, seconds=given.seconds), time.monotonic() - began


def measure(given: argparse.Namespace, root: Path) -> dict[str, Any]:
    """Run everything once; return every figure."""
    token, url = secrets.token_urlsafe(32), f"http://127.0.0.1:{given.port}"
    counties = [f"33{n // 10:02}{n % 10:02}" for n in range(given.areas)]
    tokens = [token, *(f"{token}-{n}" for n in range(given.consoles))]
    with Embedded(root / "postgres", options=("max_connections=200", "shared_buffers=256MB")) as postgres:
        dsn = postgres.dsn
        ids = asyncio.run(furnish(dsn, counties, tokens))
        with program(dsn, root, "worker") as worker, program(dsn, root, "api", "--port", str(given.port)) as api:
            await_ready(url)
            with listening(url, token, counties, given.consoles // given.areas) as consoles:
                pids = {"api": api.pid, "worker": worker.pid, "postgres": postgres.pid or 0, "consoles": consoles.pid}
                meter = Meter({**pids, "writer": os.getpid()}, alone="writer")

                def warm() -> None:
                    tell(consoles, {"op": "warm"})
                    meter.start()

                changes, wall_s = uvloop.run(run_changes(given, dsn, token, ids, warm))
                cores = meter.cores()
                heads, findings = asyncio.run(heads_when_still(dsn))
                return report(given, changes, wall_s, cores, ask(consoles, heads), findings)


def tell(consoles: "subprocess.Popen[str]", line: dict[str, Any]) -> None:
    assert consoles.stdin is not None
    consoles.stdin.write(json.dumps(line) + "\n")
    consoles.stdin.flush()


def ask(consoles: "subprocess.Popen[str]", heads: dict[str, int]) -> dict[str, Any]:
    """Tell the consoles where the areas stand; return what they heard."""
    tell(consoles, {"heads": heads})
    assert consoles.stdout is not None
    answer: dict[str, Any] = json.loads(consoles.stdout.readline())
    return answer


def report(
    given: argparse.Namespace,
    changes: int,
    wall_s: float,
    cores: dict[str, float],
    heard: dict[str, Any],
    findings: list[audit.Finding],
) -> dict[str, Any]:
    took = Counter(dict(heard.pop("took_ms")))
    return {
        "consoles": heard.pop("consoles"),
        "areas": given.areas,
        "by": given.by,
        "changes": changes,
        "changes_per_s": changes / wall_s,
        "push_ms_p50": percentile(took, 0.50),
        "push_ms_p90": percentile(took, 0.90),
        "push_ms_p99": percentile(took, 0.99),
        "push_ms_max": max(took, default=0),
        **heard,
        "audit_findings": len(findings),
        "cpu_cores": cores,
        "cores_of_machine": os.cpu_count(),
        "load_before": given.load_before,
        "target_ms": TARGET_MS,
        "reached": percentile(took, 0.99) <= TARGET_MS and heard["missing"] == 0,
    }


def percentile(took: Counter[int], share: float) -> int:
    """Return the time within which that share of the messages came, milliseconds."""
    left = share * took.total()
    for ms, count in sorted(took.items()):
        left -= count
        if left <= 0:
            return ms
    return 0


def show(figures: dict[str, Any]) -> None:
    table = Table("figure", "value", title="push")
    for name, value in figures.items():
        table.add_row(name, f"{value:.1f}" if isinstance(value, float) else str(value))
    Console(stderr=True).print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--consoles", type=int, default=1000)
    parser.add_argument("--areas", type=int, default=100)
    parser.add_argument("--rate", type=float, default=200.0, help="changes a second")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--warm-up", type=float, default=3.0, help="seconds before the times count")
    parser.add_argument("--by", choices=("http", "desk"), default="http", help="what makes the changes")
    parser.add_argument("--port", type=int, default=8196)
    parser.add_argument("--root", type=Path, help="directory on a disk, not in memory; default: a new one here")
    parser.add_argument("--out", type=Path, help="write the report here too")
    given = parser.parse_args()
    given.load_before = os.getloadavg()[0]
    root = Path(tempfile.mkdtemp(prefix="bench-push-", dir=given.root or Path.cwd()))
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


if __name__ == "__main__":
    main()
