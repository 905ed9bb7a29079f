"""``dispatch score``: what a plan costs by rule and what it breaks, computed apart from the search."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from dispatch.cli.planfiles import plan_at, printing, problem_at
from dispatch.routing.optimiser.files.vrplib import TENTHS
from dispatch.routing.optimiser.problem import Plan, Problem
from dispatch.routing.optimiser.scorer import score as scored
from dispatch.routing.optimiser.words import CostRule, Violation

BROKEN = 1  # exit code
NAMED = 5  # in a sentence
UNITS = 60 / TENTHS  # of a .vrp, in a minute
Json = dict[str, Any]


def score(
    problem_file: Annotated[
        Path, typer.Argument(metavar="PROBLEM.json", help="问题文件(.json 或 .vrp)", show_default=False)
    ],
    plan_file: Annotated[Path, typer.Argument(metavar="PLAN.json", help="方案文件(.json 或 .sol)", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """独立评分:方案按各条规则的费用、违反了什么;无违反返回 0,有违反返回 1,文件不能用返回 2。"""
    problem, asked = problem_at(problem_file)
    plan, given = plan_at(plan_file, problem)
    if plan.problem != problem.name:
        print(f"注意:方案写明是问题“{plan.problem}”的,现按“{problem.name}”评分", file=sys.stderr)
    for said in _left_wrongly(problem, plan):
        print(said, file=sys.stderr)
    found = scored(asked, given)
    with printing():
        if as_json:
            print(json.dumps(found, ensure_ascii=False))
        else:
            show(found, distances=problem_file.suffix.lower() == ".vrp")
    if any(found["violations"].values()):
        raise typer.Exit(BROKEN)


def _left_wrongly(problem: Problem, plan: Plan) -> Iterator[str]:
    """Return what a plan says of jobs left out that is not so; it costs nothing and breaks nothing."""
    known, placed = {job.id for job in problem.jobs}, {job for route in plan.routes.values() for job in route}
    for said, names in (("既排在路线上又写在 unserved 中", placed), ("写在 unserved 中,问题里没有", None)):
        wrong = [job for job in plan.unserved if (job in names if names is not None else job not in known)]
        if wrong:
            more = f"等 {len(wrong):,} 件" if len(wrong) > NAMED else ""
            yield f"注意:工作 {'、'.join(wrong[:NAMED])}{more}{said}:评分只看路线,请核对方案"


def show(found: Json, *, distances: bool = False) -> None:
    """Print a score as a table and a line. :param distances: of a ``.vrp``: a minute stands for six of its units"""
    console = Console(highlight=False, soft_wrap=True)
    console.print(_costs(found))
    minutes = found["minutes"]
    counts = f"安排 {found['served']:,} 件,未安排 {found['unserved']:,} 件"
    if distances:
        console.print(
            f"{counts};距离 {minutes['travel'] * UNITS:,.1f},等候 {minutes['wait'] * UNITS:,.1f}(.vrp 的单位)"
        )
    else:
        console.print(
            f"{counts},迟到 {found['late_jobs']:,} 件;"
            f"行车 {minutes['travel']:,.0f} 分钟,迟到 {minutes['late']:,.0f} 分钟,等候 {minutes['wait']:,.0f} 分钟"
        )
    broken = {Violation(kind).label: n for kind, n in found["violations"].items() if n}
    console.print("没有违反" if not broken else f"违反:{'、'.join(f'{label} {n:,} 处' for label, n in broken.items())}")


def _costs(found: Json) -> Table:
    table = Table("规则", show_edge=False)
    table.add_column("费用", justify="right")
    for name, cost in found["by_rule"].items():
        table.add_row(CostRule(name).label, f"{cost:,.1f}")
    table.add_section()
    table.add_row("合计", f"{found['cost']:,.1f}")
    return table
