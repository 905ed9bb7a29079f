"""
How long a booking takes in a county whose next four weeks are full: offered and held, agreed, moved, or refused.

    python -m benchmarks.offers [--visits 10] [--rounds 150] [--root DIRECTORY]

One embedded PostgreSQL on disk; eight depots declare two teams and a place more than is booked, for every half-day of
28 days, so that a 限期 wish looks at 448 half-days with ten visits each. A booking is asked of the desk as by the API:
turn, declarations, live routes, insertion, held place, log and route written, committed; then it is cancelled.
Agreed: a held place is confirmed; moved: its customer wants another time (限期). Refused, with what would help: every
place of the month is taken, or no team can drive to the customer as the routes stand nor after some were planned anew.
Anew: a half-day planned anew by the optimiser's search after one new visit. Limits (p99): an offer 50 ms, anew 1 s.
The processor's time is that of this process, and of PostgreSQL's sessions (Linux).
"""

import argparse
import asyncio
import gc
import os
import random
import shutil
import tempfile
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass, replace
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
from dispatch.desk.bookings import booking, finding, mending, rescheduling, routes
from dispatch.desk.bookings.booking import NewBooking, Said
from dispatch.desk.bookings.halfdays import rules_of
from dispatch.desk.bookings.rescheduling import When
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
AWAY, FARTHER = 0.33, 0.43  # degrees east of it: a team can drive there and back, with time for few others, or none
SESSIONS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
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


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds by the clock, and of the processor here and in the database; and what came of it."""

    ms: float
    cpu_ms: float
    database_ms: float
    refused: bool
    answer: Any


class Stopwatch:
    """
    Times what is asked of the desk.

    :param sessions: process ids of the database's sessions
    """

    def __init__(self, sessions: Sequence[int]) -> None:
        self._files = [Path(f"/proc/{pid}/schedstat") for pid in sessions]

    def _database_ms(self) -> float:
        return sum(int(file.read_text().split()[0]) for file in self._files if file.exists()) / 1e6

    async def took(self, work: Awaitable[Any]) -> Took:
        there, began, worked, refused, answer = self._database_ms(), perf_counter(), process_time(), False, None
        try:
            answer = await work
        except Refusal:
            refused = True
        ms, cpu_ms = 1000 * (perf_counter() - began), 1000 * (process_time() - worked)
        return Took(ms, cpu_ms, self._database_ms() - there, refused, answer)


def new_of(n: int, wish: Wish) -> NewBooking:
    return NewBooking(wish=wish, account_no=f"n{n}", area=COUNTY)


async def offered(desk: Desk, watch: Stopwatch, kind: Appointment, rounds: int) -> list[Took]:
    """Book so often, each time cancelled afterwards."""
    draw, found = random.Random(kind.value), []
    for n in range(rounds):
        found.append(await watch.took(booking.book(desk, new_of(n, wish_of(kind, draw)), by=SEAT, at=AT)))
        if found[-1].answer:
            await booking.cancel(desk, found[-1].answer.id, reason="压测", said=Said(by=SEAT, at=AT))
    return found


async def agreed(desk: Desk, watch: Stopwatch, rounds: int) -> dict[str, list[Took]]:
    """Confirm what is held, and move it."""
    draw, said = random.Random(5), Said(by=SEAT, at=AT)
    found: dict[str, list[Took]] = {"agreed": [], "moved": []}
    for n in range(rounds):
        held = await booking.book(desk, new_of(n, wish_of(Appointment.FIXED, draw)), by=SEAT, at=AT)
        found["agreed"].append(await watch.took(booking.confirm(desk, held.id, offer=None, said=said)))
        when = When(appointment=Appointment.BY_DATE, due=day_of(DAYS))
        moved = rescheduling.reschedule(desk, held.id, when, reason="压测", said=said)
        found["moved"].append(await watch.took(moved))
        await booking.cancel(desk, held.id, reason="压测", said=said)
    return found


async def refused(desk: Desk, watch: Stopwatch, rounds: int) -> dict[str, list[Took]]:
    """Ask for what cannot be: 限期 in a month that is full, then for places where a team has time for few visits."""
    draw, found = random.Random(9), dict[str, list[Took]]()
    for name, more, away in (("full", -1, 0.0), ("crowded", 1, AWAY), ("too far", 0, FARTHER)):
        async with desk.db.connection() as connection:
            await connection.execute("UPDATE capacity_declaration SET visits = visits + $1", more)
        found[f"refused: {name}"] = [
            await watch.took(booking.book(desk, new_of(n, _asked(draw, away)), by=SEAT, at=AT)) for n in range(rounds)
        ]
    return found


def _asked(draw: random.Random, away: float) -> Wish:
    wish = wish_of(Appointment.BY_DATE, draw)
    return replace(wish, lon=MIDDLE[0] + away + draw.uniform(0, 0.02)) if away else wish


async def planned_anew(desk: Desk, watch: Stopwatch, rounds: int) -> list[Took]:
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

            found.append(await watch.took(work()))
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
    async with db.connection() as connection:
        watch = Stopwatch([row["pid"] for row in await connection.fetch(SESSIONS)])
    found = {kind.label: await offered(desk, watch, kind, rounds) for kind in Appointment}
    found |= await agreed(desk, watch, rounds)
    anew = await planned_anew(desk, watch, rounds)
    found |= await refused(desk, watch, rounds)
    async with db.connection() as connection:
        standing = await connection.fetchval("SELECT count(*) FROM visit_stop")
    await db.close()
    say(found, anew, standing)


def say(found: dict[str, list[Took]], anew: list[Took], standing: int) -> None:
    """Print the table."""
    cores, load = os.cpu_count(), os.getloadavg()[0]
    print(
        f"{DEPOTS} depots, {DAYS} days, {standing:,} visits on live routes; {cores} cores, load {load:.1f} at the end\n"
    )
    print(
        "| asked | times | refused | p50 ms | p99 ms | max ms | p99 / limit | CPU p50, p99 ms | database p50, p99 ms |"
    )
    print("|---" * 9 + "|")
    for name, times, limit_ms in [*((name, times, LIMIT_MS) for name, times in found.items()), ("anew", anew, ANEW_MS)]:
        p50, p99, most = np.percentile([one.ms for one in times], [50, 99, 100])
        cpu, database = ([getattr(one, what) for one in times] for what in ("cpu_ms", "database_ms"))
        work = " | ".join(" / ".join(f"{one:.1f}" for one in np.percentile(each, [50, 99])) for each in (cpu, database))
        ratio = f"{p99 / limit_ms:.2f} of {limit_ms:g} ms"
        no = sum(one.refused for one in times)
        print(f"| {name} | {len(times)} | {no} | {p50:.1f} | **{p99:.1f}** | {most:.1f} | {ratio} | {work} |")


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
