"""The schema's versions: Alembic scripts, run on asyncpg under an advisory lock."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection as SqlConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from .db import LOST
from .errors import Unavailable

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
else:
    Connection = asyncpg.Connection

LOWEST_SERVER = 15
LOCK = 95598_0001  # any number, the same in every process
PATIENCE_S = 600.0

_alone = asyncio.Lock()  # alembic keeps its context in a module


class OldSchema(Unavailable):
    """The database's schema is older than this program."""


class NewerSchema(Unavailable):
    """The database's schema is one that this program does not know: it was migrated by a later version."""


class OldServer(Unavailable):
    """The server is older than the SQL that we write."""


class WrongEncoding(Unavailable):
    """The database cannot hold Chinese."""


class NoDatabase(Unavailable):
    """The server cannot be reached, or does not let us in; the message says which."""


class MigrationRunning(Unavailable):
    """Another process has been migrating for longer than we wait."""


class MigrationFailed(Unavailable):
    """A script could not be applied; nothing of it stays."""


class NoWayBack(Unavailable):
    """There is no downgrade: an older program could not read what a newer one wrote."""


def scripts() -> Path:
    """Return the scripts' directory: inside an installed package, else beside the package in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_migrations"
    return installed if installed.is_dir() else package.parent / "migrations"


def head() -> str:
    """Return the version that this program is written for."""
    return _head_in(scripts())


@cache
def _head_in(directory: Path) -> str:
    """Return the newest of the scripts. They are read once: ``/health/ready`` asks on the event loop."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    if newest is None:
        raise OldSchema(f"{directory} 里没有迁移脚本:安装不完整,请重新安装")
    return newest


async def current(dsn: str) -> str | None:
    """
    Return the version of the schema in a database; None: it is empty.

    :raises NoDatabase: if it cannot be reached
    :raises OldServer, WrongEncoding: if the server cannot carry us
    """
    async with _connected(dsn) as connection:
        return await _version(connection)


async def require_current(dsn: str) -> None:
    """
    Refuse to work on another schema than ours.

    :raises OldSchema: it must be migrated
    :raises NewerSchema: the program must be renewed
    """
    found, wanted = await current(dsn), head()
    if found == wanted:
        return
    if found is None or found in _known():
        message = f"数据库结构版本为 {found or '空'},本程序需要 {wanted}:请先执行 dispatch migrate"
        raise OldSchema(message, found=found, needed=wanted)
    raise NewerSchema(f"数据库结构版本 {found} 比本程序({wanted})新:请升级程序", found=found, needed=wanted)


async def upgrade(dsn: str) -> tuple[str | None, str]:
    """
    Bring the schema to :func:`head`, all of it or nothing; of several at once one works and the others wait.

    :return: the versions before and after
    :raises NewerSchema: it is beyond us
    :raises MigrationRunning: another one does not end
    :raises MigrationFailed: a script could not be applied
    """
    async with _alone, _connected(dsn) as guard:
        await _wait_for_turn(guard)
        before, wanted = await _version(guard), head()
        if before is not None and before not in _known():
            raise NewerSchema(f"数据库结构版本 {before} 比本程序({wanted})新:请升级程序", found=before, needed=wanted)
        if before != wanted:
            await _run_scripts(dsn)
        return before, wanted


def run_script(connection: SqlConnection, script: str) -> None:
    """Run many SQL statements in the migration's transaction; asyncpg's prepared statements hold only one."""
    adapted = connection.connection.dbapi_connection
    connection.exec_driver_sql("SELECT 1")  # opens the transaction that the script belongs to
    adapted.run_async(lambda driver: driver.execute(script))  # type: ignore[union-attr]


def refuse_downgrade() -> None:
    """
    Stand for the ``downgrade`` of every script.

    :raises NoWayBack: always
    """
    raise NoWayBack("数据库结构不能降级(会丢数据):请停止服务,恢复升级前的备份,再用旧版本的程序启动")


async def _wait_for_turn(guard: Connection) -> None:
    """Ask again and again: who waits inside the lock holds a snapshot, and CREATE INDEX CONCURRENTLY waits for it."""
    until = time.monotonic() + PATIENCE_S
    while not await guard.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
        if time.monotonic() > until:
            raise MigrationRunning("另一个 dispatch migrate 正在运行,等了十分钟:请查看它是否卡住")
        await asyncio.sleep(0.1)


async def _run_scripts(dsn: str) -> None:
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn, timeout=30), poolclass=NullPool
    )
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_to_head)
    except (DBAPIError, asyncpg.PostgresError) as error:
        said = str(error).splitlines()[0]
        raise MigrationFailed(f"迁移未成功,数据库保持原样:{said};请检查库中是否有同名的表,再执行一次") from error
    finally:
        await engine.dispose()


def _to_head(connection: SqlConnection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config


def _known() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


async def _version(connection: Connection) -> str | None:
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    version: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    return version


@asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator[Connection]:
    """Connect once and check that the server can carry us."""
    try:
        connection = await asyncpg.connect(dsn, timeout=30)
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as error:
        raise NoDatabase(f"数据库不让进({error}):请核对 DATABASE_URL 的用户、口令和库名") from error
    except (*LOST, ValueError) as error:
        raise NoDatabase(f"连不上数据库({error}):请核对 DATABASE_URL,并确认数据库已启动") from error
    try:
        _check_server(connection.get_server_version().major, await connection.fetchval("SHOW server_encoding"))
        yield connection
    finally:
        await connection.close()


def _check_server(major: int, encoding: str) -> None:
    if major < LOWEST_SERVER:
        raise OldServer(f"PostgreSQL {major} 太旧,需要 {LOWEST_SERVER} 或更新:请升级数据库", found=major)
    if encoding != "UTF8":
        message = f"数据库编码是 {encoding},需要 UTF8:请用 CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0 重建"
        raise WrongEncoding(message, found=encoding)
