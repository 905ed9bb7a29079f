"""
Batch replies (批量回单), domain 2.11: one command gives the reply of a parent to the children restored with it.

Allowed where the mode of the county says so (the ticket's own pack, ``modes``: ``replies: batch``) or while a
bad-weather order covers it. Each child still has its own reply in its own log, is checked by itself, and is called
back by itself; one whose reply is refused is left for a person and does not hold up the others.
"""

from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts.model import Account
from dispatch.desk import following
from dispatch.desk.acting import permit
from dispatch.desk.crews.jobs import tell_fleet
from dispatch.desk.outages import merging
from dispatch.desk.room import Desk, Report
from dispatch.desk.storm import weather, workings
from dispatch.kit.db import Connection
from dispatch.kit.errors import Refusal
from dispatch.tickets import store
from dispatch.tickets.events import Replied
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import Stage

LONGEST = 500  # letters of a reply's ``handling``
REPLIED = frozenset({Stage.REPLIED, Stage.CALLBACK_PENDING, Stage.CLOSED})


class NotBatched(Refusal):
    """Neither a storm nor a bad-weather order lets replies be given in a batch."""


class NothingToRepeat(Refusal):
    """The ticket has no reply that its children could be given."""


@dataclass(frozen=True, slots=True)
class Left:
    """A child whose reply was refused, and why."""

    ticket: Ticket
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of the children that waited for their reply, in the order of their ids."""

    replied: tuple[Ticket, ...]
    left: tuple[Left, ...]


async def reply_children(desk: Desk, ticket_id: str, *, by: Account, at: datetime) -> Batch:
    """
    Give the reply of a parent to all its children that are restored and have none; said again, it finds none.

    :raises NoSuchTicket: if there is none, or none that ``by`` may see
    :raises Forbidden: if ``by`` may not do this, or not here
    :raises NothingToRepeat: if the ticket itself has no reply
    :raises NotBatched: if neither the county's mode nor a bad-weather order allows it
    """
    async with desk.db.transaction() as tx:
        parent = await store.load(tx, ticket_id, lock=True)
        permit(desk, by, "ticket.reply-children", parent)
        reply = await _reply_of(tx, parent)
        await _check_allowed(tx, desk, parent, at)
        batch = await _give(tx, desk, parent, reply, by=by, at=at)
    for child in batch.replied:
        tell_fleet(desk, child)
    return batch


async def _reply_of(tx: Connection, parent: Ticket) -> Replied:
    log = await store.log(tx, parent.id)
    reply = next((entry.event for entry in reversed(log) if isinstance(entry.event, Replied)), None)
    if reply is None or parent.stage not in REPLIED:
        raise NothingToRepeat(f"主单 {parent.ticket_no} 尚未回单(或回单已被退回),请先回主单,再批量回副单")
    said = f"随主单 {parent.ticket_no}:{reply.handling}"
    return reply.model_copy(update={"handling": said}) if len(said) <= LONGEST else reply


async def _check_allowed(tx: Connection, desk: Desk, parent: Ticket, at: datetime) -> None:
    modes = await workings.modes_in(tx, (parent.area,))
    settings = workings.settings_for(parent, modes, desk.packs.get(parent.pack))
    if settings is not None and settings.replies == "batch":
        return
    if await weather.order_in_force(tx, desk, parent.area, at) is None:
        raise NotBatched("本县现无恶劣天气令,派工模式也不允许批量回单;请逐件回单")


async def _give(tx: Connection, desk: Desk, parent: Ticket, reply: Replied, *, by: Account, at: datetime) -> Batch:
    replied, left = [], []
    for row in await tx.fetch(merging.FAMILY, parent.id):
        child = store.ticket_of(row)
        if child.stage is not Stage.RESTORED:
            continue
        try:
            async with tx.transaction():  # a savepoint: what one child refuses is undone for it alone
                replied.append(await following.take(tx, desk, child, reply, by=by, report=Report(), at=at))
        except Refusal as refusal:
            left.append(Left(child, refusal))
    return Batch(tuple(replied), tuple(left))
