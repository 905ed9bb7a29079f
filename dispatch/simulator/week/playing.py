"""
Play a week: a server of its own, its clock in our hands, everybody's acts in the order of their time.

The clock goes in steps of five minutes from one act to the next. At each cut-off the player waits until the worker has
frozen the lists, reads them, and lets the depots name who goes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import httpx

from dispatch.capacity.words import Half
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Database
from dispatch.simulator.people import People, with_passwords
from dispatch.simulator.server import Server

from .booking import Seats
from .crews import Crews
from .drawing import customers
from .field import Teams
from .journal import Journal
from .lists import Depots
from .office import Office
from .repairs import Repairs, taken_by
from .script import Week, instant

TICK = timedelta(minutes=5)
Act = Callable[[datetime], Awaitable[None]]
Tell = Callable[[str], None]


@dataclass
class Timeline:
    """Acts in the order of their time; of one moment in the order in which they were planned."""

    now: datetime
    _waiting: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    def plan(self, at: datetime, act: Act) -> None:
        """Let something happen at a time, rounded up to the next step of the clock; never in the past."""
        late = (at - instant(at.astimezone(CHINA).date(), "00:00")) % TICK
        rounded = at if not late else at - late + TICK
        heappush(self._waiting, (max(rounded, self.now), next(self._numbers), act))

    def next(self) -> tuple[datetime, Act] | None:
        """Return what happens next; None: nothing."""
        if not self._waiting:
            return None
        self.now, _, act = heappop(self._waiting)
        return self.now, act


@dataclass
class Play:
    """One week on one server."""

    week: Week
    world: dict[str, Any]
    server: Server
    office: Office
    db: Database
    tell: Tell
    journal: Journal = field(default_factory=Journal)
    timeline: Timeline = field(init=False)

    def __post_init__(self) -> None:
        self.timeline = Timeline(self.begins_at)
        self.seats = Seats(self.week, self.office, self.journal, self.timeline.plan, Random(self.week.seed + 1))
        self.teams = Teams(self.week, self.office, self.journal, self.timeline.plan)
        self.crews = Crews(
            self.week, self.office, self.journal, self.timeline.plan, self.world, Random(self.week.seed + 2)
        )
        self.depots = Depots(
            self.week, self.office, self.journal, self.timeline.plan, self.db, partial(taken_by, self.week)
        )
        self.repairs = Repairs(
            self.week, self.office, self.journal, self.timeline.plan, self.db, self.world, self.teams,
            self.seats.read, self.seats.look_after,
        )  # fmt: skip

    @property
    def begins_at(self) -> datetime:
        return instant(self.week.monday - timedelta(days=12), "10:00")

    async def run(self) -> None:
        """Plan all that is known beforehand, then let it happen with all that follows."""
        self._plan()
        clock = None
        while (found := self.timeline.next()) is not None:
            at, act = found
            if at != clock:
                self.server.clock.set(at)
                clock = at
            await act(at)
        await self.seats.read_all()
        await self.crews.read()
        await self.repairs.count()

    def _plan(self) -> None:
        week, plan = self.week, self.timeline.plan
        before, thursday = week.monday - timedelta(days=7), week.monday - timedelta(days=4)
        for depot in week.depot:
            if depot.declares:
                plan(instant(thursday, "10:00"), partial(self.depots.declare, depot, week.monday))
            else:
                plan(self.begins_at, partial(self.depots.declare, depot, before))
        plan(instant(thursday, "17:05"), self.depots.inherits)
        places = {area["code"]: (area["lon"], area["lat"]) for area in self.world["areas"] if area["level"] == "depot"}
        for customer in customers(week, places):
            plan(customer.calls_at, partial(self.seats.book, customer))
        for cut in week.cut:
            plan(cut.at, partial(self.depots.cut, cut))
            plan(cut.at + TICK, partial(self.seats.look_after, "cut"))
        self._plan_storm()
        self.crews.begin()
        self.repairs.begin()
        for day, half in week.half_days:
            self._plan_half(day, half)

    def _plan_storm(self) -> None:
        if self.week.storm is not None:
            self.timeline.plan(self.week.storm.at, self._storm)
            self.timeline.plan(self.week.storm.at + TICK, partial(self.seats.look_after, "storm"))

    async def _storm(self, at: datetime) -> None:
        storm = self.week.storm
        assert storm is not None
        body = {"mode": "storm", "reason": storm.reason, "until_at": storm.until.isoformat()}
        done = await self.office.ask("monitor", "PUT", f"/areas/{self.week.county}/mode", body)
        if not done.fine:
            self.journal.faults.append(f"进入抗灾抢修被拒绝:{done.code} {done.message}")

    def _plan_half(self, day: date, half: Half) -> None:
        plan, expected = self.timeline.plan, self.week.expected
        cut_off, end = expected.cut_off(day, half), expected.hours(day, half)[1]
        plan(cut_off, partial(self._freeze, day, half))
        plan(end + timedelta(minutes=45), partial(self.depots.close, day, half))
        if half is Half.PM:
            plan(end + timedelta(minutes=50), partial(self.seats.look_after, "day"))

    async def _freeze(self, day: date, half: Half, at: datetime) -> None:
        await self.depots.freeze(day, half, at)
        self.journal.booked[day, half] = found = await self.seats.read(at)
        await self.seats.ring("freeze", found, at)
        lists = self.journal.frozen[day, half]
        stops = sum(len(team["stops"]) for each in lists for team in each["teams"])
        left = sum(len(each["left_out"]) for each in lists)
        self.tell(f"  · {day:%m月%d日}{half.label} 截单:{len(lists)} 份清单,{stops} 户,未排入 {left} 户")
        await self.depots.name(day, half, at)
        await self.depots.print_busiest(day, half)
        self.teams.go(lists)


async def play(week: Week, world: dict[str, Any], dsn: str, root: Path, tell: Tell) -> tuple[Play, float]:
    """
    Play a week on a fresh database and a server started anew; return what was seen, and how long it took, seconds.

    :param dsn: a PostgreSQL server on which a database is made, and dropped at the end
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with Server(root=root, database_url=dsn) as server:
        server.settings = replace(server.settings, pack=week.pack)
        server.clock.set(instant(week.monday - timedelta(days=12), "09:55"))
        await server.prepare(with_passwords(world))
        await server.start()
        db = server.database()
        try:
            async with httpx.AsyncClient(base_url=server.url, timeout=60.0) as client:
                playing = Play(week, world, server, Office(client, People(server, client)), db, tell)
                await playing.run()
        finally:
            await db.close()
    return playing, loop.time() - began
