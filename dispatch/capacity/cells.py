"""
Tables that people fill in, declarations or grid tasks: headings, and what a cell means or why it cannot be read, by row
and column letter.

Pure. How a file becomes rows of texts says ``kit.tables``. Headings may have one line of instructions above them.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from dispatch.kit.errors import Invalid
from dispatch.kit.tables import Line
from dispatch.kit.words import Labelled

SERIAL_ZERO, SERIALS = date(1899, 12, 30), range(36_526, 73_051)  # days of a spreadsheet: 2000 to 2099
ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?$")
WRITTEN = re.compile(r"^(\d{4})(?:[/.年])(\d{1,2})(?:[/.月])(\d{1,2})日?$")
NUMBER = re.compile(r"^(-?)(\d{1,12})(?:\.0+)?$")
MERGE = re.compile(r"^([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?$")

Word = TypeVar("Word", bound=Labelled)
Readers = Mapping[int, Callable[[str], object]]  # column -> what its text means


class BadHeadings(Invalid):
    """The table has other columns than it should."""


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
class Headings:
    """In which row the headings stand, and in which column each of them."""

    row: int
    columns: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Cells:
    """
    One row by its headings.

    :param spare: the heading at which a fault is told of a column that the table does not have
    """

    line: Line
    columns: Mapping[int, int]
    spare: int

    def text(self, n: int) -> str:
        index = self.columns.get(n, -1)
        return self.line.cells[index] if 0 <= index < len(self.line.cells) else ""

    def cell(self, n: int) -> str:
        """:raises BadCell: if the file does not hold the cell's value"""
        index = self.columns.get(n, -1)
        if (why := self.line.unread.get(index)) is not None:
            raise BadCell(f":{why}")
        return plain(self.text(n))

    def place(self, n: int) -> str:
        return letter(self.columns.get(n, self.columns[self.spare]))

    def read(self, names: Sequence[str], readers: Readers) -> tuple[dict[int, object], list[Fault]]:
        """Return what the cells mean, and those that are wrong."""
        said: dict[int, object] = {}
        faults = []
        for n, reader in readers.items():
            try:
                said[n] = reader(self.cell(n))
            except BadCell as wrong:
                faults.append(Fault(self.line.no, self.place(n), f"{names[n]}{wrong}"))
        return said, faults


def letter(index: int) -> str:
    """Return a column's letter from its number, counted from 0: 0 is A, 26 is AA."""
    name, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def plain(text: str) -> str:
    """Return a cell's text in the signs that it is read in: ``１２（东）`` is ``12(东)``."""
    return unicodedata.normalize("NFKC", text).strip()


def place_of(fault: Fault) -> tuple[int, int, str]:
    """Return by what faults are ordered: row by row, column by column."""
    return fault.row, len(fault.column), fault.column


def headings_of(
    lines: Sequence[Line], names: Sequence[str], optional: frozenset[int]
) -> tuple[Headings, Sequence[Line]]:
    """
    Return the headings, and the rows below them; one line of instructions may stand above.

    :raises BadHeadings: if there are none, others, or not all
    """
    for index, line in enumerate(lines[:2]):
        if set(names) & set(line.cells):
            return Headings(line.no, _columns(line, names, optional)), lines[index + 1 :]
    raise BadHeadings(f"找不到表头,应为:{'、'.join(names)};请下载模板填写,CSV 用逗号、分号或制表符分隔", field="file")


def _columns(line: Line, names: Sequence[str], optional: frozenset[int]) -> dict[int, int]:
    said = [cell for cell in line.cells if cell]
    if unknown := [cell for cell in said if cell not in names]:
        column = letter(line.cells.index(unknown[0]))
        raise BadHeadings(f"{column}{line.no} 表头“{unknown[0][:20]}”不认识,请删去该列或改用模板", field="file")
    if twice := [cell for cell in said if said.count(cell) > 1]:
        raise BadHeadings(f"表头“{twice[0]}”在第 {line.no} 行出现两次,请删去一列", field="file")
    if missing := [name for n, name in enumerate(names) if name not in said and n not in optional]:
        raise BadHeadings(f"第 {line.no} 行缺少表头:{'、'.join(missing)},请补上或改用模板", field="file")
    return {n: line.cells.index(name) for n, name in enumerate(names) if name in said}


def merged_faults(merged: Sequence[str], headings: Headings) -> list[Fault]:
    """Return a fault for each merged range (``A3:A9``) that reaches the headings or what stands below them."""
    return [_merged_fault(each) for each in merged if _below(each, headings.row)]


def _merged_fault(ref: str) -> Fault:
    found = MERGE.match(ref)
    column, row = (found[1], int(found[2])) if found else ("A", 1)
    return Fault(row, column, f"{ref} 是合并单元格,请取消合并并逐行填写")


def _below(ref: str, row: int) -> bool:
    found = MERGE.match(ref)
    return found is None or int(found[4] or found[2]) >= row


def date_of(text: str) -> date:
    """:raises BadCell: if it is no day"""
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


def word_of(text: str, kind: type[Word]) -> Word:
    """:raises BadCell: if it is neither a member's label nor its code"""
    for member in kind:
        if text in (member.value, member.label):
            return member
    choices = "、".join(member.label for member in kind)
    raise BadCell(f"“{text[:20]}”不认识,请填:{choices}" if text else f"没有填,请填:{choices}")


def count_of(text: str, most: int) -> int:
    """:raises BadCell: if it is no whole number from 0 to ``most``"""
    found = NUMBER.match(text)
    if found is None:
        raise BadCell(f"“{text[:20]}”不是整数,请填 0 或正整数" if text else "没有填,请填 0 或正整数")
    if found[1] and int(found[2]):
        raise BadCell(f"{text} 是负数,请填 0 或正整数")
    if int(found[2]) > most:
        raise BadCell(f"{text} 过大,最多 {most},请改正")
    return int(found[2])
