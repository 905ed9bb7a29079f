"""A4 pages of a PDF, written from the top down: lines, a picture, tables that go on on the next page."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from dispatch.kit.errors import Unavailable
from dispatch.reports.book import breadth
from dispatch.reports.maps.palette import GREY, INK
from dispatch.reports.maps.picture import said
from dispatch.reports.plots import chinese_font

WIDE, HIGH = 8.27, 11.69  # A4, inches
LEFT, RIGHT, TOP, BOTTOM = 0.06, 0.94, 0.955, 0.05  # shares of the page
ROW, CELL_LINE, PAD = 0.0075, 0.0133, 0.006  # rim of a row, a line of a cell, rim of a cell
BODY = 8.5  # points, of a table
SHADE, PALE_INK = "#eef1f4", "#444444"
TURN = Lock()  # what matplotlib is set to is shared by all threads


class NoChineseFont(Unavailable):
    """The machine has no font with Chinese letters."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; ``letters``: Latin letters that a line of it holds."""

    name: str
    letters: int
    bold: bool = False


class Pages:
    """
    Pages as they are written.

    :param family: font with Chinese letters
    """

    def __init__(self, family: str) -> None:
        self.figures: list[Figure] = []
        self._family = family
        self._y = BOTTOM

    def turn(self) -> None:
        """Begin a page."""
        figure = Figure(figsize=(WIDE, HIGH))
        FigureCanvasPdf(figure)
        self.figures.append(figure)
        self._y = TOP

    def line(
        self, text: str, size: float = BODY, *, bold: bool = False, pale: bool = False, centre: bool = False
    ) -> None:
        """Write a line, or as many as the text needs."""
        room = round((RIGHT - LEFT) * WIDE * 72 / size / 0.5)
        at, across = ((LEFT + RIGHT) / 2, "center") if centre else (LEFT, "left")
        for part in broken(text, room):
            self._write(at, self._y, part, size, bold=bold, pale=pale, ha=across)
            self._y -= size * 1.75 / 72 / HIGH

    def keep(self, lines: float) -> None:
        """Begin a page unless so many lines of a table still fit."""
        if self._y - lines * (CELL_LINE + ROW) < BOTTOM:
            self.turn()

    def space(self, lines: float) -> None:
        """Leave room for so many lines of a table."""
        self._y -= lines * CELL_LINE

    def foot(self, number: int, text: str) -> None:
        """Write the line at the foot of a page, counted from 0."""
        self.figures[number].text(
            (LEFT + RIGHT) / 2, BOTTOM / 2, said(text), family=self._family, fontsize=8, color=PALE_INK, ha="center"
        )

    def picture(self, png: bytes) -> None:
        """Put a picture across the page, on the next if there is no room."""
        image = imread(io.BytesIO(png))
        high = (RIGHT - LEFT) * WIDE / HIGH * image.shape[0] / image.shape[1]
        if self._y - high < BOTTOM:
            self.turn()
        axes = self._figure.add_axes((LEFT, self._y - high, RIGHT - LEFT, high))
        axes.imshow(np.asarray(image), interpolation="none")
        axes.set_axis_off()
        self._y -= high + CELL_LINE

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Write a table; its heads stand on each page that it goes on to."""
        heads = [column.name for column in columns]
        self._row(columns, heads, head=True)
        for row in rows:
            if self._y - _height(columns, row) < BOTTOM + CELL_LINE:
                self.turn()
                self._row(columns, heads, head=True)
            self._row(columns, row)

    @property
    def _figure(self) -> Figure:
        return self.figures[-1]

    def _write(
        self, x: float, y: float, text: str, size: float, *, bold: bool, pale: bool = False, ha: str = "left"
    ) -> None:
        self._figure.text(
            x, y, said(text), family=self._family, fontsize=size, weight="bold" if bold else "normal", va="top", ha=ha,
            color=PALE_INK if pale else INK,
        )  # fmt: skip

    def _row(self, columns: Sequence[Column], row: Sequence[str], *, head: bool = False) -> None:
        high, edges = _height(columns, row), _edges(columns)
        if head:
            self._add(Rectangle((LEFT, self._y - high), RIGHT - LEFT, high, facecolor=SHADE, lw=0))
        for column, left, cell in zip(columns, edges, row, strict=False):
            for n, part in enumerate(broken(cell, column.letters)):
                top = self._y - ROW * 0.75 - n * CELL_LINE
                self._write(left + PAD, top, part, BODY, bold=head or column.bold)
        for x in edges:
            self._add(Line2D([x, x], [self._y, self._y - high], color=GREY, lw=0.6))
        for y in (self._y, self._y - high):
            self._add(Line2D([LEFT, RIGHT], [y, y], color=GREY, lw=0.6))
        self._y -= high

    def _add(self, artist: Any) -> None:
        self._figure.add_artist(artist).set_zorder(0)


def bound(title: str, at: datetime, write: Callable[[Pages], None]) -> bytes:
    """
    Return as a file what was written, each page with its number.

    :raises NoChineseFont: if its words cannot be written on this machine
    """
    family = chinese_font()
    if family is None:
        raise NoChineseFont("服务器没有中文字体,不能生成 PDF;请安装 Noto Sans CJK,或改用打印页(.html)")
    file, pages = io.BytesIO(), Pages(family)
    facts = {"Title": title, "Creator": "供电服务指挥调度后台", "CreationDate": at, "ModDate": at}
    with TURN, rc_context({"pdf.fonttype": 3}), PdfPages(file, metadata=facts) as pdf:
        write(pages)
        for number, figure in enumerate(pages.figures):
            pages.foot(number, f"{title}    第 {number + 1} 页,共 {len(pages.figures)} 页")
            pdf.savefig(figure)
    return file.getvalue()


def _edges(columns: Sequence[Column]) -> list[float]:
    """Return the left rims of the columns, and the right one of the last."""
    whole = sum(column.letters for column in columns)
    edges, at = [LEFT], LEFT
    for column in columns:
        at += (RIGHT - LEFT) * column.letters / whole
        edges.append(at)
    return edges


def _height(columns: Sequence[Column], row: Sequence[str]) -> float:
    most = max(len(broken(cell, column.letters)) for column, cell in zip(columns, row, strict=True))
    return most * CELL_LINE + ROW


def broken(text: str, letters: int) -> list[str]:
    """Break a text into lines of so many Latin letters; a Chinese letter is as broad as two."""
    found = []
    for part in text.split("\n"):
        line = ""
        for letter in part:
            if line and breadth(line + letter) > letters - 1:
                found.append(line)
                line = ""
            line += letter
        found.append(line)
    return found
