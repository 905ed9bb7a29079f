"""What a step of a ticket needs and what follows from it, in its own transaction, whoever takes it and by what way."""

from datetime import datetime

from dispatch.accounts.model import Account
from dispatch.kit.db import Connection
from dispatch.tickets import store
from dispatch.tickets.events import Chased, Completed, Consulted, Event, Replied, Restored, Returned
from dispatch.tickets.facts import Amendment
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import CallOutcome, Stage

from .acting import make
from .closing import replying, returning
from .field import evidence
from .intake import matters
from .intake.knowing import refuse_dark
from .outages import merging, outages
from .places import teaching
from .room import Desk, Report


async def take(
    tx: Connection,
    desk: Desk,
    ticket: Ticket,
    event: Event,
    *,
    by: Account,
    report: Report,
    at: datetime,
    believed: bool = False,
) -> Ticket:
    """
    Let a ticket that was loaded and locked take a step; return it with all that follows.

    :param believed: a person has looked at it, so the meter is not asked
    :raises Refusal: what the life cycle, the meter or the reply form refuses; nothing is changed then
    """
    if not believed:
        await refuse_dark(tx, desk, ticket, event, at=report.claimed_at or at)
    await returning.refuse_repair(tx, desk, ticket, event, at=at)
    await replying.refuse_bad(tx, desk, ticket, event)
    await replying.refuse_unread(tx, ticket, event, by=by)
    after = await make(tx, desk, ticket, event, by=by, report=report, at=at)
    return await follow(tx, desk, event, before=ticket, after=after, by=by, report=report, at=at)


async def follow(
    tx: Connection,
    desk: Desk,
    event: Event,
    *,
    before: Ticket,
    after: Ticket,
    by: Account,
    report: Report,
    at: datetime,
) -> Ticket:
    """Let everything follow from a step that was just taken; return the ticket as it is left."""
    await _conclude_call(tx, after, event)
    await matters.renumber(tx, desk, before, after)
    await merging.follow(tx, desk, after, event, by=by, report=report, at=at)
    await outages.follow(tx, desk, after, event, at=report.claimed_at or at)
    if isinstance(event, Amendment):
        await teaching.learn(tx, desk, after, event, by=by, at=at)
    if isinstance(event, Returned):
        after = await returning.follow(tx, desk, after, event, by=by, at=at)
    if isinstance(event, Chased) and event.by_customer:
        after = await matters.contacted(tx, desk, after, at=at)
    if isinstance(event, Restored | Replied):
        after = await evidence.judge(tx, desk, after, at=at)
    if isinstance(event, Replied):
        await replying.note(tx, desk, after, event, before=before, by=by)
    elif before.stage is Stage.REPLIED and after.stage is not Stage.REPLIED:
        await replying.settle(tx, after, by=by, at=at)
    return after


async def _conclude_call(tx: Connection, ticket: Ticket, event: Event) -> None:
    if isinstance(event, Completed):
        await store.set_outcome(tx, ticket.call_id, CallOutcome.TICKET)
    elif isinstance(event, Consulted):
        await store.set_outcome(tx, ticket.call_id, CallOutcome.CONSULTED)
