"""The table of a week's declarations as a depot gets it to fill in, XLSX or CSV; ``sheet`` reads what comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

from dispatch.kit.tables import written_csv

from .sheet import AREA, DATE, DEPOT, GUIDE, HALF, HEADINGS, KIND, MOST, TEAMS, VISITS, letter
from .words import Half, VisitArea, VisitKind

TITLE, CHOICES = "承载力申报", "选项"
WIDTHS = (24, 13, 8, 12, 8, 9, 9, 10)  # characters
ABOVE, SPARE = 2, 200  # rows above the first that is filled in; rows below the last that have drop-down lists too

Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Blank:
    """One row to be filled in; None: nobody declared it."""

    depot: str
    date: date
    half: Half
    kind: VisitKind
    area_class: VisitArea
    teams: int | None = None
    visits: int | None = None
    version: int | None = None

    @property
    def cells(self) -> tuple[Cell, ...]:
        words = (self.half.label, self.kind.label, self.area_class.label)
        return (self.depot, self.date.isoformat(), *words, self.teams, self.visits, self.version)


def written_as_csv(rows: Sequence[Blank], *, encoding: str) -> bytes:
    """Return the table as CSV, the line of instructions in its first cell."""
    guide = (GUIDE, *("" for _ in HEADINGS[1:]))
    cells = (["" if cell is None else str(cell) for cell in row.cells] for row in rows)
    return written_csv([guide, HEADINGS, *cells], encoding=encoding)


def written_as_xlsx(rows: Sequence[Blank], *, depots: Sequence[str], days: Sequence[date]) -> bytes:
    """
    Return the table as a workbook with drop-down lists, which stand on a second sheet.

    :param depots: as they may be filled in
    :param days: that may be declared
    """
    book = Workbook()
    sheet = book.active
    sheet.title = TITLE
    _put(sheet, 1, 1, GUIDE)
    for c, heading in enumerate(HEADINGS, 1):
        _put(sheet, ABOVE, c, heading).font = Font(bold=True)
        sheet.column_dimensions[letter(c - 1)].width = WIDTHS[c - 1]
    for r, row in enumerate(rows, ABOVE + 1):
        for c, cell in enumerate(row.cells, 1):
            _put(sheet, r, c, cell)
    sheet.freeze_panes = f"A{ABOVE + 1}"
    _restrict(book, depots, days, last=ABOVE + len(rows) + SPARE)
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


def _restrict(book: Any, depots: Sequence[str], days: Sequence[date], *, last: int) -> None:
    """Give each column its drop-down list, or the whole numbers that it takes."""
    sheet, choices = book.active, book.create_sheet(CHOICES)
    lists = {
        DEPOT: list(depots),
        DATE: [day.isoformat() for day in days],
        HALF: [half.label for half in Half],
        KIND: [kind.label for kind in VisitKind],
        AREA: [area.label for area in VisitArea],
    }
    for n, offered in lists.items():
        for r, text in enumerate(offered, 1):
            _put(choices, r, n + 1, text)
        column = letter(n)
        rule = DataValidation(type="list", formula1=f"={CHOICES}!${column}$1:${column}${max(1, len(offered))}")
        rule.error, rule.errorTitle = f"请从下拉框选{HEADINGS[n]}", "填写有误"
        _hang(sheet, rule, column, last)
    for n in (TEAMS, VISITS):
        rule = DataValidation(type="whole", operator="between", formula1="0", formula2=str(MOST[n]))
        rule.error, rule.errorTitle = f"{HEADINGS[n]}请填 0 到 {MOST[n]} 的整数", "填写有误"
        _hang(sheet, rule, letter(n), last)


def _hang(sheet: Any, rule: DataValidation, column: str, last: int) -> None:
    rule.showErrorMessage, rule.allow_blank = True, True
    rule.add(f"{column}{ABOVE + 1}:{column}{last}")
    sheet.add_data_validation(rule)
