"""``dispatch generators``: which generator trucks feed whom, from a file; and what such a plan is worth."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from dispatch.cli.planfiles import check_out, write
from dispatch.cli.usage import BadUsage
from dispatch.routing.generators import engine, reading, reasons, scorer, writing
from dispatch.routing.generators.engine import Progress
from dispatch.routing.generators.generate import generate as generated
from dispatch.routing.generators.problem import Plan, Problem
from dispatch.routing.generators.shapes import MOST_GROUPS, MOST_TRUCKS
from dispatch.routing.generators.words import FeedingBreach
from dispatch.routing.optimiser.files.opening import bytes_of, parse
from dispatch.routing.optimiser.files.saying import BadPlan, BadProblem

BROKEN = 1  # exit code
SECONDS = 10.0  # without --seconds and --limit
LONGEST = 86_400
Json = dict[str, Any]


def generators(
    file: Annotated[Path, typer.Argument(metavar="PROBLEM.json", help="发电车问题文件", show_default=False)],
    seconds: Annotated[
        float | None, typer.Option(min=0, max=LONGEST, help=f"最多算多少秒,缺省 {SECONDS:g}", show_default=False)
    ] = None,
    limit: Annotated[
        float | None,
        typer.Option(min=0, max=LONGEST, help="算多少(与机器快慢无关);同样的输入得到同样的方案", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="随机数种子")] = 0,
    out: Annotated[Path | None, typer.Option(help="方案写到哪里;缺省写到标准输出", show_default=False)] = None,
    score: Annotated[
        Path | None, typer.Option(metavar="PLAN.json", help="不求解,给这个方案独立评分", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="评分输出 JSON;求解时不输出进度与表")] = False,
) -> None:
    """发电车统一调度:谁给谁供电、几点到几点、为什么有的没供上;造题用 dispatch generators generate。"""
    if seconds is not None and limit is not None:
        raise BadUsage("--seconds 与 --limit 只能给一个,请删去其一", field="--limit")
    asked = parse(bytes_of(file, BadProblem), BadProblem)
    problem = reading.read_problem(asked)
    if score is not None:
        _judge(problem, asked, score, as_json=as_json)
        return
    check_out(out, file)
    seconds = SECONDS if seconds is None and limit is None else seconds
    plan = engine.solve(problem, seconds=seconds, limit=limit, seed=seed, progress=None if as_json else _telling())
    write(out, writing.bytes_of_plan(plan))
    found = scorer.score(asked, writing.json_of_plan(plan))
    if not as_json:
        _show(problem, plan, found)
    if any(found["violations"].values()):
        raise typer.Exit(BROKEN)


def generate(
    trucks: Annotated[int, typer.Option(min=0, max=MOST_TRUCKS, help="多少辆发电车")] = 20,
    groups: Annotated[int, typer.Option(min=0, max=MOST_GROUPS, help="多少处停电用户")] = 60,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="随机数种子;相同则文件逐字节相同")] = 0,
    out: Annotated[Path | None, typer.Option(help="写到哪里;缺省写到标准输出", show_default=False)] = None,
) -> None:
    """造一个发电车问题文件:车、班所、停电用户都是编的。"""
    check_out(out)
    write(out, writing.bytes_of_problem(generated(trucks, groups, seed)))


def _judge(problem: Problem, asked: Json, file: Path, *, as_json: bool) -> None:
    """Print what a plan is worth; exit code 1 if it breaks something."""
    given = parse(bytes_of(file, BadPlan), BadPlan)
    plan = reading.read_plan(given)
    if plan.problem != problem.name:
        print(f"注意:方案写明是问题“{plan.problem}”的,现按“{problem.name}”评分", file=sys.stderr)
    found = scorer.score(asked, given)
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        _show(problem, plan, found, to=sys.stdout)
    if any(found["violations"].values()):
        raise typer.Exit(BROKEN)


def _telling() -> Callable[[Progress], None]:
    began = monotonic()

    def tell(progress: Progress) -> None:
        elapsed_s = monotonic() - began
        said = f"{elapsed_s:7.1f} 秒 {progress.share:4.0%}  {progress.turns:,} 轮  未供电 {progress.cost:,.1f} 加权户时"
        print(said, file=sys.stderr, flush=True)

    return tell


def _show(problem: Problem, plan: Plan, found: Json, to: Any = None) -> None:
    """Print a plan as tables, and its score; beside the plan's file that is for people: standard error."""
    console = Console(file=to or sys.stderr, highlight=False, soft_wrap=True)
    console.print(_feedings(problem, plan))
    if plan.dark or plan.unused:
        console.print(_reasons(plan))
    hours = found["hours"]
    console.print(
        f"供上 {found['fed']:,} 处,未供 {found['dark']:,} 处;停电 {hours['unserved']:,.1f} 加权户时"
        f"(不派车 {hours['without']:,.1f}),实际 {hours['customers']:,.1f} 户时;行车 {hours['travel']:,.1f} 小时"
    )
    broken = {FeedingBreach(kind).label: n for kind, n in found["violations"].items() if n}
    console.print("没有违反" if not broken else f"违反:{'、'.join(f'{label} {n:,} 处' for label, n in broken.items())}")


def _feedings(problem: Problem, plan: Plan) -> Table:
    table = Table("发电车", "供电对象", "从", "到", "先加油", show_edge=False)
    for truck, stops in sorted(plan.routes.items()):
        for stop in stops:
            times = (reasons.when(problem, stop.from_s), reasons.when(problem, stop.to_s))
            table.add_row(truck, stop.group, *times, "是" if stop.refuel else "")
    return table


def _reasons(plan: Plan) -> Table:
    table = Table("未供电的用户、未用的车", "原因", show_edge=False)
    for name, left in sorted({**plan.dark, **plan.unused}.items()):
        table.add_row(name, left.sentence)
    return table
