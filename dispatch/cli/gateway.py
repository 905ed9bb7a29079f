"""``dispatch gateway``: a message gateway to try things out with; it sends nothing to anybody."""

from typing import Annotated

import typer
import uvicorn

from dispatch.cli.listening import listen, url_of
from dispatch.kit import logs
from dispatch.simulator.gateway import SimulatedGateway, Temper

DEFAULT_PORT = 8096


def gateway(
    host: Annotated[str, typer.Option(help="监听地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="监听端口")] = DEFAULT_PORT,
    seed: Annotated[int, typer.Option(help="随机种子;同一种子同样的差错")] = 1,
    calm: Annotated[bool, typer.Option("--calm", help="不出任何差错")] = False,
    report_to: Annotated[str | None, typer.Option(help="回执和来信报给哪个后台,如 http://127.0.0.1:8095")] = None,
    token: Annotated[str, typer.Option(envvar="DISPATCH_GATEWAY_TOKEN", help="“消息网关”角色的令牌")] = "",
) -> None:
    """启动模拟短信语音网关(演示和测试用,不会真的发送):POST /messages 收,GET /telephones 看,POST /write 模拟来信。"""
    logs.configure(process="gateway")
    temper = Temper.calm() if calm else Temper(seed=seed)
    simulated = SimulatedGateway(temper, report_to=report_to.rstrip("/") if report_to else None, token=token)
    listener = listen(host, port)
    address = url_of(listener)
    print(f"模拟网关在 {address},后台请设 DISPATCH_SMS_GATEWAY={address}")
    config = uvicorn.Config(simulated.app(), log_config=None, access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])
