"""``dispatch watch``: the live board in the terminal, over the same feed as every console."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.live import Live

from dispatch.cli.listening import running_server
from dispatch.cli.wall import Wall, summary
from dispatch.client import LiveClient, Message, NotAdmitted, Refused
from dispatch.kit.errors import Refusal
from dispatch.kit.rulepack import Packs

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
        asyncio.run(_watch((url or running_server()).rstrip("/"), token, login, area or (), as_json=as_json))
    except NotAdmitted as error:
        raise CannotWatch(f"看不到实时工单:{error}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CannotWatch(f"连不上 {url or running_server()}({error}):请核对地址和网络", field="url") from error


async def _watch(url: str, token: str | None, login: str | None, areas: Sequence[str], *, as_json: bool) -> None:
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", trust_env=False) as http:
        headers = await _headers(http, url, token, login)
        me: dict[str, Any] = await _get(http, "/me", headers)
        listed: dict[str, Any] = await _get(http, "/areas", headers)
    names = {one["code"]: one["name"] for one in listed["areas"]}
    wanted = list(areas or [me["account"]["area"]])
    async with LiveClient(url, None, areas=wanted, headers=headers) as live:
        heard = _heard(live, set(wanted))
        await (_print_lines(heard) if as_json else _draw(Wall(live, names, Packs.load()), heard))


async def _heard(live: LiveClient, wanted: set[str]) -> AsyncIterator[Message]:
    """
    Yield what is heard; an area that is refused is said.

    :raises CannotWatch: if nothing is left to be heard
    """
    async for message in live:
        if isinstance(message, Refused):
            wanted -= set(message.areas)
            if not wanted:
                raise CannotWatch(f"看不到实时工单:{message.message}", field="area")
        yield message


async def _headers(http: httpx.AsyncClient, url: str, token: str | None, login: str | None) -> dict[str, str]:
    """Return how to say who we are: a token, or the session of a log-in."""
    if token:
        return {"Authorization": f"Bearer {token}"}
    if not login:
        raise CannotWatch("请给出 --token(或 DISPATCH_TOKEN),或用 --login 登录", field="token")
    password = os.environ.get(PASSWORD) or typer.prompt("密码", hide_input=True, err=True)
    answer = _good(await http.post("/sessions", json={"login": login, "password": password}))
    cookie = answer.headers["set-cookie"].partition(";")[0]
    return {"Cookie": cookie, "Origin": url}


async def _get(http: httpx.AsyncClient, path: str, headers: dict[str, str]) -> Any:
    return _good(await http.get(path, headers=headers)).json()


def _good(answer: httpx.Response) -> httpx.Response:
    """
    Return the answer if it is a good one.

    :raises CannotWatch: with the server's own sentence, if it gave one
    """
    if answer.is_success:
        return answer
    try:
        said = str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        said = f"{answer.url} 答复 HTTP {answer.status_code},不是本系统的答复,请核对地址"
    raise CannotWatch(f"看不到实时工单:{said}")


async def _print_lines(heard: AsyncIterator[Message]) -> None:
    async for message in heard:
        if isinstance(message, Refused):
            print(f"{'、'.join(message.areas)}  {message.message}", file=sys.stderr)
        if (line := summary(message)) is not None:
            print(json.dumps(line, ensure_ascii=False), flush=True)


async def _draw(wall: Wall, heard: AsyncIterator[Message]) -> None:
    """Draw from this loop and not from rich's thread, which would read the board while it changes."""
    with Live(wall, console=Console(), auto_refresh=False, screen=True) as screen:
        drawing = asyncio.create_task(_redraw(screen))
        try:
            async for message in heard:
                wall.hear(message)
        finally:
            drawing.cancel()


async def _redraw(screen: Live) -> None:
    while True:
        screen.refresh()
        await asyncio.sleep(1 / FRAMES_PER_S)
