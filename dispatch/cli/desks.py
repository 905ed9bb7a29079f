"""The desk of this installation, lent to a command that looks at it: areas, rules, roads with what is closed."""

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
async def desk_of(settings: Settings) -> AsyncIterator[Desk]:
    """
    Lend the desk of an installation whose database is open (``opened``).

    :raises Unavailable: if the database is of another version
    :raises BadGraph: if the road graph cannot be used
    """
    dsn = address_of(settings)
    await migrate.require_current(dsn)
    db = Database(dsn, size=2)
    try:
        desk = await open_desk(db, settings.pack, holidays=settings.holidays, roads=settings.roads)
        await RoadKeeper(desk).poll()
        yield desk
    finally:
        await db.close()
