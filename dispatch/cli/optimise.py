"""``dispatch optimise``: plan a problem that stands in a file."""

import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from dispatch.cli.bounding import BOUND_HELP, bound_of, said_of
from dispatch.cli.calledaway import calls_away
from dispatch.cli.planfiles import check_out, problem_at, write
from dispatch.cli.score import BROKEN
from dispatch.cli.usage import BadUsage
from dispatch.kit.errors import Refusal
from dispatch.routing.optimiser import scorer
from dispatch.routing.optimiser.engine import Progress, solve
from dispatch.routing.optimiser.files import vrplib, writing
from dispatch.routing.optimiser.files.opening import Json
from dispatch.routing.optimiser.problem import Plan, Problem
from dispatch.routing.optimiser.words import Violation

SECONDS = 10.0  # without --seconds and --iterations
TOLD_EVERY_S = 1.0
LONGEST_S = 86_400
MOST_ITERATIONS = 1_000_000_000  # days of search


Seconds = Annotated[
    float | None, typer.Option(min=0, max=LONGEST_S, help=f"搜索多少秒,缺省 {SECONDS:g}", show_default=False)
]
Iterations = Annotated[
    int | None,
    typer.Option(min=0, max=MOST_ITERATIONS, help="搜索多少步;同样的输入得到同样的方案,逐字节相同", show_default=False),
]
Out = Annotated[Path | None, typer.Option(help="方案写到哪里(.json 或 .sol);缺省写到标准输出", show_default=False)]


def optimise(
    file: Annotated[Path, typer.Argument(metavar="PROBLEM.json", help="问题文件(.json 或 .vrp)", show_default=False)],
    seconds: Seconds = None,
    iterations: Iterations = None,
    cores: Annotated[int, typer.Option(min=1, max=256, help="用几个核")] = 1,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="随机数种子")] = 0,
    prove: Annotated[bool, typer.Option("--bound", help=BOUND_HELP)] = False,
    out: Out = None,
) -> None:
    """
    一次排出全部工作的方案:谁去、先后、为什么有的没排上;造题用 dispatch optimise generate。

    搜索中按 Ctrl-C(或 SIGTERM)即写出到此为止最好的方案,方案的 solver 写明 broken_off;再按一次立即结束,不写方案。

    返回 0:方案无违反;1:方案有违反(只因已冻结的工作);2:输入不能用或写不出;130、143:被 Ctrl-C、SIGTERM 打断,方案已写出。
    """
    _check(seconds, iterations, file, out)
    problem, asked = problem_at(file)
    check_out(out, file)
    with calls_away() as called:
        plan = solve(
            problem,
            stop=called,
            seconds=SECONDS if seconds is None and iterations is None else seconds,
            iterations=iterations,
            cores=cores,
            seed=seed,
            progress=_telling(),
        )
        _write(problem, plan, out)
    found = scorer.score(asked, writing.json_of_plan(plan))
    broken = _say(found)
    if called():
        raise typer.Exit(called.code)
    if prove:
        print(said_of(bound_of(problem, found), found), file=sys.stderr)
    if broken:
        raise typer.Exit(BROKEN)


def _check(seconds: float | None, iterations: int | None, file: Path, out: Path | None) -> None:
    """:raises BadUsage: if what was asked for contradicts itself"""
    if seconds is not None and iterations is not None:
        raise BadUsage("--seconds 与 --iterations 只能给一个,请删去其一", field="--iterations")
    if _is_sol(out) and file.suffix.lower() != ".vrp":
        raise BadUsage("只有 .vrp 问题的方案能写成 .sol,请把 --out 改为 .json", field="--out")


def _say(found: Json) -> bool:
    """Say what the scorer found; returns whether the plan breaks a rule."""
    print(f"费用 {found['cost']:,.1f};安排 {found['served']:,} 件,未安排 {found['unserved']:,} 件", file=sys.stderr)
    broken = {Violation(kind).label: n for kind, n in found["violations"].items() if n}
    if broken:
        print(f"方案有违反:{'、'.join(f'{label} {n:,} 处' for label, n in broken.items())}", file=sys.stderr)
    return bool(broken)


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
