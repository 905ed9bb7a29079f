"""``dispatch simulate``: the same days under several policies of dispatching, and which of them costs what."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from dispatch.cli.replay import READERS, Kind
from dispatch.cli.usage import BadUsage
from dispatch.kit.rulepack import Packs, RulePack
from dispatch.kit.settings import Settings
from dispatch.reports.plots import NO_FONT, chinese_font
from dispatch.simulator.day import Window
from dispatch.simulator.gym import comparing, making, scenario, showing
from dispatch.simulator.gym.days import PlayDay
from dispatch.simulator.gym.policies import PolicyName
from dispatch.simulator.gym.recorded import Record
from dispatch.simulator.gym.replanning import Search
from dispatch.simulator.gym.terms import terms_of
from dispatch.simulator.gym.trying import Told, tried

FIRST_SEED = 1  # 1001 and up are those that the settings were found on
TOLD_EVERY_S = 10.0  # where there is no terminal to draw on
USUAL = Search()


def simulate(
    scenario_file: Annotated[
        Path | None, typer.Argument(metavar="[SCENARIO]", help="场景 scenarios/gym/*.toml", show_default=False)
    ] = None,
    policy: Annotated[
        list[PolicyName] | None, typer.Option(help="派工策略,可给多个;缺省四个都试", show_default=False)
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, max=10_000, help="多少天;每个策略同样的天")] = 20,
    first_seed: Annotated[int, typer.Option(min=0, max=2**31, help="第一个种子")] = FIRST_SEED,
    file: Annotated[Path | None, typer.Option(help="改用真实记录:CSV 或 CSV.gz", show_default=False)] = None,
    kind: Annotated[Kind | None, typer.Option("--as", help="记录的格式", show_default=False)] = None,
    calls: Annotated[int, typer.Option(min=1, max=scenario.MOST_CALLS, help="真实记录:一天最多多少次来电")] = 2_000,
    crews: Annotated[
        int | None, typer.Option(min=1, max=scenario.MOST_CREWS, help="抢修队数;缺省按场景或工作量", show_default=False)
    ] = None,
    districts: Annotated[int, typer.Option(min=1, max=500, help="真实记录:原辖区数(记录中没有时)")] = 60,
    turns: Annotated[int, typer.Option(min=0, max=10**6, help="滚动优化:每次重排至少搜索多少步")] = USUAL.turns,
    change: Annotated[float, typer.Option(min=0, max=1e6, help="滚动优化:改派一次的费用(规则 change)")] = USUAL.change,
    ahead: Annotated[int, typer.Option(min=1, max=10_000, help="每队公布接下来几件")] = USUAL.ahead,
    within: Annotated[
        int, typer.Option(min=0, max=10_000, help="预计多少分钟内空出的队才公布接下来的工作")
    ] = USUAL.within_min,
    cores: Annotated[int, typer.Option(min=1, max=256, help="同时演练几个")] = 1,
    out: Annotated[Path | None, typer.Option(help="把图和报告写入这个文件夹", show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="在标准输出打印 JSON")] = False,
) -> None:
    """策略演练:同样的来电、用时、队伍,用不同策略各过一天,比较费用、迟到、改派,并给出置信区间。"""
    pack = Packs.load().latest(Settings.from_env().pack)
    numbers = range(first_seed, first_seed + seeds)
    days, name = _days(scenario_file, file, kind, numbers, pack, calls=calls, crews=crews, districts=districts)
    search = Search(turns=turns, change=change, ahead=ahead, within_min=within)
    names = list(dict.fromkeys(policy or list(PolicyName)))
    if out is not None:
        showing.prepare(out)
    with _telling() as told:
        played = tried(days, seeds, names, search, cores, told)
    report = comparing.report(played, scenario=name, pack=pack.key, search=asdict(search), cores=cores)
    _print(played, report, as_json=as_json)
    if out is not None:
        _write(played, report, out)


def _days(
    toml: Path | None,
    file: Path | None,
    kind: Kind | None,
    seeds: range,
    pack: RulePack,
    *,
    calls: int,
    crews: int | None,
    districts: int,
) -> tuple[Iterator[PlayDay], str]:
    """
    Return the days of the seeds, made one after another, and what they are called.

    :raises BadUsage: unless there is one source of days
    """
    if (toml is None) == (file is None):
        raise BadUsage("请给出一个场景(scenarios/gym/*.toml),或用 --file 给出真实记录,二者选一", field="SCENARIO")
    if toml is not None:
        asked = scenario.read(toml)
        if crews is not None:
            asked = asked.model_copy(update={"crews": asked.crews.model_copy(update={"number": crews})})
        return (making.made(asked, seed, terms_of(pack)) for seed in seeds), asked.name
    if kind is None or file is None:
        raise BadUsage("--file 还需要 --as 说明格式:pge、sffd 或 csv", field="--as")
    record = Record(READERS[kind][0](file, Window()), pack, calls, crews, districts)
    return (record.day(seed) for seed in seeds), record.whole.name


@contextmanager
def _telling() -> Iterator[Told]:
    """Show how far all plays are: a bar on a terminal, a line now and then elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(console)
        return
    columns = TextColumn("策略演练"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _lines(console: Console) -> Told:
    said_s = monotonic()

    def told(share: float) -> None:
        nonlocal said_s
        if monotonic() - said_s >= TOLD_EVERY_S:
            said_s = monotonic()
            console.print(f"策略演练 {share:.0%}", highlight=False)

    return told


def _print(played: showing.Played, report: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
        return
    console = Console(highlight=False)
    against = PolicyName.NEAREST.value if PolicyName.NEAREST in played else next(iter(played))
    first = next(iter(played.values()))
    console.print(f"{report['scenario']}:每天 {sum(one.jobs for one in first) / len(first):,.0f} 件")
    for table in showing.tables(played, against):
        console.print(table)


def _write(played: showing.Played, report: dict[str, Any], out: Path) -> None:
    font = chinese_font()
    files = showing.write(played, report, out, font=font)
    print(f"已写入 {'、'.join(map(str, files))}", file=sys.stderr)
    if font is None:
        print(NO_FONT, file=sys.stderr)
