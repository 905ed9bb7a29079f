"""
A past day to be played again: where each repair stood at which second, and which crew was on which job.

The steps are those that the ticket shows at its end: of one that was reopened, the last round.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import msgspec

from dispatch.accounts.model import Account
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA

from .keeping import span_of
from .picture import BadDay

CARRIED = timedelta(days=3)  # a repair that lasted longer is not shown on the later days
REPORTED = """
SELECT doc FROM ticket WHERE area = ANY($1::text[]) AND reported_at >= $2 AND reported_at < $3 ORDER BY reported_at, id
"""
DAYS = """
SELECT (reported_at AT TIME ZONE 'Asia/Shanghai')::date AS day, count(*)::int AS n
FROM ticket WHERE area = ANY($1::text[]) GROUP BY 1 ORDER BY 1 DESC LIMIT $2
"""
STEPS = (
    ("submitted", "submitted_at"),
    ("accepted", "accepted_at"),
    ("dispatched", "dispatched_at"),
    ("en_route", "departed_at"),
    ("arrived", "arrived_at"),
    ("restored", "restored_at"),
    ("replied", "replied_at"),
    ("closed", "closed_at"),
    ("cancelled", "cancelled_at"),
)


class Job(msgspec.Struct, frozen=True):
    """One crew sent to the ticket."""

    crew_id: str
    crew_name: str
    sent_at: datetime
    arrived_at: datetime | None = None
    ended_at: datetime | None = None


class Trail(msgspec.Struct, frozen=True):
    """What a replay needs of a ticket's document."""

    id: str
    ticket_no: str
    area: str
    symptom: str
    reported_at: datetime
    lon: float | None = None
    lat: float | None = None
    submitted_at: datetime | None = None
    accepted_at: datetime | None = None
    dispatched_at: datetime | None = None
    departed_at: datetime | None = None
    arrived_at: datetime | None = None
    restored_at: datetime | None = None
    replied_at: datetime | None = None
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None
    arrive_missed_at: datetime | None = None
    dispatches: tuple[Job, ...] = ()


@dataclass(frozen=True, slots=True)
class Played:
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
    Return a day of an area.

    :param area: None: the caller's own
    :raises BadDay: if the day is still to come
    :raises Forbidden: if ``by`` may not look there
    """
    code = looked_at(desk, area, "replay.read", by=by)
    begin, end = span_of(day)
    if begin > at:
        raise BadDay(f"{day} 还没有到,不能复盘;请选今天或以前的日期", field="date")
    async with desk.db.connection() as connection:
        rows = await connection.fetch(REPORTED, [*desk.areas.counties(code), code], begin - CARRIED, end)
    played = await asyncio.to_thread(lambda: [_played(_TRAIL.decode(row["doc"]), begin) for row in rows])
    return Day(code, day, begin.astimezone(UTC), [each for each in played if each is not None])


async def days(desk: Desk, area: str | None, *, by: Account, limit: int) -> tuple[str, list[tuple[date, int]]]:
    """
    Return the area and its days that have repairs, the latest first, with how many.

    :raises Forbidden: if ``by`` may not look there
    """
    code = looked_at(desk, area, "replay.read", by=by)
    async with desk.db.connection() as connection:
        rows = await connection.fetch(DAYS, [*desk.areas.counties(code), code], limit)
    return code, [(row["day"], row["n"]) for row in rows]


def _played(trail: Trail, begin: datetime) -> Played | None:
    ended = trail.closed_at or trail.cancelled_at
    if ended is not None and ended < begin:
        return None
    found = [(getattr(trail, instant), stage) for stage, instant in STEPS]
    steps = [(_second(trail.reported_at, begin), "draft")] if trail.submitted_at is None else []
    steps += [(_second(moment, begin), stage) for moment, stage in found if moment is not None]
    jobs = [
        (
            job.crew_id,
            job.crew_name,
            _second(job.sent_at, begin),
            _maybe(job.arrived_at, begin),
            _maybe(job.ended_at, begin),
        )
        for job in trail.dispatches
    ]
    missed = _maybe(trail.arrive_missed_at, begin)
    where = trail.lon, trail.lat
    return Played(trail.id, trail.ticket_no, trail.area, trail.symptom, *where, missed, sorted(steps), jobs)


def _second(moment: datetime, begin: datetime) -> int:
    return int((moment.astimezone(CHINA) - begin).total_seconds())


def _maybe(moment: datetime | None, begin: datetime) -> int | None:
    return None if moment is None else _second(moment, begin)
