"""
A table of declarations as depots fill it in: what a cell means, and what is wrong with it by row and column letter.

Pure. How a file becomes rows of texts says ``kit.tables``. Headings may have one line of instructions above them. A row
that names a half-day and says neither teams nor visits declares nothing.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

from dispatch.kit.errors import Invalid, Refusal
from dispatch.kit.tables import Line
from dispatch.kit.words import Labelled

from .declaration import Slot
from .words import Half, VisitArea, VisitKind

HEADINGS = ("班所", "日期", "半日", "类别", "城乡", "队伍数", "户数", "所见版本")
DEPOT, DATE, HALF, KIND, AREA, TEAMS, VISITS, SEEN = range(len(HEADINGS))
OPTIONAL = frozenset({SEEN})
FIELDS = {"depot": DEPOT, "date": DATE, "teams": TEAMS, "visits": VISITS, "reason": VISITS, "version": SEEN}
GUIDE = (
    "填写说明:每行一个半日;队伍数、户数填 0 或正整数,都不填的行不申报;日期如 2026-07-06;"
    "半日、类别、城乡从下拉框选;所见版本不要改;不要合并单元格,不要用公式"
)
MOST = {TEAMS: 1000, VISITS: 10_000, SEEN: 2**31 - 1}
SERIAL_ZERO, SERIALS = date(1899, 12, 30), range(36_526, 73_051)  # days of a spreadsheet: 2000 to 2099
ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?$")
WRITTEN = re.compile(r"^(\d{4})(?:[/.年])(\d{1,2})(?:[/.月])(\d{1,2})日?$")
NUMBER = re.compile(r"^(-?)(\d{1,12})(?:\.0+)?$")
MERGE = re.compile(r"^([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?$")

Word = TypeVar("Word", bound=Labelled)


class BadHeadings(Invalid):
    """The table is not one of declarations."""


class BadCell(ValueError):
    """What a cell says cannot be; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell, and what to do. ``row`` and ``column`` are a spreadsheet's: 3, ``F``."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"{self.column}{self.row} {self.message}"


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One row that declares something; ``places``: field of a refusal → its column letter.

    :param seen: version that the row was filled in upon; None: its cell is empty
    """

    row: int
    slot: Slot
    teams: int
    visits: int
    seen: int | None
    places: Mapping[int, str] = field(compare=False)

    def fault(self, refusal: Refusal) -> Fault:
        """Return what a rule says of this row, at the cell that it is about."""
        column = self.places.get(FIELDS.get(refusal.field or "", DATE)) or self.places[DATE]
        return Fault(self.row, column, refusal.message)


@dataclass(frozen=True, slots=True)
class Read:
    """What stands in a table: rows below the headings, what they declare, what is wrong in them."""

    rows_n: int
    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]


def letter(index: int) -> str:
    """Return a column's letter from its number, counted from 0: 0 is A, 26 is AA."""
    name, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def read(lines: Sequence[Line], merged: Sequence[str], depots: Mapping[str, Sequence[str]]) -> Read:
    """
    Return what a table declares, and every cell that is wrong.

    :param merged: merged cells, as ``A3:A9``
    :param depots: name or code of a depot → codes that it may mean
    :raises BadHeadings: if it has other columns than a table of declarations
    """
    headings, rows = _headings(lines)
    faults = [_merged_fault(each) for each in merged if _below(each, headings.row)]
    entries: list[Entry] = []
    for line in rows:
        row = _Row(line, headings.columns)
        entry, wrong = row.read(depots)
        faults += wrong
        if entry is not None:
            entries.append(entry)
    faults += _doubled(entries)
    if not rows:
        raise BadHeadings("表中只有表头,没有数据行,请先填写", field="file")
    return Read(len(rows), tuple(entries), tuple(faults))


def place_of(fault: Fault) -> tuple[int, int, str]:
    """Return by what faults are ordered: row by row, column by column."""
    return fault.row, len(fault.column), fault.column


@dataclass(frozen=True, slots=True)
class _Headings:
    """In which row the headings stand, and in which column each of them."""

    row: int
    columns: Mapping[int, int]


def _headings(lines: Sequence[Line]) -> tuple[_Headings, Sequence[Line]]:
    """Return the headings, and the rows below them; one line of instructions may stand above."""
    for index, line in enumerate(lines[:2]):
        if set(HEADINGS) & set(line.cells):
            return _Headings(line.no, _columns(line)), lines[index + 1 :]
    raise BadHeadings(
        f"找不到表头,应为:{'、'.join(HEADINGS)};请下载模板填写,CSV 用逗号、分号或制表符分隔", field="file"
    )


def _columns(line: Line) -> dict[int, int]:
    said = [cell for cell in line.cells if cell]
    if unknown := [cell for cell in said if cell not in HEADINGS]:
        column = letter(line.cells.index(unknown[0]))
        raise BadHeadings(f"{column}{line.no} 表头“{unknown[0][:20]}”不认识,请删去该列或改用模板", field="file")
    if twice := [cell for cell in said if said.count(cell) > 1]:
        raise BadHeadings(f"表头“{twice[0]}”在第 {line.no} 行出现两次,请删去一列", field="file")
    if missing := [name for n, name in enumerate(HEADINGS) if name not in said and n not in OPTIONAL]:
        raise BadHeadings(f"第 {line.no} 行缺少表头:{'、'.join(missing)},请补上或改用模板", field="file")
    return {n: line.cells.index(name) for n, name in enumerate(HEADINGS) if name in said}


def _merged_fault(ref: str) -> Fault:
    found = MERGE.match(ref)
    column, row = (found[1], int(found[2])) if found else ("A", 1)
    return Fault(row, column, f"{ref} 是合并单元格,请取消合并并逐行填写")


def _below(ref: str, row: int) -> bool:
    """Tell whether a merged range reaches the headings or what stands below them."""
    found = MERGE.match(ref)
    return found is None or int(found[4] or found[2]) >= row


@dataclass(frozen=True, slots=True)
class _Row:
    line: Line
    columns: Mapping[int, int]

    def read(self, depots: Mapping[str, Sequence[str]]) -> tuple[Entry | None, list[Fault]]:
        """Return what the row declares, None where it declares nothing or cannot be read, and its wrong cells."""
        if not self.text(TEAMS) and not self.text(VISITS):
            return None, []
        said: dict[int, object] = {}
        faults = []
        for n, reader in _readers(depots).items():
            try:
                said[n] = reader(self.cell(n))
            except BadCell as wrong:
                faults.append(Fault(self.line.no, self.place(n), f"{HEADINGS[n]}{wrong}"))
        return (None if faults else self._entry(said)), faults

    def _entry(self, said: Mapping[int, object]) -> Entry:
        names = {DEPOT: "depot", DATE: "date", HALF: "half", KIND: "kind", AREA: "area_class"}
        slot = Slot.model_validate({name: said[n] for n, name in names.items()})
        numbers = {"teams": said[TEAMS], "visits": said[VISITS], "seen": said[SEEN]}
        places = {n: self.place(n) for n in range(len(HEADINGS))}
        return Entry(row=self.line.no, slot=slot, places=places, **numbers)  # type: ignore[arg-type]

    def text(self, n: int) -> str:
        index = self.columns.get(n, -1)
        return self.line.cells[index] if 0 <= index < len(self.line.cells) else ""

    def cell(self, n: int) -> str:
        """:raises BadCell: if the file does not hold the cell's value"""
        index = self.columns.get(n, -1)
        if (why := self.line.unread.get(index)) is not None:
            raise BadCell(f":{why}")
        return unicodedata.normalize("NFKC", self.text(n)).strip()

    def place(self, n: int) -> str:
        return letter(self.columns.get(n, self.columns[VISITS]))


def _readers(depots: Mapping[str, Sequence[str]]) -> dict[int, Callable[[str], object]]:
    """Return for each column what a cell's text means."""
    return {
        DEPOT: lambda text: _depot(text, depots),
        DATE: _date,
        HALF: lambda text: _word(text, Half),
        KIND: lambda text: _word(text, VisitKind),
        AREA: lambda text: _word(text, VisitArea),
        TEAMS: lambda text: _count(text, TEAMS),
        VISITS: lambda text: _count(text, VISITS),
        SEEN: lambda text: _count(text, SEEN) if text else None,
    }


def _depot(text: str, depots: Mapping[str, Sequence[str]]) -> str:
    found = depots.get(text, ())
    if len(found) == 1:
        return found[0]
    if found:
        raise BadCell(f"“{text[:20]}”有 {len(found)} 个,请改填编码:{'、'.join(found[:5])}")
    if not text:
        raise BadCell("没有填,请填班所名称或编码")
    raise BadCell(f"“{text[:20]}”不存在,或不由您申报,请核对名称或编码")


def _date(text: str) -> date:
    found = ISO.match(text) or WRITTEN.match(text)
    try:
        if found is not None:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise BadCell(f"“{text[:20]}”没有这一天,请改正") from None
    if re.fullmatch(r"\d{5}(\.0+)?", text, re.ASCII) and int(text[:5]) in SERIALS:
        return SERIAL_ZERO + timedelta(days=int(text[:5]))
    raise BadCell(
        f"“{text[:20]}”看不懂,请写成 2026-07-06 这样的日期" if text else "没有填,请写成 2026-07-06 这样的日期"
    )


def _word(text: str, kind: type[Word]) -> Word:
    for member in kind:
        if text in (member.value, member.label):
            return member
    choices = "、".join(member.label for member in kind)
    raise BadCell(f"“{text[:20]}”不认识,请填:{choices}" if text else f"没有填,请填:{choices}")


def _count(text: str, n: int) -> int:
    found = NUMBER.match(text)
    if found is None:
        raise BadCell(f"“{text[:20]}”不是整数,请填 0 或正整数" if text else "没有填,请填 0 或正整数")
    if found[1] and int(found[2]):
        raise BadCell(f"{text} 是负数,请填 0 或正整数")
    if int(found[2]) > MOST[n]:
        raise BadCell(f"{text} 过大,最多 {MOST[n]},请改正")
    return int(found[2])


def _doubled(entries: Iterable[Entry]) -> Iterator[Fault]:
    first: dict[Slot, int] = {}
    for entry in entries:
        row = first.setdefault(entry.slot, entry.row)
        if row != entry.row:
            yield Fault(entry.row, entry.places[DEPOT], f"与第 {row} 行是同一班所、半日、类别和城乡,请合并为一行")
