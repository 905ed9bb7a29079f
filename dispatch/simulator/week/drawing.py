"""The customers of a week, drawn from its seed: who calls when, lives where, wants what, and how he behaves. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import cos, radians
from random import Random
from typing import Any, TypeVar

from dispatch.capacity.words import Appointment, Half, VisitArea, VisitKind
from dispatch.kit.clock import CHINA

from .script import Week, instant

KM_PER_DEGREE = 111.2
DESK = (time(8, 30), time(17, 0))  # calls come in while the desk is manned
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Customer:
    """
    One customer.

    :param account_no: names him everywhere
    :param wish: of the appointment, as the API wants it
    :param decides: confirms what is held for him
    :param offer: takes this one of the other offers, if there is one; None: the one that is held
    :param cancels_after: so long after his call he gives up; None: never
    :param moves_after: so long after it he wants another day
    :param home: is there when the team comes for the first time
    :param reached: his team comes the first time, and says so
    :param agrees: takes the first new place when his is lost; else he gives up
    """

    account_no: str
    calls_at: datetime
    lon: float
    lat: float
    kind: VisitKind
    area_class: VisitArea
    appointment: Appointment
    wish: Mapping[str, Any] = field(hash=False)
    decides: bool = True
    offer: int | None = None
    cancels_after: timedelta | None = None
    moves_after: timedelta | None = None
    home: bool = True
    reached: bool = True
    agrees: bool = True


def customers(week: Week, places: Mapping[str, tuple[float, float]]) -> list[Customer]:
    """
    Return the week's customers in the order of their calls.

    :param places: where each depot stands
    """
    random = Random(week.seed)
    calls = sorted(_call_at(random, week) for _ in range(week.bookings.n))
    return [_customer(random, week, number, at, places) for number, at in enumerate(calls, 1)]


def _call_at(random: Random, week: Week) -> datetime:
    """Return a moment at which the desk is manned, each as likely as another."""
    said = week.bookings
    while True:
        at = said.from_ + (said.until - said.from_) * random.random()
        local = at.astimezone(CHINA)
        if local.weekday() < 5 and DESK[0] <= local.time() < DESK[1]:
            return at.replace(second=0, microsecond=0)


def _customer(
    random: Random, week: Week, number: int, at: datetime, places: Mapping[str, tuple[float, float]]
) -> Customer:
    said = week.bookings
    depot = pick(random, {depot.code: depot.share for depot in week.depot})
    rural = random.random() < said.rural
    lon, lat = near(random, places[depot], said.country_km if rural else said.town_km)
    kind, appointment = pick(random, said.kinds), pick(random, said.appointments)
    wish = _wish(random, week, appointment, at)
    fate = {name: random.random() < getattr(said, name) for name in ("undecided", "second", "cancels", "moves")}
    hours = {name: timedelta(hours=random.uniform(1, 20)) for name in ("cancels", "moves")}
    return Customer(
        account_no=f"{week.county}{number:06}",
        calls_at=at,
        lon=lon,
        lat=lat,
        kind=kind,
        area_class=VisitArea.RURAL if rural else VisitArea.URBAN,
        appointment=appointment,
        wish=wish,
        decides=not fate["undecided"],
        offer=0 if fate["second"] else None,
        cancels_after=hours["cancels"] if fate["cancels"] else None,
        moves_after=hours["moves"] if fate["moves"] and not fate["cancels"] else None,
        home=random.random() >= said.absent,
        reached=random.random() >= said.slow,
        agrees=random.random() < said.agrees,
    )


def pick(random: Random, shares: Mapping[T, float]) -> T:
    """Return one of the names, each as often as its share says."""
    (found,) = random.choices(list(shares), weights=list(shares.values()))
    return found


def near(random: Random, place: tuple[float, float], km: float) -> tuple[float, float]:
    """Return a place about so far from another; degrees, WGS-84."""
    east, north = random.gauss(0, km), random.gauss(0, km)
    lon, lat = place
    return round(lon + east / KM_PER_DEGREE / cos(radians(lat)), 5), round(lat + north / KM_PER_DEGREE, 5)


def _wish(random: Random, week: Week, appointment: Appointment, at: datetime) -> dict[str, str]:
    ahead = [(day, half) for day, half in week.half_days if at < week.expected.cut_off(day, half)]
    day, half = random.choice(ahead[: max(1, len(ahead) * 3 // 4)])
    match appointment:
        case Appointment.FIXED:
            return window(random, week, day, half)
        case Appointment.WITHIN:
            return {"start_by": week.expected.hours(day, half)[1].isoformat()}
        case _:
            return {"due": day.isoformat()}


def window(random: Random, week: Week, day: date, half: Half) -> dict[str, str]:
    """Return an agreed window in a half-day, begun at a whole or half hour."""
    begin, end = week.expected.hours(day, half)
    length = timedelta(minutes=random.choice(week.bookings.window_min))
    room = int((end - begin - length) / timedelta(minutes=30))
    from_at = begin + timedelta(minutes=30) * random.randint(0, max(0, room))
    return {"from_at": from_at.isoformat(), "to_at": min(end, from_at + length).isoformat()}


def other_day(random: Random, week: Week, customer: Customer, at: datetime) -> dict[str, str] | None:
    """Return what a customer wants instead of what he has; None: the week is over."""
    ahead = [(day, half) for day, half in week.half_days if at < week.expected.cut_off(day, half)]
    if not ahead:
        return None
    day, half = random.choice(ahead)
    match customer.appointment:
        case Appointment.FIXED:
            return window(random, week, day, half)
        case Appointment.WITHIN:
            return {"start_by": instant(day, week.expected.am[1]).isoformat()}
        case _:
            return {"due": day.isoformat()}
