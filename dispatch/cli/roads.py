"""``dispatch roads``: make the road graph of an OpenStreetMap extract, look at one, calibrate its speeds."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from dispatch.accounts.model import SYSTEM
from dispatch.cli.database import opened
from dispatch.cli.desks import desk_of
from dispatch.desk.roads import calibrating
from dispatch.desk.roads.closing import roads_of
from dispatch.kit.clock import clock_from
from dispatch.kit.rulepack import Packs
from dispatch.kit.settings import Settings
from dispatch.routing.roads.calibration import Calibration
from dispatch.routing.roads.calibration import calibrate as calibrated
from dispatch.routing.roads.graph import Graph
from dispatch.routing.roads.importing import Imported, TownRule, import_roads
from dispatch.routing.roads.pbf import Progress as Told
from dispatch.routing.roads.profile import Profile

NAME = "roads.graph"
AS_JSON = typer.Option("--json", help="结果写成一行 JSON")


def import_(
    extract: Annotated[Path, typer.Argument(metavar="FILE.osm.pbf", help="OpenStreetMap 数据(.osm.pbf)")],
    out: Annotated[
        Path | None, typer.Option(help="写到哪里;缺省见 DISPATCH_ROADS,再缺省为数据目录下 roads.graph")
    ] = None,
    profile: Annotated[Path | None, typer.Option(help="车辆速度表(YAML);缺省为自带的抢修车速度表")] = None,
    force: Annotated[bool, typer.Option("--force", help="已有同名的其他文件时也覆盖;缺省只覆盖路网文件")] = False,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """把 OpenStreetMap 数据做成路网文件:单行、限行、路障、轮渡与限速都在内;不完整的文件不写入任何内容。"""
    settings = Settings.from_env()
    vehicle = Profile.load(profile) if profile else Profile.load()
    rule = TownRule.of(Packs.load().latest(settings.pack))
    with _telling() as told:
        where = out or settings.roads or settings.data_dir / NAME
        made = import_roads(extract, where, rule=rule, profile=vehicle, progress=told, force=force)
    if as_json:
        print(json.dumps(asdict(made), ensure_ascii=False))
    else:
        _show_import(made, settings)


@contextmanager
def _telling() -> Iterator[Told]:
    parts = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*parts, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("读取", total=None)
        yield lambda what, n: progress.update(task, description=what, completed=n)


def _show_import(made: Imported, settings: Settings) -> None:
    table = Table(show_header=False, box=None)
    pieces = made.pieces
    for name, value in (
        ("文件", f"{made.file}({made.bytes / 1e6:.1f} MB)"),
        ("校验值", made.digest[:16]),
        ("路口", f"{made.junctions:,}"),
        ("路段", f"{made.edges:,},共 {made.kilometres:,.0f} km,折点 {made.points:,}"),
        ("轮渡", f"{made.ferries}"),
        ("禁止通过的路障", f"{made.barred}"),
        (
            "连通",
            f"{pieces.number} 片,最大一片占 {pieces.largest / max(made.junctions, 1):.1%};"
            f"小片中的路口 {pieces.small} 个",
        ),
        ("被数据边界截断的道路", f"{made.cut}"),
    ):
        table.add_row(name, value)
    console = Console(highlight=False, soft_wrap=True)
    console.print(table)
    if settings.roads is None:
        console.print(f"启用:设置 DISPATCH_ROADS={made.file} 后重启服务")


def show(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="路网文件;缺省见 DISPATCH_ROADS", show_default=False)
    ] = None,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """查看并核验一个路网文件:来源、校验值、路口与路段数、连通情况。"""
    settings = Settings.from_env()
    path = file or settings.roads or settings.data_dir / NAME
    graph = Graph.load(path)
    about = {
        "file": str(path),
        "source": graph.about["source"],
        "digest": graph.digest,
        "junctions": graph.junctions,
        "edges": len(graph),
        "kilometres": round(float(graph.metres.sum(dtype=float)) / 1000, 1),
        "pieces": graph.about["pieces"],
    }
    if as_json:
        print(json.dumps(about, ensure_ascii=False))
        return
    for name, value in about.items():
        print(f"{name}\t{value}")


def calibrate(
    days: Annotated[int, typer.Option(min=1, max=730, help="用最近多少天的出发与到达记录")] = 90,
    apply: Annotated[bool, typer.Option("--apply", help="写入速度表,各进程立即生效;缺省只显示")] = False,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """按队伍实际行驶时间校准各等级道路的速度:显示校准前后,--apply 才写入。"""
    with opened(Settings.from_env()) as settings:
        found, changed = asyncio.run(_calibrate(settings, days, apply=apply))
    if as_json:
        print(json.dumps(asdict(found) | {"applied": changed}, ensure_ascii=False))
    else:
        _show_calibration(found, changed)


async def _calibrate(settings: Settings, days: int, *, apply: bool) -> tuple[Calibration, int | None]:
    now = clock_from(settings.clock_path).now()
    async with desk_of(settings, roads=True) as desk:
        roads = roads_of(desk)
        async with desk.db.connection() as connection:
            driven = await calibrating.trips(connection, since=now - timedelta(days=days))
        found = await asyncio.to_thread(calibrated, roads, driven)
        return found, await calibrating.apply(desk, found, by=SYSTEM.id, at=now) if apply else None


def _show_calibration(found: Calibration, changed: int | None) -> None:
    table = Table("道路等级", "地区", "校准前 km/h", "校准后 km/h", "行程", "里程 km", "说明")
    for one in found.classes:
        said = one.kept or "按实际行驶校准"
        table.add_row(
            one.road, one.area_class, f"{one.before_kmh:g}", f"{one.after_kmh:g}", f"{one.trips}", f"{one.km:g}", said
        )
    console = Console(highlight=False, soft_wrap=True)
    console.print(table)
    left = ",".join(f"{why} {n}" for why, n in sorted(found.left_out.items()))
    console.print(f"可用行程 {found.trips} 次" + (f";未用:{left}" if left else ""))
    console.print(f"行车时间误差中位数:{found.before_error:.1%} → {found.after_error:.1%}")
    console.print("未写入;加 --apply 写入" if changed is None else f"已写入 {changed} 类道路的速度,各进程立即生效")
