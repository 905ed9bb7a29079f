"""What a customer wants of an appointment (约时、限时、限期), and which half-days could keep it. Pure; domain 7.2."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from dispatch.kit.clock import CHINA
from dispatch.kit.errors import Invalid, Refusal
from dispatch.kit.looprules import BookingRules

from .declaration import Slot, hours, last_day
from .words import Appointment, Half, VisitArea, VisitKind

TIMES = {Appointment.FIXED: "from_at", Appointment.WITHIN: "start_by", Appointment.BY_DATE: "due"}


class Closed(Refusal):
    """The half-day's list is frozen, or nobody works that day."""


class OutsideHours(Refusal):
    """The window does not lie in one half-day."""


class BadWish(Invalid):
    """What was said of the appointment does not fit its kind."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """
    What the customer wants; degrees WGS-84.

    :param from_at: 约时: the agreed window, with ``to_at``
    :param start_by: 限时: the latest beginning
    :param due: 限期: the last day
    """

    kind: VisitKind
    area_class: VisitArea
    appointment: Appointment
    lon: float
    lat: float
    from_at: datetime | None = None
    to_at: datetime | None = None
    start_by: datetime | None = None
    due: date | None = None


def check_wish(wish: Wish) -> None:
    """:raises BadWish: naming what is missing, or does not belong to this kind of appointment"""
    needed = {
        Appointment.FIXED: {"from_at", "to_at"},
        Appointment.WITHIN: {"start_by"},
        Appointment.BY_DATE: {"due"},
    }[wish.appointment]
    said = {name for name in ("from_at", "to_at", "start_by", "due") if getattr(wish, name) is not None}
    if said != needed:
        wrong = sorted(said ^ needed)
        names = "、".join(sorted(needed))
        raise BadWish(f"{wish.appointment.label}须填写且只填写 {names},请改正 {'、'.join(wrong)}", field=wrong[0])
    if wish.from_at and wish.to_at and wish.to_at <= wish.from_at:
        raise BadWish("预约时段的结束 to_at 须晚于开始 from_at,请改正", field="to_at")


def check_length(wish: Wish, work: timedelta) -> None:
    """:raises BadWish: an agreed window that is shorter than the work"""
    if wish.from_at and wish.to_at and wish.to_at - wish.from_at < work:
        least = round(work.total_seconds() / 60)
        raise BadWish(f"约定时段短于{wish.kind.label}所需的 {least} 分钟,请把 to_at 推后", field="to_at")


def slots_of(wish: Wish, depots: Sequence[str], *, rules: BookingRules, at: datetime) -> list[Slot]:
    """
    Return the slots in which the wish could be kept, whether or not they have room.

    :raises OutsideHours: a window that no half-day holds
    :raises Closed: the wish lies in the past, or too far ahead
    """
    days = list(_half_days(wish, rules, at))
    if not days:
        latest, field = last_day(rules, at).isoformat(), TIMES[wish.appointment]
        raise Closed(f"可约时间为现在至 {latest} 截单之前的各半日,请改约其他时间 {field}", field=field)
    where = tuple(depots)
    return [slot for day, half in days for slot in _slots(where, day, half, wish.kind, wish.area_class)]


@lru_cache(maxsize=8192)  # a booking asks for a month of half-days of a county, and so does the next
def _slots(depots: tuple[str, ...], day: date, half: Half, kind: VisitKind, area_class: VisitArea) -> tuple[Slot, ...]:
    return tuple(Slot(depot=depot, date=day, half=half, kind=kind, area_class=area_class) for depot in depots)


def to_come(rules: BookingRules, at: datetime, until: date | None = None) -> Iterator[tuple[date, Half]]:
    """Yield the half-days whose list is not frozen, up to the last that may be booked."""
    day = at.astimezone(CHINA).date()
    latest = min(until or date.max, last_day(rules, at))
    while day <= latest:
        yield from ((day, half) for half in Half if at < hours(rules, day, half).closes_at)
        day += timedelta(days=1)


def _half_days(wish: Wish, rules: BookingRules, at: datetime) -> Iterator[tuple[date, Half]]:
    if wish.from_at is not None and wish.to_at is not None:
        fixed = half_of(wish.from_at, wish.to_at, rules)
        yield from (each for each in to_come(rules, at, fixed[0]) if each == fixed)
    elif wish.start_by is not None:
        last = wish.start_by.astimezone(CHINA).date()
        yield from (each for each in to_come(rules, at, last) if hours(rules, *each).begins_at < wish.start_by)
    else:
        yield from to_come(rules, at, wish.due)


def half_of(from_at: datetime, to_at: datetime, rules: BookingRules) -> tuple[date, Half]:
    """:raises OutsideHours: if no half-day holds the whole window"""
    day = from_at.astimezone(CHINA).date()
    for half in Half:
        span = hours(rules, day, half)
        if span.begins_at <= from_at and to_at <= span.ends_at:
            return day, half
    open_hours = f"北京时间{Half.AM.label} {rules.am.value[0]}、{Half.PM.label} {rules.pm.value[0]}"
    asked = "至".join(f"{at.astimezone(CHINA):%m月%d日%H:%M}" for at in (from_at, to_at))
    said = f"约定时段须完整落在一个半日内({open_hours}),所填为北京时间 {asked},请核对时区或改约"
    raise OutsideHours(said, field="from_at")
