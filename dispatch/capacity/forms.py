"""A table that people fill in, XLSX with drop-down lists or CSV; ``cells`` reads what comes back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

from dispatch.kit.tables import written_csv

from .cells import letter

CHOICES = "选项"
ABOVE, SPARE = 2, 200  # rows above the first that is filled in; rows below the last that have drop-down lists too

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Form:
    """
    What a table has in each file.

    :param title: of the sheet
    :param guide: the line of instructions, above the headings
    :param widths: characters of each column
    """

    title: str
    guide: str
    headings: Sequence[str]
    widths: Sequence[int]


def as_csv(form: Form, rows: Iterable[Sequence[Cell]], *, encoding: str) -> bytes:
    """Return the table as CSV, the line of instructions in its first cell."""
    guide = (form.guide, *("" for _ in form.headings[1:]))
    cells = (["" if cell is None else str(cell) for cell in row] for row in rows)
    return written_csv([guide, form.headings, *cells], encoding=encoding)


def as_xlsx(
    form: Form,
    rows: Sequence[Sequence[Cell]],
    *,
    choices: Mapping[int, Sequence[str]],
    numbers: Mapping[int, int],
) -> bytes:
    """
    Return the table as a workbook with drop-down lists, which stand on a second sheet.

    :param choices: column → what may stand in it
    :param numbers: column → the greatest whole number that may
    """
    book = Workbook()
    sheet = book.active
    sheet.title = form.title
    _put(sheet, 1, 1, form.guide)
    for c, heading in enumerate(form.headings, 1):
        _put(sheet, ABOVE, c, heading).font = Font(bold=True)
        sheet.column_dimensions[letter(c - 1)].width = form.widths[c - 1]
    for r, row in enumerate(rows, ABOVE + 1):
        for c, cell in enumerate(row, 1):
            _put(sheet, r, c, cell)
    sheet.freeze_panes = f"A{ABOVE + 1}"
    _restrict(book, form, choices, numbers, last=ABOVE + len(rows) + SPARE)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _put(sheet: Any, row: int, column: int, value: Cell) -> Any:
    """Write a cell; a text stays one, whatever it begins with."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.data_type, cell.number_format = "s", "@"
    else:
        cell.value = value
    return cell


def _restrict(
    book: Any, form: Form, choices: Mapping[int, Sequence[str]], numbers: Mapping[int, int], *, last: int
) -> None:
    """Give each column its drop-down list, or the whole numbers that it takes."""
    sheet, listed = book.active, book.create_sheet(CHOICES)
    for n, offered in choices.items():
        for r, text in enumerate(offered, 1):
            _put(listed, r, n + 1, text)
        column = letter(n)
        rule = DataValidation(type="list", formula1=f"={CHOICES}!${column}$1:${column}${max(1, len(offered))}")
        rule.error, rule.errorTitle = f"请从下拉框选{form.headings[n]}", "填写有误"
        _hang(sheet, rule, column, last)
    for n, most in numbers.items():
        rule = DataValidation(type="whole", operator="between", formula1="0", formula2=str(most))
        rule.error, rule.errorTitle = f"{form.headings[n]}请填 0 到 {most} 的整数", "填写有误"
        _hang(sheet, rule, letter(n), last)


def _hang(sheet: Any, rule: DataValidation, column: str, last: int) -> None:
    rule.showErrorMessage, rule.allow_blank = True, True
    rule.add(f"{column}{ABOVE + 1}:{column}{last}")
    sheet.add_data_validation(rule)
