"""
One customer's open trouble is one matter (同一事件): who calls again chases his ticket and opens no second one.

A matter is known by the account number and by telephones; of a telephone that reports several places each is a matter
with a numbered key of its own. Its keys are rows, written with the ticket and gone with its
end, so that of two calls at one instant one gets them. An account's row outlives its ticket and remembers it: trouble
that is back soon is a repeat (重复报修). Domain 2.9, 2.12.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.kit.db import Connection, Row
from dispatch.kit.earth import distance_m

from .model import Ticket
from .words import Ownership, Result, Stage

ACCOUNT, PHONE = "a:", "p:"  # how keys begin
FURTHER = tuple(f"#{n}" for n in range(2, 10))  # one telephone may report faults in so many places more at a time

TAKE = """
INSERT INTO matter AS m (key, ticket_id, area)
SELECT key, ticket_id, area FROM unnest($1::text[], $2::text[], $3::text[]) AS n(key, ticket_id, area) ORDER BY key
ON CONFLICT (key) DO UPDATE SET ticket_id = EXCLUDED.ticket_id, area = EXCLUDED.area WHERE m.ticket_id IS NULL
RETURNING ticket_id, CASE WHEN last_closed_at >= $4 THEN last_id END AS repeat_of
"""
END = """
WITH ended AS (SELECT * FROM unnest($1::text[], $2::timestamptz[]) AS n(ticket_id, closed_at)), kept AS (
    UPDATE matter AS m SET ticket_id = NULL, last_id = CASE WHEN closed_at IS NULL THEN last_id ELSE m.ticket_id END,
        last_closed_at = COALESCE(closed_at, last_closed_at)
    FROM ended
    WHERE m.ticket_id = ended.ticket_id AND starts_with(key, 'a:') AND (closed_at IS NOT NULL OR last_id IS NOT NULL)
)
DELETE FROM matter AS m USING ended WHERE m.ticket_id = ended.ticket_id
    AND NOT (starts_with(key, 'a:') AND (closed_at IS NOT NULL OR last_id IS NOT NULL))
RETURNING key
"""
MOVE_UP = """
UPDATE matter SET key = $1 WHERE key = (SELECT key FROM matter WHERE key = ANY($2::text[]) ORDER BY key LIMIT 1)
"""
DROP = """
WITH kept AS (UPDATE matter SET ticket_id = NULL WHERE ticket_id = $1 AND key = $2 AND last_id IS NOT NULL)
DELETE FROM matter WHERE ticket_id = $1 AND key = $2 AND last_id IS NULL
"""
HELD = "SELECT key, ticket_id FROM matter WHERE key = ANY($1::text[]) AND ticket_id IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Claim:
    """A ticket and the keys it wants."""

    ticket_id: str
    area: str
    keys: tuple[str, ...]


def account_key(account_no: str) -> str:
    return ACCOUNT + account_no


def phone_key(digits: str) -> str:
    return PHONE + digits


def all_of(keys: Iterable[str]) -> tuple[str, ...]:
    """Return the keys, each telephone's with those of the further places that it may have reported."""
    return tuple(one for key in keys for one in (_places(key) if key.startswith(PHONE) else (key,)))


def beside(key: str, taken: Container[str]) -> str | None:
    """Return the telephone's first key that is free, for another place; None: it has reported too many."""
    return next((one for one in _places(key) if one not in taken), None)


def _places(key: str) -> tuple[str, ...]:
    first = key.partition("#")[0]
    return (first, *(first + more for more in FURTHER))


def is_same(ticket: Ticket, *, account_no: str | None, lon: float | None, lat: float | None, radius_m: float) -> bool:
    """
    Tell whether a call from a telephone that the ticket knows is about the ticket's matter.

    The account numbers decide if both are known; else only what is reported far away is another matter.
    """
    if account_no is not None and ticket.account_no is not None:
        return account_no == ticket.account_no
    if lon is None or lat is None or ticket.lon is None or ticket.lat is None:
        return True
    return distance_m(lon, lat, ticket.lon, ticket.lat) <= radius_m


async def claim(tx: Connection, claims: Sequence[Claim], *, since: datetime) -> dict[str, str | None]:
    """
    Give tickets that are to be opened their keys; waits for whoever is taking or giving up one of them right now.

    Who does not get all of his keys gets none. Of two in one go that want the same key the first gets it.

    :param since: an earlier ticket of the account that was closed since then makes the new one a repeat
    :return: ticket -> the ticket that it repeats, for each that got its keys
    """
    wanted: dict[str, Claim] = {}
    for one in claims:
        if wanted.keys().isdisjoint(one.keys):
            wanted |= dict.fromkeys(one.keys, one)
    got: dict[str, list[str | None]] = defaultdict(list)
    for row in await _take(tx, wanted.items(), since):
        got[row["ticket_id"]].append(row["repeat_of"])
    whole = {one.ticket_id for one in claims if len(got[one.ticket_id]) == len(one.keys)}
    if partly := [ticket_id for ticket_id, found in got.items() if found and ticket_id not in whole]:
        await release(tx, partly)
    return {ticket_id: next(filter(None, got[ticket_id]), None) for ticket_id in whole}


async def _take(tx: Connection, wanted: Iterable[tuple[str, Claim]], since: datetime | None) -> list[Row]:
    ordered = sorted(wanted, key=lambda pair: pair[0])  # one order for all, so that no two wait for each other
    if not ordered:
        return []
    columns = zip(*((key, one.ticket_id, one.area) for key, one in ordered), strict=True)
    return list(await tx.fetch(TAKE, *map(list, columns), since))


async def add(tx: Connection, ticket: Ticket, keys: Iterable[str]) -> int:
    """Let an open ticket be known by more keys, as far as nobody has them; return how many it got."""
    more = Claim(ticket.id, ticket.area, tuple(keys))
    return len(await _take(tx, [(key, more) for key in more.keys], None))


async def drop(tx: Connection, ticket: Ticket, key: str) -> None:
    """Let an open ticket no longer be known by a key: it was wrong."""
    await tx.execute(DROP, ticket.id, key)


async def held(connection: Connection, keys: Sequence[str]) -> dict[str, str]:
    """Return the open tickets that have these keys."""
    return {row["key"]: row["ticket_id"] for row in await connection.fetch(HELD, list(keys))}


async def release(tx: Connection, ticket_ids: Sequence[str]) -> None:
    """Give up the keys of tickets that will not be opened."""
    await _end(tx, list(ticket_ids), [None] * len(ticket_ids))


async def end(tx: Connection, ended: Iterable[Ticket]) -> None:
    """Give up the keys of tickets that have ended; the account remembers one whose cause was ours."""
    tickets = list(ended)
    closed = [t.closed_at if t.stage is Stage.CLOSED and _is_ours(t) else None for t in tickets]
    await _end(tx, [t.id for t in tickets], closed)


async def _end(tx: Connection, ticket_ids: list[str], closed: Sequence[datetime | None]) -> None:
    """Let the keys go. A telephone's first key is never free while it has another, so that one look finds them all."""
    for row in await tx.fetch(END, ticket_ids, closed):
        key: str = row["key"]
        if key.startswith(PHONE) and "#" not in key:
            await tx.execute(MOVE_UP, key, list(_places(key)[1:]))


def _is_ours(ticket: Ticket) -> bool:
    """Go by what the crew found; what the reply claims would let a unit write its repeats off."""
    if ticket.result in (None, Result.CUSTOMER_SIDE):  # nobody was sent, or it was behind the meter
        return False
    return ticket.site_ownership not in (Ownership.CUSTOMER, Ownership.THIRD_PARTY)
