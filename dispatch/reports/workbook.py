"""
A report as an XLSX workbook: one sheet a section.

Numbers, percentages and instants are cells that a spreadsheet can sum, sort and pivot; what is not known is an empty
cell. Every text is written as text: none can act as a formula.
"""

from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from .book import NOTHING, Amount, Book, Cell, Moment, Section, Table, breadth, cell_breadths
from .plots import NO_FONT, chinese_font, draw

TITLE, HEADING, HEAD = Font(bold=True, size=16), Font(bold=True, size=12), Font(bold=True, color="FFFFFF")
BLUE, LINE = PatternFill("solid", fgColor="0B5394"), Side(style="thin", color="BBBBBB")
BOX = Border(LINE, LINE, LINE, LINE)
WRAPPED = Alignment(wrap_text=True, vertical="center", horizontal="left")
RIGHT = Alignment(vertical="center", horizontal="right")
INSTANT = "yyyy-mm-dd hh:mm"
NARROW, WIDE = 10, 44  # characters of a column
FORBIDDEN = str.maketrans({mark: " " for mark in "[]:*?/\\"})  # in names of sheets
PLOT_WIDTH_PX, PLOT_HEIGHT_PX = 720, 300
PLOT_ROWS = 17  # rows that a plot covers
LINE_PT = 15  # height of a line


def workbook(book: Book) -> bytes:
    """Return the report as a file."""
    made = Workbook()
    made.remove(made.active)
    made.properties.title, made.properties.creator = book.title, "供电服务指挥调度后台"
    made.properties.created = made.properties.modified = book.made_at.replace(tzinfo=None)
    for n, section in enumerate(book.sections, 1):
        _sheet(made, n, section, book)
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def _sheet(made: Any, n: int, section: Section, book: Book) -> None:
    sheet = made.create_sheet(f"{n} {section.heading}".translate(FORBIDDEN)[:31])
    sheet.sheet_view.showGridLines = False
    columns = max((len(table.columns) for table in section.tables), default=1)
    row = 1
    for text, font in ((book.title, TITLE), (book.about, None), (section.text, None)):
        if text:
            row = _line(sheet, row, text, columns, font=font)
    for table in section.tables:
        row = _table(sheet, row + 1, table, columns)
    _widths(sheet, section)
    for plot in section.plots:
        image = Image(BytesIO(draw(plot, font=chinese_font())))
        image.width, image.height = PLOT_WIDTH_PX, PLOT_HEIGHT_PX
        sheet.add_image(image, f"A{row + 1}")
        row += PLOT_ROWS
    if section.plots and chinese_font() is None:
        _line(sheet, row + 1, NO_FONT, columns)
    _paper(sheet, columns)


def _line(sheet: Any, row: int, text: str, columns: int, *, font: Font | None = None) -> int:
    """Write one line across all columns; return the next row."""
    cell = _write(sheet, row, 1, text)
    if font is not None:
        cell.font = font
    across = max(columns, 4)
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=across)
    cell.alignment = WRAPPED
    if font is not None:
        sheet.row_dimensions[row].height = 1.6 * font.size
    return row + 1


def _table(sheet: Any, row: int, table: Table, columns: int) -> int:
    row = _line(sheet, row, table.heading, columns, font=HEADING)
    for column, name in enumerate(table.columns, 1):
        cell = _write(sheet, row, column, name)
        cell.font, cell.fill, cell.border, cell.alignment = HEAD, BLUE, BOX, WRAPPED
    for line in table.rows or [("本期没有",)]:
        row += 1
        for column, value in enumerate(line, 1):
            cell = _write(sheet, row, column, value)
            cell.border, cell.alignment = BOX, WRAPPED if isinstance(value, str | None) else RIGHT
    row += 1
    return _line(sheet, row, table.note, columns) if table.note else row


def _write(sheet: Any, row: int, column: int, value: Cell) -> Any:
    cell = sheet.cell(row=row, column=column)
    match value:
        case Amount():
            cell.value, cell.number_format = value.value, _format(value)
        case Moment():
            cell.value, cell.number_format = value.local, INSTANT
        case str() if value != NOTHING:
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
            cell.data_type = "s"  # what begins with = is an address or a remark here, never a formula
        case int() | float():
            cell.value = value
    return cell


def _format(amount: Amount) -> str:
    """Return the number format that writes the amount as ``str`` does."""
    digits = f".{'0' * amount.digits}" if amount.digits else ""
    return f"0{digits}%" if amount.percent else f"#,##0{digits}"


def _widths(sheet: Any, section: Section) -> None:
    """Make each column as wide as its broadest cell, within bounds, and each row as high as its text needs then."""
    widths: dict[int, int] = {}
    for table in section.tables:
        for column, (broad, name) in enumerate(zip(cell_breadths(table), table.columns, strict=True), 1):
            wanted = max(broad, -(-breadth(name) // 2))  # a long heading goes on two lines
            widths[column] = max(widths.get(column, NARROW), min(wanted + 2, WIDE))
    for column, wide in widths.items():
        sheet.column_dimensions[get_column_letter(column)].width = wide
    merged = {
        each.min_row: sum(widths.get(c, NARROW) for c in range(1, each.max_col + 1))
        for each in sheet.merged_cells.ranges
    }
    for row in sheet.iter_rows():
        lines = [
            -(-breadth(c.value) // (merged.get(c.row, widths.get(c.column, NARROW)) - 1))
            for c in row
            if isinstance(c.value, str)
        ]
        if max(lines, default=1) > 1:
            sheet.row_dimensions[row[0].row].height = LINE_PT * max(lines)


def _paper(sheet: Any, columns: int) -> None:
    sheet.page_setup.orientation = "landscape" if columns > 5 else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
