"""Which medium-voltage users (台区、专变) the outage notices had dark; for 中压停电时户数 and RS-1. Domain 8."""

from collections.abc import Sequence
from datetime import datetime

from dispatch.kit.db import Connection
from dispatch.outages.network import DEEPEST
from dispatch.tickets.mv_hours import DarkUser, MvHours, mv_hours

# An outage that has not ended, also planned work that overruns, lasts until now.
DARK = f"""
WITH RECURSIVE down AS (
    SELECT o.kind AS why, o.begins_at, CASE WHEN o.state = 'ended' THEN o.ends_at ELSE $4 END AS ends_at,
        n.code, n.kind, 0 AS depth
    FROM outage AS o JOIN network_node AS n ON n.code = o.node
    WHERE o.area = ANY($1::text[]) AND o.begins_at < $3 AND o.state <> 'announced'
        AND (o.state <> 'ended' OR o.ends_at > $2)
    UNION ALL
    SELECT down.why, down.begins_at, down.ends_at, n.code, n.kind, depth + 1
    FROM down JOIN network_node AS n ON n.parent = down.code WHERE depth < {DEEPEST} AND down.kind <> 'transformer'
)
SELECT code, begins_at, ends_at, why <> 'fault' AS planned FROM down WHERE kind = 'transformer'
"""
KNOWN = "SELECT EXISTS (SELECT FROM network_node WHERE kind = 'transformer' AND area = ANY($1::text[]))"


async def hours_of(
    connection: Connection, areas: Sequence[str], begin_at: datetime, end_at: datetime, *, at: datetime
) -> MvHours | None:
    """
    Return the user-hours of the areas in a half-open period; None if no network is known there.

    :param at: now; what has not ended is counted until then
    """
    if not await connection.fetchval(KNOWN, list(areas)):
        return None
    rows = await connection.fetch(DARK, list(areas), begin_at, end_at, at)
    dark = [DarkUser(row["code"], row["begins_at"], row["ends_at"], row["planned"]) for row in rows]
    return mv_hours(dark, begin_at=begin_at, end_at=end_at)
