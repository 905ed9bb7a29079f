"""A half-day's list on paper: what it says, that no text does harm, and that a long one goes on to the next page."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from dispatch.desk.room import Desk
from dispatch.desk.worklists.making import freeze_due
from dispatch.desk.worklists.reading import shown
from dispatch.desk.worklists.sheet import Sheet, sheet_of
from dispatch.reports.worklists import leaf, lines, paper, routemap, tables
from dispatch.reports.worklists.pages import broken
from tests.worklists.halfday import AM, CUT_OFF, DAY, DEPOT, TEAM, at, declares, promised
from tests.worlds import person

WICKED = '=HYPERLINK("http://x")<script>alert(1)</script>$x^2$'


async def printed(desk: Desk, **said: str) -> Sheet:
    await declares(desk, 2, 20)
    await promised(desk, "a", 3.0, **said)
    await promised(desk, "b", -4.0, clock=("09:00", "10:00"))
    await promised(desk, "far", 80.0, clock=("08:00", "08:10"))
    await freeze_due(desk, at=CUT_OFF)
    found = await shown(desk, DEPOT, DAY, AM, by=person("leader"), at=at("07:40"))
    return await sheet_of(desk, found, at=at("07:40"))


async def test_a_list_says_who_goes_where_when_and_why_somebody_is_left_out(desk: Desk) -> None:
    sheet = await printed(desk)
    page = leaf.page(sheet).decode()
    (left,) = sheet.left
    for said in (
        "丹城供电所派工清单",
        "2026年07月02日上午",
        "3301a",
        "3301b",
        left.why.sentence,
        "(未定人)",
        "约时 09:00–10:00",
    ):
        assert said in page
    headings = [section.heading for section in tables.book(sheet).sections]
    going = [team.label for team in sheet.made.teams if team.stops]
    assert headings == ["总览", *going, "未排入"]
    assert len(paper.paper(sheet)) > 10_000
    scene = routemap.scene(sheet)
    assert [layer.name for layer in scene.layers if layer.name][-1] == "班所"
    numbers = [dot.label for layer in scene.layers if layer.inside for dot in layer.dots]
    assert sorted(numbers) == sorted(str(n) for team in sheet.made.teams for n, _ in enumerate(team.stops, 1))


async def test_no_text_of_a_customer_does_harm_on_paper(desk: Desk) -> None:
    sheet = await printed(desk, text=WICKED)
    page = leaf.page(sheet).decode()
    assert "<script>" not in page
    assert 'http-equiv="Content-Security-Policy"' in page
    cells = [
        cell for each in load_workbook(io.BytesIO(tables.workbook(sheet))).worksheets for row in each for cell in row
    ]
    (wicked,) = [cell for cell in cells if cell.value == WICKED]
    assert wicked.data_type == "s"
    assert paper.paper(sheet).startswith(b"%PDF")
    assert routemap.png(sheet).startswith(b"\x89PNG")


async def test_a_long_route_goes_on_to_the_next_page(desk: Desk) -> None:
    sheet = await printed(desk)
    team = next(one for one in sheet.made.teams if one.stops)
    stop = team.stops[0]
    many = tuple(
        stop.model_copy(update={"account_no": f"{n:012}", "begins_at": stop.begins_at + timedelta(minutes=n)})
        for n in range(120)
    )
    long = team.model_copy(update={"stops": many})
    teams = tuple(long if one.team == team.team else one for one in sheet.made.teams)
    before, after = sheet, replace(sheet, made=sheet.made.model_copy(update={"teams": teams}))
    pages = [
        paper.paper(each).count(b"/Type /Page\n") or paper.paper(each).count(b"/Type /Page ")
        for each in (before, after)
    ]
    assert pages[1] >= pages[0] + 2


async def test_a_list_without_visits_is_a_list_all_the_same(desk: Desk) -> None:
    await declares(desk, 1, 4)
    await freeze_due(desk, at=CUT_OFF)
    found = await shown(desk, DEPOT, DAY, AM, by=person("leader"), at=at("07:40"))
    sheet = await sheet_of(desk, found, at=at("07:40"))
    assert routemap.scene(sheet).notice == lines.EMPTY
    for write in (leaf.page, paper.paper, tables.workbook, routemap.png):
        assert write(sheet)
    assert sheet.made.teams[0].team == TEAM


async def test_a_server_without_a_chinese_font_says_what_to_do(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = await printed(desk)
    monkeypatch.setattr(paper, "chinese_font", lambda: None)
    with pytest.raises(paper.NoChineseFont, match="Noto Sans CJK"):
        paper.paper(sheet)


def test_a_text_is_broken_where_the_cell_ends() -> None:
    assert broken("文峰路20号", 9) == ["文峰路20", "号"]
    assert broken("", 9) == [""]
    assert broken("a\nb", 9) == ["a", "b"]
