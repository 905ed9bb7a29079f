"""
The queue of regional problems, and whether the planning is at work.

A region's turn is due each minute of the trade's clock, and at once when something happened (``ask``). Solvers take
turns with ``SKIP LOCKED`` and hold them by the machine's clock: who dies gives his turn up. That solvers live is told
by their sign of life, that they do their work by the turns that come to an end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.desk.room import Desk
from dispatch.kit.db import Connection, Row

from .posing import regions
from .words import PlannerState, ReplanCause, SolverFailure

SILENT = timedelta(seconds=10)  # a solver gives a sign of life each second
RETRY = timedelta(seconds=5)  # after a turn that failed
FORGET = timedelta(hours=1)  # solvers that have been silent for so long

ENSURE = """
INSERT INTO solver_region (area, due_at) SELECT code, $2 FROM unnest($1::text[]) AS code ON CONFLICT DO NOTHING
"""
CLAIM = """
UPDATE solver_region SET taken_by = $1, taken_until = clock_timestamp() + $4::interval
WHERE area = (
    SELECT area FROM solver_region AS region
    WHERE area = ANY($5::text[])
      AND (taken_until IS NULL OR taken_until < clock_timestamp() OR NOT EXISTS (
          SELECT FROM solver WHERE solver.id = taken_by AND beat_wall > clock_timestamp() - $6::interval))
      AND (retry_wall IS NULL OR retry_wall < clock_timestamp())
      AND (due_at <= $2 OR due_at > $2 + $3::interval OR failed_wall IS NOT NULL
           OR EXISTS (SELECT FROM solver_event WHERE solver_event.area = region.area))
    ORDER BY EXISTS (SELECT FROM solver_event WHERE solver_event.area = region.area) DESC, due_at, area
    LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING area
"""
EVENTS = "SELECT cause, subject FROM solver_event WHERE area = $1 ORDER BY at, cause, subject"
DONE = """
UPDATE solver_region SET due_at = $3, taken_by = NULL, taken_until = NULL, ok_wall = clock_timestamp(), ok_at = $4,
    failed_wall = NULL, failure = NULL, detail = NULL, retry_wall = NULL
WHERE area = $1 AND taken_by = $2
"""
SETTLED = """
DELETE FROM solver_event USING unnest($2::text[], $3::text[]) AS done(cause, subject)
WHERE solver_event.area = $1 AND solver_event.cause = done.cause AND solver_event.subject = done.subject
"""
FAILED = """
UPDATE solver_region SET due_at = $3, taken_by = NULL, taken_until = NULL, failure = $4, detail = $5,
    failed_wall = coalesce(failed_wall, clock_timestamp()), retry_wall = clock_timestamp() + $6::interval
WHERE area = $1 AND taken_by = $2
"""
ASK = """
INSERT INTO solver_event (area, cause, subject, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
"""
BEAT = """
INSERT INTO solver (id, area, host, pid) VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET area = EXCLUDED.area, beat_wall = clock_timestamp()
"""
LEAVE = "DELETE FROM solver WHERE id = $1 OR beat_wall < clock_timestamp() - $2::interval"
GIVE_BACK = "UPDATE solver_region SET taken_by = NULL, taken_until = NULL WHERE taken_by = $1"
STATES = """
SELECT area, ok_at, ok_wall, failed_wall, failure, detail, clock_timestamp() AS now,
       (SELECT max(beat_wall) FROM solver) AS beat_wall
FROM unnest($1::text[]) AS asked(code) LEFT JOIN solver_region ON solver_region.area = asked.code
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """A region that is ours to plan now, and what happened there (cause, subject)."""

    region: str
    events: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Planner:
    """
    Whether a region is planned; times of the machine's clock.

    :param since: since when insertion alone goes on; None: it never was planned, or all is well
    :param said: why, in words
    :param ok_at: the last turn that came to an end, by the trade's clock
    """

    region: str
    state: PlannerState
    since: datetime | None = None
    said: str = ""
    ok_at: datetime | None = None


async def ensure(connection: Connection, desk: Desk, *, at: datetime) -> None:
    """Let every region of the map have its turns."""
    await connection.execute(ENSURE, list(regions(desk)), at)


async def claim(
    connection: Connection, solver: str, known: Sequence[str], *, every: timedelta, lease: timedelta, at: datetime
) -> Turn | None:
    """Take the region that waits most, if one does: those in which something happened first."""
    region = await connection.fetchval(CLAIM, solver, at, every, lease, list(known), SILENT)
    if region is None:
        return None
    return Turn(region, tuple((row["cause"], row["subject"]) for row in await connection.fetch(EVENTS, region)))


async def done(tx: Connection, solver: str, turn: Turn, *, every: timedelta, at: datetime) -> None:
    """Note that a turn came to an end."""
    await tx.execute(DONE, turn.region, solver, at + every, at)
    await tx.execute(SETTLED, turn.region, [cause for cause, _ in turn.events], [what for _, what in turn.events])


async def failed(
    tx: Connection, solver: str, turn: Turn, failure: SolverFailure, detail: str, *, every: timedelta, at: datetime
) -> None:
    """Note that a turn came to nothing; it is tried again soon, and what happened is not forgotten."""
    await tx.execute(FAILED, turn.region, solver, at + every, failure.value, detail, RETRY)


async def ask(connection: Connection, region: str, cause: ReplanCause, subject: str, *, at: datetime) -> None:
    """Have a region planned anew at once."""
    await connection.execute(ASK, region, cause.value, subject, at)


async def beat(connection: Connection, solver: str, *, region: str | None, host: str, pid: int) -> None:
    """Give a sign of life."""
    await connection.execute(BEAT, solver, region, host, pid)


async def leave(connection: Connection, solver: str) -> None:
    """Go; what was taken is free for others at once."""
    await connection.execute(GIVE_BACK, solver)
    await connection.execute(LEAVE, solver, FORGET)


async def planners(connection: Connection, asked: Sequence[str]) -> dict[str, Planner]:
    """Return for each region whether it is planned."""
    rows = zip(asked, await connection.fetch(STATES, list(asked)), strict=True)
    return {region: _planner(region, row) for region, row in rows}


def _planner(region: str, row: Row) -> Planner:
    beat, broke, ok_at = row["beat_wall"], row["failed_wall"], row["ok_at"]
    only = PlannerState.INSERTION_ONLY
    if beat is None or row["now"] - beat > SILENT:
        return Planner(region, only, beat or broke, "没有求解进程在运行;请检查 dispatch solver", ok_at)
    if broke is not None:
        return Planner(region, only, broke, f"{SolverFailure(row['failure']).label}:{row['detail']}", ok_at)
    if row["ok_wall"] is None:
        return Planner(region, only, None, "尚未完成第一次计算", None)
    return Planner(region, PlannerState.OK, None, "", ok_at)
