"""
The week of declarations (周申报): until when a week is declared, and what is copied where nobody did. Domain 7.2.

Pure. A week is named by its Monday; week W is declared by a moment of the week before it.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from dispatch.kit.clock import CHINA
from dispatch.kit.errors import Invalid
from dispatch.kit.looprules import BookingRules
from dispatch.kit.workdays import Calendar
from dispatch.kit.worklistrules import WeekMoment, WorklistRules

from .declaration import Declaration, Slot, hours
from .words import Half

WEEK = timedelta(days=7)
ISO_WEEK = re.compile(r"^(\d{4})-?W(\d{2})$", re.ASCII)
DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$", re.ASCII)
FIRST_YEAR, LAST_YEAR = 2000, 2099
MONDAY = 1


class BadWeek(Invalid):
    """No week has that name."""


class OutsideWeek(Invalid):
    """A line of a week's declaration lies in another week."""


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.isoweekday() - MONDAY)


def read_week(text: str) -> date:
    """
    Return the Monday of a week that is written as ``2026-W28`` or as its Monday.

    :raises BadWeek: saying what would be right
    """
    monday = _read(text)
    if monday is None or not FIRST_YEAR <= monday.year <= LAST_YEAR:
        raise BadWeek("周请写成 2026-W28,或该周星期一的日期,例如 2026-07-06", field="week")
    if monday.isoweekday() != MONDAY:
        right = monday_of(monday)
        raise BadWeek(f"{text} 不是星期一;该周请写 {right.isoformat()} 或 {name_of(right)}", field="week")
    return monday


def _read(text: str) -> date | None:
    found = ISO_WEEK.match(text)
    try:
        if found is not None:
            return date.fromisocalendar(int(found[1]), int(found[2]), MONDAY)
        return date.fromisoformat(text) if DAY.match(text) else None
    except ValueError:
        return None


def name_of(monday: date) -> str:
    """Return a week's ISO name."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"


def days_of(monday: date) -> tuple[date, ...]:
    """Return a week's seven days."""
    return tuple(monday + timedelta(days=n) for n in range(WEEK.days))


def _moment(monday: date, when: WeekMoment) -> datetime:
    """Return a moment of the week before ``monday``'s, UTC."""
    day = monday - WEEK + timedelta(days=when.weekday - MONDAY)
    return datetime.combine(day, time.fromisoformat(when.value), CHINA).astimezone(UTC)


def weeks_to_copy(rules: WorklistRules, at: datetime) -> Iterator[date]:
    """Yield the weeks (Mondays) that should have been declared and are not over: this one, and perhaps the next."""
    yield from (monday for monday in _weeks(at) if due_at(rules, monday) <= at)


def weeks_to_remind(rules: WorklistRules, at: datetime) -> Iterator[date]:
    """Yield the week (Monday) that is to be declared soon, if it is time to say so."""
    yield from (monday for monday in _weeks(at) if reminded_at(rules, monday) <= at < due_at(rules, monday))


def _weeks(at: datetime) -> tuple[date, date]:
    """Return this week and the next."""
    this = monday_of(at.astimezone(CHINA).date())
    return this, this + WEEK


def halves_open(monday: date, *, rules: BookingRules, calendar: Calendar, at: datetime) -> list[tuple[date, Half]]:
    """
    Return a week's half-days on which people work and that may still be booked: what is copied if nobody declares it.

    :raises CalendarEnds: if the year's holidays are not known
    """
    return [
        (day, half)
        for day in days_of(monday)
        if calendar.is_workday(day)
        for half in Half
        if at < hours(rules, day, half).closes_at
    ]


def inherited(source: Declaration, slot: Slot, *, by: str, at: datetime) -> Declaration:
    """Return what holds for a slot that nobody declared: what held on the same weekday of an earlier week."""
    return Declaration(
        slot=slot,
        teams=source.teams,
        visits=source.visits,
        version=1,
        declared_by=by,
        declared_at=at,
        reason=f"逾期未申报,沿用 {source.slot.date.isoformat()}",
        inherited=True,
    )


def check_week(monday: date, slots: Iterable[Slot]) -> None:
    """:raises OutsideWeek: naming the first line of another week"""
    for slot in slots:
        if monday_of(slot.date) != monday:
            last = days_of(monday)[-1]
            span = f"{monday.isoformat()} 至 {last.isoformat()}"
            raise OutsideWeek(
                f"{slot.label}不在 {name_of(monday)}({span})内,请改日期或换一周申报",
                field="lines.date",
            )


def due_at(rules: WorklistRules, monday: date) -> datetime:
    """Return until when a week is declared."""
    return _moment(monday, rules.declared_by)


def reminded_at(rules: WorklistRules, monday: date) -> datetime:
    """Return when who has not declared a week yet is reminded."""
    return _moment(monday, rules.reminded)
