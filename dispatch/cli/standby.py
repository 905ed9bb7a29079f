"""``dispatch standby``: where to park k crews, from the calls of the past; as a map, a picture or a workbook."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from dispatch.cli.database import opened
from dispatch.cli.desks import desk_of
from dispatch.cli.drawn import check, save
from dispatch.cli.history import read_calls, read_depots
from dispatch.desk.pictures import history
from dispatch.kit.clock import clock_from
from dispatch.kit.errors import Invalid
from dispatch.kit.rulepack import Packs
from dispatch.kit.settings import Settings
from dispatch.reports.maps import standby as drawn
from dispatch.reports.maps.backdrop import graph_of
from dispatch.reports.maps.scene import Scene
from dispatch.reports.workbook import workbook
from dispatch.routing.crossings import junctions
from dispatch.routing.roads.network import Roads
from dispatch.routing.rules import CLASSES, rule_of
from dispatch.routing.sifting import Knows, around, named, sifted
from dispatch.routing.standby import (
    Cell,
    Goal,
    Past,
    Reach,
    Site,
    SiteKind,
    Standby,
    distinct,
    drives,
    gathered,
    in_hours,
    on_calls,
    plan,
    sampled,
    worse,
)
from dispatch.routing.travel import Straight, Travel

CELLS, SITES = 500, 400  # places that calls are put together to, points that are looked at beside the depots
PLACES = 3000  # of calls that the gain is worked out on
DAYS = 365


class BadHours(Invalid):
    """Hours of the day that cannot be read."""


@dataclass(frozen=True)
class Material:
    """What the choice is made from."""

    calls: Sequence[Past]
    depots: Sequence[Site]
    travel: Travel
    promise_s: dict[str, float]
    source: str
    knows: Knows
    borders: Sequence[tuple[str, object]] = ()
    name: str = ""


def standby(
    k: Annotated[int, typer.Option("-k", min=1, help="停几支队伍")],
    out: Annotated[list[Path], typer.Option(help="写入 .html、.png 或 .xlsx 文件;可给出几个")],
    source: Annotated[
        Path | None, typer.Option("--from", help="来电记录 CSV 或 XLSX(lon、lat、weight、hour);缺省取数据库中的工单")
    ] = None,
    area: Annotated[str | None, typer.Option(help="区域编码;缺省为全省")] = None,
    hours: Annotated[str | None, typer.Option(help="一天中的时段,如 8-20;可跨零点,如 20-8")] = None,
    days: Annotated[int, typer.Option(min=1, help="取数据库中最近多少天的工单")] = DAYS,
    depots: Annotated[
        Path | None, typer.Option(help="现有班所 CSV 或 XLSX(name、lon、lat);与 --from 同用时不读数据库")
    ] = None,
    roads: Annotated[Path | None, typer.Option(help="路网文件;缺省为 DISPATCH_ROADS,没有则按直线折算")] = None,
    goal: Annotated[Goal, typer.Option(help="mean 平均到达最快,promise 承诺时限内到达最多")] = Goal.MEAN,
    seconds: Annotated[float, typer.Option(min=0.1, help="证明最优最多用几秒")] = 30.0,
    as_json: Annotated[bool, typer.Option("--json", help="在标准输出打印 JSON")] = False,
) -> None:
    """选待命点:按以往来电,k 支队伍停在哪里到达最快,比现有班所快多少。"""
    for path in out:
        check(path, ("html", "png", "xlsx"))
    span = _hours(hours)
    settings = Settings.from_env()
    settings = settings if roads is None else replace(settings, roads=roads.absolute())
    now = clock_from(settings.clock_path).now()
    console = Console(stderr=True)
    parts = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*parts, console=console, transient=True) as shown:
        task = shown.add_task("读取来电和班所")
        given = _material(settings, source, depots, area, now - timedelta(days=days), now)
        shown.update(task, description="计算行驶时间,选点并证明")
        found = _found(given, k, span, goal, seconds, now)
        shown.update(task, description="作图")
        title = f"{given.name}待命点 {k} 个" + ("" if span is None else f"({hours} 时)")
        for path in out:
            save(path, _made(path, found, given, title=title, at=now))
    for fact in drawn.facts(found):
        console.print(fact, highlight=False)
    console.print(f"已写入 {'、'.join(str(path) for path in out)}", highlight=False)
    if as_json:
        print(json.dumps(said(found), ensure_ascii=False))


def _found(given: Material, k: int, span: tuple[int, int] | None, goal: Goal, limit_s: float, now: datetime) -> Standby:
    believed, left = sifted(given.calls, given.knows)
    calls = in_hours(believed, span)
    cells, moved_m = gathered(calls, CELLS)
    sites = candidates(given, cells)
    seconds, basis = drives(given.travel, cells, sites, at=now)
    promise = given.promise_s
    found = plan(cells, sites, seconds, k, promise_s=promise, basis=basis, goal=goal, limit_s=limit_s, moved_m=moved_m)
    if moved_m > 0:
        places = sampled(calls, PLACES)
        found = on_calls(found, given.travel, places, at=now, promise_s=promise)
        if worse(found):
            home = [n for n, site in enumerate(sites) if site in found.present]
            kept = [sites[n] for n in home]
            found = plan(cells, kept, seconds[:, home], len(home), promise_s=promise, basis=basis, goal=goal)
            found = on_calls(found, given.travel, places, at=now, promise_s=promise)
    return replace(found, left_out=named(left))


def candidates(given: Material, cells: Sequence[Cell]) -> tuple[Site, ...]:
    """Return where crews could stand: at the depots, at junctions near the calls, and where many calls come from."""
    graph = graph_of(given.travel)
    crossings = [] if graph is None else junctions(graph, cells, most=SITES // 2)
    heaviest = sorted(cells, key=lambda cell: (-cell.weight, cell.lon, cell.lat))[: SITES - len(crossings)]
    spots = [Site(SiteKind.DEMAND, f"来电集中处{n}", cell.lon, cell.lat) for n, cell in enumerate(heaviest, 1)]
    return distinct((*given.depots, *crossings, *spots))


def _made(out: Path, found: Standby, given: Material, *, title: str, at: datetime) -> bytes | Scene:
    if out.suffix.lower() == ".xlsx":
        return workbook(drawn.book(found, title=title, source=given.source, at=at))
    return drawn.scene(
        found, title=title, source=given.source, at=at, graph=graph_of(given.travel), counties=given.borders
    )


def said(found: Standby) -> dict[str, object]:
    """Return the answer as JSON; seconds, degrees, shares of one."""

    def told(reach: Reach) -> dict[str, float]:
        return {
            "mean_s": round(reach.mean_s, 1),
            "p90_s": reach.p90_s,
            "inside": reach.inside,
            "unreached": reach.unreached,
        }

    return {
        "goal": found.goal.value,
        "basis": found.basis.value,
        "sites": [
            {"name": s.name, "kind": s.kind.value, "lon": s.lon, "lat": s.lat, "load": round(load, 4)}
            for s, load in zip(found.sites, found.load, strict=True)
        ],
        "before": None if found.before is None else told(found.before),
        "after": told(found.after),
        "cost": found.cost,
        "bound": found.bound,
        "gap": found.gap,
        "cells": len(found.cells),
        "checked": found.checked,
        "candidates": found.candidates,
        "left_out": found.left_out,
    }


def _material(
    settings: Settings, source: Path | None, depots: Path | None, area: str | None, begin: datetime, end: datetime
) -> Material:
    calls = None if source is None else read_calls(source)
    homes = None if depots is None else read_depots(depots)
    if calls is not None and homes is not None and area is None:
        return _of_files(settings, calls, homes, source)
    with opened(settings) as found:
        return asyncio.run(_of_desk(found, area, begin, end, calls, homes, source))


def _of_files(settings: Settings, calls: list[Past], homes: list[Site], source: Path | None) -> Material:
    pack = Packs.load().latest(settings.pack)
    rule = rule_of(pack)
    travel = Straight(rule) if settings.roads is None else Roads.open(settings.roads, rule)
    promise = {name: pack.limits.arrive.of(name).duration.total_seconds() for name in CLASSES}
    believed = around(pack.location.crew_within.value * 1000, homes, graph_of(travel))
    return Material(calls, homes, travel, promise, _words(source), believed)


async def _of_desk(
    settings: Settings,
    area: str | None,
    begin: datetime,
    end: datetime,
    calls: list[Past] | None,
    homes: list[Site] | None,
    source: Path | None,
) -> Material:
    async with desk_of(settings, roads=True) as desk:
        code = area or desk.areas.province().code
        return Material(
            calls=await history.calls(desk, code, begin, end) if calls is None else calls,
            depots=history.depots(desk, code) if homes is None else homes,
            travel=desk.travel,
            promise_s=history.promises(desk),
            source=_words(source),
            knows=history.knows(desk),
            borders=history.borders(desk, code),
            name=desk.areas.get(code).name,
        )


def _words(source: Path | None) -> str:
    return "来电:工单记录" if source is None else f"来电:{source.name}"


def _hours(text: str | None) -> tuple[int, int] | None:
    """:raises BadHours: if it is not two hours of the day"""
    if text is None:
        return None
    first, dash, last = text.partition("-")
    if not (dash and first.isdigit() and last.isdigit() and int(first) <= 23 and int(last) <= 24 and first != last):
        raise BadHours(f"--hours 应为 8-20 这样的时段(0 至 24),现为 {text!r}", field="hours")
    return int(first), int(last)
