"""Sessions of administration: all or nothing, and a lost database is told as such."""

import pytest
from sqlmodel import select

from dispatch.accounts.rows import AreaRow, AuditRow
from dispatch.kit.db import Database
from dispatch.kit.errors import Refusal, Unavailable
from dispatch.kit.orm import Administration

from .province import AT

KILL = """
SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> $1
"""


async def test_what_is_refused_half_way_is_not_written(db: Database) -> None:
    orm = Administration(db.dsn)

    async def note_and_refuse() -> None:
        async with orm.transaction() as session:
            session.add(AuditRow(at=AT, account_id="root", action="x", subject="y"))
            await session.flush()
            raise Refusal("不行")

    with pytest.raises(Refusal):
        await note_and_refuse()
    async with orm.transaction() as session:
        assert (await session.exec(select(AuditRow))).all() == []
    await orm.close()


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    orm = Administration("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(Unavailable, match="数据库"):
        async with orm.transaction() as session:
            await session.exec(select(AreaRow))
    await orm.close()


async def test_a_connection_that_is_killed_in_the_middle_is_unavailable_and_the_next_one_works(db: Database) -> None:
    orm = Administration(db.dsn)

    async def be_cut_off() -> None:
        async with orm.transaction() as session, db.connection() as other:
            await session.exec(select(AreaRow))
            assert await other.fetch(KILL, await other.fetchval("SELECT pg_backend_pid()"))
            await session.exec(select(AreaRow))

    with pytest.raises(Unavailable):
        await be_cut_off()
    async with orm.transaction() as session:
        assert (await session.exec(select(AreaRow))).all() == []
    await orm.close()


async def test_a_connection_that_was_killed_at_rest_is_not_noticed(db: Database) -> None:
    orm = Administration(db.dsn)
    async with orm.transaction() as session:
        await session.exec(select(AreaRow))
    async with db.connection() as other:
        assert await other.fetch(KILL, await other.fetchval("SELECT pg_backend_pid()"))
    async with orm.transaction() as session:
        assert (await session.exec(select(AreaRow))).all() == []
    await orm.close()
