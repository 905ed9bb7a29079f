"""``dispatch play``: golden scenarios and weeks of booked work on a real server, each judged when it is over."""

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from dispatch.app import create_app
from dispatch.kit.postgres import Embedded
from dispatch.kit.settings import Settings
from dispatch.simulator.golden.playing import Outcome, play_all
from dispatch.simulator.week import script
from dispatch.simulator.week.checking import breaches
from dispatch.simulator.week.playing import play as play_week
from dispatch.simulator.week.showing import report

BREACHES = 20  # that are written out

Tell = Callable[[str], None]


def play(
    files: Annotated[list[Path], typer.Argument(help="场景文件,scenarios/*.toml、scenarios/week/*.toml")],
    quiet: Annotated[bool, typer.Option("--quiet", help="只显示每个场景的结果")] = False,
    papers: Annotated[Path | None, typer.Option("--papers", help="把一周中最长的清单存入此目录(XLSX、路线图)")] = None,
) -> None:
    """演练场景文件:真实服务、真实请求,逐步核对(dispatch play scenarios/*.toml)。"""
    weeks = [path for path in sorted(files) if script.is_week(path)]
    golden = [path for path in sorted(files) if path not in weeks]
    with tempfile.TemporaryDirectory(prefix="dispatch-play-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        root.chmod(0o711)  # the database's own account must be able to pass
        tell = (lambda _line: None) if quiet else print
        outcomes = _golden(golden, root, tell) + _weeks(weeks, root, tell, papers)
    failed = sum(bool(outcome.faults) for outcome in outcomes)
    print(f"{len(outcomes) - failed} passed, {failed} failed")
    if failed:
        raise typer.Exit(1)


def _golden(files: list[Path], root: Path, tell: Tell) -> list[Outcome]:
    if not files:
        return []
    document = create_app(Settings()).openapi()
    outcomes = asyncio.run(play_all(files, root=root, tell=tell, document=document))
    for outcome in outcomes:
        print(_line(outcome, "步"))
    return outcomes


def _weeks(files: list[Path], root: Path, tell: Tell, papers: Path | None) -> list[Outcome]:
    read = [(path, script.read(path)) for path in files]
    worlds = [script.world_of(path, week) for path, week in read]
    outcomes = []
    for (path, week), world in zip(read, worlds, strict=True):
        tell(f"{week.number:>2} {week.name}")
        with Embedded(root / f"postgres-{path.stem}") as postgres:
            played, wall_s = asyncio.run(play_week(week, world, postgres.dsn, root / path.stem, tell))
        faults = breaches(week, played.journal)
        told = (*faults[:BREACHES], *([f"……共 {len(faults)} 处"] if len(faults) > BREACHES else []))
        outcome = Outcome(week.number, week.name, played.office.requests, told, wall_s)
        print(_line(outcome, "次请求"))
        for line in report(week, played.journal):
            print(f"     {line}")
        outcomes.append(outcome)
        if papers is not None:
            _keep(papers, path.stem, played.journal.papers)
    return outcomes


def _keep(folder: Path, week: str, papers: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in papers.items():
        (folder / f"{week}-{name}").write_bytes(content)


def _line(outcome: Outcome, unit: str) -> str:
    sign = "✗" if outcome.faults else "✓"
    faults = "".join(f"\n     {fault}" for fault in outcome.faults)
    return f"{sign} {outcome.number:>2} {outcome.name}({outcome.steps} {unit},{outcome.wall_s:.1f} 秒){faults}"
