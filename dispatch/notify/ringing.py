"""
The calls that ring or are on at the seats, a row each: what the telephone platform said last of them.

The number is there for as long as the call is on, and for an hour at most; the row stays for a day without it, so that
what the platform tells twice or too late is known. Who changes a row notifies ``CHANNEL`` with nothing in the notice:
every API process then looks at the rows itself (``switchboard``).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.kit.db import Connection, Row

CHANNEL = "telephony"
LONGEST = timedelta(hours=1)  # a call that nobody ended is over by then: its number is not kept for longer
KEPT = timedelta(days=1)  # rows of calls that ended

TOLD = "SELECT account_id, rang_at, ended_at FROM telephone_call WHERE call_ref = $1 FOR UPDATE"
NEWER = "SELECT EXISTS (SELECT FROM telephone_call WHERE account_id = $1 AND ended_at IS NULL AND rang_at > $2)"
DISPLACE = """
UPDATE telephone_call SET ended_at = greatest(rang_at, $3), phone = ''
WHERE account_id = $1 AND ended_at IS NULL AND call_ref <> $2
"""
RING = """
INSERT INTO telephone_call AS held (call_ref, account_id, phone, known, rang_at, ended_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (call_ref) DO UPDATE SET account_id = excluded.account_id, phone = excluded.phone, known = excluded.known,
    rang_at = excluded.rang_at, ended_at = excluded.ended_at
WHERE held.ended_at IS NULL AND held.rang_at < excluded.rang_at
"""
END = """
UPDATE telephone_call SET ended_at = greatest(rang_at, $2), phone = '' WHERE call_ref = $1 AND ended_at IS NULL
RETURNING true
"""
LAPSE = "UPDATE telephone_call SET ended_at = $2, phone = '' WHERE ended_at IS NULL AND rang_at <= $1"
LOOK = """
SELECT call_ref, account_id, phone, known, rang_at, ended_at FROM telephone_call
WHERE ended_at IS NULL OR call_ref = ANY($1::text[])
"""
OF_SEAT = """
SELECT call_ref, account_id, phone, known, rang_at, ended_at FROM telephone_call
WHERE account_id = $1 AND ended_at IS NULL AND rang_at > $2
"""
FORGET = "DELETE FROM telephone_call WHERE rang_at < $1"
NOTIFY = "SELECT pg_notify($1, '')"


@dataclass(frozen=True, slots=True)
class TelephoneCall:
    """A call at a seat as the platform told it; ``phone`` is empty if it was withheld, or once the call has ended."""

    call_ref: str
    account_id: str
    phone: str
    known: bool
    rang_at: datetime
    ended_at: datetime | None = None


def _call(row: Row) -> TelephoneCall:
    return TelephoneCall(**dict(row))


async def ring(tx: Connection, call: TelephoneCall, *, now: datetime) -> bool:
    """
    Keep a call that rings at a seat, whose account is locked; return whether it is news.

    The newest call of a seat is the one that is on, and ends the one before. A call that rings at another seat by now
    was passed on. What was told before, what is older than what is known, and what has ended already changes nothing.
    """
    told = await tx.fetchrow(TOLD, call.call_ref)
    if told is not None:
        has_ended, elsewhere = told["ended_at"] is not None, told["account_id"] != call.account_id
        if has_ended or not elsewhere or told["rang_at"] >= call.rang_at:
            return False
    is_over = call.rang_at <= now - LONGEST or await tx.fetchval(NEWER, call.account_id, call.rang_at)
    if not is_over:
        await tx.execute(DISPLACE, call.account_id, call.call_ref, call.rang_at)
    ended_at, phone = (call.rang_at, "") if is_over else (None, call.phone)
    await tx.execute(RING, call.call_ref, call.account_id, phone, call.known, call.rang_at, ended_at)
    await tx.execute(NOTIFY, CHANNEL)
    return not is_over


async def end(tx: Connection, call_ref: str, *, at: datetime) -> None:
    """End a call and forget its number; one that is not known, or has ended, changes nothing."""
    if await tx.fetchval(END, call_ref, at):
        await tx.execute(NOTIFY, CHANNEL)


async def look(connection: Connection, known: Collection[str], *, now: datetime) -> list[TelephoneCall]:
    """Return the calls that are on, and those of ``known`` whatever became of them; calls of an hour ago end here."""
    await connection.execute(LAPSE, now - LONGEST, now)
    return [_call(row) for row in await connection.fetch(LOOK, list(known))]


async def of_seat(connection: Connection, account_id: str, *, now: datetime) -> TelephoneCall | None:
    """Return the call that rings or is on at a seat."""
    row = await connection.fetchrow(OF_SEAT, account_id, now - LONGEST)
    return None if row is None else _call(row)


async def forget(connection: Connection, *, now: datetime) -> int:
    """Delete the rows of calls of yesterday and before; return how many."""
    tag: str = await connection.execute(FORGET, now - KEPT)
    return int(tag.rpartition(" ")[2])
