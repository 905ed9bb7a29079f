"""Workbooks that are damaged, hidden or far too wide: each is read or refused in words, none is a fault of ours."""

import io
import warnings
import zipfile
from collections.abc import Callable
from contextlib import suppress
from random import Random

import pytest
from openpyxl import load_workbook

from dispatch.capacity import sheet
from dispatch.capacity.cells import BadHeadings
from dispatch.capacity.sheet import HEADINGS, Read
from dispatch.desk.bookings.sheets import BOUNDS
from dispatch.kit import tables
from dispatch.kit.tables import BadTable

from .tables import book_of, row

FIRST = "xl/worksheets/sheet1.xml"
BOOK = book_of(row(), row(teams="=1+1"), merged="A2:A3")


def read(content: bytes) -> Read:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the library thinks of a style
        return sheet.read(tables.read(content, BOUNDS), tables.merged(content), {"330225-1": ["330225-1"]})


def bent(change: Callable[[bytes], bytes], name: str = FIRST) -> bytes:
    """Return the workbook with one of its parts changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
    return file.getvalue()


def torn(luck: Random) -> bytes:
    """Return the workbook with some bytes of the file, or of one of its parts, changed or lost."""
    if luck.random() < 0.4:
        content = bytearray(BOOK)
        for _ in range(luck.randint(1, 8)):
            content[luck.randrange(4, len(content))] = luck.randrange(256)
        return bytes(content)

    def change(part: bytes) -> bytes:
        begin = luck.randrange(len(part))
        new = b"" if luck.random() < 0.5 else bytes([luck.randrange(32, 127)])
        return part[:begin] + new + part[begin + luck.randint(1, 30) :]

    with zipfile.ZipFile(io.BytesIO(BOOK)) as archive:
        return bent(change, luck.choice(archive.namelist()))


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_workbook_is_refused_in_words(seed: int) -> None:
    luck = Random(seed)
    for _ in range(25):
        with suppress(BadTable, BadHeadings):
            read(torn(luck))


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="2000000000"><c r="A2000000000"><v>1</v></c></row>',
        b"".join(b'<row r="%d"><c r="XFD%d"/></row>' % (n, n) for n in range(10, 500)),
        b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (n, n) for n in range(10, 120_000)),
    ],
    ids=["a row far below", "columns without end", "rows without end"],
)
def test_empty_rows_and_columns_without_end_are_not_looked_through(rows: bytes) -> None:
    content = bent(lambda part: part.replace(b"</sheetData>", rows + b"</sheetData>"))
    with pytest.raises(BadTable, match=r"空行或空列过多.*请删去"):
        read(content)


def test_a_formula_is_known_whatever_its_tags_are_called() -> None:
    def prefixed(part: bytes) -> bytes:
        for tag in (b"c", b"f", b"v"):
            part = part.replace(b"<%b>" % tag, b"<x:%b>" % tag).replace(b"<%b " % tag, b"<x:%b " % tag)
            part = part.replace(b"</%b>" % tag, b"</x:%b>" % tag).replace(b"<%b />" % tag, b"<x:%b />" % tag)
        space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        return part.replace(b"<worksheet ", b'<worksheet xmlns:x="%b" ' % space)

    faults = [str(fault) for fault in read(bent(prefixed)).faults]
    assert any("F3 是公式" in fault for fault in faults), faults


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_what_nobody_sees_is_not_declared(state: str) -> None:
    book = load_workbook(io.BytesIO(book_of(row(visits=99))))
    book.worksheets[0].sheet_state = state
    shown = book.create_sheet("申报")
    for line in (HEADINGS, row(visits=5), row(half="下午")):
        shown.append(list(line))
    shown.merge_cells("D2:D3")
    book.active = 1
    file = io.BytesIO()
    book.save(file)
    found = read(file.getvalue())
    assert [entry.visits for entry in found.entries] == [5]
    assert [fault.row for fault in found.faults if "合并" in fault.message] == [2]


def test_a_workbook_that_shows_nothing_says_so() -> None:
    content = bent(lambda part: part.replace(b'state="visible"', b'state="hidden"'), "xl/workbook.xml")
    with pytest.raises(BadTable, match="没有可见的工作表,请取消隐藏"):
        read(content)
