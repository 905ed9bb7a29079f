"""The frame of every command on one ticket: one transaction in which the ticket is locked, and a repeat is answered."""

from collections.abc import Awaitable, Callable

from dispatch.accounts.model import Account
from dispatch.kit.db import Connection
from dispatch.tickets import store
from dispatch.tickets.model import Ticket, document
from dispatch.tickets.timed import known

from . import idempotency
from .acting import expect, permit
from .crews.jobs import tell_fleet
from .room import Desk, Once

Decide = Callable[[Connection, Ticket], Awaitable[Ticket]]


async def command(
    desk: Desk,
    ticket_id: str,
    decide: Decide,
    *,
    action: str,
    by: Account,
    version: int | None = None,
    once: Once | None = None,
    outer: Callable[[Connection], Awaitable[object]] | None = None,
) -> Ticket:
    """
    Let ``decide`` do its work on a ticket that was locked and may be touched; return the ticket as it is left.

    The same request again gets its first answer; the fleet hears of the ticket once the transaction has ended.

    :param action: the right it needs, ``ticket.accept``
    :param version: of the ticket that the caller saw; None: whatever it is
    :param outer: locks what is always locked before a ticket: its parent, its outage
    :raises NoSuchTicket: if there is none, or none that ``by`` may see
    :raises Forbidden: if ``by`` may not do this, or not here
    :raises Stale: if the ticket is not at ``version`` any more
    :raises Refusal: what ``decide`` refuses; nothing is changed then
    """
    async with desk.db.transaction() as tx:
        if outer is not None:
            await outer(tx)
        ticket = await store.load(tx, ticket_id, lock=True)
        if (first := await idempotency.find(tx, by, once)) is not None:
            return known(Ticket.model_validate_json(first), desk.packs)
        permit(desk, by, action, ticket)
        await expect(tx, ticket, version)
        after = await decide(tx, ticket)
        await idempotency.remember(tx, by, once, document(after))
    tell_fleet(desk, after)
    return after
