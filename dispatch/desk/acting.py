"""What every command on a ticket does: ask for the right, compare the version, append under the ticket's own pack."""

from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.kit.db import Connection
from dispatch.tickets import store
from dispatch.tickets.events import Event
from dispatch.tickets.model import Ticket, lender
from dispatch.tickets.store import Stale

from .room import Desk, Report, actor


def permit(desk: Desk, by: Account, action: str, ticket: Ticket) -> None:
    """
    Refuse an action on a ticket that the account may not do there.

    :raises Forbidden: wrong role, or outside its reach
    :raises NotFound: outside what it may see
    """
    crew = ticket.crew
    rights.check(
        by,
        action,
        area=ticket.area,
        lender=lender(ticket),
        crew_id=crew.crew_id if crew else None,
        depot=crew.depot if crew else None,
        covers=desk.areas.covers,
    )


async def expect(tx: Connection, ticket: Ticket, version: int | None) -> None:
    """
    Refuse a report on a ticket that somebody has changed since the reporter saw it.

    A clock that merely ran out meanwhile changed nothing that the reporter decided on.

    :raises Stale: saying who was first
    """
    if version is None or version == ticket.version:
        return
    if version > ticket.version or await store.touched(tx, ticket.id, since=version):
        raise await stale(tx, ticket.id)


async def stale(tx: Connection, ticket_id: str) -> Stale:
    """Return the refusal for one who comes too late, with the name of who was first."""
    refusal = await store.stale(tx, ticket_id)
    name = await tx.fetchval("SELECT name FROM account WHERE id = $1", refusal.details["by"])
    return await store.stale(tx, ticket_id, name=name)


async def make(
    tx: Connection, desk: Desk, ticket: Ticket, event: Event, *, by: Account, report: Report, at: datetime
) -> Ticket:
    """Append an event to a ticket that was loaded, under its own rule pack."""
    try:
        return await store.append(
            tx,
            ticket,
            event,
            pack=desk.packs.get(ticket.pack),
            by=actor(by),
            source=report.source,
            at=at,
            claimed=report.claimed_at,
            geo=report.geo,
        )
    except Stale:
        raise await stale(tx, ticket.id) from None
