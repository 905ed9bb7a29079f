"""``dispatch ring``: a call at a seat, as the telephone platform would tell it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from dispatch.accounts.sessions import digest
from dispatch.app import create_app
from dispatch.kit.settings import Settings
from tests.cli.running import Ended, command
from tests.web.house import serving
from tests.worlds import Small, stranger

PLATFORM = """
INSERT INTO account (id, login, name, role, area, created_at) VALUES ('cti', 'cti', '话务', 'TELEPHONY', '33', now())
"""
TOKEN = "INSERT INTO machine_token (token_hash, account_id, label, created_at) VALUES ($1, $2, 'test', now())"
ON = "SELECT call_ref, account_id, phone, ended_at IS NULL AS is_on FROM telephone_call"


@pytest.fixture
async def port(small: Small, dsn: str) -> AsyncIterator[int]:
    async with small.db.transaction() as tx:
        await tx.execute(PLATFORM)
        await tx.executemany(TOKEN, [(digest("cti"), "cti"), (digest("seat"), "seat")])
    async with serving(create_app(Settings(database_url=dsn)), lifespan="on") as port:
        yield port


async def rung(port: int, *words: str, token: str = "cti") -> Ended:
    given = ("ring", "--url", f"http://127.0.0.1:{port}", *words)
    return await asyncio.to_thread(lambda: command(*given, DISPATCH_TELEPHONY_TOKEN=token))


async def rows(small: Small) -> list[tuple[object, ...]]:
    async with small.db.connection() as connection:
        return [tuple(row) for row in await connection.fetch(ON)]


async def test_a_call_rings_and_is_over_in_time(small: Small, port: int) -> None:
    phone = stranger()
    kept_on = await rung(port, "--agent", "seat", "--phone", phone, "--for", "0", "--ref", "call-1")
    assert (kept_on.returncode, kept_on.stdout.splitlines()[-1]) == (0, "call-1 已在座席 seat 振铃")
    assert await rows(small) == [("call-1", "seat", phone, True)]
    again = await rung(port, "--agent", "seat", "--phone", phone, "--for", "1", "--ref", "call-1")
    assert (again.returncode, again.stdout.splitlines()[-1]) == (0, "call-1 已挂断")
    assert await rows(small) == [("call-1", "seat", "", False)]


async def test_what_is_wrong_is_said_in_one_sentence(small: Small, port: int) -> None:
    for words, token, said in (
        (("--agent", "nobody"), "cti", "[CannotRing](agent):来电未能上报:没有登录名为 nobody 的账号"),
        (("--agent", "seat", "--phone", "CALL-ME"), "cti", "[CannotRing](phone):来电未能上报:phone:应为电话号码"),
        (("--agent", "seat"), "seat", "[CannotRing]:来电未能上报:“上报来电”需要以下角色之一:话务平台"),
        (("--agent", "seat"), "nobody", "[CannotRing]:来电未能上报:令牌无效"),
        (("--agent", "seat"), "", "[CannotRing](token):请给出 --token"),
    ):
        refused = await rung(port, *words, token=token)
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), refused.stderr
        assert said in refused.stderr
    away = await rung(1, "--agent", "seat")
    assert (away.returncode, "连不上" in away.stderr) == (2, True)
    assert await rows(small) == []
