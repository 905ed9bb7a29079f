"""What the ladders and people raised lately: 预警, 超时, 督办, 升级, for the supervisor's screen. Domain 2.10."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts.model import Account
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk
from dispatch.kit.db import Row
from dispatch.kit.errors import Invalid
from dispatch.tickets.events import EVENT, Event

PAGE = """
SELECT page.*, ticket.ticket_no
FROM (
    SELECT found.* FROM unnest($1::text[]) AS wanted(code) CROSS JOIN LATERAL (
        SELECT ticket_id, version, area, at_claimed, at_server, actor, payload FROM ticket_event
        WHERE area = wanted.code AND kind IN ('warned', 'overdue', 'supervised', 'escalated') AND at_server >= $2
            AND CASE kind WHEN 'overdue' THEN 3 ELSE (payload ->> 'level')::int END >= $3
            AND ($4::text IS NULL OR (at_server, ticket_id, version) < (
                SELECT at_server, ticket_id, version FROM ticket_event WHERE ticket_id = $4 AND version = $5))
        ORDER BY at_server DESC, ticket_id DESC, version DESC LIMIT $6
    ) AS found ORDER BY at_server DESC, ticket_id DESC, version DESC LIMIT $6
) AS page JOIN ticket ON ticket.id = page.ticket_id
ORDER BY page.at_server DESC, page.ticket_id DESC, page.version DESC
"""


class BadCursor(Invalid):
    """It is not the end of a page."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One line of a ticket's log that warns somebody. ``at``: when it was due; ``entered_at``: when it was noticed."""

    ticket_id: str
    ticket_no: str
    version: int
    area: str
    at: datetime
    entered_at: datetime
    by: str
    event: Event

    @property
    def cursor(self) -> str:
        """Where the next page goes on."""
        return f"{self.ticket_id}:{self.version}"


async def page(
    desk: Desk,
    *,
    by: Account,
    since: datetime,
    area: str | None = None,
    level: int = 1,
    after: str | None = None,
    limit: int = 100,
) -> list[Alarm]:
    """
    Return what was raised in an area and what lies below it, the newest first.

    :param area: by default the caller's; a line belongs to the county that had the ticket then
    :param since: nothing that was entered before
    :param level: nothing below this level of the ladder; a limit that ran out is level 3
    :param after: ``cursor`` of the last one of the page before
    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if it lies outside the reach of ``by``
    :raises BadCursor: if ``after`` is none
    """
    code = looked_at(desk, area, "warning.read", by=by)
    ticket_id, version = _position(after)
    areas = [code, *desk.areas.below(code)]
    async with desk.db.connection() as connection:
        return [_alarm(row) for row in await connection.fetch(PAGE, areas, since, level, ticket_id, version, limit)]


def _position(after: str | None) -> tuple[str | None, int]:
    if after is None:
        return None, 0
    ticket_id, _, version = after.rpartition(":")
    if not ticket_id or not version.isdecimal() or len(version) > 9:
        raise BadCursor("after 须原样传回上一页的 next", field="after")
    return ticket_id, int(version)


def _alarm(row: Row) -> Alarm:
    return Alarm(
        ticket_id=row["ticket_id"],
        ticket_no=row["ticket_no"],
        version=row["version"],
        area=row["area"],
        at=row["at_claimed"],
        entered_at=row["at_server"],
        by=row["actor"],
        event=EVENT.validate_json(row["payload"]),
    )
