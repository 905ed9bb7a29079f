"""Days as people count them: from midnight to midnight in China."""

from datetime import date, datetime, time, timedelta

from .clock import CHINA
from .errors import Invalid

FIRST = date(2000, 1, 1)  # no record is older


class BadDay(Invalid):
    """A day that lies ahead, or before all records."""


def span_of(day: date) -> tuple[datetime, datetime]:
    """Return when a day begins and ends."""
    begin = datetime.combine(day, time(), CHINA)
    return begin, begin + timedelta(days=1)


def begun(day: date, *, at: datetime, name: str = "日期") -> date:
    """
    Return the day, if it has begun.

    :param name: what the day is called where it was asked for
    :raises BadDay: if it lies ahead, or before all records
    """
    today, gap = at.astimezone(CHINA).date(), " " if name.isascii() else ""
    if day > today:
        raise BadDay(f"{name}{gap}不能晚于今天({today}),现为 {day},请改正", field="date")
    if day < FIRST:
        raise BadDay(f"{name}{gap}不能早于 {FIRST},现为 {day},请改正", field="date")
    return day
