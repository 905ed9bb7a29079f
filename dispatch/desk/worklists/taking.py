"""
What a repair that takes a team costs its visits: those in hand are finished, those that can still be kept after the
repair stay, the others go to teams of the list that can drive them, and who is left is offered another time at once.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.accounts import rights
from dispatch.accounts.model import SYSTEM, Account
from dispatch.capacity import lists, store
from dispatch.capacity.booking import Booking
from dispatch.capacity.words import BookingState, BookingStep, ListState, ListStep
from dispatch.capacity.worklist import Errand, ListedStop, ListedTeam, Worklist
from dispatch.desk.bookings.displacing import displace
from dispatch.desk.bookings.halfdays import rules_of
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.errors import NotFound
from dispatch.kit.logs import logger
from dispatch.routing.worklists.problem import HalfDay
from dispatch.routing.worklists.retiming import Standing, Standings, placed, retimed

from . import errands
from .begun import begun_of
from .changing import Frame, framed, team_in, timed
from .errands import Taken
from .keeping import Author, keep
from .posing import span_of
from .telling import told_of
from .ways import base_of

AT_ONCE = 100  # repairs that one turn sees to
CREW = "SELECT id, name, area, depot FROM crew WHERE id = $1 AND active"

log = logger("taking")


class NoSuchCrew(NotFound):
    """There is no crew of that name, or none that the caller may see."""


@dataclass(frozen=True, slots=True)
class Parted:
    """
    A list whose team was taken.

    :param after: the list then, without the visits that are lost
    :param reassigned: visit -> the team that makes it now
    :param lost: visits that no team can make in time
    """

    before: Worklist
    after: Worklist
    reassigned: dict[str, str]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AtStake:
    """
    A visit to come of a crew that is thought to be sent to a repair.

    :param made: the list on which it stands
    :param team: that makes it then; None: none can, its customer is offered another time
    :param begins_at: then; None: as before
    """

    made: Worklist
    stop: ListedStop
    team: ListedTeam | None
    begins_at: datetime | None


async def take_due(desk: Desk, *, at: datetime) -> int:
    """See to the visits of every team that a repair has taken since; return how many repairs."""
    async with desk.db.connection() as connection:
        waiting = await errands.open_ones(connection, limit=AT_ONCE)
    done = 0
    for taken in waiting:
        try:
            done += await see_to(desk, taken, at=at)
        except Exception:  # one list's trouble must not keep the others waiting; it is tried again
            log.exception("visits of a taken team not seen to", depot=taken.depot, team=taken.team)
    return done


async def see_to(desk: Desk, taken: Taken, *, at: datetime) -> bool:
    """Part the visits of one team; tell whether it was still to be done."""
    async with desk.db.transaction() as tx:
        await store.turn(tx, taken.area, at=at)
        if await errands.lock(tx, taken.id) is None:
            return False
        made = await lists.load(tx, taken.depot, taken.date, taken.half)
        one = team_in(made, taken.team)
        base = base_of(desk, made.depot)
        over = made.state is ListState.CLOSED or at >= span_of(desk, made.date, made.half).ends_at
        if over or one.withdrawn or base is None or not await errands.still_on(tx, taken):
            await errands.end(tx, taken, reassigned=0, moved=0, reoffered=0, at=at)
            return True
        parted = await part(tx, desk, made, taken.team, taken.errand(base), at=at)
        await _write(tx, desk, parted, taken, at=at)
    return True


async def _write(tx: Connection, desk: Desk, parted: Parted, taken: Taken, *, at: datetime) -> None:
    told = told_of(parted.before, parted.after, taken.reason)
    await keep(tx, parted.after, ListStep.CHANGED, Author(SYSTEM.id, at, taken.reason), told=told)
    for name, team in parted.reassigned.items():
        booking, label = await store.load(tx, name), team_in(parted.after, team).label
        await store.append(
            tx, booking, BookingStep.REASSIGNED, by=SYSTEM.id, at=at, reason=f"{taken.reason};改由{label}"
        )
    victims = [await store.load(tx, name) for name in parted.lost]
    given = await displace(tx, desk, _last_first(victims), rules_of(desk.pack), by=SYSTEM, reason=taken.reason, at=at)
    moved = sum(one.state is BookingState.BOOKED for one in given)
    counts = {"reassigned": len(parted.reassigned), "moved": moved, "reoffered": len(given) - moved}
    await errands.end(tx, taken, **counts, at=at)


def _last_first(victims: Sequence[Booking]) -> list[Booking]:
    """The soonest visit last: ``displace`` finds it a place first."""
    return sorted(victims, key=lambda each: (each.from_at, each.id), reverse=True)


async def part(tx: Connection, desk: Desk, made: Worklist, team: str, errand: Errand, *, at: datetime) -> Parted:
    """Return a list whose team goes to a repair; nothing is written."""
    teams = tuple(one.model_copy(update={"errand": errand}) if one.team == team else one for one in made.teams)
    away = made.model_copy(update={"teams": teams})
    frame = await framed(tx, desk, away, at=at)
    standings, lost = await asyncio.to_thread(parted_among, frame.half_day, frame.standings, team, now_s=frame.now_s)
    after = timed(frame, {name: one for name, one in standings.items() if _differs(frame, name, one) or name == team})
    mine = set(frame.standings[team].to_come)
    elsewhere = {name: other for other, one in standings.items() if other != team for name in one.to_come}
    return Parted(made, after, {name: where for name, where in elsewhere.items() if name in mine}, lost)


def _differs(frame: Frame, team: str, now: Standing) -> bool:
    return frame.standings[team].to_come != now.to_come


def parted_among(half_day: HalfDay, now: Standings, team: str, *, now_s: int) -> tuple[Standings, tuple[str, ...]]:
    """
    Let a team go on after its errand with what it can keep, in its order if that holds, and give the rest to others.

    :param now: as they stand; the team's last stop is its errand
    :return: the routes then, and the visits that no team can make
    """
    mine = now[team]
    if not retimed(half_day, {team: mine}, now_s=now_s).breaches:
        return now, ()
    own, hurt = placed(half_day, {team: Standing(mine.done)}, mine.to_come, now_s=now_s)
    after, left = placed(half_day, {**now, **own}, tuple(hurt), now_s=now_s)
    return after, tuple(left)


async def depot_of_crew(connection: Connection, desk: Desk, crew_id: str, action: str, *, by: Account) -> str:
    """Return a crew's depot. :raises NoSuchCrew: if there is none of which ``by`` may know this"""
    crew = await connection.fetchrow(CREW, crew_id)
    reach = {"area": crew["area"], "depot": crew["depot"], "crew_id": crew_id} if crew else {}
    if crew is None or not rights.allowed(by, action, **reach, covers=desk.areas.covers):
        raise NoSuchCrew("没有这个班组,或不在您的查看范围内;请核对编号")
    depot: str = crew["depot"]
    return depot


async def at_stake(
    desk: Desk,
    crew_id: str,
    *,
    minutes: int,
    place: tuple[float, float] | None,
    by: Account,
    at: datetime,
) -> list[AtStake]:
    """
    Return what would become of the visits to come of a crew that is away for so long; nothing is changed.

    :param minutes: from now to the end of the repair, with the way there
    :param place: of the repair; None: near its depot
    :raises NoSuchCrew: if there is none that ``by`` may see
    """
    async with desk.db.connection() as connection:
        depot = await depot_of_crew(connection, desk, crew_id, "crew.stakes", by=by)
        base, found = base_of(desk, depot), []
        for made, team in await errands.teams_of(connection, desk, depot, crew_id, at=at):
            lon, lat = place or base or (0.0, 0.0)
            until_at = at + timedelta(minutes=minutes)
            errand = Errand(ticket_no="", from_at=at, until_at=until_at, lon=lon, lat=lat)
            parted = await part(connection, desk, made, team.team, errand, at=at)
            begun = await begun_of(connection, made, at=at)
            found += [_stake(parted, stop) for stop in team.stops if stop.booking_id not in begun]
    return found


def _stake(parted: Parted, stop: ListedStop) -> AtStake:
    for team in parted.after.teams:
        for one in team.stops:
            if one.booking_id == stop.booking_id:
                return AtStake(parted.before, stop, team, one.begins_at)
    return AtStake(parted.before, stop, None, None)
