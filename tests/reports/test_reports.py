"""日报 and 周报 of a small real day, made through the desk; the tables of the trade in their order."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from dispatch.desk.closing.reporting import Material, material
from dispatch.kit.clock import SharedClock
from dispatch.reports.book import NOTHING, Amount, Book, Table
from dispatch.reports.daily import daily
from dispatch.reports.weekly import HEADINGS, weekly
from dispatch.tickets import events as e
from tests.cli.running import on_database
from tests.worlds import ROAD, XIANGSHAN, Small, minutes, person

DAY = datetime(2026, 6, 30, 16, tzinfo=UTC)  # 1 July 2026 in China, a Wednesday
MONDAY = DAY - timedelta(days=2)


@pytest.fixture
async def worked(small: Small) -> Small:
    """Three tickets ended (one of them late), one on site, one just sent out."""
    late = await small.call(customers_out=40)
    late = await small.walk(late, to="depart")
    for n, (action, who, event) in enumerate(ROAD[4:]):
        late = await small.does(late, action, who, event, at=minutes(100 + n))
    await small.walk(await small.call(phone="13900000002", address="=东街9号", at=minutes(0)))
    gone = await small.call(phone="13900000003", address="丹城镇北街3号")
    await small.does(gone, "accept", "xiangshan", e.Accepted(), at=minutes(2))
    await small.does(gone, "cancel", "seat", _cancelled(), at=minutes(4))
    await small.walk(await small.call(phone="13900000004", address="石浦镇渔港路4号"), to="arrive")
    await small.call(phone="13900000005", address="石浦镇渔港路5号", at=minutes(30))
    return small


def _cancelled() -> e.Event:
    return e.Cancelled(reason="客户来电已恢复", meter="live")


@pytest.fixture(autouse=True)
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SharedClock:
    """The installation's clock stands a week after the day."""
    path = tmp_path / "clock"
    monkeypatch.setenv("DISPATCH_CLOCK", str(path))
    shared = SharedClock(path)
    shared.set(DAY + timedelta(days=7))
    return shared


async def read(small: Small, begin: datetime, days: int) -> Material:
    end = begin + timedelta(days=days)
    return await material(small.desk, XIANGSHAN, begin, end, by=person("monitor"), at=DAY + timedelta(days=1, hours=1))


def table_of(book: Book, heading: str) -> Table:
    return next(table for section in book.sections for table in section.tables if table.heading == heading)


async def test_the_day_counts_what_came_what_ended_and_what_was_left(worked: Small) -> None:
    book = daily(await read(worked, DAY, 1))
    counts = dict(zip(table_of(book, "件数").columns, table_of(book, "件数").rows[0], strict=True))
    assert (counts["受理"], counts["办结"], counts["期末未办结"], counts["期末未复电"]) == (5, 3, 2, 2)
    assert (counts["到达现场"], counts["复电"], counts["有违约项"]) == (3, 2, 1)
    assert len(table_of(book, "期末未办结工单").rows) == 2
    late = table_of(book, "超时工单").rows
    assert len(late) == 1
    assert "到达现场超时" in str(late[0][5])


async def test_the_curve_of_the_day_has_an_hour_for_each_report_and_restoration(worked: Small) -> None:
    rows = table_of(daily(await read(worked, DAY, 1)), "分时情况").rows
    assert [row[0] for row in rows][:2] == ["00:00", "01:00"]
    nine, ten = rows[9], rows[10]
    assert nine == ("09:00", 5, 2, 3)  # five calls at nine; one repaired, one called off; three still dark
    assert ten == ("10:00", 0, 1, 2)  # the late one at 10:43
    assert rows[23] == ("23:00", 0, 0, 2)


async def test_the_week_has_every_heading_of_the_province_in_order_filled_or_with_its_reason(worked: Small) -> None:
    book = weekly(await read(worked, MONDAY, 7))
    filled = [heading for heading, how in HEADINGS if callable(how)]
    headings = [section.heading for section in book.sections]
    assert [heading for heading in headings if heading in filled] == filled
    missing = table_of(book, "本系统暂无数据来源").rows
    assert [row[0] for row in missing] == [heading for heading, how in HEADINGS if not callable(how)]
    assert all(row[1] for row in missing)
    assert headings[-1] == "本系统暂无数据来源"


async def test_the_week_tells_of_booked_work_with_its_populations(worked: Small) -> None:
    table = table_of(weekly(await read(worked, MONDAY, 7)), "预约作业")
    rows = {str(row[0]): row for row in table.rows}
    assert rows["预约履约率"][1:3] == (NOTHING, "%")  # nobody was booked: no share of nothing
    assert rows["到期预约"][1] == 0
    assert all(row[-1] for row in table.rows)


async def test_the_week_shows_the_six_kinds_and_the_service_figures(worked: Small) -> None:
    book = weekly(await read(worked, MONDAY, 7))
    kinds = {row[0]: row[1] for row in table_of(book, "配网报修情况(六类)").rows}
    assert (kinds["低压故障"], len(kinds)) == (5, 7)  # six, and charging piles apart
    service = {row[0]: row[1] for row in table_of(book, "95598服务指标").rows}
    assert (service["处理不及时件数"], service["客户三次致电件数"], service["满意率"]) == (
        1,
        0,
        Amount(1.0, 2, percent=True),
    )
    assert table_of(book, "故障抢修服务").rows[-1][0] == "合计"


async def test_an_outage_of_nine_hours_and_a_line_that_failed_twice_stand_in_the_weeks_lists(small: Small) -> None:
    for n in range(2):
        ticket = await small.call(phone=f"1390000001{n}", customers_out=30, at=minutes(600 * n))
        fix = e.Corrected(reason="现场核对", feeder="城东112线")
        ticket = await small.does(ticket, "accept", "xiangshan", e.Accepted(), at=minutes(600 * n + 1))
        ticket = await small.does(ticket, "correct", "xiangshan", fix, at=minutes(600 * n + 1))
        times = [600 * n + m for m in (2, 3, 4, 20, 25, 26, 545, 548, 549, 550)]
        for at, (action, who, usual) in zip(times, ROAD[1:], strict=True):
            found = isinstance(usual, e.Located)
            event = usual.model_copy(update={"etr_at": minutes(at + 400)}) if found else usual
            ticket = await small.does(ticket, action, who, event, at=minutes(at))
    book = weekly(await read(small, MONDAY, 7))
    long = table_of(book, "本周8小时以上故障停电").rows
    assert [(row[2], str(row[5]), row[6], row[9]) for row in long] == [("城东112线", "9.1", 30, "已归档")] * 2
    assert table_of(book, "本周两次及以上故障").rows == [("城东112线", 2)]


async def test_an_empty_week_says_nothing_it_does_not_know(small: Small) -> None:
    book = weekly(await read(small, MONDAY, 7))
    assert table_of(book, "本周8小时以上故障停电").rows == []
    assert {row[0]: row[1] for row in table_of(book, "95598服务指标").rows}["满意率"] == "—"


@pytest.mark.parametrize(
    ("shape", "begins"), [("xlsx", b"PK"), ("docx", b"PK"), ("html", b"<!DOCTYPE html>"), ("pdf", b"%PDF")]
)
async def test_the_command_writes_the_file(worked: Small, dsn: str, tmp_path: Path, shape: str, begins: bytes) -> None:
    out = tmp_path / f"day.{shape}"
    words = ("report", "daily", "--area", XIANGSHAN, "--date", "2026-07-01", "--as", shape, "--out", str(out))
    done = await on_database(dsn, *words)
    assert done.returncode == 0, done.stderr
    assert out.read_bytes().startswith(begins)
    assert "3 件办结工单" in done.stderr


async def test_the_week_of_the_command_is_the_one_the_day_lies_in(worked: Small, dsn: str, tmp_path: Path) -> None:
    out = tmp_path / "week.xlsx"
    words = ("report", "weekly", "--area", "33", "--date", "2026-07-05", "--out", str(out))
    done = await on_database(dsn, *words)
    assert done.returncode == 0, done.stderr
    first = load_workbook(BytesIO(out.read_bytes())).worksheets[0]
    assert "2026年06月29日—07月05日" in str(first["A2"].value)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--date", "1 July", "--area", "33"), "BadDate"),
        (("--date", "2026-07-01", "--area", "nowhere"), "NoSuchArea"),
    ],
)
async def test_a_bad_date_or_area_is_refused_with_a_sentence(
    small: Small, dsn: str, tmp_path: Path, words: tuple[str, ...], code: str
) -> None:
    done = await on_database(dsn, "report", "daily", *words, "--out", str(tmp_path / "x.xlsx"))
    assert done.returncode == 2
    assert code in done.stderr


async def test_who_is_still_dark_stands_in_the_weeks_lists_before_his_ticket_ends(small: Small) -> None:
    await small.walk(await small.call(customers_out=12), to="arrive")
    begin, now = MONDAY + timedelta(days=7), minutes(24 * 60 * 9)
    found = await material(small.desk, XIANGSHAN, begin, begin + timedelta(days=7), by=person("monitor"), at=now)
    book = weekly(found)
    (row,) = table_of(book, "本周8小时以上故障停电").rows
    assert (row[6], row[7], row[9]) == (12, "登记", "未复电")
    assert str(row[5]) == f"{(now - minutes(0)) / timedelta(hours=1):.1f}"
    odd = {line[0]: line[1] for line in table_of(book, "停电异常").rows}
    assert odd["单户连续停电超过 24 小时"] == 12


async def test_complaints_and_new_connections_have_their_tables(small: Small) -> None:
    book = weekly(await read(small, MONDAY, 7))
    assert [row[1] for row in table_of(book, "配网投诉").rows] == [0, 0, 0, 0, 0]
    assert table_of(book, "10kV业扩超70/120/300天").rows == []
    assert table_of(book, "业扩报装管控").rows[-1][:2] == ("合计", 0)
    assert [row[0] for row in table_of(book, "停电信息报送").rows][-1] == "合计"


@pytest.mark.parametrize("kind", ["daily", "weekly"])
async def test_a_day_that_is_still_to_come_has_no_report(
    small: Small, dsn: str, tmp_path: Path, clock: SharedClock, kind: str
) -> None:
    """The day is that of the installation's clock, in China: at 22:00 UTC it is the next."""
    clock.set(datetime(2026, 7, 1, 22, tzinfo=UTC))
    out = tmp_path / "x.xlsx"
    done = await on_database(dsn, "report", kind, "--area", "33", "--date", "2026-07-03", "--out", str(out))
    assert (done.returncode, out.exists()) == (2, False)
    assert "BadDay" in done.stderr
    assert "--date 不能晚于今天(2026-07-02),现为 2026-07-03,请改正" in done.stderr
    done = await on_database(dsn, "report", kind, "--area", "33", "--date", "2026-07-02", "--out", str(out))
    assert done.returncode == 0, done.stderr
