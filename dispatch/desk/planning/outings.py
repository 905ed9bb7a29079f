"""
Crews that cannot be sent for a time (班组停派): ill, away, not come and not to be reached, with a broken vehicle.

While it lasts the crew is no candidate for anybody (``FleetKeeper`` reads it as not active); what it holds stays with
it until a dispatcher gives that to another.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk.crews.choosing import NoSuchCrew
from dispatch.desk.ids import new_id
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import NotFound

from .posing import region_of
from .turns import ask
from .words import OutCause, ReplanCause

COLUMNS = "id, crew_id, area, cause, said_by, said_at, reason, ended_by, ended_at"
CREW = "SELECT area, depot FROM crew WHERE id = $1 FOR NO KEY UPDATE"
NOW = f"SELECT {COLUMNS} FROM crew_outage WHERE crew_id = $1 AND ended_at IS NULL"
FIND = f"SELECT {COLUMNS} FROM crew_outage WHERE id = $1"
INSERT = """
INSERT INTO crew_outage (id, crew_id, area, cause, said_by, said_at, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
END = "UPDATE crew_outage SET ended_by = $2, ended_at = $3 WHERE id = $1"
LIST = f"""
SELECT {COLUMNS} FROM crew_outage WHERE area = ANY($1::text[]) AND (ended_at IS NULL OR NOT $2)
ORDER BY said_at DESC, id DESC LIMIT $3
"""
AUDIT = "INSERT INTO audit (at, account_id, action, subject, area, details) VALUES ($1, $2, $3, $4, $5, $6)"
CAUSES = {OutCause.NO_SHOW: ReplanCause.NO_SHOW, OutCause.VEHICLE_DOWN: ReplanCause.VEHICLE_DOWN}


class NotOut(NotFound):
    """The crew can be sent: nobody said that it cannot."""


@dataclass(frozen=True, slots=True)
class Outing:
    """A time in which a crew cannot be sent: why, who said so, and who ended it."""

    id: str
    crew_id: str
    area: str
    cause: OutCause
    said_by: str
    said_at: datetime
    reason: str
    ended_by: str | None
    ended_at: datetime | None


def outing_of(row: Row | None) -> Outing:
    """Return a row that is there: nothing is ever deleted."""
    assert row is not None
    return Outing(**{**row, "cause": OutCause(row["cause"])})


async def call_out(desk: Desk, crew_id: str, cause: OutCause, *, reason: str, by: Account, at: datetime) -> Outing:
    """
    Say that a crew cannot be sent from now on; said again, the first word stands. Its region is planned anew at once.

    :raises NoSuchCrew, Forbidden: if there is none, or ``by`` may not say so of it
    """
    async with desk.db.transaction() as tx:
        area = await _permitted(tx, desk, crew_id, by)
        row = await tx.fetchrow(NOW, crew_id)
        if row is None:
            outing_id = new_id(at)
            await tx.execute(INSERT, outing_id, crew_id, area, cause.value, by.id, at, reason)
            await _trace(tx, desk, "crew.out", crew_id, area, CAUSES.get(cause, ReplanCause.CREW_OUT), by=by, at=at)
            row = await tx.fetchrow(FIND, outing_id)
        return outing_of(row)


async def call_back(desk: Desk, crew_id: str, *, by: Account, at: datetime) -> Outing:
    """
    Say that a crew can be sent again.

    :raises NoSuchCrew, Forbidden: as ``call_out``
    :raises NotOut: if it could all the time
    """
    async with desk.db.transaction() as tx:
        area = await _permitted(tx, desk, crew_id, by)
        row = await tx.fetchrow(NOW, crew_id)
        if row is None:
            raise NotOut("该班组没有停派登记,无须恢复", field="crew_id")
        await tx.execute(END, row["id"], by.id, at)
        await _trace(tx, desk, "crew.back", crew_id, area, ReplanCause.CREW_BACK, by=by, at=at)
        return outing_of(await tx.fetchrow(FIND, row["id"]))


async def outings(desk: Desk, area: str | None, *, now_only: bool, limit: int, by: Account) -> list[Outing]:
    """
    Return which crews of an area cannot be sent, the latest first.

    :raises NoSuchArea, Forbidden: if there is no such area, or ``by`` may not look there
    """
    code = looked_at(desk, area, "crew.outages", by=by)
    async with desk.db.connection() as connection:
        rows = await connection.fetch(LIST, list(desk.areas.counties(code)), now_only, limit)
    return [outing_of(row) for row in rows]


async def _permitted(tx: Connection, desk: Desk, crew_id: str, by: Account) -> str:
    """Return the crew's county, with the crew's row locked."""
    row = await tx.fetchrow(CREW, crew_id)
    if row is None:
        rights.check_role(by, "crew.outage")
        raise NoSuchCrew("本省没有这个班组,请核对编号", field="crew_id")
    rights.check(by, "crew.outage", area=row["area"], depot=row["depot"], covers=desk.areas.covers)
    county: str = row["area"]
    return county


async def _trace(
    tx: Connection, desk: Desk, action: str, crew_id: str, area: str, cause: ReplanCause, *, by: Account, at: datetime
) -> None:
    await tx.execute(AUDIT, at, by.id, action, crew_id, area, json.dumps({"cause": cause.value}))
    await ask(tx, region_of(desk, area), cause, crew_id, at=at)
