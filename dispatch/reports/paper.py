"""A report as a DOCX paper, A4 landscape, with plots; headings and tables as a word processor knows them."""

import re
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from .book import Book, Section, Table, breadths
from .plots import NO_FONT, chinese_font, draw

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # not allowed in XML
BODY, HEAD = "宋体", "黑体"
PAGE_CM, MARGIN_CM, PLOT_CM = 29.7, 1.8, 20
NARROW, GREEDY = 10, 48  # Latin letters
SMALL, GAP = Pt(9), Pt(2.5)


def paper(book: Book) -> bytes:
    """Return the report as a file."""
    made = Document()
    _set_up(made, book)
    title = made.add_paragraph(style="Title")
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.add_run(_clean(book.title))
    about = made.add_paragraph(_clean(book.about))
    about.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for n, section in enumerate(book.sections, 1):
        _section(made, n, section)
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def _set_up(made: Any, book: Book) -> None:
    page = made.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Cm(PAGE_CM), Cm(21.0)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(MARGIN_CM)
    for name, font, size in (
        ("Normal", BODY, 10.5),
        ("Title", HEAD, 20),
        ("Heading 1", HEAD, 14),
        ("Heading 2", HEAD, 12),
    ):
        style = made.styles[name]
        style.font.name, style.font.size = "Times New Roman", Pt(size)
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), font)
    made.core_properties.title, made.core_properties.author = book.title, "供电服务指挥调度后台"
    made.core_properties.created = made.core_properties.modified = book.made_at.replace(tzinfo=None)
    _page_numbers(page.footer.paragraphs[0])


def _page_numbers(line: Any) -> None:
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = line.add_run()
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        part = OxmlElement("w:instrText" if text else "w:fldChar")
        if text:
            part.text = text
        else:
            part.set(qn("w:fldCharType"), kind)
        run._r.append(part)  # noqa: SLF001 - the library has no word for fields


def _section(made: Any, n: int, section: Section) -> None:
    made.add_heading(f"{n} {_clean(section.heading)}", level=1)
    if section.text:
        made.add_paragraph(_clean(section.text))
    for table in section.tables:
        _table(made, table, heading=table.heading != section.heading)
    for plot in section.plots:
        made.add_picture(BytesIO(draw(plot, font=chinese_font())), width=Cm(PLOT_CM))
        made.paragraphs[-1].alignment = WD_ALIGN_PARAGRAPH.CENTER
    if section.plots and chinese_font() is None:
        made.add_paragraph(NO_FONT)


def _table(made: Any, table: Table, *, heading: bool) -> None:
    if heading:
        made.add_heading(_clean(table.heading), level=2)
    if not table.rows:
        made.add_paragraph("本期没有。")
    else:
        _grid(made, table)
    if table.note:
        note = made.add_paragraph()
        note.paragraph_format.space_before = GAP
        note.add_run(f"注:{_clean(table.note)}。".replace("。。", "。")).font.size = SMALL


def _grid(made: Any, table: Table) -> None:
    grid = made.add_table(rows=1, cols=len(table.columns), style="Table Grid")
    grid.autofit = False
    for cell, name in zip(grid.rows[0].cells, table.columns, strict=True):
        _write(cell, name, bold=True)
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), "DCE6F1")
        cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - the library has no word for shading
    repeat = OxmlElement("w:tblHeader")
    grid.rows[0]._tr.get_or_add_trPr().append(repeat)  # noqa: SLF001 - nor for headings on every page
    for line in table.rows:
        row = grid.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 - nor for rows that stay whole
        for cell, value in zip(row.cells, line, strict=True):
            _write(cell, "" if value is None else str(value))
    for column, share in zip(grid.columns, _shares(table), strict=True):
        column.width = Cm(share * (PAGE_CM - 2 * MARGIN_CM))  # one word processor reads this, another the cells
        for cell in column.cells:
            cell.width = column.width


def _shares(table: Table) -> list[float]:
    """Return what part of the page each column gets: by its broadest cell, none too narrow and none greedy."""
    weights = [min(max(broad, NARROW), GREEDY) for broad in breadths(table)]
    return [weight / sum(weights) for weight in weights]


def _write(cell: Any, text: str, *, bold: bool = False) -> None:
    line = cell.paragraphs[0]
    line.paragraph_format.space_before = line.paragraph_format.space_after = GAP
    run = line.add_run(_clean(text))
    run.font.size, run.font.bold = SMALL, bold


def _clean(text: str) -> str:
    return CONTROL.sub("", text)
