"""A half-day's list on paper: what it says, that no text does harm, and that a long one goes on to the next page."""

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from dispatch.capacity.worklist import Errand
from dispatch.desk.room import Desk
from dispatch.desk.worklists.making import freeze_due
from dispatch.desk.worklists.reading import shown
from dispatch.desk.worklists.sheet import Sheet, sheet_of
from dispatch.reports.worklists import leaf, lines, pages, paper, routemap, tables
from dispatch.reports.worklists.pages import broken
from tests.worklists.halfday import AM, CUT_OFF, DAY, DEPOT, TEAM, at, declares, promised
from tests.worlds import person

WICKED = '=HYPERLINK("http://x")<script>alert(1)</script>$x^2$'


async def printed(desk: Desk, **said: Any) -> Sheet:
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
    monkeypatch.setattr(pages, "chinese_font", lambda: None)
    with pytest.raises(pages.NoChineseFont, match="Noto Sans CJK"):
        paper.paper(sheet)


def test_a_text_is_broken_where_the_cell_ends() -> None:
    assert broken("文峰路20号", 9) == ["文峰路20", "号"]
    assert broken("", 9) == [""]
    assert broken("a\nb", 9) == ["a", "b"]


async def test_driving_adds_up_and_is_the_same_on_page_and_workbook(desk: Desk) -> None:
    sheet = await printed(desk)
    page = leaf.page(sheet).decode()
    book = load_workbook(io.BytesIO(tables.workbook(sheet)))
    going = [team for team in sheet.made.teams if team.stops]
    assert going
    for team in going:
        written = [int(lines.row(n, stop)[6].removesuffix(" 分")) for n, stop in enumerate(team.stops, 1)]
        whole = sum(written) + lines.home_minutes(team)
        assert lines.driving(team) == whole
        assert f">{whole} 分<" in page
        assert f"回程 {lines.home_minutes(team)} 分" in page
        rows = [row for each in book.worksheets for row in each.iter_rows(values_only=True)]
        overview = next(row for row in rows if row[0] == team.label and len(row) > 6 and row[5] == len(team.stops))
        assert overview[6] == whole
        stops = {stop.account_no for stop in team.stops}
        assert [row[11] for row in rows if len(row) > 11 and row[9] in stops] == written


async def test_what_cannot_wait_and_who_is_at_a_repair_is_seen_on_paper(desk: Desk) -> None:
    sheet = await printed(desk, urgent=True)
    errand = Errand(ticket_no="XS-7", from_at=at("07:40"), until_at=at("09:05"), lon=121.87, lat=29.48)
    teams = tuple(team.model_copy(update={"errand": errand}) if team.stops else team for team in sheet.made.teams)
    sheet = replace(sheet, made=sheet.made.model_copy(update={"teams": teams}))
    page = leaf.page(sheet).decode()
    assert page.count("【加急】") == 1
    assert "07:40 起抢修 XS-7,预计 09:05 修复" in page
    cells = [
        str(cell.value)
        for each in load_workbook(io.BytesIO(tables.workbook(sheet))).worksheets
        for row in each
        for cell in row
    ]
    assert any("07:40 起抢修 XS-7" in cell for cell in cells)
    assert cells.count("加急") - cells.count("怎样可以安排") >= 2  # a heading of each table, and the visit
    assert paper.paper(sheet).startswith(b"%PDF")
