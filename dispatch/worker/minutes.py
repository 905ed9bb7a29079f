"""
What is looked at every minute of the trade's clock, by the one leader: storms, the limits of service requests, reports
on disasters, and what a storm promises: one 督办 for an incident, texts in place of calls, digests, hourly reports.
Each is a loop of its own, so that what breaks one does not stop the others.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from dispatch.desk.bookings import services
from dispatch.desk.closing import texting
from dispatch.desk.map import MapKeeper
from dispatch.desk.messages import digests
from dispatch.desk.room import Desk
from dispatch.desk.setup import open_desk
from dispatch.desk.storm import disasters, hourly, storms
from dispatch.desk.supervision import incidents
from dispatch.kit.clock import Clock
from dispatch.kit.db import Database
from dispatch.kit.logs import logger

from .loops import keep

MINUTE = timedelta(minutes=1)
LOOK_S = 0.5  # between two looks at the clock; a replay's runs faster than ours
AT_ONCE = 200

log = logger("minutes")


class Minutes:
    """
    Takes the turns. Nothing is begun before a world is loaded.

    :param pack_id: family of rule packs, as the API processes use it
    :param clock: the trade's time
    """

    def __init__(self, db: Database, pack_id: str, clock: Clock) -> None:
        self._db = db
        self._pack_id = pack_id
        self._clock = clock

    async def run(self) -> None:
        """Take turns until cancelled."""
        while not await self._world_is_there():
            await asyncio.sleep(LOOK_S)
        desk = await open_desk(self._db, self._pack_id)
        turns: dict[str, Callable[[Desk, datetime], Awaitable[object]]] = {
            "storms": lambda desk, at: storms.watch(desk, at=at),
            "service limits": _warn_services,
            "disaster reports": _watch_disasters,
            "incidents": _settle_incidents,
            "texted visits": _ask_again,
            "digests": lambda desk, at: digests.write_due(desk, at=at),
            "storm reports": lambda desk, at: hourly.watch(desk, at=at),
        }
        async with asyncio.TaskGroup() as group:
            group.create_task(MapKeeper(desk).run())
            for name, turn in turns.items():
                group.create_task(keep(name, lambda turn=turn: self._every_minute(desk, turn)))  # type: ignore[misc]

    async def _every_minute(self, desk: Desk, turn: Callable[[Desk, datetime], Awaitable[object]]) -> None:
        last: datetime | None = None
        while True:
            at = self._clock.now()
            if last is None or not last <= at < last + MINUTE:  # a clock that was set back begins afresh
                await turn(desk, at)
                last = at
            await asyncio.sleep(LOOK_S)

    async def _world_is_there(self) -> bool:
        async with self._db.connection() as connection:
            found: bool = await connection.fetchval("SELECT EXISTS (SELECT FROM area)")
            return found


async def _warn_services(desk: Desk, at: datetime) -> None:
    while await services.warn_due(desk, at=at, limit=AT_ONCE) == AT_ONCE:
        await asyncio.sleep(0)


async def _settle_incidents(desk: Desk, at: datetime) -> None:
    while await incidents.settle(desk, at=at, limit=AT_ONCE) == AT_ONCE:
        await asyncio.sleep(0)


async def _ask_again(desk: Desk, at: datetime) -> None:
    while await texting.watch(desk, at=at, limit=AT_ONCE) == AT_ONCE:
        await asyncio.sleep(0)


async def _watch_disasters(desk: Desk, at: datetime) -> None:
    if flagged := await disasters.watch(desk, at=at):
        log.warning("disaster reports are overdue", reports=flagged)
