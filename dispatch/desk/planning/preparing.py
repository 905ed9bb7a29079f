"""
Pictures laid out before somebody asks: a dispatcher's first question after a change finds its answer ready.

Bounded: one region at a time, only where somebody looks or asked lately, at most a tenth of a core (``BREATH``). What
changes meanwhile is taken in at the next look, however much it is. A question that comes before that is not answered
from an older picture: it makes one, as ever.
"""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from dispatch.desk.room import Desk
from dispatch.places.areas import AreaLevel

from . import posing
from .mapping import prices_of
from .picture import Picture, mark_of, picture_of
from .telling import tell, told_before

EVERY_S = 0.5  # between two looks at what changed
BREATH = 9.0  # after a look so many times as long as it took
MOST = 4  # regions
ASKED = timedelta(hours=1)  # who asked will ask again
TOLD = 5  # tickets left out of which the answer, with its remedies, is made ready in one look


class Preparing:
    """
    Keeps the pictures ready that will be asked for.

    :param looked_at: the areas that consoles of this process show now
    """

    def __init__(self, desk: Desk, looked_at: Callable[[], Collection[str]]) -> None:
        self._desk, self._looked_at = desk, looked_at
        self._turn = 0

    def wanted(self, at: datetime) -> list[str]:
        """Return the regions that will be asked of: those asked of last first, then those that consoles show."""
        asked = sorted(self._desk.asked.items(), key=lambda one: one[1], reverse=True)
        found = [region for region, last_at in asked if at - last_at < ASKED]
        found += sorted(posing.region_of(self._desk, county) for county in self._counties())
        return list(dict.fromkeys(found))[:MOST]

    def _counties(self) -> list[str]:
        areas = (self._desk.areas.find(code) for code in self._looked_at())
        return [area.code for area in areas if area is not None and area.level is AreaLevel.COUNTY]

    async def look(self, *, at: datetime) -> Picture | None:
        """Make the next region's picture ready, if it is not; return it, None where nobody will ask."""
        wanted = self.wanted(at)
        if not wanted:
            return None
        self._turn += 1
        region = wanted[self._turn % len(wanted)]
        async with self._desk.db.connection() as connection:
            mark = await mark_of(connection, self._desk, posing.regions(self._desk)[region], at=at)
        spare = self._desk.pack.plans.every.duration / 4
        picture = await picture_of(self._desk, region, mark, at=at, ahead=spare)
        await asyncio.to_thread(self._tell, picture)
        return picture

    def _tell(self, picture: Picture) -> None:
        """Tell of some tickets that the plans leave out: their remedies take the longest."""
        at, prices = picture.at, prices_of(self._desk.pack.plans)
        left = [(ticket, county) for county, plan in sorted(picture.plans.items()) for ticket in plan.unserved]
        left = [(ticket, county) for ticket, county in left if told_before(picture, ticket, at=at) is None]
        for ticket, county in [one for one in left if one[0] in picture.numbers][:TOLD]:
            tell(picture, ticket, county, prices, at=at)
