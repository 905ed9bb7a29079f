"""
A visit that a customer was promised (预约作业): which half-days can take it, which is best, what may happen to it.

Pure. It fits only where fewer visits are taken than the depot declared. Why a place was chosen, and why others were
not, goes with it in words. Domain 7.2.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import Field

from dispatch.kit.clock import CHINA
from dispatch.kit.errors import Invalid, Refusal
from dispatch.kit.looprules import BookingRules

from .declaration import Declaration, Frozen, Hours, Slot, hours, last_day
from .insertion import Stop, cheapest
from .words import Appointment, BookingState, Half, VisitArea, VisitKind

NAMED = 20  # half-days that a refusal names


class Full(Refusal):
    """Every declared visit is taken."""


class NoTeam(Refusal):
    """The depot declared nothing there, or no team."""


class Closed(Refusal):
    """The half-day's list is frozen, or nobody works that day."""


class OutsideHours(Refusal):
    """The window does not lie in one half-day."""


class BadWish(Invalid):
    """What was said of the appointment does not fit its kind."""


class HoldLapsed(Refusal):
    """The place was held until a time that has passed."""


class WrongBookingState(Refusal):
    """The booking does not stand where this may happen."""


class StaleBooking(Refusal):
    """Somebody changed the booking since the caller saw it."""


class NoSuchOffer(Invalid):
    """The booking has no offer of that number."""


class Offer(Frozen):
    """A free place, and why it is offered."""

    slot: Slot
    from_at: datetime  # what is promised
    to_at: datetime
    free: int  # places that were free, this one with them
    detour_m: Annotated[int, Field(ge=0)]  # what the half-day's route grows by, as the crow flies
    between: tuple[str, ...]  # bookings beside it on the route
    why: str


class Booking(Frozen):
    """
    A visit that was promised, or is being promised.

    :param place: which of the slot's declared visits it is; None: it takes none
    :param expires_at: until when the place is held; None: it is the customer's
    :param offers: other places; of a booking that lost its own, the first is the one that is held
    """

    id: str
    version: int
    area: str
    slot: Slot
    place: int | None = None
    state: BookingState
    appointment: Appointment
    from_at: datetime
    to_at: datetime
    start_by: datetime | None = None
    due: date | None = None
    account_no: str
    lon: float
    lat: float
    text: str = ""
    why: str
    offers: tuple[Offer, ...] = ()
    expires_at: datetime | None = None
    moved_n: int = 0  # times it was given another place without being asked (限期)
    reoffered_n: int = 0  # times it lost its place and the customer had to be asked
    made_by: str
    made_at: datetime
    pack: str

    @property
    def stop(self) -> Stop:
        return Stop(self.lon, self.lat, self.id)


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


@dataclass(frozen=True, slots=True)
class HalfDay:
    """
    A slot as it stands.

    :param taken: bookings that take a place
    :param workday: somebody works that day even if the depot declared nothing
    """

    slot: Slot
    depot_name: str
    depot: Stop | None
    declared: Declaration | None
    taken: Sequence[Booking]
    workday: bool = True

    @property
    def free(self) -> int:
        """Places left; none where a cut has left more booked than declared."""
        return 0 if self.declared is None else max(0, self.declared.visits - len(self.taken))

    @property
    def label(self) -> str:
        return f"{self.depot_name}{self.slot.label}"


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


def slots_of(wish: Wish, depots: Sequence[str], *, rules: BookingRules, at: datetime) -> list[Slot]:
    """
    Return the slots in which the wish could be kept, whether or not they have room.

    :raises OutsideHours: a window that no half-day holds
    :raises Closed: the wish lies in the past, or too far ahead
    """
    days = list(_half_days(wish, rules, at))
    if not days:
        raise Closed(f"可约时间为现在至 {last_day(rules, at).isoformat()} 截单之前的各半日,请改约其他时间")
    return [
        Slot(depot=depot, date=day, half=half, kind=wish.kind, area_class=wish.area_class)
        for day, half in days
        for depot in depots
    ]


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
    open_hours = f"{Half.AM.label} {rules.am.value[0]}、{Half.PM.label} {rules.pm.value[0]}"
    raise OutsideHours(f"约定时段须完整落在一个半日内({open_hours}),请改约", field="from_at")


def refusal_of(half_day: HalfDay, *, rules: BookingRules, at: datetime) -> Refusal | None:
    """Return why a slot takes no further visit; None: it does."""
    declared, span = half_day.declared, hours(rules, half_day.slot.date, half_day.slot.half)
    if at >= span.closes_at:
        return Closed(f"{half_day.label}的清单已于 {span.closes_at.astimezone(CHINA):%H:%M} 截单,请改约其他时段")
    if declared is None and not half_day.workday:
        return Closed(f"{half_day.label}是休息日,班所没有申报承载力,请改约工作日")
    if declared is None or declared.teams == 0:
        return NoTeam(f"{half_day.label}没有申报队伍,请改约其他时段,或请班所申报承载力")
    if half_day.free == 0:
        return Full(f"{half_day.label}申报的 {declared.visits} 户已约满,请改约其他时段,或请班所增加承载力")
    return None


def offers(
    wish: Wish, half_days: Sequence[HalfDay], *, rules: BookingRules, at: datetime, soonest: bool = False
) -> list[Offer]:
    """
    Return the free places for a wish, the best first: 约时 and 限期 the least detour, 限时 the earliest.

    :param soonest: the earliest first, whatever the appointment
    """
    found = [_offer(wish, each, rules) for each in half_days if refusal_of(each, rules=rules, at=at) is None]
    early = soonest or wish.appointment is Appointment.WITHIN

    def rank(offer: Offer) -> tuple[object, ...]:
        day, half, depot = offer.slot.order
        return (day, half, offer.detour_m, depot) if early else (offer.detour_m, day, half, depot)

    return sorted(found, key=rank)


def _offer(wish: Wish, half_day: HalfDay, rules: BookingRules) -> Offer:
    stops = [booking.stop for booking in half_day.taken]
    gap = cheapest(Stop(wish.lon, wish.lat), depot=half_day.depot, visits=stops)
    detour_m = round(gap.detour_m)
    beside = ("当日尚无预约,从班所往返", "顺路插在已约的一户与班所之间", "顺路插在已约的两户之间")[len(gap.visits)]
    free = half_day.free
    why = f"{half_day.label}还有 {free} 个名额;{beside},直线多走 {detour_m / 1000:.1f} 公里"
    from_at, to_at = _promised(wish, hours(rules, half_day.slot.date, half_day.slot.half))
    return Offer(
        slot=half_day.slot,
        from_at=from_at,
        to_at=to_at,
        free=free,
        detour_m=detour_m,
        between=gap.visits,
        why=why,
    )


def _promised(wish: Wish, span: Hours) -> tuple[datetime, datetime]:
    """Return the window that is promised in a half-day: the agreed one if it lies there, else the whole half-day."""
    if wish.from_at and wish.to_at and span.begins_at <= wish.from_at and wish.to_at <= span.ends_at:
        return wish.from_at, wish.to_at
    if wish.start_by and span.begins_at < wish.start_by:
        return span.begins_at, min(span.ends_at, wish.start_by)
    return span.begins_at, span.ends_at


def refusal(half_days: Sequence[HalfDay], *, rules: BookingRules, at: datetime) -> Refusal:
    """Return why none of the slots takes a visit: the reason nearest to a yes, with all of them beside it."""
    found = [(each, why) for each in half_days if (why := refusal_of(each, rules=rules, at=at)) is not None]
    if not found:
        return NoTeam("该县没有班所,不能预约;请先载入班所")
    ranks = (Full, NoTeam, Closed)
    worst = min((why for _, why in found), key=lambda why: ranks.index(type(why)))
    named = [
        {"depot": each.slot.depot, "date": each.slot.date.isoformat(), "half": each.slot.half.value, "code": why.code}
        for each, why in found
    ]
    return type(worst)(worst.message, refused=named[:NAMED], refused_n=len(named))


def reason_of(chosen: Offer, ranked: Sequence[Offer]) -> str:
    """Return why this place, and how much better than the next."""
    others = [offer for offer in ranked if offer.slot != chosen.slot]
    if not others:
        return f"{chosen.why};没有其他空闲时段"
    nearest = min(others, key=lambda offer: offer.detour_m)
    return f"{chosen.why};另有 {len(others)} 个空闲时段,其中绕路最少的要多走 {nearest.detour_m / 1000:.1f} 公里"


def lowest_place(taken: Sequence[Booking]) -> int:
    """Return the first place that nobody has."""
    used = {booking.place for booking in taken}
    return next(number for number in range(1, len(used) + 2) if number not in used)


def victims_of(taken: Sequence[Booking], visits: int) -> list[Booking]:
    """
    Return who loses the place when a slot is cut: who has no word of ours yet, then 限期, 限时, 约时; the latest first.

    :param taken: bookings that take a place
    """
    too_many = max(0, len(taken) - visits)
    firm = (Appointment.BY_DATE, Appointment.WITHIN, Appointment.FIXED)
    by_promise = sorted(taken, key=lambda booking: (booking.made_at, booking.id), reverse=True)
    by_promise.sort(key=lambda booking: (booking.state is BookingState.BOOKED, firm.index(booking.appointment)))
    return by_promise[:too_many]
