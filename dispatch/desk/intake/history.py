"""A caller's earlier contacts (来电历史), by his number and his account: what the seat should know before it asks."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from dispatch.desk.room import Desk
from dispatch.tickets.words import CallOutcome, Cause, Channel, Stage, Symptom

MOST = 10  # contacts that are shown
COUNTED = 100  # contacts that are counted
BACK = timedelta(days=365)

CONTACTS = """
WITH heard AS (
    (SELECT id, at, channel, outcome, ticket_id FROM call WHERE phone = $1 AND at BETWEEN $3 AND $4
     ORDER BY at DESC LIMIT $5)
    UNION
    (SELECT id, at, channel, outcome, ticket_id FROM call WHERE account_no = $2 AND at BETWEEN $3 AND $4
     ORDER BY at DESC LIMIT $5)
)
SELECT heard.id AS call_id, at, heard.channel, outcome, ticket_id, ticket_no, stage, doc->>'symptom' AS symptom,
       doc->>'address' AS address, doc->>'cause_l1' AS cause, (doc->>'satisfied')::boolean AS satisfied,
       (SELECT count(*) FROM heard) AS n
FROM heard LEFT JOIN ticket ON ticket.id = heard.ticket_id
ORDER BY at DESC, heard.id DESC LIMIT $6
"""


@dataclass(frozen=True, slots=True)
class Contact:
    """One call or message of the customer, and what became of its ticket; no ticket: he was advised."""

    call_id: str
    at: datetime
    channel: Channel
    outcome: CallOutcome
    ticket_id: str | None
    ticket_no: str | None
    stage: Stage | None
    symptom: Symptom | None
    address: str | None
    cause: Cause | None
    satisfied: bool | None


CONTACT = TypeAdapter(Contact)


@dataclass(frozen=True, slots=True)
class History:
    """The newest contacts of a year, and how many there were (``COUNTED`` for so many or more)."""

    n: int
    contacts: tuple[Contact, ...]


async def history(desk: Desk, *, account_no: str | None, phone: str | None, at: datetime) -> History:
    """
    Return what a caller got in touch about within a year, the newest first; who gives no name has none.

    :param phone: as calls keep it
    """
    if account_no is None and phone is None:
        return History(0, ())
    async with desk.db.connection() as connection:
        rows = await connection.fetch(CONTACTS, phone, account_no, at - BACK, at, COUNTED, MOST)
    return History(min(rows[0]["n"], COUNTED) if rows else 0, tuple(CONTACT.validate_python(dict(row)) for row in rows))
