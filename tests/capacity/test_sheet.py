"""A table of declarations: what a cell means, and what is said of one that is wrong, by row and column letter."""

import io
import zipfile
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from dispatch.capacity import cells, sheet, template
from dispatch.capacity.cells import BadHeadings
from dispatch.capacity.sheet import HEADINGS, Read
from dispatch.capacity.template import Blank
from dispatch.capacity.words import Half, VisitArea, VisitKind
from dispatch.desk.bookings.sheets import BOUNDS
from dispatch.kit import tables
from dispatch.kit.tables import BadTable

from .tables import book_of, csv_of, row

DEPOTS = {"330225-1": ["330225-1"], "丹城供电所": ["330225-1"], "城关供电所": ["330225-3", "330226-3"]}
DAY = date(2026, 7, 6)
MIDNIGHT = datetime.combine(DAY, time(0))


def read(content: bytes) -> Read:
    return sheet.read(tables.read(content, BOUNDS), tables.merged(content), DEPOTS)


def said(content: bytes) -> list[tuple[int, str, str]]:
    """Return row, column and message of each fault."""
    return [(fault.row, fault.column, fault.message) for fault in sorted(read(content).faults, key=cells.place_of)]


def numbers(found: Read) -> list[tuple[int, int, int | None]]:
    assert not found.faults
    return [(entry.teams, entry.visits, entry.seen) for entry in found.entries]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_csv_of_any_usual_make_is_read(encoding: str, mark: str) -> None:
    assert numbers(read(csv_of(row(depot="丹城供电所", seen=3), mark=mark, encoding=encoding))) == [(2, 8, 3)]


@pytest.mark.parametrize(
    "day",
    ["2026-07-06", "2026-7-6", "2026/7/6", "2026.07.06", "2026年7月6日", "46209", "46209.0", "2026-\uff10\uff17-06"],
)
def test_a_day_is_read_as_people_write_it_and_as_a_spreadsheet_counts_it(day: str) -> None:
    (entry,) = read(csv_of(row(date=day))).entries
    assert entry.slot.date == DAY


def test_a_workbook_gives_days_and_numbers_of_its_own_kinds() -> None:
    content = book_of(row(date=MIDNIGHT), row(date=DAY, half="pm", teams=1.0, visits="3"), row(date=46209, kind="装表"))
    found = read(content)
    assert numbers(found) == [(2, 8, None), (1, 3, None), (2, 8, None)]
    assert {entry.slot.date for entry in found.entries} == {DAY}
    assert [entry.slot.half for entry in found.entries] == [Half.AM, Half.PM, Half.AM]


@pytest.mark.parametrize(
    ("wrong", "column", "message"),
    [
        ({"depot": "石浦供电所"}, "A", "不存在,或不由您申报"),
        ({"depot": ""}, "A", "没有填"),
        ({"depot": "城关供电所"}, "A", "有 2 个,请改填编码:330225-3、330226-3"),
        ({"date": "下周一"}, "B", "请写成 2026-07-06"),
        ({"date": "7月6日"}, "B", "请写成 2026-07-06"),
        ({"date": "2026-02-30"}, "B", "没有这一天"),
        ({"date": "12"}, "B", "请写成 2026-07-06"),
        ({"date": ""}, "B", "没有填"),
        ({"half": "全天"}, "C", "请填:上午、下午"),
        ({"kind": "抢修"}, "D", "请填:查勘、装表、现场校验"),
        ({"area": ""}, "E", "请填:城区、农村"),
        ({"teams": "两"}, "F", "“两”不是整数"),
        ({"teams": ""}, "F", "没有填"),
        ({"teams": 1001}, "F", "最多 1000"),
        ({"visits": -3}, "G", "-3 是负数"),
        ({"visits": "8户"}, "G", "“8户”不是整数"),
        ({"visits": 2.5}, "G", "不是整数"),
        ({"seen": "新"}, "H", "不是整数"),
    ],
)
@pytest.mark.parametrize("made", [csv_of, book_of])
def test_a_wrong_cell_is_named_with_what_would_be_right(
    made: Any, wrong: dict[str, Any], column: str, message: str
) -> None:
    ((at, letter, text),) = said(made(row(half="下午"), row(**wrong)))
    assert (at, letter) == (3, column)
    assert message in text


def test_every_wrong_cell_of_a_row_and_of_all_rows_is_named() -> None:
    found = said(csv_of(row(visits=-1, kind="?"), row(), row(half="晚上")))
    assert [(at, column) for at, column, _ in found] == [(2, "D"), (2, "G"), (4, "C")]


def test_the_same_half_day_twice_is_named_with_the_first_row() -> None:
    ((at, column, text),) = said(csv_of(row(), row(half="下午"), row(depot="丹城供电所", visits=9)))
    assert (at, column) == (4, "A")
    assert "与第 2 行是同一班所" in text


def test_merged_cells_are_refused_wherever_they_reach_the_rows() -> None:
    ((at, column, text),) = said(book_of(row(), row(half="下午"), merged="A2:A3"))[:1]
    assert (at, column) == (2, "A")
    assert "A2:A3 是合并单元格" in text
    above = book_of(HEADINGS, row(), headings=["填写说明"], merged="A1:H1")
    assert numbers(read(above)) == [(2, 8, None)]


def test_a_formula_is_no_value_even_if_its_value_is_there() -> None:
    ((at, column, text),) = said(book_of(row(visits="=4+4")))
    assert (at, column) == (2, "G")
    assert "单元格 G2 是公式,请改为直接填写的值" in text


def test_a_row_without_numbers_declares_nothing() -> None:
    found = read(csv_of(row(teams="", visits=""), row(half="下午")))
    assert (found.rows_n, len(found.entries)) == (2, 1)


def test_columns_may_stand_in_any_order_and_faults_are_named_where_they_stand() -> None:
    turned = list(reversed(range(len(HEADINGS))))
    content = csv_of([row(visits=-1)[n] for n in turned], headings=[HEADINGS[n] for n in turned])
    ((_, column, _),) = said(content)
    assert column == "B"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (csv_of(row(), headings=HEADINGS[1:]), "缺少表头:班所"),
        (csv_of(row(), headings=(*HEADINGS[:-1], "备注")), "H1 表头“备注”不认识"),
        (csv_of(row(), headings=(*HEADINGS[:-1], "班所")), "“班所”在第 1 行出现两次"),
        (csv_of(row(), mark="|"), "CSV 用逗号、分号或制表符分隔"),
        ("名称,数量\n甲,1".encode(), "找不到表头"),
        (csv_of(), "没有数据行"),
    ],
)
def test_other_headings_are_refused_saying_which_are_right(content: bytes, message: str) -> None:
    with pytest.raises(BadHeadings, match=message.replace("|", r"\|")):
        read(content)


def zip_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (BOUNDS.unpacked + 1))
    return file.getvalue()


def hundred_thousand() -> bytes:
    return csv_of(*[row(seen=n) for n in range(100_000)])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "没有内容.*template.xlsx"),
        (zip_bomb(), "解压后过大"),
        (hundred_thousand()[: BOUNDS.size], "超过 2000 行"),
        (hundred_thousand(), "超过 4 MiB"),
        (book_of(*[row() for _ in range(2001)]), "超过 2000 行"),
        (csv_of(row(depot="丹城供电所")).decode().encode("utf-16"), "UTF-8 或 GB18030|既不是 CSV"),
        (b"PK\x03\x04broken", "已损坏"),
    ],
    ids=["empty", "bomb", "rows", "size", "book", "utf-16", "broken"],
)
def test_a_file_that_is_too_much_or_no_table_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(BadTable, match=message):
        read(content)


def test_a_sheet_that_is_formatted_down_to_its_end_is_no_long_sheet() -> None:
    book = load_workbook(io.BytesIO(book_of(row())))
    book.active.cell(60_000, 1).number_format = "@"  # type: ignore[union-attr]
    file = io.BytesIO()
    book.save(file)
    assert numbers(read(file.getvalue())) == [(2, 8, None)]


BLANK = st.builds(
    Blank,
    depot=st.sampled_from(["330225-1", "丹城供电所"]),
    date=st.dates(date(2026, 7, 1), date(2026, 7, 28)),
    half=st.sampled_from(Half),
    kind=st.sampled_from(VisitKind),
    area_class=st.sampled_from(VisitArea),
    teams=st.integers(0, 1000),
    visits=st.integers(0, 10_000),
    version=st.none() | st.integers(0, 99),
)


@given(
    rows=st.lists(BLANK, min_size=1, max_size=8, unique_by=lambda row: (row.date, row.half, row.kind, row.area_class)),
    by=st.sampled_from(["xlsx", "utf-8", "utf-8-sig", "gb18030"]),
)
def test_what_was_given_out_is_read_back_equal(rows: list[Blank], by: str) -> None:
    if by == "xlsx":
        content = template.written_as_xlsx(rows, depots=["丹城供电所"], days=[DAY])
    else:
        content = template.written_as_csv(rows, encoding=by)
    found = read(content)
    assert numbers(found) == [(each.teams, each.visits, each.version) for each in rows]
    assert [entry.row for entry in found.entries] == list(range(3, 3 + len(rows)))
    assert [entry.slot.date for entry in found.entries] == [each.date for each in rows]


def test_the_workbook_has_instructions_headings_and_lists_to_choose_from() -> None:
    blank = Blank("=丹城供电所", DAY, Half.AM, VisitKind.SURVEY, VisitArea.URBAN)
    book = load_workbook(
        io.BytesIO(template.written_as_xlsx([blank], depots=["=丹城供电所", "石浦供电所"], days=[DAY]))
    )
    table, choices = book.worksheets
    assert str(table["A1"].value).startswith("填写说明")
    assert [cell.value for cell in table[2]] == list(HEADINGS)
    assert (table["A3"].data_type, table["A3"].value) == ("s", "=丹城供电所")
    lists = {str(rule.sqref): rule.formula1 for rule in table.data_validations.dataValidation}
    assert lists["A3:A203"] == "=选项!$A$1:$A$2"
    assert lists["C3:C203"] == "=选项!$C$1:$C$2"
    assert lists["G3:G203"] == "0"
    assert [choices["D1"].value, choices["D2"].value, choices["D3"].value] == [kind.label for kind in VisitKind]
    assert not table.merged_cells.ranges


@pytest.mark.parametrize(("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_a_column_has_the_letter_that_a_spreadsheet_gives_it(index: int, name: str) -> None:
    assert cells.letter(index) == name
