"""``dispatch migrate``."""

import asyncio
import json
from typing import Annotated

import typer
from rich.console import Console

from dispatch.cli.database import address_of, opened
from dispatch.kit import migrate as schema
from dispatch.kit.settings import Settings


def migrate(as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """把数据库结构升级到本程序的版本(可重复执行;多处同时执行时只有一处动手)。"""
    with opened(Settings.from_env()) as settings:
        before, after = asyncio.run(schema.upgrade(address_of(settings)))
    if as_json:
        print(json.dumps({"before": before, "after": after}))
    elif before == after:
        Console().print(f"数据库结构已是 {after},无需升级")
    else:
        Console().print(f"数据库结构已从 {before or '空'} 升级到 {after}")
