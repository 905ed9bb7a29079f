"""
How long a booking takes in a county whose next four weeks are full: the slot is offered, held and kept.

    python -m benchmarks.offers [--visits 10] [--rounds 150] [--root DIRECTORY]

One embedded PostgreSQL on disk; eight depots declare two teams and a place more than is booked, for every half-day of
28 days, so that a 限期 wish looks at 448 half-days with ten visits each. A booking is asked of the desk as by the API:
turn, declarations, live routes, insertion, held place, log and route written, committed; then it is cancelled.
Anew: a half-day planned anew by the optimiser's search after one new visit. Limits (p99): an offer 50 ms, anew 1 s.
"""

import argparse
import asyncio
import gc
import os
import random
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from dispatch.accounts.model import Account, Role
from dispatch.capacity import store
from dispatch.capacity.booking import Booking
from dispatch.capacity.declaration import Declaration, Slot, hours
from dispatch.capacity.wishes import Wish
from dispatch.capacity.words import Appointment, BookingState, BookingStep, Half, VisitArea, VisitKind
from dispatch.desk.bookings import booking, finding, mending, routes
from dispatch.desk.bookings.booking import NewBooking, Said
from dispatch.desk.bookings.halfdays import rules_of
from dispatch.desk.room import Desk
from dispatch.desk.setup import load_world, open_desk
from dispatch.desk.world import World
from dispatch.kit import migrate
from dispatch.kit.db import Database
from dispatch.kit.errors import Refusal
from dispatch.kit.postgres import Embedded

LIMIT_MS, ANEW_MS = 50.0, 1000.0
AT = datetime(2026, 7, 5, 8, 0, tzinfo=UTC)  # a Sunday: all 28 days are to come
COUNTY, DEPOTS, DAYS, TEAMS = "330225", 8, 28, 2
MIDDLE = (121.85, 29.45)
SEAT = Account(id="bench-seat", login="bench-seat", name="压测座席", role=Role.SEAT_AGENT, area="33")
KIND = {"kind": VisitKind.METERING, "area_class": VisitArea.URBAN}


def world() -> World:
    """Return a county with eight depots in a ring of ten kilometres."""
    areas: list[dict[str, Any]] = [
        {"code": "33", "name": "浙江", "level": "province", "lon": 121.6, "lat": 29.3},
        {"code": "3302", "name": "宁波", "level": "city", "parent": "33", "lon": 121.6, "lat": 29.3},
        {"code": COUNTY, "name": "象山", "level": "county", "parent": "3302", "lon": MIDDLE[0], "lat": MIDDLE[1]},
    ]
    for n in range(DEPOTS):
        lon, lat = base(n)
        areas.append({"code": depot(n), "name": f"{n}所", "level": "depot", "parent": COUNTY, "lon": lon, "lat": lat})
    seat = {"id": SEAT.id, "login": SEAT.login, "name": SEAT.name, "role": SEAT.role.value, "area": SEAT.area}
    return World.model_validate(
        {"name": "offers", "approximate": True, "areas": areas, "places": [], "crews": [], "reserves": [],
         "accounts": [seat]}
    )  # fmt: skip


def depot(n: int) -> str:
    return f"{COUNTY}-{n}"


def base(n: int) -> tuple[float, float]:
    turn = 2 * np.pi * n / DEPOTS
    return MIDDLE[0] + 0.1 * float(np.cos(turn)), MIDDLE[1] + 0.09 * float(np.sin(turn))


def near(draw: random.Random, n: int) -> dict[str, float]:
    """Return a customer within some kilometres of a depot."""
    lon, lat = base(n)
    return {"lon": lon + draw.uniform(-0.035, 0.035), "lat": lat + draw.uniform(-0.03, 0.03)}


def slots() -> Iterator[tuple[int, Slot]]:
    for day in range(1, DAYS + 1):
        for half in Half:
            for n in range(DEPOTS):
                yield n, Slot(depot=depot(n), date=AT.date() + timedelta(days=day), half=half, **KIND)


async def fill(desk: Desk, visits: int) -> None:
    """Declare and book the month; each depot gets as many visits as are said, where they can be driven."""
    draw, rules = random.Random(7), rules_of(desk.pack)
    async with desk.db.transaction() as tx:
        for number, (n, slot) in enumerate(slots()):
            declared = Declaration(
                slot=slot, teams=TEAMS, visits=visits + 1, version=1, declared_by="x", declared_at=AT
            )
            await store.declare(tx, declared, COUNTY)
            span = hours(rules, slot.date, slot.half)
            for place in range(1, visits + 1):
                made = Booking(
                    id=f"b{number:04}-{place:02}", version=0, area=COUNTY, slot=slot, place=place,
                    state=BookingState.BOOKED, appointment=Appointment.BY_DATE, from_at=span.begins_at,
                    to_at=span.ends_at, due=slot.date, account_no=f"{number}{place}", why="", made_by="x", made_at=AT,
                    pack=desk.pack.key, **near(draw, n),
                )  # fmt: skip
                await store.append(tx, made, BookingStep.HELD, by="x", at=AT)
            await mending.mend(tx, desk, slot, at=AT)
    async with desk.db.connection() as connection:
        for table in ("booking", "visit_stop", "capacity_declaration"):
            await connection.execute(f"ANALYZE {table}")


def wish_of(kind: Appointment, draw: random.Random) -> Wish:
    """Return a wish somewhere in the county: an hour of some day, within three days, or any day of four weeks."""
    n = draw.randrange(DEPOTS)
    said: dict[str, Any] = {"appointment": kind, **KIND, **near(draw, n)}
    if kind is Appointment.FIXED:
        begin = datetime.combine(day_of(draw.randint(1, DAYS)), datetime.min.time(), UTC) + timedelta(
            hours=draw.choice([0, 1, 2, 5, 6, 7])
        )
        return Wish(**said, from_at=begin, to_at=begin + timedelta(hours=1))
    if kind is Appointment.WITHIN:
        return Wish(**said, start_by=AT + timedelta(days=3))
    return Wish(**said, due=day_of(DAYS))


def day_of(n: int) -> date:
    return AT.date() + timedelta(days=n)


async def took(work: Callable[[], Awaitable[Any]]) -> tuple[float, float, bool]:
    """Return milliseconds by the clock and of the processor in this process, and whether it was refused."""
    began, worked, refused = perf_counter(), process_time(), False
    try:
        await work()
    except Refusal:
        refused = True
    return 1000 * (perf_counter() - began), 1000 * (process_time() - worked), refused


async def offered(desk: Desk, kind: Appointment, rounds: int) -> list[tuple[float, float, bool]]:
    """Book so often, each time cancelled afterwards."""
    draw, found = random.Random(kind.value), []
    for n in range(rounds):
        new, held = NewBooking(wish=wish_of(kind, draw), account_no=f"n{n}", area=COUNTY), list[Booking]()

        async def ask(new: NewBooking = new, held: list[Booking] = held) -> None:
            held.append(await booking.book(desk, new, by=SEAT, at=AT))

        found.append(await took(ask))
        if held:
            await booking.cancel(desk, held[0].id, reason="压测", said=Said(by=SEAT, at=AT))
    return found


async def planned_anew(desk: Desk, rounds: int) -> list[tuple[float, float, bool]]:
    """Plan a half-day anew with one visit more; nothing is kept."""
    draw, found, some = random.Random(3), [], list(slots())
    async with desk.db.connection() as connection:
        for _ in range(rounds):
            n, slot = draw.choice(some)
            said: dict[str, Any] = {**KIND, **near(draw, n)}
            wish = Wish(appointment=Appointment.BY_DATE, due=slot.date, **said)
            question = finding.Question(wish=wish, slots=[slot], at=AT)

            async def work(slot: Slot = slot, question: finding.Question = question) -> None:
                live, _ = await routes.load(connection, desk, slot, at=AT)
                await mending.anew(desk, live, live.visits, [finding.asked_visit(desk, question, slot, live.span)])

            found.append(await took(work))
    return found


async def measure(dsn: str, visits: int, rounds: int) -> None:
    await migrate.upgrade(dsn)
    db = Database(dsn, size=4)
    await load_world(db, world())
    desk = await open_desk(db, "sgcc")
    await fill(desk, visits)
    gc.collect()  # as the API does when it has opened (``cli/api.py``)
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
    found = {kind.label: await offered(desk, kind, rounds) for kind in Appointment}
    anew = await planned_anew(desk, rounds)
    async with db.connection() as connection:
        standing = await connection.fetchval("SELECT count(*) FROM visit_stop")
    await db.close()
    say(found, anew, standing)


def say(found: dict[str, list[Any]], anew: list[Any], standing: int) -> None:
    """Print the table."""
    cores, load = os.cpu_count(), os.getloadavg()[0]
    print(
        f"{DEPOTS} depots, {DAYS} days, {standing:,} visits on live routes; {cores} cores, load {load:.1f} at the end\n"
    )
    print("| asked | times | refused | p50 ms | p99 ms | max ms | p99 / limit | CPU p50, p99 ms |")
    print("|---" * 8 + "|")
    rows = [(name, times, LIMIT_MS) for name, times in found.items()] + [("anew", anew, ANEW_MS)]
    for name, times, limit_ms in rows:
        p50, p99, most = np.percentile([one[0] for one in times], [50, 99, 100])
        cpu = " / ".join(f"{one:.1f}" for one in np.percentile([one[1] for one in times], [50, 99]))
        refused = sum(one[2] for one in times)
        ratio = f"{p99 / limit_ms:.2f} of {limit_ms:g} ms"
        print(f"| {name} | {len(times)} | {refused} | {p50:.1f} | **{p99:.1f}** | {most:.1f} | {ratio} | {cpu} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=10, help="booked in each half-day of a depot")
    parser.add_argument("--rounds", type=int, default=150)
    parser.add_argument("--root", type=Path, help="directory on a disk, not in memory; default: a new one here")
    given = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="bench-offers-", dir=given.root or Path.cwd()))
    try:
        root.chmod(0o711)
        with Embedded(root / "postgres") as postgres:
            asyncio.run(measure(postgres.dsn, given.visits, given.rounds))
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
