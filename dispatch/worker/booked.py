"""
Booked work by the clock (预约作业), ticked by the leader's scheduler: lists at their cut-off, reminders, declarations
that are inherited, forecasts, what was not made and rolls on.

The scheduler only ticks. What is due at a moment of the trade's clock is said by tables, so that nothing is done twice
and what nobody was there for is made up for; a replay's minutes are as good as ours.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from dispatch.desk.bookings.forecasts import forecast_due
from dispatch.desk.bookings.weekly import inherit_due, remind_due
from dispatch.desk.map import MapKeeper
from dispatch.desk.roads.keeper import RoadKeeper
from dispatch.desk.room import Desk
from dispatch.desk.setup import open_desk
from dispatch.desk.tasks.yielding import tidy
from dispatch.desk.worklists.coming_back import free_due
from dispatch.desk.worklists.making import freeze_due
from dispatch.desk.worklists.rolling import roll_due
from dispatch.desk.worklists.taking import take_due
from dispatch.kit.clock import Clock
from dispatch.kit.db import Database
from dispatch.kit.logs import logger

TICK_S = 0.5  # between two looks at the trade's clock, which may run faster than ours
MINUTE = timedelta(minutes=1)
ANYBODY = "SELECT EXISTS (SELECT FROM area)"

log = logger("booked")


async def _freeze(desk: Desk, *, at: datetime) -> None:
    if frozen := await freeze_due(desk, at=at):
        log.info("lists frozen", lists=frozen)


async def _tidy_tasks(desk: Desk, *, at: datetime) -> None:
    if tidied := await tidy(desk, at=at):
        log.info("grid tasks tidied", tasks=tidied)


async def _roll(desk: Desk, *, at: datetime) -> None:
    if unmade := await roll_due(desk, at=at):
        log.info("visits not made", visits=unmade)


async def _take(desk: Desk, *, at: datetime) -> None:
    if taken := await take_due(desk, at=at):
        log.info("repairs took teams", repairs=taken)


async def _free(desk: Desk, *, at: datetime) -> None:
    if freed := await free_due(desk, at=at):
        log.info("teams back from repairs", teams=freed)


Job = Callable[..., Awaitable[None]]
JOBS: dict[str, Job] = {
    "freeze_due": _freeze,
    "remind_due": remind_due,
    "inherit_due": inherit_due,
    "forecast_due": forecast_due,
    "tidy_tasks": _tidy_tasks,
    "roll_due": _roll,
    "take_due": _take,
    "free_due": _free,
}
AT_ONCE = frozenset({"take_due", "free_due"})  # looked at with each tick: customers wait for it


class Booked:
    """
    The leader's turn at booked work.

    :param pack_id: family of rule packs, as the API processes use it
    :param clock: the trade's time
    :param roads: file of the road graph, for the lists' ways; None: straight lines
    """

    def __init__(self, db: Database, pack_id: str, clock: Clock, *, roads: Path | None = None) -> None:
        self._db, self._pack_id, self._clock, self._roads = db, pack_id, clock, roads
        self._desk: Desk | None = None
        self._keepers: tuple[MapKeeper, RoadKeeper] | None = None
        self._opening = asyncio.Lock()
        self._last: dict[str, datetime] = {}
        self._busy: set[str] = set()

    def enter(self, scheduler: AsyncIOScheduler) -> None:
        """Put the jobs on the scheduler; each by itself, so that one that lasts or fails keeps no other waiting."""
        for name in JOBS:
            scheduler.add_job(
                self.turn,
                "interval",
                seconds=TICK_S,
                args=[name],
                id=name,
                next_run_time=datetime.now(UTC),
                coalesce=True,
                max_instances=2,  # the second finds the first at work and goes
                misfire_grace_time=None,
            )

    async def turn(self, name: str) -> bool:
        """Do one job if a minute of the trade's clock has passed since it was last tried; tell whether it was."""
        at, last = self._clock.now(), self._last.get(name)
        gap = timedelta(0) if name in AT_ONCE else MINUTE
        if name in self._busy or (last is not None and last <= at < last + gap):  # set back, it begins afresh
            return False
        self._last[name] = at
        self._busy.add(name)
        try:
            desk = await self._ready()
            if desk is None:
                return False
            await JOBS[name](desk, at=at)
        except Exception:  # whatever breaks is tried again the minute after; what is due stays due
            log.exception("job failed", job=name)
        finally:
            self._busy.discard(name)
        return True

    async def _ready(self) -> Desk | None:
        """Return the desk as the world stands now; None: no world is loaded yet."""
        async with self._opening:
            if self._desk is None:
                async with self._db.connection() as connection:
                    if not await connection.fetchval(ANYBODY):
                        return None
                desk = await open_desk(self._db, self._pack_id, roads=self._roads)
                self._desk, self._keepers = desk, (MapKeeper(desk), RoadKeeper(desk))
            for keeper in self._keepers or ():
                await keeper.poll()
        return self._desk
