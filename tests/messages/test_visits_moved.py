"""A customer whose booked visit loses its place is told at once what he gets instead, and answers by text."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch.capacity import store
from dispatch.capacity.booking import Booking
from dispatch.capacity.words import Appointment, BookingState, Half
from dispatch.desk.bookings import agreeing, booking
from dispatch.desk.bookings.booking import NewBooking, Said
from dispatch.desk.intake import inbound
from dispatch.desk.intake.inbound import Incoming, Kept
from dispatch.desk.messages import messaging
from dispatch.desk.room import Desk
from dispatch.notify.sending import Fact
from dispatch.notify.templates import Occasion
from dispatch.simulator.gateway import Temper
from tests.capacity.bookings import TOMORROW, confirm, declare, slot, wish
from tests.worlds import START, XIANGSHAN, minutes, person

from .outgoing import post
from .test_inbound import GATEWAY

CUSTOMER = "13900000000"
NINE, TEN = START + timedelta(days=1), START + timedelta(days=1, hours=1)
FIXED = {"appointment": Appointment.FIXED, "from_at": NINE, "to_at": TEN}
MESSAGES = """
SELECT occasion, to_phone, body, state, next_at, expects FROM message WHERE booking_id = $1 ORDER BY created_at, id
"""
SERVICE = """
INSERT INTO service_request (id, version, area, kind, request_no, is_open, account_no, phone, doc)
VALUES ('s1', 1, $1, 'new_connection', 'S1', true, '330111', '13900000007', '{}')
"""


async def booked(desk: Desk, *, phone: str | None = CUSTOMER, **said: Any) -> Booking:
    """Return a visit that is promised for tomorrow morning."""
    new = NewBooking(wish=wish(**(said or FIXED)), account_no="330111", area=XIANGSHAN, phone=phone)
    held = await booking.book(desk, new, by=person("seat"), at=START)
    return await confirm(desk, held)


async def cut(desk: Desk, *, at: datetime = minutes(5), visits: int = 0, **where: Any) -> None:
    """Take the places of a half-day away."""
    await declare(desk, visits, slot(**where), reason="抢修占用", at=at)


async def written(desk: Desk, of: Booking) -> list[dict[str, Any]]:
    async with desk.db.connection() as connection:
        return [dict(row) for row in await connection.fetch(MESSAGES, of.id)]


async def delivered(desk: Desk, *, at: datetime = minutes(6)) -> None:
    """Let what waits go out."""
    async with post(desk, Temper.calm(), at=at) as opened:
        while await opened.sender.turn(desk):
            pass


async def writes(desk: Desk, text: str, *, id_: str = "t1", at: datetime = minutes(10)) -> Kept:
    return await inbound.receive(desk, Incoming(id_, CUSTOMER, text, at), by=GATEWAY, at=at)


async def now(desk: Desk, of: Booking) -> Booking:
    async with desk.db.connection() as connection:
        return await store.load(connection, of.id)


@pytest.fixture
async def open_desk(desk: Desk) -> Desk:
    """A desk whose depot can do a visit tomorrow morning, and one tomorrow afternoon."""
    await declare(desk, 1)
    await declare(desk, 1, slot(half=Half.PM))
    return desk


async def test_who_loses_his_place_is_told_the_new_time_and_agrees_by_text(open_desk: Desk) -> None:
    visit = await booked(open_desk)
    await cut(open_desk)
    (asked,) = await written(open_desk, visit)
    assert (asked["occasion"], asked["to_phone"], asked["expects"]) == ("visit_reoffered", CUSTOMER, "new_place")
    assert "原定7月2日9:00至10:00的查勘不能按时上门" in asked["body"]
    assert "现为您留出7月2日13:00至17:00" in asked["body"]
    assert "请于7月2日9:05前回复:1同意,2请来电另约" in asked["body"]
    await delivered(open_desk)
    first, again = await writes(open_desk, "1"), await writes(open_desk, "1")
    assert (first.state, first.outcome, first.booking_id, first.area) == ("routed", "booked", visit.id, XIANGSHAN)
    assert again == first
    after = await now(open_desk, visit)
    assert (after.state, after.slot.half, after.slot.date) == (BookingState.BOOKED, Half.PM, TOMORROW)
    agreed = (await written(open_desk, visit))[1:]
    assert [one["occasion"] for one in agreed] == ["visit_confirmed"]
    assert "7月2日13:00至17:00上门查勘" in agreed[0]["body"]


async def test_who_wants_to_be_called_is_on_the_seats_list_with_his_visit_and_the_place_stays_held(
    open_desk: Desk,
) -> None:
    visit = await booked(open_desk)
    await cut(open_desk)
    await delivered(open_desk)
    kept = await writes(open_desk, "2")
    assert (kept.state, kept.outcome, kept.booking_id) == ("unread", "CallWanted", visit.id)
    assert [one.booking_id for one in await inbound.unread(open_desk, by=person("seat"))] == [visit.id]
    assert (await now(open_desk, visit)).place is not None
    number = await booking.contact(open_desk, visit.id, by=person("seat"), at=minutes(12))
    assert number == CUSTOMER
    async with open_desk.db.connection() as connection:
        looked = await connection.fetchrow("SELECT account_id, subject FROM audit WHERE action = 'booking.contact'")
    assert tuple(looked) == ("seat", visit.id)


@pytest.mark.parametrize("text", ["", "12", "1还是2", "下周行吗", "同意才怪"])
async def test_what_may_mean_something_else_waits_for_a_person(open_desk: Desk, text: str) -> None:
    visit = await booked(open_desk)
    await cut(open_desk)
    await delivered(open_desk)
    assert (await writes(open_desk, text)).outcome == "NotUnderstood"
    assert (await now(open_desk, visit)).state is BookingState.REOFFERED


@pytest.mark.parametrize(
    ("text", "agrees"),
    [("1", True), ("1。", True), ("\uff11", True), ("回复1", True), ("同意", True), ("可以", True), ("好的", True),
     ("2", False), ("请来电", False), ("不方便", False), ("不同意", False), ("不可以", None), ("11", None)],
)  # fmt: skip
def test_answers_that_mean_one_thing_are_read(text: str, agrees: bool | None) -> None:
    assert agreeing.read(text) is agrees


async def test_an_answer_to_an_offer_that_was_changed_since_agrees_to_nothing(open_desk: Desk) -> None:
    visit = await booked(open_desk)
    await cut(open_desk)
    await delivered(open_desk)
    await declare(open_desk, 1, slot(TOMORROW + timedelta(days=1)), at=minutes(7))
    await cut(open_desk, at=minutes(8), half=Half.PM)  # the place that was offered is gone too
    late = await writes(open_desk, "1")
    assert (late.state, late.outcome) == ("unread", "StaleBooking")
    after = await now(open_desk, visit)
    assert (after.state, after.reoffered_n) == (BookingState.REOFFERED, 2)
    await delivered(open_desk, at=minutes(11))
    assert (await writes(open_desk, "1", id_="t2", at=minutes(15))).outcome == "booked"
    assert (await now(open_desk, visit)).slot.date == TOMORROW + timedelta(days=1)


async def test_an_offer_that_is_out_of_date_before_it_went_out_is_not_sent(open_desk: Desk) -> None:
    visit = await booked(open_desk)
    await cut(open_desk)
    await confirm(open_desk, visit, offer=0, at=minutes(5.5))  # a seat was quicker
    assert [one["state"] for one in await written(open_desk, visit)] == ["dropped"]


async def test_a_late_yes_takes_the_place_if_it_is_free_still_and_waits_for_a_person_if_not(open_desk: Desk) -> None:
    visit = await booked(open_desk)
    await declare(open_desk, 1, slot(TOMORROW + timedelta(days=2)))
    await cut(open_desk)
    await cut(open_desk, at=minutes(5.2), half=Half.PM)
    await delivered(open_desk)
    late = minutes(60 * 24 + 30)  # the place was held for a day
    await declare(open_desk, 0, slot(TOMORROW + timedelta(days=2)), reason="抢修占用", at=late)
    assert (await writes(open_desk, "1", at=late)).outcome in ("NoTeam", "Full")
    await declare(open_desk, 1, slot(TOMORROW + timedelta(days=2)), at=late)
    assert (await writes(open_desk, "1", id_="t2", at=late)).outcome == "booked"
    assert (await now(open_desk, visit)).state is BookingState.BOOKED


async def test_where_there_is_no_other_place_he_is_told_that_he_will_be_called(desk: Desk) -> None:
    await declare(desk, 1)
    visit = await booked(desk)
    await cut(desk)
    (told,) = await written(desk, visit)
    assert (told["occasion"], told["expects"]) == ("visit_put_off", None)
    assert "我们将尽快致电与您另约时间" in told["body"]


async def test_a_visit_by_a_date_that_moves_by_itself_is_told_and_may_be_objected_to(open_desk: Desk) -> None:
    by_date = {"appointment": Appointment.BY_DATE, "due": TOMORROW + timedelta(days=1)}
    visit = await booked(open_desk, **by_date)
    assert visit.slot.half is Half.AM
    await cut(open_desk)
    (told,) = await written(open_desk, visit)
    assert told["occasion"] == "visit_moved"
    assert "您在7月3日前的查勘上门时间由7月2日8:00至12:00调整为7月2日13:00至17:00" in told["body"]
    await delivered(open_desk)
    assert (await writes(open_desk, "好的")).outcome == "booked"
    assert (await writes(open_desk, "2", id_="t2")).outcome == "CallWanted"
    assert [one["occasion"] for one in await written(open_desk, visit)] == ["visit_moved"]


async def test_in_quiet_hours_nobody_is_written_to_and_the_place_is_held_from_the_morning_on(desk: Desk) -> None:
    night = START.replace(hour=22)  # six in the morning of the second of July in China
    await declare(desk, 1)
    await declare(desk, 2, slot(TOMORROW + timedelta(days=2)))
    visit = await booked(desk)
    await cut(desk, at=night)
    (asked,) = await written(desk, visit)
    morning = night + timedelta(hours=2)
    assert asked["next_at"] == morning
    assert (await now(desk, visit)).expires_at == morning + timedelta(hours=24)


async def test_who_has_no_number_of_his_own_is_told_by_that_of_his_open_request(open_desk: Desk) -> None:
    async with open_desk.db.connection() as connection:
        await connection.execute(SERVICE, XIANGSHAN)
    visit = await booked(open_desk, phone=None)
    await cut(open_desk)
    assert [one["to_phone"] for one in await written(open_desk, visit)] == ["13900000007"]


async def test_who_has_no_mobile_number_and_who_was_promised_nothing_are_not_written_to(open_desk: Desk) -> None:
    visit = await booked(open_desk, phone="0574-65710000")
    new = NewBooking(wish=wish(), account_no="330112", area=XIANGSHAN, phone="13900000002")
    held = await booking.book(open_desk, new, by=person("seat"), at=minutes(4))
    assert held.state is BookingState.HELD
    for half in Half:
        await cut(open_desk, half=half)
    assert await written(open_desk, visit) == []
    assert await written(open_desk, held) == []


async def test_a_visit_that_was_cancelled_is_not_agreed_to(open_desk: Desk) -> None:
    visit = await booked(open_desk)
    await cut(open_desk)
    await delivered(open_desk)
    await booking.cancel(open_desk, visit.id, reason="客户来电取消", said=Said(by=person("seat"), at=minutes(7)))
    assert (await writes(open_desk, "1")).outcome == "StaleBooking"


async def test_the_list_of_messages_names_the_visit(open_desk: Desk) -> None:
    visit = await booked(open_desk)
    await cut(open_desk)
    (listed,) = await messaging.page(open_desk, by=person("shift"), area=XIANGSHAN)
    assert (listed.booking_id, listed.ticket_id, listed.occasion) == (visit.id, None, Occasion.VISIT_REOFFERED)
    assert listed.to_phone == "139****0000"


async def not_delivered(desk: Desk, visit: Booking) -> None:
    """The gateway takes the text, and finds nobody; it says so twice."""
    await delivered(desk)
    async with desk.db.connection() as connection:
        message_id = await connection.fetchval("SELECT id FROM message WHERE booking_id = $1", visit.id)
    for minute in (7, 8):
        await messaging.learn(desk, message_id, Fact.UNDELIVERED, at=minutes(minute))


async def not_taken(desk: Desk, _visit: Booking) -> None:
    """The gateway takes nothing, however often it is tried."""
    async with post(desk, Temper(refuses=1, loses=0, slow=0), at=minutes(6)) as opened:
        await opened.until_quiet()


@pytest.mark.parametrize("fails", [not_delivered, not_taken])
@pytest.mark.parametrize("moved", [False, True], ids=["offered anew", "moved by itself"])
async def test_who_cannot_be_told_of_his_new_time_is_rung_by_a_seat(
    open_desk: Desk, fails: Callable[[Desk, Booking], Awaitable[None]], moved: bool
) -> None:
    by_date = {"appointment": Appointment.BY_DATE, "due": TOMORROW + timedelta(days=1)}
    visit = await booked(open_desk, **(by_date if moved else {}))
    await cut(open_desk)
    await fails(open_desk, visit)
    assert [one["state"] for one in await written(open_desk, visit)] == ["dead"]
    (alert,) = await inbound.unread(open_desk, by=person("seat"))
    assert (alert.outcome, alert.booking_id, alert.area) == ("NotReached", visit.id, XIANGSHAN)
    assert alert.phone == "139****0000"
    assert f"{'预约自动改期通知' if moved else '预约改约通知'}未能送达客户,请致电客户" in alert.text
    await inbound.dealt_with(open_desk, alert.id, remark="已致电", by=person("seat"), at=minutes(200))
    assert await inbound.unread(open_desk, by=person("seat")) == []


async def test_nobody_is_rung_for_a_visit_that_was_settled_meanwhile(open_desk: Desk) -> None:
    visit = await booked(open_desk)
    await cut(open_desk)
    await delivered(open_desk)
    await confirm(open_desk, visit, offer=0, at=minutes(6.5))
    await not_delivered(open_desk, visit)
    assert await inbound.unread(open_desk, by=person("seat")) == []
