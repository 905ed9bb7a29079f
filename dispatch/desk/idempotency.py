"""
The same request sent twice has one effect: its first answer is kept beside the effect, in the same transaction.

A request of many transactions (a batch) keeps each part's answer beside that part, and the whole answer at its end.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg

from dispatch.accounts.model import Account
from dispatch.kit.db import LOST, Connection, Database
from dispatch.kit.errors import Invalid, Unavailable
from dispatch.kit.role import turn

from .room import Once

KEPT = timedelta(hours=24)

CLAIM = """
INSERT INTO idempotency (account_id, key, request_hash, status, response)
SELECT account_id, key, request_hash, 201, response
FROM unnest($1::text[], $2::text[], $3::bytea[], $4::text[]) WITH ORDINALITY
     AS n(account_id, key, request_hash, response, no)
ORDER BY no ON CONFLICT DO NOTHING RETURNING account_id, key
"""
PURGE = "DELETE FROM idempotency WHERE at < clock_timestamp() - $1::interval"

PART = "/"  # between a batch's key and the name of a part; no key of a request holds it
PARTS = "SELECT request_hash, response FROM idempotency WHERE account_id = $1 AND starts_with(key, $2) ORDER BY at, key"
FIND = "SELECT request_hash, response FROM idempotency WHERE account_id = $1 AND key = $2"
REMEMBER = """
INSERT INTO idempotency (account_id, key, request_hash, status, response) VALUES ($1, $2, $3, $4, $5)
"""


class KeyReused(Invalid):
    """The Idempotency-Key was used for another request."""


async def find(connection: Connection, by: Account, once: Once | None) -> str | None:
    """
    Return the answer that was given to this request before, or None.

    :raises KeyReused: if the key belongs to another request
    """
    if once is None:
        return None
    row = await connection.fetchrow(FIND, by.id, once.key)
    if row is None:
        return None
    check(once, row["request_hash"])
    once.replayed = True
    response: str = row["response"]
    return response


def check(once: Once, request_hash: bytes) -> None:
    """:raises KeyReused: if the key was used with another request"""
    if once.request_hash != request_hash:
        raise KeyReused("该 Idempotency-Key 已用于另一请求,请为新请求换一个键", field="Idempotency-Key")


async def remember(tx: Connection, by: Account, once: Once | None, response: str, *, status: int = 200) -> None:
    """
    Keep the answer.

    :raises Unavailable: if the same key is being used at this moment; sent again, the request gets that answer
    """
    if once is None:
        return
    try:
        await tx.execute(REMEMBER, by.id, once.key, once.request_hash, status, response)
    except asyncpg.UniqueViolationError as error:
        raise _in_hand() from error


@asynccontextmanager
async def alone(db: Database, by: Account, once: Once | None) -> AsyncIterator[None]:
    """
    Let a batch be worked on once at a time; the key of one whose process died is free again.

    :raises Unavailable: if the same batch is being worked on at this moment; sent again, it gets that answer
    """
    if once is None:
        yield
        return
    try:
        async with turn(db.dsn, f"{by.id}{PART}{once.key}") as ours:
            if not ours:
                raise _in_hand()
            yield
    except LOST as error:
        raise Unavailable("数据库暂时连不上,请稍候用同一请求重试", cause=type(error).__name__) from error


def part(once: Once | None, name: str) -> Once | None:
    """Return the key of one part of a batch."""
    return None if once is None else Once(f"{once.key}{PART}{name}", once.request_hash)


async def parts(connection: Connection, by: Account, once: Once | None) -> list[str]:
    """
    Return the answers of a batch's parts that are done, the oldest first.

    :raises KeyReused: if the key belongs to another batch
    """
    if once is None:
        return []
    rows = await connection.fetch(PARTS, by.id, f"{once.key}{PART}")
    for row in rows:
        check(once, row["request_hash"])
    return [row["response"] for row in rows]


def _in_hand() -> Unavailable:
    return Unavailable("同一请求正在处理,请稍候用同一 Idempotency-Key 重试")


async def claim(tx: Connection, wanted: Sequence[tuple[str, Once, str]]) -> set[tuple[str, str]]:
    """
    Keep the answers of many requests, as far as their keys are new; waits for whoever is using one of them right now.

    :param wanted: account, key and answer of each
    :return: account and key of those that are new
    """
    if not wanted:
        return set()
    ordered = sorted(wanted, key=lambda w: (w[0], w[1].key))  # one order for all, so that no two wait for each other
    rows = await tx.fetch(
        CLAIM,
        [account for account, _, _ in ordered],
        [once.key for _, once, _ in ordered],
        [once.request_hash for _, once, _ in ordered],
        [response for _, _, response in ordered],
    )
    return {(row["account_id"], row["key"]) for row in rows}


async def purge(db: Database, *, older_than: timedelta = KEPT) -> int:
    """Forget old answers; return how many. Their age is the machine's, not the replay clock's."""
    async with db.connection() as connection:
        done = await connection.execute(PURGE, older_than)
    return int(done.rpartition(" ")[2])
