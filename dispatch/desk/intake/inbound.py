"""
What people write to us. A crew's text is a field report; a customer's is the answer to the latest question that his
number was asked, about a repair or about a booked visit; everything else, and whatever cannot be used, waits for a
person. Nothing is dropped.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch.accounts import rights
from dispatch.accounts.model import SYSTEM, Account
from dispatch.desk.bookings import agreeing
from dispatch.desk.closing import answers, callbacks, visits
from dispatch.desk.crews.jobs import tell_fleet
from dispatch.desk.field import reports as field
from dispatch.desk.ids import new_id
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk, Report
from dispatch.desk.supervision.contacts import crews_with
from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import NotFound, Refusal, Unavailable
from dispatch.kit.logs import logger
from dispatch.kit.words import Labelled
from dispatch.notify import texts
from dispatch.notify.phones import is_mobile, masked, plain
from dispatch.notify.templates import Occasion, Question, compose
from dispatch.tickets import store
from dispatch.tickets.model import Ticket
from dispatch.tickets.terms import Asking
from dispatch.tickets.words import Stage

KEEP = """
INSERT INTO inbound (id, area, from_phone, body, at, received_at, state) VALUES ($1, $2, $3, $4, $5, $6, 'unread')
ON CONFLICT (id) DO NOTHING
"""
COLUMNS = "id, area, from_phone, body, at, state, outcome, ticket_id, booking_id, crew_id"
LOCK = f"SELECT {COLUMNS} FROM inbound WHERE id = $1 FOR UPDATE"
FRESH = "SELECT state = 'unread' AND outcome = '' FROM inbound WHERE id = $1"
LATEST = """
SELECT ticket_id, booking_id, booking_round, expects FROM message
WHERE to_phone = $1 AND expects IS NOT NULL AND attempts > 0 AND created_at <= $2
ORDER BY created_at DESC, id DESC LIMIT 1
"""
ROUTED = f"""
UPDATE inbound SET state = $2, outcome = $3, ticket_id = $4, crew_id = $5, area = coalesce($6, area), booking_id = $7
WHERE id = $1
RETURNING {COLUMNS}
"""
LIST = f"""
SELECT {COLUMNS} FROM inbound
WHERE area = ANY($1::text[]) AND state = 'unread' AND ($2::text IS NULL OR id > $2)
ORDER BY id LIMIT $3
"""
READ = """
UPDATE inbound SET state = 'read', read_by = $2, read_at = $3, remark = $4 WHERE id = $1 AND state = 'unread'
"""
AREA = "SELECT area, state FROM inbound WHERE id = $1 FOR UPDATE"

log = logger("inbound")


class Reading(Labelled):
    """What was made of a text that came in."""

    UNREAD = "unread", "待人工阅读"
    ROUTED = "routed", "已自动处理"
    READ = "read", "已人工处理"


class NoSuchText(NotFound):
    """No text with that id waits."""


class AlreadyRead(Refusal):
    """Somebody has dealt with the text."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A text as the gateway hands it over; ``at`` is the gateway's time."""

    id: str
    phone: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a text. ``outcome``: a code, empty if nobody has tried; ``phone`` is masked."""

    id: str
    area: str
    phone: str
    text: str
    at: datetime
    state: Reading
    outcome: str
    ticket_id: str | None
    booking_id: str | None
    crew_id: str | None


@dataclass(frozen=True, slots=True)
class Routed:
    """How a text was taken."""

    state: Reading
    outcome: str
    ticket: Ticket | None = None
    ticket_id: str | None = None
    booking_id: str | None = None
    crew_id: str | None = None
    area: str | None = None
    reply: str | None = None  # what a crew is answered


async def receive(desk: Desk, incoming: Incoming, *, by: Account, at: datetime) -> Kept:
    """
    Keep a text and let it have its effect, once however often it is handed over.

    It is kept before anything is made of it: what breaks on the way is made good when the gateway sends it again, or
    by the person who reads it.

    :raises Forbidden: if ``by`` is no gateway
    """
    rights.check_role(by, "gateway.report")
    async with desk.db.connection() as connection:
        phone = plain(incoming.phone)
        await connection.execute(KEEP, incoming.id, by.area, phone, incoming.text, incoming.at, at)
        crews = await crews_with(connection, phone) if phone else []
        fresh = await connection.fetchval(FRESH, incoming.id)
    from_crew = await _from_crew(desk, incoming, crews, at) if crews and fresh else None
    async with desk.db.transaction() as tx:
        row = await tx.fetchrow(LOCK, incoming.id)
        assert row is not None  # rows of this table are never deleted
        routed = None
        if row["state"] == Reading.UNREAD and not row["outcome"]:
            routed = from_crew or await _from_customer(tx, desk, row, at)
            row = await _keep(tx, row["id"], routed)
            await _reply(tx, desk, row, routed, at)
    if routed is not None and routed.ticket is not None:
        tell_fleet(desk, routed.ticket)
    log.info("text came in", id=row["id"], state=row["state"], outcome=row["outcome"])
    return _kept(row)


async def _keep(tx: Connection, text_id: str, routed: Routed) -> Row:
    state, about = routed.state.value, (routed.ticket_id, routed.crew_id, routed.area, routed.booking_id)
    row = await tx.fetchrow(ROUTED, text_id, state, routed.outcome, *about)
    assert row is not None
    return row


async def _from_crew(desk: Desk, incoming: Incoming, crews: list[tuple[str, str]], at: datetime) -> Routed:
    """Take a crew's text as a field report; it is kept by the text's id, so handed over again it has no effect."""
    crew_id, area = crews[0]
    if len(crews) > 1:
        return Routed(Reading.UNREAD, "ManyCrews", area=area)
    said = await field.take_sms(
        desk, crew_id=crew_id, text=incoming.text, at=incoming.at, message_id=incoming.id, received_at=at
    )
    state = Reading.UNREAD if said.outcome is None else Reading.ROUTED
    outcome = said.why if said.outcome is None else said.outcome.value
    return Routed(state, outcome, ticket_id=said.ticket_id, crew_id=crew_id, area=area, reply=said.text)


async def _reply(tx: Connection, desk: Desk, row: Row, routed: Routed, at: datetime) -> None:
    """Tell a crew what was made of its text."""
    rules = desk.pack.messages
    if routed.reply is None or rules is None or not is_mobile(row["from_phone"]):
        return
    text = compose(Occasion.CREW_ANSWER, {"answer": routed.reply})
    message = texts.Message(new_id(at), row["area"], routed.ticket_id, row["from_phone"], text, desk.pack.key)
    await texts.enqueue(tx, message, rules=rules, at=at)


async def _from_customer(tx: Connection, desk: Desk, row: Row, at: datetime) -> Routed:
    question = await tx.fetchrow(LATEST, row["from_phone"], at)
    if question is None:
        return Routed(Reading.UNREAD, "NothingAsked")
    if question["expects"] == Question.NEW_PLACE:
        return await _agreed(tx, desk, row, question, at)
    return await _answered(tx, desk, row, question, at)


async def _agreed(tx: Connection, desk: Desk, row: Row, question: Row, at: datetime) -> Routed:
    """Let the answer about a booked visit have its effect: 1 takes the time that was offered, 2 wants a call."""
    booking_id, round_ = question["booking_id"], question["booking_round"]
    about: dict[str, Any] = {"booking_id": booking_id, "area": await agreeing.area_of(tx, booking_id)}
    agrees = agreeing.read(row["body"])
    if not agrees:
        return Routed(Reading.UNREAD, "NotUnderstood" if agrees is None else "CallWanted", **about)
    try:
        async with tx.transaction():  # what is refused leaves the text, and what is said of it, in place
            stands = await agreeing.agree(tx, desk, booking_id, round_, at=at)
    except Unavailable:
        raise
    except Refusal as refusal:
        return Routed(Reading.UNREAD, refusal.code, **about)
    return Routed(Reading.ROUTED, stands, **about)


async def _answered(tx: Connection, desk: Desk, row: Row, question: Row, at: datetime) -> Routed:
    """Let an answer have its consequences; what the ticket does not take any more waits for a person."""
    ticket = await store.find(tx, question["ticket_id"], lock=True)
    if ticket is None:
        return Routed(Reading.UNREAD, "NoSuchTicket")
    about: dict[str, Any] = {"ticket_id": ticket.id, "area": ticket.area}
    said = answers.read(row["body"], Question(question["expects"]))
    if said is None:
        await visits.hasten(tx, desk, ticket, at)
        return Routed(Reading.UNREAD, "NotUnderstood", **about)
    try:
        async with tx.transaction():  # what is refused leaves the text, and what is said of it, in place
            after = await callbacks.conclude(tx, desk, ticket, said, Asking.SMS, by=SYSTEM, report=Report(), at=at)
    except Unavailable:
        raise
    except Refusal as refusal:
        return Routed(Reading.UNREAD, refusal.code, **about)
    if after.stage is Stage.CALLBACK_PENDING:  # the power is back; whether he is satisfied he did not say
        await visits.hasten(tx, desk, after, at)
    return Routed(Reading.ROUTED, after.stage.value, ticket=after, **about)


async def unread(
    desk: Desk, *, by: Account, area: str | None = None, after: str | None = None, limit: int = 100
) -> list[Kept]:
    """
    Return the texts that wait for a person.

    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if it lies outside the reach of ``by``
    """
    code = looked_at(desk, area, "inbound.read", by=by)
    async with desk.db.connection() as connection:
        rows = await connection.fetch(LIST, [code, *desk.areas.below(code)], after, limit)
    return [_kept(row) for row in rows]


async def dealt_with(desk: Desk, text_id: str, *, remark: str, by: Account, at: datetime) -> None:
    """
    Note that a person has dealt with a text.

    :raises NoSuchText: if there is none
    :raises AlreadyRead: if it waits no longer
    """
    async with desk.db.transaction() as tx:
        row = await tx.fetchrow(AREA, text_id)
        if row is None:
            raise NoSuchText("没有这条来信,请核对编号")
        rights.check(by, "inbound.read", area=row["area"], covers=desk.areas.covers)
        if row["state"] != Reading.UNREAD:
            raise AlreadyRead(f"这条来信{Reading(row['state']).label}", state=row["state"])
        await tx.execute(READ, text_id, by.id, at, remark)


def _kept(row: Row) -> Kept:
    return Kept(
        id=row["id"],
        area=row["area"],
        phone=masked(row["from_phone"]),
        text=row["body"],
        at=row["at"],
        state=Reading(row["state"]),
        outcome=row["outcome"],
        ticket_id=row["ticket_id"],
        booking_id=row["booking_id"],
        crew_id=row["crew_id"],
    )
