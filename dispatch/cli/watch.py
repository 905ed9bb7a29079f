"""``dispatch watch``: the live board in the terminal, over the same feed as every console."""

import asyncio
import json
import os
from collections.abc import Sequence
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.live import Live

from dispatch.cli.wall import Wall, summary
from dispatch.client import LiveClient, NotAdmitted
from dispatch.kit.errors import Refusal
from dispatch.kit.rulepack import Packs
from dispatch.kit.settings import Settings

FRAMES_PER_S = 4
PASSWORD = "DISPATCH_PASSWORD"

Url = Annotated[str | None, typer.Option(help="服务地址;默认取本机正在运行的服务")]
Token = Annotated[str | None, typer.Option(envvar="DISPATCH_TOKEN", help="机器令牌;也可用 --login 登录")]
Login = Annotated[str | None, typer.Option(help=f"登录名;密码取自 {PASSWORD},没有则询问")]
Area = Annotated[list[str] | None, typer.Option("--area", help="区域编码,可重复;默认为账号的辖区")]


class CannotWatch(Refusal):
    """The server does not answer, or does not let us in."""

    status = 503


def watch(
    url: Url = None,
    token: Token = None,
    login: Login = None,
    area: Area = None,
    as_json: Annotated[bool, typer.Option("--json", help="每个变化输出一行 JSON")] = False,
) -> None:
    """在终端看实时工单:各环节数量、最先到期的时限、最近变化、连接是否新鲜。"""
    try:
        asyncio.run(_watch(url or _running_server(), token, login, area or (), as_json=as_json))
    except (httpx.HTTPError, NotAdmitted) as error:
        raise CannotWatch(f"看不到实时工单:{error};请核对地址、令牌和网络") from error


def _running_server() -> str:
    """Return the address of the ``dispatch serve`` on this machine, or where it would be."""
    settings = Settings.from_env()
    try:
        return str(json.loads(settings.run_file.read_text())["url"])
    except (OSError, ValueError, KeyError):
        return f"http://{settings.host}:{settings.port}"


async def _watch(url: str, token: str | None, login: str | None, areas: Sequence[str], *, as_json: bool) -> None:
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", trust_env=False) as http:
        headers = await _headers(http, url, token, login)
        me: dict[str, Any] = await _get(http, "/me", headers)
        listed: dict[str, Any] = await _get(http, "/areas", headers)
    names = {one["code"]: one["name"] for one in listed["areas"]}
    async with LiveClient(url, None, areas=areas or [me["account"]["area"]], headers=headers) as live:
        await (_print_lines(live) if as_json else _draw(Wall(live, names, Packs.load())))


async def _headers(http: httpx.AsyncClient, url: str, token: str | None, login: str | None) -> dict[str, str]:
    """Return how to say who we are: a token, or the session of a log-in."""
    if token:
        return {"Authorization": f"Bearer {token}"}
    if not login:
        raise CannotWatch("请给出 --token(或 DISPATCH_TOKEN),或用 --login 登录", field="token")
    password = os.environ.get(PASSWORD) or typer.prompt("密码", hide_input=True, err=True)
    answer = await http.post("/sessions", json={"login": login, "password": password})
    answer.raise_for_status()
    cookie = answer.headers["set-cookie"].partition(";")[0]
    return {"Cookie": cookie, "Origin": url}


async def _get(http: httpx.AsyncClient, path: str, headers: dict[str, str]) -> Any:
    answer = await http.get(path, headers=headers)
    answer.raise_for_status()
    return answer.json()


async def _print_lines(live: LiveClient) -> None:
    async for message in live:
        if (line := summary(message)) is not None:
            print(json.dumps(line, ensure_ascii=False), flush=True)


async def _draw(wall: Wall) -> None:
    """Draw from this loop and not from rich's thread, which would read the board while it changes."""
    with Live(wall, console=Console(), auto_refresh=False, screen=True) as screen:
        drawing = asyncio.create_task(_redraw(screen))
        try:
            async for message in wall.live:
                wall.hear(message)
        finally:
            drawing.cancel()


async def _redraw(screen: Live) -> None:
    while True:
        screen.refresh()
        await asyncio.sleep(1 / FRAMES_PER_S)
