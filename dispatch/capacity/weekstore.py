"""What depots did not declare of a week, read from what they declared before; and what was done about it, once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dispatch.kit.db import Connection

from .declaration import Declaration, Slot
from .store import COLUMNS, declaration_of
from .words import Half

# The last same weekday on which the class was declared; nothing is copied from nothing.
UNDECLARED = f"""
SELECT DISTINCT ON (source.depot, wanted.day, wanted.half, source.kind, source.area_class)
    wanted.day, {", ".join(f"source.{name.strip()}" for name in COLUMNS.split(","))}
FROM unnest($2::date[], $3::text[]) AS wanted(day, half)
CROSS JOIN generate_series(1, $4::integer) AS weeks
JOIN capacity_declaration AS source
    ON source.depot = ANY($1::text[]) AND source.date = wanted.day - 7 * weeks AND source.half = wanted.half
WHERE NOT EXISTS (
    SELECT FROM capacity_declaration AS there
    WHERE there.depot = source.depot AND there.date = wanted.day AND there.half = wanted.half
        AND there.kind = source.kind AND there.area_class = source.area_class)
ORDER BY source.depot, wanted.day, wanted.half, source.kind, source.area_class, source.date DESC
"""
MISSING = f"SELECT depot, count(*) FROM ({UNDECLARED}) AS gap GROUP BY depot"
COUNTED = """
SELECT depot, count(*) FILTER (WHERE NOT inherited) AS declared, count(*) FILTER (WHERE inherited) AS inherited
FROM capacity_declaration WHERE depot = ANY($1::text[]) AND date BETWEEN $2 AND $3 GROUP BY depot
"""
RUNS = "SELECT area, done_at, result FROM recurring_run WHERE job = $1 AND due_at = $2"


@dataclass(frozen=True, slots=True)
class Gap:
    """A half-day of a class that a depot declared before, and what held then."""

    slot: Slot
    source: Declaration


async def undeclared(
    connection: Connection, depots: Sequence[str], halves: Sequence[tuple[date, Half]], *, back: int
) -> list[Gap]:
    """
    Return what the depots have not declared of these half-days, though they did so on an earlier same weekday.

    :param back: weeks that are looked back at most
    """
    days, parts = [day for day, _ in halves], [half.value for _, half in halves]
    gaps = []
    for row in await connection.fetch(UNDECLARED, list(depots), days, parts, back):
        said = dict(row)
        day = said.pop("day")
        source = declaration_of(said)
        gaps.append(Gap(source.slot.model_copy(update={"date": day}), source))
    return gaps


async def missing(
    connection: Connection, depots: Sequence[str], halves: Sequence[tuple[date, Half]], *, back: int
) -> Counter[str]:
    """Return how many ``undeclared`` each depot has; counted by the server, as a province has very many."""
    days, parts = [day for day, _ in halves], [half.value for _, half in halves]
    rows = await connection.fetch(MISSING, list(depots), days, parts, back)
    return Counter({row["depot"]: row["count"] for row in rows})


async def counted(connection: Connection, depots: Sequence[str], first: date, last: date) -> dict[str, tuple[int, int]]:
    """Return how many half-day classes each depot has declared, and how many were copied; none: it is not there."""
    rows = await connection.fetch(COUNTED, list(depots), first, last)
    return {row["depot"]: (row["declared"], row["inherited"]) for row in rows}


@dataclass(frozen=True, slots=True)
class Run:
    """When a recurring job was done for a county, and what it did."""

    done_at: datetime
    result: str


async def runs(connection: Connection, job: str, due_at: datetime) -> dict[str, Run]:
    """Return the counties for which a job that was due then is done."""
    rows = await connection.fetch(RUNS, job, due_at)
    return {row["area"]: Run(row["done_at"], row["result"]) for row in rows}
