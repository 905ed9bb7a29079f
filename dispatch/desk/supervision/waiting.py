"""A repair that waits (挂起), with the desk's approval; a late arrival that is explained (延时说明). Domain 2.11."""

from datetime import datetime, timedelta

from dispatch.accounts.model import Account
from dispatch.desk.room import Desk, Once, Report
from dispatch.desk.storm import weather
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid
from dispatch.tickets.events import Event, Excused, Suspended
from dispatch.tickets.model import Ticket
from dispatch.tickets.terms import ExcuseReason, SuspendReason

from .supervising import at_the_desk, decided, rules_of

LONGEST = timedelta(hours=24)  # [P] a crew that comes later than this is not late: it is to be sent anew


class NoTimeToCome(Invalid):
    """The time at which a crew is expected is past, or too far ahead."""


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
    eta_at: datetime | None = None,
    by: Account,
    report: Report,
    at: datetime,
    once: Once | None = None,
) -> Ticket:
    """
    Note why the crew will be late, and that the customer was told; the order that excuses bad weather is looked up.

    :param told_at: when the customer was told
    :param eta_at: when the crew is expected now; None: nobody can say
    :raises NoTimeToCome: if that is not to come
    :raises MissingField: if no bad-weather order is in force there now
    :raises TooLate: if the limit has passed
    """

    async def decide(tx: Connection, ticket: Ticket) -> Event:
        if eta_at is not None and not at < eta_at <= at + LONGEST:
            raise NoTimeToCome("新的预计到场时间须晚于现在,且在 24 小时以内,请核对", field="eta_at")
        order_id = None
        if reason is ExcuseReason.WEATHER:
            order_id = await weather.order_in_force(tx, desk, ticket.area, at)
        return Excused(reason=reason, explanation=explanation, told_at=told_at, eta_at=eta_at, order_id=order_id)

    return await decided(
        desk, ticket_id, decide, action="ticket.excuse", by=by, report=at_the_desk(report), at=at, once=once
    )
