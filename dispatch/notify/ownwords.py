"""
The utility's own texts as they are kept: which are in force, all of them, and the change of one.

They are asked for in the transaction that writes messages, so every process follows a change at once. A text that no
longer fits its occasion, because a new release has other fields, is passed over: the standard one goes.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from dispatch.kit.db import Connection
from dispatch.kit.logs import logger

from .templates import TEMPLATES, Occasion, cut, written
from .wording import faults, tells

IN_FORCE = "SELECT occasion, text FROM message_template WHERE occasion = ANY($1::text[]) AND text IS NOT NULL"
ALL = "SELECT occasion, text, reason, changed_by, changed_at, revision FROM message_template"
ONE = f"{ALL} WHERE occasion = $1"
FIRST = """
INSERT INTO message_template (occasion, text, reason, changed_by, changed_at, revision) VALUES ($1, $2, $3, $4, $5, 1)
ON CONFLICT DO NOTHING RETURNING occasion, text, reason, changed_by, changed_at, revision
"""
NEXT = """
UPDATE message_template SET text = $2, reason = $3, changed_by = $4, changed_at = $5, revision = revision + 1
WHERE occasion = $1 AND revision = $6
RETURNING occasion, text, reason, changed_by, changed_at, revision
"""

log = logger("ownwords")


class Kept(NamedTuple):
    """An occasion whose text was changed at least once; ``text`` None: the standard one was put back."""

    occasion: Occasion
    text: str | None
    reason: str
    changed_by: str
    changed_at: datetime
    revision: int


async def in_force(tx: Connection, occasions: Iterable[Occasion]) -> Mapping[Occasion, str]:
    """Return the own texts that go out on these occasions now."""
    found = {}
    for row in await tx.fetch(IN_FORCE, [occasion.value for occasion in occasions]):
        occasion = Occasion(row["occasion"])
        if wrong := faults(occasion, row["text"]):
            log.warning("own text passed over", occasion=occasion.value, fault=wrong[0])
        else:
            found[occasion] = row["text"]
    return found


async def told(tx: Connection, occasion: Occasion, body: str, **said: object) -> bool:
    """Tell whether a message of an occasion said this, by the standard text or by the own one in force."""
    fields = TEMPLATES[occasion].fields
    values = {name: cut(written(value), fields[name]) for name, value in said.items()}
    texts = (TEMPLATES[occasion].text, *(await in_force(tx, [occasion])).values())
    return any(tells(text, body, values) for text in texts)


async def everything(connection: Connection) -> Mapping[Occasion, Kept]:
    """Return every occasion whose text was ever changed."""
    known = set(Occasion)
    return {Occasion(row["occasion"]): _kept(*row) for row in await connection.fetch(ALL) if row["occasion"] in known}


async def one(connection: Connection, occasion: Occasion) -> Kept | None:
    """Return what is kept of an occasion; None: its text was never changed."""
    row = await connection.fetchrow(ONE, occasion.value)
    return None if row is None else _kept(*row)


async def change(
    tx: Connection, occasion: Occasion, text: str | None, *, reason: str, revision: int, by: str, at: datetime
) -> Kept | None:
    """
    Keep a text, or put the standard one back; None: somebody else was first.

    :param revision: that the caller saw; 0: never changed
    """
    said = (occasion.value, text, reason, by, at)
    row = await (tx.fetchrow(NEXT, *said, revision) if revision else tx.fetchrow(FIRST, *said))
    return None if row is None else _kept(*row)


def _kept(occasion: str, text: str | None, reason: str, by: str, at: datetime, revision: int) -> Kept:
    return Kept(Occasion(occasion), text, reason, by, at, revision)
