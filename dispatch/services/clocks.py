"""
When a stage of a service request is due, and when its warnings are: hours run through, working days do not.

A working day counts unless the clock stands still at its end. So the day on which the customer gets the work is not
counted, and the day on which it comes back is.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice

from dispatch.kit.numbers import Span, Workdays
from dispatch.kit.workdays import DAY, Calendar, begin_of, day_of

from .model import Clock, Pause


def clock(
    limit: Span | Workdays,
    *,
    since: datetime,
    warnings: tuple[float, float],
    pauses: Sequence[Pause],
    calendar: Calendar,
) -> Clock:
    """
    Return the instants of a limit.

    :param warnings: shares of the limit that are left at the first and the second warning
    :param pauses: when the clock stood still; all have ended
    :raises CalendarEnds: if the limit ends in a year whose holidays are not known
    """
    first, second, due = (_after(limit, 1 - left, since, pauses, calendar) for left in (*warnings, 0.0))
    return Clock(since_at=since, first_warning_at=first, second_warning_at=second, due_at=due)


def _after(
    limit: Span | Workdays, share: float, since: datetime, pauses: Sequence[Pause], calendar: Calendar
) -> datetime:
    if isinstance(limit, Span):
        return _after_hours(limit.duration * share, since, pauses)
    return _after_workdays(limit.value * share, since, pauses, calendar)


def _after_hours(length: timedelta, since: datetime, pauses: Sequence[Pause]) -> datetime:
    at = since + length
    for pause in pauses:
        begun = max(pause.begun_at, since)
        if pause.ended_at is not None and begun < at and pause.ended_at > begun:
            at += pause.ended_at - begun
    return at


def _after_workdays(n: float, since: datetime, pauses: Sequence[Pause], calendar: Calendar) -> datetime:
    """Return the end of the n-th day that counts; of a part of a day, that part of it after its beginning."""
    whole = int(round(n, 6))
    part = round(n - whole, 6)
    days = _counted(day_of(since), pauses, calendar)
    if part > 0:
        return begin_of(next(islice(days, whole, None))) + timedelta(days=part)
    return begin_of(next(islice(days, whole - 1, None)) + DAY) if whole else since


def _counted(day: date, pauses: Sequence[Pause], calendar: Calendar) -> Iterator[date]:
    still = [(day_of(p.begun_at), day_of(p.ended_at)) for p in pauses if p.ended_at is not None]
    for workday in calendar.workdays_after(day):
        if not any(begun <= workday < ended for begun, ended in still):
            yield workday
