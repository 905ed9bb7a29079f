"""Tables as people keep them, CSV or XLSX, to rows of texts and back; what a cell means is not looked at here."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO
from zipfile import BadZipFile, ZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException

from dispatch.kit.errors import Invalid
from dispatch.kit.trimming import trimmed

ROWS_MOST = 200_000
BYTES_MOST = 32 * 1024 * 1024
UNPACKED_MOST = 16 * BYTES_MOST  # of an XLSX, which is a ZIP: what unpacks to more is no table of places
ENCODINGS = ("utf-8-sig", "gb18030")
WIDTH = 18  # characters of a column
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class BadTable(Invalid):
    """The file cannot be read as a table; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: its number as a spreadsheet shows it, and its cells as trimmed texts."""

    no: int
    cells: tuple[str, ...]


def read(content: bytes) -> list[Line]:
    """
    Return the rows that hold anything, headings included. CSV may be UTF-8 or GB18030, parted by comma, semicolon or
    tab; of a workbook the first sheet is read.

    :raises BadTable: if it is too large, or neither CSV nor XLSX
    """
    if len(content) > BYTES_MOST:
        raise BadTable(f"文件超过 {BYTES_MOST // 1024 // 1024} MiB,请分成几个文件导入", field="file")
    if content.startswith(OLE):
        raise BadTable("这是旧版 .xls 或加密的工作簿,请另存为不加密的 .xlsx 或 .csv 后再导入", field="file")
    rows = _workbook(content) if content.startswith(ZIP) else _csv(content)
    lines = [Line(no, cells) for no, cells in rows if any(cells)]
    if not lines:
        raise BadTable("表中没有内容,请先填写;空表可用 dispatch places template 生成", field="file")
    return lines


def _csv(content: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    text = _decoded(content)
    if "\0" in text:
        raise BadTable("文件既不是 CSV 也不是 XLSX,请核对后再导入", field="file")
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        for no, cells in enumerate(reader, 1):  # a text may run over several lines; a spreadsheet counts its row once
            _count(no)
            yield no, tuple(trimmed(cell) for cell in cells)
    except csv.Error as error:
        raise BadTable(f"CSV 第 {reader.line_num} 行无法读取,请检查引号是否成对", field="file") from error


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadTable("CSV 的编码不是 UTF-8 或 GB18030,请在电子表格中另存为“CSV UTF-8”", field="file")


def _workbook(content: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    try:
        with ZipFile(BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > UNPACKED_MOST:
                raise BadTable("工作簿解压后过大,请删去图片和多余的工作表后再导入", field="file")
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a sheet says of its own size may be wrong
        for no, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            _count(no)
            yield no, tuple(_text(cell) for cell in cells)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, EOFError, IndexError, SyntaxError) as error:
        raise BadTable("工作簿已损坏或不是 XLSX,请用电子表格打开后另存再导入", field="file") from error


def _count(no: int) -> None:
    if no > ROWS_MOST:
        raise BadTable(f"表格超过 {ROWS_MOST} 行,请分成几个文件导入", field="file")


def _text(value: object) -> str:
    """Return a cell as it is shown: a code that a spreadsheet took for a number has no decimals."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()
    return trimmed(str(value))


def written_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as CSV that a spreadsheet opens with the right letters."""
    out = StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


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
