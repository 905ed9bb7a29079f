"""The database: one pool, one command, one transaction."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

from .errors import Unavailable

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool

Row = asyncpg.Record

# What a lost, killed or overfull server raises; the request may be sent again.
LOST = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.TransactionTimeoutError,
    asyncpg.QueryCanceledError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)

FORSAKEN = {"idle_in_transaction_session_timeout": "10s"}  # a process that stopped gives up what it had locked
# Whoever waits for what a stopped worker holds must be able to wait longer than the worker's transaction lasts.
ASKED_S, UNASKED_S = 30, 20  # the longest transaction of what people wait for, and of what is done unasked
# A process may also stop between naming a statement and sending its values: it is busy then, not idle, and while
# PostgreSQL reads, no cancelling is heard. Only the bound of the whole transaction ends it, from this version on.
BOUNDED_FROM = 17


async def _as_it_is(_connection: Connection) -> None:
    """
    Give a connection back without the round trip that cleans its session; an open transaction is ended all the same.

    Nobody changes a lent session: roles under advisory locks and listeners have sessions of their own (``kit.role``).
    """


class Database:
    """
    A pool of connections to the one PostgreSQL.

    :param dsn: ``postgresql://…`` as asyncpg reads it
    :param longest_s: no statement and (from PostgreSQL 17) no transaction takes longer; of a process for whose locks
        others may come to wait
    """

    def __init__(self, dsn: str, *, size: int = 8, longest_s: int | None = None) -> None:
        self.dsn = dsn.replace("postgresql+asyncpg://", "postgresql://")
        self._size, self._longest_s = size, longest_s
        self._settings = FORSAKEN if longest_s is None else FORSAKEN | {"statement_timeout": f"{longest_s}s"}
        self._pool: Pool | None = None
        self._opening = asyncio.Lock()

    async def pool(self) -> Pool:
        """Return the pool, opened at the first use."""
        if self._pool is None:
            async with self._opening:
                if self._pool is None:
                    self._pool = await asyncpg.create_pool(
                        self.dsn,
                        min_size=1,
                        max_size=self._size,
                        timeout=10,
                        init=self._bound,
                        reset=_as_it_is,
                        server_settings=self._settings,
                    )
        return self._pool

    async def _bound(self, connection: Connection) -> None:
        if self._longest_s is not None and connection.get_server_version().major >= BOUNDED_FROM:
            await connection.execute(f"SET transaction_timeout = '{self._longest_s}s'")

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """
        Lend a connection; each statement commits by itself.

        :raises Unavailable: if the server cannot be reached or the connection is lost
        """
        try:
            pool = await self.pool()
            async with pool.acquire(timeout=10) as connection:
                yield connection
        except LOST as error:
            raise Unavailable("数据库暂时连不上,请稍候用同一请求重试", cause=type(error).__name__) from error

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """
        Commit when the block ends well, roll back when it does not.

        :raises Unavailable: if the server cannot be reached or the connection is lost
        """
        async with self.connection() as connection, connection.transaction():
            yield connection

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()
            self._pool = None
