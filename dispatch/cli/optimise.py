"""``dispatch optimise``: plan a problem that stands in a file."""

import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from dispatch.cli.planfiles import check_out, problem_at, write
from dispatch.cli.score import BROKEN
from dispatch.cli.usage import BadUsage
from dispatch.kit.errors import Refusal
from dispatch.routing.optimiser import engine, scorer
from dispatch.routing.optimiser.engine import Progress
from dispatch.routing.optimiser.files import vrplib, writing
from dispatch.routing.optimiser.problem import Plan, Problem
from dispatch.routing.optimiser.words import Violation

SECONDS = 10.0  # without --seconds and --iterations
TOLD_EVERY_S = 1.0
LONGEST_S = 86_400


def optimise(
    file: Annotated[Path, typer.Argument(metavar="PROBLEM.json", help="问题文件(.json 或 .vrp)", show_default=False)],
    seconds: Annotated[
        float | None,
        typer.Option(min=0, max=LONGEST_S, help=f"搜索多少秒,缺省 {SECONDS:g}", show_default=False),
    ] = None,
    iterations: Annotated[
        int | None, typer.Option(min=0, help="搜索多少步;同样的输入得到同样的方案,逐字节相同", show_default=False)
    ] = None,
    cores: Annotated[int, typer.Option(min=1, max=256, help="用几个核")] = 1,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="随机数种子")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="方案写到哪里(.json 或 .sol);缺省写到标准输出", show_default=False)
    ] = None,
) -> None:
    """一次排出全部工作的方案:谁去、先后、为什么有的没排上;造题用 dispatch optimise generate。"""
    if seconds is not None and iterations is not None:
        raise BadUsage("--seconds 与 --iterations 只能给一个,请删去其一", field="--iterations")
    if _is_sol(out) and file.suffix.lower() != ".vrp":
        raise BadUsage("只有 .vrp 问题的方案能写成 .sol,请把 --out 改为 .json", field="--out")
    problem, asked = problem_at(file)
    check_out(out)
    plan = engine.solve(
        problem,
        seconds=SECONDS if seconds is None and iterations is None else seconds,
        iterations=iterations,
        cores=cores,
        seed=seed,
        progress=_telling(),
    )
    _write(problem, plan, out)
    found = scorer.score(asked, writing.json_of_plan(plan))
    print(f"费用 {found['cost']:,.1f};安排 {found['served']:,} 件,未安排 {found['unserved']:,} 件", file=sys.stderr)
    if broken := {Violation(kind).label: n for kind, n in found["violations"].items() if n}:
        print(f"方案有违反:{'、'.join(f'{label} {n:,} 处' for label, n in broken.items())}", file=sys.stderr)
        raise typer.Exit(BROKEN)


def _telling() -> Callable[[Progress], None]:
    """Return what tells the search's progress on stderr: once a second, and at the end."""
    began = monotonic()
    last_s = -TOLD_EVERY_S

    def tell(progress: Progress) -> None:
        nonlocal last_s
        elapsed_s = monotonic() - began
        if elapsed_s - last_s < TOLD_EVERY_S and progress.share < 1:
            return
        last_s = elapsed_s
        said = f"{elapsed_s:7.1f} 秒 {progress.share:4.0%}  {progress.iterations:,} 步  费用 {progress.cost:,.1f}"
        print(said, file=sys.stderr, flush=True)

    return tell


def _is_sol(out: Path | None) -> bool:
    return out is not None and out.suffix.lower() == ".sol"


def _write(problem: Problem, plan: Plan, out: Path | None) -> None:
    """Write the plan; one that cannot be said in the wanted form goes to standard output instead of being lost."""
    whole = writing.bytes_of_plan(plan)
    if not _is_sol(out):
        write(out, whole)
        return
    try:
        write(out, vrplib.solution_of(problem, plan).encode())
    except Refusal:
        write(None, whole)
        raise
