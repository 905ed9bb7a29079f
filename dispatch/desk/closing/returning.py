"""
What follows when a unit gives a ticket back (退单), domain 2.6: no ping-pong.

The first time a wrong district is named, the ticket goes straight on to the right one. The second return, for whatever
reason, waits for the province, which decides and assigns by order. The clock of the arrival runs on through all of it.
"""

from datetime import datetime

from dispatch.accounts.model import SYSTEM
from dispatch.desk.acting import make
from dispatch.desk.room import Desk, Report
from dispatch.kit.db import Connection
from dispatch.tickets.events import Escalated, Event, Returned, Transferred
from dispatch.tickets.model import Ticket
from dispatch.tickets.terms import Addressee, EscalationReason
from dispatch.tickets.words import ReturnReason

PROVINCE_DECIDES_FROM = 2  # returns; as in the guards
LEVEL = 3  # of the escalation: the province's


async def follow(tx: Connection, desk: Desk, ticket: Ticket, event: Returned, *, at: datetime) -> Ticket:
    """Let the return of a ticket have its consequence."""
    for consequence in consequences(ticket, event):
        ticket = await make(tx, desk, ticket, consequence, by=SYSTEM, report=Report(), at=at)
    return ticket


def consequences(ticket: Ticket, event: Returned) -> list[Event]:
    """Return what the return makes of the ticket that it left returned."""
    if ticket.returned_n >= PROVINCE_DECIDES_FROM:
        text = f"第 {ticket.returned_n} 次退单({event.reason.label}),请省监控裁定派发"
        told = (Addressee.PROVINCE_MONITOR,)
        return [Escalated(level=LEVEL, reason=EscalationReason.SECOND_RETURN, told=told, text=text)]
    if event.reason is ReturnReason.WRONG_DISTRICT and event.right_area is not None:
        return [Transferred(to_area=event.right_area, reason=event.text)]
    return []
