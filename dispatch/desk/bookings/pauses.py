"""From when on booked work is done again in a county whose mode lets it give way (预约作业让路). Domain 7.2."""

from datetime import datetime

from dispatch.capacity.declaration import Slot, hours
from dispatch.capacity.modes import Mode, settings_of
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.kit.errors import Refusal

MODE = "SELECT mode, until_at FROM county_mode WHERE area = $1"


class Paused(Refusal):
    """Booked work gives way to the repairs until the end of the county's mode."""


async def free_from(connection: Connection, desk: Desk, county: str, at: datetime) -> datetime:
    """Return when visits may be promised from: now, or the end of the mode, whatever it may still become."""
    rules, row = desk.pack.modes, await connection.fetchrow(MODE, county)
    if rules is None or row is None or settings_of(rules, Mode(row["mode"])).booked_work == "kept":
        return at
    return max(at, row["until_at"] or at + rules.longest.duration)


async def refuse_paused(connection: Connection, desk: Desk, county: str, slot: Slot, at: datetime) -> None:
    """:raises Paused: if the half-day begins before booked work is done again"""
    free_at = await free_from(connection, desk, county, at)
    rules = desk.pack.booking
    if rules is not None and at < free_at and hours(rules, slot.date, slot.half).begins_at < free_at:
        until = free_at.astimezone(CHINA)
        raise Paused(f"该县正在抗灾抢修,{until:%m月%d日%H:%M} 之前不安排预约作业,请改约之后的时段", field="offer")
