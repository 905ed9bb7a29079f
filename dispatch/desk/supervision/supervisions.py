"""
The list of 督办单: who has still to answer, what waits to be cleared. Domain 2.10.

What a 督办单 says stands in its ticket, which is the truth; the table ``supervision`` only tells where to look, and is
written in the transaction that changes the ticket.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch.accounts.model import Account
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk
from dispatch.kit.columns import columns, words
from dispatch.kit.db import Connection, Row
from dispatch.kit.words import Labelled
from dispatch.tickets.model import Supervision, Ticket
from dispatch.tickets.rows import Change
from dispatch.tickets.words import Stage

KEEP = f"""
INSERT INTO supervision (no, area, ticket_id, issued_at, due_at, answered_at, cleared_at, lapsed_at)
SELECT * FROM unnest({words(1)}, {words(2)}, {words(3)}, $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
                     $7::timestamptz[], $8::timestamptz[])
ON CONFLICT (no) DO UPDATE SET area = EXCLUDED.area, answered_at = EXCLUDED.answered_at,
    cleared_at = EXCLUDED.cleared_at, lapsed_at = EXCLUDED.lapsed_at
"""


class OrderState(Labelled):
    """Where a 督办单 stands."""

    OPEN = "open", "待答复"
    ANSWERED = "answered", "已答复待消除"
    CLEARED = "cleared", "已消除"
    LAPSED = "lapsed", "随工单办结"


CURRENT = "cleared_at IS NULL AND lapsed_at IS NULL"
WANTED: dict[OrderState | None, str] = {
    None: "true",
    OrderState.OPEN: f"{CURRENT} AND answered_at IS NULL",
    OrderState.ANSWERED: f"{CURRENT} AND answered_at IS NOT NULL",
    OrderState.CLEARED: "cleared_at IS NOT NULL",
    OrderState.LAPSED: "lapsed_at IS NOT NULL",
}


# Words that must all stand in the order's number, its ticket's number and address, or the name of the unit.
SOUGHT = """(cardinality($4::text[]) = 0 OR NOT EXISTS (
            SELECT FROM unnest($4::text[]) AS word WHERE strpos(lower((
                SELECT concat_ws(' ', supervision.no, ticket_no, doc->>'address',
                                 (SELECT name FROM area WHERE code = supervision.area))
                FROM ticket WHERE id = supervision.ticket_id)), lower(word)) = 0))"""


def _page(wanted: str, sought: str = "true") -> str:
    """Area by area, each along its index: however many there ever were, a page costs areas x limit."""
    return f"""
SELECT page.no, page.area, page.lapsed_at, ticket.doc
FROM (
    SELECT found.* FROM unnest($1::text[]) AS wanted(code) CROSS JOIN LATERAL (
        SELECT no, area, ticket_id, issued_at, lapsed_at FROM supervision
        WHERE area = wanted.code AND {wanted} AND ($2::text IS NULL OR (issued_at, no) < (
            SELECT issued_at, no FROM supervision WHERE no = $2)) AND {sought}
        ORDER BY issued_at DESC, no DESC LIMIT $3
    ) AS found ORDER BY issued_at DESC, no DESC LIMIT $3
) AS page JOIN ticket ON ticket.id = page.ticket_id ORDER BY page.issued_at DESC, page.no DESC
"""


PAGE = {state: _page(wanted) for state, wanted in WANTED.items()}
SEARCH = {state: _page(wanted, SOUGHT) for state, wanted in WANTED.items()}


@dataclass(frozen=True, slots=True)
class Order:
    """One 督办单 as it is listed, with where its ticket is."""

    supervision: Supervision
    state: OrderState
    area: str
    ticket_id: str
    ticket_no: str
    stage: Stage


async def keep(tx: Connection, changes: Iterable[Change]) -> None:
    """Keep the list as these changes leave it."""
    rows = {row[0]: row for change in changes if _matters(change) for row in _rows(change.after)}  # the last counts
    if rows:
        await tx.execute(KEEP, *columns(list(rows.values()), "www....."))


def _matters(change: Change) -> bool:
    """Tell whether something of the ticket's 督办单 changed, or where the ticket is, or whether it goes on."""
    before, after = change.before, change.after
    if not after.supervisions or before is None:
        return bool(after.supervisions)
    return (before.supervisions, before.area, before.is_open) != (after.supervisions, after.area, after.is_open)


def _rows(ticket: Ticket) -> Iterator[tuple[Any, ...]]:
    ended_at = None if ticket.is_open else ticket.closed_at or ticket.cancelled_at or ticket.stage_at
    for s in ticket.supervisions:
        after_the_end = s.answered_at is not None and ended_at is not None and s.answered_at > ended_at
        lapsed_at = None if s.cleared_at is not None or after_the_end else ended_at
        yield s.no, ticket.area, ticket.id, s.issued_at, s.due_at, s.answered_at, s.cleared_at, lapsed_at


async def page(
    desk: Desk,
    *,
    by: Account,
    area: str | None = None,
    state: OrderState | None = None,
    said: Sequence[str] = (),
    after: str | None = None,
    limit: int = 100,
) -> list[Order]:
    """
    Return 督办单 of an area and what lies below it, the newest first.

    :param area: by default the caller's
    :param said: words that must all stand in the numbers, the address or the unit's name
    :param after: number of the last one of the page before
    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if it lies outside the reach of ``by``
    """
    code = looked_at(desk, area, "supervision.read", by=by)
    areas = [code, *desk.areas.below(code)]
    async with desk.db.connection() as connection:
        statement, words_too = (SEARCH, [list(said)]) if said else (PAGE, [])
        return [_order(row) for row in await connection.fetch(statement[state], areas, after, limit, *words_too)]


def _order(row: Row) -> Order:
    ticket = Ticket.model_validate_json(row["doc"])
    found = next(s for s in ticket.supervisions if s.no == row["no"])
    return Order(found, state_of(found, row["lapsed_at"]), row["area"], ticket.id, ticket.ticket_no, ticket.stage)


def state_of(supervision: Supervision, lapsed_at: datetime | None) -> OrderState:
    """Return where a 督办单 stands."""
    if supervision.cleared_at is not None:
        return OrderState.CLEARED
    if lapsed_at is not None:
        return OrderState.LAPSED
    return OrderState.OPEN if supervision.answered_at is None else OrderState.ANSWERED
