"""``dispatch worker``: one process that numbers the feed, fires limits and does the recurring jobs."""

import asyncio

from dispatch.cli.database import address_of, opened
from dispatch.kit import logs, migrate
from dispatch.kit.settings import Settings
from dispatch.worker.main import run


def worker() -> None:
    """只启动一个后台进程(推送编号、时限、自动派工、定时任务);多起一个就是热备。"""
    logs.configure(process="worker")
    with opened(Settings.from_env()) as settings:
        asyncio.run(migrate.require_current(address_of(settings)))
        run(settings)
