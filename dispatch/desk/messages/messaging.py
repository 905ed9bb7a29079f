"""What becomes of messages: facts from the gateway, the list for people, sending again by hand."""

from dataclasses import replace
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import SYSTEM, Account
from dispatch.desk.acting import make
from dispatch.desk.bookings import unreached
from dispatch.desk.closing import visits
from dispatch.desk.room import Desk, Report
from dispatch.kit.errors import Refusal
from dispatch.notify import sending, texts
from dispatch.notify.phones import masked
from dispatch.notify.sending import Fact, Taken
from dispatch.notify.templates import Question
from dispatch.notify.texts import Listed, Standing
from dispatch.tickets import store
from dispatch.tickets.events import Asked, Event, Surveyed
from dispatch.tickets.lifecycle import AFTERWARDS
from dispatch.tickets.model import Ticket
from dispatch.tickets.terms import Asking
from dispatch.tickets.words import Stage

AUDIT = "INSERT INTO audit (at, account_id, action, subject, area) VALUES ($1, $2, 'message.requeue', $3, $4)"


class NoMessageRules(Refusal):
    """The ticket's rule pack sends nothing."""


async def learn(desk: Desk, key: str, fact: Fact, *, at: datetime, provider_id: str | None = None) -> None:
    """
    Keep what a gateway let us know; if a question has gone out, the ticket's log says so.

    The same again changes nothing, and no order of facts leads to another end. The ticket is locked before the message,
    as in every step that writes one.

    :raises NoSuchMessage: if there is none of that key
    """
    message_id, round_ = sending.split_key(key)
    async with desk.db.transaction() as tx:
        ticket_id, expects = await sending.about(tx, message_id)
        ticket = await store.find(tx, ticket_id, lock=True) if ticket_id and expects else None
        learned = await sending.learn(tx, message_id, round_, fact, at=at, provider_id=provider_id)
        event = asked(ticket, Question(expects), message_id) if learned.gone and ticket and expects else None
        if ticket is not None and event is not None:
            await make(tx, desk, ticket, event, by=SYSTEM, report=Report(), at=at)
        if ticket is not None and fact is Fact.UNDELIVERED and expects == Question.SURVEY:
            await visits.hasten(tx, desk, ticket, at)
        if learned.died:
            await unreached.put_down(tx, message_id, at=at)


async def give_up(desk: Desk, taken: Taken, why: str, *, at: datetime) -> None:
    """Lay a message among the dead; whoever must hear of it by another way stands on the seats' list then."""
    async with desk.db.transaction() as tx:
        if await sending.give_up(tx, taken, why):
            await unreached.put_down(tx, taken.id, at=at)


def asked(ticket: Ticket, question: Question, message_id: str) -> Event | None:
    """Return what the log says of a question that has gone out; None: the ticket has moved on, or was asked before."""
    if question is Question.SURVEY:
        waiting = ticket.stage is Stage.CALLBACK_PENDING and ticket.surveyed_at is None
        return Surveyed(message_id=message_id) if waiting else None
    open_ = ticket.stage in AFTERWARDS and ticket.asked_at is None and ticket.confirmed_at is None
    return Asked(how=Asking.SMS, message_id=message_id) if open_ else None


async def page(
    desk: Desk,
    *,
    by: Account,
    area: str | None = None,
    state: Standing | None = None,
    ticket_id: str | None = None,
    number: str | None = None,
    after: str | None = None,
    limit: int = 100,
) -> list[Listed]:
    """
    Return messages of an area, the newest first, with masked numbers and without their texts.

    :param number: of the tickets whose messages are wanted, or part of it
    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if it lies outside the reach of ``by``
    """
    code = _within(desk, "message.read", area, by)
    areas = [code, *desk.areas.below(code)]
    async with desk.db.connection() as connection:
        found = await texts.page(
            connection, areas=areas, state=state, ticket_id=ticket_id, number=number, after=after, limit=limit
        )
    return [replace(one, to_phone=masked(one.to_phone)) for one in found]


async def requeue(desk: Desk, message_id: str, *, by: Account, at: datetime) -> None:
    """
    Let a dead message be sent after all; who had it done is kept.

    :raises NoSuchMessage: if there is none
    :raises NotDead: if it is not dead
    :raises Forgotten: if number and text are gone
    :raises Forbidden: if it lies outside the reach of ``by``
    """
    async with desk.db.transaction() as tx:
        row = await texts.lock(tx, message_id)
        rights.check(by, "message.requeue", area=row["area"], covers=desk.areas.covers)
        rules = desk.packs.get(row["pack"]).messages
        if rules is None:
            raise NoMessageRules(f"规则包 {row['pack']} 没有短信规则,不能重发")
        await texts.requeue(tx, row, rules=rules, at=at)
        await tx.execute(AUDIT, at, by.id, message_id, row["area"])


def _within(desk: Desk, action: str, area: str | None, by: Account) -> str:
    code = desk.areas.get(area or by.area).code
    rights.check(by, action, area=code, depot=code, covers=desk.areas.covers)
    return code
