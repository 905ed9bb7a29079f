"""
One 催办, 督办 and 升级 for the many tickets of an incident (按故障点督办). Domain 2.8, 2.10.

In a county whose mode says so, each clock of a 副单 is kept on its own ticket (``notes``), and what it would have
brought goes to the incident once: to its 主单, or when that has ended to the oldest ticket that is still open. What a
worker left undone when the mode ends is done all the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts.model import SYSTEM
from dispatch.desk.acting import caught_up, make
from dispatch.desk.room import Desk, Report
from dispatch.kit.db import Connection
from dispatch.kit.errors import Refusal, Unavailable
from dispatch.kit.logs import logger
from dispatch.kit.rulepack import RulePack
from dispatch.tickets import ladder, store
from dispatch.tickets.events import Chased, Escalated, Event
from dispatch.tickets.model import Supervision, Ticket
from dispatch.tickets.terms import EscalationReason
from dispatch.tickets.words import Limit

WAITING = """
SELECT DISTINCT incident_id FROM supervision_note WHERE settled_at IS NULL ORDER BY incident_id LIMIT $1
"""
HEAD = """
SELECT id FROM ticket WHERE incident_id = $1 AND is_open ORDER BY id <> $1, stage = 'merged', reported_at, id LIMIT 1
"""
NOTES = """
SELECT note.ticket_id, ticket.ticket_no, note.name, note.level, note.at
FROM supervision_note AS note JOIN ticket ON ticket.id = note.ticket_id
WHERE note.incident_id = $1 AND note.settled_at IS NULL
ORDER BY note.level DESC, note.at, note.ticket_id, note.version FOR UPDATE OF note
"""
SETTLE = """
UPDATE supervision_note SET settled_at = $2, head_id = $3, order_no = CASE WHEN level >= 3 THEN $4 END
WHERE incident_id = $1 AND settled_at IS NULL
"""

log = logger("incidents")


@dataclass(frozen=True, slots=True)
class Note:
    """A step of a 副单 that waits for its incident's own."""

    ticket_id: str
    ticket_no: str
    limit: Limit
    level: int
    at: datetime


async def settle(desk: Desk, *, at: datetime, limit: int) -> int:
    """Give incidents what the steps of their 副单 ask for; return how many were seen to, ``limit``: maybe more."""
    async with desk.db.connection() as connection:
        waiting = [row["incident_id"] for row in await connection.fetch(WAITING, limit)]
    return sum([await _seen_to(desk, incident_id, at) for incident_id in waiting])


async def _seen_to(desk: Desk, incident_id: str, at: datetime) -> bool:
    """False if its ticket does not take it now; the others must not wait for that, and the next look tries again."""
    try:
        await _settle(desk, incident_id, at)
    except Unavailable:
        raise
    except Refusal as refusal:
        log.warning("incident not settled", incident_id=incident_id, code=refusal.code)
        return False
    return True


async def _settle(desk: Desk, incident_id: str, at: datetime) -> None:
    async with desk.db.transaction() as tx:
        head_id = await tx.fetchval(HEAD, incident_id)
        if head_id is None:  # all have ended; nobody is left to answer
            await tx.execute(SETTLE, incident_id, at, None, None)
            return
        head = await store.load(tx, head_id, lock=True)
        if head.is_open:  # else it ended while we waited for it, and the next look finds another
            await _give(tx, desk, incident_id, await caught_up(tx, desk, head, at=at), at)


async def _give(tx: Connection, desk: Desk, incident_id: str, head: Ticket, at: datetime) -> None:
    notes = [
        Note(row["ticket_id"], row["ticket_no"], Limit(row["name"]), row["level"], row["at"])
        for row in await tx.fetch(NOTES, incident_id)
    ]
    for event in consequences(head, notes, desk.packs.get(head.pack), at):
        head = await make(tx, desk, head, event, by=SYSTEM, report=Report(), at=at)
    order = covering(head, notes)
    await tx.execute(SETTLE, incident_id, at, head.id, order.no if order else None)


def consequences(head: Ticket, notes: Sequence[Note], pack: RulePack, at: datetime) -> Iterator[Event]:
    """
    Yield what the steps of an incident's 副单 bring to the ticket that stands for it. What it has already is enough.

    :param notes: the highest level first
    """
    rules = pack.supervision
    levels = {note.level: [each for each in notes if each.level == note.level] for note in notes}
    if rules is None:
        return
    if found := levels.get(ladder.CHASE):
        target = ladder.who_moves(head)
        since = min(min(note.at for note in found), at - rules.chase_cool_down.duration)
        if not any(chase.target is target and chase.at >= since for chase in head.chases):
            yield Chased(text=_said(found, "将到"), target=target, by_customer=False)
    told = ladder.addressees(ladder.LIMIT, pack)
    if (found := levels.get(ladder.LIMIT)) and told and covering(head, found) is None:
        due_at = at + rules.answer_due.duration
        yield ladder.supervision(head, level=ladder.LIMIT, reason=_said(found, "已超"), told=told, due_at=due_at)
    if (found := levels.get(ladder.TOP)) and head.flags.escalated_level < ladder.TOP:
        why, told = EscalationReason.FAR_LATE, ladder.addressees(ladder.TOP, pack)
        yield Escalated(level=ladder.TOP, reason=why, limit=found[0].limit, told=told, text=_said(found, "远超"))


def covering(head: Ticket, notes: Sequence[Note]) -> Supervision | None:
    """Return the 督办单 that covers the overruns: one that is open, or was still open at the last of them."""
    late = [note.at for note in notes if note.level >= ladder.LIMIT]
    held = (s for s in reversed(head.supervisions) if s.cleared_at is None or (late and s.cleared_at >= max(late)))
    return next(held, None) if late else None


def _said(notes: Sequence[Note], how: str) -> str:
    tickets = len({note.ticket_id for note in notes})
    among = f"等{tickets}件副单" if tickets > 1 else ""
    return f"副单{notes[0].ticket_no}{among}{notes[0].limit.label}{how}"
