"""What every command on a ticket does: ask for the right, compare the version, append under the ticket's own pack."""

from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import SYSTEM, Account
from dispatch.kit.db import Connection
from dispatch.tickets import ladder, store
from dispatch.tickets.events import Closed, Event
from dispatch.tickets.model import Ticket, lender
from dispatch.tickets.store import Stale

from .closing import judging, visits
from .messages import telling
from .places import arriving
from .room import Desk, Report, actor
from .storm import workings
from .supervision import alerting
from .tasks import yielding
from .worklists import errands


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
    """Append an event to a ticket that was loaded, under its own rule pack; tell who wants to hear of it."""
    pack = desk.packs.get(ticket.pack)
    try:
        changes = await store.append(
            tx,
            ticket,
            event,
            pack=pack,
            by=actor(by),
            source=report.source,
            at=at,
            claimed=report.claimed_at,
            geo=report.geo,
            by_incident=await _apart(tx, desk, ticket),
        )
    except Stale:
        raise await stale(tx, ticket.id) from None
    after = changes[-1].after
    await alerting.follow(tx, changes, packs=desk.packs, at=at)
    await telling.tell_of(tx, desk, event, before=ticket, after=after, at=at)
    await visits.keep(tx, desk, event, before=ticket, after=after, at=at)
    await yielding.follow(tx, desk, event, before=ticket, after=after, at=at)
    await errands.follow(tx, desk, event, after=after, at=at)
    if ticket.is_open:  # what comes after the end, an answer to a 督办单, makes no new judgement
        await judging.conclude(tx, desk, after, by=by.id, at=at)
    if isinstance(event, Closed):
        await arriving.learn(tx, desk, after, at=at)
    return await report_important(tx, desk, after, at=at)


async def _apart(tx: Connection, desk: Desk, ticket: Ticket) -> bool:
    return ticket.id in await workings.by_incident(tx, (ticket,), packs=desk.packs)


async def caught_up(tx: Connection, desk: Desk, ticket: Ticket, *, at: datetime) -> Ticket:
    """Return the ticket as its clocks leave it at this moment, for who must know what they did before deciding."""
    apart = await _apart(tx, desk, ticket)
    changes = await store.catch_up(tx, ticket, pack=desk.packs.get(ticket.pack), at=at, by_incident=apart)
    await alerting.follow(tx, changes, packs=desk.packs, at=at)
    return changes[-1].after if changes else ticket


async def report_important(tx: Connection, desk: Desk, ticket: Ticket, *, at: datetime) -> Ticket:
    """Let those who answer for important customers know of a ticket, as soon as it is known to be one. Domain 3.5."""
    event = ladder.important(ticket, desk.packs.get(ticket.pack))
    return ticket if event is None else await make(tx, desk, ticket, event, by=SYSTEM, report=Report(), at=at)
