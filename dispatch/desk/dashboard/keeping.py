"""
The tickets of two days, and all that had not ended before them, as slips; today's in memory, kept current by the feed.

They are read when the dashboard is first asked for; from then on every change that this process hears is taken in.
Nothing here is truth: on a new day, after a gap in the feed, and when nobody asked for an hour, they are read again.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from dispatch.kit.clock import CHINA
from dispatch.kit.days import span_of
from dispatch.kit.db import Database

from .slips import Slip, of_text

# Those reported in a period, those that are open since before it, and those that ended after it had begun.
REPORTED_OR_STANDING = """
SELECT doc FROM unnest($1::text[]) AS wanted(code) CROSS JOIN LATERAL (
    SELECT doc FROM ticket WHERE area = wanted.code AND reported_at >= $2 AND reported_at < $3
    UNION ALL
    SELECT doc FROM ticket WHERE is_open AND area = wanted.code AND reported_at < $2
    UNION ALL
    SELECT t.doc FROM review AS r JOIN ticket AS t ON t.id = r.ticket_id
    WHERE r.counts AND r.area = wanted.code AND r.ended_at >= $2 AND r.reported_at < $2
) AS found
"""
ALL = "SELECT code FROM area WHERE level <> 'depot'"  # a ticket of unknown place is its province's
FORGOTTEN = timedelta(hours=1)
DAY = timedelta(days=1)


class DayKeeper:
    """
    Owns the slips; ``apply`` hears every ticket that changes.

    :param resets: tells how often the feed began anew, so that changes may not have been heard
    """

    def __init__(self, db: Database, resets: Callable[[], int] = lambda: 0) -> None:
        self._db = db
        self._resets = resets
        self._read_at_reset = 0
        self._slips: dict[str, Slip] = {}
        self._day: date | None = None
        self._asked_at: datetime | None = None
        self._missed: list[Slip] | None = None  # heard while everything is read
        self._turn = asyncio.Lock()

    def apply(self, document: Mapping[str, Any]) -> None:
        """Take in a ticket that changed; until somebody looks there is nothing to keep."""
        if self._day is None and self._missed is None:
            return
        slip = msgspec.convert(document, Slip, strict=False)
        if self._missed is not None:
            self._missed.append(slip)
        elif self._asked_at is not None and slip.reported_at - self._asked_at > FORGOTTEN:
            self.forget()
            return
        self._take(slip)

    def _take(self, slip: Slip) -> None:
        held = self._slips.get(slip.id)
        if held is None or held.version < slip.version:
            self._slips[slip.id] = slip

    def forget(self) -> None:
        """Let go of all; whoever looks next reads it anew."""
        self._slips, self._day = {}, None

    def knows(self, ticket_id: str, version: int) -> bool:
        """Tell whether this version of a ticket, or a later one, is counted."""
        held = self._slips.get(ticket_id)
        return held is not None and held.version >= version

    async def today(self, *, at: datetime) -> Sequence[Slip]:
        """
        Return the slips of today and yesterday, and of all that had not ended before, everywhere.

        :raises Unavailable: if they must be read and the database cannot be reached
        """
        async with self._turn:
            day = at.astimezone(CHINA).date()
            if day != self._day or self._resets() != self._read_at_reset:
                await self._load(day)
            self._asked_at = at
            return list(self._slips.values())

    async def _load(self, day: date) -> None:
        self._missed, self._read_at_reset = [], self._resets()
        try:
            async with self._db.connection() as connection:
                areas = [row["code"] for row in await connection.fetch(ALL)]
            slips = await self.of_day(day, areas)
            self._slips, self._day = {slip.id: slip for slip in slips}, day
        finally:
            missed, self._missed = self._missed, None
            for slip in missed or ():
                self._take(slip)

    async def of_day(self, day: date, areas: Sequence[str]) -> Sequence[Slip]:
        """
        Return the slips of these areas' day and the one before, and of what had not ended before them, as they are now.

        :raises Unavailable: if the database cannot be reached
        """
        begin, end = span_of(day)
        async with self._db.connection() as connection:
            rows = await connection.fetch(REPORTED_OR_STANDING, list(areas), begin - DAY, end)
        return await asyncio.to_thread(lambda: [of_text.decode(row["doc"]) for row in rows])
