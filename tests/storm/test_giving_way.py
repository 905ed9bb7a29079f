"""In a storm booked work gives way: what lies before its end is moved or offered anew, and nothing new is put there."""

from datetime import timedelta

import pytest

from dispatch.capacity import store
from dispatch.capacity.booking import Booking
from dispatch.capacity.modes import Mode
from dispatch.capacity.words import Appointment, BookingState, Half
from dispatch.desk.bookings.pauses import Paused
from dispatch.desk.storm import dryrun
from tests.capacity.bookings import TODAY, TOMORROW, book, confirm, declare, slot
from tests.storm.conftest import storm
from tests.worlds import XIANGSHAN, Small, minutes, person

AFTER = TOMORROW + timedelta(days=1)


async def found(small: Small, made: Booking) -> Booking:
    async with small.db.connection() as connection:
        return await store.load(connection, made.id)


async def test_what_is_booked_before_the_end_of_the_storm_is_moved_after_it(small: Small) -> None:
    await declare(small.desk, 2, slot(TOMORROW, Half.AM))
    made = await confirm(small.desk, await book(small.desk))
    await declare(small.desk, 2, slot(TODAY, Half.PM))
    await declare(small.desk, 2, slot(AFTER, Half.AM))
    run = await dryrun.dry_run(small.desk, XIANGSHAN, Mode.STORM, by=person("monitor"), at=minutes(5))
    assert [each.booking_id for each in run.booked] == [made.id]
    await storm(small, 5)
    after = await found(small, made)
    assert (after.slot.date, after.from_at >= minutes(5 + 24 * 60)) == (AFTER, True)


async def test_in_a_storm_nothing_is_promised_before_its_end(small: Small) -> None:
    for where in (slot(TODAY, Half.PM), slot(AFTER, Half.AM)):
        await declare(small.desk, 2, where)
    await storm(small, 5)
    held = await book(small.desk, at=minutes(6))
    assert held.slot.date == AFTER


async def test_a_place_that_was_held_before_the_storm_is_not_confirmed_in_it(small: Small) -> None:
    await declare(small.desk, 2, slot(TOMORROW, Half.AM))
    held = await book(small.desk, appointment=Appointment.BY_DATE, due=AFTER)
    assert held.state is BookingState.HELD
    await storm(small, 1)
    with pytest.raises(Paused, match="抗灾抢修"):
        await confirm(small.desk, held, at=minutes(2))


async def test_booked_work_is_kept_where_the_mode_keeps_it(small: Small) -> None:
    await declare(small.desk, 2, slot(TOMORROW, Half.AM))
    made = await confirm(small.desk, await book(small.desk))
    await storm(small, 5, mode=Mode.QUICK)
    assert (await found(small, made)).slot == made.slot
