"""
How many changes a second the sequencer numbers, and how long until a spare takes over.

    python benchmarks/sequencer.py [--rows 100000] [--root DIRECTORY]

On an embedded PostgreSQL on disk with fsync and synchronous_commit on. The bodies are tickets as the desk writes them.
"""

import argparse
import asyncio
import json
import shutil
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import asyncpg

from dispatch.kit import migrate
from dispatch.kit.db import Database
from dispatch.kit.postgres import Embedded
from dispatch.notify import audit, feed, sequencer

AREAS = 100
FILL = """
INSERT INTO outbox (area, kind, ticket_id, version, body)
SELECT 'area-' || i % $2::int, 'ticket', 't' || i, 1, ($3::text[])[1 + i % array_length($3::text[], 1)]
FROM generate_series(1, $1::int) AS i
"""
KILL = """
SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE application_name = 'dispatch sequencer' AND locktype = 'advisory' AND granted
"""
BODY = {
    "ticket_no": "3302250701000001",
    "stage": "repairing",
    "address": "象山县丹东街道东谷路128号,靠近菜场北门",
    "symptom_text": "家里突然没电,邻居也没电,听到一声响",
    "dispatches": [
        {"crew_id": "c17", "crew_name": "丹东二班", "eta_s": 840, "why": "最近且空闲:2.1 公里,位置 12 秒前"}
    ],
    "times": {f"step_{n}_at": f"2026-07-01T0{n % 10}:14:07.123456Z" for n in range(24)},
}


def bodies() -> list[str]:
    """Return tickets of about 1.5 kB that differ."""
    facts = ({"id": f"{n:032x}", "account_no": f"{n * 7919:012}"} for n in range(500))
    return [json.dumps(BODY | fact, ensure_ascii=False) for fact in facts]


async def rates(connection: Any, rows: int) -> dict[str, float]:
    """Return rows a second for batches of some sizes."""
    found: dict[str, float] = {}
    for batch in (1, 10, 100, 1000, sequencer.BATCH):
        count = min(rows, batch * 200)
        await connection.execute(FILL, count, AREAS, bodies())
        began, moved = perf_counter(), 0
        while moved < count:
            moved += (await sequencer.move(connection, limit=batch))[0]
        found[f"rows_per_s_in_batches_of_{batch}"] = round(count / (perf_counter() - began))
    return found


async def takeovers(connection: Any, dsn: str, times: int) -> list[float]:
    """Kill the sequencer while a spare waits; return how long until the next change had its number, milliseconds."""
    running = [asyncio.create_task(sequencer.run(dsn)) for _ in range(2)]
    took = []
    for _ in range(times):
        await asyncio.sleep(1)
        before = await feed.last(connection)
        await connection.execute(KILL)
        began = perf_counter()
        await connection.execute(FILL, 1, AREAS, bodies()[:1])
        while await feed.last(connection) == before:
            await asyncio.sleep(0.001)
        took.append((perf_counter() - began) * 1000)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    return sorted(took)


async def measure(dsn: str, rows: int) -> dict[str, Any]:
    await migrate.upgrade(dsn)
    connection = await asyncpg.connect(Database(dsn).dsn)
    figures: dict[str, Any] = await rates(connection, rows)
    took = await takeovers(connection, dsn, 15)
    figures |= {"takeover_ms_median": round(took[len(took) // 2]), "takeover_ms_max": round(took[-1])}
    gaps = [one for one in await audit.findings(connection) if one.rule.endswith("gap")]
    figures |= {"numbers": await feed.last(connection), "gaps": len(gaps), "body_bytes": len(bodies()[0].encode())}
    await connection.close()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--root", type=Path, help="directory on a disk, not in memory; default: a new one here")
    given = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="bench-sequencer-", dir=given.root or Path.cwd()))
    try:
        root.chmod(0o711)
        with Embedded(root / "postgres") as postgres:
            print(json.dumps(asyncio.run(measure(postgres.dsn, given.rows)), indent=1))
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
