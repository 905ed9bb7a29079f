"""Firing what is overdue: each clock that runs out leaves its event and its flag exactly once, however many workers."""

from collections import defaultdict
from datetime import datetime

from dispatch.kit.db import Database, Row

from . import statements, store
from .rows import Change


async def fire_due(db: Database, *, now: datetime, limit: int = 500) -> int:
    """
    Fire clocks that have run out, in one transaction; return how many were found, ``limit`` if there may be more.

    Tickets that somebody is changing at this moment are left alone: that step fires its clocks itself. The ticket's row
    is the lock, so two workers never take one clock, and a step and a worker never wait for each other.
    """
    async with db.transaction() as tx:
        due = await tx.fetch(statements.DUE, now, limit)
        if not due:
            return 0
        locked = {row["id"]: row for row in due}
        fired: dict[str, list[Row]] = defaultdict(list)
        for row in await tx.fetch(statements.CLAIM, list(locked), now, []):
            fired[row["ticket_id"]].append(row)
        changes = []
        for ticket_id, rows in sorted(fired.items()):
            ticket = store.ticket_of(locked[ticket_id])
            change = Change(ticket, ticket)
            store.add_overdue(change, rows, now)
            changes.append(change)
        if changes:
            await store.write(tx, changes, now)
        return len(due)
