"""
The outbox of messages to telephones: written in the transaction of what they tell of, listed, and sent again by hand.

Numbers and bodies are personal data: they are in the table and on their way to the gateway, and nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.kit.columns import columns, words
from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import NotFound, Refusal
from dispatch.kit.looprules import MessageRules
from dispatch.kit.quiet import next_allowed
from dispatch.kit.words import Labelled

from . import ownwords
from .phones import plain
from .templates import Medium, Occasion, Question, Text
from .wording import worded

UNDELIVERED = "Undelivered"  # ``last_error`` of what the gateway said it could not deliver

ENQUEUE = f"""
WITH dropped AS (
    UPDATE message SET state = 'dropped', next_at = NULL
    WHERE state = 'queued' AND id = ANY (ARRAY(
        SELECT found.id FROM unnest({words(13)}, {words(14)}, {words(15)}) AS old(ticket_id, to_phone, occasion)
        CROSS JOIN LATERAL (  -- ticket by ticket along its index
            SELECT id FROM message WHERE message.ticket_id = old.ticket_id AND message.to_phone = old.to_phone
                AND message.occasion = old.occasion AND message.state = 'queued'
            OFFSET 0
        ) AS found))
)
INSERT INTO message (id, area, ticket_id, to_phone, channel, occasion, pack, body, expects, urgent, next_at, expires_at,
                     booking_id, booking_round, state, created_at)
SELECT n.*, 'queued', $18
FROM unnest({words(1)}, {words(2)}, {words(3)}, {words(4)}, {words(5)}, {words(6)}, {words(7)}, $8::text[], {words(9)},
            $10::boolean[], $11::timestamptz[], $12::timestamptz[], {words(16)}, $17::integer[]) AS n
"""
DROP_OF_BOOKING = """
UPDATE message SET state = 'dropped', next_at = NULL WHERE booking_id = $1 AND state = 'queued'
"""
LIST = """
SELECT id, area, ticket_id, booking_id, channel, occasion, to_phone, expects, urgent, state, attempts, next_at,
       provider_id, last_error, created_at, sent_at, delivered_at, expires_at
FROM message
WHERE area = ANY($1::text[]) AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR ticket_id = $3)
  AND ($4::text IS NULL OR id < $4)
  AND ($6::text IS NULL OR EXISTS (
      SELECT FROM ticket WHERE ticket.id = message.ticket_id AND strpos(ticket.ticket_no, $6) > 0))
ORDER BY id DESC LIMIT $5
"""
LOCK = """
SELECT id, area, state, urgent, pack, last_error, to_phone = '' AS forgotten FROM message WHERE id = $1 FOR UPDATE
"""
REQUEUE = """
UPDATE message SET state = 'queued', attempts = 0, next_at = $2, expires_at = $3, last_error = NULL,
    round = round + CASE WHEN last_error = $4 THEN 1 ELSE 0 END,
    sent_at = NULL, undelivered_at = NULL, provider_id = NULL
WHERE id = $1
"""
WAITING = "SELECT count(*) AS n, min(next_at) AS oldest FROM message WHERE state IN ('queued', 'sending')"
DEAD = "SELECT count(*) FROM message WHERE state = 'dead'"


class Standing(Labelled):
    """Where a message stands."""

    QUEUED = "queued", "待发送"
    SENDING = "sending", "发送中"
    SENT = "sent", "网关已接收"
    DELIVERED = "delivered", "已送达"
    DEAD = "dead", "发送失败"
    DROPPED = "dropped", "已由新消息取代"


class NoSuchMessage(NotFound):
    """No message has that id."""


class NotDead(Refusal):
    """Only a message that could not be sent is sent again by hand."""


class Forgotten(Refusal):
    """The number and the text are not kept any more."""


@dataclass(frozen=True, slots=True)
class Message:
    """
    One message to one telephone.

    :param id: of the caller's choice; nobody else's
    :param area: county (or higher area) that it is about
    :param pack: key of the rule pack whose retries and quiet hours hold
    :param booking: the booked visit that it is about, and which of its changes it tells of
    """

    id: str
    area: str
    ticket_id: str | None
    to_phone: str
    text: Text
    pack: str
    booking: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A message as it is listed: whose it is, not what it says; ``to_phone`` is masked by who shows it."""

    id: str
    area: str
    ticket_id: str | None
    booking_id: str | None
    channel: Medium
    occasion: Occasion
    to_phone: str
    expects: Question | None
    urgent: bool
    state: Standing
    attempts: int
    next_at: datetime | None
    provider_id: str | None
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many messages wait, since when the first of them could go, and how many are dead."""

    waiting: int
    oldest_at: datetime | None
    dead: int


def first_try(at: datetime, urgent: bool, rules: MessageRules) -> datetime:
    """Return when a message may go out that is ready at ``at``."""
    return at if urgent else next_allowed(at, rules.quiet.spans)


async def enqueue(tx: Connection, message: Message, *, rules: MessageRules, at: datetime) -> datetime:
    """
    Keep a message to be sent, and drop those it replaces; return when it may go out.

    Its life (``rules.keeps``) begins when it may go out, so that a quiet night does not cost it.
    """
    await enqueue_all(tx, [message], rules={message.pack: rules}, at=at)
    return first_try(at, message.text.urgent, rules)


async def enqueue_all(
    tx: Connection, messages: Sequence[Message], *, rules: Mapping[str, MessageRules], at: datetime
) -> None:
    """
    Keep messages to be sent, in the utility's own words where it has some, and drop those they replace.

    :param rules: by the key of the pack
    """
    if not messages:
        return
    own = await ownwords.in_force(tx, {message.text.occasion for message in messages})
    rows = [_row(message, worded(message.text, own), rules[message.pack], at) for message in messages]
    replaced = [
        (message.ticket_id, plain(message.to_phone), occasion.value)
        for message in messages
        for occasion in message.text.replaces
    ]
    visits = [message.booking or (None, None) for message in messages]
    await tx.execute(ENQUEUE, *columns(rows, "wwwwwww.w..."), *columns(replaced, "www"), *columns(visits, "w."), at)


async def drop_of_booking(tx: Connection, booking_id: str) -> None:
    """Drop what still waits to be said of a booked visit: it is not so any more."""
    await tx.execute(DROP_OF_BOOKING, booking_id)


def _row(message: Message, text: Text, rules: MessageRules, at: datetime) -> tuple[object, ...]:
    first = first_try(at, text.urgent, rules)
    return (
        message.id,
        message.area,
        message.ticket_id,
        plain(message.to_phone),
        text.channel.value,
        text.occasion.value,
        message.pack,
        text.body,
        text.expects.value if text.expects else None,
        text.urgent,
        first,
        first + rules.keeps.duration,
    )


async def page(
    connection: Connection,
    *,
    areas: Sequence[str],
    state: Standing | None = None,
    ticket_id: str | None = None,
    number: str | None = None,
    after: str | None = None,
    limit: int = 100,
) -> list[Listed]:
    """
    Return messages, the newest first; ``after`` is the id of the last one of the page before.

    :param number: of their tickets, or part of it
    """
    wanted = (list(areas), state.value if state else None, ticket_id, after, limit, number)
    rows = await connection.fetch(LIST, *wanted)
    return [_listed(row) for row in rows]


def _listed(row: Row) -> Listed:
    return Listed(
        **{
            **dict(row),
            "channel": Medium(row["channel"]),
            "occasion": Occasion(row["occasion"]),
            "expects": Question(row["expects"]) if row["expects"] else None,
            "state": Standing(row["state"]),
        }
    )


async def lock(tx: Connection, message_id: str) -> Row:
    """
    Return ``id, area, state, urgent, pack, last_error, forgotten`` of a message, locked.

    :raises NoSuchMessage: if there is none
    """
    row = await tx.fetchrow(LOCK, message_id)
    if row is None:
        raise NoSuchMessage("没有这条消息,请核对编号")
    return row


async def requeue(tx: Connection, row: Row, *, rules: MessageRules, at: datetime) -> None:
    """
    Let a dead message be sent after all, as new, with all its tries.

    What may have been taken keeps its key, so that the telephone still gets it once; what the gateway said was not
    delivered gets a new key, or a gateway that honours keys would not send it.

    :raises NotDead: if it is not dead
    :raises Forgotten: if it is so old that number and text are gone
    """
    if row["forgotten"]:
        raise Forgotten("该消息的号码和内容已过保存期清除,不能重发;请按工单重新联系客户")
    if row["state"] != Standing.DEAD:
        raise NotDead(f"消息当前为“{Standing(row['state']).label}”,只有发送失败的可以重发", state=row["state"])
    first = first_try(at, row["urgent"], rules)
    await tx.execute(REQUEUE, row["id"], first, first + rules.keeps.duration, UNDELIVERED)


async def backlog(connection: Connection) -> Backlog:
    """Return how much waits."""
    row = await connection.fetchrow(WAITING)
    dead = await connection.fetchval(DEAD)
    return Backlog(row["n"] if row else 0, row["oldest"] if row else None, dead)
