"""
How many calls a second are acknowledged through HTTP, against pgbench doing the same inserts on the same server.

    python benchmarks/intake.py [--rounds 5] [--seconds 8] [--connections 64] [--out report.json]

One embedded PostgreSQL on disk (fsync and synchronous_commit on) serves both. Rounds alternate, so that a noisy machine
disturbs both sides alike; the figure is the median of the ratios. The generator (``callers.py``) is a process of its
own. pgbench calls one plpgsql function a transaction; it inserts the rows that one call makes, with texts copied from a
call that came through HTTP, so that rows are as long as the real ones. Target: 0.40.
"""

import argparse
import asyncio
import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from dispatch.cli.listening import listen
from dispatch.desk.setup import load_world
from dispatch.desk.world import World
from dispatch.kit import migrate
from dispatch.kit.db import Database
from dispatch.kit.postgres import Embedded

HERE = Path(__file__).resolve().parent
PGBENCH = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True)), Path("pgbench"))
COUNTY, LON, LAT = "330225", 121.87, 29.48
SQUARE = [[LON - 0.4, LAT - 0.4], [LON + 0.4, LAT - 0.4], [LON + 0.4, LAT + 0.4], [LON - 0.4, LAT + 0.4]]
WORLD = {
    "name": "intake benchmark",
    "approximate": True,
    "areas": [
        {"code": "33", "name": "浙江", "level": "province", "parent": None, "lon": LON, "lat": LAT},
        {"code": "3302", "name": "宁波", "level": "city", "parent": "33", "lon": LON, "lat": LAT},
        {
            "code": COUNTY,
            "name": "象山",
            "level": "county",
            "parent": "3302",
            "lon": LON,
            "lat": LAT,
            "boundary": {"type": "Polygon", "coordinates": [[*SQUARE, SQUARE[0]]]},
        },
    ],
    "places": [{"code": "p1", "name": "丹东", "area": COUNTY, "lon": LON, "lat": LAT, "population": 80000}],
    "crews": [],
    "reserves": [],
    "accounts": [{"id": "bench-seat", "login": "bench-seat", "name": "压测座席", "role": "SEAT_AGENT", "area": "33"}],
}
# Rows of one call, and the columns that must differ from call to call; texts come in as arguments.
TOKEN = (
    "INSERT INTO machine_token (token_hash, account_id, label, created_at) VALUES ($1, 'bench-seat', 'bench', now())"
)
FRESH = {"id", "ticket_id", "call_id", "incident_id", "ticket_no", "key"}
GENERATED = "SELECT table_name, column_name FROM information_schema.columns WHERE is_generated = 'ALWAYS'"
ROWS = {
    "call": "SELECT * FROM call WHERE ticket_id = $1",
    "incident": "SELECT * FROM incident WHERE id = $1",
    "ticket": "SELECT * FROM ticket WHERE id = $1",
    "ticket_event": "SELECT * FROM ticket_event WHERE ticket_id = $1",
    "deadline": "SELECT * FROM deadline WHERE ticket_id = $1",
    "outbox": "SELECT area, kind, ticket_id, version, body FROM outbox WHERE ticket_id = $1",
    "matter": "SELECT * FROM matter WHERE ticket_id = $1 ORDER BY key",
    "idempotency": "SELECT account_id, key, request_hash, status, response FROM idempotency WHERE key >= 'b' LIMIT 1",
}


@dataclass(frozen=True)
class Round:
    """One round: calls a second on either side, and what a seat waited for its answer."""

    number: int
    http_per_s: float
    pgbench_per_s: float
    ratio: float
    p50_ms: float
    p99_ms: float


async def prepare(dsn: str, token: str) -> None:
    """Make the schema, the county and the seat's token."""
    await migrate.upgrade(dsn)
    db = Database(dsn, size=2)
    await load_world(db, World.model_validate(WORLD))
    async with db.connection() as connection:
        await connection.execute(TOKEN, sha256(token.encode()).digest())
    await db.close()


async def same_inserts(dsn: str) -> str:
    """Make the function that inserts what the newest call through HTTP made; return pgbench's script."""
    connection = await asyncpg.connect(dsn)
    ticket_id = await connection.fetchval("SELECT ticket_id FROM outbox ORDER BY id DESC LIMIT 1")
    generated = {(row["table_name"], row["column_name"]) for row in await connection.fetch(GENERATED)}
    statements, texts = [], []
    for table, query in ROWS.items():
        for row in await connection.fetch(query, *([ticket_id] if "$1" in query else [])):
            given = {name: value for name, value in row.items() if (table, name) not in generated}
            values = [await _value(connection, name, value, texts) for name, value in given.items()]
            statements.append(f"INSERT INTO {table} ({', '.join(given)}) VALUES ({', '.join(values)});")
    arguments = ", ".join(f"t{n} text" for n in range(len(texts)))
    await connection.execute(
        f"CREATE OR REPLACE FUNCTION same_inserts({arguments}) RETURNS text LANGUAGE plpgsql AS $f$\n"
        "DECLARE fresh text := 'bench-' || gen_random_uuid();\nBEGIN\n"
        + "\n".join(statements)
        + "\nRETURN fresh;\nEND $f$"
    )
    await connection.close()
    print(
        f"same inserts: {len(statements)} rows a call, {sum(len(t) for t in texts)} characters of text", file=sys.stderr
    )
    return f"SELECT same_inserts({', '.join(map(_quoted, texts))});\n"


def _quoted(text: str) -> str:
    """Return the text as a literal without a colon, which pgbench would take for a variable."""
    inside = text.replace("\\", "\\\\").replace("'", "''").replace(":", "\\003A")
    return f"U&'{inside}'"


async def _value(connection: Any, name: str, value: Any, texts: list[str]) -> str:
    """Return a column's value as SQL: made anew, handed in as text, or the same as it was."""
    if name == "key" and value[:2] in {"a:", "p:"}:  # the two keys of a matter, about as long as they are
        return f"'{value[:2]}' || right(fresh, 12)"
    if name in FRESH:
        return "fresh"
    if isinstance(value, str) and len(value) > 100:
        texts.append(value)
        return f"t{len(texts) - 1}" + ("::json" if name in {"doc", "payload", "geo"} else "")
    if value is None:
        return "NULL"
    literal: str = await connection.fetchval("SELECT quote_literal($1::text)", _text(value))
    return literal


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "{" + ",".join("NULL" if one is None else f'"{_text(one)}"' for one in value) + "}"
    return (
        "\\x" + value.hex()
        if isinstance(value, bytes)
        else value.isoformat()
        if hasattr(value, "isoformat")
        else str(value)
    )


@contextmanager
def api(dsn: str, port: int, data: Path, *, processes: int = 1) -> Iterator[None]:
    """Run the API: so many processes on one listening socket, as ``dispatch serve`` runs them."""
    listener = listen("127.0.0.1", port)
    command = [sys.executable, "-m", "dispatch", "api", "--fd", str(listener.fileno())]
    env = os.environ | {"DATABASE_URL": dsn, "DISPATCH_DATA": str(data)}
    servers = [subprocess.Popen(command, env=env, pass_fds=[listener.fileno()]) for _ in range(processes)]
    listener.close()
    try:
        _await_ready(servers, port)
        yield
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait(20)


def _await_ready(servers: Sequence["subprocess.Popen[bytes]"], port: int) -> None:
    for _ in range(300):
        if any(server.poll() is not None for server in servers):
            raise SystemExit("an API process ended at once; see its lines above")
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/live", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("the API process does not answer")


def through_http(port: int, token: str, seconds: float, connections: int) -> dict[str, Any]:
    """Let the crowd call for ``seconds``; return its tally."""
    command = [sys.executable, str(HERE / "callers.py"), "--port", str(port), "--token", token, "--county", COUNTY]
    command += ["--point", f"{LON},{LAT}", "--seconds", str(seconds), "--connections", str(connections)]
    tally: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    if tally["refused"]:
        raise SystemExit(f"{tally['refused']} calls were refused; the first: {tally['first_refusal']}")
    return tally


def through_pgbench(dsn: str, script: Path, seconds: float, clients: int) -> float:
    """Return the transactions a second of the same inserts."""
    command = [str(PGBENCH), "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(round(seconds))]
    done = subprocess.run([*command, "-f", str(script), dsn], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"pgbench: {done.stderr[-2000:]}")
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps") and "including" not in line)
    return float(line.split()[2])


def checkpoint(dsn: str) -> None:
    """Let both sides start from a written-out server."""

    async def now() -> None:
        connection = await asyncpg.connect(dsn)
        await connection.execute("CHECKPOINT")
        await connection.close()

    asyncio.run(now())


def best_clients(dsn: str, script: Path) -> int:
    """Return the number of clients with which pgbench is fastest here."""
    rates = {clients: through_pgbench(dsn, script, 3, clients) for clients in (8, 16, 32, 64)}
    print("pgbench by clients:", {clients: round(rate) for clients, rate in rates.items()}, file=sys.stderr)
    return max(rates, key=lambda clients: rates[clients])


def one_round(
    number: int, dsn: str, script: Path, clients: int, load: Callable[[], dict[str, Any]], seconds: float
) -> Round:
    """Measure both sides, the one first in even rounds and the other in odd ones."""
    tally: dict[str, Any] = {}
    rate = 0.0
    for side in ("http", "pgbench") if number % 2 == 0 else ("pgbench", "http"):
        checkpoint(dsn)
        if side == "http":
            tally = load()
        else:
            rate = through_pgbench(dsn, script, seconds, clients)
    found = Round(number + 1, tally["rate"], rate, tally["rate"] / rate, tally["p50_ms"], tally["p99_ms"])
    print(found, file=sys.stderr)
    return found


def measure(given: argparse.Namespace, root: Path) -> dict[str, Any]:
    """Run the rounds; return every figure."""
    token = secrets.token_urlsafe(32)
    with Embedded(root / "postgres", options=("max_connections=200",)) as postgres:
        dsn = postgres.dsn
        asyncio.run(prepare(dsn, token))
        with api(dsn, given.port, root, processes=given.api_processes):

            def load(seconds: float = given.seconds) -> dict[str, Any]:
                return through_http(given.port, token, seconds, given.connections)

            load(2)  # warms up, and makes the call whose rows pgbench copies
            script = root / "same_inserts.sql"
            script.write_text(asyncio.run(same_inserts(dsn)))
            clients = given.clients or best_clients(dsn, script)
            rounds = [one_round(n, dsn, script, clients, load, given.seconds) for n in range(given.rounds)]
    return {
        "ratio": statistics.median(one.ratio for one in rounds),
        "http_per_s": statistics.median(one.http_per_s for one in rounds),
        "pgbench_per_s": statistics.median(one.pgbench_per_s for one in rounds),
        "pgbench_clients": clients,
        "connections": given.connections,
        "api_processes": given.api_processes,
        "cores": os.cpu_count(),
        "rounds": [asdict(one) for one in rounds],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--clients", type=int, default=0, help="of pgbench; 0: the number it is fastest with")
    parser.add_argument("--api-processes", type=int, default=os.cpu_count(), help="default: one for each core")
    parser.add_argument("--port", type=int, default=8195)
    parser.add_argument("--root", type=Path, help="directory on a disk, not in memory; default: a new one here")
    parser.add_argument("--out", type=Path, help="write the report here too")
    given = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="bench-intake-", dir=given.root or Path.cwd()))
    try:
        root.chmod(0o711)
        report = measure(given, root)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    text = json.dumps(report, indent=1)
    print(text)
    if given.out:
        given.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
