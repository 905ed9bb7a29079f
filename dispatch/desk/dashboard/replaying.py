"""
A past day to be played again: where each repair stood at which second, after its log, and which crew was on which job.

Every step of the log that moved the ticket is told, also of rounds before a reopening.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import msgspec

from dispatch.accounts.model import Account
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk
from dispatch.kit.days import begun, span_of
from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import Refusal
from dispatch.tickets.lifecycle import TRANSITIONS
from dispatch.tickets.words import Limit, Stage

from .keeping import REPORTED_OR_STANDING

MOST = 50_000  # tickets of one answer
BEGUN = {"drafted": Stage.DRAFT.value, "submitted": Stage.SUBMITTED.value}
STAGES = BEGUN | {kind: stage.value for kind, (_, stage) in TRANSITIONS.items() if stage is not None}
# A ticket's steps as one text, "kind,second;…": a day has a quarter of a million of them.
STEPS = """
SELECT ticket_id, string_agg(kind || ',' || floor(extract(epoch FROM at_claimed))::bigint, ';' ORDER BY version) AS said
FROM ticket_event WHERE ticket_id = ANY($1::text[]) AND kind = ANY($2::text[]) GROUP BY ticket_id
"""
DAYS = """
SELECT (reported_at AT TIME ZONE 'Asia/Shanghai')::date AS day, count(*)::int AS n
FROM ticket WHERE area = ANY($1::text[]) GROUP BY 1 ORDER BY 1 DESC LIMIT $2
"""


class TooMany(Refusal):
    """A day that has more tickets than a page can play."""


class Job(msgspec.Struct, frozen=True, gc=False):
    """One crew sent to the ticket."""

    crew_id: str
    crew_name: str
    sent_at: datetime
    arrived_at: datetime | None = None
    ended_at: datetime | None = None


class Marks(msgspec.Struct, frozen=True, gc=False):
    """Which limits are broken."""

    overdue: tuple[str, ...] = ()


class Trail(msgspec.Struct, frozen=True, gc=False):
    """What a replay needs of a ticket's document."""

    id: str
    ticket_no: str
    area: str
    symptom: str
    lon: float | None = None
    lat: float | None = None
    arrive_missed_at: datetime | None = None
    flags: Marks = Marks()
    dispatches: tuple[Job, ...] = ()


class Played(msgspec.Struct, frozen=True, gc=False):
    """One ticket of the day; instants are seconds since the day began, negative for what was before it."""

    id: str
    no: str
    area: str
    symptom: str
    lon: float | None
    lat: float | None
    missed: int | None  # when the promise of its arrival broke
    steps: Sequence[tuple[int, str]]
    jobs: Sequence[tuple[str, str, int, int | None, int | None]]  # crew, its name, sent, arrived, ended


@dataclass(frozen=True, slots=True)
class Day:
    """A day of an area, to be played again."""

    area: str
    day: date
    begin_at: datetime
    tickets: Sequence[Played]


_TRAIL: msgspec.json.Decoder[Trail] = msgspec.json.Decoder(Trail)


async def replay(desk: Desk, area: str | None, day: date, *, by: Account, at: datetime) -> Day:
    """
    Return a day of an area: what was reported on it, and what had not ended when it began.

    :param area: None: the caller's own
    :raises BadDay: if the day is still to come
    :raises Forbidden: if ``by`` may not look there
    :raises TooMany: if there are more tickets than one answer holds
    """
    code = looked_at(desk, area, "replay.read", by=by)
    begin, end = span_of(begun(day, at=at))
    async with desk.db.connection() as connection:
        rows = await connection.fetch(REPORTED_OR_STANDING, [code, *desk.areas.below(code)], begin, end)
        if len(rows) > MOST:
            raise TooMany(f"当日工单 {len(rows)} 张,超过一次可复盘的 {MOST} 张,请改选下一级区域", field="area")
        trails = await asyncio.to_thread(lambda: [_TRAIL.decode(row["doc"]) for row in rows])
        said = await _steps(connection, [trail.id for trail in trails])
    second = _Since(begin)
    played = await asyncio.to_thread(lambda: [_played(trail, said[trail.id], second) for trail in trails])
    return Day(code, day, begin.astimezone(UTC), sorted(played, key=lambda each: (each.steps[0][0], each.id)))


async def days(desk: Desk, area: str | None, *, by: Account, limit: int) -> tuple[str, list[tuple[date, int]]]:
    """
    Return the area and its days that have repairs, the latest first, with how many.

    :raises Forbidden: if ``by`` may not look there
    """
    code = looked_at(desk, area, "replay.read", by=by)
    async with desk.db.connection() as connection:
        rows = await connection.fetch(DAYS, [*desk.areas.counties(code), code], limit)
    return code, [(row["day"], row["n"]) for row in rows]


async def _steps(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    rows: Sequence[Row] = await connection.fetch(STEPS, list(ids), list(STAGES))
    return {row["ticket_id"]: row["said"] for row in rows}


@dataclass(frozen=True, slots=True)
class _Since:
    """Tells instants as seconds since the day began."""

    begin: datetime

    def of(self, moment: datetime) -> int:
        return int((moment - self.begin).total_seconds() // 1)

    def maybe(self, moment: datetime | None) -> int | None:
        return None if moment is None else self.of(moment)


def _played(trail: Trail, said: str, since: _Since) -> Played:
    jobs = [
        (job.crew_id, job.crew_name, since.of(job.sent_at), since.maybe(job.arrived_at), since.maybe(job.ended_at))
        for job in trail.dispatches
    ]
    missed = since.maybe(trail.arrive_missed_at) if Limit.ARRIVE in trail.flags.overdue else None
    where = trail.lon, trail.lat
    return Played(trail.id, trail.ticket_no, trail.area, trail.symptom, *where, missed, _moves(said, since), jobs)


def _moves(said: str, since: _Since) -> list[tuple[int, str]]:
    """Return when the ticket came to which stage, as its log says it, in the order of the log."""
    zero, found = int(since.begin.timestamp()), list[tuple[int, str]]()
    for line in said.split(";"):
        kind, second = line.split(",")
        if not found or found[-1][1] != STAGES[kind]:
            found.append((int(second) - zero, STAGES[kind]))
    return found
