"""Reading lists: those that are frozen, before that the routes as they stand, and what teams must still acknowledge."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.capacity import lists
from dispatch.capacity.declaration import Hours
from dispatch.capacity.lists import NoSuchList
from dispatch.capacity.words import Half, ListState, ListStep
from dispatch.capacity.worklist import Worklist
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import Invalid, NotFound
from dispatch.places.areas import AreaLevel
from dispatch.routing.worklists.problem import Left, List
from dispatch.routing.worklists.retiming import Standing, retimed

from .drawing import drawn
from .naming import check_depot
from .pinning import Pin, pins_of
from .posing import Known, pose, read, span_of

AT_MOST = 500  # notices that one answer shows
UNPLACED = Left("UNPLACED", "尚未排入路线,截单时再排", ())

STOPS = """
SELECT booking_id, team, drive_s, begins_at FROM visit_stop WHERE depot = $1 AND date = $2 AND half = $3
ORDER BY team, position, booking_id
"""
LOG = """
SELECT version, step, at, actor, reason FROM worklist_event WHERE depot = $1 AND date = $2 AND half = $3
ORDER BY version
"""
NOTICE = "id, area, depot, date, half, version, team, text, told_at, seen_at, seen_by"
OPEN = f"""
SELECT {NOTICE} FROM worklist_notice WHERE area = ANY($1::text[]) AND ($2::text IS NULL OR depot = $2)
  AND (seen_at IS NULL OR $3) AND ($4::date IS NULL OR date = $4) ORDER BY told_at DESC, id DESC LIMIT $5
"""
FIND = f"SELECT {NOTICE} FROM worklist_notice WHERE id = $1"
SEEN = f"""
UPDATE worklist_notice SET seen_at = $2, seen_by = $3 WHERE id = $1 AND seen_at IS NULL RETURNING {NOTICE}
"""
AUDIT = """
INSERT INTO audit (at, account_id, action, subject, area, details)
VALUES ($1, $2, 'worklist.export', $3, $4, jsonb_build_object('version', $5::int, 'as', $6::text))
"""


class TooWide(Invalid):
    """Lists are shown for a county or a depot at a time."""


class NoSuchNotice(NotFound):
    """There is no notice of that name, or none that the caller may see."""


@dataclass(frozen=True, slots=True)
class ListLine:
    """One line of a list's log."""

    version: int
    step: ListStep
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Shown:
    """
    A depot's half-day as it stands.

    :param made: the list; of a draft ``frozen_at`` is when it will be frozen, and the version 0
    :param draft: nothing is frozen yet: what is booked, as it would be driven now
    :param pins: persons' words that hold
    """

    made: Worklist
    draft: bool = False
    pins: Sequence[Pin] = ()
    log: Sequence[ListLine] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """What a team must know of a change, and who said that it does."""

    id: str
    area: str
    depot: str
    date: date
    half: Half
    version: int
    team: str
    text: str
    told_at: datetime
    seen_at: datetime | None
    seen_by: str | None


async def shown(desk: Desk, depot: str, day: date, half: Half, *, by: Account, at: datetime) -> Shown:
    """
    Return a depot's list, or the draft of one that is not frozen yet: also an empty one, once teams are declared.

    :raises NoSuchArea, NotADepot, Forbidden: by whom
    :raises NoSuchList: if there is neither; the message says when the list will be there
    """
    check_depot(desk, depot, "worklist.read", by=by)
    async with desk.db.connection() as connection:
        found = await _find(connection, desk, depot, day, half, at=at)
    if found is None:
        raise none_yet(span_of(desk, day, half), day, half, at)
    return found


async def shown_in(desk: Desk, area: str | None, day: date, half: Half, *, by: Account, at: datetime) -> list[Shown]:
    """
    Return the lists of a county's depots, or of one depot; drafts of those that are not frozen yet.

    :raises NoSuchArea, Forbidden: by whom
    :raises TooWide: for a city or a province
    :raises NoSuchList: if there is none at all; the message says when they will be there
    """
    code = looked_at(desk, area, "worklist.read", by=by)
    if desk.areas.get(code).level not in (AreaLevel.COUNTY, AreaLevel.DEPOT):
        raise TooWide(f"{desk.areas.get(code).name}范围太大,请用 area 指定一个县,或用 depot 指定班所", field="area")
    async with desk.db.connection() as connection:
        found = [await _find(connection, desk, depot, day, half, at=at) for depot in desk.areas.depots(code)]
    there = [each for each in found if each is not None]
    if not there:
        raise none_yet(span_of(desk, day, half), day, half, at)
    return there


def none_yet(span: Hours, day: date, half: Half, at: datetime) -> NoSuchList:
    """Return why there is no list, and when there will be one."""
    name, closes = f"{day:%m月%d日}{half.label}", f"{span.closes_at.astimezone(CHINA):%m月%d日 %H:%M}"
    if at < span.closes_at:
        return NoSuchList(
            f"{name}的派工清单将于 {closes} 截单时生成;该处尚未申报队伍,也没有已约的作业,请先申报承载力",
            ready_at=span.closes_at,
        )
    if at < span.ends_at:
        return NoSuchList(
            f"{name}的派工清单已于 {closes} 截单,该处没有申报队伍或清单正在生成,请稍候刷新或核对申报", ready_at=at
        )
    return NoSuchList(f"{name}没有派工清单:该处没有申报队伍,也没有已约的作业;请核对班所与日期")


async def _find(connection: Connection, desk: Desk, depot: str, day: date, half: Half, *, at: datetime) -> Shown | None:
    made = await lists.find(connection, depot, day, half)
    if made is not None:
        rows = await connection.fetch(LOG, depot, day, half.value)
        log = [ListLine(row["version"], ListStep(row["step"]), row["at"], row["actor"], row["reason"]) for row in rows]
        return Shown(made, log=log)
    if at >= span_of(desk, day, half).ends_at:
        return None
    draft = await _draft(connection, desk, depot, day, half, at=at)
    return None if draft is None else Shown(draft, draft=True, pins=await pins_of(connection, depot, day, half))


async def _draft(
    connection: Connection, desk: Desk, depot: str, day: date, half: Half, *, at: datetime
) -> Worklist | None:
    """Return the live routes of a half-day as a list of version 0; None: no team is declared and nobody is booked."""
    known = await read(connection, desk, desk.areas.county_of_depot(depot), [depot], day, half, at=at)
    if not known.bookings and not any(one.teams for one in known.declared):
        return None
    rows = await connection.fetch(STOPS, depot, day, half.value)
    routes: dict[str, list[str]] = {}
    for row in rows:
        routes.setdefault(row["team"], []).append(row["booking_id"])
    return await asyncio.to_thread(_drafted, desk, known, routes, at)


def _drafted(desk: Desk, known: Known, routes: Mapping[str, Sequence[str]], at: datetime) -> Worklist:
    half_day, span = pose(desk, known, at=at), span_of(desk, known.date, known.half)
    there, teams = {one.id for one in known.bookings}, {team.id for team in half_day.teams}
    standings = {
        team: Standing(to_come=tuple(name for name in route if name in there))
        for team, route in routes.items()
        if team in teams
    }
    now = retimed(half_day, standings, now_s=0)
    placed = {stop.visit for route in now.routes.values() for stop in route}
    left = {name: UNPLACED for name in sorted(there - placed)}
    made = List(routes=now.routes, home_s=now.home_s, left=left, cost={}, made_by={})
    (draft,) = drawn(desk, known, half_day, made, at=span.closes_at)
    return draft.model_copy(update={"state": ListState.DRAFT})


async def notices(
    desk: Desk, area: str | None, *, day: date | None = None, seen: bool = False, limit: int = AT_MOST, by: Account
) -> list[Notice]:
    """
    Return what teams were told and nobody has acknowledged yet, the newest first.

    :param area: a county or a depot, or what lies above; None: the caller's own
    :param seen: those that were acknowledged too
    :raises NoSuchArea, Forbidden: if ``by`` may not look there
    """
    code = looked_at(desk, area, "worklist.read", by=by)
    depot = code if desk.areas.get(code).level is AreaLevel.DEPOT else None
    counties = [desk.areas.county_of_depot(code)] if depot else list(desk.areas.counties(code))
    async with desk.db.connection() as connection:
        rows = await connection.fetch(OPEN, counties, depot, seen, day, limit)
    return [_notice(row) for row in rows]


async def see(desk: Desk, notice_id: str, *, by: Account, at: datetime) -> Notice:
    """
    Say that a team knows of a change; who said so first, stays.

    :raises NoSuchNotice: if there is none that ``by`` may see
    """
    async with desk.db.transaction() as tx:
        row = await tx.fetchrow(FIND, notice_id)
        allowed = row is not None and rights.allowed(
            by, "worklist.seen", area=row["area"], depot=row["depot"], covers=desk.areas.covers
        )
        if row is None or not allowed:
            raise NoSuchNotice("没有这条清单变更通知,或不在您的查看范围内;请核对编号")
        return _notice(await tx.fetchrow(SEEN, notice_id, at, by.id) or row)


async def exported(desk: Desk, found: Shown, as_: str, *, by: Account, at: datetime) -> None:
    """Keep in the audit who took a list with its customers' account numbers out of the system."""
    made = found.made
    subject = f"{made.depot}/{made.date.isoformat()}/{made.half.value}"
    async with desk.db.transaction() as tx:
        await tx.execute(AUDIT, at, by.id, subject, made.area, made.version, as_)


def _notice(row: Row) -> Notice:
    return Notice(**{**row, "half": Half(row["half"])})
