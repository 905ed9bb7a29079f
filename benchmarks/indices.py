"""
How long the indices of one county and one month take in a year of a million closed tickets, against the limit of 1 s.

usage: python -m benchmarks.indices [--tickets 1000000] [--counties 90] [--rounds 5] [--json FILE]

The judgements (and the rows of their tickets) of a year are made by one statement of SQL in a database of its own,
spread evenly over the counties: with ninety, a month of one has some 900; with twelve, some 7,000. A twentieth are
children of another's fault point. Measured is what ``GET /indices`` does: rights, five queries, the pure functions.
The first answer is shown apart; a month of the whole province, which the limit is not for, too.
"""

import argparse
import asyncio
import json
import platform
import shutil
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dispatch.accounts.model import SYSTEM
from dispatch.desk.closing import reviewing
from dispatch.desk.room import Desk
from dispatch.desk.setup import load_world, open_desk
from dispatch.desk.world import World
from dispatch.kit.db import Database
from tests.servers import Server, embedded, migrated, scratch

LIMIT_S = 1.0
YEAR = datetime(2025, 12, 31, 16, 0, tzinfo=UTC)  # new year 2026 in China
FILL_TICKETS = """
INSERT INTO ticket (id, version, area, stage, ticket_no, incident_id, reported_at, is_open, head, doc)
SELECT 't' || n, 12, '33' || lpad((n % $2::int)::text, 4, '0'), 'closed', 'N' || n, 't' || n,
       $3::timestamptz + n * ($4::interval / $1::int), false, ''::bytea, '{}'
FROM generate_series(0, $1::int - 1) AS n
"""
FILL = """
INSERT INTO review (ticket_id, judgement, counts, area, ending, category, area_class, child, appointed, incident,
    family, customer, feeder, crew, lent, reported_at, submitted_at, accepted_at, arrived_at, restored_at, replied_at,
    ended_at, dark_from, dark_until, spread_until, customers_out, returned_n, wrong_district, app_accepted,
    reply_rejected_n, trust, false_reply, satisfied, chases_n, supervisions_n, contacts_n, score, faults, excused,
    judged_at, judged_by, doc)
SELECT 't' || n, 1, true, '33' || lpad((n % $2::int)::text, 4, '0'),
    CASE WHEN n % 17 = 0 THEN 'cancelled' ELSE 'closed' END,
    (ARRAY['lv', 'lv', 'lv', 'hv', 'meter', 'cust', 'pq', 'nonpower'])[1 + n % 8], 'urban', n % 20 = 19, n % 50 = 0,
    't' || main, 't' || main, 'c' || n, 'line' || n % 997, 'crew' || n % 613, n % 9 = 0,
    at, at, at + '1 min', at + (10 + n % 50) * '1 min'::interval, at + (60 + n % 200) * '1 min'::interval,
    at + '5 h', at + '8 h', at, at + (60 + n % 200) * '1 min'::interval, at + (60 + n % 200) * '1 min'::interval,
    CASE WHEN n % 3 = 0 THEN 1 + n % 300 END, (n % 40 = 0)::int, n % 80 = 0, n % 5 <> 0, (n % 30 = 0)::int,
    0.5 + (n % 6) / 10.0, n % 300 = 0, n % 25 <> 0, n % 4, n % 7 / 6, 1 + n % 3, 100 - n % 30,
    CASE WHEN n % 6 = 0 THEN ARRAY['late_arrive'] ELSE '{}' END, '{}', at + '8 h', 'seat',
    json_build_object('evidence', repeat(md5(n::text), 30))
FROM (
    SELECT n, $3::timestamptz + n * ($4::interval / $1::int) AS at,
        CASE WHEN n % 20 = 19 THEN n - 19 * $2::int ELSE n END AS main
    FROM generate_series(0, $1::int - 1) AS n
) AS made
"""


def world(counties: int) -> World:
    """A province of one city."""
    areas = [
        {"code": "33", "name": "省", "level": "province", "lon": 120.0, "lat": 30.0},
        {"code": "3300", "name": "市", "level": "city", "parent": "33", "lon": 120.0, "lat": 30.0},
    ]
    areas += [
        {"code": f"33{n:04}", "name": f"县{n}", "level": "county", "parent": "3300", "households": 400_000}
        for n in range(counties)
    ]
    return World.model_validate({"name": "bench", "areas": areas})


async def fill(db: Database, tickets: int, counties: int) -> None:
    """Make the year, and let the planner know of it."""
    year = timedelta(days=365)
    async with db.connection() as connection:
        for script in (FILL_TICKETS, FILL):
            await connection.execute(script, tickets, counties, YEAR, year, timeout=3600)
        await connection.execute("VACUUM ANALYZE review", timeout=3600)
        await connection.execute("VACUUM ANALYZE ticket", timeout=3600)


async def measured(desk: Desk, area: str, rounds: int) -> tuple[list[float], float, int]:
    """Return the seconds of each answer, another month each time, our CPU seconds of one, and a month's tickets."""
    took, rows, cpu = [], 0, time.process_time()
    for n in range(rounds):
        begin = YEAR + timedelta(days=30 * (n % 11 + 1))
        start = time.perf_counter()
        found = await reviewing.findings(desk, area, begin, begin + timedelta(days=30), by=SYSTEM)
        took.append(time.perf_counter() - start)
        rows = len(found.rows)
    return took, (time.process_time() - cpu) / rounds, rows


async def run(dsn: str, tickets: int, counties: int, rounds: int) -> dict[str, object]:
    """Fill a database and measure."""
    db = Database(dsn, size=2)
    try:
        await load_world(db, world(counties))
        start = time.perf_counter()
        await fill(db, tickets, counties)
        filled = time.perf_counter() - start
        desk = await open_desk(db, "sgcc")
        county, cpu, rows = await measured(desk, f"33{counties // 2:04}", rounds)
        province, _, all_rows = await measured(desk, "33", 2)
    finally:
        await db.close()
    return {
        "tickets": tickets,
        "counties": counties,
        "fill_s": round(filled, 1),
        "county_month_tickets": rows,
        "county_month_first_s": round(county[0], 3),
        "county_month_p50_s": round(statistics.median(county), 3),
        "county_month_cpu_s": round(cpu, 3),
        "county_month_max_s": round(max(county), 3),
        "ratio_to_limit": round(max(county) / LIMIT_S, 3),
        "province_month_tickets": all_rows,
        "province_month_s": round(min(province), 3),
        "python": platform.python_version(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--counties", type=int, default=90)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    root = scratch()
    try:
        with embedded(root) as postgres:
            server = Server(postgres.dsn)
            dsn = server.address(migrated(server))
            result = asyncio.run(run(dsn, asked.tickets, asked.counties, asked.rounds))
            server.close()
    finally:
        shutil.rmtree(root, ignore_errors=True)
    for name, value in result.items():
        print(f"{name:<24}{value}")
    print(f"limit {LIMIT_S} s for one county and month: {result['ratio_to_limit']} of it at the slowest")
    print(json.dumps(result))
    if asked.json:
        asked.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
