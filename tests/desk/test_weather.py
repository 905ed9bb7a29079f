"""Bad-weather orders, whom they cover and when; and the reports on a disaster, due at their hours and flagged once."""

import asyncio
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from dispatch.accounts.rights import Forbidden
from dispatch.capacity.modes import Mode
from dispatch.desk.room import Once
from dispatch.desk.storm import disasters, weather
from dispatch.desk.storm.disasters import Counts, DisasterCause, DisasterReport, DisasterReportKind, ReportSent
from dispatch.desk.storm.modes import set_mode
from dispatch.desk.storm.weather import NoSuchOrder, NoWeatherOrders, OrderEnded, OrderTime
from dispatch.kit.clock import CHINA
from dispatch.places.areas import NoSuchArea
from tests.worlds import NINGHAI, XIANGSHAN, Small, minutes, person

FIRST, FURTHER = DisasterReportKind.FIRST, DisasterReportKind.FURTHER


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


async def issue(small: Small, area: str, from_min: float = 0, to_min: float = 600, **more: Any) -> str:
    facts: dict[str, Any] = {"from_at": minutes(from_min), "to_at": minutes(to_min), "at": minutes(0)} | more
    by = person(facts.pop("who", "monitor"))
    return await weather.issue(small.desk, area=area, reason="台风红色预警", text="", by=by, **facts)


async def in_force(small: Small, area: str, at_min: float) -> str | None:
    async with small.db.connection() as connection:
        return await weather.order_in_force(connection, small.desk, area, minutes(at_min))


async def due(small: Small, area: str = "33") -> list[DisasterReport]:
    return await disasters.reports(small.desk, area, by=person("monitor"), due=True, limit=100)


async def test_an_order_covers_its_hours_half_open_and_the_counties_below_it(small: Small) -> None:
    city = await issue(small, "3302", 60, 120)
    assert [await in_force(small, XIANGSHAN, at) for at in (59, 60, 119, 120)] == [None, city, city, None]
    assert await in_force(small, NINGHAI, 60) == city
    assert await in_force(small, "33", 60) is None
    county = await issue(small, XIANGSHAN, 60, 180)
    assert await in_force(small, XIANGSHAN, 60) == county  # it lasts longer
    assert await in_force(small, NINGHAI, 60) == city
    assert await in_force(small, "nowhere", 60) is None


async def test_a_revoked_order_covers_what_it_had_covered_and_nothing_more(small: Small) -> None:
    order_id = await issue(small, "33", 0, 600)
    done = await weather.revoke(small.desk, order_id, by=person("monitor"), at=minutes(30))
    assert (done.revoked_at, done.revoked_by) == (minutes(30), "monitor")
    assert [await in_force(small, XIANGSHAN, at) for at in (0, 29, 30, 300)] == [order_id, order_id, None, None]
    with pytest.raises(OrderEnded):
        await weather.revoke(small.desk, order_id, by=person("monitor"), at=minutes(31))
    with pytest.raises(NoSuchOrder):
        await weather.revoke(small.desk, "nothing", by=person("monitor"), at=minutes(31))


@pytest.mark.parametrize(
    ("from_min", "to_min", "field"),
    [
        (10, 10, "to_at"),
        (10, 5, "to_at"),
        (0, 7 * 24 * 60 + 1, "to_at"),
        (-61, 60, "from_at"),
        (-60, 0, "to_at"),  # over before it is issued
    ],
)
async def test_hours_that_cannot_be_are_refused(small: Small, from_min: float, to_min: float, field: str) -> None:
    with pytest.raises(OrderTime) as refused:
        await issue(small, "33", from_min, to_min)
    assert refused.value.field == field
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM weather_order") == 0


async def test_an_order_may_begin_an_hour_ago_and_last_a_week(small: Small) -> None:
    assert await issue(small, "33", -60, 7 * 24 * 60 - 60)


async def test_only_the_province_issues_and_counties_read_what_covers_them(small: Small) -> None:
    for who in ("xiangshan", "seat", "crew-1", "admin"):
        with pytest.raises(Forbidden):
            await issue(small, XIANGSHAN, who=who)
    with pytest.raises(NoSuchArea):
        await issue(small, "9999")
    of_city, of_neighbour = await issue(small, "3302"), await issue(small, NINGHAI)
    listed = await weather.orders(small.desk, None, by=person("xiangshan"), in_force_at=None, limit=9)
    assert [order.id for order in listed] == [of_city]
    assert (await weather.find_order(small.desk, of_city, by=person("xiangshan"))).area == "3302"
    with pytest.raises(NoSuchOrder):
        await weather.find_order(small.desk, of_neighbour, by=person("xiangshan"))
    over = await weather.orders(small.desk, None, by=person("monitor"), in_force_at=minutes(601), limit=9)
    assert over == []


async def test_the_same_request_twice_makes_one_order(small: Small) -> None:
    once = Once("order-0001", b"hash")
    made = [await issue(small, "33", once=once) for _ in range(2)]
    assert made[0] == made[1]
    assert once.replayed


async def test_a_pack_without_the_section_has_no_orders(small: Small) -> None:
    small.desk.pack_id = "national_floor"
    with pytest.raises(NoWeatherOrders, match="weather"):
        await issue(small, "33")


def test_reports_are_due_at_eight_and_at_seventeen() -> None:
    rules = disasters.DayTimes(value=("08:00", "17:00"), unit="local_time", source="[V48] test")
    times = list(islice(disasters.report_times(rules, after=local("2026-07-01T08:00")), 3))
    assert times == [local("2026-07-01T17:00"), local("2026-07-02T08:00"), local("2026-07-02T17:00")]


async def test_golden_17_a_typhoon_makes_reports_due_within_the_hour_and_twice_a_day(small: Small) -> None:
    await issue(small, "33", 0, 48 * 60)  # from nine in the morning of 1 July
    assert [(one.kind, one.due_at) for one in await due(small)] == [
        (FIRST, minutes(60)),
        (FURTHER, local("2026-07-01T17:00")),
    ]
    await set_mode(small.desk, XIANGSHAN, Mode.STORM, reason="台风", by=person("monitor"), at=minutes(10))
    assert len(await due(small)) == 2  # the storm is told of in the order's reports
    assert await disasters.watch(small.desk, at=minutes(59)) == 0
    flagged = await asyncio.gather(*(disasters.watch(small.desk, at=minutes(60)) for _ in range(4)))
    assert sorted(flagged) == [0, 0, 0, 1]
    first = (await due(small))[0]
    assert first.overdue_at == minutes(60)
    await disasters.watch(small.desk, at=local("2026-07-03T08:30"))  # nobody was there for two days
    assert [one.due_at for one in await due(small) if one.kind is FURTHER] == [
        local("2026-07-01T17:00"),
        local("2026-07-02T08:00"),
        local("2026-07-02T17:00"),
        local("2026-07-03T08:00"),
    ]
    assert await disasters.watch(small.desk, at=local("2026-07-04T08:30")) == 0  # the order is over


async def test_a_report_tells_the_counts_of_the_moment_and_is_kept_as_it_was_sent(small: Small) -> None:
    await issue(small, "3302")
    await small.call(at=minutes(5), customers_out=120)
    first = (await due(small))[0]
    monitor = person("monitor")
    drafted = await disasters.report(small.desk, first.id, by=monitor, at=minutes(30))
    assert drafted.text is not None
    assert drafted.text.startswith("【快报】宁波电网灾害信息(恶劣天气令,07月01日09时00分起)。截至07月01日09时30分:")
    assert "累计受理故障报修 1 件" in drafted.text
    assert "停电客户 120 户" in drafted.text
    sent = await disasters.send(small.desk, first.id, text=None, by=monitor, at=minutes(31))
    assert (sent.sent_by, sent.sent_at) == ("monitor", minutes(31))
    await small.call(at=minutes(40), phone="13900003333", address="石浦镇港路2号")
    again = await disasters.report(small.desk, first.id, by=monitor, at=minutes(50))
    assert again.text == sent.text
    with pytest.raises(ReportSent, match="monitor"):
        await disasters.send(small.desk, first.id, text=None, by=monitor, at=minutes(51))
    assert await disasters.watch(small.desk, at=minutes(90)) == 0
    with pytest.raises(disasters.NoSuchReport):
        await disasters.report(small.desk, first.id, by=person("xiangshan"), at=minutes(50))  # the city's report


async def test_a_storm_without_an_order_makes_its_own_reports(small: Small) -> None:
    await set_mode(small.desk, XIANGSHAN, Mode.STORM, reason="台风", by=person("monitor"), at=minutes(10))
    assert [(one.area, one.cause, one.due_at) for one in await due(small)] == [
        (XIANGSHAN, DisasterCause.STORM, minutes(70)),
        (XIANGSHAN, DisasterCause.STORM, local("2026-07-01T17:00")),
    ]
    await set_mode(small.desk, XIANGSHAN, Mode.NORMAL, reason="风停", by=person("monitor"), at=minutes(200))
    assert [one.kind for one in await due(small)] == [FIRST]  # what was due stays due


async def test_an_order_revoked_before_it_begins_leaves_nothing_due(small: Small) -> None:
    order_id = await issue(small, "33", 120, 600)
    await weather.revoke(small.desk, order_id, by=person("monitor"), at=minutes(30))
    assert await due(small) == []


def test_the_sentence_says_who_helps_from_outside() -> None:
    facts: dict[str, Any] = {"overdue_at": None, "sent_at": None, "sent_by": None, "text": None}
    report = DisasterReport(
        "r", DisasterCause.STORM, "s", XIANGSHAN, FURTHER, minutes(0), minutes(0) + timedelta(hours=8), **facts
    )
    counts = Counts(reported=9, restored=4, working=5, hazards=1, customers_out=700, crews=6, support=2)
    said = disasters.sentence(report, "象山", counts, at=minutes(60))
    assert said.endswith("投入抢修队伍 6 支,其中外县支援 2 支。")
