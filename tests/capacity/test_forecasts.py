"""Forecasts on a real database: made once an afternoon from the log of bookings, compared with what came."""

from datetime import date, datetime, timedelta

from dispatch.capacity import forecaststore
from dispatch.capacity.forecaststore import Kept
from dispatch.capacity.words import Appointment, Half
from dispatch.desk.bookings import booking, forecasts
from dispatch.desk.bookings.booking import Said
from dispatch.desk.bookings.forecasts import forecast_due
from dispatch.desk.room import Desk
from tests.worlds import XIANGSHAN, person

from .bookings import DEPOT, OTHER, book, confirm, declare, slot
from .bookings import TOMORROW as THURSDAY

AT_FOUR = datetime.fromisoformat("2026-07-01T16:00:00+08:00")
WEEK = timedelta(days=7)


async def visits(desk: Desk, day: date, n: int, *, at: datetime) -> list[str]:
    """Let a seat agree upon n visits of a day's morning."""
    made = []
    for _ in range(n):
        held = await book(desk, at=at, due=day, appointment=Appointment.BY_DATE)
        made.append((await confirm(desk, held, at=at)).id)
    return made


async def a_week_that_grew(desk: Desk, day: date, early: int, late: int, *, declared: int = 8) -> None:
    """Let a morning have some visits in the afternoon before, and some more by its freeze."""
    before = datetime.combine(day - timedelta(days=1), AT_FOUR.timetz())
    await declare(desk, declared, slot(day), at=before - timedelta(days=2))
    await visits(desk, day, early, at=before - timedelta(hours=1))
    await visits(desk, day, late, at=before + timedelta(hours=1))


async def of(desk: Desk, day: date = THURSDAY) -> list[Kept]:
    async with desk.db.connection() as connection:
        return await forecaststore.of_day(connection, [DEPOT, OTHER], day)


async def test_tomorrow_is_foreseen_from_how_the_last_weeks_grew(desk: Desk) -> None:
    await a_week_that_grew(desk, THURSDAY - 2 * WEEK, 2, 3)
    await a_week_that_grew(desk, THURSDAY - WEEK, 3, 1)
    await declare(desk, 8, slot(THURSDAY), at=AT_FOUR - timedelta(days=2))
    await visits(desk, THURSDAY, 4, at=AT_FOUR - timedelta(hours=2))
    await forecast_due(desk, at=AT_FOUR - timedelta(seconds=1))
    assert await of(desk) == []
    await forecast_due(desk, at=AT_FOUR)
    (made,) = await of(desk)
    assert (made.slot, made.declared, made.booked, made.expected) == (slot(THURSDAY), 8, 4, 6.0)
    assert (made.suggested, made.came) == (7, None)
    assert "近 2 周同一天从此刻到截单平均再增 2.0 户(1 至 3)" in made.because


async def test_it_is_made_once_and_what_came_is_put_down_once_it_is_frozen(desk: Desk) -> None:
    await declare(desk, 8, slot(THURSDAY), at=AT_FOUR - timedelta(days=2))
    first, *_ = await visits(desk, THURSDAY, 3, at=AT_FOUR - timedelta(hours=2))
    await forecast_due(desk, at=AT_FOUR)
    await visits(desk, THURSDAY, 2, at=AT_FOUR + timedelta(hours=1))
    await forecast_due(desk, at=AT_FOUR + timedelta(hours=2))
    (made,) = await of(desk)
    assert (made.booked, made.made_at) == (3, AT_FOUR)
    freeze = datetime.fromisoformat("2026-07-02T07:30:00+08:00")
    await booking.cancel(desk, first, reason="客户取消", said=Said(by=person("seat"), at=freeze - timedelta(hours=1)))
    await forecast_due(desk, at=freeze - timedelta(seconds=1))
    assert [each.came for each in await of(desk)] == [None]
    await forecast_due(desk, at=freeze + timedelta(hours=4))  # late, after a stop
    assert [each.came for each in await of(desk)] == [4]


async def test_a_hold_that_nobody_confirmed_did_not_come(desk: Desk) -> None:
    await declare(desk, 8, slot(THURSDAY), at=AT_FOUR - timedelta(days=2))
    await book(desk, at=AT_FOUR, due=THURSDAY, appointment=Appointment.BY_DATE)
    await forecast_due(desk, at=AT_FOUR)
    await forecast_due(desk, at=AT_FOUR + timedelta(days=1))
    assert [(each.booked, each.came) for each in await of(desk)] == [(1, 0)]


async def test_after_a_stop_over_the_night_yesterdays_forecast_is_not_made_up(desk: Desk) -> None:
    await declare(desk, 8, slot(THURSDAY), at=AT_FOUR - timedelta(days=2))
    await forecast_due(desk, at=AT_FOUR + timedelta(hours=17))
    assert await of(desk) == []


async def test_a_half_day_that_nobody_declared_is_suggested_but_not_on_a_day_off(desk: Desk) -> None:
    await a_week_that_grew(desk, THURSDAY - WEEK, 2, 2)
    await forecast_due(desk, at=AT_FOUR)
    assert [(each.declared, each.expected, each.suggested) for each in await of(desk)] == [(0, 0.0, 2)]
    before_holiday = datetime.fromisoformat("2026-09-30T16:00:00+08:00")
    await a_week_that_grew(desk, date(2026, 9, 24), 2, 2)
    await forecast_due(desk, at=before_holiday)
    assert await of(desk, date(2026, 10, 1)) == []


async def test_the_errors_are_told_beside_those_of_as_last_week(desk: Desk) -> None:
    for n, (early, late) in enumerate([(2, 1), (4, 1), (1, 2)]):
        day = THURSDAY - (2 - n) * WEEK
        before = datetime.combine(day - timedelta(days=1), AT_FOUR.timetz())
        await declare(desk, 8, slot(day), at=before - timedelta(days=2))
        await visits(desk, day, early, at=before - timedelta(hours=1))
        await forecast_due(desk, at=before)
        await visits(desk, day, late, at=before + timedelta(hours=1))
        await forecast_due(desk, at=before + timedelta(hours=16))
    found = await forecasts.outlook(desk, XIANGSHAN, THURSDAY + timedelta(days=1), by=person("xiangshan"))
    errors = found.errors
    assert (found.weeks, errors.n, errors.compared) == (4, 3, 2)
    assert errors.mean_error == (1 + 0 + 1) / 3  # 2 for 3, 5 for 5, 2 for 3
    assert (errors.mean_error_there, errors.as_last_week) == (0.5, 2.0)


async def test_halves_and_depots_are_foreseen_apart(desk: Desk) -> None:
    for where in (slot(THURSDAY), slot(THURSDAY, Half.PM), slot(THURSDAY, depot=OTHER)):
        await declare(desk, 3, where, at=AT_FOUR - timedelta(days=2))
    await forecast_due(desk, at=AT_FOUR)
    assert [each.slot for each in await of(desk)] == [
        slot(THURSDAY), slot(THURSDAY, Half.PM), slot(THURSDAY, depot=OTHER),
    ]  # fmt: skip
