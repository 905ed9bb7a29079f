"""
Freezing the lists of the half-days whose cut-off has come (截单). Domain 7.2: 07:30 and 12:30.

Solved in a process of its own, then written in one transaction under the county's turn, if what was solved is still
what is declared, booked and pinned. Nothing is booked after the cut-off, so that little can have changed but a visit
that was cancelled. A cut-off that nobody was there for is made up for while the half-day lasts.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
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
from dispatch.routing.worklists.problem import HalfDay, Left

from .apart import Asked, Solved, solved_apart
from .drawing import drawn
from .keeping import Author, keep
from .posing import Known, read, span_of, wayless
from .ways import with_ways_alike
from .wording import Words

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
        solved = await solve(desk, known, after, at=at)
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


async def solve(desk: Desk, known: Known, after: Known | None = None, *, at: datetime) -> Solved:
    """
    Make the lists of some depots, in a process of its own; the same input gives the same, byte for byte.

    Where the county's mode lets depots make each other's visits, one plan is made of all; where not, each depot's
    routes are its own, and whether a neighbour could make what is left out is asked.

    :param after: the next half-day, where a visit that is left out might go; None: that is not looked at
    """
    return (await solve_each(desk, [known], after, at=at))[0]


async def solve_each(desk: Desk, several: Sequence[Known], after: Known | None = None, *, at: datetime) -> list[Solved]:
    """Make the lists of several half-days, all by the same way of solving; see ``solve``."""
    asked = await asyncio.to_thread(lambda: [_asked(desk, known, after, at=at) for known in several])
    async with desk.children:
        solved = await solved_apart(asked)
    return [_placeless(known, one) for known, one in zip(several, solved, strict=True)]


def _asked(desk: Desk, known: Known, after: Known | None, *, at: datetime) -> Asked:
    half_days = [wayless(desk, known, at=at)]
    if after is not None and after.declared:
        half_days.append(_then(desk, known, after, at=at))
    begins_at = span_of(desk, known.date, known.half).begins_at
    half_day, *then = with_ways_alike(desk, half_days, at=max(at, begins_at))
    return Asked(
        half_day=half_day,
        after=then[0] if then else None,
        words=words_of(desk, known),
        seed=seed_of(known.county, known.date, known.half),
        iterations=desk.pack.lists.iterations.value,
    )


def _then(desk: Desk, known: Known, after: Known, *, at: datetime) -> HalfDay:
    """Return the next half-day counted from this one's begin, so that its moments are told by the same clock."""
    begins_at, then = span_of(desk, known.date, known.half).begins_at, wayless(desk, after, at=at)
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


def words_of(desk: Desk, known: Known) -> Words:
    """Return the names of a half-day."""
    return Words(
        begins_at=span_of(desk, known.date, known.half).begins_at,
        depots={depot: desk.areas.get(depot).name for depot in known.depots},
        accounts={one.id: one.account_no for one in known.bookings},
        pooled=known.pooled,
    )


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
    half_day, made = solved.half_day, solved.made
    return drawn(desk, known, half_day, made, at=at, shares=solved.shares, note=solved.note)


def seed_of(county: str, day: date, half: Half) -> int:
    """Return the seed of a county's lists: always the same for the same day and half-day."""
    said = f"{county}/{day.isoformat()}/{half.value}".encode()
    return int.from_bytes(sha256(said).digest()[:8], "big") % SEEDS


def _placeless(known: Known, solved: Solved) -> Solved:
    """Say of a depot without a place on the map that this is why nobody goes, and what would help."""
    made, there = solved.made, {team.depot for team in solved.half_day.teams}
    lost = {one.slot.depot for one in known.declared if one.teams} - there
    if not lost:
        return solved
    why = Left(LOST, "班所没有坐标,不能排路线", ("请在基础数据中补上班所的经纬度",))
    mine: Mapping[str, Left] = {one.id: why for one in known.bookings if one.slot.depot in lost and one.id in made.left}
    return replace(solved, made=replace(made, left={**made.left, **mine}))
