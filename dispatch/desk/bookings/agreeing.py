"""
What a customer answers by text when his booked visit is given another time: 1 agrees, 2 wants to be called.

As with every answer, only what means one thing is acted on; everything else waits for a person.
"""

import re
import unicodedata
from datetime import datetime

from dispatch.accounts.model import SYSTEM
from dispatch.capacity import store
from dispatch.capacity.booking import StaleBooking
from dispatch.capacity.words import BookingState
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection

from . import booking as bookings
from .booking import Said
from .customers import round_of, tell_agreed
from .settling import take_turn

NOISE = re.compile(r"[\s,.!?;:~、,。!?;:…~“”\"'()()\[\]【】-]+")
AGREES = re.compile(r"(回复|选择?)?1(同意)?|同意(改约)?|可以的?|没问题|好的?|行")
CALL_ME = re.compile(r"(回复|选择?)?2(来电|请来电(另约)?)?|请?(给我)?(来电|打电话|回电)(另约)?|不同意|不行|不方便")


def read(text: str) -> bool | None:
    """Return whether a text agrees to the new time; False: the customer wants a call; None: a person must read it."""
    plain = NOISE.sub("", unicodedata.normalize("NFKC", text))
    if AGREES.fullmatch(plain):
        return True
    return False if CALL_ME.fullmatch(plain) else None


async def agree(tx: Connection, desk: Desk, booking_id: str, round_: int, *, at: datetime) -> str:
    """
    Let a customer's yes have its effect; return where his visit stands then.

    :param round_: of the change that he was told of (``customers.round_of``)
    :raises StaleBooking: if the visit has been given another time since, or was cancelled
    :raises Full, TooFar, NoTeam, Closed: the place was held too short a while, and is gone
    """
    found = await store.load(tx, booking_id)
    await take_turn(tx, desk, found.area, at=at)
    found = await store.load(tx, booking_id)
    if round_of(found) != round_ or found.state not in (BookingState.REOFFERED, BookingState.BOOKED):
        raise StaleBooking("该预约已另行变更,客户所答复的时段不再有效,请致电客户核对", field="version")
    if found.state is BookingState.REOFFERED:
        found = await bookings.take(tx, desk, found, offer=0, said=Said(by=SYSTEM, at=at))
        await tell_agreed(tx, desk, found, at=at)
    return found.state.value


async def area_of(connection: Connection, booking_id: str) -> str:
    """Return the county whose visit it is. :raises NoSuchBooking: if there is none"""
    return (await store.load(connection, booking_id)).area
