"""What a report says, whatever it is shown as: sections of tables and plots; and how figures are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dispatch.kit.clock import CHINA
from dispatch.tickets.indices import Figure, Unit

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Amount:
    """
    A number and how it is written. Its unit stands in the heading of its column, or in a cell beside it.

    :param percent: it is a share of one, written in hundredths
    """

    value: float
    digits: int = 0
    percent: bool = False

    def __str__(self) -> str:
        return f"{self.value:.{self.digits}{'%' if self.percent else 'f'}}"


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, written in Chinese time with its year."""

    at: datetime

    @property
    def local(self) -> datetime:
        """What the clocks of China show."""
        return self.at.astimezone(CHINA).replace(tzinfo=None, microsecond=0)

    def __str__(self) -> str:
        return f"{self.local:%Y-%m-%d %H:%M}"


Cell = str | int | float | None | Amount | Moment


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


DIGITS = {Unit.COUNT: 0, Unit.TIMES_EACH: 4}  # after the point; others have one


def value(figure: Figure) -> Cell:
    """Return a figure's value without its unit; a dash where there is none."""
    if figure.value is None:
        return NOTHING
    match figure.unit:
        case Unit.SHARE:
            return Amount(figure.value, 2, percent=True)
        case Unit.PERCENT:
            return Amount(figure.value / 100, 4 + 2 * (figure.value > 99), percent=True)
        case unit:
            return Amount(figure.value, DIGITS.get(unit, 1))


def unit_of(unit: Unit) -> str:
    """Return what stands beside a figure; a share and a percentage bear their sign themselves."""
    return "%" if unit in (Unit.SHARE, Unit.PERCENT) else unit.label


def number(amount: float | None, digits: int = 1) -> Cell:
    """Return a number as it is written; a dash for none."""
    return NOTHING if amount is None else Amount(amount, digits)


def moment(at: datetime | None) -> Cell:
    """Return an instant in Chinese time; a dash for none."""
    return NOTHING if at is None else Moment(at)


def part(n: float, whole: float) -> Cell:
    """Return a share; of nothing there is none."""
    return Amount(n / whole, 2, percent=True) if whole else NOTHING


def plain(amount: float | None) -> Cell:
    """Return a numerator or a denominator: a whole number where it is one."""
    if amount is None:
        return NOTHING
    return int(amount) if float(amount).is_integer() else Amount(amount, 2)


def breadth(cell: Cell) -> int:
    """Return how broad a cell's text is, in Latin letters; a Chinese letter is as broad as two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in ("" if cell is None else str(cell)))


def cell_breadths(table: Table) -> list[int]:
    """Return the breadth of the broadest cell below each heading."""
    columns = zip(*table.rows, strict=True) if table.rows else ((),) * len(table.columns)
    return [max(map(breadth, column), default=0) for column in columns]


def breadths(table: Table) -> list[int]:
    """Return the breadth of the broadest cell of each column."""
    return [max(map(breadth, column)) for column in zip(table.columns, *table.rows, strict=True)]
