"""What a booking's place means for the live routes: it is put onto one, it leaves one, or it cannot be driven."""

from datetime import datetime

from dispatch.capacity import store
from dispatch.capacity.booking import Booking, TooFar
from dispatch.capacity.declaration import Slot
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection

from .mending import mend


async def take_turn(tx: Connection, desk: Desk, county: str, *, at: datetime) -> None:
    """Wait for the county's turn; visits whose hold ran out leave their routes."""
    lapsed = {each.slot: None for each in await store.turn(tx, county, at=at)}
    for slot in lapsed:
        await mend(tx, desk, slot, at=at)


async def settle(tx: Connection, desk: Desk, booking: Booking, *, left: Slot | None = None, at: datetime) -> None:
    """
    Let a booking that was just written stand on a route of its slot, if it takes a place.

    :param left: the slot that it leaves
    :raises TooFar: if no team can drive to it in time, with nobody else put off
    """
    if left is not None:
        await mend(tx, desk, left, at=at)
    if booking.place is None:
        return
    live = await mend(tx, desk, booking.slot, at=at)
    if booking.id in live.left:
        name = desk.areas.get(booking.slot.depot).name
        raise TooFar(f"{name}{booking.slot.label}还有名额,但没有队伍能按时到达,请改约其他时段,或请班所增派队伍")
