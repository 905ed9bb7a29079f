"""Booked work gives way to repairs (预约作业让路): visits before the mode's end are moved, or offered anew."""

from collections.abc import Sequence
from datetime import datetime

from dispatch.accounts.model import Account
from dispatch.capacity import store
from dispatch.capacity.booking import Booking
from dispatch.desk.bookings.displacing import displace
from dispatch.desk.bookings.pauses import free_from
from dispatch.desk.bookings.settling import take_turn
from dispatch.desk.room import Desk
from dispatch.desk.worklists.giving_way import come_back, stand_back
from dispatch.kit.db import Connection

AT_MOST = 10_000  # visits of a county in one mode's time


async def give_way(tx: Connection, desk: Desk, county: str, *, by: Account, reason: str, at: datetime) -> int:
    """
    Displace the visits that lie in the time of the county's mode; return how many. The mode is written already.

    The teams of the lists that run stand back. Where booked work is done (again) they come back.
    """
    if desk.pack.booking is None:
        return 0
    until = await free_from(tx, desk, county, at)
    await take_turn(tx, desk, county, at=at)
    if until <= at:
        await come_back(tx, desk, county, by=by.id, at=at)
        return 0
    victims = [each for each in await store.to_come(tx, county, at=at, limit=AT_MOST) if each.from_at < until]
    await displace(tx, desk, _by_promise(victims), desk.pack.booking, by=by, reason=reason, at=at)
    await stand_back(tx, desk, county, by=by.id, reason=reason, at=at)
    return len(victims)


def _by_promise(victims: Sequence[Booking]) -> list[Booking]:
    """The soonest visit last: ``displace`` finds it a place first."""
    return sorted(victims, key=lambda each: (each.from_at, each.id), reverse=True)
