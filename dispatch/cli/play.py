"""``dispatch play``: golden scenarios on a real server, each saying itself what must hold."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from dispatch.app import create_app
from dispatch.kit.settings import Settings
from dispatch.simulator.golden.playing import Outcome, play_all


def play(
    files: Annotated[list[Path], typer.Argument(help="场景文件,scenarios/*.toml")],
    quiet: Annotated[bool, typer.Option("--quiet", help="只显示每个场景的结果")] = False,
) -> None:
    """演练场景文件:真实服务、真实请求,逐步核对(dispatch play scenarios/*.toml)。"""
    document = create_app(Settings()).openapi()
    with tempfile.TemporaryDirectory(prefix="dispatch-play-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        root.chmod(0o711)  # the database's own account must be able to pass
        tell = (lambda _line: None) if quiet else print
        outcomes = asyncio.run(play_all(sorted(files), root=root, tell=tell, document=document))
    for outcome in outcomes:
        print(_line(outcome))
    failed = sum(bool(outcome.faults) for outcome in outcomes)
    print(f"{len(outcomes) - failed} passed, {failed} failed")
    if failed:
        raise typer.Exit(1)


def _line(outcome: Outcome) -> str:
    sign = "✗" if outcome.faults else "✓"
    faults = "".join(f"\n     {fault}" for fault in outcome.faults)
    return f"{sign} {outcome.number:>2} {outcome.name}({outcome.steps} 步,{outcome.wall_s:.1f} 秒){faults}"
