"""The table of a week's declarations as a depot gets it to fill in, XLSX or CSV; ``sheet`` reads what comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .forms import Cell, Form, as_csv, as_xlsx
from .sheet import AREA, DATE, DEPOT, GUIDE, HALF, HEADINGS, KIND, MOST, TEAMS, VISITS
from .words import Half, VisitArea, VisitKind

FORM = Form("承载力申报", GUIDE, HEADINGS, (24, 13, 8, 12, 8, 9, 9, 10))


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
    return as_csv(FORM, [row.cells for row in rows], encoding=encoding)


def written_as_xlsx(rows: Sequence[Blank], *, depots: Sequence[str], days: Sequence[date]) -> bytes:
    """
    Return the table as a workbook with drop-down lists.

    :param depots: as they may be filled in
    :param days: that may be declared
    """
    choices = {
        DEPOT: list(depots),
        DATE: [day.isoformat() for day in days],
        HALF: [half.label for half in Half],
        KIND: [kind.label for kind in VisitKind],
        AREA: [area.label for area in VisitArea],
    }
    return as_xlsx(FORM, [row.cells for row in rows], choices=choices, numbers={n: MOST[n] for n in (TEAMS, VISITS)})
