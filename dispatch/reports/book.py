"""What a report says, whatever it is shown as: sections of tables and plots; and how figures are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dispatch.kit.clock import CHINA
from dispatch.tickets.indices import Figure, Unit

Cell = str | int | float | None
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. ``note`` says what the table cannot say: population, limits, how many rows were left out."""

    heading: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one set of bars; ``plain`` is its name where no Chinese font is installed."""

    name: str
    plain: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class Plot:
    """Values over labels; ``plain_heading`` and ``plain_labels`` for where no Chinese font is installed."""

    heading: str
    plain_heading: str
    kind: Literal["line", "bar"]
    labels: Sequence[str]
    series: tuple[Series, ...]
    unit: str
    plain_labels: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter; one sheet of a workbook."""

    heading: str
    tables: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """A whole report."""

    title: str
    about: str  # area, period, when it was made
    sections: tuple[Section, ...]
    made_at: datetime


def value(figure: Figure) -> str:
    """Return a figure's value as it is written; a dash where there is none."""
    if figure.value is None:
        return NOTHING
    match figure.unit:
        case Unit.SHARE:
            return f"{figure.value:.2%}"
        case Unit.PERCENT:
            return f"{figure.value:.4f}%"
        case Unit.COUNT:
            return f"{figure.value:.0f} 件"
        case Unit.TIMES_EACH:
            return f"{figure.value:.4f} {figure.unit.label}"
        case _:
            return f"{figure.value:.1f} {figure.unit.label}"


def number(amount: float | None, digits: int = 1) -> str:
    """Return a number as it is written; a dash for none."""
    return NOTHING if amount is None else f"{amount:.{digits}f}"


def moment(at: datetime | None) -> str:
    """Return an instant in Chinese time; a dash for none."""
    return NOTHING if at is None else at.astimezone(CHINA).strftime("%m-%d %H:%M")


def fraction(figure: Figure) -> str:
    """Return numerator and denominator; a dash where there are none."""
    if figure.denominator is None:
        return NOTHING
    return f"{figure.numerator or 0:g} / {figure.denominator:g}"


def breadth(cell: Cell) -> int:
    """Return how broad a cell's text is, in Latin letters; a Chinese letter is as broad as two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in ("" if cell is None else str(cell)))


def breadths(table: Table) -> list[int]:
    """Return the breadth of the broadest cell of each column."""
    return [max(map(breadth, column)) for column in zip(table.columns, *table.rows, strict=True)]
