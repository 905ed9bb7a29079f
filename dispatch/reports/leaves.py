"""A report as PDF for the printer: A4, the letters embedded, tables that go on on the next page."""

from functools import partial

from .book import Book, Section, Table, breadths
from .plots import chinese_font, draw
from .worklists.pages import Column, Pages, bound

TITLE, CHAPTER, HEAD = 15.0, 12.0, 10.0  # points
LETTERS = 120  # Latin letters of a line of a table
NARROW, GREEDY = 8, 48  # Latin letters
OPENING = 6  # lines that a heading wants with it


def leaves(book: Book) -> bytes:
    """
    Return the report as a file.

    :raises NoChineseFont: if its words cannot be written on this machine
    """
    return bound(book.title, book.made_at, partial(_write, book))


def _write(book: Book, pages: Pages) -> None:
    pages.turn()
    pages.line(book.title, TITLE, bold=True, centre=True)
    pages.line(book.about, pale=True, centre=True)
    for n, section in enumerate(book.sections, 1):
        _section(pages, n, section)


def _section(pages: Pages, n: int, section: Section) -> None:
    pages.space(0.8)
    pages.keep(OPENING)
    pages.line(f"{n} {section.heading}", CHAPTER, bold=True)
    if section.text:
        pages.line(section.text)
    for table in section.tables:
        _table(pages, table, heading=table.heading != section.heading)
    for plot in section.plots:
        pages.picture(draw(plot, font=chinese_font()))


def _table(pages: Pages, table: Table, *, heading: bool) -> None:
    if heading:
        pages.keep(OPENING)
        pages.line(table.heading, HEAD, bold=True)
    if table.rows:
        pages.table(_columns(table), [[_cell(cell) for cell in row] for row in table.rows])
        pages.space(0.4)
    else:
        pages.line("本期没有。")
    if table.note:
        pages.keep(3)
        pages.line(f"注:{table.note}", pale=True)


def _cell(cell: object) -> str:
    return "" if cell is None else str(cell)


def _columns(table: Table) -> list[Column]:
    """Return the columns, each as broad as its broadest cell asks, within bounds."""
    weights = [min(max(broad, NARROW), GREEDY) for broad in breadths(table)]
    rooms = [max(NARROW, LETTERS * weight // sum(weights)) for weight in weights]
    return [Column(name, room) for name, room in zip(table.columns, rooms, strict=True)]
