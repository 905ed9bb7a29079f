"""
A bell that other processes ring: ``NOTIFY`` of PostgreSQL, heard on a session of its own.

What was rung says nothing; whoever hears it looks at the tables. So a ring that was lost with its session costs no more
than the wait until the next look. A connection pooler in transaction mode would break this, as it would ``kit.role``.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from .logs import logger
from .role import Session

log = logger("bell")


@asynccontextmanager
async def hearing(dsn: str, channel: str) -> AsyncIterator[tuple[Session, asyncio.Event]]:
    """
    Yield a session that listens to a channel, and the bell that is set whenever it rings or the session ends.

    :raises OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError: no session
    """
    bell = asyncio.Event()
    settings = {"application_name": f"dispatch {channel}"}
    session = await asyncpg.connect(dsn, timeout=10, command_timeout=30, server_settings=settings)
    try:
        session.add_termination_listener(lambda _session: bell.set())
        await session.add_listener(channel, lambda *_rung: bell.set())
        yield session, bell
    finally:
        await _end(session)


async def _end(session: Session) -> None:
    """Close the session; at once if it does not close by itself."""
    try:
        await session.close(timeout=2)
    except Exception as error:  # a broken session raises many types, the driver's internal ones among them
        log.warning("session broken", error=repr(error))
        session.terminate()
