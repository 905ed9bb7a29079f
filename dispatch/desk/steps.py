"""One step of a ticket: who may take it, what follows from it, and all of that in one transaction."""

from datetime import datetime

from dispatch.accounts.model import Account, Role
from dispatch.accounts.rights import SEATS
from dispatch.tickets import store
from dispatch.tickets.events import Chased, Completed, Corrected, Event, Resubmitted, Returned, Transferred
from dispatch.tickets.guards import Contradiction
from dispatch.tickets.ladder import who_moves
from dispatch.tickets.model import Ticket, document

from . import following, idempotency
from .acting import expect, permit
from .crews.jobs import tell_fleet
from .field import work as fieldwork
from .intake.placing import amended, check_county
from .room import Desk, Once, Report


async def step(
    desk: Desk,
    ticket_id: str,
    event: Event,
    *,
    action: str,
    by: Account,
    report: Report,
    at: datetime,
    once: Once | None = None,
) -> Ticket:
    """
    Take one step of a ticket, with what follows from it for the tickets merged into it.

    :param action: the right it needs, ``ticket.accept``
    :param at: the server's time
    :raises NoSuchTicket: if there is none, or none that ``by`` may see
    :raises Forbidden: if ``by`` may not do this, or not here
    :raises Stale: if the ticket is not at ``report.version`` any more
    :raises Refusal: what the life cycle refuses
    """
    async with desk.db.transaction() as tx:
        ticket = await store.load(tx, ticket_id, lock=True)
        if (first := await idempotency.find(tx, by, once)) is not None:
            return Ticket.model_validate_json(first)
        permit(desk, by, action, ticket)
        await expect(tx, ticket, report.version)
        event = prepared(desk, ticket, event, by)
        after = await following.take(tx, desk, ticket, event, by=by, report=report, at=at)
        if event.kind in fieldwork.FREES:
            after = await fieldwork.release(tx, desk, after, at=at)
        await idempotency.remember(tx, by, once, document(after))
    tell_fleet(desk, after)
    return after


def prepared(desk: Desk, ticket: Ticket, event: Event, by: Account) -> Event:
    """
    Return the event with what the desk knows better than the reporter.

    :raises Invalid: if it names a county that is none, or a point that cannot be one of this province
    """
    if isinstance(event, Completed | Resubmitted | Corrected):
        return amended(desk, event, unresolved=ticket.flags.place_unresolved)
    if isinstance(event, Returned | Transferred):
        return _directed(desk, ticket, event, by)
    if isinstance(event, Chased):
        return event.model_copy(update={"target": who_moves(ticket), "by_customer": by.role in SEATS})
    return event


def _directed(desk: Desk, ticket: Ticket, event: Returned | Transferred, by: Account) -> Event:
    """Look at the county that a ticket is said to belong to; who decides for the province does so by order."""
    if isinstance(event, Transferred):
        check_county(desk, event.to_area, field="to_area")
        return event.model_copy(update={"by_order": by.role is Role.PROVINCE_MONITOR})
    if event.right_area is not None:
        check_county(desk, event.right_area, field="right_area")
        if event.right_area == ticket.area:
            raise Contradiction("正确单位与本单位相同,请重选或改用其他退单原因", field="right_area")
    return event
