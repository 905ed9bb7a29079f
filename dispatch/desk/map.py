"""Keeping the map current: areas and places that are loaded while the server runs."""

from dispatch.kit.db import Database
from dispatch.kit.polling import poll_on
from dispatch.places.areas import Areas
from dispatch.places.locate import Locator, PlaceRule
from dispatch.places.store import load_areas, load_places

from .room import Desk

POLL_S = 2.0
# A row's xmin is another one after every change; borders need not be read to see that they changed.
SIGNATURE = """
SELECT (SELECT (count(*), sum(xmin::text::numeric))::text FROM area)
    || (SELECT (count(*), sum(xmin::text::numeric))::text FROM place)
"""


async def read_map(db: Database, rule: PlaceRule) -> tuple[str, Areas, Locator]:
    """
    Return the areas and what finds points in them, with the signature of what was read.

    :raises BadAreas, BadBoundary: if the rows cannot be used
    """
    async with db.connection() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        signature = await connection.fetchval(SIGNATURE)
        areas = await load_areas(connection)
        places = await load_places(connection)
    return signature, areas, Locator(areas, places, rule)


class MapKeeper:
    """Reads the map of a desk again when its tables change."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._signature: str | None = None

    async def poll(self) -> bool:
        """
        Read the map if it is another one than last time; tell whether it was.

        :raises Unavailable: if the database cannot be reached; the map stays as it was
        """
        async with self._desk.db.connection() as connection:
            signature = await connection.fetchval(SIGNATURE)
        if signature == self._signature:
            return False
        rule = PlaceRule.of(self._desk.pack)
        self._signature, self._desk.areas, self._desk.locator = await read_map(self._desk.db, rule)
        return True

    async def run(self) -> None:
        """Follow until cancelled; a lost database is waited for, and a bad map leaves the last good one."""
        await poll_on("map", self.poll, every_s=POLL_S)
