"""Why this crew, why not yet, why nobody: what is told of one ticket (为什么)."""

import asyncio
from datetime import datetime

from dispatch.accounts.model import SYSTEM, Account
from dispatch.desk.acting import permit
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.tickets import store
from dispatch.tickets.model import Ticket

from . import posing
from .mapping import prices_of
from .picture import Mark, mark_of, picture_of
from .telling import Why, tell, told_before
from .words import PlanStanding

TRIES = 3  # what changes while it is looked at is looked at again
SENDER = "SELECT name FROM account WHERE id = $1"


async def why(desk: Desk, ticket_id: str, *, by: Account, at: datetime) -> Why:
    """
    Tell why a ticket has the crew that it has, or why it waits.

    :raises NoSuchTicket, Forbidden: if there is none that ``by`` may see, or he may not ask
    """
    for _ in range(TRIES):
        async with desk.db.connection() as connection:
            ticket = await store.load(connection, ticket_id)
            permit(desk, by, "ticket.why", ticket)
            if ticket.crew is not None or not ticket.is_open:
                return await _sent(connection, ticket, at)
            if ticket.stage != "accepted":
                said = f"工单现为“{ticket.stage.label}”,接单后才排入计划"
                return Why(ticket.id, at, PlanStanding.NOT_PLANNED, said)
            region = posing.region_of(desk, ticket.area)
            desk.asked[region] = at
            mark = await mark_of(connection, desk, posing.regions(desk)[region], at=at)
        if (told := await _waits(desk, ticket, region, mark, at)) is not None:
            return told
    said = "工单的状态正在变化,请稍候再问"
    return Why(ticket.id, at, PlanStanding.NOT_PLANNED, said)


async def _waits(desk: Desk, ticket: Ticket, region: str, mark: Mark, at: datetime) -> Why | None:
    """Return the answer for a ticket that waits; None: it does not wait any more, or beyond what is planned at once."""
    picture = await picture_of(desk, region, mark, at=at)
    if ticket.id not in picture.numbers:
        return None
    if (told := told_before(picture, ticket.id, at=at)) is not None:
        return told
    prices = prices_of(desk.pack.plans)
    return await asyncio.to_thread(tell, picture, ticket.id, ticket.area, prices, at=at)


async def _sent(connection: Connection, ticket: Ticket, at: datetime) -> Why:
    last = ticket.dispatches[-1] if ticket.dispatches else None
    if last is None:
        return Why(ticket.id, at, PlanStanding.NOT_PLANNED, f"工单现为“{ticket.stage.label}”,没有派过班组")
    sent = last.sent_at.astimezone(CHINA)
    who = "系统" if last.sent_by == SYSTEM.id else await connection.fetchval(SENDER, last.sent_by) or last.sent_by
    said = f"{sent:%m月%d日 %H:%M} 由 {who} 派给 {last.crew_name}:{last.why}"
    if last.saved_s is not None and last.saved_s > 0:
        said += f";比按原辖区派工早到 {round(last.saved_s / 60)} 分钟"
    return Why(ticket.id, at, PlanStanding.SENT, said, dispatch=last)
