"""
What follows when a unit gives a ticket back (退单), domain 2.6: no ping-pong.

The first time a wrong district is named, the ticket goes straight on to the right one; one that is about burnt
appliances ends, and goes on as the service request that is opened for them. The second return, for whatever reason,
waits for the province, which decides and assigns by order. The clock of the arrival runs on through all of it.
"""

from datetime import datetime

from dispatch.accounts.model import SYSTEM, Account
from dispatch.desk.acting import make
from dispatch.desk.bookings import services
from dispatch.desk.intake.knowing import meter_of
from dispatch.desk.outages import merging
from dispatch.desk.room import Desk, Report
from dispatch.kit.db import Connection
from dispatch.services.model import ServiceRequest
from dispatch.tickets.events import Cancelled, Escalated, Event, Returned, Transferred
from dispatch.tickets.guards import Contradiction, MeterDark
from dispatch.tickets.model import Ticket
from dispatch.tickets.terms import Addressee, EscalationReason
from dispatch.tickets.words import MeterCheck, ReturnReason

PROVINCE_DECIDES_FROM = 2  # returns; as in the guards
LEVEL = 3  # of the escalation: the province's


async def refuse_repair(tx: Connection, desk: Desk, ticket: Ticket, event: Event, *, at: datetime) -> None:
    """
    Refuse to hand a ticket over as one for burnt appliances while there is something to repair or to make safe.

    :raises Contradiction: if it reports a danger
    :raises MeterDark: if the customer's meter says that the power is off
    """
    if not isinstance(event, Returned) or event.reason is not ReturnReason.APPLIANCE_DAMAGE:
        return
    remedy = "请照常抢修,家电损坏另开服务工单"
    if ticket.hazard:
        raise Contradiction(f"工单 {ticket.ticket_no} 涉及险情,不能以家电损坏退单;{remedy}", field="reason")
    if await meter_of(tx, desk, ticket, at=at) is MeterCheck.DARK:
        raise MeterDark(f"工单 {ticket.ticket_no} 的电表召测仍无电,不能以家电损坏退单;{remedy}", field="reason")


async def follow(tx: Connection, desk: Desk, ticket: Ticket, event: Returned, *, by: Account, at: datetime) -> Ticket:
    """Let the return of a ticket have its consequence."""
    request = await services.follow_return(tx, desk, ticket, event, by=by, at=at)
    meter = await meter_of(tx, desk, ticket, at=at) if request else MeterCheck.NO_METER
    for consequence in consequences(ticket, event, request, meter):
        ticket = await make(tx, desk, ticket, consequence, by=SYSTEM, report=Report(), at=at)
        await merging.follow(tx, desk, ticket, consequence, by=SYSTEM, report=Report(), at=at)
    return ticket


def consequences(
    ticket: Ticket, event: Returned, request: ServiceRequest | None = None, meter: MeterCheck = MeterCheck.NO_METER
) -> list[Event]:
    """
    Return what the return makes of the ticket that it left returned.

    :param request: the one for burnt appliances that was opened for it
    :param meter: what the customer's meter says
    """
    if ticket.returned_n >= PROVINCE_DECIDES_FROM:
        text = f"第 {ticket.returned_n} 次退单({event.reason.label}),请省监控裁定派发"
        told = (Addressee.PROVINCE_MONITOR,)
        return [Escalated(level=LEVEL, reason=EscalationReason.SECOND_RETURN, told=told, text=text)]
    if event.reason is ReturnReason.WRONG_DISTRICT and event.right_area is not None:
        return [Transferred(to_area=event.right_area, reason=event.text)]
    if request is not None:
        return [Cancelled(reason=f"已转电器损坏服务工单 {request.request_no} 办理", meter=meter)]
    return []
