"""Where judgements are kept: every one of a ticket, the latest marked as the one that counts, and the appeals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import NotFound

from .indices import REPEAT_WITHIN
from .judged import Fault, Judged
from .review import Judgement, Review

ROW = ", ".join(Judged._fields)
WRITE = f"""
INSERT INTO review ({ROW}, counts, judged_at, judged_by, doc)
VALUES ({", ".join(f"${n}" for n in range(1, len(Judged._fields) + 1))}, true,
        ${len(Judged._fields) + 1}, ${len(Judged._fields) + 2}, ${len(Judged._fields) + 3})
"""
PAST = "UPDATE review SET counts = false WHERE ticket_id = $1 AND counts"
OF_TICKET = "SELECT doc FROM review WHERE ticket_id = $1 ORDER BY judgement"
LATEST = f"SELECT {ROW}, doc FROM review WHERE ticket_id = $1 AND counts"
# Area by area, each along its index: whatever the planner thinks of a list of areas, nothing else is read.
ENDED = f"""
SELECT {ROW} FROM unnest($1::text[]) AS wanted(code) CROSS JOIN LATERAL (
    SELECT * FROM review WHERE counts AND area = wanted.code AND ended_at >= $2 AND ended_at < $3
) AS judged ORDER BY ended_at, ticket_id
"""
# Of families of fault points, the members that ended outside the period or the areas.
BEYOND = f"""
SELECT {ROW} FROM review WHERE counts AND family = ANY($4::text[])
    AND NOT (area = ANY($1::text[]) AND ended_at >= $2 AND ended_at < $3)
"""
REPORTED = """
SELECT category, count(*) AS n FROM unnest($1::text[]) AS wanted(code) CROSS JOIN LATERAL (
    SELECT category FROM review
    WHERE counts AND submitted_at IS NOT NULL AND area = wanted.code AND reported_at >= $2 AND reported_at < $3
    UNION ALL
    SELECT doc->>'category' FROM ticket
    WHERE is_open AND area = wanted.code AND reported_at >= $2 AND reported_at < $3
        AND doc->>'submitted_at' IS NOT NULL
) AS reported GROUP BY category
"""
# Of the given tickets, those reported again in time; the second report may still be open.
REPEATED = """
SELECT repeat_of, reported_at FROM review WHERE counts AND repeat_of = ANY($1::text[])
UNION ALL
SELECT doc->>'repeat_of', reported_at FROM ticket
WHERE is_open AND area = ANY($2::text[]) AND doc->>'repeat_of' = ANY($1::text[])
"""
SUPPORTED = """
SELECT count(*) FROM review AS r JOIN crew AS c ON c.id = r.crew
WHERE r.counts AND r.lent AND r.ended_at >= $2 AND r.ended_at < $3
    AND c.area = ANY($1::text[]) AND r.area <> ALL($1::text[])
"""
FOUND = """
SELECT found.doc FROM unnest($1::text[]) AS wanted(code) CROSS JOIN LATERAL (
    SELECT doc, ended_at, ticket_id FROM review
    WHERE counts AND area = wanted.code AND ended_at >= $2 AND ended_at < $3
        AND ($4::text IS NULL OR $4 = ANY(faults))
        AND ($5::timestamptz IS NULL OR (ended_at, ticket_id) < ($5, $6::text))
    ORDER BY ended_at DESC, ticket_id DESC LIMIT $7
) AS found ORDER BY found.ended_at DESC, found.ticket_id DESC LIMIT $7
"""
OUTERMOST = """
WITH RECURSIVE around(id, depth) AS (
    VALUES ($1::text, 0)
    UNION ALL
    SELECT coalesce(nullif(t.doc->>'nested_in', t.id), nullif(t.incident_id, t.id)), depth + 1
    FROM around JOIN ticket AS t ON t.id = around.id
    WHERE depth < 20 AND coalesce(nullif(t.doc->>'nested_in', t.id), nullif(t.incident_id, t.id)) IS NOT NULL
) SELECT id FROM around ORDER BY depth DESC LIMIT 1
"""
UNJUDGED = """
SELECT t.id FROM unnest($1::text[]) AS wanted(code) CROSS JOIN LATERAL (
    SELECT id FROM ticket
    WHERE area = wanted.code AND NOT is_open AND id > $2
        AND NOT EXISTS (SELECT FROM review WHERE review.ticket_id = ticket.id)
    ORDER BY id LIMIT $3
) AS t ORDER BY t.id LIMIT $3
"""
USERS = "SELECT code, households, mv_users FROM area WHERE code = ANY($1::text[])"
APPEAL = """
INSERT INTO appeal (ticket_id, no, area, judgement, faults, text, evidence, filed_by, filed_at)
SELECT $1, coalesce(max(no), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM appeal WHERE ticket_id = $1
"""
DECIDE = """
UPDATE appeal SET granted = $3, decision = $4, decided_evidence = $5, decided_by = $6, decided_at = $7
WHERE ticket_id = $1 AND no = $2 AND decided_at IS NULL
"""
APPEALS = "SELECT * FROM appeal WHERE ticket_id = $1 ORDER BY no"


class NoReview(NotFound):
    """The ticket was not judged."""


@dataclass(frozen=True, slots=True)
class Appeal:
    """A contradiction to a judgement (申诉); ``granted`` None: not decided."""

    ticket_id: str
    no: int
    area: str
    judgement: int
    faults: tuple[Fault, ...]
    text: str
    evidence: tuple[str, ...]
    filed_by: str
    filed_at: datetime
    granted: tuple[Fault, ...] | None = None
    decision: str | None = None
    decided_evidence: tuple[str, ...] = ()
    decided_by: str | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Users:
    """How many households and medium-voltage users an area has; None: nobody has said so."""

    households: int | None
    mv_users: int | None


async def write(tx: Connection, judgement: Judgement) -> None:
    """Keep a judgement as the one that counts; those before it stay."""
    review, row = judgement.review, judgement.row
    if review.judgement > 1:
        await tx.execute(PAST, review.ticket_id)
    values = row._replace(faults=list(row.faults), excused=list(row.excused))  # type: ignore[arg-type]  # arrays
    await tx.execute(WRITE, *values, review.judged_at, review.judged_by, review.model_dump_json(exclude_none=True))


async def of_ticket(connection: Connection, ticket_id: str) -> list[Review]:
    """
    Return all judgements of a ticket, the first first.

    :raises NoReview: if it was not judged
    """
    found = [Review.model_validate_json(row["doc"]) for row in await connection.fetch(OF_TICKET, ticket_id)]
    if not found:
        raise NoReview("这个工单还没有评价:办结后自动评价,升级前办结的工单请先补评")
    return found


async def latest(connection: Connection, ticket_id: str) -> Judgement:
    """
    Return the judgement that counts.

    :raises NoReview: if it was not judged
    """
    row = await connection.fetchrow(LATEST, ticket_id)
    if row is None:
        raise NoReview("这个工单还没有评价,不能申诉")
    return Judgement(Review.model_validate_json(row["doc"]), judged(row[: len(Judged._fields)]))


def judged(row: Sequence[Any] | Row) -> Judged:
    """Return the columns of a row in the order of ``Judged``."""
    *facts, faults, excused = row
    return Judged._make((*facts, tuple(faults), tuple(excused)))


async def ended(connection: Connection, areas: Sequence[str], begin_at: datetime, end_at: datetime) -> list[Judged]:
    """Return the tickets of the areas that ended in the half-open period, as their latest judgements leave them."""
    return [judged(row) for row in await connection.fetch(ENDED, list(areas), begin_at, end_at)]


async def families(
    connection: Connection, areas: Sequence[str], begin_at: datetime, end_at: datetime, rows: Sequence[Judged]
) -> list[Judged]:
    """
    Return all that tell of outages whose main ticket ended in the period, also those that ended before or after it.

    :param rows: what ``ended`` returned for the same areas and period
    """
    mains = {row.family for row in rows if row.ticket_id == row.family and row.dark_from is not None}
    beyond = await connection.fetch(BEYOND, list(areas), begin_at, end_at, list(mains))
    return [row for row in rows if row.family in mains] + [judged(row) for row in beyond]


async def reported(
    connection: Connection, areas: Sequence[str], begin_at: datetime, end_at: datetime
) -> dict[str, int]:
    """Return how many tickets were reported in the period, by category."""
    return {row["category"]: row["n"] for row in await connection.fetch(REPORTED, list(areas), begin_at, end_at)}


async def repeated(connection: Connection, areas: Sequence[str], rows: Iterable[Judged]) -> frozenset[str]:
    """Return those of the tickets whose trouble was reported again within ``REPEAT_WITHIN`` of their end."""
    until = {row.ticket_id: row.ended_at + REPEAT_WITHIN for row in rows if row.restored_at is not None}
    found = await connection.fetch(REPEATED, list(until), list(areas))
    return frozenset(again for again, reported_at in found if reported_at <= until[again])


async def supported(connection: Connection, areas: Sequence[str], begin_at: datetime, end_at: datetime) -> int:
    """Return how many tickets of other areas the areas' crews repaired, of those that ended in the period."""
    found: int = await connection.fetchval(SUPPORTED, list(areas), begin_at, end_at)
    return found


async def page(
    connection: Connection,
    areas: Sequence[str],
    begin_at: datetime,
    end_at: datetime,
    *,
    fault: Fault | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int = 100,
) -> list[str]:
    """Return judgements that count as JSON texts, the latest end first; ``after``: end and id of the last one seen."""
    ended_at, ticket_id = after or (None, None)
    name = fault.value if fault else None
    found = await connection.fetch(FOUND, list(areas), begin_at, end_at, name, ended_at, ticket_id, limit)
    return [row["doc"] for row in found]


async def outermost(connection: Connection, incident: str) -> str:
    """Return the incident around all incidents that the given one is nested in."""
    found: str = await connection.fetchval(OUTERMOST, incident)
    return found


async def unjudged(connection: Connection, areas: Sequence[str], *, after: str = "", limit: int = 100) -> list[str]:
    """Return ids of tickets that ended and were never judged, in the order of their ids."""
    return [row["id"] for row in await connection.fetch(UNJUDGED, list(areas), after, limit)]


async def users(connection: Connection, codes: Sequence[str]) -> dict[str, Users]:
    """Return how many customers each of the areas has."""
    return {
        row["code"]: Users(row["households"], row["mv_users"]) for row in await connection.fetch(USERS, list(codes))
    }


async def file_appeal(tx: Connection, appeal: Appeal) -> None:
    """Keep a new appeal; its number is given here."""
    await tx.execute(
        APPEAL,
        appeal.ticket_id,
        appeal.area,
        appeal.judgement,
        [fault.value for fault in appeal.faults],
        appeal.text,
        list(appeal.evidence),
        appeal.filed_by,
        appeal.filed_at,
    )


async def decide_appeal(tx: Connection, appeal: Appeal) -> None:
    """Keep the decision on an appeal."""
    await tx.execute(
        DECIDE,
        appeal.ticket_id,
        appeal.no,
        [fault.value for fault in appeal.granted or ()],
        appeal.decision,
        list(appeal.decided_evidence),
        appeal.decided_by,
        appeal.decided_at,
    )


async def appeals(connection: Connection, ticket_id: str) -> list[Appeal]:
    """Return the appeals of a ticket, the first first."""
    return [_appeal(row) for row in await connection.fetch(APPEALS, ticket_id)]


def _appeal(row: Row) -> Appeal:
    said = dict(row)
    for name in ("faults", "granted"):
        said[name] = tuple(map(Fault, said[name])) if said[name] is not None else None
    for name in ("evidence", "decided_evidence"):
        said[name] = tuple(said[name] or ())
    return Appeal(**said)
