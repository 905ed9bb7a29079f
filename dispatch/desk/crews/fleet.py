"""
Keeping the fleet in memory current: built from the database, then following positions, tickets and crews.

Nothing here is truth; whatever is lost is read again. A dispatch is decided under a lock on the crew's row, so a fleet
that lags by a moment can cost a second try, never a crew sent twice.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from dispatch.kit.clock import Clock
from dispatch.kit.db import Connection, Database, Row
from dispatch.kit.polling import poll_on
from dispatch.kit.rulepack import RulePack
from dispatch.routing.fleet import Fleet, Position
from dispatch.routing.model import CrewCard, DepotCard
from dispatch.tickets.model import Ticket

from . import surroundings
from .jobs import Seen, engagement_of, seen

POLL_S = 0.5
SURVEYS = 20  # polls between two comparisons of everything with the database
OVERLAP = timedelta(seconds=1)  # positions commit out of order; those of the last second are read twice

CREWS = """
SELECT crew.id, crew.name, crew.depot, crew.area, crew.skills, crew.shift_start, crew.shift_end,
       crew.active AND NOT EXISTS (SELECT FROM crew_outage WHERE crew_id = crew.id AND ended_at IS NULL) AS active,
       crew.vehicle_kind, crew.permits, coalesce(county.parent, '') AS city
FROM crew JOIN area AS county ON county.code = crew.area
"""
DEPOTS = """
SELECT area.code, area.lon, area.lat, reserve.jobs
FROM area LEFT JOIN repair_reserve AS reserve ON reserve.depot = area.code WHERE area.level = 'depot'
"""
POSITIONS = "SELECT crew_id, lon, lat, at FROM crew_position"
NEWER = """
SELECT array_agg(crew_id) AS crew, array_agg(lon) AS lon, array_agg(lat) AS lat,
       array_agg(extract(epoch FROM at)::float8) AS at, max(wall_at) AS wall_at
FROM crew_position WHERE wall_at > $1
"""
HELD = "SELECT doc FROM ticket WHERE id IN (SELECT ticket_id FROM dispatch WHERE ended_at IS NULL)"
OPEN = "SELECT ticket_id, crew_id FROM dispatch WHERE ended_at IS NULL"
DOCUMENTS = "SELECT doc FROM ticket WHERE id = ANY($1::text[])"
SIGNATURE = """
SELECT (SELECT (count(*), sum(hashtextextended(crew::text, 0)))::text FROM crew)
    || (SELECT (count(*), sum(hashtextextended(area::text, 0)))::text FROM area WHERE level = 'depot')
    || (SELECT (count(*), sum(hashtextextended(repair_reserve::text, 0)))::text FROM repair_reserve)
    || (SELECT coalesce(string_agg(crew_id, ',' ORDER BY crew_id), '') FROM crew_outage WHERE ended_at IS NULL)
"""


class FleetKeeper:
    """
    Owns a ``Fleet`` and keeps it current.

    :param pack: whose expected durations are used for busy crews
    :param clock: the trade's time; without it what is long past is read too
    """

    def __init__(self, db: Database, fleet: Fleet, pack: RulePack, clock: Clock | None = None) -> None:
        self._clock = clock
        self._borders = ""
        self.fleet = fleet
        self._db = db
        self._pack = pack
        self._missed: list[Seen] | None = None  # tickets that changed while everything is being read
        self._signature = ""
        self._read_to: datetime | None = None

    async def load(self) -> None:
        """
        Read everything from the database.

        :raises Unavailable: if the database cannot be reached; the fleet stays as it was
        """
        self._missed = []
        try:
            async with (
                self._db.connection() as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                await self._load(connection)
        finally:
            missed, self._missed = self._missed, None
            for ticket in missed or ():
                self._take(ticket)

    async def _load(self, connection: Connection) -> None:
        self._read_to = await connection.fetchval("SELECT clock_timestamp()")
        self._signature = await connection.fetchval(SIGNATURE)
        crews = [card_of(row) for row in await connection.fetch(CREWS)]
        depots = [DepotCard(*row.values()) for row in await connection.fetch(DEPOTS)]
        where = [position_of(row) for row in await connection.fetch(POSITIONS)]
        held = [seen(row["doc"]) for row in await connection.fetch(HELD)]
        self.fleet.load(crews, depots, positions=where)
        for ticket in held:
            self._take(ticket)
        await surroundings.read_work(connection, self.fleet, at=self._now())
        await self._look_around(connection)

    def _now(self) -> datetime | None:
        return None if self._clock is None else self._clock.now()

    async def _look_around(self, connection: Connection) -> None:
        """Read what decides who may go beside the crews themselves."""
        at = self._now()
        self._borders = await connection.fetchval(surroundings.SIGNATURE)
        self.fleet.lend(await surroundings.read_lending(connection, self._pack, at=at))
        await surroundings.read_promises(connection, self.fleet, at=at)

    def apply(self, document: str | bytes | Mapping[str, Any] | Ticket) -> None:
        """Take in a ticket that changed; an older version than is known changes nothing."""
        ticket = seen(document)
        if self._missed is not None:
            self._missed.append(ticket)
        self._take(ticket)

    def _take(self, ticket: Seen) -> None:
        self.fleet.follow(ticket.id, ticket.version, engagement_of(ticket, self._pack))
        for no, sent in enumerate(ticket.dispatches, 1):
            if sent.ended_at is not None:
                begun, ended = sent.sent_at.timestamp(), sent.ended_at.timestamp()
                self.fleet.worked(sent.crew_id, f"{ticket.id}/{no}", begun, ended)

    async def poll(self) -> int:
        """
        Read the positions that came in since the last poll; return how many were news.

        :raises Unavailable: if the database cannot be reached
        """
        if self._read_to is None:
            await self.load()
            return len(self.fleet)
        async with self._db.connection() as connection:
            news = await connection.fetchrow(NEWER, self._read_to - OVERLAP)
            if await connection.fetchval(surroundings.SIGNATURE) != self._borders:
                await self._look_around(connection)
        if news is None or news["crew"] is None:
            return 0
        self._read_to = max(self._read_to, news["wall_at"])
        return self.fleet.move_columns(news["crew"], news["lon"], news["lat"], news["at"])

    async def survey(self) -> int:
        """
        Compare with the database: read all again if crews, depots or reserves changed, else mend what jobs differ.

        Return how many jobs had to be mended.

        :raises Unavailable: if the database cannot be reached
        """
        async with self._db.connection() as connection:
            if await connection.fetchval(SIGNATURE) == self._signature:
                await self._look_around(connection)
                return await self._mend(connection)
        await self.load()
        return 0

    async def _mend(self, connection: Connection) -> int:
        known = self.fleet.holdings()
        held = {(row["ticket_id"], row["crew_id"]) for row in await connection.fetch(OPEN)}
        differ = {ticket_id for ticket_id, _ in known ^ held}
        if differ:
            for row in await connection.fetch(DOCUMENTS, sorted(differ)):
                self.apply(row["doc"])
        return len(differ)

    async def run(self) -> None:
        """Follow until cancelled; a lost database is waited for."""
        polls = count(1)

        async def look() -> None:
            await self.poll()
            if next(polls) % SURVEYS == 0:
                await self.survey()

        await poll_on("fleet", look, every_s=POLL_S)


def card_of(row: Row) -> CrewCard:
    """Return the crew of a row; shifts as minutes of the day."""
    start, end = row["shift_start"], row["shift_end"]
    return CrewCard(
        id=row["id"],
        name=row["name"],
        depot=row["depot"],
        county=row["area"],
        skills=frozenset(row["skills"]),
        shift_start=start.hour * 60 + start.minute,
        shift_end=end.hour * 60 + end.minute,
        active=row["active"],
        city=row["city"],
        vehicle=row["vehicle_kind"],
        permits=surroundings.permits_of(row["permits"]),
    )


def position_of(row: Row) -> Position:
    """Return the position of a row."""
    return Position(row["crew_id"], row["lon"], row["lat"], row["at"].timestamp())
