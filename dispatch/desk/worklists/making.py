"""
Freezing the lists of the half-days whose cut-off has come (截单). Domain 7.2: 07:30 and 12:30.

Solved beside the event loop, then written in one transaction under the county's turn, if what was solved is still what
is declared, booked and pinned. Nothing is booked after the cut-off, so that little can have changed but a cancelled
visit. A cut-off that nobody was there for is made up for while the half-day lasts.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256

from dispatch.accounts.model import SYSTEM
from dispatch.capacity import lists, store
from dispatch.capacity.words import Half, ListStep
from dispatch.capacity.worklist import Worklist
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.kit.logs import logger
from dispatch.kit.workdays import CalendarEnds
from dispatch.routing.worklists.making import make
from dispatch.routing.worklists.problem import HalfDay, Left, List

from .drawing import drawn
from .keeping import Author, keep
from .posing import Known, pose, read, span_of
from .wording import naming_of

TRIES = 5  # what was booked changes in between at most so often before the next minute tries again
SEEDS = 2**31

DUE = """
SELECT DISTINCT area, depot FROM (
    SELECT area, depot FROM capacity_declaration
    WHERE depot = ANY($3::text[]) AND date = $1 AND half = $2 AND teams > 0
    UNION ALL SELECT area, depot FROM booking
    WHERE depot = ANY($3::text[]) AND date = $1 AND half = $2 AND state = 'booked' AND place IS NOT NULL
) AS asked
WHERE NOT EXISTS (SELECT FROM worklist WHERE worklist.depot = asked.depot AND date = $1 AND half = $2)
ORDER BY area, depot
"""
LOST = "NO_PLACE"
DAY = timedelta(days=1)

log = logger("worklists")


@dataclass(frozen=True, slots=True)
class Solved:
    """A half-day and the list that was made of it; several where depots do not make each other's visits."""

    parts: tuple[tuple[HalfDay, List], ...] = field(default=())


async def freeze_due(desk: Desk, *, at: datetime) -> int:
    """Make and freeze every list whose cut-off has come and whose half-day is not over; return how many."""
    if desk.pack.booking is None:
        return 0
    day, made = at.astimezone(CHINA).date(), 0
    for half in Half:
        span = span_of(desk, day, half)
        if span.closes_at <= at < span.ends_at:
            made += await _freeze_half(desk, day, half, at=at)
    return made


async def _freeze_half(desk: Desk, day: date, half: Half, *, at: datetime) -> int:
    due: defaultdict[str, list[str]] = defaultdict(list)
    async with desk.db.connection() as connection:
        for row in await connection.fetch(DUE, day, half.value, list(desk.areas.depots(desk.areas.province().code))):
            due[row["area"]].append(row["depot"])
    made = 0
    for county, depots in due.items():
        try:
            made += len(await freeze(desk, county, depots, day, half, at=at))
        except Exception:  # one county's trouble must not keep the others from their lists; it is tried every minute
            log.exception("list not made", area=county, date=day.isoformat(), half=half.value)
    return made


async def freeze(
    desk: Desk, county: str, depots: Sequence[str], day: date, half: Half, *, at: datetime
) -> list[Worklist]:
    """
    Make and freeze the lists of a county's depots; return those that this call froze.

    Two that do it at once make each list once: the later finds it there.
    """
    async with desk.db.connection() as connection:
        known = await read(connection, desk, county, depots, day, half, at=at)
        after = await read(connection, desk, county, depots, *next_half(desk, day, half), at=at)
    for _ in range(TRIES):
        solved = await asyncio.to_thread(solve, desk, known, after, at=at)
        async with desk.db.transaction() as tx:
            await store.turn(tx, county, at=at)
            missing = [depot for depot in known.depots if await lists.find(tx, depot, day, half) is None]
            now = await read(tx, desk, county, missing, day, half, at=at)
            if not missing:
                return []
            if now == known:
                return [await _frozen(tx, one, at=at) for one in written(desk, known, solved, at=at)]
        known = now
    log.warning("what is booked keeps changing", area=county, date=day.isoformat(), half=half.value)
    return []


async def _frozen(tx: Connection, one: Worklist, *, at: datetime) -> Worklist:
    return await keep(tx, one, ListStep.FROZEN, Author(SYSTEM.id, at))


def solve(desk: Desk, known: Known, after: Known | None = None, *, at: datetime) -> Solved:
    """
    Make the lists; the same input gives the same, byte for byte. Takes seconds: not on the event loop.

    :param after: the next half-day, where a visit that is left out might go; None: that is not looked at
    """
    nexts = _apart(after) if after is not None else []
    parts = [_solved(desk, part, _of(part, nexts), at=at) for part in _apart(known)]
    return Solved(tuple(parts))


def _solved(desk: Desk, part: Known, after: Known | None, *, at: datetime) -> tuple[HalfDay, List]:
    half_day = pose(desk, part, at=at)
    who = part.county if part.pooled else part.depots[0]
    made = make(
        half_day,
        seed=seed_of(who, part.date, part.half),
        iterations=desk.pack.lists.iterations.value,
        naming=naming_of(desk, part),
        after=_then(desk, part, after, at=at) if after is not None and after.declared else None,
    )
    return half_day, _placeless(part, half_day, made)


def _then(desk: Desk, part: Known, after: Known, *, at: datetime) -> HalfDay:
    """Return the next half-day counted from this one's begin, so that its moments are told by the same clock."""
    begins_at, then = span_of(desk, part.date, part.half).begins_at, pose(desk, after, at=at)
    by_s = round((span_of(desk, after.date, after.half).begins_at - begins_at).total_seconds())
    return replace(
        then,
        name=f"{after.date:%m月%d日}{after.half.label}",
        length_s=then.length_s + by_s,
        teams=tuple(replace(team, from_s=team.from_s + by_s, to_s=team.to_s + by_s) for team in then.teams),
        visits=tuple(
            replace(visit, window_s=(visit.window_s[0] + by_s, visit.window_s[1] + by_s)) for visit in then.visits
        ),
    )


def _of(part: Known, nexts: Sequence[Known]) -> Known | None:
    """Return the next half-day of the same depots."""
    return next((one for one in nexts if set(part.depots) <= set(one.depots)), None)


def next_half(desk: Desk, day: date, half: Half) -> tuple[date, Half]:
    """Return the half-day after this one on which people work."""
    if half is Half.AM:
        return day, Half.PM
    try:
        return next(desk.calendar.workdays_after(day)), Half.AM
    except CalendarEnds:  # no reason to have no list on New Year's Eve
        return day + DAY, Half.AM


def written(desk: Desk, known: Known, solved: Solved, *, at: datetime) -> list[Worklist]:
    """Return what was solved as the depots' lists."""
    pairs = zip(_apart(known), solved.parts, strict=True)
    return [one for part, (half_day, made) in pairs for one in drawn(desk, part, half_day, made, at=at)]


def _apart(known: Known) -> list[Known]:
    """Return the half-day depot by depot, or whole where depots make each other's visits."""
    if known.pooled:
        return [known]
    return [
        replace(
            known,
            depots=(depot,),
            declared=tuple(one for one in known.declared if one.slot.depot == depot),
            bookings=tuple(one for one in known.bookings if one.slot.depot == depot),
        )
        for depot in known.depots
    ]


def seed_of(who: str, day: date, half: Half) -> int:
    """Return the seed of a list: always the same for the same depot (or county), day and half-day."""
    said = f"{who}/{day.isoformat()}/{half.value}".encode()
    return int.from_bytes(sha256(said).digest()[:8], "big") % SEEDS


def _placeless(known: Known, half_day: HalfDay, made: List) -> List:
    """Say of a depot without a place on the map that this is why nobody goes, and what would help."""
    there = {team.depot for team in half_day.teams}
    lost = {one.slot.depot for one in known.declared if one.teams} - there
    if not lost:
        return made
    why = Left(LOST, "班所没有坐标,不能排路线", ("请在基础数据中补上班所的经纬度",))
    mine: Mapping[str, Left] = {one.id: why for one in known.bookings if one.slot.depot in lost and one.id in made.left}
    return replace(made, left={**made.left, **mine})
