"""``dispatch replay``: a recorded log, played through the real server."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from dispatch.cli import reporting
from dispatch.kit.clock import CHINA
from dispatch.kit.errors import Invalid
from dispatch.kit.rulepack import Packs
from dispatch.kit.settings import Settings
from dispatch.routing.roads.graph import Graph
from dispatch.routing.rules import rule_of
from dispatch.simulator.carried import RoadLand, Rule, carried
from dispatch.simulator.day import Day, Window
from dispatch.simulator.habits import Land, OpenLand
from dispatch.simulator.readers import generic, pge, sffd
from dispatch.simulator.readers.rows import BadFile
from dispatch.simulator.replay import Replay, Terms
from dispatch.simulator.running import run
from dispatch.simulator.server import Server
from dispatch.simulator.show import Show, print_report
from dispatch.simulator.world import of_day

Json = dict[str, Any]


class Kind(StrEnum):
    """What a file is."""

    PGE = "pge"
    SFFD = "sffd"
    CSV = "csv"


READERS: dict[Kind, tuple[Callable[..., Day], tzinfo]] = {  # and in which zone a date without one is meant
    Kind.PGE: (pge.read, UTC),
    Kind.SFFD: (sffd.read, sffd.LOCAL),
    Kind.CSV: (generic.read, CHINA),
}


class BadTime(Invalid):
    """An option that should be a date or an instant."""


class NoGraph(Invalid):
    """A policy that needs roads was asked for without them."""


class BadSpeed(Invalid):
    """An option that should be ``max`` or a positive number."""


def replay(
    file: Annotated[Path, typer.Argument(help="来电记录,CSV 或 CSV.gz")],
    kind: Annotated[Kind, typer.Option("--as", help="文件格式:pge、sffd,或自己的记录 csv(见 docs/replay-format.md)")],
    speed: Annotated[str, typer.Option(help="max,或模拟时间为实际时间的几倍")] = "max",
    policy: Annotated[Rule, typer.Option(help="派工规则;by-road 需给出 --roads")] = Rule.NEAREST,
    roads: Annotated[
        Path | None, typer.Option(help="路网文件:把来电移到该路网上,抢修队实际按道路行驶(docs/standby-and-maps.md)")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="从何时起:日期,或带时区的时间")] = None,
    end: Annotated[str | None, typer.Option("--to", help="到何时止:日期(含当日),或带时区的时间")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="最多多少次来电")] = None,
    crews: Annotated[int | None, typer.Option(min=1, help="抢修队数;默认按工作量计算")] = None,
    districts: Annotated[int, typer.Option(min=1, max=500, help="原辖区数(记录中没有辖区时)")] = 60,
    seed: Annotated[int, typer.Option(help="随机种子")] = 0,
    processes: Annotated[int, typer.Option(min=1, max=64, help="接口进程数")] = 1,
    report: Annotated[Path | None, typer.Option(help="把报告写入这个 JSON 文件")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="结束后保留数据库和日志")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="在标准输出打印 JSON")] = False,
) -> None:
    """回放真实来电:在全新的数据库上启动真实服务,座席、指挥员、抢修队都经接口操作,最后出报告;有问题时退出码为 1。"""
    console = Console(stderr=True)
    reporting.check_path(report)
    zone = READERS[kind][1]
    window = Window(_instant(start, zone, "from"), _instant(end, zone, "to", whole_day=True), limit)
    graph = _graph(roads, policy)
    settings = Settings.from_env()
    terms = Terms(policy.policy.value, _speed(speed), seed, rule=policy.value, land=_land(graph, settings.pack))
    day = _read(kind, file, window, seed, console)
    day = day if graph is None else carried(day, graph)
    by_road = graph is not None and policy in (Rule.BY_ROAD, Rule.NEAREST)
    server = Server(
        processes=processes, database_url=settings.database_url, keep=keep, roads=roads if by_road else None
    )
    figures = run(_play(day, terms, server, console, crews=crews, districts=districts))
    reporting.write(report, figures)
    _print(figures, as_json=as_json)
    if keep:
        console.print(f"数据与日志保留在 {server.place}", highlight=False)
    reporting.judge(figures)


def _graph(roads: Path | None, policy: Rule) -> Graph | None:
    """
    Return the roads that crews drive on; None: straight lines.

    :raises NoGraph: if the rule cannot do without them
    """
    if roads is not None:
        return Graph.load(roads)
    if policy is Rule.BY_ROAD:
        raise NoGraph("--policy nearest-by-road 需要 --roads 路网文件(由 dispatch roads import 生成)", field="roads")
    return None


def _land(graph: Graph | None, pack_id: str) -> Land:
    """Return where the crews really drive."""
    return OpenLand() if graph is None else RoadLand(graph, rule_of(Packs.load().latest(pack_id)))


def _read(kind: Kind, file: Path, window: Window, seed: int, console: Console) -> Day:
    """
    Read the calls.

    :raises BadFile: after its rows were listed
    """
    try:
        return READERS[kind][0](file, window, seed=seed)
    except BadFile as bad:
        rows = bad.details.get("rows")
        for row in rows if isinstance(rows, list) else ():
            console.print(f"第 {row['row']} 行  {row['field']}:{row['message']}", highlight=False, markup=False)
        raise


def _print(figures: Json, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        print_report(Console(), figures)


async def _play(day: Day, terms: Terms, server: Server, console: Console, *, crews: int | None, districts: int) -> Json:
    async with server:
        with Show(console, f"回放 {day.name}", len(day.calls)) as show:
            show.say(f"{day.name}:{len(day.calls):,} 次来电,建立辖区与抢修队……")
            world = await asyncio.to_thread(of_day, day, count=districts, crews=crews, seed=terms.seed)
            show.say(f"{len(world.dispatchers)} 个辖区,{len(world.crews):,} 支抢修队;启动服务……")
            figures, _ = await Replay(day, world, server, terms, show.watch).play()
            return figures


def _instant(text: str | None, zone: tzinfo, field: str, *, whole_day: bool = False) -> datetime | None:
    """
    Read a date in the file's own zone, or an instant with its zone; a date as an end means that whole day.

    :raises BadTime: naming the option
    """
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadTime(f"--{field} 应为 2019-10-27 或 2019-10-27T08:00:00+08:00,现为 {text!r}", field=field) from None
    if len(text) == len("2019-10-27"):
        return datetime.combine(at.date() + timedelta(days=whole_day), time(), zone).astimezone(UTC)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _speed(text: str) -> float | None:
    """
    Read ``max`` or a factor.

    :raises BadSpeed: if it is neither
    """
    if text == "max":
        return None
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0 < factor < 1e9:
        raise BadSpeed(f"--speed 应为 max 或大于 0 的倍数,现为 {text!r}", field="speed")
    return factor
