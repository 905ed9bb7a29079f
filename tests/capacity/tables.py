"""Tables of declarations as people send them: rows as CSV or XLSX, by hand."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook

from dispatch.capacity.sheet import HEADINGS

NAMES = ("depot", "date", "half", "kind", "area", "teams", "visits", "seen")
USUAL: dict[str, Any] = dict(zip(NAMES, ("330225-1", "2026-07-06", "上午", "查勘", "城区", 2, 8, ""), strict=True))


def row(**said: Any) -> list[Any]:
    """Return a row that is right, but for what is said."""
    return [(USUAL | said)[name] for name in NAMES]


def csv_of(*rows: Sequence[Any], mark: str = ",", encoding: str = "utf-8", headings: Sequence[str] = HEADINGS) -> bytes:
    lines = [headings, *rows]
    return "\r\n".join(mark.join(str(cell) for cell in line) for line in lines).encode(encoding)


def book_of(*rows: Sequence[Any], headings: Sequence[Any] = HEADINGS, merged: str | None = None) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (headings, *rows):
        sheet.append(list(line))
    if merged:
        sheet.merge_cells(merged)
    file = BytesIO()
    book.save(file)
    return file.getvalue()
