"""Booked work (预约作业) of a county, as the modes need it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.capacity import store
from dispatch.kit.db import Connection


@dataclass(frozen=True, slots=True)
class Booked:
    """One visit that a customer was promised."""

    booking_id: str
    depot: str
    from_at: datetime
    to_at: datetime


async def booked_in(connection: Connection, county: str, *, at: datetime, limit: int) -> Sequence[Booked]:
    """Return the visits of a county that are promised and not over, the next first."""
    found = await store.to_come(connection, county, at=at, limit=limit)
    return tuple(Booked(each.id, each.slot.depot, each.from_at, each.to_at) for each in found)
