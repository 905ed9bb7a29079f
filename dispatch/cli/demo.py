"""
``dispatch demo``: a made-up typhoon day in Zhejiang on the real server, which then stays.

The morning is played fast; when the storm is there the screens are opened to whoever watches, and it goes on slowly.
"""

import asyncio
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from dispatch.accounts.model import Role
from dispatch.cli import reporting
from dispatch.kit.settings import DEFAULT_PORT, Settings
from dispatch.simulator.play import Stage
from dispatch.simulator.replay import Replay, Terms, Watcher
from dispatch.simulator.running import run
from dispatch.simulator.server import Server, free_port, is_free
from dispatch.simulator.show import Show, print_report
from dispatch.simulator.timeline import keep_running
from dispatch.simulator.world import World
from scenarios.typhoon import HOURS, Scenario, scenario

Json = dict[str, Any]

SPEED = 1800.0  # the day in 48 s, and the night after it, in which the last are called back, in about 20 s
LIVE = 20.0  # while somebody watches the screens: a limit of 3 minutes runs off in 9 s
OPENS_H = 9.0  # hours after the first call: the storm has come and is far from over
SHOWN_ROLES = (
    "SEAT_AGENT",
    "COUNTY_DISPATCHER",
    "CREW",
    "PROVINCE_MONITOR",
    "SEAT_SUPERVISOR",
    "DEPOT_LEADER",
    "REPLY_AUDITOR",
    "ADMINISTRATOR",
)


def demo(
    leave: Annotated[bool, typer.Option("--exit", help="出完报告就结束,不留下服务")] = False,
    seed: Annotated[int, typer.Option(help="随机种子:同一种子,同一天")] = 0,
    hours: Annotated[float, typer.Option(min=0.5, max=HOURS, help="只演当天的前几个小时")] = HOURS,
    speed: Annotated[float, typer.Option(min=1, help="模拟时间为实际时间的几倍")] = SPEED,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="端口;默认 8095,占用时另选")] = None,
    crews: Annotated[int | None, typer.Option(min=1, help="抢修队数;默认按工作量计算")] = None,
    live: Annotated[float, typer.Option(min=1, help="风暴到来、页面打开之后,模拟时间为实际时间的几倍")] = LIVE,
    report: Annotated[Path | None, typer.Option(help="把报告写入这个 JSON 文件")] = None,
) -> None:
    """演示:按种子生成浙江的一个台风日,在真实服务上演完,出报告,然后留下服务和演示账号。"""
    reporting.check_path(report)
    server = Server(port=port or _port(leave), database_url=Settings.from_env().database_url)
    run(_play(server, Terms("nearest", speed, seed), hours, crews, report, live=None if leave else live))


def _port(leave: bool) -> int:
    return DEFAULT_PORT if not leave and is_free(DEFAULT_PORT) else free_port()


async def _play(
    server: Server, terms: Terms, hours: float, crews: int | None, report: Path | None, *, live: float | None
) -> None:
    """
    Play the day, then leave the server running.

    :param live: the speed from when the screens are opened; None: nobody watches, the server ends with the day
    """
    console = Console()
    async with server:
        made = await asyncio.to_thread(scenario, seed=terms.seed, hours=hours, crews=crews)
        logins, doc = _with_logins(made)
        with Show(console, made.day.name, len(made.day.calls)) as show:
            show.say(f"{made.day.name}:{len(made.day.calls)} 次来电,{len(made.world.crews)} 支抢修队;启动服务……")
            watch = show.watch if live is None else _opening(console, server, logins, show.watch, live)
            figures, ended_at = await Replay(made.day, made.world, server, terms, watch).play(doc=doc)
        print_report(console, figures)
        reporting.write(report, figures)
        if live is not None:
            _say_where(console, server, logins)
            with suppress(asyncio.CancelledError):  # Ctrl-C is how one leaves
                await keep_running(server.clock, since=ended_at)
            console.print("演示结束")
    reporting.judge(figures)


def _opening(
    console: Console, server: Server, logins: list[tuple[str, str, str, str]], watch: Watcher, live: float
) -> Watcher:
    """Return a watcher that tells where the screens are once the storm has come, and slows the play down."""
    opens_at, opened = None, False

    def watched(stage: Stage) -> None:
        nonlocal opens_at, opened
        watch(stage)
        opens_at = opens_at or stage.timeline.now + timedelta(hours=OPENS_H)
        if stage.timeline.now >= opens_at and not opened:
            opened = True
            _say_where(console, server, logins)
            console.print(f"风暴正在进行,从现在起按 {live:g} 倍速演示,可在页面上操作", highlight=False)
            stage.timeline.go_on_at(live)

    return watched


def _with_logins(made: Scenario) -> tuple[list[tuple[str, str, str, str]], Json]:
    """
    Give one account of each role a password made up for this run.

    :return: role, name, login and password of each; the world's document with the passwords
    """
    shown = _one_of_each_role(made.world, county=made.worst)
    passwords = {account["id"]: f"demo-{secrets.token_urlsafe(9)}" for account in shown}
    accounts = [
        account | ({"password": passwords[account["id"]]} if account["id"] in passwords else {})
        for account in made.world.doc["accounts"]
    ]
    logins = [
        (Role(account["role"]).label, account["name"], account["login"], passwords[account["id"]]) for account in shown
    ]
    return logins, made.world.doc | {"accounts": accounts}


def _one_of_each_role(world: World, *, county: str) -> list[Json]:
    """Return the first account of each role, of the one county where the role belongs to a county."""
    found = []
    for role in SHOWN_ROLES:
        of_role = [account for account in world.doc["accounts"] if account["role"] == role]
        if not of_role:
            continue
        found.append(next((account for account in of_role if account["area"].startswith(county)), of_role[0]))
    return found


def _say_where(console: Console, server: Server, logins: list[tuple[str, str, str, str]]) -> None:
    url = server.url.replace("127.0.0.1", "localhost")
    table = Table("角色", "姓名", "登录名", "口令(只在本次演示有效)", title=f"用浏览器打开 {url} 登录")
    for row in logins:
        table.add_row(*row)
    console.print(table)
    console.print(f"班组手机页:{url}/crew    接口文档:{url}/docs    停止:Ctrl-C", highlight=False)
