"""A booked visit gets another time because its customer wants one: the new place first, then the old one goes."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from dispatch.capacity import course
from dispatch.capacity.booking import Booking
from dispatch.capacity.wishes import Wish, slots_of
from dispatch.capacity.words import Appointment, BookingStep
from dispatch.desk import idempotency
from dispatch.desk.room import Desk
from dispatch.desk.worklists.changing import gone
from dispatch.notify import texts

from .booking import Said, check_said, seen, write
from .customers import tell_agreed
from .finding import Question, find
from .halfdays import rules_of
from .helping import refused
from .pauses import free_from
from .settling import settle


@dataclass(frozen=True, kw_only=True)
class When:
    """When a customer wants his visit instead, as in ``wishes.Wish``."""

    appointment: Appointment
    from_at: datetime | None = None
    to_at: datetime | None = None
    start_by: datetime | None = None
    due: date | None = None


async def reschedule(desk: Desk, booking_id: str, when: When, *, reason: str, said: Said) -> Booking:
    """
    Let a visit that is booked have another time, in one transaction; the customer is told.

    :raises NoSuchBooking, Forbidden: by whom
    :raises StaleBooking, HoldLapsed, WrongBookingState: where it stands
    :raises BadWish: what was said does not fit together
    :raises Full, TooFar, NoTeam, Closed, OutsideHours: why no half-day takes it; the booking stays as it was
    """
    rules, at = rules_of(desk.pack), said.at
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, said.by, said.once)) is not None:
            return Booking.model_validate_json(first)
        booking = await seen(tx, desk, booking_id, BookingStep.RESCHEDULED, said)
        wish = _wish(booking, when)
        check_said(desk, wish)
        free_at = await free_from(tx, desk, booking.area, at)
        slots = slots_of(wish, desk.areas.depots(booking.area), rules=rules, at=free_at)
        question = Question(wish=wish, slots=slots, at=at, without=(booking.id,))
        found = await find(tx, desk, question)
        if not found.ranked:
            raise await refused(tx, desk, question, found)
        best = found.ranked[0]
        await texts.drop_of_booking(tx, booking.id)
        after = course.rescheduled(booking, best, found.ranked.place, wish)
        made = await write(tx, after, BookingStep.RESCHEDULED, said, reason=reason)
        await settle(tx, desk, made, left=booking.slot, at=at)
        await gone(tx, desk, booking, by=said.by.id, at=at, reason=reason)
        await tell_agreed(tx, desk, made, at=at)
    return made


def _wish(booking: Booking, when: When) -> Wish:
    """Return the wish for the work and the place of a booking."""
    slot = booking.slot
    work = {"kind": slot.kind, "area_class": slot.area_class, "lon": booking.lon, "lat": booking.lat}
    return Wish(**work, **asdict(when))  # type: ignore[arg-type]
