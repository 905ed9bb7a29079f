"""One book as workbook, paper and page: everything that is said is in each, and nothing that callers say can act."""

from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document
from openpyxl import load_workbook

from dispatch.reports import page as page_module
from dispatch.reports import paper as paper_module
from dispatch.reports import plots
from dispatch.reports import workbook as workbook_module
from dispatch.reports.book import NOTHING, Amount, Book, Moment, Plot, Section, Series, Table
from dispatch.reports.page import page
from dispatch.reports.paper import paper
from dispatch.reports.workbook import workbook

MADE = datetime(2026, 7, 2, 1, 0, tzinfo=UTC)
NASTY = ('=HYPERLINK("http://example.invalid","x")', "<script>alert(1)</script>", "钟\x07楼\x00", "+1", "@SUM(A1)")
PLOT = Plot("分时曲线", "By hour", "line", ("00", "01"), (Series("受理", "reported", (1, 2)),), "件")
BARS = Plot("每日", "By day", "bar", ("甲", "乙"), (Series("件", "n", (1, 2)),), "件", ("A", "B"))
BOOK = Book(
    "象山日报",
    "2026年07月01日",
    (
        Section("概况", (Table("地址", ("地址", "件数"), [(text, n) for n, text in enumerate(NASTY)], "共 5 件"),)),
        Section("图:一/二", (Table("空表", ("甲",), []),), (PLOT, BARS), "说明"),
    ),
    MADE,
)


def test_a_workbook_has_a_sheet_for_each_section_and_no_formula() -> None:
    made = load_workbook(BytesIO(workbook(BOOK)))
    assert made.sheetnames == ["1 概况", "2 图 一 二"]
    cells = {cell.value: cell.data_type for row in made["1 概况"].iter_rows() for cell in row if cell.value is not None}
    assert cells[NASTY[0]] == "s"
    assert not [text for text, kind in cells.items() if kind == "f"]
    assert "钟楼" in cells
    assert len([name for name in ZipFile(BytesIO(workbook(BOOK))).namelist() if "media/" in name]) == 2
    assert made.properties.title == "象山日报"


def test_numbers_shares_and_instants_are_cells_that_a_spreadsheet_can_sum_and_sort() -> None:
    row = (13, Amount(40.5, 1), Amount(1.0, 2, percent=True), Moment(datetime(2026, 7, 1, 20, 31, tzinfo=UTC)), NOTHING)
    heads = ("件数", "平均到达现场时长(分钟)", "满意率(%)", "受理时间", "修复")
    book = Book("象山", "", (Section("数", (Table("数", heads, [row]),)),), MADE)
    cells = next(line for line in load_workbook(BytesIO(workbook(book)))["1 数"].iter_rows() if line[0].value == 13)
    assert [cell.data_type for cell in cells] == ["n", "n", "n", "d", "n"]
    assert [cell.value for cell in cells] == [13, 40.5, 1.0, datetime.fromisoformat("2026-07-02T04:31"), None]
    assert [cell.number_format for cell in cells[1:4]] == ["#,##0.0", "0.00%", "yyyy-mm-dd hh:mm"]
    assert "2026-07-02 04:31" in page(book).decode()
    assert "100.00%" in page(book).decode()


def test_a_paper_has_a_heading_for_each_section_and_a_table_for_each_table() -> None:
    made = Document(BytesIO(paper(BOOK)))
    headings = [line.text for line in made.paragraphs if line.style.name == "Heading 1"]
    assert headings == ["1 概况", "2 图:一/二"]
    assert [cell.text for cell in made.tables[0].columns[0].cells][1:3] == [NASTY[0], NASTY[1]]
    assert len(made.inline_shapes) == 2
    assert "本期没有。" in [line.text for line in made.paragraphs]


def test_a_page_escapes_what_callers_said_and_holds_its_plots() -> None:
    text = page(BOOK).decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text
    assert text.count("data:image/png;base64,") == 2
    assert "src=http" not in text


def test_the_same_book_gives_the_same_page_and_the_same_sheets() -> None:
    assert page(BOOK) == page(BOOK)
    one, two = (ZipFile(BytesIO(workbook(BOOK))) for _ in range(2))
    assert one.read("xl/worksheets/sheet1.xml") == two.read("xl/worksheets/sheet1.xml")


def test_without_a_chinese_font_the_plot_is_drawn_in_plain_words_and_the_report_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """matplotlib warns of a letter that its font lacks, and a warning is an error here: there is none."""
    for module in (workbook_module, paper_module, page_module):
        monkeypatch.setattr(module, "chinese_font", lambda: None)
    assert plots.NO_FONT in page(BOOK).decode()
    assert plots.NO_FONT in [line.text for line in Document(BytesIO(paper(BOOK))).paragraphs]
    sheet = load_workbook(BytesIO(workbook(BOOK)))["2 图 一 二"]
    assert plots.NO_FONT in [cell.value for row in sheet.iter_rows() for cell in row]


@pytest.mark.skipif(plots.chinese_font() is None, reason="no Chinese font on this machine")
def test_with_a_chinese_font_no_letter_is_missing() -> None:
    assert plots.draw(BARS, font=plots.chinese_font()).startswith(b"\x89PNG")
