"""
Every afternoon: how full tomorrow's half-days will be, and what to declare; and after each freeze, what came.

How full a half-day was at any moment is read from the log of bookings, so that a forecast made late after a stop
compares like with like, and what came is the same whenever it is put down.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from dispatch.accounts.model import Account
from dispatch.capacity import forecast, forecaststore, store
from dispatch.capacity.declaration import Declaration, Slot, hours
from dispatch.capacity.forecast import Errors, Past
from dispatch.capacity.forecaststore import Kept, Log
from dispatch.capacity.store import Reach
from dispatch.capacity.words import Half
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.kit.looprules import BookingRules
from dispatch.kit.workdays import Calendar
from dispatch.kit.worklistrules import WorklistRules

from .capacity import depots_seen
from .halfdays import rules_of
from .recurring import once

FORECAST = "forecast_capacity"  # job
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Outlook:
    """
    A day's forecasts, and how far off those of the weeks before were.

    :param weeks: that the errors are of
    """

    day: date
    forecasts: Sequence[Kept]
    weeks: int
    errors: Errors


async def forecast_due(desk: Desk, *, at: datetime) -> None:
    """
    Forecast tomorrow once its hour has come, each county once a day; put down what came where a list was frozen since.

    :raises CalendarEnds: if tomorrow's holidays are not known; what came is put down first
    """
    if desk.pack.booking is None:
        return
    await _put_down(desk, desk.pack.booking, at)
    local = at.astimezone(CHINA)
    due_at = datetime.combine(local.date(), time.fromisoformat(desk.pack.lists.forecast_at.value), CHINA).astimezone(
        UTC
    )
    if at < due_at:
        return
    for county in desk.areas.counties(desk.areas.province().code):
        work = partial(_forecast, desk, desk.pack.booking, county, local.date() + DAY, at)
        await once(desk.db, FORECAST, county, due_at, work, at=at)


async def _put_down(desk: Desk, rules: BookingRules, at: datetime) -> None:
    async with desk.db.connection() as connection:
        found = await forecaststore.waiting(connection, at.astimezone(CHINA).date())
    for county, day, half in found:
        freeze = hours(rules, day, half).closes_at
        if freeze <= at:
            async with desk.db.transaction() as tx:
                log = await forecaststore.log(tx, county, [day], since=_since(rules, day))
                await forecaststore.put_came(tx, county, day, half, log.agreed(freeze))


def _since(rules: BookingRules, day: date) -> datetime:
    """Return a moment before which nothing of a day was booked."""
    return datetime.combine(day, time(0), CHINA).astimezone(UTC) - rules.horizon.duration - DAY


async def _forecast(desk: Desk, rules: BookingRules, county: str, day: date, at: datetime, tx: Connection) -> int:
    """Keep a county's forecasts of a day; return how many."""
    days = [day - WEEK * n for n in range(desk.pack.lists.forecast_weeks.value + 1)]
    reach = Reach(desk.areas.depots(county), days[-1], day)
    declared = {slot: each for slot, each in (await store.declarations(tx, reach)).items() if slot.date in days}
    log = await forecaststore.log(tx, county, days, since=_since(rules, days[-1]))
    made = list(foreseen(day, declared, log, rules=rules, calendar=desk.calendar, lists=desk.pack.lists, at=at))
    await forecaststore.keep(tx, county, made)
    return len(made)


def foreseen(
    day: date,
    declared: Mapping[Slot, Declaration],
    log: Log,
    *,
    rules: BookingRules,
    calendar: Calendar,
    lists: WorklistRules,
    at: datetime,
) -> Iterator[Kept]:
    """
    Yield the forecasts of a day: for what is declared, and on a working day also for what was in the weeks before.

    :param declared: of the day and of the same weekday of the weeks before
    """
    weeks = [WEEK * n for n in range(1, lists.forecast_weeks.value + 1)]
    then = {back: log.taken(at - back) for back in weeks}
    came = {(back, half): log.agreed(hours(rules, day - back, half).closes_at) for back in weeks for half in Half}
    now = log.taken(at)
    alike = {slot.model_copy(update={"date": day}) for slot in declared if slot.date == day or calendar.is_workday(day)}
    for slot in sorted(alike, key=lambda slot: (slot.order, slot.kind, slot.area_class)):
        before = {back: slot.model_copy(update={"date": day - back}) for back in weeks}
        past = [
            Past(then[back][was], came[back, slot.half][was], declared[was].visits)
            for back, was in before.items()
            if was in declared and declared[was].visits
        ]
        visits = declared[slot].visits if slot in declared else 0
        if visits or past:
            found = forecast.foresee(declared=visits, booked=now[slot], past=past)
            yield Kept(slot, at, visits, now[slot], found.expected, found.suggested, found.because)


async def outlook(desk: Desk, code: str, day: date, *, by: Account) -> Outlook:
    """
    Return a day's forecasts for an area or a depot, and how far off they were in the weeks before that day.

    :raises NoSuchArea, Forbidden, NoBooking: by whom and for what
    """
    rules_of(desk.pack)
    depots = depots_seen(desk, code, by=by)
    weeks = desk.pack.lists.forecast_weeks.value
    async with desk.db.connection() as connection:
        forecasts = await forecaststore.of_day(connection, depots, day)
        compared = await forecaststore.compared(connection, depots, day - WEEK * weeks, day - DAY)
    return Outlook(day, forecasts, weeks, forecast.errors(compared))
