"""
A part that one process in the whole system plays at a time: numbering the feed, leading the recurring jobs.

It is held by a session-level advisory lock, so it ends with the session, however that ends. A connection pooler in
transaction mode would break this; the address of the database must reach the server itself.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import IntEnum
from typing import TYPE_CHECKING

import asyncpg

from .logs import logger

if TYPE_CHECKING:
    Session = asyncpg.Connection[asyncpg.Record]
else:
    Session = asyncpg.Connection

SPACE = 95598  # first half of our advisory locks' keys
ASK_S = 0.2  # a spare asks again; it does not wait in the lock, where its snapshot would keep VACUUM from working
LEASE_S = 5.0  # a holder that is silent for so long (stopped, cut off) is put out by the server

log = logger("role")


class Role(IntEnum):
    """The parts that exist."""

    SEQUENCER = 1  # numbers the feed
    LEADER = 2  # ticks the recurring jobs and the automatic dispatching


@asynccontextmanager
async def held(dsn: str, role: Role) -> AsyncIterator[Session]:
    """
    Wait until the part is free, and hold it for the block.

    Work that must not be done twice goes through the session that is yielded: when the part is lost, so is the session.
    The block must use the session at least every ``LEASE_S`` seconds.

    :raises OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError: the session is lost
    """
    name = f"dispatch {role.name.lower()}"
    session = await asyncpg.connect(dsn, timeout=10, command_timeout=30, server_settings={"application_name": name})
    try:
        await session.execute(f"SET idle_session_timeout = '{LEASE_S:.0f}s'")
        while not await session.fetchval("SELECT pg_try_advisory_lock($1, $2)", SPACE, int(role)):
            await asyncio.sleep(ASK_S)
        log.info("role taken", role=role.name)
        yield session
    finally:
        await _end(session)


@asynccontextmanager
async def turn(dsn: str, name: str) -> AsyncIterator[bool]:
    """
    Tell whether nobody else has the turn of this name; if so it is ours for the block, and free when our process dies.

    :raises OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError: no session
    """
    session = await asyncpg.connect(dsn, timeout=10, command_timeout=30, server_settings={"application_name": "turn"})
    try:
        yield await session.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, $2))", name, SPACE)
    finally:
        await _end(session)


async def _end(session: Session) -> None:
    """Close the session; at once if it does not close by itself."""
    try:
        await session.close(timeout=2)
    except Exception as error:  # a broken session raises many types, the driver's internal ones among them
        log.warning("session broken", error=repr(error))
        session.terminate()
