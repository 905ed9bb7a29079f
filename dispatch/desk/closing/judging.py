"""事后评价 at the moment a ticket ends: judged in the transaction that ends it, whoever ends it."""

from dataclasses import replace
from datetime import datetime

from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.tickets import review, reviews, store
from dispatch.tickets.model import Ticket
from dispatch.tickets.review import Judgement


async def conclude(tx: Connection, desk: Desk, ticket: Ticket, *, by: str, at: datetime) -> None:
    """Judge a ticket that has just ended; one that goes on is left alone."""
    if not ticket.is_open:
        await reviews.write(tx, await _judged(tx, desk, ticket, by=by, at=at))


async def _judged(tx: Connection, desk: Desk, ticket: Ticket, *, by: str, at: datetime) -> Judgement:
    judgement = review.judge(await store.log(tx, ticket.id), desk.packs.get(ticket.pack), at=at, by=by)
    if judgement.row.nested_in is None:
        return judgement
    family = await reviews.outermost(tx, judgement.row.nested_in)
    return replace(judgement, row=judgement.row._replace(family=family))
