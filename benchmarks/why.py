"""
How long `why` takes over three thousand crews: the first question after a new plan, and those that follow.

    python -m benchmarks.why [--tickets 1000] [--crews 3000] [--rounds 12] [--root DIRECTORY]

One embedded PostgreSQL on disk, one region of ten counties, a plan of the real search in force. Questions go to the
desk as the API asks them (rights, database, picture, answer); a second task on the same event loop looks how long that
was kept from running. First: after a change, when the API process has made the picture ready (``preparing``), as it
does within a second where somebody looks. At once: in the moment of the change, nothing is laid out. Next: another
ticket of the same plans. Again: the same ticket. Left out: one that no crew may do, with its remedies. Preparing: what
that takes, beside the questions. Limits: p99 <= 20 ms; event loop <= 50 ms.
"""

import argparse
import asyncio
import gc
import os
import random
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from dispatch.accounts.model import Account, Role
from dispatch.desk.crews.fleet import FleetKeeper
from dispatch.desk.intake.calls import CallIn
from dispatch.desk.intake.intake import Intake
from dispatch.desk.intake.picking import Place
from dispatch.desk.planning import plans, posing, whys
from dispatch.desk.planning.apart import Bounds, solve_apart
from dispatch.desk.planning.preparing import Preparing
from dispatch.desk.room import Desk, Report
from dispatch.desk.setup import load_world, open_desk
from dispatch.desk.steps import step
from dispatch.desk.world import World
from dispatch.kit import migrate
from dispatch.kit.db import Database
from dispatch.kit.postgres import Embedded
from dispatch.tickets import events
from dispatch.tickets.words import Category, Channel, Level, Symptom

LIMIT_MS, LOOP_MS, PULSE_MS = 20.0, 50.0, 5.0
AT = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)
ROWS = ("first", "left out", "next", "again", "first, at once", "left out, at once", "preparing")
COUNTIES, DEPOTS = 10, 10  # depots of each county
MONITOR = Account(id="bench-monitor", login="bench-monitor", name="压测", role=Role.PROVINCE_MONITOR, area="33")
DESKS = [
    Account(id=f"desk-{n}", login=f"desk-{n}", name=f"{n}县值班", role=Role.COUNTY_DISPATCHER, area=f"3302{n:02}")
    for n in range(COUNTIES)
]
SEAT = Account(id="bench-seat", login="bench-seat", name="压测座席", role=Role.SEAT_AGENT, area="33")


def middle(county: int) -> tuple[float, float]:
    """Return the seat of a county, degrees: two rows of five."""
    return 121.0 + 0.3 * (county % 5), 29.2 + 0.3 * (county // 5)


def world(crews: int) -> World:
    """Return a city of ten counties with so many crews."""
    areas: list[dict[str, Any]] = [
        {"code": "33", "name": "浙江", "level": "province", "lon": 121.6, "lat": 29.3},
        {"code": "3302", "name": "宁波", "level": "city", "parent": "33", "lon": 121.6, "lat": 29.3},
    ]
    draw, depots = random.Random(1), []
    for n in range(COUNTIES):
        code, (lon, lat) = f"3302{n:02}", middle(n)
        ring = [[lon - 0.14, lat - 0.14], [lon + 0.14, lat - 0.14], [lon + 0.14, lat + 0.14], [lon - 0.14, lat + 0.14]]
        border = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        county = {"code": code, "name": f"{n}县", "level": "county", "parent": "3302", "lon": lon, "lat": lat}
        areas.append(county | {"boundary": border})
        for d in range(DEPOTS):
            place = {"lon": lon + draw.uniform(-0.12, 0.12), "lat": lat + draw.uniform(-0.12, 0.12)}
            depots.append(f"{code}-{d}")
            areas.append({"code": depots[-1], "name": f"{n}县{d}所", "level": "depot", "parent": code} | place)
    people = [{"id": f"c{n}", "name": f"{n}队", "depot": depots[n % len(depots)], "members": ["甲", "乙"],
               "skills": ["lv", "hv"]} for n in range(crews)]  # fmt: skip
    accounts = [
        {"id": one.id, "login": one.login, "name": one.name, "role": one.role.value, "area": one.area}
        for one in (MONITOR, SEAT, *DESKS)
    ]
    return World.model_validate(
        {"name": "why", "approximate": True, "areas": areas, "places": [], "crews": people, "reserves": [],
         "accounts": accounts}
    )  # fmt: skip


async def waiting(desk: Desk, count: int) -> list[str]:
    """Let so many tickets be logged and accepted; the last one wants a skill that nobody has."""
    intake, draw, tickets = Intake(desk), random.Random(2), []
    for n in range(count):
        lon, lat = middle(n % COUNTIES)
        call = CallIn(
            channel=Channel.PHONE, phone=f"1390{n:07}", address=f"第{n}街", category=Category.LV, level=Level.NORMAL,
            place=Place(lon=lon + draw.uniform(-0.13, 0.13), lat=lat + draw.uniform(-0.13, 0.13)), hazard=False,
            symptom=Symptom.NO_POWER_ONE, skill="robot" if n == count - 1 else None,
        )  # fmt: skip
        ticket = (await intake.log_call(call, by=SEAT, at=AT)).ticket
        by = DESKS[n % COUNTIES]
        await step(desk, ticket.id, events.Accepted(), action="ticket.accept", by=by, report=Report(), at=AT)
        tickets.append(ticket.id)
    await intake.close()
    return tickets


async def plan(desk: Desk) -> None:
    """Bring a plan of the real search into force."""
    counties = posing.regions(desk)["3302"]
    async with desk.db.connection() as connection:
        known = await posing.read(connection, desk, "3302", counties, planned=counties, at=AT)
    posed = await asyncio.to_thread(posing.pose, desk, desk.fleet.still(), known)
    made = await solve_apart(posed.problem, Bounds(search_s=3.0), seed=9001)
    await plans.take(desk, posed, made, dispatching=dict.fromkeys(counties, plans.AUTO), at=AT)


@asynccontextmanager
async def watched(stalls: list[float]) -> AsyncIterator[None]:
    """Note for the block how late a task of this event loop wakes, milliseconds."""

    async def watch() -> None:
        while True:
            began = perf_counter()
            await asyncio.sleep(PULSE_MS / 1000)
            stalls.append(1000 * (perf_counter() - began) - PULSE_MS)

    task = asyncio.create_task(watch())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def took(desk: Desk, ticket: str) -> tuple[float, float]:
    """Ask once; return milliseconds by the clock, and of the processor in this process."""
    return await took_to(whys.why(desk, ticket, by=MONITOR, at=AT + timedelta(seconds=30)))


async def took_to(doing: Awaitable[object]) -> tuple[float, float]:
    """Do something; return milliseconds by the clock, and of the processor in this process."""
    began, worked = perf_counter(), process_time()
    await doing
    return 1000 * (perf_counter() - began), 1000 * (process_time() - worked)


async def measure(dsn: str, tickets: int, crews: int, rounds: int) -> None:
    await migrate.upgrade(dsn)
    db = Database(dsn, size=4)
    await load_world(db, world(crews))
    desk = await open_desk(db, "sgcc")
    await FleetKeeper(db, desk.fleet, desk.pack).load()
    ids = await waiting(desk, tickets)
    await plan(desk)
    gc.collect()  # as the API does when it has opened (``cli/api.py``)
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
    left, asked = ids[-1], random.Random(3).sample(ids[:-1], min(len(ids) - 1, 50 * rounds))
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ROWS}
    stalls: list[float] = []
    preparing = Preparing(desk, lambda: {DESKS[0].area})
    async with watched(stalls):
        for n in range(rounds):
            some = asked[n * len(asked) // rounds : (n + 1) * len(asked) // rounds]
            desk.pictures.clear()
            found["first, at once"].append(await took(desk, some[0]))
            found["left out, at once"].append(await took(desk, left))
            desk.pictures.clear()
            found["preparing"].append(await took_to(preparing.look(at=AT + timedelta(seconds=30))))
            found["first"].append(await took(desk, some[0]))
            found["left out"].append(await took(desk, left))
            found["next"] += [await took(desk, ticket) for ticket in some[1:]]
            found["again"] += [await took(desk, ticket) for ticket in (*some, left)]
    await db.close()
    say(found, stalls, tickets, crews)


def say(found: dict[str, list[tuple[float, float]]], stalls: list[float], tickets: int, crews: int) -> None:
    """Print the table."""
    print(f"{tickets:,} tickets, {crews:,} crews; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end\n")
    print(f"| question | asked | p50 ms | p99 ms | max ms | p99 / limit of {LIMIT_MS:g} ms | CPU p50, p99 ms |")
    print("|---" * 7 + "|")
    for name, times in found.items():
        p50, p99, most = np.percentile([clock for clock, _ in times], [50, 99, 100])
        cpu = " / ".join(f"{one:.1f}" for one in np.percentile([cpu for _, cpu in times], [50, 99]))
        print(f"| {name} | {len(times)} | {p50:.1f} | **{p99:.1f}** | {most:.1f} | {p99 / LIMIT_MS:.2f} | {cpu} |")
    late = f"p99 {np.percentile(stalls, 99):.1f} ms, most {max(stalls):.1f} ms (limit {LOOP_MS:g})"
    print(f"\nevent loop kept waiting: {late}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=1_000)
    parser.add_argument("--crews", type=int, default=3_000)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--root", type=Path, help="directory on a disk, not in memory; default: a new one here")
    given = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="bench-why-", dir=given.root or Path.cwd()))
    try:
        root.chmod(0o711)
        with Embedded(root / "postgres") as postgres:
            asyncio.run(measure(postgres.dsn, given.tickets, given.crews, given.rounds))
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
