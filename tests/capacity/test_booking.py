"""Declared and booked on a real database: the last place, cuts, holds that run out, what the modes see."""

import asyncio
from datetime import datetime, timedelta

import asyncpg
import pytest

from dispatch.capacity import store
from dispatch.capacity.booking import Full, HoldLapsed
from dispatch.capacity.declaration import ReasonNeeded, StaleDeclaration, hours
from dispatch.capacity.wishes import Closed
from dispatch.capacity.words import Appointment, BookingState, BookingStep, Half
from dispatch.desk.bookings import booking, capacity
from dispatch.desk.bookings.booked import booked_in
from dispatch.desk.bookings.booking import Said
from dispatch.desk.room import Desk
from dispatch.kit.db import Database
from tests.worlds import NINGHAI, START, XIANGSHAN, minutes, person

from .bookings import DEPOT, OTHER, RULES, TOMORROW, book, booked, confirm, declare, slot

AT_NINE = datetime.fromisoformat("2026-07-02T09:00:00+08:00")
FIXED = {"appointment": Appointment.FIXED, "from_at": AT_NINE, "to_at": AT_NINE + timedelta(hours=1)}


async def load_of(desk: Desk, at: datetime = START) -> tuple[int, int, int]:
    """Return booked, held and free of the usual half-day."""
    loads = await capacity.capacity_of(desk, DEPOT, TOMORROW, TOMORROW, by=person("leader"), at=at)
    (found,) = [load for load in loads if load.declaration.slot == slot()]
    return found.booked, found.held, found.free


async def test_fifty_want_the_last_place_and_one_has_it(desk: Desk, dsn: str) -> None:
    await declare(desk, 1)
    wide = Database(dsn, size=50)  # fifty connections, each a seat of its own
    together = Desk(wide, desk.packs, desk.pack_id, desk.areas, desk.locator, desk.fleet, desk.travel)
    asked = [book(together, **FIXED) for _ in range(50)]
    found = await asyncio.gather(*asked, return_exceptions=True)
    await wide.close()
    assert sum(not isinstance(each, BaseException) for each in found) == 1
    assert sum(isinstance(each, Full) for each in found) == 49
    assert await load_of(desk) == (0, 1, 0)


async def test_the_database_itself_lets_nobody_have_a_place_twice(desk: Desk) -> None:
    await declare(desk, 5)
    await book(desk, **FIXED)
    with pytest.raises(asyncpg.UniqueViolationError, match="booking_place"):
        async with desk.db.transaction() as tx:  # somebody who forgot to take his turn and to count
            await store.append(tx, booked("x", slot()), BookingStep.HELD, by="seat", at=START)


async def test_a_hold_that_runs_out_gives_the_place_back(desk: Desk) -> None:
    await declare(desk, 1)
    held = await book(desk, **FIXED)
    with pytest.raises(Full):
        await book(desk, at=minutes(9), **FIXED)
    assert await load_of(desk, minutes(11)) == (0, 0, 1)
    other = await book(desk, at=minutes(11), **FIXED)
    assert (other.state, other.place) == (BookingState.HELD, 1)
    with pytest.raises(HoldLapsed):
        await confirm(desk, held, at=minutes(12))
    async with desk.db.connection() as connection:
        steps = [line.step for line in await store.log(connection, held.id)]
    assert steps == [BookingStep.HELD, BookingStep.LAPSED]


async def test_a_cancelled_place_is_free_again(desk: Desk) -> None:
    await declare(desk, 1)
    made = await confirm(desk, await book(desk, **FIXED))
    await booking.cancel(desk, made.id, reason="客户取消", said=Said(by=person("seat"), at=START))
    assert await load_of(desk) == (0, 0, 1)


async def test_a_place_that_was_held_until_the_cut_off_is_not_confirmed_after_it(desk: Desk) -> None:
    await declare(desk, 1)
    closes_at = hours(RULES, TOMORROW, Half.AM).closes_at
    held = await book(desk, at=closes_at - timedelta(minutes=5), **FIXED)
    with pytest.raises(Closed, match="07:30"):
        await confirm(desk, held, at=closes_at)


async def test_a_cut_without_a_reason_changes_nothing(desk: Desk) -> None:
    await declare(desk, 2)
    victims = {(await confirm(desk, await book(desk, **FIXED))).id for _ in range(2)}
    with pytest.raises(ReasonNeeded) as refused:
        await declare(desk, 0)
    assert set(refused.value.details["victims"]) == victims  # type: ignore[call-overload]
    assert await load_of(desk) == (2, 0, 0)


async def test_two_who_lose_their_places_are_not_offered_one_place(desk: Desk) -> None:
    await declare(desk, 2)
    await declare(desk, 1, slot(half=Half.PM))
    for _ in range(2):
        await confirm(desk, await book(desk, **FIXED))
    cut = await declare(desk, 0, reason="停电作业取消")
    assert (cut.moved, cut.declarations[0].displaced) == ((), 2)
    first, second = cut.reoffered
    assert (first.slot, first.place, len(first.offers)) == (slot(half=Half.PM), 1, 1)
    assert (second.place, second.offers, second.state) == (None, (), BookingState.REOFFERED)
    chosen = await confirm(desk, first, offer=0)
    assert (chosen.state, chosen.slot.half) == (BookingState.BOOKED, Half.PM)


async def test_a_by_date_visit_moves_by_itself_unless_its_date_leaves_no_place(desk: Desk) -> None:
    later = slot(TOMORROW + timedelta(days=1), depot=OTHER)
    await declare(desk, 2)
    await declare(desk, 5, later)
    here = {"lon": 121.88, "lat": 29.47}
    urgent = await confirm(desk, await book(desk, appointment=Appointment.BY_DATE, due=TOMORROW, **here))
    patient = await confirm(desk, await book(desk, appointment=Appointment.BY_DATE, due=later.date, **here))
    assert {urgent.slot, patient.slot} == {slot()}
    cut = await declare(desk, 0, reason="人员抽调抢修")
    (moved,), (asked,) = cut.moved, cut.reoffered
    assert (moved.id, moved.slot, moved.state, moved.moved_n) == (patient.id, later, BookingState.BOOKED, 1)
    assert (asked.id, asked.offers[0].slot) == (urgent.id, later)


async def test_two_leaders_of_one_depot_see_each_other(desk: Desk) -> None:
    await declare(desk, 3, version=0)
    with pytest.raises(StaleDeclaration):
        await declare(desk, 4, version=0)
    await declare(desk, 4, version=1)
    async with desk.db.connection() as connection:
        kept = await store.changes(connection, DEPOT, TOMORROW, TOMORROW)
    assert [(each.version, each.visits) for each in kept] == [(1, 3), (2, 4)]


async def test_the_modes_see_what_is_promised_and_not_over(desk: Desk) -> None:
    await declare(desk, 3)
    await book(desk, **FIXED)  # held only
    made = await confirm(desk, await book(desk, **FIXED))
    async with desk.db.connection() as connection:
        (found,) = await booked_in(connection, XIANGSHAN, at=START, limit=10)
        assert (found.booking_id, found.from_at) == (made.id, AT_NINE)
        assert await booked_in(connection, NINGHAI, at=START, limit=10) == ()
        assert await booked_in(connection, XIANGSHAN, at=made.to_at, limit=10) == ()
