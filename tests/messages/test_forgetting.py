"""What names a person is forgotten when its time is over; what is counted and what is judged stays as it was."""

import asyncio
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import dispatch
from dispatch.desk.bookings import services as desk_services
from dispatch.desk.closing import reviewing
from dispatch.desk.field import photos
from dispatch.desk.intake import inbound
from dispatch.desk.intake.inbound import Incoming
from dispatch.desk.messages import forgetting, messaging
from dispatch.kit.looprules import RetentionRules
from dispatch.kit.pictures import develop
from dispatch.kit.rulepack import Packs
from dispatch.notify import audit as feed
from dispatch.notify.texts import Forgotten, Standing
from dispatch.services.model import ServiceRequest
from dispatch.services.words import ServiceKind
from dispatch.simulator.gateway import Temper
from dispatch.tickets.audit import audit
from dispatch.worker import recurring
from tests.field.pictures import jpeg
from tests.services import steps as services
from tests.worlds import START, XIANGSHAN, Small, minutes, person

from .outgoing import Hands, post
from .test_inbound import GATEWAY

RULES = Packs.load().latest("sgcc").retention
assert RULES is not None
CUSTOMER, OTHER = "13900000000", "13900000001"
YEARS = timedelta(days=10 * 366)
DOCS = Path(dispatch.__file__).parent.parent / "docs/retention.md"

# What the audit folds and the indices are counted from, whole; and what is counted of the rest.
UNTOUCHED = ("ticket", "ticket_event", "review", "appeal", "deadline", "dispatch", "incident", "booking_event",
             "service_event", "supervision", "outage", "feed", "outbox", "matter", "visit", "photo")  # fmt: skip
COUNTED = {
    "message": "state, occasion, channel, area, ticket_id, attempts, created_at, sent_at, delivered_at",
    "inbound": "state, outcome, area, ticket_id, at",
    "call": "outcome, area, channel, seat, at, ticket_id, account_no",
    "service_request": "version, area, kind, request_no, is_open, due_at, next_at, ticket_id, account_no, doc::text",
    "field_report": "outcome, kind, area, ticket_id, at_claimed, at_server, version",
}
OLD_ROWS = """
INSERT INTO crew_track (crew_id, at, lon, lat) VALUES ('c1', $1, 121.8, 29.4);
INSERT INTO meter_reading (meter_no, at, area, live) VALUES ('m1', $1, '330225', true);
INSERT INTO audit (at, account_id, action, subject) VALUES ($1, 'seat', 'ticket.contact', 't');
INSERT INTO field_report (id, crew_id, area, crew_area, kind, at_server, source, actor, role, geo, payload, outcome)
VALUES ('f1', 'c1', '330225', '330225', 'arrive', $1, 'APP', 'crew-1', 'CREW', '{"lon": 121.8, "lat": 29.4}',
        '{"kind": "arrive"}', 'refused'),
       ('f2', 'c1', '330225', '330225', 'arrive', $1, 'APP', 'crew-1', 'CREW', NULL, '{"kind": "arrive"}', 'held');
"""


async def lived_in(small: Small) -> None:
    """A closed ticket with its messages and answers, one that goes on, a text that nobody has read."""
    await small.walk(await small.call(phone=CUSTOMER), to="queue-callback")
    async with post(small.desk, Temper.calm(), at=minutes(20)) as opened:
        while await opened.sender.turn(small.desk):
            pass
    await photographed(small)
    for id_, phone, text in (("t1", CUSTOMER, "1"), ("t2", OTHER, "几点来")):
        await inbound.receive(small.desk, Incoming(id_, phone, text, minutes(30)), by=GATEWAY, at=minutes(30))
    await small.walk(await small.call(phone=OTHER, at=minutes(31)), to="accept", start=32)
    for n in range(2):
        asked = await services.opened(small, ServiceKind.PRAISE, START, phone=OTHER)
        if n == 0:
            await closed(small, asked)
    async with small.db.connection() as connection:
        for statement in filter(str.strip, OLD_ROWS.split(";")):
            await connection.execute(statement, START)


async def photographed(small: Small) -> None:
    """A photo of each ticket that there is."""
    made = develop(jpeg(64, 48))
    for (ticket_id,) in await table(small, "ticket", "id"):
        sent = photos.Sent(b"\0" * 32)
        await photos.add(small.desk, ticket_id, sent, made, by=person("xiangshan"), at=minutes(25), once=None)


async def closed(small: Small, request: ServiceRequest) -> None:
    while request.current is not None:
        request = await services.advance(small, request, minutes(5), person="李工", text="已办")
    by = services.said("xiangshan", minutes(6))
    await desk_services.close(small.desk, request.id, satisfied=True, text="已答复", said=by)


async def table(small: Small, name: str, columns: str = "*") -> list[Any]:
    async with small.db.connection() as connection:
        rows = await connection.fetch(f'SELECT {columns} FROM {name} AS t ORDER BY t::text COLLATE "C"')
    return sorted(map(tuple, rows), key=repr)


async def count(small: Small, query: str) -> int:
    async with small.db.connection() as connection:
        found: int = await connection.fetchval(query)
    return found


async def test_numbers_and_texts_are_gone_and_what_is_counted_or_judged_is_as_it_was(small: Small) -> None:
    await lived_in(small)
    day = (START - timedelta(hours=1), START + timedelta(days=1))
    before = {name: await table(small, name) for name in UNTOUCHED}
    counted = {name: await table(small, name, columns) for name, columns in COUNTED.items()}
    indices = await reviewing.findings(small.desk, XIANGSHAN, *day, by=person("monitor"), at=day[1])
    gone = await forgetting.forget(small.db, RULES, at=START + YEARS)
    assert gone["message"] > 0
    assert {name: await table(small, name) for name in UNTOUCHED} == before
    assert {name: await table(small, name, columns) for name, columns in COUNTED.items()} == counted
    assert await reviewing.findings(small.desk, XIANGSHAN, *day, by=person("monitor"), at=day[1]) == indices
    assert (await audit(small.db, small.desk.packs)).clean
    async with small.db.connection() as connection:
        assert await feed.findings(connection) == []
    assert CUSTOMER not in repr([await table(small, name) for name in ("message", "inbound", "call")])
    for name in ("crew_track", "meter_reading", "audit"):
        assert await count(small, f"SELECT count(*) FROM {name}") == 0, name
    assert await table(small, "service_request", "is_open, phone") == [(False, None), (True, OTHER)]
    reports = await table(small, "field_report", "id, payload::text, geo IS NULL, forgotten")
    assert reports == [("f1", "{}", True, True), ("f2", '{"kind": "arrive"}', True, False)]


async def test_what_is_still_at_work_is_not_forgotten_however_old_it_is(small: Small) -> None:
    """A ticket that is open, a message that waits, a text that nobody has read, a report that waits for its turn."""
    await lived_in(small)
    waiting = await count(small, "SELECT count(*) FROM message WHERE state = 'queued'")
    assert waiting > 0
    await forgetting.forget(small.db, RULES, at=START + YEARS)
    assert await count(small, "SELECT count(*) FROM message WHERE state = 'queued' AND to_phone <> ''") == waiting
    assert await count(small, f"SELECT count(*) FROM call WHERE phone = '{OTHER}'") == 1
    assert [one.text for one in await inbound.unread(small.desk, by=person("seat"))] == ["几点来"]


@pytest.mark.parametrize("one", forgetting.TABLES, ids=lambda one: one.table)
async def test_each_table_keeps_as_long_as_the_pack_says_and_not_an_hour_less(
    small: Small, one: forgetting.Forgetting
) -> None:
    await lived_in(small)
    period = getattr(RULES, one.period).duration
    assert (await forgetting.forget(small.db, RULES, at=START + period))[one.table] == 0
    if one.table != "booking":
        assert (await forgetting.forget(small.db, RULES, at=START + period + timedelta(hours=2)))[one.table] > 0


async def test_a_great_many_are_forgotten_in_small_portions_and_twice_changes_nothing(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 3)
    async with small.db.connection() as connection:
        await connection.execute(
            "INSERT INTO crew_track (crew_id, at, lon, lat)"
            " SELECT 'c1', $1::timestamptz + n * interval '1 s', 121.8, 29.4 FROM generate_series(1, 10) AS n",
            START,
        )
    both = await asyncio.gather(*(forgetting.forget(small.db, RULES, at=START + YEARS) for _ in range(2)))
    assert sum(gone["crew_track"] for gone in both) == 10
    assert (await forgetting.forget(small.db, RULES, at=START + YEARS))["crew_track"] == 0


async def test_a_dead_message_that_is_forgotten_is_not_sent_again(small: Small) -> None:
    async with post(small.desk, Temper(refuses=1, loses=0, slow=0)) as opened:
        (message_id,) = await opened.enqueue()
        await opened.until_quiet()
    await forgetting.forget(small.db, RULES, at=START + YEARS)
    (listed,) = await messaging.page(small.desk, by=person("admin"), state=Standing.DEAD)
    assert (listed.id, listed.to_phone) == (message_id, "****")
    with pytest.raises(Forgotten):
        await messaging.requeue(small.desk, message_id, by=person("admin"), at=START + YEARS)


async def test_the_hourly_job_goes_by_the_trades_clock_and_the_newest_pack(small: Small) -> None:
    """A day of years ago that is played today is not old."""
    await lived_in(small)
    kept = "SELECT count(*) FROM call WHERE phone <> ''"
    for at, left in ((minutes(60), 2), (START + YEARS, 1)):
        await recurring.forget_persons(small.db, "sgcc", Hands(at))
        assert await count(small, kept) == left
    jobs = recurring.schedule(small.db, "sgcc", Hands()).get_jobs()
    assert "forget_persons" in {job.id for job in jobs}


async def test_a_pack_without_periods_forgets_nothing(small: Small) -> None:
    await lived_in(small)
    assert Packs.load().latest("national_floor").retention is None
    await recurring.forget_persons(small.db, "national_floor", Hands(START + YEARS))
    assert await count(small, "SELECT count(*) FROM call WHERE phone <> ''") == 2


def test_every_period_of_the_packs_is_used_and_stands_in_the_document() -> None:
    assert {each.period for each in forgetting.TABLES} == set(RetentionRules.model_fields)
    text = DOCS.read_text("utf-8")
    for family in ("sgcc", "csg"):
        rules = Packs.load().latest(family).retention
        assert rules is not None
        for each in forgetting.TABLES:
            days = getattr(rules, each.period).duration // timedelta(days=1)
            line = rf"^\| `{each.table}` \| `{each.period}` \| {days} d \|"
            assert re.search(line, text, re.M), f"docs/retention.md: {each.table}, {each.period}, {days} d"


def test_no_period_is_shorter_than_what_reads_it() -> None:
    """A report may come seven days late and is judged then; logs of who looked are kept for half a year by law."""
    pack = Packs.load().latest("sgcc")
    assert pack.field_reports is not None
    late: datetime = START + pack.field_reports.late_max.duration
    for period in ("positions", "readings", "field_reports"):
        assert START + getattr(RULES, period).duration > late + timedelta(days=30)
    assert RULES.looks.duration >= timedelta(days=183)
