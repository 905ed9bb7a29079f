"""
Tables of the screens as workbooks (导出): the rows that a list answered under Chinese headings, and how it was asked.

Drawn in another process from the very bytes that the list's route answered; what a column is, its maker says. Nothing
that somebody wrote becomes a formula, and a mobile number inside a remark cannot be dialled.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from io import BytesIO
from itertools import islice
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from dispatch.kit.clock import CHINA
from dispatch.kit.mobiles import without_mobiles

from .book import breadth

HEAD, BLUE = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="0B5394")
CENTRED = Alignment(vertical="center", wrap_text=True)
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a spreadsheet, or the CSV made of it, might take for a formula
CELL_MOST = 32_000  # characters; a workbook holds 32,767
MEASURED, NARROW, WIDE = 200, 8, 48  # rows by which a column's width is chosen; its characters
CONDITIONS = "条件"
Value = str | int | float | datetime | date | None


class Kind(Enum):
    """What a text of the list is; numbers, yes and no speak for themselves."""

    TEXT = "text"
    INSTANT = "instant"
    DAY = "day"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class Column:
    """
    A column: where its value stands in a row, and what it is.

    :param path: names from the row inwards; a number is a place in a list, ``*`` stands for all of a list
    :param labels: what its words are called in Chinese
    """

    heading: str
    path: tuple[str, ...]
    kind: Kind = Kind.TEXT
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Copy:
    """
    What is copied.

    :param rows: under which name the pages hold their rows
    :param pages: the list's answers, packed with zlib
    :param names: of areas, by their codes
    :param conditions: what was asked, by whom and when: name and value
    """

    title: str
    rows: str
    columns: Sequence[Column]
    pages: Sequence[bytes]
    names: Mapping[str, str]
    conditions: Sequence[tuple[str, str]]


def workbook(copy: Copy) -> bytes:
    """Return the table as a file: the rows, then the conditions."""
    made = Workbook(write_only=True)
    made.properties.title, made.properties.creator = copy.title, "供电服务指挥调度后台"
    _rows(made.create_sheet(copy.title), copy)
    _conditions(made.create_sheet(CONDITIONS), copy)
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def _rows(sheet: Any, copy: Copy) -> None:
    headings = [column.heading for column in copy.columns]
    for n, width in enumerate(_widths(copy), 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    sheet.freeze_panes = "B2"
    sheet.append([_head(sheet, heading) for heading in headings])
    n = 1
    for line in lines(copy):
        sheet.append([_safe(sheet, value) for value in line])
        n += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(headings))}{n}"


def _conditions(sheet: Any, copy: Copy) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 18, 60
    sheet.freeze_panes = "A2"
    sheet.append([_head(sheet, "条件"), _head(sheet, "取值")])
    for name, value in copy.conditions:
        told = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
        sheet.append([name, _safe(sheet, told)])


def _head(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font, cell.fill, cell.alignment = HEAD, BLUE, CENTRED
    return cell


def _safe(sheet: Any, value: Value) -> Any:
    """Return what may be appended: a text that looks like a formula as one that is marked to be none."""
    if not isinstance(value, str) or not value.startswith(RISKY):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.data_type, cell.quotePrefix = "s", True
    return cell


def _widths(copy: Copy) -> list[int]:
    """Return for each column the width of its broadest cell among the first rows, within bounds."""
    widths = [breadth(column.heading) for column in copy.columns]
    for line in islice(lines(copy), MEASURED):
        for n, value in enumerate(line):
            widths[n] = max(widths[n], 16 if isinstance(value, datetime) else breadth(str(value or "")))
    return [min(max(width, NARROW), WIDE) + 2 for width in widths]


def lines(copy: Copy) -> Iterator[list[Value]]:
    """Yield the rows in the order of the list, cell by cell."""
    for page in copy.pages:
        for row in json.loads(zlib.decompress(page))[copy.rows]:
            yield [value_of(row, column, copy.names) for column in copy.columns]


def value_of(row: Mapping[str, Any], column: Column, names: Mapping[str, str]) -> Value:
    """Return what a row says in a column; None: nothing."""
    return _written(_found(row, column.path), column, names)


def _found(value: Any, path: Sequence[str]) -> Any:
    for n, name in enumerate(path):
        if value is None:
            return None
        if name == "*":
            return [_found(part, path[n + 1 :]) for part in value]
        value = _inner(value, name)
    return value


def _inner(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return value[int(name)] if value else None
    return value.get(name)


def _written(value: Any, column: Column, names: Mapping[str, str]) -> Value:
    if isinstance(value, dict):  # figures by what they are of
        return _text("、".join(f"{column.labels.get(name, name)} {each:.6g}" for name, each in value.items())) or None
    if isinstance(value, list):
        return _text("、".join(str(_written(part, column, names)) for part in value if part is not None)) or None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return value
    return _read(value, column, names) if value else None


def _read(text: str, column: Column, names: Mapping[str, str]) -> Value:
    match column.kind:
        case Kind.INSTANT:
            return datetime.fromisoformat(text).astimezone(CHINA).replace(tzinfo=None, microsecond=0)
        case Kind.DAY:
            return date.fromisoformat(text)
        case Kind.AREA:
            return names.get(text, text)
        case Kind.TEXT:
            return _text(column.labels.get(text, text))


def _text(value: str) -> str:
    return without_mobiles(ILLEGAL_CHARACTERS_RE.sub("", value))[:CELL_MOST]
