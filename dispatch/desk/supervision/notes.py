"""
Steps of a 副单's ladder for which its incident is chased, supervised or escalated (并入主单的催办、督办、升级).

Written in the transaction of the step; ``incidents`` sees to it that the incident has its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.errors import NotFound
from dispatch.tickets import ladder
from dispatch.tickets.events import Entry, Escalated, Overdue, Warned
from dispatch.tickets.rows import Change
from dispatch.tickets.words import Limit

KEEP = """
INSERT INTO supervision_note (ticket_id, version, incident_id, area, name, level, at)
SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::timestamptz[])
"""
AREA = "SELECT area FROM supervision WHERE no = $1"
BEHIND = """
SELECT note.ticket_id, ticket.ticket_no, note.name, note.level, note.at
FROM supervision_note AS note JOIN ticket ON ticket.id = note.ticket_id
WHERE note.order_no = $1 ORDER BY note.at, note.ticket_id, note.version LIMIT $2
"""


class NoSuchOrderNo(NotFound):
    """There is no 督办单 of that number."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A step of a 副单 that a 督办单 of its incident covers. ``at``: when it was noticed."""

    ticket_id: str
    ticket_no: str
    limit: Limit
    level: int
    at: datetime


async def keep(tx: Connection, changes: Iterable[Change]) -> None:
    """Keep the steps whose effect is the incident's."""
    rows = [row for change in changes if change.by_incident for row in _rows(change)]
    if rows:
        await tx.execute(KEEP, *map(list, zip(*rows, strict=True)))


def _rows(change: Change) -> Iterator[tuple[Any, ...]]:
    ticket = change.after
    for entry, _, _ in change.lines:
        if (step := _step(entry)) is not None:
            limit, level = step
            yield ticket.id, entry.version, ticket.incident_id, ticket.area, limit.value, level, entry.at_server


def _step(entry: Entry) -> tuple[Limit, int] | None:
    match entry.event:
        case Warned(level=2) as warned:
            return warned.limit, ladder.CHASE
        case Overdue() as overdue:
            return overdue.limit, ladder.LIMIT
        case Escalated(level=ladder.TOP, limit=Limit() as limit, told=()):
            return limit, ladder.TOP
        case _:
            return None


async def behind(desk: Desk, order_no: str, *, by: Account, limit: int) -> Sequence[Noted]:
    """
    Return the steps of 副单 that a 督办单 covers, the first first.

    :raises NoSuchOrderNo: if there is none that ``by`` may see
    """
    async with desk.db.connection() as connection:
        area = await connection.fetchval(AREA, order_no)
        if area is None or not rights.allowed(by, "supervision.read", area=area, covers=desk.areas.covers):
            raise NoSuchOrderNo("没有这份督办单,或不在您的查看范围内;请核对编号")
        rows = await connection.fetch(BEHIND, order_no, limit)
    return [Noted(row["ticket_id"], row["ticket_no"], Limit(row["name"]), row["level"], row["at"]) for row in rows]
