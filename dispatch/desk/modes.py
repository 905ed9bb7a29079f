"""How a county's tickets are dispatched (派工模式): by the machine, confirmed by a person, or by hand."""

import json
from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid
from dispatch.kit.words import Labelled
from dispatch.places.areas import AreaLevel

from .room import Desk

FIND = "SELECT mode, set_by, set_at, reason FROM county_mode WHERE area = $1"
LOCK = "SELECT mode FROM county_mode WHERE area = $1 FOR UPDATE"
SET = """
INSERT INTO county_mode (area, mode, set_by, set_at, reason) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (area) DO UPDATE SET mode = EXCLUDED.mode, set_by = EXCLUDED.set_by, set_at = EXCLUDED.set_at,
    reason = EXCLUDED.reason
"""
AUDIT = "INSERT INTO audit (at, account_id, action, subject, area, details) VALUES ($1, $2, 'mode.set', $3, $3, $4)"
AUTO = "SELECT area FROM county_mode WHERE mode = 'auto' ORDER BY area"


class Mode(Labelled):
    """Who sends the crew."""

    AUTO = "auto", "自动派工"
    CONFIRM = "confirm", "人工确认"
    MANUAL = "manual", "人工派工"


class NotACounty(Invalid):
    """The mode is set for counties only."""


@dataclass(frozen=True, slots=True)
class CountyMode:
    """A county's mode, and who set it when and why; nobody: it is the one to begin with."""

    area: str
    mode: Mode = Mode.CONFIRM
    set_by: str | None = None
    set_at: datetime | None = None
    reason: str = ""


def _county(desk: Desk, code: str) -> str:
    area = desk.areas.get(code)
    if area.level is not AreaLevel.COUNTY:
        raise NotACounty(f"派工模式按县设置,{area.name}是{area.level.label},请指定县", field="area")
    return area.code


async def _find(connection: Connection, county: str) -> CountyMode:
    row = await connection.fetchrow(FIND, county)
    if row is None:
        return CountyMode(county)
    return CountyMode(county, Mode(row["mode"]), row["set_by"], row["set_at"], row["reason"])


async def mode_of(desk: Desk, area: str, *, by: Account) -> CountyMode:
    """
    Return a county's mode.

    :raises NoSuchArea: if there is no such area
    :raises NotACounty: if it is no county
    :raises Forbidden: if the caller may not see it
    """
    county = _county(desk, area)
    rights.check(by, "mode.read", area=county, covers=desk.areas.covers)
    async with desk.db.connection() as connection:
        return await _find(connection, county)


async def set_mode(desk: Desk, area: str, mode: Mode, *, reason: str, by: Account, at: datetime) -> CountyMode:
    """
    Switch a county's mode, and keep who did it, when and why. Setting what is set changes nothing.

    :raises NoSuchArea: if there is no such area
    :raises NotACounty: if it is no county
    :raises Forbidden: if the caller may not switch it
    """
    county = _county(desk, area)
    rights.check(by, "mode.set", area=county, covers=desk.areas.covers)
    async with desk.db.transaction() as tx:
        before = await tx.fetchval(LOCK, county) or Mode.CONFIRM.value
        if before != mode.value:
            await tx.execute(SET, county, mode.value, by.id, at, reason)
            details = json.dumps({"from": before, "to": mode.value, "reason": reason}, ensure_ascii=False)
            await tx.execute(AUDIT, at, by.id, county, details)
        return await _find(tx, county)


async def auto_counties(connection: Connection) -> list[str]:
    """Return the counties whose tickets the machine dispatches by itself."""
    return [row["area"] for row in await connection.fetch(AUTO)]
