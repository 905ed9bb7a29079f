"""
Keeping the road network of a process current: closures and calibrated speeds that others set.

The process that sets one reads it before it answers; the others see that the version changed within ``POLL_S``.
"""

import asyncio

from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.polling import poll_on
from dispatch.routing.roads.network import Roads

from . import rows

POLL_S = 0.5


class RoadKeeper:
    """Follows the tables of roads for a desk; without a graph there is nothing to follow."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._version: int | None = None
        self._factors: dict[tuple[str, str], float] = {}

    async def poll(self) -> bool:
        """
        Read what changed; tell whether something had.

        :raises Unavailable: if the database cannot be reached; the network stays as it was
        """
        roads = self._desk.travel
        if not isinstance(roads, Roads):
            return False
        async with self._desk.db.connection() as connection:
            version = await connection.fetchval(rows.VERSION)
            if version == self._version:
                return False
            await self._read(connection, roads)
        self._version = version
        return True

    async def _read(self, connection: Connection, roads: Roads) -> None:
        factors = await rows.factors(connection)
        if factors != self._factors:
            await asyncio.to_thread(roads.calibrate, factors)
            self._factors = factors
        await refresh(connection, roads)

    async def run(self) -> None:
        """Follow until cancelled; a lost database is waited for."""
        if isinstance(self._desk.travel, Roads):
            await poll_on("roads", self.poll, every_s=POLL_S)


async def refresh(connection: Connection, roads: Roads) -> None:
    """Take the closures that are in the database into force."""
    found = await rows.closures(connection)
    await asyncio.to_thread(roads.close, found)
