"""What stands around the crews and decides who may go: grants, storms, reserves, appointments, hours of work."""

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection, Row
from dispatch.kit.rulepack import RulePack
from dispatch.routing.fleet import Fleet
from dispatch.routing.lending import Grant, GrantKind, Lending

LONG_AGO = datetime(2000, 1, 1, tzinfo=CHINA)
# Grants are written once and revoked once, so that their numbers tell of every change.
SIGNATURE = """
SELECT (SELECT (count(*), count(revoked_at))::text FROM lending_grant)
    || (SELECT (count(*), max(set_at), sum(crews))::text FROM county_reserve)
    || (SELECT coalesce(string_agg(area, ',' ORDER BY area), '') FROM county_mode WHERE mode = 'storm')
"""
PROVINCE = "SELECT code FROM area WHERE level = 'province' ORDER BY code LIMIT 1"
GRANTS = """
SELECT id, lender, borrower, from_at, until_at, crews, skill, kind, below_reserve FROM lending_grant
WHERE revoked_at IS NULL AND until_at > $1 ORDER BY id
"""
STORMS = "SELECT area FROM county_mode WHERE mode = 'storm'"
RESERVES = "SELECT area, crews FROM county_reserve ORDER BY area"
BALANCE = """
SELECT area, sum(lent)::int AS lent FROM (
    SELECT lender AS area, count(*) AS lent FROM border_ledger WHERE lender <> area AND at > $1 GROUP BY lender
    UNION ALL
    SELECT area, -count(*) FROM border_ledger WHERE lender <> area AND at > $1 GROUP BY area
) AS each GROUP BY area ORDER BY area
"""
OUT = """
SELECT lent_by, count(*) AS n FROM border_ledger AS ledger JOIN dispatch USING (ticket_id, no)
WHERE dispatch.ended_at IS NULL AND lent_by NOT IN ('standing', 'storm', 'override') GROUP BY lent_by
"""
PROMISES = """
SELECT depot, from_at FROM booking
WHERE state = 'booked' AND doc ->> 'appointment' = 'fixed' AND from_at > $1 AND from_at <= $2
"""
WORK = "SELECT crew_id, ticket_id, no, sent_at, ended_at FROM dispatch WHERE ended_at > $1"


async def read_lending(connection: Connection, pack: RulePack, *, at: datetime | None) -> Lending:
    """
    Return what holds between the counties.

    :param at: the trade's time; None: not known, and then all that was ever written is looked at
    """
    since = LONG_AGO if at is None or pack.nearest is None else at - pack.nearest.fairness.over.duration
    grants = await connection.fetch(GRANTS, at or LONG_AGO)
    return Lending(
        province=await connection.fetchval(PROVINCE) or "",
        grants=tuple(grant_of(row) for row in grants),
        storms=frozenset(row["area"] for row in await connection.fetch(STORMS)),
        reserves=tuple((row["area"], row["crews"]) for row in await connection.fetch(RESERVES)),
        lent=tuple((row["area"], row["lent"]) for row in await connection.fetch(BALANCE, since)),
        out=tuple((row["lent_by"], row["n"]) for row in await connection.fetch(OUT)) if grants else (),
    )


def grant_of(row: Row) -> Grant:
    """Return a row as routing sees it."""
    return Grant(
        id=row["id"],
        lender=row["lender"],
        borrower=row["borrower"],
        from_at=row["from_at"].timestamp(),
        until_at=row["until_at"].timestamp(),
        crews=row["crews"],
        skill=row["skill"],
        kind=GrantKind(row["kind"]),
        below_reserve=row["below_reserve"],
    )


async def read_promises(connection: Connection, fleet: Fleet, *, at: datetime | None) -> None:
    """Let the fleet know of the appointments of the day to come."""
    begin = LONG_AGO if at is None else at
    end = begin + timedelta(days=36_500 if at is None else 1)
    fleet.promise((row["depot"], row["from_at"].timestamp()) for row in await connection.fetch(PROMISES, begin, end))


async def read_work(connection: Connection, fleet: Fleet, *, at: datetime | None) -> None:
    """Let the fleet know what its crews have worked lately."""
    since = LONG_AGO if at is None else at - timedelta(seconds=fleet.rule.duty.window_s)
    for row in await connection.fetch(WORK, since):
        stretch = f"{row['ticket_id']}/{row['no']}"
        fleet.worked(row["crew_id"], stretch, row["sent_at"].timestamp(), row["ended_at"].timestamp())


def permits_of(kept: str | Mapping[str, Any] | None) -> Mapping[str, float] | None:
    """Return until when each certificate holds: through its last day in China; None: none was ever registered."""
    if kept is None:
        return None
    said = json.loads(kept) if isinstance(kept, str) else kept
    return {kind: _end_of(date.fromisoformat(last)) for kind, last in said.items()}


def _end_of(day: date) -> float:
    return datetime.combine(day + timedelta(days=1), time(), CHINA).timestamp()
