"""A half-day that is offered can really be driven: offers, cuts, moves, other times, and routes that were lost."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from dispatch.capacity import store
from dispatch.capacity.booking import Booking, Full, TooFar
from dispatch.capacity.wishes import BadWish
from dispatch.capacity.words import Appointment, BookingState, BookingStep, Half
from dispatch.desk.bookings import booking, mending, rescheduling, whys
from dispatch.desk.bookings.booking import Said
from dispatch.desk.bookings.rescheduling import When
from dispatch.desk.room import Desk
from dispatch.places.areas import Areas
from tests.worlds import START, XIANGSHAN, minutes, person

from .bookings import DEPOT, OTHER, TOMORROW, book, booked, confirm, declare, slot
from .live import check, minutes_east

BASE = (121.88, 29.47)  # 丹城供电所


def at(clock: str, day: str = "2026-07-02") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}:00+08:00")


def fixed(begin: str, end: str) -> dict[str, Any]:
    return {"appointment": Appointment.FIXED, "from_at": at(begin), "to_at": at(end)}


def place(desk: Desk, minutes: float) -> dict[str, float]:
    """Return the place so many minutes of driving east of 丹城供电所."""
    lon, lat = minutes_east(desk, *BASE, minutes)
    return {"lon": lon, "lat": lat}


def codes(refused: pytest.ExceptionInfo[Any]) -> list[str]:
    return [each["code"] for each in refused.value.details["refused"]]


def helps(refused: pytest.ExceptionInfo[Any]) -> list[dict[str, Any]]:
    return list(refused.value.details["helps"])


async def test_what_is_offered_says_when_the_team_comes_and_what_it_drives(desk: Desk) -> None:
    await declare(desk, 5)
    first = await book(desk, **fixed("09:00", "10:00"), **place(desk, 20))
    assert (first.arrives_at, first.slot) == (at("09:00"), slot())
    assert "多行车 40 分钟,预计 09:00 到" in first.why
    second = await book(desk, **place(desk, 25))
    assert second.arrives_at == at("08:25"), "on the way to the first, from the depot at eight"
    assert "顺路插在已约的一户与班所之间,多行车 10 分钟" in second.why
    assert await check(desk.db, at=START) == 2


async def test_a_place_that_no_team_can_drive_to_in_time_is_not_offered(desk: Desk) -> None:
    await declare(desk, 9)
    await confirm(desk, await book(desk, **fixed("09:00", "09:40"), **place(desk, 30)))
    with pytest.raises(TooFar, match="还有名额,但会误后面客户的时段,至少差 10 分钟") as refused:
        await book(desk, **fixed("09:00", "09:40"), **place(desk, 20))
    assert codes(refused) == ["TooFar", "NoTeam"]
    assert await check(desk.db, at=START) == 1


async def test_a_refusal_says_what_would_help_and_each_of_it_does(desk: Desk) -> None:
    await declare(desk, 9)
    await declare(desk, 3, slot(half=Half.PM))
    await confirm(desk, await book(desk, **fixed("09:00", "09:40"), **place(desk, 30)))
    wanted = fixed("09:00", "09:40") | place(desk, 20)
    with pytest.raises(TooFar) as refused:
        await book(desk, **wanted)
    found = helps(refused)
    assert [one["kind"] for one in found] == ["window", "half_day", "team"]
    assert [one["more"] for one in found] == [30, 0, 1]
    assert (found[1]["half"], found[2]["depot"]) == ("pm", DEPOT)
    later = await book(desk, **fixed("09:00", "10:10"), **place(desk, 20))
    assert later.arrives_at == datetime.fromisoformat(found[0]["arrives_at"])
    await booking.cancel(desk, later.id, reason="试约", said=Said(by=person("seat"), at=START))
    await declare(desk, 9, teams=2)
    with_team = await book(desk, **wanted)
    assert with_team.arrives_at == datetime.fromisoformat(found[2]["arrives_at"])
    assert await check(desk.db, at=START) == 2


async def test_one_more_visit_helps_where_a_half_day_is_full_and_can_be_driven(desk: Desk) -> None:
    await declare(desk, 1)
    await confirm(desk, await book(desk, **fixed("09:00", "10:00")))
    wanted = fixed("10:00", "11:00")
    with pytest.raises(Full) as refused:
        await book(desk, **wanted)
    (visits,) = [one for one in helps(refused) if one["kind"] == "visits"]
    assert (visits["depot"], visits["more"]) == (DEPOT, 1)
    assert "增报 1 户,预计 10:00 可到" in visits["say"]
    await declare(desk, 2)
    assert (await book(desk, **wanted)).arrives_at == at("10:00")


async def test_nothing_is_said_to_help_a_customer_whom_nobody_can_reach_in_half_a_day(desk: Desk) -> None:
    await declare(desk, 5)
    with pytest.raises(TooFar) as refused:
        await book(desk, **place(desk, 110))
    assert helps(refused) == []


async def crowded(desk: Desk) -> list[Booking]:
    """Four visits beside the depot on one team's route, one far in the east on the other's."""
    await declare(desk, 9, teams=2)
    due = {"appointment": Appointment.BY_DATE, "due": TOMORROW}
    made = [await confirm(desk, await book(desk, **due, **place(desk, 0.5 + n / 10))) for n in range(4)]
    return [*made, await confirm(desk, await book(desk, **due, **place(desk, 45)))]


async def test_a_half_day_is_planned_anew_before_a_visit_is_too_far(desk: Desk) -> None:
    before = {each.id: each for each in await crowded(desk)}
    far = await book(desk, appointment=Appointment.BY_DATE, due=TOMORROW, **place(desk, -40))
    assert "路线重排" in far.why
    assert await check(desk.db, at=START) == 6
    async with desk.db.connection() as connection:
        rows = await connection.fetch("SELECT team, count(*) FROM visit_stop GROUP BY team ORDER BY team")
        kept = [await store.load(connection, name) for name in before]
    assert [row["count"] for row in rows] == [3, 3]
    assert kept == list(before.values()), "their promises are what they were"


async def test_a_team_less_displaces_those_whom_the_others_cannot_drive_to(desk: Desk) -> None:
    *near, far = await crowded(desk)
    await declare(desk, 9, slot(TOMORROW + timedelta(days=1)))
    cut = await declare(desk, 9, teams=1, reason="人员抽调抢修")
    assert (cut.declarations[0].displaced, len(cut.moved), len(cut.reoffered)) == (1, 0, 1)
    (asked,) = cut.reoffered
    assert (asked.id, asked.slot.date) == (far.id, TOMORROW + timedelta(days=1))
    assert {each.id for each in near}.isdisjoint({asked.id})
    assert await check(desk.db, at=START) == 5


async def test_who_loses_his_place_is_offered_only_what_can_be_driven(desk: Desk) -> None:
    await declare(desk, 5, teams=2)
    await declare(desk, 5, slot(half=Half.PM))
    await confirm(desk, await book(desk, **fixed("14:00", "14:40"), **place(desk, 60)))
    victim = await confirm(desk, await book(desk, **fixed("09:00", "09:40"), **place(desk, -50)))
    await declare(desk, 3, slot(TOMORROW + timedelta(days=1)))
    cut = await declare(desk, 0, reason="抢修占用")
    (asked,) = cut.reoffered
    assert asked.id == victim.id
    assert {offer.slot for offer in asked.offers} == {slot(TOMORROW + timedelta(days=1))}
    assert await check(desk.db, at=START) == 2


async def test_a_customer_may_want_another_time_and_is_told(desk: Desk) -> None:
    await declare(desk, 1)
    await declare(desk, 1, slot(half=Half.PM))
    made = await confirm(desk, await book(desk, **fixed("09:00", "10:00")))
    when = When(appointment=Appointment.FIXED, from_at=at("14:00"), to_at=at("15:00"))
    said = Said(by=person("seat"), at=minutes(5), version=made.version)
    after = await rescheduling.reschedule(desk, made.id, when, reason="客户上午不在", said=said)
    assert (after.id, after.state, after.slot.half, after.arrives_at) == (
        made.id, BookingState.BOOKED, Half.PM, at("14:00"),
    )  # fmt: skip
    assert (after.rescheduled_n, after.expires_at) == (1, None)
    async with desk.db.connection() as connection:
        steps = [(line.step, line.reason) for line in await store.log(connection, made.id)]
    assert steps[-1] == (BookingStep.RESCHEDULED, "客户上午不在")
    assert await book(desk, **fixed("09:00", "10:00"), at=minutes(6)), "the old place is free"
    assert await check(desk.db, at=minutes(6)) == 2


async def test_another_time_in_the_same_half_day_needs_no_second_place(desk: Desk) -> None:
    await declare(desk, 1)
    made = await confirm(desk, await book(desk, **fixed("09:00", "10:00")))
    when = When(appointment=Appointment.FIXED, from_at=at("10:00"), to_at=at("11:00"))
    after = await rescheduling.reschedule(desk, made.id, when, reason="", said=Said(by=person("seat"), at=START))
    assert (after.slot, after.place, after.arrives_at) == (slot(), 1, at("10:00"))
    assert await check(desk.db, at=START) == 1


async def test_a_visit_for_which_there_is_no_other_time_stays_as_it_was(desk: Desk) -> None:
    await declare(desk, 1)
    await declare(desk, 1, slot(half=Half.PM))
    made = await confirm(desk, await book(desk, **fixed("09:00", "10:00")))
    await confirm(desk, await book(desk, **fixed("14:00", "15:00")))
    when = When(appointment=Appointment.FIXED, from_at=at("15:00"), to_at=at("16:00"))
    with pytest.raises(Full):
        await rescheduling.reschedule(desk, made.id, when, reason="", said=Said(by=person("seat"), at=START))
    async with desk.db.connection() as connection:
        assert await store.load(connection, made.id) == made
    assert await check(desk.db, at=START) == 2


async def test_an_agreed_window_that_is_shorter_than_the_work_is_refused(desk: Desk) -> None:
    await declare(desk, 1)
    with pytest.raises(BadWish, match="40 分钟") as refused:
        await book(desk, **fixed("09:00", "09:30"))
    assert refused.value.field == "to_at"


async def test_routes_that_were_lost_are_made_again_from_the_bookings(desk: Desk) -> None:
    await crowded(desk)
    async with desk.db.connection() as connection:
        await connection.execute("DELETE FROM visit_stop")
    await book(desk, **place(desk, 1))
    assert await check(desk.db, at=START) == 6


async def test_a_stop_whose_booking_is_gone_goes_and_the_others_close_up(desk: Desk) -> None:
    await declare(desk, 5)
    for n in (10, 20, 30):
        await confirm(desk, await book(desk, **place(desk, n)))
    async with desk.db.transaction() as tx:  # somebody who forgot the routes
        await tx.execute("UPDATE booking SET place = NULL WHERE id = (SELECT booking_id FROM visit_stop LIMIT 1)")
        await mending.mend(tx, desk, slot(), at=START)
    assert await check(desk.db, at=START) == 2


async def test_a_hold_that_runs_out_leaves_its_route(desk: Desk) -> None:
    await declare(desk, 5)
    for n in (10, 20, 30):
        await book(desk, **place(desk, n))
    await book(desk, at=minutes(11), **place(desk, 5))
    assert await check(desk.db, at=minutes(11)) == 1


async def test_two_who_forgot_the_turn_cannot_both_have_the_last_place(desk: Desk) -> None:
    await declare(desk, 1)
    first, second = booked("a", slot()), booked("b", slot())
    begun = asyncio.Event()

    async def take(mine: Booking, *, waits: bool) -> None:
        async with desk.db.transaction() as tx:
            if waits:
                await begun.wait()
            await store.append(tx, mine, BookingStep.HELD, by="seat", at=START)
            begun.set()

    found = await asyncio.gather(take(first, waits=False), take(second, waits=True), return_exceptions=True)
    assert [type(each) for each in found] == [type(None), asyncpg.UniqueViolationError]


async def test_why_says_where_a_visit_stands(desk: Desk) -> None:
    await declare(desk, 5)
    made = await confirm(desk, await book(desk, **place(desk, 20)))
    found = await whys.why(desk, made.id, by=person("seat"), at=START)
    assert found.stands is not None
    assert (found.stands.team, found.stands.number, found.stands.of) == (f"{DEPOT}/survey/urban/1", 1, 1)
    assert found.stands.begins_at == at("08:20")
    assert [line.step for line in found.steps] == [BookingStep.HELD, BookingStep.CONFIRMED]
    assert (list(found.refused), list(found.helps)) == ([], [])


async def test_why_says_of_a_visit_that_was_re_offered_what_would_have_kept_it_and_changes_nothing(desk: Desk) -> None:
    await declare(desk, 2)
    await declare(desk, 3, slot(TOMORROW + timedelta(days=1)))
    kept = await confirm(desk, await book(desk, **fixed("08:00", "09:00")))
    lost = await confirm(desk, await book(desk, at=minutes(1), **fixed("10:00", "11:00")))
    await declare(desk, 1, reason="抢修占用", at=minutes(2))
    async with desk.db.connection() as connection:
        before = await connection.fetch("SELECT * FROM visit_stop ORDER BY booking_id")
        found = await whys.why(desk, lost.id, by=person("seat"), at=minutes(3))
        after = await connection.fetch("SELECT * FROM visit_stop ORDER BY booking_id")
    assert before == after
    assert found.booking.state is BookingState.REOFFERED
    assert [(one["depot"], one["code"]) for one in found.refused] == [(DEPOT, "Full"), (OTHER, "NoTeam")]
    assert [one.kind.value for one in found.helps] == ["half_day", "visits"]
    assert kept.area == XIANGSHAN


async def test_nobody_is_promised_a_team_of_a_depot_that_stands_nowhere(desk: Desk) -> None:
    await declare(desk, 5)
    places = [desk.areas.get(code) for code in ("33", "3302", XIANGSHAN, DEPOT)]
    desk.areas = Areas([replace(area, lon=None, lat=None) for area in places])
    with pytest.raises(TooFar, match="班所没有坐标"):
        await book(desk, **fixed("09:00", "10:00"))


async def test_a_hold_that_runs_out_leaves_its_route_whoever_takes_the_turn_next(desk: Desk) -> None:
    await declare(desk, 5)
    first = await confirm(desk, await book(desk, **place(desk, 10)))
    held = await book(desk, **place(desk, 20))
    last = await confirm(desk, await book(desk, **place(desk, 30)))
    await declare(desk, 3, slot(TOMORROW + timedelta(days=1)), at=minutes(11))
    assert await check(desk.db, at=minutes(11)) == 2
    assert held.id not in {first.id, last.id}
