"""One step of a ticket: who may take it, what follows from it, and all of that in one transaction."""

from datetime import datetime

from dispatch.accounts.model import SYSTEM, Account, Role
from dispatch.accounts.rights import SEATS
from dispatch.kit.db import Connection
from dispatch.tickets import guards
from dispatch.tickets.events import Chased, Completed, Corrected, Event, Resubmitted, Returned, Transferred, Unmerged
from dispatch.tickets.facts import Amendment
from dispatch.tickets.guards import Contradiction
from dispatch.tickets.ladder import who_moves
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import Stage

from . import following
from .acting import make
from .commanding import command
from .field import work as fieldwork
from .intake.picking import picked_of
from .intake.placing import amended, check_county, with_ledger
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

    async def decide(tx: Connection, ticket: Ticket) -> Ticket:
        known = await prepared(tx, desk, ticket, event, by)
        if isinstance(known, Amendment):
            known = await with_ledger(tx, ticket, known)
            ticket = await _apart(tx, desk, ticket, known, at=at)
        after = await following.take(tx, desk, ticket, known, by=by, report=report, at=at)
        return await fieldwork.release(tx, desk, after, at=at) if event.kind in fieldwork.FREES else after

    return await command(desk, ticket_id, decide, action=action, by=by, version=report.version, once=once)


async def _apart(tx: Connection, desk: Desk, ticket: Ticket, event: Amendment, *, at: datetime) -> Ticket:
    """Take a merged ticket out of its incident that turns out to be one that is never merged (domain 2.8.2)."""
    said = event.model_dump(exclude_none=True, include={"hazard", "protected", "category"})
    if ticket.stage is not Stage.MERGED or not guards.stands_apart(ticket.model_copy(update=said)):
        return ticket
    return await make(tx, desk, ticket, Unmerged(reason="更正后须单独处理"), by=SYSTEM, report=Report(), at=at)


async def prepared(tx: Connection, desk: Desk, ticket: Ticket, event: Event, by: Account) -> Event:
    """
    Return the event with what the desk knows better than the reporter.

    :raises Invalid: if it names a county that is none, or a point that cannot be one of this province
    """
    if isinstance(event, Completed | Resubmitted | Corrected):
        picked = await picked_of(desk, event.place_code, tx) if event.place_code else None
        unresolved, doubted = ticket.flags.place_unresolved, bool(ticket.place_doubt)
        return amended(desk, event, picked=picked, unresolved=unresolved, doubted=doubted)
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
