"""
A table of grid service tasks (网格服务任务) as a county fills it in: which columns it has, and what a row asks for.

Pure. What a cell means says ``cells``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from re import ASCII, compile

from dispatch.kit.mobiles import has_mobile
from dispatch.kit.tables import Line

from .cells import (
    BadCell,
    BadHeadings,
    Cells,
    Fault,
    Readers,
    count_of,
    date_of,
    headings_of,
    merged_faults,
    word_of,
)
from .gridtask import NewTask
from .taskwords import GridTaskKind
from .words import VisitArea

HEADINGS = ("类别", "经度", "纬度", "城乡", "地点", "期限", "说明", "用时(分钟)", "技能")
KIND, LON, LAT, AREA, ADDRESS, DUE, TEXT, WORK, SKILL = range(len(HEADINGS))
OPTIONAL = frozenset({TEXT, WORK, SKILL})
PLACES = {"place": LON, "due": DUE}  # field of a refusal → its column
GUIDE = (
    "填写说明:每行一项任务;类别、城乡从下拉框选;经纬度为 WGS-84 的度数;期限如 2026-07-06;"
    "说明、用时、技能可不填;勿填电话;不要合并单元格,不要用公式"
)
MOST_MIN, LONGEST_ADDRESS, LONGEST_TEXT = 240, 300, 500
SKILL_CODE = compile(r"[a-z][a-z0-9_]{0,31}", ASCII)


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """
    One row: the task that it asks for.

    :param places: number of a heading → its column letter
    """

    row: int
    task: NewTask
    places: Mapping[int, str]

    def fault(self, what: str | None, message: str) -> Fault:
        """Return what a rule says of this row, at the cell that it is about."""
        return Fault(self.row, self.places[PLACES.get(what or "", KIND)], message)


@dataclass(frozen=True, slots=True)
class TasksRead:
    """What stands in a table: rows below the headings, what they ask for, what is wrong in them."""

    rows_n: int
    entries: tuple[TaskEntry, ...]
    faults: tuple[Fault, ...]


def read(lines: Sequence[Line], merged: Sequence[str]) -> TasksRead:
    """
    Return the tasks of a table, and every cell that is wrong; a task that stands there twice is wrong, too.

    :param merged: merged cells, as ``A3:A9``
    :raises BadHeadings: if it has other columns than a table of tasks, or nothing below them
    """
    headings, rows = headings_of(lines, HEADINGS, OPTIONAL)
    if not rows:
        raise BadHeadings("表中只有表头,没有数据行,请先填写", field="file")
    faults, entries = merged_faults(merged, headings), dict[tuple[object, ...], TaskEntry]()
    for line in rows:
        cells = Cells(line, headings.columns, spare=KIND)
        said, wrong = cells.read(HEADINGS, READERS)
        faults += wrong
        if wrong:
            continue
        entry = _entry(cells, said)
        same = entries.setdefault(tuple(said[n] for n in (KIND, LON, LAT, ADDRESS, DUE, TEXT)), entry)
        if same is not entry:
            faults.append(entry.fault(None, f"与第 {same.row} 行是同一项任务,请删去一行"))
    return TasksRead(len(rows), tuple(entries.values()), tuple(faults))


def _entry(cells: Cells, said: Mapping[int, object]) -> TaskEntry:
    names = {
        KIND: "kind", LON: "lon", LAT: "lat", AREA: "area_class", ADDRESS: "address", DUE: "due", TEXT: "text",
        WORK: "work_min", SKILL: "skill",
    }  # fmt: skip
    places = {n: cells.place(n) for n in range(len(HEADINGS))}
    task = NewTask(**{name: said[n] for n, name in names.items()})  # type: ignore[arg-type]
    return TaskEntry(cells.line.no, task, places)


def _degrees(most: int) -> Callable[[str], float]:
    def degrees(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            said = f"“{text[:20]}”不是数" if text else "没有填"
            raise BadCell(f"{said},请填 WGS-84 的度数,如 121.87000") from None
        if not isfinite(value) or abs(value) > most:
            raise BadCell(f"“{text[:20]}”超出 ±{most} 度,请改正")
        return value

    return degrees


def _words(longest: int, *, needed: bool = False) -> Callable[[str], str]:
    def words(text: str) -> str:
        if needed and not text:
            raise BadCell("没有填,请填任务在哪里")
        if len(text) > longest:
            raise BadCell(f"有 {len(text)} 字,最多 {longest} 字,请缩短")
        if has_mobile(text):
            raise BadCell("含有手机号码,请删去")
        return text

    return words


def _work(text: str) -> int | None:
    minutes = count_of(text, MOST_MIN) if text else None
    if minutes == 0:
        raise BadCell(f"是 0,请填 1 到 {MOST_MIN} 分钟,或不填")
    return minutes


def _skill(text: str) -> str | None:
    if text and not SKILL_CODE.fullmatch(text):
        raise BadCell(f"“{text[:20]}”不是技能编码,请填如 lv 的小写编码,或不填")
    return text or None


READERS: Readers = {
    KIND: lambda text: word_of(text, GridTaskKind),
    LON: _degrees(180),
    LAT: _degrees(90),
    AREA: lambda text: word_of(text, VisitArea),
    ADDRESS: _words(LONGEST_ADDRESS, needed=True),
    DUE: date_of,
    TEXT: _words(LONGEST_TEXT),
    WORK: _work,
    SKILL: _skill,
}
