"""Booked visits (预约作业) at the desk: a place is held while the caller decides, then confirmed or given back."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.capacity import course, store
from dispatch.capacity.booking import Booking, HalfDay, lowest_place, refusal_of
from dispatch.capacity.declaration import Slot
from dispatch.capacity.offering import reason_of
from dispatch.capacity.store import NoSuchBooking
from dispatch.capacity.wishes import Wish, check_length, check_wish, slots_of
from dispatch.capacity.words import BookingState, BookingStep
from dispatch.desk import idempotency
from dispatch.desk.ids import new_id
from dispatch.desk.room import Desk, Once
from dispatch.desk.worklists.changing import gone
from dispatch.desk.worklists.visiting import listed
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid
from dispatch.notify import texts
from dispatch.places.areas import AreaLevel

from .customers import keep_phone, phone_of
from .finding import Found, Question, find, work_s
from .halfdays import depot_of, half_day, rules_of
from .helping import refused
from .pauses import free_from, refuse_paused
from .settling import settle, take_turn

AUDIT = "INSERT INTO audit (at, account_id, action, subject, area) VALUES ($1, $2, 'booking.contact', $3, $4)"
AT_MOST = 1000  # bookings that one answer shows


class BookingField(Invalid):
    """What was said of a new booking does not fit together."""


@dataclass(frozen=True, kw_only=True)
class NewBooking:
    """
    Who wants what where.

    :param area: county; None: the depot's
    :param depot: the only depot that is to be asked; None: all of the county
    :param phone: of the customer, to be told when the visit must be put off; kept apart from the booking
    """

    wish: Wish
    account_no: str
    area: str | None = None
    depot: str | None = None
    text: str = ""
    phone: str | None = None


@dataclass(frozen=True, kw_only=True)
class Said:
    """Who says it, when, having seen which version."""

    by: Account
    at: datetime
    version: int | None = None
    once: Once | None = None


async def book(desk: Desk, new: NewBooking, *, by: Account, at: datetime, once: Once | None = None) -> Booking:
    """
    Hold the best place that can be driven for a visit, for as long as the pack says, and say why it is that one.

    :raises BadWish, BookingField: what was said does not fit together
    :raises SwappedCoordinates, OutsideProvince: a place that cannot be
    :raises NoSuchArea, NotADepot, Forbidden, NoBooking: by whom and for what
    :raises Full, TooFar, NoTeam, Closed, OutsideHours: why no half-day takes it; ``details.refused`` names each, and
        ``details.helps`` what would help
    """
    rules = rules_of(desk.pack)
    check_said(desk, new.wish)
    desk.locator.check_point(new.wish.lon, new.wish.lat)
    county, depots = _where(desk, new)
    rights.check(by, "booking.make", area=county, covers=desk.areas.covers)
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, by, once)) is not None:
            return Booking.model_validate_json(first)
        await take_turn(tx, desk, county, at=at)
        slots = slots_of(new.wish, depots, rules=rules, at=await free_from(tx, desk, county, at))
        question = Question(wish=new.wish, slots=slots, at=at)
        found = await find(tx, desk, question)
        if not found.ranked:
            raise await refused(tx, desk, question, found)
        held = _held(desk, new, county, found, by=by, at=at)
        made = await store.append(tx, held, BookingStep.HELD, by=by.id, at=at)
        await settle(tx, desk, made, at=at)
        await keep_phone(tx, made, new.phone)
        await idempotency.remember(tx, by, once, made.model_dump_json(exclude_none=True), status=201)
    return made


def check_said(desk: Desk, wish: Wish) -> None:
    """:raises BadWish: what was said of the appointment does not fit together, or is shorter than the work"""
    check_wish(wish)
    check_length(wish, timedelta(seconds=work_s(desk, wish)))


def _where(desk: Desk, new: NewBooking) -> tuple[str, tuple[str, ...]]:
    """Return the county and the depots that are asked."""
    if new.depot is not None:
        depot = depot_of(desk, new.depot).code
        county = desk.areas.county_of_depot(depot)
        if new.area not in (None, county):
            raise BookingField(f"班所 {depot} 不属于 {new.area},请改正 area 或 depot", field="depot")
        return county, (depot,)
    if new.area is None:
        raise BookingField("请填写县 area,或指定班所 depot", field="area")
    area = desk.areas.get(new.area)
    if area.level is not AreaLevel.COUNTY:
        raise BookingField(f"预约按县受理,{area.name}是{area.level.label},请指定县", field="area")
    return area.code, desk.areas.depots(area.code)


def _held(desk: Desk, new: NewBooking, county: str, found: Found, *, by: Account, at: datetime) -> Booking:
    wish, rules = new.wish, rules_of(desk.pack)
    best = found.ranked[0]
    return Booking(
        id=new_id(at),
        version=0,
        area=county,
        slot=best.slot,
        place=found.ranked.place,
        state=BookingState.HELD,
        appointment=wish.appointment,
        from_at=best.from_at,
        to_at=best.to_at,
        arrives_at=best.arrives_at,
        arrives_between=best.arrives_between,
        start_by=wish.start_by,
        due=wish.due,
        account_no=new.account_no,
        lon=wish.lon,
        lat=wish.lat,
        text=new.text,
        why=reason_of(found.ranked),
        offers=tuple(found.ranked[1 : rules.offers.value]),
        expires_at=at + rules.hold.duration,
        made_by=by.id,
        made_at=at,
        pack=desk.pack.key,
    )


async def confirm(desk: Desk, booking_id: str, *, offer: int | None, said: Said) -> Booking:
    """
    The customer agrees: to the place that is held, or to another offer (counted from 0).

    :raises NoSuchBooking, Forbidden: by whom
    :raises StaleBooking, HoldLapsed, WrongBookingState, NoSuchOffer: where it stands
    :raises Full, TooFar, NoTeam, Closed: the place was taken, or its list was frozen, in between
    """
    rules_of(desk.pack)
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, said.by, said.once)) is not None:
            return Booking.model_validate_json(first)
        booking = await seen(tx, desk, booking_id, BookingStep.CONFIRMED, said)
        return await take(tx, desk, booking, offer=offer, said=said)


async def take(tx: Connection, desk: Desk, booking: Booking, *, offer: int | None, said: Said) -> Booking:
    """
    Let a booking that was loaded in the county's turn have the place that its customer wants.

    :raises NoSuchOffer: where it stands
    :raises Full, TooFar, NoTeam, Closed: the place was taken, or its list was frozen, in between
    :raises Paused: if booked work gives way there then
    """
    wanted = course.chosen(booking, offer)
    slot = wanted.slot if wanted else booking.slot
    await refuse_paused(tx, desk, booking.area, slot, said.at)
    day = await half_day(tx, desk, slot, at=said.at)
    mine = [each.place for each in day.taken if each.id == booking.id]
    others = _without(day, booking)
    if (why := refusal_of(others, rules=rules_of(desk.pack), at=said.at)) is not None:
        raise why
    place = mine[0] if mine and mine[0] is not None else lowest_place(others.taken)
    await texts.drop_of_booking(tx, booking.id)
    made = await write(tx, course.confirmed(booking, wanted, place), BookingStep.CONFIRMED, said)
    await settle(tx, desk, made, left=_left(booking, made), at=said.at)
    return made


def _left(before: Booking, after: Booking) -> Slot | None:
    """Return the slot whose routes the booking leaves."""
    return before.slot if before.slot != after.slot else None


def _without(day: HalfDay, booking: Booking) -> HalfDay:
    return replace(day, taken=tuple(each for each in day.taken if each.id != booking.id))


async def cancel(desk: Desk, booking_id: str, *, reason: str, said: Said) -> Booking:
    """
    Give the place back.

    :raises NoSuchBooking, Forbidden: by whom
    :raises StaleBooking, HoldLapsed, WrongBookingState: where it stands
    """
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, said.by, said.once)) is not None:
            return Booking.model_validate_json(first)
        booking = await seen(tx, desk, booking_id, BookingStep.CANCELLED, said)
        await texts.drop_of_booking(tx, booking.id)
        made = await write(tx, course.cancelled(booking), BookingStep.CANCELLED, said, reason=reason)
        await settle(tx, desk, made, left=booking.slot, at=said.at)
        await gone(tx, desk, booking, by=said.by.id, at=said.at, reason=reason)
    return made


async def seen(tx: Connection, desk: Desk, booking_id: str, step: BookingStep, said: Said) -> Booking:
    """Return a booking that the caller may change now, in the county's turn."""
    found = await store.load(tx, booking_id)
    if not rights.allowed(said.by, "booking.make", area=found.area, covers=desk.areas.covers):
        raise NoSuchBooking("没有这个预约,或不在您的查看范围内;请核对编号")
    await take_turn(tx, desk, found.area, at=said.at)
    booking = await store.load(tx, booking_id)
    course.check(booking, step, seen=said.version)
    return booking


async def write(tx: Connection, booking: Booking, step: BookingStep, said: Said, *, reason: str = "") -> Booking:
    """Write what became of a booking, and the answer to the request that was sent once."""
    made = await store.append(tx, booking, step, by=said.by.id, at=said.at, reason=reason)
    await idempotency.remember(tx, said.by, said.once, made.model_dump_json(exclude_none=True))
    return made


async def bookings_of(desk: Desk, depot: str, day: date, *, by: Account, at: datetime) -> list[Booking]:
    """
    Return a depot's bookings of a day, as they stand at ``at``, what is urgent first; those that ended too.

    :raises NoSuchArea, NotADepot, Forbidden: if there is no such depot, or not for ``by``
    """
    area = depot_of(desk, depot)
    county = desk.areas.county_of_depot(area.code)
    rights.check(by, "booking.read", area=county, depot=area.code, covers=desk.areas.covers)
    async with desk.db.connection() as connection:
        found = await store.of_day(connection, area.code, day, limit=AT_MOST)
    return [course.as_of(booking, at) for booking in sorted(found, key=lambda one: not one.urgent)]


async def contact(desk: Desk, booking_id: str, *, by: Account, at: datetime) -> str | None:
    """
    Return the customer's number; who looked is kept in the audit. A crew sees that of a visit on its own list.

    :raises NoSuchBooking: if there is none that ``by`` may see
    """
    async with desk.db.transaction() as tx:
        found = await store.load(tx, booking_id)
        _, team = await listed(tx, found)
        crew_id = team.crew_id if team is not None else None
        if not rights.allowed(by, "booking.contact", area=found.area, crew_id=crew_id, covers=desk.areas.covers):
            raise NoSuchBooking("没有这个预约,或不在您的查看范围内;请核对编号")
        await tx.execute(AUDIT, at, by.id, booking_id, found.area)
        return await phone_of(tx, found)
