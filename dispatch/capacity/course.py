"""What may happen to a booking, and what it makes of it. Pure; the store writes what comes out."""

from collections.abc import Sequence
from datetime import datetime

from .booking import Booking, HoldLapsed, NoSuchOffer, Offer, StaleBooking, WrongBookingState
from .words import BookingState, BookingStep

S = BookingState
MAY: dict[BookingStep, frozenset[BookingState]] = {
    BookingStep.CONFIRMED: frozenset({S.HELD, S.REOFFERED}),
    BookingStep.CANCELLED: frozenset({S.HELD, S.BOOKED, S.REOFFERED}),
    BookingStep.MOVED: frozenset({S.HELD, S.BOOKED}),
    BookingStep.REOFFERED: frozenset({S.HELD, S.BOOKED, S.REOFFERED}),
    BookingStep.LAPSED: frozenset({S.HELD, S.REOFFERED}),
}


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
    return {"slot": offer.slot, "from_at": offer.from_at, "to_at": offer.to_at, "why": offer.why}
