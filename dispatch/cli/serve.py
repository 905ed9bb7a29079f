"""``dispatch serve``: everything in one command."""

from dataclasses import replace
from typing import Annotated

import typer

from dispatch.cli.listening import Host, Port, chosen
from dispatch.cli.supervisor import Supervisor
from dispatch.kit import logs


def serve(
    host: Host = None,
    port: Port = None,
    processes: Annotated[int | None, typer.Option(min=1, max=64, help="接口进程数")] = None,
) -> None:
    """启动全部:数据库(未设 DATABASE_URL 时用内置的)、接口进程、后台进程;有进程倒下就重新拉起。"""
    logs.configure(process="serve")
    settings = chosen(host, port)
    Supervisor(replace(settings, api_processes=processes or settings.api_processes)).run()
