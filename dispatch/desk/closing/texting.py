"""
Customers who are asked by text only (短信回访) and stay silent: asked again, and at last closed without an answer.

Domain 2.3 row 18 and 2.14: an answer, or as many attempts in vain as the pack asks for. Each unanswered text is one.
"""

from datetime import datetime

from dispatch.accounts.model import SYSTEM
from dispatch.capacity.modes import Mode, settings_of
from dispatch.desk.acting import make
from dispatch.desk.room import Desk, Report
from dispatch.tickets import store
from dispatch.tickets.events import CallbackTried, Closed
from dispatch.tickets.words import Source, Stage

from . import visits

SILENT = """
SELECT visit.ticket_id FROM visit JOIN county_mode AS m ON m.area = visit.area
WHERE visit.way = 'sms' AND visit.call_at <= $2 AND m.mode = ANY($1::text[])
ORDER BY visit.call_at, visit.ticket_id LIMIT $3
"""


async def watch(desk: Desk, *, at: datetime, limit: int) -> int:
    """Ask the silent again, or let them be; return how many there were, ``limit``: maybe more."""
    rules = desk.pack.modes
    if rules is None:
        return 0
    modes = [mode.value for mode in Mode if settings_of(rules, mode).callback == "sms"]
    async with desk.db.connection() as connection:
        silent = [row["ticket_id"] for row in await connection.fetch(SILENT, modes, at, limit)]
    return sum([await _see_to(desk, ticket_id, at) for ticket_id in silent])


async def _see_to(desk: Desk, ticket_id: str, at: datetime) -> bool:
    """Note that a text was not answered; False if the customer need not answer any more, or has time to."""
    async with desk.db.transaction() as tx:
        ticket = await store.load(tx, ticket_id, lock=True)
        pack = desk.packs.get(ticket.pack)
        row = await tx.fetchrow(visits.STANDING, ticket_id)
        waits = row is not None and ticket.stage is Stage.CALLBACK_PENDING and row["call_at"] <= at
        if row is None or not waits:
            return False
        if not visits.is_texted(row, ticket, pack):  # a person calls him all the same
            await visits.hasten(tx, desk, ticket, at)
            return True
        said = Report(source=Source.SYSTEM)
        tried = CallbackTried(text="短信回访未答复")
        ticket = await make(tx, desk, ticket, tried, by=SYSTEM, report=said, at=at)
        needed = visits.attempts_needed(pack)
        if ticket.callback_attempts >= needed:
            ended = Closed(satisfied=None, text=f"{needed} 次回访未答复(短信)")
            await make(tx, desk, ticket, ended, by=SYSTEM, report=said, at=at)
        return True
