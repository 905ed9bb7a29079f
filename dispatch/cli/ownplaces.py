"""``dispatch places import|export|template|boundaries``: the utility's own places and the borders of its counties."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from dispatch.accounts.model import Account, Role
from dispatch.cli.database import address_of, opened
from dispatch.desk.map import read_map
from dispatch.desk.places import bordering, importing
from dispatch.desk.places.importing import BadRows, How, Imported
from dispatch.kit import migrate
from dispatch.kit.clock import WallClock
from dispatch.kit.db import Database
from dispatch.kit.errors import Invalid
from dispatch.kit.files import reason
from dispatch.kit.rulepack import Packs
from dispatch.kit.settings import Settings
from dispatch.places import rows, sheets
from dispatch.places.areas import Areas
from dispatch.places.crs import read_crs
from dispatch.places.locate import Locator, PlaceRule

Done = TypeVar("Done")
SHEET = "地点档案"
SHOWN = 20  # faults on the screen; all of them with --json
Coordinates = Annotated[str, typer.Option("--crs", help="坐标系:wgs84、cgcs2000、gcj02、bd09")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]


class BadFile(Invalid):
    """The file cannot be read or written."""


def import_places(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv|xlsx", help="地点档案", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查,不导入")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="跳过有误的行,导入其余")] = False,
    crs: Coordinates = "wgs84",
    as_json: AsJson = False,
) -> None:
    """导入道路、楼宇小区、变电站、台区变压器、地标及别名(有一行不对就一行也不导入;编码已有的更新)。"""
    how = How(dry_run=dry_run, skip_bad=skip_bad, crs=read_crs(crs))
    content = _read(file)
    try:
        done = _with_map(lambda db, areas, locator: _import(db, areas, locator, content, how))
    except BadRows as refusal:
        _show_faults([f"第 {row['row']} 行“{row['column']}”列:{row['message']}" for row in _listed(refusal)], as_json)
        raise
    if as_json:
        print(json.dumps(_figures(done), ensure_ascii=False))
        return
    console = Console()
    for fault in (*done.faults, *done.notes)[:SHOWN]:
        console.print(str(fault), highlight=False, markup=False)
    verb = "已导入" if done.kept else "试算(未导入)"
    wrong = len({fault.row for fault in done.faults})
    console.print(
        f"{verb}:{done.rows_n} 行,新增 {done.added_n},更新 {done.changed_n},相同 {done.same_n},有误 {wrong}",
        highlight=False,
    )


def export_places(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv|xlsx", help="写到哪里", show_default=False)],
) -> None:
    """导出全部自有地点,格式与导入相同。"""

    async def work(db: Database, _areas: Areas, _locator: Locator) -> list[tuple[str, ...]]:
        async with db.connection() as connection:
            return await importing.exported(connection)

    table = _with_map(work)
    _write(file, table)
    Console().print(f"已导出 {len(table) - 1} 个地点到 {file}", highlight=False)


def template(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx|csv", help="写到哪里", show_default=False)],
) -> None:
    """生成地点档案的空表:表头和一行示例。"""
    _write(file, rows.template())
    Console().print(f"已生成 {file};示例行请改写后再导入", highlight=False)


def boundaries(
    file: Annotated[Path, typer.Argument(metavar="FILE.geojson", help="县界", show_default=False)],
    crs: Coordinates = "wgs84",
) -> None:
    """导入县(区)边界(GeoJSON,每县一个 Feature,properties.adcode 为六位县编码);全部成功或全不改动。"""
    content, system = _read(file), read_crs(crs)

    async def work(db: Database, areas: Areas, _locator: Locator) -> list[str]:
        by, at = _operator(areas), WallClock().now()
        return await bordering.import_borders(db, areas, content, crs=system, by=by, at=at)

    Console().print(f"已导入 {len(_with_map(work))} 个县(区)的边界;正在运行的服务几秒后按新边界办理", highlight=False)


async def _import(db: Database, areas: Areas, locator: Locator, content: bytes, how: How) -> Imported:
    by, at = _operator(areas), WallClock().now()
    return await importing.import_file(db, areas, locator, content, how, by=by, at=at)


def _operator(areas: Areas) -> Account:
    """Return who acts here: whoever may run commands on this machine administers it."""
    return Account(id="cli", login="cli", name="命令行", role=Role.ADMINISTRATOR, area=areas.province().code)


def _with_map(work: Callable[[Database, Areas, Locator], Awaitable[Done]]) -> Done:
    """Do some work with the database and its map."""

    async def run(dsn: str, settings: Settings) -> Done:
        await migrate.require_current(dsn)
        db = Database(dsn, size=1)
        try:
            rule = PlaceRule.of(Packs.load().latest(settings.pack))
            _, areas, locator = await read_map(db, rule)
            return await work(db, areas, locator)
        finally:
            await db.close()

    with opened(Settings.from_env()) as settings:
        return asyncio.run(run(address_of(settings), settings))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadFile(f"读不到文件 {file}:{reason(error)}", field="file") from error


def _write(file: Path, table: list[tuple[str, ...]]) -> None:
    kinds = {".xlsx": lambda: sheets.written_xlsx(table, title=SHEET), ".csv": lambda: sheets.written_csv(table)}
    made = kinds.get(file.suffix.lower())
    if made is None:
        raise BadFile(f"文件名应以 .xlsx 或 .csv 结尾,现为 {file.name}", field="file")
    try:
        file.write_bytes(made())
    except OSError as error:
        raise BadFile(f"写不了文件 {file}:{reason(error)}", field="file") from error


def _listed(refusal: BadRows) -> list[dict[str, Any]]:
    found = refusal.details["rows"]
    assert isinstance(found, list)
    return found


def _show_faults(lines: list[str], as_json: bool) -> None:
    console = Console(stderr=True)
    for line in lines if as_json else lines[:SHOWN]:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    if len(lines) > SHOWN and not as_json:
        console.print(f"……另有 {len(lines) - SHOWN} 处", highlight=False)


def _figures(done: Imported) -> dict[str, object]:
    return {
        "rows": done.rows_n,
        "added": done.added_n,
        "changed": done.changed_n,
        "same": done.same_n,
        "kept": done.kept,
        "faults": [asdict(fault) for fault in done.faults],
        "notes": [asdict(note) for note in done.notes],
    }
