"""
After the restoration (复电后核实): is the power back with everybody? Domain 2.8.5.

Who is still dark though his incident was restored stands in an incident of his own, nested in that one and as old as
his report: for him it never ended. Others of the same incident who are still dark are merged into that nested one.
"""

from datetime import datetime

from dispatch.accounts.model import SYSTEM, Account
from dispatch.desk.acting import make
from dispatch.desk.closing import replying
from dispatch.desk.commanding import command
from dispatch.desk.room import Desk, Once, Report
from dispatch.kit.db import Connection
from dispatch.tickets import guards, store
from dispatch.tickets.events import Confirmed, Reopened
from dispatch.tickets.model import Ticket
from dispatch.tickets.proposals import PARENTS
from dispatch.tickets.terms import Asking, ReopenReason

from . import merging, outages

BEGAN = "SELECT min(begins_at) FROM outage WHERE incident_ticket_id = $1 AND kind = 'fault'"
LOCK = "SELECT FROM incident WHERE id = $1 FOR NO KEY UPDATE"
HEADS = """
SELECT t.id FROM incident AS i JOIN ticket AS t ON t.id = i.id
WHERE (i.nested_in = $1 OR i.id = $1) AND i.id <> $2 AND t.incident_id = t.id AND t.stage = ANY($3::text[])
ORDER BY t.reported_at, t.id
"""


async def answered(
    desk: Desk,
    ticket_id: str,
    live: bool,
    how: Asking,
    by: Account,
    at: datetime,
    *,
    report: Report | None = None,
    once: Once | None = None,
) -> Ticket:
    """
    Keep what the customer, or his meter, says after the restoration: the power is back, or it is not.

    :raises NoSuchTicket: if there is none, or none that ``by`` may see
    :raises Forbidden: if ``by`` may not say so here
    :raises WrongStage: if the ticket is not restored yet, or is closed
    """
    said = report or Report()

    async def decide(tx: Connection, ticket: Ticket) -> Ticket:
        if live:
            return await make(tx, desk, ticket, Confirmed(how=how), by=by, report=said, at=at)
        return await reopen(tx, desk, ticket, text=f"{how.label}核实仍无电", by=by, at=at, report=said)

    return await command(desk, ticket_id, decide, action="ticket.power-back", by=by, version=said.version, once=once)


async def reopen(
    tx: Connection, desk: Desk, ticket: Ticket, *, text: str, by: Account, at: datetime, report: Report | None = None
) -> Ticket:
    """
    Go on with a ticket whose customer is still dark, in the nested incident of the one that was restored.

    :raises WrongStage: if it is not restored yet, or is closed
    """
    since = await tx.fetchval(BEGAN, ticket.incident_id)
    event = Reopened(reason=ReopenReason.STILL_DARK, text=text, nested_in=outer_of(ticket), dark_since=since)
    after = await make(tx, desk, ticket, event, by=by, report=report or Report(), at=at)
    return await join(tx, desk, after, at=at)


def outer_of(ticket: Ticket) -> str | None:
    """Return the incident that was restored around a ticket; None: it is the ticket's own."""
    return ticket.incident_id if ticket.incident_id != ticket.id else None


async def join(tx: Connection, desk: Desk, ticket: Ticket, *, at: datetime) -> Ticket:
    """
    Put a ticket that was just reopened where it belongs: in the fault that meters or dispatchers know of by now; else
    with others that the same restoration left dark, if some are worked on; else at the head of a nested incident.
    """
    await replying.settle(tx, ticket, by=SYSTEM, at=at)  # its reply, if it had one, is not to be audited any more
    if ticket.nested_in is None:
        return ticket
    await tx.execute(LOCK, ticket.nested_in)  # of two who are dark at one instant the second finds the first
    await outages.nested_in(tx, ticket)
    if guards.stands_apart(ticket) is not None:
        return ticket
    if (known := await outages.join_known(tx, desk, ticket, at=at)) is not None:
        return known
    head = await _head(tx, ticket)
    if head is None:
        return ticket
    evidence = f"与工单 {head.ticket_no} 同为一处故障复电后仍无电的客户"
    return await merging.put_in(tx, desk, ticket, head, said=merging.Said(evidence), etr_at=head.etr_at, at=at)


async def _head(tx: Connection, ticket: Ticket) -> Ticket | None:
    """Return the oldest ticket that the same restoration left dark and that is still worked on, locked."""
    stages = [stage.value for stage in PARENTS]
    for row in await tx.fetch(HEADS, ticket.nested_in, ticket.id, stages):
        head = await store.load(tx, row["id"], lock=True)
        if head.stage in PARENTS and head.category not in guards.NEVER_MERGED:
            return head
    return None
