"""
The border ledger (跨界台账): what each dispatch gained against the old-district rule, who lent to whom, the balance.

A line is written with the dispatch, in its transaction, and never changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts.model import Account
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import Invalid
from dispatch.tickets.model import Ticket

from .choosing import Choice

ENTRIES_AT_MOST = 1000  # in one page

WRITE = """
INSERT INTO border_ledger (ticket_id, no, area, lender, at, crew_id, eta_s, distance_m, own_crew_id, own_eta_s,
                           own_distance_m, own_waits, basis, reason, lent_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
"""
SAVED = "own_eta_s - eta_s AS saved_s, own_distance_m - distance_m AS saved_m"
# Of a county the tickets that are its own, and those of others that its crews were sent to.
SIDES = f"""
WITH line AS (
    SELECT *, {SAVED}, lender <> area AS across, to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month
    FROM border_ledger WHERE at >= $2 AND at < $3 AND (area = ANY($1::text[]) OR lender = ANY($1::text[]))
)
"""
BALANCES = (
    SIDES
    + """
SELECT county, month, sum(sent)::int AS dispatches, sum(borrowed)::int AS borrowed, sum(lent)::int AS lent,
       coalesce(sum(saved_s), 0)::bigint AS saved_s, coalesce(sum(saved_m), 0)::bigint AS saved_m,
       coalesce(sum(given_s), 0)::bigint AS given_s, coalesce(sum(given_m), 0)::bigint AS given_m,
       sum(unknown)::int AS unknown
FROM (
    SELECT area AS county, month, 1 AS sent, across::int AS borrowed, 0 AS lent, saved_s, saved_m,
           NULL::int AS given_s, NULL::int AS given_m, (saved_s IS NULL)::int AS unknown
    FROM line WHERE area = ANY($1::text[])
    UNION ALL
    SELECT lender, month, 0, 0, 1, NULL, NULL, saved_s, saved_m, 0 FROM line
    WHERE across AND lender = ANY($1::text[])
) AS side GROUP BY county, month ORDER BY month, county
"""
)
PAIRS = (
    SIDES
    + """
SELECT lender, area AS borrower, count(*)::int AS n, coalesce(sum(saved_s), 0)::bigint AS saved_s,
       coalesce(sum(saved_m), 0)::bigint AS saved_m
FROM line WHERE across GROUP BY lender, area ORDER BY n DESC, lender, borrower
"""
)
ENTRIES = f"""
SELECT ticket_id, no, area AS borrower, lender, at, crew_id, eta_s, distance_m, own_crew_id, own_eta_s, own_distance_m,
       own_waits, basis, reason, lent_by, {SAVED}
FROM border_ledger
WHERE at >= $2 AND at < $3 AND (area = ANY($1::text[]) OR lender = ANY($1::text[]))
  AND ($4::bool IS FALSE OR lender <> area) AND ($5::text IS NULL OR (ticket_id, no) > ($5, $6::int))
ORDER BY ticket_id, no LIMIT $7
"""


class BadPeriod(Invalid):
    """A period that ends before it begins."""


@dataclass(frozen=True, slots=True)
class Balance:
    """
    A county's month.

    :param dispatches: crews sent to its tickets; ``borrowed`` of them were others'
    :param lent: its crews sent to others' tickets
    :param saved_s, saved_m: what its customers gained against the old rule, seconds and metres; may be negative
    :param given_s, given_m: what others' customers gained by its crews
    :param unknown: dispatches of which it is not known what the old rule would have done
    """

    county: str
    month: str
    dispatches: int
    borrowed: int
    lent: int
    saved_s: int
    saved_m: int
    given_s: int
    given_m: int
    unknown: int

    @property
    def balance(self) -> int:
        """Jobs lent less jobs borrowed."""
        return self.lent - self.borrowed


@dataclass(frozen=True, slots=True)
class LentTo:
    """What one county lent to another."""

    lender: str
    borrower: str
    n: int
    saved_s: int
    saved_m: int


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One dispatch: who went, who would have gone under the old rule, what that saved. Seconds and metres."""

    ticket_id: str
    no: int
    borrower: str
    lender: str
    at: datetime
    crew_id: str
    eta_s: int
    distance_m: int | None
    own_crew_id: str | None
    own_eta_s: int | None
    own_distance_m: int | None
    own_waits: bool
    basis: str
    reason: str
    lent_by: str | None
    saved_s: int | None
    saved_m: int | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger of an area in a period."""

    area: str
    begin_at: datetime
    end_at: datetime
    balances: Sequence[Balance]
    pairs: Sequence[LentTo]


async def write(tx: Connection, ticket: Ticket, choice: Choice) -> None:
    """Write the line of the dispatch that was just made."""
    sent, offer, own = ticket.dispatches[-1], choice.offer, choice.own
    await tx.execute(
        WRITE,
        ticket.id,
        sent.no,
        ticket.area,
        offer.county,
        sent.sent_at,
        offer.crew_id,
        sent.eta_s,
        offer.distance_m,
        own.crew_id if own else None,
        own.eta_s if own else None,
        own.distance_m if own else None,
        own is not None and choice.own_waits,
        choice.basis.value,
        offer.reason.value,
        sent.lent_by,
    )


def month_of(at: datetime) -> datetime:
    """Return the beginning of the month in China."""
    return at.astimezone(CHINA).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def month_after(begin_at: datetime) -> datetime:
    """Return the beginning of the month after the one that begins then."""
    local = begin_at.astimezone(CHINA)
    year, month = divmod(local.year * 12 + local.month, 12)
    return local.replace(year=year, month=month + 1)


def _area(desk: Desk, area: str | None, begin_at: datetime, end_at: datetime, by: Account) -> str:
    """Return the area that is asked for, if it may be; by default the caller's own."""
    code = looked_at(desk, area, "ledger.read", by=by)
    if end_at <= begin_at:
        raise BadPeriod("结束时间应晚于开始时间,请改正", field="to")
    return code


async def ledger(
    desk: Desk,
    area: str | None,
    *,
    begin_at: datetime | None = None,
    end_at: datetime | None = None,
    by: Account,
    at: datetime,
) -> Ledger:
    """
    Return the balances of an area's counties by month, and who lent to whom.

    :param begin_at, end_at: half-open; by default this month
    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if ``by`` may not look there
    :raises BadPeriod: if it ends before it begins
    """
    begin, end = begin_at or month_of(at), end_at or month_after(month_of(at))
    code = _area(desk, area, begin, end, by)
    counties = list(desk.areas.counties(code))
    async with desk.db.connection() as connection:
        balances = [Balance(**row) for row in await connection.fetch(BALANCES, counties, begin, end)]
        pairs = await lent(connection, counties, begin, end)
    return Ledger(code, begin, end, balances, pairs)


async def lent(connection: Connection, counties: Sequence[str], begin: datetime, end: datetime) -> list[LentTo]:
    """Return who lent to whom in a period, of all in which one of the counties has a part; the most first."""
    return [LentTo(**row) for row in await connection.fetch(PAIRS, list(counties), begin, end)]


async def lines(
    desk: Desk,
    area: str | None,
    *,
    begin_at: datetime | None = None,
    end_at: datetime | None = None,
    across: bool = False,
    after: tuple[str, int] | None = None,
    limit: int = ENTRIES_AT_MOST,
    by: Account,
    at: datetime,
) -> list[LedgerLine]:
    """
    Return the lines of an area in the order of the tickets' ids, which is that of time.

    :param across: only those in which something was lent
    :param after: ticket and number of the last line of the page before
    :raises NoSuchArea, Forbidden, BadPeriod: as ``ledger``
    """
    begin, end = begin_at or month_of(at), end_at or month_after(month_of(at))
    counties = list(desk.areas.counties(_area(desk, area, begin, end, by)))
    ticket_id, no = after or (None, None)
    async with desk.db.connection() as connection:
        rows = await connection.fetch(ENTRIES, counties, begin, end, across, ticket_id, no, min(limit, ENTRIES_AT_MOST))
    return [_line(row) for row in rows]


def _line(row: Row) -> LedgerLine:
    return LedgerLine(**row)
