"""
Whose visit was given another time and who cannot have read it: his text came to nothing, so a seat rings him.

He stands on the seats' list of texts, beside those who wrote that they want a call; once for each text that died.
"""

from datetime import datetime

from dispatch.capacity import store
from dispatch.capacity.words import BookingState
from dispatch.desk.ids import new_id
from dispatch.kit.db import Connection, Row
from dispatch.notify.templates import Occasion, Question

from .customers import round_of

NOT_REACHED = "NotReached"  # outcome on the seats' list
SAID = "【系统提示】{occasion}未能送达客户,请致电客户确认上门时间"
ABOUT = "SELECT area, to_phone, occasion, expects, booking_id, booking_round FROM message WHERE id = $1"
PUT_DOWN = """
INSERT INTO inbound (id, area, from_phone, body, at, received_at, state, outcome, booking_id)
VALUES ($1, $2, $3, $4, $5, $5, 'unread', $6, $7)
"""


async def put_down(tx: Connection, message_id: str, *, at: datetime) -> None:
    """Let a seat ring the customer whom a text about his visit did not reach, if it is so still."""
    row = await tx.fetchrow(ABOUT, message_id)
    if row is None or row["expects"] != Question.NEW_PLACE or not await _stands(tx, row):
        return
    body = SAID.format(occasion=Occasion(row["occasion"]).label)
    await tx.execute(PUT_DOWN, new_id(at), row["area"], row["to_phone"], body, at, NOT_REACHED, row["booking_id"])


async def _stands(tx: Connection, row: Row) -> bool:
    """Tell whether what the text says of the visit is so still, and nobody has agreed to it."""
    booking = await store.load(tx, row["booking_id"])
    waits = BookingState.REOFFERED if row["occasion"] == Occasion.VISIT_REOFFERED else BookingState.BOOKED
    return booking.state is waits and round_of(booking) == row["booking_round"]
