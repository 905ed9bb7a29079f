"""A repair that waits (挂起), with the desk's approval; a late arrival that is explained (延时说明). Domain 2.11."""

from datetime import datetime

from dispatch.accounts.model import Account
from dispatch.desk.room import Desk, Once, Report
from dispatch.desk.storm import weather
from dispatch.kit.db import Connection
from dispatch.tickets.events import Event, Excused, Suspended
from dispatch.tickets.model import Ticket
from dispatch.tickets.terms import ExcuseReason, SuspendReason

from .supervising import at_the_desk, decided, rules_of


async def suspend(
    desk: Desk,
    ticket_id: str,
    *,
    reason: SuspendReason,
    text: str,
    until_at: datetime,
    by: Account,
    report: Report,
    at: datetime,
    once: Once | None = None,
) -> Ticket:
    """
    Let the repair's clock stand still until ``until_at``; an approval holds from now on, never for what was.

    :raises NoSupervision: if the ticket's pack does not say how long a repair may wait
    :raises TooLong: if it is longer than one approval allows
    """

    async def decide(_tx: Connection, ticket: Ticket) -> Event:
        rules_of(desk, ticket)
        return Suspended(reason=reason, text=text, until_at=until_at)

    return await decided(
        desk, ticket_id, decide, action="ticket.suspend", by=by, report=at_the_desk(report), at=at, once=once
    )


async def excuse(
    desk: Desk,
    ticket_id: str,
    *,
    reason: ExcuseReason,
    explanation: str,
    told_at: datetime,
    by: Account,
    report: Report,
    at: datetime,
    once: Once | None = None,
) -> Ticket:
    """
    Note why the crew will be late, and that the customer was told; the order that excuses bad weather is looked up.

    :param told_at: when the customer was told
    :raises MissingField: if no bad-weather order is in force there now
    :raises TooLate: if the limit has passed
    """

    async def decide(tx: Connection, ticket: Ticket) -> Event:
        order_id = None
        if reason is ExcuseReason.WEATHER:
            order_id = await weather.order_in_force(tx, desk, ticket.area, at)
        return Excused(reason=reason, explanation=explanation, told_at=told_at, order_id=order_id)

    return await decided(
        desk, ticket_id, decide, action="ticket.excuse", by=by, report=at_the_desk(report), at=at, once=once
    )
