"""ORM sessions, for administration only: accounts and the like. Hot paths use ``kit.db``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from .db import FORSAKEN, LOST
from .errors import Unavailable

POOL_SIZE = 2  # administration is rare; more would only take connections from the desk


class Administration:
    """
    SQLModel sessions on the one PostgreSQL.

    :param dsn: ``postgresql://…`` as asyncpg reads it, so that both ways in understand the same addresses
    """

    def __init__(self, dsn: str, *, size: int = POOL_SIZE) -> None:
        address = dsn.replace("postgresql+asyncpg://", "postgresql://")

        async def connect() -> object:
            return await asyncpg.connect(address, timeout=10, server_settings=FORSAKEN)

        self._engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=connect,
            pool_size=size,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=True,
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """
        Commit when the block ends well, roll back when it does not.

        :raises Unavailable: if the server cannot be reached or the connection is lost
        """
        try:
            async with AsyncSession(self._engine, expire_on_commit=False) as session, session.begin():
                yield session
        except (OperationalError, InterfaceError, *LOST) as error:
            raise _lost(error) from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise _lost(error) from error
            raise

    async def close(self) -> None:
        await self._engine.dispose()


def _lost(error: BaseException) -> Unavailable:
    return Unavailable("数据库暂时连不上,请稍候用同一请求重试", cause=type(error).__name__)
