"""``dispatch watch``: what the terminal shows is what the console hears."""

import asyncio
import io
import json
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from rich.console import Console

from dispatch.accounts.sessions import digest
from dispatch.app import create_app
from dispatch.cli.wall import TradeClock, Wall
from dispatch.client import Gone, Head, LiveClient, Snapshot
from dispatch.kit.rulepack import Packs
from dispatch.kit.settings import Settings
from dispatch.notify import sequencer
from dispatch.notify.messages import Left
from dispatch.tickets.model import document
from tests.web.house import serving
from tests.worlds import START, XIANGSHAN, minutes

TOKEN = "INSERT INTO machine_token (token_hash, account_id, label, created_at) VALUES ($1, $2, 'test', now())"


@pytest.fixture
async def port(small, dsn) -> AsyncIterator[int]:
    async with small.db.transaction() as tx:
        await tx.execute(
            "INSERT INTO machine_token (token_hash, account_id, label, created_at)"
            " VALUES ($1, 'monitor', 'test', now())",
            digest("monitor"),
        )
    numbering = asyncio.create_task(sequencer.run(dsn))
    async with serving(create_app(Settings(database_url=dsn)), lifespan="on") as port:
        yield port
    numbering.cancel()
    await asyncio.gather(numbering, return_exceptions=True)


async def test_each_change_is_a_line_that_a_program_can_read(small, port):
    environ = os.environ | {"DISPATCH_TOKEN": "monitor"}
    command = [sys.executable, "-m", "dispatch", "watch", "--url", f"http://127.0.0.1:{port}", "--json"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env=environ)
    assert process.stdout is not None
    try:
        reading = asyncio.create_task(process.stdout.readline())
        while not reading.done():  # until it listens
            ticket = await small.call(address=f"东街{id(reading)}号")
            await asyncio.sleep(0.3)
        line = json.loads(reading.result())
        assert line["kind"] == "ticket"
        assert line["area"] == XIANGSHAN
        assert line["stage"] == "submitted"
        assert "address" not in line
        assert ticket.version == 1
    finally:
        process.terminate()
        await process.wait()


async def watched(port: int, *words: str, path: str = "", **environ: str) -> tuple[int | None, str]:
    """Run the command to its end; return its code and what it said to the person."""
    command = [sys.executable, "-m", "dispatch", "watch", "--url", f"http://127.0.0.1:{port}{path}", *words]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=os.environ | environ
    )
    _, said = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, said.decode()


async def test_a_wrong_token_or_password_is_said_in_the_servers_own_sentence(small, port):
    code, said = await watched(port, DISPATCH_TOKEN="nobody")
    assert (code, said.count("\n")) == (2, 1)
    assert "[CannotWatch]:看不到实时工单:令牌无效或已注销,请重新登录" in said
    code, said = await watched(port, "--login", "monitor", DISPATCH_PASSWORD="wrong-password", path="/")
    assert (code, said.count("\n")) == (2, 1)
    assert "登录名或密码不对" in said
    code, said = await watched(port, DISPATCH_TOKEN="monitor", path="/elsewhere")
    assert (code, said.count("\n")) == (2, 1)
    assert "没有这个地址" in said


@pytest.mark.parametrize(("who", "words"), [("monitor", ("--area", "9999")), ("crew-1", ())])
async def test_who_may_hear_nothing_is_told_so_and_not_left_in_silence(small, port, who, words):
    async with small.db.transaction() as tx:
        await tx.execute(TOKEN, digest("hears-nothing"), who)
    code, said = await watched(port, "--json", *words, DISPATCH_TOKEN="hears-nothing")
    assert (code, said.count("\n")) == (2, 1)
    assert "[CannotWatch](area):看不到实时工单" in said


def drawn(wall: Wall) -> str:
    console = Console(file=io.StringIO(), width=120, record=True)
    console.print(wall)
    return console.export_text()


async def test_the_wall_shows_counts_the_next_clock_and_the_last_event(small):
    ticket = await small.call()
    wall = Wall(LiveClient("http://127.0.0.1:1", "x", areas=["33"]), {XIANGSHAN: "象山"}, Packs.load())
    assert "正在连接" in drawn(wall)

    wall.live.heard_at = asyncio.get_running_loop().time()
    wall.hear(Head({XIANGSHAN: 1}, minutes(1).isoformat()))
    wall.hear(Snapshot(XIANGSHAN, 1, (json.loads(document(ticket)),), more=False))
    shown = drawn(wall)
    assert "已派发待接单" in shown
    assert "接单时限" in shown
    assert ticket.ticket_no in shown
    assert "在办 1 单" in shown

    wall.hear(Gone(XIANGSHAN, 2, 0, Left(ticket.id, 1)))
    assert "已不在本辖区" in drawn(wall)
    wall.live.heard_at -= 60
    assert "已断开" in drawn(wall)


def test_the_trades_clock_runs_as_fast_as_the_heartbeats_say():
    clock = TradeClock()
    clock.heard(START, wall=100.0)
    clock.heard(START + timedelta(minutes=5), wall=105.0)  # sixty times as fast
    assert clock.now(wall=106.0) == START + timedelta(minutes=6)
