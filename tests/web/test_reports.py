"""日报 and 周报 by HTTP: files that an office opens, of the area that the reader may see."""

from io import BytesIO

import docx
import openpyxl
import pytest

from tests.web.conftest import Centre
from tests.web.conftest import centre as centre


@pytest.mark.parametrize("period", ["daily", "weekly"])
async def test_a_report_opens_in_the_office(centre: Centre, period: str) -> None:
    await centre.call()
    desk = await centre.by("xiangshan")
    book = await desk.get(f"/reports/{period}.xlsx", params={"date": "2026-07-01"})
    assert book.status_code == 200, book.text
    assert "象山" in str(openpyxl.load_workbook(BytesIO(book.content)).worksheets[0]["A1"].value)
    paper = await desk.get(f"/reports/{period}.docx", params={"date": "2026-07-01"})
    assert any("象山" in line.text for line in docx.Document(BytesIO(paper.content)).paragraphs)
    page = await desk.get(f"/reports/{period}.html", params={"date": "2026-07-01"})
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "象山" in page.text
    sheets = await desk.get(f"/reports/{period}.pdf", params={"date": "2026-07-01"})
    assert (sheets.headers["content-type"], sheets.content[:5]) == ("application/pdf", b"%PDF-")


async def test_a_week_is_named_by_a_day_or_by_its_number(centre: Centre) -> None:
    desk = await centre.by("xiangshan")
    pages = [
        (await desk.get("/reports/weekly.html", params=said)).text
        for said in ({"date": "2026-07-01"}, {"date": "2026-06-29"}, {"week": "2026-W27"})
    ]
    assert pages[0] == pages[1] == pages[2]
    assert "2026年06月29日" in pages[0]


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("daily.xlsx", {"date": "2026-07-02"}, 422),
        ("daily.xlsx", {"date": "0001-01-01"}, 422),
        ("daily.xlsx", {"date": "9999-12-31"}, 422),
        ("weekly.xlsx", {"date": "0001-01-01"}, 422),
        ("daily.xlsx", {"week": "2026-W27"}, 422),
        ("weekly.xlsx", {"week": "2026-W27", "date": "2026-07-01"}, 422),
        ("weekly.xlsx", {"week": "2026-W54"}, 422),
        ("weekly.xlsx", {"week": "2026-W00"}, 422),
        ("weekly.xlsx", {"week": "0000-W01"}, 422),
        ("weekly.xlsx", {"week": "0001-W01"}, 422),
        ("weekly.xlsx", {"week": "9999-W52"}, 422),
        ("weekly.xlsx", {"week": "2026-W28"}, 422),
        ("weekly.xlsx", {"week": "27"}, 422),
        ("daily.csv", {"date": "2026-07-01"}, 422),
        ("yearly.xlsx", {"date": "2026-07-01"}, 422),
        ("daily.xlsx", {}, 422),
        ("daily.xlsx", {"date": "2026-07-01", "area": "330226"}, 403),
        ("daily.xlsx", {"date": "2026-07-01", "area": "99"}, 404),
    ],
)
async def test_what_cannot_be_reported_is_refused(
    centre: Centre, path: str, query: dict[str, str], status: int
) -> None:
    answer = await (await centre.by("xiangshan")).get(f"/reports/{path}", params=query)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["message"]
