"""Climbing the ladders that are due: each step has its effect exactly once, however many workers."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from dispatch.kit.db import Connection, Database, Row
from dispatch.kit.rulepack import Packs

from . import climbing, statements, store
from .rows import Change

Then = Callable[[Connection, Sequence[Change]], Awaitable[None]]


async def fire_due(db: Database, packs: Packs, *, now: datetime, limit: int = 500, then: Then | None = None) -> int:
    """
    Take the steps that are due, in one transaction; return how many were found, ``limit`` if there may be more.

    Tickets that somebody is changing at this moment are left alone: that step climbs their ladders itself. The ticket's
    row is the lock, so two workers never take one step, and a step and a worker never wait for each other.

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
        changes = [_climbed(locked[ticket_id], rows, packs, now) for ticket_id, rows in sorted(claimed.items())]
        if changes:
            await store.write(tx, changes, now)
            if then is not None:
                await then(tx, changes)
        return len(due)


def _climbed(row: Row, clocks: Sequence[Row], packs: Packs, now: datetime) -> Change:
    ticket = store.ticket_of(row)
    pack = packs.get(ticket.pack)
    change = Change(ticket, ticket)
    climbing.climb(change, clocks, pack, now)
    climbing.set_clocks(change, pack)
    return change
