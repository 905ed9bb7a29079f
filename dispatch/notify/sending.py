"""
How a message gets out: taken by one worker at a time, tried with growing waits, given up in the end.

What is known of it are facts (taken by the gateway, delivered, not delivered) that stay once they are known: answers
and receipts may come doubled and in any order and lead to the same end. While the outcome of a try is not known the
message is tried again with the same key.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.kit.db import Connection, Row
from dispatch.kit.looprules import MessageRules
from dispatch.kit.quiet import next_allowed
from dispatch.kit.words import Labelled

from .gateway import Parcel
from .texts import UNDELIVERED, NoSuchMessage

HELD = timedelta(seconds=60)  # a try that has not ended after so long, by the wall's clock, is taken to be lost
MOST_DOUBLINGS = 20
DEAD = "dead"

TAKE = """
WITH due AS MATERIALIZED (
    SELECT id FROM message
    WHERE (state = 'queued' AND next_at <= $1) OR (state = 'sending' AND held_until <= clock_timestamp())
    ORDER BY urgent DESC, next_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
)
UPDATE message SET state = 'sending', attempts = attempts + 1, held_until = clock_timestamp() + $3::interval
FROM due WHERE message.id = due.id
RETURNING message.id, round, ticket_id, to_phone, channel, occasion, body, expects, urgent, pack, attempts, expires_at
"""
ANY_DUE = """
SELECT EXISTS (SELECT FROM message WHERE state = 'queued' AND next_at <= $1)
    OR EXISTS (SELECT FROM message WHERE state = 'sending' AND held_until <= clock_timestamp())
"""
AGAIN = """
UPDATE message SET state = 'queued', next_at = least($4, expires_at), last_error = $5, held_until = NULL,
    attempts = attempts - $6
WHERE id = $1 AND round = $2 AND state = 'sending' AND attempts = $3
"""
GIVE_UP = """
UPDATE message SET state = 'dead', next_at = NULL, last_error = $4, held_until = NULL
WHERE id = $1 AND round = $2 AND state = 'sending' AND attempts = $3
"""
ABOUT = "SELECT ticket_id, expects FROM message WHERE id = $1"
LOCK = "SELECT id, round, state, sent_at FROM message WHERE id = $1 AND round = $2 FOR UPDATE"
LEARN = """
UPDATE message SET sent_at = coalesce(sent_at, $3), provider_id = coalesce($4, provider_id),
    delivered_at = coalesce(delivered_at, $5), undelivered_at = coalesce(undelivered_at, $6),
    state = CASE WHEN coalesce(delivered_at, $5) IS NOT NULL THEN 'delivered'
                 WHEN coalesce(undelivered_at, $6) IS NOT NULL THEN 'dead' ELSE 'sent' END,
    last_error = CASE WHEN coalesce(delivered_at, $5) IS NOT NULL THEN NULL
                      WHEN coalesce(undelivered_at, $6) IS NOT NULL THEN $7 END,
    next_at = NULL, held_until = NULL
WHERE id = $1 AND round = $2
RETURNING state
"""


class Fact(Labelled):
    """What a gateway lets us know of a message."""

    TAKEN = "taken", "已接收"
    DELIVERED = "delivered", "已送达"
    UNDELIVERED = "failed", "未送达"


@dataclass(frozen=True, slots=True)
class Learned:
    """What a fact was the first to tell: that the message has gone out, or that it came to nothing."""

    gone: bool = False
    died: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that this worker is to send now. ``attempts`` counts this try."""

    id: str
    round: int
    ticket_id: str | None
    to_phone: str
    channel: str
    occasion: str
    body: str
    expects: str | None
    urgent: bool
    pack: str
    attempts: int
    expires_at: datetime

    @property
    def key(self) -> str:
        """What the gateway knows it by."""
        return key_of(self.id, self.round)

    @property
    def parcel(self) -> Parcel:
        return Parcel(key=self.key, to=self.to_phone, channel=self.channel, text=self.body)


def key_of(message_id: str, round_: int) -> str:
    """Return the key that the gateway sees: the id, and after an undelivered one the number of the round."""
    return f"{message_id}.{round_}" if round_ else message_id


def split_key(key: str) -> tuple[str, int]:
    """
    Return id and round of a key.

    :raises NoSuchMessage: if it is no key of ours
    """
    message_id, dot, number = key.partition(".")
    if not dot:
        return message_id, 0
    if not (number.isascii() and number.isdigit() and len(number) <= 6):
        raise NoSuchMessage("没有这条消息,请核对编号")
    return message_id, int(number)


def wait(attempts: int, rules: MessageRules) -> timedelta:
    """Return how long to wait after so many tries: each wait twice the one before, up to the longest."""
    doubled: timedelta = rules.first_retry.duration * float(2 ** min(attempts - 1, MOST_DOUBLINGS))
    return min(doubled, rules.longest_retry.duration)


def next_try(taken: Taken, at: datetime, rules: MessageRules) -> datetime | None:
    """Return when a try that ended at ``at`` is repeated; None: it was the last."""
    if taken.attempts >= rules.attempts.value:
        return None
    when = at + wait(taken.attempts, rules)
    return when if taken.urgent else next_allowed(when, rules.quiet.spans)


async def any_due(connection: Connection, at: datetime) -> bool:
    """Tell whether there is something to send."""
    return bool(await connection.fetchval(ANY_DUE, at))


async def take(connection: Connection, at: datetime, *, limit: int) -> list[Taken]:
    """Take messages that are due, the urgent ones first; no other worker gets them while they are held."""
    return [Taken(**dict(row)) for row in await connection.fetch(TAKE, at, limit, HELD)]


async def again(connection: Connection, taken: Taken, when: datetime, why: str, *, counts: bool = True) -> None:
    """Put a message back to be tried at ``when``; a try that was never made does not count."""
    await connection.execute(
        AGAIN, taken.id, taken.round, taken.attempts, when, why if counts else None, 0 if counts else 1
    )


async def give_up(connection: Connection, taken: Taken, why: str) -> bool:
    """Lay a message among the dead; an administrator may have it sent after all. False: it was not ours any more."""
    tag: str = await connection.execute(GIVE_UP, taken.id, taken.round, taken.attempts, why)
    return tag.endswith(" 1")


async def about(connection: Connection, message_id: str) -> tuple[str | None, str | None]:
    """
    Return the ticket that a message is about and the question it asks, if any.

    :raises NoSuchMessage: if there is none
    """
    row = await connection.fetchrow(ABOUT, message_id)
    if row is None:
        raise NoSuchMessage("没有这条消息,请核对编号")
    return row["ticket_id"], row["expects"]


async def learn(
    tx: Connection, message_id: str, round_: int, fact: Fact, *, at: datetime, provider_id: str | None = None
) -> Learned:
    """Keep a fact; what an earlier round was told of is of no interest any more."""
    row: Row | None = await tx.fetchrow(LOCK, message_id, round_)
    if row is None:
        return Learned()
    delivered_at = at if fact is Fact.DELIVERED else None
    undelivered_at = at if fact is Fact.UNDELIVERED else None
    state = await tx.fetchval(
        LEARN, message_id, round_, at, provider_id or None, delivered_at, undelivered_at, UNDELIVERED
    )
    return Learned(
        gone=row["sent_at"] is None and fact is not Fact.UNDELIVERED, died=state == DEAD and row["state"] != DEAD
    )
