"""
A team whose crew is off its repair is back on its list (归队), sooner or later than was thought.

It goes on from where the repair was, at once: the visits that stand on its route are timed anew, and who is late is
late; what was given to other teams or moved stays there. Seen to by the worker, as the taking of the team was.
"""

from collections.abc import Collection
from datetime import datetime

from dispatch.accounts.model import SYSTEM
from dispatch.capacity import lists, store
from dispatch.capacity.words import ListState, ListStep
from dispatch.capacity.worklist import Errand, ListedTeam, Worklist
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.kit.logs import logger

from . import errands
from .begun import begun_of
from .changing import framed, timed
from .errands import Taken
from .keeping import Author, keep
from .posing import span_of
from .telling import told_of
from .ways import base_of

AT_ONCE = 100  # repairs that one turn sees to

log = logger("coming_back")


async def free_due(desk: Desk, *, at: datetime) -> int:
    """Let every list know whose crew is off its repair since; return how many teams are back."""
    async with desk.db.connection() as connection:
        waiting = await errands.back(connection, limit=AT_ONCE)
    done = 0
    for taken, ended_at in waiting:
        try:
            done += await _see_to(desk, taken, ended_at or at, at=at)
        except Exception:  # one list's trouble must not keep the others waiting; it is tried again
            log.exception("team not back on its list", depot=taken.depot, team=taken.team)
    return done


async def _see_to(desk: Desk, taken: Taken, ended_at: datetime, *, at: datetime) -> bool:
    """Let one list know; tell whether its team is back by it."""
    async with desk.db.transaction() as tx:
        await store.turn(tx, taken.area, at=at)
        if not await errands.free(tx, taken, at=at):
            return False
        made = await lists.load(tx, taken.depot, taken.date, taken.half)
        team = next((one for one in made.teams if one.team == taken.team), None)
        over = made.state is ListState.CLOSED or at >= span_of(desk, made.date, made.half).ends_at
        if over or team is None or not _is_on(team, taken):
            return False
        other, base = await errands.still_away(tx, taken), base_of(desk, made.depot)
        begun = await begun_of(tx, made, at=at)
        if other is not None and base is not None:
            await _keep(tx, desk, made, team, other.errand(base), begun, other.reason, at=at)
            return False
        reason = f"抢修 {taken.ticket_no} {ended_at.astimezone(CHINA):%H:%M} 结束,本队归队"
        await _keep(tx, desk, made, team, _ended(team, begun, ended_at, at=at), begun, reason, at=at)
    return True


def _is_on(team: ListedTeam, taken: Taken) -> bool:
    """Tell whether the list thinks the team at this repair; a later one may have taken its place."""
    errand = team.errand
    return errand is not None and not errand.over and errand.ticket_no == taken.ticket_no


def _ended(team: ListedTeam, begun: Collection[str], ended_at: datetime, *, at: datetime) -> Errand:
    """Return the errand of a team that is back; who makes visits again came back as was thought."""
    errand = team.errand
    assert errand is not None
    again = any(stop.booking_id in begun and stop.begins_at >= errand.until_at for stop in team.stops)
    ended_at = max(errand.from_at, min(ended_at, at))
    return errand.model_copy(update={"over": True, "until_at": errand.until_at if again else ended_at})


async def _keep(
    tx: Connection,
    desk: Desk,
    made: Worklist,
    team: ListedTeam,
    errand: Errand,
    begun: Collection[str],
    reason: str,
    *,
    at: datetime,
) -> None:
    """Write the list with another errand of a team, whose visits to come are timed anew."""
    teams = tuple(one.model_copy(update={"errand": errand}) if one is team else one for one in made.teams)
    after = made.model_copy(update={"teams": teams})
    if not team.withdrawn:
        frame = await framed(tx, desk, after, begun=begun, at=at)
        after = timed(frame, {team.team: frame.standings[team.team]})
    told = {team.team: f"{reason}。"} | told_of(made, after, reason)
    await keep(tx, after, ListStep.CHANGED, Author(SYSTEM.id, at, reason), told=told)
