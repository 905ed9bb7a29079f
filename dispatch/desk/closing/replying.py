"""Replies (回单): what is wrong while the form is filled, what refuses it, and those that an auditor should read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from dispatch.accounts.model import Account, Role
from dispatch.desk.acting import permit
from dispatch.desk.field.gathering import photos
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid
from dispatch.tickets import replyform, store
from dispatch.tickets.events import CallbackQueued, Event, Replied
from dispatch.tickets.loopguards import NeedsAudit
from dispatch.tickets.model import Ticket
from dispatch.tickets.replyform import Defect, Severity
from dispatch.tickets.timed import known

MOST = 200  # in one page
DEFECTS = TypeAdapter(tuple[Defect, ...])

NOTE = """
INSERT INTO reply_audit (ticket_id, area, replied_at, replied_by, defects) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (ticket_id) DO UPDATE SET area = EXCLUDED.area, replied_at = EXCLUDED.replied_at,
    replied_by = EXCLUDED.replied_by, defects = EXCLUDED.defects, settled_at = NULL, settled_by = NULL
"""
UNREAD = "SELECT defects FROM reply_audit WHERE ticket_id = $1 AND settled_at IS NULL"
SETTLE = "UPDATE reply_audit SET settled_at = $2, settled_by = $3 WHERE ticket_id = $1 AND settled_at IS NULL"
QUEUE = """
SELECT audit.ticket_id, audit.replied_by, audit.defects, ticket.doc, ticket.head
FROM reply_audit AS audit JOIN ticket ON ticket.id = audit.ticket_id
WHERE audit.area = ANY($1::text[]) AND audit.settled_at IS NULL AND ticket.stage = 'replied'
  AND ($2::text IS NULL OR audit.ticket_id > $2)
ORDER BY audit.ticket_id LIMIT $3
"""


class BadReply(Invalid):
    """A reply with severe defects; ``details.defects`` lists all that is wrong."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A reply form as it would be judged now."""

    defects: tuple[Defect, ...]

    @property
    def refused(self) -> bool:
        """Severe defects refuse it."""
        return any(defect.severity is Severity.HIGH for defect in self.defects)

    @property
    def audited(self) -> bool:
        """An auditor should read it: wording that is merely plain does not need one."""
        return any(defect.severity is not Severity.LOW for defect in self.defects)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reply in the auditor's queue."""

    ticket: Ticket
    replied_by: str
    defects: tuple[Defect, ...]


async def check(desk: Desk, ticket_id: str, reply: Replied, *, by: Account) -> Checked:
    """
    Return what is wrong with a reply that is being filled; nothing is changed.

    :raises NoSuchTicket: if there is none, or none that ``by`` may see
    """
    async with desk.db.connection() as connection:
        ticket = await store.load(connection, ticket_id)
        permit(desk, by, "ticket.check-reply", ticket)
        return await _checked(connection, desk, ticket, reply)


async def _checked(connection: Connection, desk: Desk, ticket: Ticket, reply: Replied) -> Checked:
    rules = desk.packs.get(ticket.pack).replies
    if rules is None:
        return Checked(())
    kept = await photos(connection, ticket.id)
    return Checked(replyform.check(ticket, reply, rules, photos_n=len(kept)))


async def refuse_bad(tx: Connection, desk: Desk, ticket: Ticket, event: Event) -> None:
    """
    Refuse a reply with severe defects; any other event passes.

    :raises BadReply: listing everything that is wrong
    """
    if not isinstance(event, Replied):
        return
    found = await _checked(tx, desk, ticket, event)
    if not found.refused:
        return
    severe = [defect for defect in found.defects if defect.severity is Severity.HIGH]
    said = ";".join(f"{defect.message},{defect.remedy}" for defect in severe)
    raise BadReply(
        f"回单有 {len(severe)} 处严重问题:{said}",
        field=severe[0].field,
        defects=DEFECTS.dump_python(found.defects, mode="json"),
    )


async def refuse_unread(tx: Connection, ticket: Ticket, event: Event, *, by: Account) -> None:
    """
    Refuse to send on a reply that waits for the auditor, whoever but the auditor asks; any other event passes.

    :raises NeedsAudit: saying what is to be looked at
    """
    if not isinstance(event, CallbackQueued) or by.role is Role.REPLY_AUDITOR:
        return
    waiting = await tx.fetchval(UNREAD, ticket.id)
    if waiting is None:
        return
    defects = DEFECTS.validate_json(waiting)
    why = ";".join(defect.message for defect in defects if defect.severity is not Severity.LOW)
    raise NeedsAudit(
        f"工单 {ticket.ticket_no} 的回单须由回单审核员审核后转回访({why or '现场记录可信度不足'})",
        defects=DEFECTS.dump_python(defects, mode="json"),
    )


async def note(tx: Connection, desk: Desk, ticket: Ticket, reply: Replied, *, before: Ticket, by: Account) -> None:
    """
    Put a reply that was just made into the auditor's queue, if it is one to be read.

    :param before: the ticket without the reply
    """
    found = await _checked(tx, desk, before, reply)
    if found.audited or ticket.flags.doubtful:
        defects = DEFECTS.dump_json(found.defects).decode()
        await tx.execute(NOTE, ticket.id, ticket.area, ticket.replied_at, by.id, defects)


async def settle(tx: Connection, ticket: Ticket, *, by: Account, at: datetime) -> None:
    """Take a reply out of the queue: it went on, or back."""
    await tx.execute(SETTLE, ticket.id, at, by.id)


async def queue(
    desk: Desk, area: str | None, *, by: Account, after: str | None = None, limit: int = MOST
) -> Sequence[Waiting]:
    """
    Return the replies of an area (by default the caller's own) that an auditor should read, the oldest ticket first.

    :param after: id of the last ticket of the page before
    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if the caller may not look there
    """
    code = looked_at(desk, area, "reply.audits", by=by)
    areas = [code, *desk.areas.below(code)]
    async with desk.db.connection() as connection:
        rows = await connection.fetch(QUEUE, areas, after, min(max(limit, 1), MOST))
    waiting = ((known(store.ticket_of(row), desk.packs), row) for row in rows)
    return [Waiting(ticket, row["replied_by"], DEFECTS.validate_json(row["defects"])) for ticket, row in waiting]
