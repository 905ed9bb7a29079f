"""
Tables as people keep them, CSV or XLSX, to rows of texts and back; what a cell means is not looked at here.

How large a table may be, and whether a formula's value is taken, is the reader's to say (``Bounds``).
"""

import csv
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO, StringIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException

from .errors import Invalid
from .trimming import trimmed

ENCODINGS = ("utf-8-sig", "gb18030")
MARKS = ",;\t"  # between the cells of a CSV
WIDTH = 18  # characters of a column
FORMULA = re.compile(rb"<(?:\w{1,20}:)?f[\s>/]")
PIECE = 1024 * 1024
MERGED, LONGEST_TAG = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z0-9:]{2,32})\""), 128
MERGED_MOST = 100  # that are looked up
ROWS_MOST, CELLS_MOST = 100_000, 1_000_000  # that are looked at, empty ones too: a few seconds
A_SHEET, SHEET_ID = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>"), re.compile(rb":id=\"([^\"]+)\"")
HIDDEN = re.compile(rb"state=\"(?:hidden|veryHidden)\"")
BROKEN = (  # what the libraries say of workbooks that are damaged, locked, or none
    BadZipFile, InvalidFileException, KeyError, ValueError, EOFError, IndexError, SyntaxError, TypeError,
    AttributeError, OverflowError, AssertionError, RuntimeError, OSError, struct.error, zlib.error,
)  # fmt: skip
RELATION, ATTRIBUTE = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>"), re.compile(rb"(\w+)=\"([^\"]*)\"")
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class BadTable(Invalid):
    """The file cannot be read as a table; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """
    What a table may be at most.

    :param rows: that hold anything
    :param size: bytes of the file
    :param unpacked: bytes of an XLSX, which is a ZIP, once it is unpacked
    :param empty: where an empty table with its headings comes from, as a sentence
    :param formulas: the value that a spreadsheet last worked out is taken; else a formula is no value
    """

    rows: int
    size: int
    unpacked: int
    empty: str
    formulas: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """
    One row of a table: its number as a spreadsheet shows it, and its cells as trimmed texts.

    :param unread: by their index the cells whose value the file does not hold, and what to do about each
    """

    no: int
    cells: tuple[str, ...]
    unread: Mapping[int, str] = field(default_factory=dict)


def read(content: bytes, bounds: Bounds) -> list[Line]:
    """
    Return the rows that hold anything, headings included. CSV may be UTF-8 or GB18030, parted by comma, semicolon or
    tab; of a workbook the first sheet that is not hidden is read.

    :raises BadTable: if it is too large, or neither CSV nor XLSX
    """
    if len(content) > bounds.size:
        raise BadTable(f"文件超过 {bounds.size // 1024 // 1024} MiB,请分成几个文件导入", field="file")
    if content.startswith(OLE):
        raise BadTable("这是旧版 .xls 或加密的工作簿,请另存为不加密的 .xlsx 或 .csv 后再导入", field="file")
    rows = _workbook(content, bounds) if content.startswith(ZIP) else _csv(content)
    lines: list[Line] = []
    cells_n = 0
    for line in rows:
        cells_n += len(line.cells)
        if line.no > ROWS_MOST or cells_n > CELLS_MOST:
            raise BadTable("工作表的空行或空列过多,请删去表格以外的行和列(连同格式)后再导入", field="file")
        if any(line.cells):
            lines.append(line)
            if len(lines) > bounds.rows:
                raise BadTable(f"表格超过 {bounds.rows} 行,请分成几个文件导入", field="file")
    if not lines:
        raise BadTable(f"表中没有内容,请先填写;{bounds.empty}", field="file")
    return lines


def _csv(content: bytes) -> Iterator[Line]:
    text = _decoded(content)
    if "\0" in text:
        raise BadTable("文件既不是 CSV 也不是 XLSX,请核对后再导入", field="file")
    # The first line, unless nothing is parted there: a sentence may stand above the headings.
    head = max(text.split("\n", 2)[:2], key=lambda line: any(mark in line for mark in MARKS))
    mark = max(MARKS, key=head.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        for no, cells in enumerate(reader, 1):  # a text may run over several lines; a spreadsheet counts its row once
            yield Line(no, tuple(trimmed(cell) for cell in cells))
    except csv.Error as error:
        raise BadTable(f"CSV 第 {reader.line_num} 行无法读取,请检查引号是否成对", field="file") from error


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadTable("CSV 的编码不是 UTF-8 或 GB18030,请在电子表格中另存为“CSV UTF-8”", field="file")


def _workbook(content: bytes, bounds: Bounds) -> Iterator[Line]:
    with _legible():
        with ZipFile(BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > bounds.unpacked:
                raise BadTable("工作簿解压后过大,请删去图片和多余的工作表、行和列后再导入", field="file")
            counted = any(_has_formulas(archive, name) for name in archive.namelist() if name.endswith(".xml"))
        sheet = _first_sheet(content, data_only=True)
        rows = _computed(content, sheet, bounds) if counted else sheet.iter_rows(values_only=True)
        for no, cells in enumerate(rows, 1):
            unread = {i: cell.why for i, cell in enumerate(cells) if isinstance(cell, _Unread)}
            yield Line(no, tuple(_text(cell) for cell in cells), unread)


@contextmanager
def _legible() -> Iterator[None]:
    """:raises BadTable: for what the library says of a broken workbook"""
    try:
        yield
    except BROKEN as error:
        raise BadTable("工作簿已损坏或不是 XLSX,请用电子表格打开后另存再导入", field="file") from error


def merged(content: bytes) -> list[str]:
    """
    Return the merged cells of the sheet that is read, as ``A3:A9``, the first hundred; a CSV has none.

    :raises BadTable: if it is no workbook after all
    """
    if not content.startswith(ZIP):
        return []
    found: list[str] = []
    with _legible(), ZipFile(BytesIO(content)) as archive, archive.open(_first_part(archive)) as part:
        before = b""
        while (piece := part.read(PIECE)) and len(found) < MERGED_MOST:
            text = before + piece
            hits = list(MERGED.finditer(text))
            found += [hit[1].decode() for hit in hits]
            before = text[max(hits[-1].end() if hits else 0, len(text) - LONGEST_TAG) :]
    return found[:MERGED_MOST]


def _first_part(archive: ZipFile) -> str:
    """
    Return where a workbook keeps its first sheet that is not hidden.

    :raises KeyError: if it does not say so
    """
    sheets = [tag for tag in A_SHEET.findall(archive.read("xl/workbook.xml")) if not HIDDEN.search(tag)]
    sheet = SHEET_ID.search(sheets[0]) if sheets else None
    for relation in RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")):
        said = dict(ATTRIBUTE.findall(relation))
        if sheet is not None and said.get(b"Id") == sheet[1]:
            target = said[b"Target"].decode()
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError("xl/workbook.xml")


def _first_sheet(content: bytes, *, data_only: bool) -> Any:
    book = load_workbook(BytesIO(content), read_only=True, data_only=data_only)
    sheet = next((sheet for sheet in book.worksheets if sheet.sheet_state == "visible"), None)
    if sheet is None:
        raise BadTable("工作簿里没有可见的工作表,请取消隐藏后再导入", field="file")
    sheet.reset_dimensions()  # what a sheet says of its own size may be wrong
    return sheet


def _has_formulas(archive: ZipFile, name: str) -> bool:
    """Tell whether a part has any, a piece of it after another."""
    with archive.open(name) as part:
        before = b""
        while piece := part.read(PIECE):
            if FORMULA.search(before + piece):
                return True
            before = piece[-LONGEST_TAG:]
    return False


@dataclass(frozen=True, slots=True)
class _Unread:
    """A formula whose value the file does not hold; its text stands for it, so that nobody takes it for empty."""

    formula: str
    why: str

    def __str__(self) -> str:
        return self.formula


def _computed(content: bytes, sheet: Any, bounds: Bounds) -> Iterator[tuple[object, ...]]:
    """
    Yield rows with the values of formulas as the spreadsheet last worked them out.

    A program that writes a workbook leaves formulas without values; only the file's other reading shows that they are
    there. A formula whose value is an empty text has one.
    """
    formulas = _first_sheet(content, data_only=False)
    for values, texts in zip(sheet.iter_rows(), formulas.iter_rows(), strict=True):
        yield tuple(_value(value, text, bounds.formulas) for value, text in zip(values, texts, strict=True))


def _value(cell: Any, written: Any, formulas: bool) -> object:
    if written.data_type == "f" and not formulas:
        return _Unread(str(written.value), f"单元格 {cell.coordinate} 是公式,请改为直接填写的值")
    if cell.data_type == "e":
        why = f"单元格 {cell.coordinate} 的公式出错({cell.value}),请在 Excel 中改正并保存"
        return _Unread(str(cell.value), why)
    if cell.value is None and cell.data_type == "n" and written.data_type == "f":
        why = f"单元格 {cell.coordinate} 是公式,文件中没有它的计算结果,请在 Excel 中打开并保存一次再导入"
        return _Unread(str(written.value), why)
    return cell.value


def _text(value: object) -> str:
    """Return a cell as it is shown: a code that a spreadsheet took for a number has no decimals."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()
    return trimmed(str(value))


def written_csv(rows: Iterable[Sequence[str]], *, encoding: str = ENCODINGS[0]) -> bytes:
    """Return rows as CSV, by itself one that a spreadsheet opens with the right letters."""
    out = StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def written_xlsx(rows: Iterable[Sequence[str]], *, title: str) -> bytes:
    """Return rows as a workbook, every cell as text: none can act as a formula, no code loses its zeros."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for r, row in enumerate(rows, 1):
        for c, text in enumerate(row, 1):
            cell = sheet.cell(r, c)
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
            cell.data_type, cell.number_format = "s", "@"
            if r == 1:
                cell.font = Font(bold=True)
                sheet.column_dimensions[cell.column_letter].width = WIDTH
    sheet.freeze_panes = "A2"
    file = BytesIO()
    book.save(file)
    return file.getvalue()
