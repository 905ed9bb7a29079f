"""``dispatch load WORLD.json``: areas, places, crews, reserves and accounts into the database."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from dispatch.cli.database import address_of, opened
from dispatch.desk.setup import load_world
from dispatch.desk.world import BadWorld, World
from dispatch.kit import migrate
from dispatch.kit.db import Database
from dispatch.kit.files import reason
from dispatch.kit.settings import Settings

LABELS = {
    "areas": "区域",
    "places": "地名",
    "crews": "队伍",
    "reserves": "承载力",
    "network": "电网设备",
    "generators": "发电车",
    "accounts": "账号",
    "contacts": "值班联系人",
}


def load(
    file: Annotated[Path, typer.Argument(metavar="WORLD.json", help="基础数据文件", show_default=False)],
    reset_passwords: Annotated[
        bool,
        typer.Option("--reset-passwords", help="已有密码的账号也改为文件中的密码(缺省只给没有密码的账号设初始密码)"),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """导入区域、地名、队伍、承载力和账号(全部成功或全不改动;已有的更新,不删除);正在运行的服务几秒后按新数据办理;角色、区域、队伍、密码有变的账号须重新登录。"""
    world = World.read(_text(file))
    with opened(Settings.from_env()) as settings:
        counts = asyncio.run(_load(address_of(settings), world, reset_passwords=reset_passwords))
    if as_json:
        print(json.dumps(counts))
    else:
        parts = "、".join(f"{LABELS[name]} {n}" for name, n in counts.items())
        Console().print(f"已导入“{world.name}”:{parts}")


def _text(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadWorld(f"读不到文件 {file}:{reason(error)}", field="file") from error


async def _load(dsn: str, world: World, *, reset_passwords: bool) -> dict[str, int]:
    await migrate.require_current(dsn)
    db = Database(dsn, size=1)
    try:
        return await load_world(db, world, reset_passwords=reset_passwords)
    finally:
        await db.close()
