"""Where outages, notices to the seats and stops for arrears are kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import NotFound

from .model import Notice, Outage, OutageKind, OutageState

OUTAGE = ", ".join(field.name for field in fields(Outage))
NOTICE = ", ".join(field.name for field in fields(Notice))

# One county's outages are confirmed one after the other, so that no two are opened for one fault.
ALONE = "SELECT pg_advisory_xact_lock(hashtext('outage'), hashtext($1))"
INSERT = f"""
INSERT INTO outage ({OUTAGE}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
"""
UPDATE = """
UPDATE outage SET begins_at = $2, ends_at = $3, etr_at = $4, state = $5, cause = $6, incident_ticket_id = $7, text = $8,
    remainder = $9, absorbed_by = $10
WHERE id = $1
"""
ON_PATH = f"""
SELECT {OUTAGE} FROM outage
WHERE node = ANY($1::text[]) AND (state <> 'ended' OR ends_at > $2) ORDER BY begins_at, id
"""
STANDING = f"""
SELECT {OUTAGE} FROM outage WHERE area = $1 AND state <> 'ended' ORDER BY begins_at, id FOR NO KEY UPDATE
"""
PAGE = f"""
SELECT {OUTAGE} FROM outage
WHERE area = ANY($1::text[]) AND state = ANY($2::text[])
  AND ($3::text IS NULL OR (begins_at, id) < (SELECT begins_at, id FROM outage WHERE id = $3))
ORDER BY begins_at DESC, id DESC LIMIT $4
"""
LIVING = f"""
SELECT {OUTAGE} FROM outage WHERE area = ANY($1::text[]) AND state <> 'ended' AND begins_at < $2 ORDER BY begins_at, id
"""
# Work that begins or ends, and overruns that may have ended.
TURNING = f"""
SELECT {OUTAGE} FROM outage
WHERE kind <> 'fault' AND (state = 'announced' AND begins_at <= $1 OR state = 'active' AND ends_at <= $1
                           OR state = 'overrun')
ORDER BY area, begins_at, id LIMIT $2
"""
NOTICES = f"""
SELECT {NOTICE} FROM seat_notice
WHERE area = ANY($1::text[]) AND ($2::timestamptz IS NULL OR to_at > $2) ORDER BY from_at DESC, id DESC LIMIT $3
"""
IN_FORCE = f"""
SELECT {NOTICE} FROM seat_notice
WHERE area = ANY($1::text[]) AND from_at <= $2 AND to_at > $2 AND approved_at <= $2
  AND (revoked_at IS NULL OR revoked_at > $2)
ORDER BY from_at DESC, id DESC LIMIT 1
"""
APPLY = """
INSERT INTO seat_notice (id, area, from_at, to_at, wording, applicant, applied_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
ARREARS = """
INSERT INTO arrears (account_no, stopped_at, cleared_at, area) VALUES ($1, $2, $3, $4)
ON CONFLICT (account_no, stopped_at) DO UPDATE SET cleared_at = coalesce(arrears.cleared_at, EXCLUDED.cleared_at)
WHERE arrears.cleared_at IS NULL AND EXCLUDED.cleared_at IS NOT NULL
"""
STOPPED = """
SELECT account_no, stopped_at, cleared_at FROM arrears WHERE account_no = $1 AND stopped_at <= $2
ORDER BY stopped_at DESC LIMIT 1
"""


class NoSuchOutage(NotFound):
    """No outage has that id."""


class NoSuchNotice(NotFound):
    """No notice has that id."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A customer whose supply was stopped for arrears, and when the debt was paid."""

    account_no: str
    stopped_at: datetime
    cleared_at: datetime | None = None


def outage_of(row: Row) -> Outage:
    """Return the outage of a row."""
    ours: dict[str, Any] = {"kind": OutageKind(row["kind"]), "state": OutageState(row["state"])}
    return Outage(**dict(row) | ours | {"remainder": tuple(row["remainder"])})


async def alone(tx: Connection, area: str) -> None:
    """Wait until nobody else opens or ends outages of the county; until the transaction ends."""
    await tx.execute(ALONE, area)


async def add(tx: Connection, outage: Outage) -> None:
    """Keep a new outage."""
    await tx.execute(INSERT, *(_plain(getattr(outage, field.name)) for field in fields(Outage)))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


async def change(tx: Connection, outage: Outage) -> None:
    """Keep what changed of an outage."""
    await tx.execute(
        UPDATE,
        outage.id,
        outage.begins_at,
        outage.ends_at,
        outage.etr_at,
        outage.state,
        outage.cause,
        outage.incident_ticket_id,
        outage.text,
        list(outage.remainder),
        outage.absorbed_by,
    )


async def load(connection: Connection, outage_id: str, *, lock: bool = False) -> Outage:
    """
    Return the outage; ``lock``: nobody else may change it until the transaction ends.

    :raises NoSuchOutage: if there is none
    """
    locking = " FOR NO KEY UPDATE" if lock else ""
    row = await connection.fetchrow(f"SELECT {OUTAGE} FROM outage WHERE id = $1{locking}", outage_id)
    if row is None:
        raise NoSuchOutage("没有这条停电信息,请核对编号", field="outage_id")
    return outage_of(row)


async def of_ticket(connection: Connection, ticket_id: str) -> list[Outage]:
    """Return the outages that the ticket is the incident's ticket of and that have not ended, locked."""
    sql = (
        f"SELECT {OUTAGE} FROM outage WHERE incident_ticket_id = $1 AND state <> 'ended' ORDER BY id FOR NO KEY UPDATE"
    )
    return [outage_of(row) for row in await connection.fetch(sql, ticket_id)]


async def on_path(connection: Connection, codes: Collection[str], *, ended_after: datetime) -> list[Outage]:
    """Return the outages of any of the nodes that stand, or ended after an instant; the earliest first."""
    return [outage_of(row) for row in await connection.fetch(ON_PATH, list(codes), ended_after)]


async def standing(tx: Connection, area: str) -> list[Outage]:
    """Return the county's outages that have not ended, locked."""
    return [outage_of(row) for row in await tx.fetch(STANDING, area)]


async def living(connection: Connection, areas: Collection[str], *, before: datetime) -> list[Outage]:
    """Return the outages of the areas that have not ended and begin before an instant, the earliest first."""
    return [outage_of(row) for row in await connection.fetch(LIVING, list(areas), before)]


async def turning(connection: Connection, *, at: datetime, limit: int) -> list[Outage]:
    """Return planned outages whose begin or end has come, and those that overrun."""
    return [outage_of(row) for row in await connection.fetch(TURNING, at, limit)]


async def page(
    connection: Connection, areas: Sequence[str], *, states: Sequence[OutageState], after: str | None, limit: int
) -> list[Outage]:
    """
    Return outages of the areas, the latest to begin first.

    :param states: none: all
    :param after: id of the last of the page before
    """
    wanted = [state.value for state in states or OutageState]
    return [outage_of(row) for row in await connection.fetch(PAGE, list(areas), wanted, after, limit)]


async def apply(tx: Connection, notice: Notice, *, at: datetime) -> None:
    """Keep a notice that waits for approval."""
    await tx.execute(APPLY, notice.id, notice.area, notice.from_at, notice.to_at, notice.wording, notice.applicant, at)


async def load_notice(tx: Connection, notice_id: str) -> Notice:
    """
    Return the notice, locked.

    :raises NoSuchNotice: if there is none
    """
    row = await tx.fetchrow(f"SELECT {NOTICE} FROM seat_notice WHERE id = $1 FOR UPDATE", notice_id)
    if row is None:
        raise NoSuchNotice("没有这条报备,请核对编号", field="notice_id")
    return Notice(**dict(row))


async def approve(tx: Connection, notice_id: str, *, by: str, at: datetime) -> None:
    """Let a notice hold."""
    await tx.execute("UPDATE seat_notice SET approved_by = $2, approved_at = $3 WHERE id = $1", notice_id, by, at)


async def revoke(tx: Connection, notice_id: str, *, by: str, at: datetime) -> None:
    """Let a notice hold no more."""
    await tx.execute("UPDATE seat_notice SET revoked_by = $2, revoked_at = $3 WHERE id = $1", notice_id, by, at)


async def notices(
    connection: Connection, areas: Sequence[str], *, lasting_after: datetime | None, limit: int
) -> list[Notice]:
    """Return the notices of the areas that last beyond an instant (None: all), the latest to begin first."""
    return [Notice(**dict(row)) for row in await connection.fetch(NOTICES, list(areas), lasting_after, limit)]


async def in_force(connection: Connection, areas: Sequence[str], *, at: datetime) -> Notice | None:
    """Return the notice that holds for one of the areas, the latest if there are several."""
    row = await connection.fetchrow(IN_FORCE, list(areas), at)
    return Notice(**dict(row)) if row else None


async def note_arrears(tx: Connection, stop: Stop, area: str) -> bool:
    """Keep a stop for arrears, or that it was cleared; told again, it changes nothing. Return whether it was new."""
    done = await tx.execute(ARREARS, stop.account_no, stop.stopped_at, stop.cleared_at, area)
    return str(done) != "INSERT 0 0"


async def stopped(connection: Connection, account_no: str, *, at: datetime) -> Stop | None:
    """Return the customer's latest stop for arrears, cleared or not."""
    row = await connection.fetchrow(STOPPED, account_no, at)
    return Stop(**dict(row)) if row else None
