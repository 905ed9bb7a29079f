"""The desk of this installation, lent to a command that looks at it: areas, rules and, if asked for, roads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dispatch.cli.database import address_of
from dispatch.desk.roads.keeper import RoadKeeper
from dispatch.desk.room import Desk
from dispatch.desk.setup import open_desk
from dispatch.kit import migrate
from dispatch.kit.db import Database
from dispatch.kit.settings import Settings


@asynccontextmanager
async def desk_of(settings: Settings, *, roads: bool = False) -> AsyncIterator[Desk]:
    """
    Lend the desk of an installation whose database is open (``opened``).

    :param roads: with its road graph, if it has one, and with what is closed now
    :raises Unavailable: if the database is of another version
    :raises BadGraph: if the road graph cannot be used
    """
    dsn = address_of(settings)
    await migrate.require_current(dsn)
    db = Database(dsn, size=2)
    try:
        graph = settings.roads if roads else None
        desk = await open_desk(db, settings.pack, holidays=settings.holidays, roads=graph)
        await RoadKeeper(desk).poll()
        yield desk
    finally:
        await db.close()
