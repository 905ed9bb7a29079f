"""The schema is brought up once, whoever asks, and no program works on another schema than its own."""

import asyncio
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from dispatch.kit import migrate
from dispatch.kit.db import Database
from dispatch.kit.migrate import MigrationFailed, NewerSchema, NoDatabase, NoWayBack, OldSchema, WrongEncoding
from tests.servers import FORGETFUL, Embedded, Server, scratch

OLDEST = Path("/usr/lib/postgresql/15/bin")
CHECKOUT = Path(__file__).resolve().parents[2]
TABLES = "SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public'"


@pytest.fixture
def oldest() -> Iterator[Server]:
    """A server of the oldest version that we support."""
    if not (OLDEST / "postgres").exists():
        pytest.skip("PostgreSQL 15 is not installed here")
    root = scratch()
    try:
        with Embedded(root, binaries=OLDEST, options=FORGETFUL) as postgres:
            server = Server(postgres.dsn)
            yield server
            server.close()
    finally:
        shutil.rmtree(root, ignore_errors=True)


async def ask(dsn: str, question: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_a_clone_of_the_template_has_the_newest_schema(dsn: str) -> None:
    await migrate.require_current(dsn)


async def test_each_test_finds_an_empty_database(db: Database) -> None:
    async with db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM ticket") == 0


async def test_an_empty_database_is_brought_to_the_head_once(empty_dsn: str) -> None:
    assert await migrate.current(empty_dsn) is None
    assert await migrate.upgrade(empty_dsn) == (None, migrate.head())
    assert await migrate.upgrade(empty_dsn) == (migrate.head(), migrate.head())
    assert "ticket_event" in str(await ask(empty_dsn, TABLES)).split()


async def test_the_program_refuses_an_empty_schema_and_says_the_command(empty_dsn: str) -> None:
    with pytest.raises(OldSchema, match="dispatch migrate"):
        await migrate.require_current(empty_dsn)


async def test_the_program_refuses_a_schema_of_a_later_version(dsn: str) -> None:
    await ask(dsn, "UPDATE alembic_version SET version_num = '9999' RETURNING 1")
    with pytest.raises(NewerSchema, match="9999"):
        await migrate.require_current(dsn)
    with pytest.raises(NewerSchema, match="9999"):
        await migrate.upgrade(dsn)


async def test_migrations_that_start_together_apply_the_schema_once(empty_dsn: str) -> None:
    code = "import asyncio, sys; from dispatch.kit import migrate; print(asyncio.run(migrate.upgrade(sys.argv[1])))"
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", code, empty_dsn), cwd=CHECKOUT, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(3)
    ]
    said = [(await process.communicate())[0].decode().strip() for process in processes]
    head = migrate.head()
    assert sorted(said) == sorted([str((None, head)), str((head, head)), str((head, head))])


async def test_a_migration_that_fails_leaves_nothing_of_itself(empty_dsn: str) -> None:
    await ask(empty_dsn, "CREATE TABLE feed_state ()")  # in the way of the script's last table
    with pytest.raises(MigrationFailed, match="feed_state"):
        await migrate.upgrade(empty_dsn)
    assert await ask(empty_dsn, TABLES) == "feed_state"


async def test_there_is_no_way_back_and_who_tries_is_told_of_the_backup(dsn: str) -> None:
    """Every script refuses; a way back that nobody walks would be the one that drops the tickets."""
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn), poolclass=NullPool
    )
    before = await ask(dsn, TABLES)

    def back(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(migrate.scripts()))
        config.attributes["connection"] = connection
        for script in ScriptDirectory.from_config(config).walk_revisions():
            assert script.module.downgrade is migrate.refuse_downgrade, script.revision
        command.downgrade(config, "base")

    async with engine.connect() as connection:
        with pytest.raises(NoWayBack, match="恢复升级前的备份"):
            await connection.run_sync(back)
    await engine.dispose()
    assert await ask(dsn, TABLES) == before
    await migrate.require_current(dsn)


async def test_a_server_that_cannot_be_reached_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoDatabase, match="DATABASE_URL"):
        await migrate.current(f"postgresql://postgres@/postgres?host={tmp_path}")


async def test_a_database_that_does_not_exist_is_said(server: Server) -> None:
    with pytest.raises(NoDatabase, match="no_such"):
        await migrate.current(server.address("no_such"))


def test_a_database_that_cannot_hold_chinese_is_refused(server: Server) -> None:
    ascii_only = server.create(options="ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'")
    try:
        with pytest.raises(WrongEncoding, match="UTF8"):
            server.run(migrate.current(server.address(ascii_only)))
    finally:
        server.drop(ascii_only)


def test_the_schema_applies_on_the_oldest_server_we_support(oldest: Server, server: Server, template: str) -> None:
    old = oldest.create()
    assert oldest.run(migrate.upgrade(oldest.address(old))) == (None, migrate.head())
    assert str(oldest.run(ask(oldest.address(old), "SHOW server_version"))).startswith("15.")
    copy = server.create(template)
    try:
        assert oldest.run(ask(oldest.address(old), TABLES)) == server.run(ask(server.address(copy), TABLES))
    finally:
        server.drop(copy)
