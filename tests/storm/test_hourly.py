"""The hourly report of a storm to its city: made by the clock, kept, sent in short, and as a file for the office."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from dispatch.accounts.model import SYSTEM
from dispatch.capacity.modes import Mode
from dispatch.desk.storm import figures, hourly
from dispatch.desk.storm.figures import Row, Sent
from dispatch.desk.storm.hourly import NoStorm, StormReport, full_hours
from dispatch.desk.storm.modes import set_mode
from dispatch.notify.templates import LONGEST
from dispatch.reports.page import page
from dispatch.reports.paper import paper
from dispatch.reports.storm import storm as storm_book
from dispatch.reports.workbook import workbook
from tests.cli.running import on_database
from tests.storm.conftest import storm, storm_at
from tests.supervision.conftest import Watch
from tests.worlds import CANCEL, NINGHAI, ROAD, SENT, XIANGSHAN, Small, minutes, person

NINGBO = "3302"
HOUR = timedelta(hours=1)


async def made(small: Small) -> list[StormReport]:
    return list(await hourly.page(small.desk, NINGBO, by=person("monitor"), before=None, limit=100))[::-1]


async def test_while_a_county_is_in_storm_there_is_one_report_an_hour(small: Small) -> None:
    assert await hourly.watch(small.desk, at=minutes(0)) == 0
    await storm(small, 5)  # five past nine
    done = [await hourly.watch(small.desk, at=minutes(n)) for n in range(5, 185)]
    assert sum(done) == 3
    await storm(small, 190, mode=Mode.NORMAL)
    assert await hourly.watch(small.desk, at=minutes(245)) == 0
    found = await made(small)
    assert [one.at for one in found] == [minutes(60), minutes(120), minutes(180)]
    assert {(one.area, one.begun_at, one.told) for one in found} == {(NINGBO, minutes(5), 0)}


async def test_hours_in_which_no_worker_was_there_are_made_up_for(small: Small) -> None:
    await storm(small, 5)
    await small.call(at=minutes(70))
    assert await hourly.watch(small.desk, at=minutes(200)) == 3
    assert await hourly.watch(small.desk, at=minutes(200)) == 0
    assert [one.figures.total.open for one in await made(small)] == [0, 1, 1]


async def test_the_figures_are_those_of_the_hour(small: Small) -> None:
    before = await small.call(at=minutes(-30), customers_out=40)
    await storm(small, 0)
    done = await small.call(at=minutes(1))
    for n, (action, who, event) in enumerate(ROAD[:8], start=2):
        done = await small.does(done, action, who, event, at=minutes(n))
    sent = await small.call(at=minutes(20), hazard=True)
    sent = await small.does(sent, "accept", "xiangshan", ROAD[0][2], at=minutes(21))
    await small.does(sent, "dispatch", "xiangshan", SENT, at=minutes(22))
    gone = await small.call(at=minutes(23))
    gone = await small.does(gone, "accept", "xiangshan", ROAD[0][2], at=minutes(24))
    await small.does(gone, "cancel", "xiangshan", CANCEL, at=minutes(25))
    await small.call(at=minutes(61))  # after the hour
    found = await hourly.at_hour(small.desk, NINGBO, by=SYSTEM, at=minutes(60))
    total = found.total
    assert (total.reported, total.open, total.working, total.waiting) == (3, 2, 1, 1)
    assert (total.restored, total.p50_min, total.p90_min) == (1, 8.0, 8.0)
    assert (total.hazards, total.dark, total.crews, total.support) == (1, 41, 1, 0)
    assert [ticket.ticket_no for ticket in found.oldest] == [before.ticket_no, sent.ticket_no]
    assert [(county.code, county.count.open) for county in found.counties] == [(XIANGSHAN, 2), (NINGHAI, 0)]
    assert [(hour.reported, hour.restored, hour.dark_tickets) for hour in found.hours] == [(3, 1, 2)]
    earlier = await hourly.at_hour(small.desk, NINGBO, by=SYSTEM, at=minutes(5))
    assert (earlier.total.restored, earlier.total.open) == (0, 2)


async def test_without_a_storm_there_is_no_report_to_read(small: Small) -> None:
    with pytest.raises(NoStorm, match="没有县处于抗灾抢修"):
        await hourly.at_hour(small.desk, NINGBO, by=SYSTEM, at=minutes(60))


def row(name: str, *, incident: str = "", out: int | None = None, crew: str | None = None) -> Row:
    return Row(
        id=name,
        ticket_no=name,
        area=XIANGSHAN,
        incident_id=incident or name,
        category="lv",
        address="",
        hazard=False,
        customers_out=out,
        reported_at=minutes(1),
        arrived_at=None,
        restored_at=None,
        ended_at=None,
        crew=Sent(crew, NINGHAI) if crew else None,
        late=False,
    )


def test_several_reports_of_one_fault_point_count_its_customers_once() -> None:
    rows = [row("a", out=30, crew="c3"), row("b", incident="a", out=1), row("c", incident="a"), row("d")]
    assert figures.dark(rows) == 31
    assert figures.dark([row(name, incident="a") for name in "abc"]) == 3
    counted = figures.count(rows, [XIANGSHAN], begun_at=minutes(0), at=minutes(9))
    assert (counted.working, counted.waiting, counted.crews, counted.support) == (3, 1, 1, 1)


def test_the_hours_are_those_of_the_clock_in_china() -> None:
    after = datetime(2026, 7, 1, 15, 30, tzinfo=UTC)  # half past eleven at night
    found = list(full_hours(after, after + 2 * HOUR, HOUR))
    assert found == [datetime(2026, 7, 1, 16, tzinfo=UTC), datetime(2026, 7, 1, 17, tzinfo=UTC)]
    assert list(full_hours(found[0], found[1], HOUR)) == [found[1]]


async def test_the_city_is_told_in_short_and_reads_the_whole(watch: Watch) -> None:
    await storm_at(watch, 5)
    await watch.centre.call(customers_out=12)
    assert await hourly.watch(watch.desk, at=minutes(61)) == 1
    async with watch.centre.db.connection() as connection:
        messages = await connection.fetch("SELECT to_phone, body FROM message WHERE occasion = 'storm_report'")
    assert [row["to_phone"] for row in messages] == ["13900001006"]
    body = messages[0]["body"]
    assert body.startswith("【抗灾快报】宁波7月1日10:00:未复电1(在办0,待派1)")
    assert "停电12户" in body
    assert len(body) <= LONGEST
    (found,) = (await watch.list("monitor", "/storm-reports"))["reports"]
    assert (found["area"], found["told"], found["text"]) == (NINGBO, 1, body)
    one = await watch.list("monitor", f"/storm-reports/{found['id']}")
    assert one["figures"]["total"]["dark"] == 12
    refused = await (await watch.centre.by("xiangshan")).get(f"/storm-reports/{found['id']}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "NoSuchStormReport")


async def test_the_report_for_the_office_says_the_same_in_every_shape(small: Small) -> None:
    await storm(small, 0)
    ticket = await small.call(at=minutes(1), customers_out=7)
    book = storm_book(await hourly.at_hour(small.desk, NINGBO, by=SYSTEM, at=minutes(60)))
    assert book.title == "宁波抗灾抢修快报"
    headings = [section.heading for section in book.sections]
    assert headings[:4] == ["抢修进度", "故障抢修服务", "配网报修情况(六类)", "停电信息报送"]
    sheets = load_workbook(BytesIO(workbook(book)))
    assert len(sheets.sheetnames) == len(headings)
    tables = Document(BytesIO(paper(book))).tables
    text = "\n".join(cell.text for table in tables for row in table.rows for cell in row.cells)
    html = page(book).decode()
    for said in (ticket.ticket_no, "外县支援", "平均到达现场时长(分)", "象山"):
        assert said in text
        assert said in html


async def test_the_command_writes_the_file_or_says_what_is_missing(small: Small, dsn: str, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    await set_mode(small.desk, XIANGSHAN, Mode.STORM, reason="台风", by=person("monitor"), at=now - 2 * HOUR)
    out = tmp_path / "storm.docx"
    words = ("report", "storm", "--as", "docx", "--out", str(out))
    done = await on_database(dsn, *words, "--city", NINGBO, "--at", (now - HOUR).isoformat())
    assert done.returncode == 0, done.stderr
    assert out.read_bytes().startswith(b"PK")
    for wrong, refusal in (
        (("--city", NINGBO, "--at", "十点"), "BadDate"),
        (("--city", NINGBO, "--at", (now + HOUR).isoformat()), "BadDate"),
        (("--city", NINGBO, "--at", (now - 5 * HOUR).isoformat()), "NoStorm"),
        ((), "MissingOption"),
    ):
        done = await on_database(dsn, *words, *wrong)
        assert (done.returncode != 0, refusal in done.stderr) == (True, True), done.stderr
