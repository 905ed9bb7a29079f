"""
Digests for those on duty (预警汇总): in a storm one text to each in so many minutes, instead of one for each warning.

What a digest stands for are rows, written in the transaction of the warning; when the digest is written they name it,
so that every warning is in a message or in a digest. The numbers of the text are counts of its rows.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk.ids import new_id
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import NotFound
from dispatch.kit.words import Labelled
from dispatch.notify import texts
from dispatch.notify.phones import plain
from dispatch.notify.templates import Occasion, compose

KEEP = """
INSERT INTO digest_line (id, to_phone, area, ticket_id, version, subject_id, kind, level, due_at, at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::text[],
                     $8::integer[], $9::timestamptz[], $10::timestamptz[])
"""
DUE = """
SELECT to_phone FROM digest_line WHERE message_id IS NULL GROUP BY to_phone HAVING min(at) <= $1 ORDER BY min(at)
"""
TAKE = """
UPDATE digest_line SET message_id = $2, to_phone = '' WHERE to_phone = $1 AND message_id IS NULL
RETURNING area, ticket_id, subject_id, kind, level, due_at, at
"""
PACK = "SELECT doc->>'pack' FROM ticket WHERE id = $1"
NUMBERS = "SELECT id, ticket_no FROM ticket WHERE id = ANY($1::text[])"
MESSAGE = "SELECT area FROM message WHERE id = $1 AND occasion = 'digest'"
BEHIND = """
SELECT line.id, line.area, line.ticket_id, ticket.ticket_no, line.version, line.kind, line.level, line.due_at, line.at
FROM digest_line AS line JOIN ticket ON ticket.id = line.ticket_id
WHERE line.message_id = $1 AND ($2::text IS NULL OR line.id > $2) ORDER BY line.id LIMIT $3
"""


class WarningKind(Labelled):
    """What a line of a digest tells of."""

    WARNED = "warned", "预警"
    CHASED = "chased", "催办"
    OVERDUE = "overdue", "超时"
    SUPERVISED = "supervised", "督办"


class NoSuchDigest(NotFound):
    """No digest has that id."""


@dataclass(frozen=True, slots=True)
class Line:
    """
    A warning that waits for a digest.

    :param version: line of the ticket's log
    :param subject_id: whom the digest names: the ticket, or of a 副单 its 主单
    """

    to_phone: str
    area: str
    ticket_id: str
    version: int
    subject_id: str
    kind: WarningKind
    level: int
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A warning that a digest stands for."""

    id: str
    area: str
    ticket_id: str
    ticket_no: str
    version: int
    kind: WarningKind
    level: int
    due_at: datetime | None
    at: datetime


async def keep(tx: Connection, lines: Iterable[Line], *, at: datetime) -> None:
    """Let these warnings wait for the next digest of their addressees."""
    rows = [
        (
            new_id(at),
            plain(line.to_phone),
            line.area,
            line.ticket_id,
            line.version,
            line.subject_id,
            line.kind.value,
            line.level,
            line.due_at,
            at,
        )
        for line in lines
    ]
    if rows:
        await tx.execute(KEEP, *map(list, zip(*rows, strict=True)))


async def write_due(desk: Desk, *, at: datetime) -> int:
    """
    Write to each whose oldest warning has waited for as long as the pack in force says; return how many there were.

    If that pack knows no modes any more, what still waits is written at once.
    """
    every = desk.pack.modes.digest_every.duration if desk.pack.modes else timedelta()
    async with desk.db.connection() as connection:
        phones = [row["to_phone"] for row in await connection.fetch(DUE, at - every)]
    for phone in phones:
        await _write(desk, phone, at)
    return len(phones)


async def _write(desk: Desk, phone: str, at: datetime) -> None:
    """Write one digest, under the pack of a ticket that it tells of."""
    async with desk.db.transaction() as tx:
        message_id = new_id(at)
        lines = await tx.fetch(TAKE, phone, message_id)
        if not lines:
            return
        pack = desk.packs.get(await tx.fetchval(PACK, lines[0]["ticket_id"]))
        if pack.messages is None or pack.modes is None:
            raise ValueError("a line of a digest is written under packs with both sections only")
        area = _common(desk, {line["area"] for line in lines})
        names = await _names(tx, worst(lines, pack.modes.digest_names.value))
        text = compose(Occasion.DIGEST, digest(lines, names=names, area=desk.areas.get(area).name, at=at))
        await texts.enqueue(
            tx, texts.Message(message_id, area, None, phone, text, pack.key), rules=pack.messages, at=at
        )


async def _names(tx: Connection, subjects: Sequence[str]) -> list[str]:
    """Return the tickets' numbers, in their order."""
    numbers = {row["id"]: row["ticket_no"] for row in await tx.fetch(NUMBERS, subjects)}
    return [numbers[subject] for subject in subjects if subject in numbers]


def worst(lines: Sequence[Row], most: int) -> list[str]:
    """Return the tickets of the highest step, of those the one that was due first; each once."""
    ranked = sorted(lines, key=lambda line: (-line["level"], line["due_at"] or line["at"], line["subject_id"]))
    return list(dict.fromkeys(line["subject_id"] for line in ranked))[:most]


def digest(lines: Sequence[Row], *, names: Sequence[str], area: str, at: datetime) -> dict[str, object]:
    """Return the fields of a digest's text."""
    counts = Counter(line["kind"] for line in lines)
    began = min(line["at"] for line in lines).astimezone(CHINA)
    return {
        "area": area,
        "span": f"{began:%H:%M}-{at.astimezone(CHINA):%H:%M}",
        "counts": "、".join(f"{kind.label}{counts[kind.value]}" for kind in WarningKind if counts[kind.value]),
        "n": len({line["ticket_id"] for line in lines}),
        "names": ",".join(names),
    }


def _common(desk: Desk, areas: set[str]) -> str:
    """Return the lowest area that covers them all."""
    first, *others = sorted(areas)
    lines = (code for code in desk.areas.above(first) if all(desk.areas.covers(code, other) for other in others))
    return next(lines, first)


async def behind(
    desk: Desk, message_id: str, *, by: Account, after: str | None = None, limit: int = 100
) -> Sequence[Shown]:
    """
    Return the warnings that a digest stands for, the first first.

    :param after: id of the last one of the page before
    :raises NoSuchDigest: if there is none that ``by`` may see
    """
    async with desk.db.connection() as connection:
        area = await connection.fetchval(MESSAGE, message_id)
        if area is None or not rights.allowed(by, "message.read", area=area, covers=desk.areas.covers):
            raise NoSuchDigest("没有这条汇总短信,或不在您的查看范围内;请核对编号")
        rows = await connection.fetch(BEHIND, message_id, after, limit)
    return [Shown(**{**row, "kind": WarningKind(row["kind"])}) for row in rows]
