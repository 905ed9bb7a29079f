"""
A repair takes a team (抽队抢修): noted in the dispatch's own transaction, seen to by the worker at once.

The dispatch only writes a row: finding the visits other teams and other half-days takes the county's turn and some
tenths of a second each, for which a dispatcher's click must not wait, and what fails there must not stop a repair.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dispatch.capacity import lists
from dispatch.capacity.declaration import hours
from dispatch.capacity.words import Half, ListState
from dispatch.capacity.worklist import Errand, ListedTeam, Worklist
from dispatch.desk.ids import new_id
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection, Row
from dispatch.tickets.events import Dispatched, Event
from dispatch.tickets.model import Ticket

COLUMNS = "id, area, depot, date, half, team, crew_id, ticket_id, ticket_no, at, until_at, lon, lat"
PUT = f"""
INSERT INTO team_taken ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT DO NOTHING
"""
OPEN = f"SELECT {COLUMNS} FROM team_taken WHERE done_at IS NULL ORDER BY at, id LIMIT $1"
LOCK = f"SELECT {COLUMNS} FROM team_taken WHERE id = $1 AND done_at IS NULL FOR UPDATE"
ENDED = "UPDATE team_taken SET done_at = $2, reassigned = $3, moved = $4, reoffered = $5 WHERE id = $1"
# Whose crew is off the repair: as an errand began, so it ends, repair by repair.
BACK = f"""
SELECT {COLUMNS}, (
    SELECT max(ended_at) FROM dispatch WHERE ticket_id = team_taken.ticket_id AND crew_id = team_taken.crew_id
) AS ended_at
FROM team_taken WHERE done_at IS NOT NULL AND freed_at IS NULL AND NOT EXISTS (
    SELECT FROM dispatch
    WHERE ticket_id = team_taken.ticket_id AND crew_id = team_taken.crew_id AND ended_at IS NULL
) ORDER BY at, id LIMIT $1
"""
AWAY = f"""
SELECT {COLUMNS} FROM team_taken
WHERE depot = $1 AND date = $2 AND half = $3 AND team = $4 AND id <> $5 AND done_at IS NOT NULL AND freed_at IS NULL
  AND EXISTS (
    SELECT FROM dispatch
    WHERE ticket_id = team_taken.ticket_id AND crew_id = team_taken.crew_id AND ended_at IS NULL
) ORDER BY until_at DESC, id LIMIT 1
"""
FREED = "UPDATE team_taken SET freed_at = $2 WHERE id = $1 AND freed_at IS NULL RETURNING id"
STILL = "SELECT EXISTS (SELECT FROM dispatch WHERE ticket_id = $1 AND crew_id = $2 AND ended_at IS NULL)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A row of ``team_taken``: whose team, for which repair, until when; degrees WGS-84, None: not known."""

    id: str
    area: str
    depot: str
    date: date
    half: Half
    team: str
    crew_id: str
    ticket_id: str
    ticket_no: str
    at: datetime
    until_at: datetime
    lon: float | None
    lat: float | None

    @property
    def reason(self) -> str:
        return f"抽去抢修 {self.ticket_no},预计 {self.until_at.astimezone(CHINA):%H:%M} 结束"

    def errand(self, base: tuple[float, float]) -> Errand:
        """Return it as the list keeps it; a repair of unknown place is reckoned from the depot."""
        lon, lat = (self.lon, self.lat) if self.lon is not None and self.lat is not None else base
        return Errand(ticket_no=self.ticket_no, from_at=self.at, until_at=self.until_at, lon=lon, lat=lat)


async def follow(tx: Connection, desk: Desk, event: Event, *, after: Ticket, at: datetime) -> None:
    """Note for each list whose team the crew is that it was sent to a repair; one question, and a row each."""
    if not isinstance(event, Dispatched) or desk.pack.booking is None:
        return
    work = desk.pack.crew.repair_by_category.of(after.category).duration
    until_at = at + timedelta(seconds=event.eta_s) + work
    for made, team in await teams_of(tx, desk, event.depot, event.crew_id, at=at):
        where = (made.area, made.depot, made.date, made.half.value, team.team)
        repair = (event.crew_id, after.id, after.ticket_no, at, until_at, after.lon, after.lat)
        await tx.execute(PUT, new_id(at), *where, *repair)


async def teams_of(
    connection: Connection, desk: Desk, depot: str, crew_id: str, *, at: datetime
) -> list[tuple[Worklist, ListedTeam]]:
    """Return the teams that a crew's people are, on the lists of today whose half-day is not over."""
    rules, today = desk.pack.booking, at.astimezone(CHINA).date()
    if rules is None:
        return []
    return [
        (made, team)
        for made in await lists.of_crew(connection, depot, today, crew_id)
        if made.state is not ListState.CLOSED and at < hours(rules, today, made.half).ends_at
        for team in made.teams
        if team.crew_id == crew_id and not team.withdrawn
    ]


async def open_ones(connection: Connection, *, limit: int) -> Sequence[Taken]:
    """Return what nobody has seen to yet, the first first."""
    return [_taken(row) for row in await connection.fetch(OPEN, limit)]


async def lock(tx: Connection, taken_id: str) -> Taken | None:
    """Return a row that is still to be seen to, locked; None: somebody has."""
    row = await tx.fetchrow(LOCK, taken_id)
    return None if row is None else _taken(row)


async def still_on(tx: Connection, taken: Taken) -> bool:
    """Tell whether the crew is still on the repair."""
    found: bool = await tx.fetchval(STILL, taken.ticket_id, taken.crew_id)
    return found


async def end(tx: Connection, taken: Taken, *, reassigned: int, moved: int, reoffered: int, at: datetime) -> None:
    """Write down what it cost."""
    await tx.execute(ENDED, taken.id, at, reassigned, moved, reoffered)


async def back(connection: Connection, *, limit: int) -> Sequence[tuple[Taken, datetime | None]]:
    """Return whose crew is off its repair while its list does not know it, and since when; None: not known."""
    return [(_taken(row), row["ended_at"]) for row in await connection.fetch(BACK, limit)]


async def still_away(tx: Connection, taken: Taken) -> Taken | None:
    """Return another repair that the same team's crew is still on, the last to end; None: there is none."""
    row = await tx.fetchrow(AWAY, taken.depot, taken.date, taken.half.value, taken.team, taken.id)
    return None if row is None else _taken(row)


async def free(tx: Connection, taken: Taken, *, at: datetime) -> bool:
    """Write down that the list knows; tell whether this call did."""
    return await tx.fetchval(FREED, taken.id, at) is not None


def _taken(row: Row) -> Taken:
    said = {name: row[name] for name in COLUMNS.split(", ")}
    return Taken(**{**said, "half": Half(row["half"])})
