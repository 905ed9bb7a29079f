"""What may happen to a booking, and what it makes of it. Pure; the store writes what comes out."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from .booking import Booking, HoldLapsed, NoSuchOffer, Offer, StaleBooking, WrongBookingState
from .wishes import Wish
from .words import BookingState, BookingStep

S = BookingState
MAY: dict[BookingStep, frozenset[BookingState]] = {
    BookingStep.CONFIRMED: frozenset({S.HELD, S.REOFFERED}),
    BookingStep.CANCELLED: frozenset({S.HELD, S.BOOKED, S.REOFFERED}),
    BookingStep.MOVED: frozenset({S.HELD, S.BOOKED}),
    BookingStep.REOFFERED: frozenset({S.HELD, S.BOOKED, S.REOFFERED}),
    BookingStep.LAPSED: frozenset({S.HELD, S.REOFFERED}),
    BookingStep.RESCHEDULED: frozenset({S.BOOKED, S.REOFFERED, S.ABSENT}),
    BookingStep.REASSIGNED: frozenset({S.BOOKED}),
    BookingStep.ARRIVED: frozenset({S.BOOKED}),
    BookingStep.DONE: frozenset({S.ARRIVED}),
    BookingStep.ABSENT: frozenset({S.BOOKED, S.ARRIVED}),
    BookingStep.MISSED: frozenset({S.BOOKED}),
    BookingStep.ROLLED: frozenset({S.BOOKED}),
    BookingStep.UNFINISHED: frozenset({S.ARRIVED}),
}
UNSEEN: dict[str, object] = {"arrived_at": None, "ended_at": None, "off_s": None, "kept": None}


def check(booking: Booking, step: BookingStep, *, seen: int | None = None) -> None:
    """
    Refuse a step that may not be taken now.

    :param seen: version that the caller saw; None: whatever it is
    :raises StaleBooking: if it is another
    :raises HoldLapsed: if the place was given back
    :raises WrongBookingState: if the booking stands elsewhere
    """
    if seen is not None and seen != booking.version:
        raise StaleBooking(
            f"该预约已是第 {booking.version} 版,您看到的是第 {seen} 版,请刷新后再办",
            field="version",
            version=booking.version,
        )
    if booking.state is S.LAPSED:
        raise HoldLapsed("占位已过期,名额已释放,请重新预约")
    if booking.state not in MAY[step]:
        raise WrongBookingState(f"预约处于“{booking.state.label}”,不能{step.label};请刷新后核对", state=booking.state)


def as_of(booking: Booking, at: datetime) -> Booking:
    """Return the booking with a hold that has run out given back; a place that was lost stays the customer's to ask."""
    if booking.expires_at is None or at < booking.expires_at:
        return booking
    state = S.LAPSED if booking.state is S.HELD else booking.state
    return booking.model_copy(update={"state": state, "place": None, "expires_at": None})


def confirmed(booking: Booking, offer: Offer | None, place: int) -> Booking:
    """The customer agrees to the place that is held, or to another offer."""
    update: dict[str, object] = {"state": S.BOOKED, "place": place, "expires_at": None, "offers": ()}
    return booking.model_copy(update=update | (_at(offer) if offer else {}))


def cancelled(booking: Booking) -> Booking:
    """The place is free again."""
    return booking.model_copy(update={"state": S.CANCELLED, "place": None, "expires_at": None, "offers": ()})


def moved(booking: Booking, offer: Offer, place: int) -> Booking:
    """Another place, which keeps the promise: the customer need not be asked (限期)."""
    return booking.model_copy(update=_at(offer) | {"place": place, "moved_n": booking.moved_n + 1, "offers": ()})


def rolled(booking: Booking, offer: Offer, place: int, *, urgent: bool) -> Booking:
    """It was not made; another place keeps its date (限期)."""
    after = moved(booking, offer, place)
    return after.model_copy(update={"rolled_n": booking.rolled_n + 1, "urgent": booking.urgent or urgent})


def arrived(booking: Booking, at: datetime, tolerance: timedelta) -> Booking:
    """
    The team is there.

    :param at: as it says
    :param tolerance: by which an appointment may be missed and still be kept, before and after
    """
    off = off_by(booking, at)
    update = {"state": S.ARRIVED, "arrived_at": at, "off_s": round(off.total_seconds()), "kept": abs(off) <= tolerance}
    return booking.model_copy(update=update)


def off_by(booking: Booking, at: datetime) -> timedelta:
    """Return how long before (negative) or after the promised window a moment lies; zero: within it."""
    if at < booking.from_at:
        return at - booking.from_at
    return max(at - booking.to_at, timedelta(0))


def done(booking: Booking, at: datetime) -> Booking:
    """It is made; it keeps its place, which was used."""
    return booking.model_copy(update={"state": S.DONE, "ended_at": at})


def absent(booking: Booking, at: datetime) -> Booking:
    """Its customer was not there; the place was used, and a seat agrees on another time with him."""
    return booking.model_copy(update={"state": S.ABSENT, "ended_at": at, "absent_n": booking.absent_n + 1})


def missed(booking: Booking, *, urgent: bool) -> Booking:
    """Nobody came in the promised time; what the customer is offered instead follows at once."""
    update = {"state": S.MISSED, "missed_n": booking.missed_n + 1, "urgent": booking.urgent or urgent}
    return booking.model_copy(update=update)


def unfinished(booking: Booking) -> Booking:
    """A team was there, and nobody said that it finished: it stands as not made; what follows comes at once."""
    update = {"state": S.BOOKED, "unfinished_n": booking.unfinished_n + 1}
    return booking.model_copy(update=UNSEEN | update)


def reoffered(booking: Booking, found: Sequence[Offer], place: int | None, expires_at: datetime | None) -> Booking:
    """The place is gone; the first of the new ones is held, if there is any."""
    update: dict[str, object] = {
        "state": S.REOFFERED,
        "place": place,
        "expires_at": expires_at,
        "offers": tuple(found),
        "reoffered_n": booking.reoffered_n + 1,
    }
    return booking.model_copy(update=update | (_at(found[0]) if found else {}))


def rescheduled(booking: Booking, offer: Offer, place: int, wish: Wish) -> Booking:
    """The customer wants another time, and has it."""
    said = {
        "state": S.BOOKED, "place": place, "expires_at": None, "offers": (), "appointment": wish.appointment,
        "start_by": wish.start_by, "due": wish.due, "rescheduled_n": booking.rescheduled_n + 1,
    }  # fmt: skip
    return booking.model_copy(update=_at(offer) | said | UNSEEN)


def chosen(booking: Booking, number: int | None) -> Offer | None:
    """
    Return the offer that the customer takes; None: the place that the booking holds.

    :raises NoSuchOffer: if there is none of that number, or the customer must choose
    """
    if booking.state is not S.REOFFERED and number is None:
        return None
    if number is None or not 0 <= number < len(booking.offers):
        raise NoSuchOffer(
            f"请用 offer 指明客户选的时段,从 0 数起;该预约现有 {len(booking.offers)} 个可选时段", field="offer"
        )
    return booking.offers[number]


def _at(offer: Offer) -> dict[str, object]:
    same = ("slot", "from_at", "to_at", "arrives_at", "arrives_between", "why")
    return {name: getattr(offer, name) for name in same}
