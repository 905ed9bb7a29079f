"""``dispatch solver``: one process that plans the regions anew each minute, and when something happens."""

import asyncio

from dispatch.cli.database import address_of, opened
from dispatch.kit import logs, migrate
from dispatch.kit.settings import Settings
from dispatch.worker.solver import run


def solver() -> None:
    """只启动一个求解进程(滚动计划);可多起几个,各取不同区域;停掉后自动派工只做逐单插入。"""
    logs.configure(process="solver")
    with opened(Settings.from_env()) as settings:
        asyncio.run(migrate.require_current(address_of(settings)))
        run(settings)
