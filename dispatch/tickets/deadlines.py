"""Climbing the ladders that are due: each step has its effect exactly once, however many workers."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence, Set
from datetime import datetime

from dispatch.kit.db import Connection, Database, Row
from dispatch.kit.rulepack import Packs

from . import climbing, statements, store
from .model import Ticket
from .rows import Change

ByIncident = Callable[[Connection, Sequence[Ticket]], Awaitable[Set[str]]]
Then = Callable[[Connection, Sequence[Change]], Awaitable[None]]


async def fire_due(
    db: Database,
    packs: Packs,
    *,
    now: datetime,
    limit: int = 500,
    by_incident: ByIncident | None = None,
    then: Then | None = None,
) -> int:
    """
    Take the steps that are due, in one transaction; return how many were found, ``limit`` if there may be more.

    Tickets that somebody is changing at this moment are left alone: that step climbs their ladders itself. The ticket's
    row is the lock, so two workers never take one step, and a step and a worker never wait for each other.

    :param by_incident: tells for which of the tickets their incident is chased, supervised and escalated
    :param then: what else must happen in the same transaction, such as telling those who are to be told
    """
    async with db.transaction() as tx:
        due = await tx.fetch(statements.DUE, now, limit)
        if not due:
            return 0
        locked = {row["id"]: row for row in due}
        claimed: dict[str, list[Row]] = defaultdict(list)
        for row in await tx.fetch(statements.CLAIM, list(locked), now, []):
            claimed[row["ticket_id"]].append(row)
        tickets = [store.ticket_of(locked[ticket_id]) for ticket_id in sorted(claimed)]
        apart = await by_incident(tx, tickets) if by_incident else frozenset()
        changes = [_climbed(each, claimed[each.id], packs, now, each.id in apart) for each in tickets]
        if changes:
            await store.write(tx, changes, now)
            if then is not None:
                await then(tx, changes)
        return len(due)


def _climbed(ticket: Ticket, clocks: Sequence[Row], packs: Packs, now: datetime, by_incident: bool) -> Change:
    pack = packs.get(ticket.pack)
    change = Change(ticket, ticket, by_incident=by_incident)
    climbing.climb(change, clocks, pack, now)
    climbing.set_clocks(change, pack)
    return change
