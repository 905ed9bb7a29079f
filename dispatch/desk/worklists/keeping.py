"""
Writing down what becomes of a list: its log's next line, what its teams are told, and the news for the consoles.

All in the caller's transaction, in the county's turn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from dispatch.capacity import lists
from dispatch.capacity.words import ListStep
from dispatch.capacity.worklist import Worklist
from dispatch.desk.ids import new_id
from dispatch.kit.db import Connection
from dispatch.notify.messages import ListNews, ListNote

NOTICE = """
INSERT INTO worklist_notice (id, area, depot, date, half, version, team, text, told_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
TOLD = "INSERT INTO outbox (area, kind, ticket_id, version, body) VALUES ($1, 'worklist', $2, $3, $4)"


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes a list, when and why."""

    by: str
    at: datetime
    reason: str = ""


async def keep(
    tx: Connection, made: Worklist, step: ListStep, author: Author, *, told: Mapping[str, str] | None = None
) -> Worklist:
    """
    Append a step to a list and return it with its new version.

    :param told: team -> what it must acknowledge
    """
    after = await lists.append(tx, made, step, by=author.by, at=author.at, reason=author.reason)
    notes = [ListNote(new_id(author.at), team, text) for team, text in (told or {}).items()]
    key = (after.area, after.depot, after.date, after.half.value, after.version)
    await tx.executemany(NOTICE, [(note.id, *key, note.team, note.text, author.at) for note in notes])
    await _tell(tx, after, step, notes)
    return after


async def _tell(tx: Connection, after: Worklist, step: ListStep, notes: Sequence[ListNote]) -> None:
    """Let the consoles of the county and of the depot hear that the list has changed."""
    day, half = after.date.isoformat(), after.half.value
    news = ListNews(after.depot, day, half, after.version, after.state.value, step.value, tuple(notes))
    body = msgspec.json.encode(news).decode()
    name = f"{after.depot}/{day}/{half}"
    await tx.executemany(TOLD, [(area, name, after.version, body) for area in (after.area, after.depot)])
