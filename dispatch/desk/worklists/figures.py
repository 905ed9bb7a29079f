"""The indices of booked work of an area and some days, county by county: read from the log of bookings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from dispatch.accounts.model import Account
from dispatch.capacity.visitfigures import Counts, VisitFigure, figures
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid
from dispatch.places.areas import AreaLevel

MOST_DAYS = 92
BEFORE = timedelta(days=60)  # a booking was made at most so long before its half-day
AFTER = timedelta(days=14)  # and what a telephone reports late comes in within so long

# The half-day that a step is about is the booking's before it: a visit that moves stands elsewhere after it.
HAPPENED = """
WITH line AS (
    SELECT area, step, doc,
           coalesce(lag(doc -> 'slot') OVER mine, doc -> 'slot') AS slot, lag(doc ->> 'state') OVER mine AS was,
           lag(step) OVER mine AS before
    FROM booking_event WHERE area = ANY($1::text[]) AND at >= $4 AND at < $5
    WINDOW mine AS (PARTITION BY booking_id ORDER BY version)
)
SELECT area,
    count(*) FILTER (WHERE step = 'arrived') AS arrived,
    count(*) FILTER (WHERE step = 'arrived' AND (doc ->> 'kept')::bool) AS kept,
    count(*) FILTER (WHERE step = 'arrived' AND NOT (doc ->> 'kept')::bool AND (doc ->> 'off_s')::int < 0) AS early,
    count(*) FILTER (WHERE step = 'arrived' AND NOT (doc ->> 'kept')::bool AND (doc ->> 'off_s')::int > 0) AS late,
    count(*) FILTER (WHERE step = 'done') AS done,
    count(*) FILTER (WHERE step = 'done' AND coalesce((doc ->> 'rolled_n')::int, 0) = 0
        AND coalesce((doc ->> 'missed_n')::int, 0) = 0 AND coalesce((doc ->> 'absent_n')::int, 0) = 0
        AND coalesce((doc ->> 'unfinished_n')::int, 0) = 0) AS first,
    count(*) FILTER (WHERE step = 'absent') AS absent,
    count(*) FILTER (WHERE step = 'missed') AS missed,
    count(*) FILTER (WHERE step = 'rolled' AND before <> 'unfinished') AS rolled,
    count(*) FILTER (WHERE step = 'unfinished') AS unfinished,
    count(*) FILTER (WHERE step = 'moved' AND was = 'booked') AS moved,
    count(*) FILTER (WHERE step = 'reoffered' AND was IN ('booked', 'missed')) AS reoffered
FROM line
WHERE (slot ->> 'date')::date BETWEEN $2 AND $3 AND ($6::text IS NULL OR slot ->> 'depot' = $6)
GROUP BY area
"""
TAKEN = """
SELECT area, count(*)::int AS teams, coalesce(sum(reassigned + moved + reoffered), 0)::int AS taken
FROM team_taken WHERE area = ANY($1::text[]) AND date BETWEEN $2 AND $3 AND ($4::text IS NULL OR depot = $4)
  AND done_at IS NOT NULL GROUP BY area
"""
DECLARED = """
SELECT area, sum(visits)::int AS declared FROM capacity_declaration
WHERE area = ANY($1::text[]) AND date BETWEEN $2 AND $3 AND ($4::text IS NULL OR depot = $4) GROUP BY area
"""


class BadPeriod(Invalid):
    """The days that are asked for cannot be."""


@dataclass(frozen=True, slots=True)
class Indices:
    """The indices of an area, and county by county."""

    area: str
    whole: Sequence[VisitFigure]
    counties: Sequence[tuple[str, Sequence[VisitFigure]]]


async def indices(desk: Desk, area: str | None, first: date, last: date, *, by: Account) -> Indices:
    """
    Return the indices of booked work.

    :param area: a depot, a county or what lies above; None: the caller's own
    :param last: included
    :raises NoSuchArea, Forbidden: if ``by`` may not look there
    :raises BadPeriod: too many days, or none
    """
    if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS):
        raise BadPeriod(f"末日 to 应不早于首日 from,且一次最多 {MOST_DAYS} 天,请改正", field="to")
    code = looked_at(desk, area, "capacity.indices", by=by)
    depot = code if desk.areas.get(code).level is AreaLevel.DEPOT else None
    counties = [desk.areas.county_of_depot(code)] if depot else sorted(desk.areas.counties(code))
    async with desk.db.connection() as connection:
        found = await counted(connection, counties, first, last, depot=depot)
    return Indices(code, figures(found.values()), [(county, figures([one])) for county, one in found.items()])


async def counted(
    connection: Connection, counties: Sequence[str], first: date, last: date, *, depot: str | None = None
) -> dict[str, Counts]:
    """Return what happened in each county in half-days of these days (both included)."""
    begin = datetime.combine(first, time(), CHINA) - BEFORE
    end = datetime.combine(last, time(), CHINA) + AFTER
    rows = [
        *await connection.fetch(HAPPENED, list(counties), first, last, begin, end, depot),
        *await connection.fetch(TAKEN, list(counties), first, last, depot),
        *await connection.fetch(DECLARED, list(counties), first, last, depot),
    ]
    said: dict[str, dict[str, Any]] = {county: {} for county in counties}
    for row in rows:
        said[row["area"]] |= {name: value for name, value in row.items() if name != "area"}
    return {county: Counts(**numbers) for county, numbers in said.items()}
