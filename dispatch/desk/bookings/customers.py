"""
What customers are written of their booked visits: another time, none yet, or the one they agreed to. Domain 7.2.

Always in the transaction of what is told. The number is the booking's own, else that of the customer's open service
request; who has no mobile number is rung by a person.
"""

from datetime import datetime

from dispatch.capacity.booking import Booking
from dispatch.capacity.words import BookingState, BookingStep
from dispatch.desk.ids import new_id
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.notify import texts
from dispatch.notify.phones import is_mobile
from dispatch.notify.templates import Occasion, Text, compose

KEEP = "UPDATE booking SET phone = $2 WHERE id = $1"
PHONE = """
SELECT coalesce(booking.phone, (
    SELECT phone FROM service_request AS request
    WHERE request.account_no = $2 AND request.is_open AND request.phone IS NOT NULL ORDER BY request.id DESC LIMIT 1))
FROM booking WHERE booking.id = $1
"""


def round_of(booking: Booking) -> int:
    """Return how often the visit was given another time: an answer counts for the time that it was asked of."""
    return booking.moved_n + booking.reoffered_n + booking.rescheduled_n


async def keep_phone(tx: Connection, booking: Booking, phone: str | None) -> None:
    """Keep the number beside the booking, not in its log."""
    if phone is not None:
        await tx.execute(KEEP, booking.id, phone)


async def phone_of(connection: Connection, booking: Booking) -> str | None:
    """Return the number at which the customer can be reached; None: nobody knows one."""
    phone: str | None = await connection.fetchval(PHONE, booking.id, booking.account_no)
    return phone


def may_ask(desk: Desk, booking: Booking, at: datetime) -> datetime:
    """Return the first moment from ``at`` on at which the customer may be written to."""
    rules = desk.packs.get(booking.pack).messages
    return at if rules is None else texts.first_try(at, False, rules)


async def tell_displaced(
    tx: Connection, desk: Desk, before: Booking, after: Booking, step: BookingStep, *, at: datetime
) -> None:
    """
    Tell who has lost his place what he gets instead; what waited to be said of the visit before is dropped.

    Not who has no promise yet: a seat is speaking with him.
    """
    await texts.drop_of_booking(tx, after.id)
    if before.state is not BookingState.HELD:
        await _write(tx, desk, after, _displaced(before, after, step), at)


async def tell_agreed(tx: Connection, desk: Desk, booking: Booking, *, at: datetime) -> None:
    """Confirm the time that a customer agreed to by text."""
    said = {"agreed": window(booking.from_at, booking.to_at), "kind": booking.slot.kind.label}
    await _write(tx, desk, booking, compose(Occasion.VISIT_CONFIRMED, said), at)


def _displaced(before: Booking, after: Booking, step: BookingStep) -> Text:
    said: dict[str, object] = {
        "before": window(before.from_at, before.to_at),
        "kind": after.slot.kind.label,
    }
    offered = window(after.from_at, after.to_at)
    if step is BookingStep.MOVED and after.due is not None:
        due = f"{after.due.month}月{after.due.day}日"
        return compose(Occasion.VISIT_MOVED, said | {"due": due, "offered": offered})
    if after.expires_at is None:
        return compose(Occasion.VISIT_PUT_OFF, said)
    return compose(Occasion.VISIT_REOFFERED, said | {"offered": offered, "until": after.expires_at})


def window(from_at: datetime, to_at: datetime) -> str:
    """Return a window as people read it: ``7月2日8:00至12:00``."""
    begins, ends = from_at.astimezone(CHINA), to_at.astimezone(CHINA)
    return f"{begins.month}月{begins.day}日{begins.hour}:{begins.minute:02d}至{ends.hour}:{ends.minute:02d}"


async def _write(tx: Connection, desk: Desk, booking: Booking, text: Text, at: datetime) -> None:
    rules, phone = desk.packs.get(booking.pack).messages, await phone_of(tx, booking)
    if rules is None or phone is None or not is_mobile(phone):
        return
    about = (booking.id, round_of(booking))
    message = texts.Message(new_id(at), booking.area, None, phone, text, booking.pack, about)
    await texts.enqueue(tx, message, rules=rules, at=at)
