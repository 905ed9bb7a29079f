"""``dispatch score``: what a plan costs by rule and what it breaks, computed apart from the search."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from dispatch.cli.planfiles import plan_at, problem_at
from dispatch.routing.optimiser.scorer import score as scored
from dispatch.routing.optimiser.words import CostRule, Violation

BROKEN = 1  # exit code
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
    found = scored(asked, given)
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        show(found)
    if any(found["violations"].values()):
        raise typer.Exit(BROKEN)


def show(found: Json) -> None:
    """Print a score as two tables."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(_costs(found))
    minutes = found["minutes"]
    console.print(
        f"安排 {found['served']:,} 件,未安排 {found['unserved']:,} 件,迟到 {found['late_jobs']:,} 件;"
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
