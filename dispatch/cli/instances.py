"""``dispatch optimise generate``: problems to measure with."""

from pathlib import Path
from typing import Annotated

import typer

from dispatch.cli.planfiles import check_out, write
from dispatch.routing.optimiser.files import writing
from dispatch.routing.optimiser.files.generate import MOST_CREWS, MOST_JOBS, Scene
from dispatch.routing.optimiser.files.generate import generate as generated


def generate(
    kind: Annotated[Scene, typer.Argument(metavar="KIND", help="storm 台风、normal 常日、planned 计划半日")],
    jobs: Annotated[int, typer.Option(min=0, max=MOST_JOBS, help="多少件工作")] = 300,
    crews: Annotated[int, typer.Option(min=0, max=MOST_CREWS, help="多少支队伍")] = 60,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="随机数种子;相同则文件逐字节相同")] = 0,
    caps: Annotated[bool, typer.Option("--caps", help="各班所申报承载力")] = False,
    out: Annotated[Path | None, typer.Option(help="写到哪里;缺省写到标准输出", show_default=False)] = None,
) -> None:
    """造一个问题文件:县、班所、队伍、工作都是编的,规模与分布如台风日、常日或计划半日。"""
    check_out(out)
    write(out, writing.bytes_of_problem(generated(kind, jobs, crews, seed, caps=caps)))
