"""``dispatch ring``: what the telephone platform tells when a call comes in at a seat, to try the pop-up with."""

import time
from secrets import token_hex
from typing import Annotated, Any

import httpx
import typer

from dispatch.cli.listening import running_server
from dispatch.kit.errors import Refusal

LONGEST_S = 3600  # an hour after it rang a call is forgotten anyway


class CannotRing(Refusal):
    """The server does not answer, or does not take the call."""

    status = 503


def ring(
    agent: Annotated[str, typer.Option(help="座席的登录名")],
    phone: Annotated[str | None, typer.Option(help="主叫号码;缺省为未显示号码")] = None,
    token: Annotated[str, typer.Option(envvar="DISPATCH_TELEPHONY_TOKEN", help="“话务平台”角色的令牌")] = "",
    url: Annotated[str | None, typer.Option(help="服务地址;默认取本机正在运行的服务")] = None,
    seconds: Annotated[int, typer.Option("--for", min=0, max=LONGEST_S, help="多少秒后挂断;0 为不挂断")] = 30,
    ref: Annotated[str | None, typer.Option(help="呼叫编号;缺省随机")] = None,
) -> None:
    """模拟话务平台:让一个座席弹出来电,到时挂断(演示和测试用);Ctrl-C 提前挂断。"""
    if not token:
        raise CannotRing("请给出 --token 或环境变量 DISPATCH_TELEPHONY_TOKEN(“话务平台”角色的令牌)", field="token")
    address = (url or running_server()).rstrip("/")
    call_ref = ref or f"ring-{token_hex(6)}"
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{address}/api/v1/telephony", headers=headers, trust_env=False) as http:
        rung = _told(http, "/ringing", {"call_ref": call_ref, "agent": agent, "phone": phone}).json()
        print(
            f"{call_ref} {'已在座席 ' + agent + ' 振铃' if rung['shown'] else '未弹屏:以前上报过或座席已有更新的来电'}"
        )
        if seconds:
            _hang_up_after(http, call_ref, seconds)
            print(f"{call_ref} 已挂断")


def _hang_up_after(http: httpx.Client, call_ref: str, seconds: int) -> None:
    """Wait, and hang up whether the time is over or the operator breaks it off."""
    try:
        time.sleep(seconds)
    finally:
        _told(http, "/ended", {"call_ref": call_ref})


def _told(http: httpx.Client, path: str, body: dict[str, Any]) -> httpx.Response:
    """
    Tell the server; return its answer.

    :raises CannotRing: with the server's own sentence, if it gave one
    """
    try:
        answer = http.post(path, json=body)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CannotRing(f"连不上 {http.base_url}({error}):请核对地址和网络", field="url") from error
    if answer.is_success:
        return answer
    try:
        said = answer.json()["error"]
        message, field = str(said["message"]), said.get("field")
    except (ValueError, KeyError, TypeError) as error:
        message = f"{answer.url} 答复 HTTP {answer.status_code},不是本系统的答复,请核对地址"
        raise CannotRing(f"来电未能上报:{message}", field="url") from error
    raise CannotRing(f"来电未能上报:{message}", field=field)
