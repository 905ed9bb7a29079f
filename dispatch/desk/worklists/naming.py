"""The depot names who goes (定人、定时, paper S4): persons and hours of each team, and whose crew they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.capacity import lists
from dispatch.capacity.words import Half, ListState, ListStep
from dispatch.capacity.worklist import ListedTeam, Worklist
from dispatch.desk import idempotency
from dispatch.desk.bookings.halfdays import depot_of
from dispatch.desk.room import Desk, Once
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid, Refusal
from dispatch.routing.optimiser.words import Naming
from dispatch.routing.worklists.problem import Visit
from dispatch.routing.worklists.retiming import Standing, retimed

from .changing import Frame, check_open, framed, team_in, turn
from .keeping import Author, keep
from .standing import rewritten
from .telling import told_of

CREW = "SELECT depot FROM crew WHERE id = $1 AND active"


class StaleList(Refusal):
    """Somebody changed the list since the caller saw it."""


class NamedTwice(Invalid):
    """A person, a crew or a team stands twice where it can be only once."""


class BadHours(Invalid):
    """A team's hours do not lie in the half-day, or end before they begin."""


class HoursTooShort(Refusal):
    """In these hours the team cannot make all its visits in their promised time."""


class NotThisDepots(Invalid):
    """The crew is not one of the depot, or was dissolved."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """
    Who goes in a team.

    :param from_at: begin of its work; None: as it is, with ``to_at``
    :param crew_id: repair crew whose people they are; None: none
    """

    team: str
    persons: tuple[str, ...]
    crew_id: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None


async def name_teams(
    desk: Desk,
    depot: str,
    day: date,
    half: Half,
    named: Sequence[Named],
    *,
    version: int | None,
    by: Account,
    at: datetime,
    once: Once | None = None,
) -> Worklist:
    """
    Name the persons of some teams; when each team that has visits is named, the list is (已定人).

    :param version: of the list that the caller saw; None: whatever it is
    :raises NoSuchArea, NotADepot, Forbidden, NoSuchList: by whom and for what
    :raises NoSuchTeam, NamedTwice, BadHours, NotThisDepots: what is wrong in itself
    :raises StaleList, ListEnded: where the list stands
    :raises HoursTooShort: hours that break a promise; ``details.visits`` names whose
    """
    county = check_depot(desk, depot, "worklist.name", by=by)
    _check_once(named)
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, by, once)) is not None:
            return Worklist.model_validate_json(first)
        before = await turn(tx, await lists.load(tx, depot, day, half), at=at)
        check_open(before)
        check_seen(before, version)
        for one in named:
            await _check_crew(tx, one, depot)
        made = _with_people(await _with_hours(tx, desk, before, named, at=at), named)
        told = told_of(before, made, "")
        made = await keep(tx, made, ListStep.NAMED, Author(by.id, at), told=told)
        await idempotency.remember(tx, by, once, made.model_dump_json(exclude_none=True))
    assert county == made.area
    return made


def _with_people(after: Worklist, named: Sequence[Named]) -> Worklist:
    """Return the list with its people; when each team that has visits is named, the list is."""
    people = {one.team: one for one in named}
    teams = tuple(_manned(team, people.get(team.team)) for team in after.teams)
    _check_people(teams)
    manned = all(team.persons for team in teams if team.stops and not team.withdrawn)
    return after.model_copy(update={"teams": teams, "state": ListState.NAMED if manned else ListState.FROZEN})


def check_depot(desk: Desk, depot: str, action: str, *, by: Account) -> str:
    """Return the depot's county. :raises NoSuchArea, NotADepot, Forbidden: if ``by`` may not do this there"""
    area = depot_of(desk, depot)
    county = desk.areas.county_of_depot(area.code)
    rights.check(by, action, area=county, depot=area.code, covers=desk.areas.covers)
    return county


def check_seen(made: Worklist, version: int | None) -> None:
    """:raises StaleList: if the caller saw another version"""
    if version is not None and version != made.version:
        raise StaleList(
            f"清单已是第 {made.version} 版,您看到的是第 {version} 版,请刷新后再改",
            field="version",
            version=made.version,
        )


def _check_once(named: Sequence[Named]) -> None:
    if len({one.team for one in named}) < len(named):
        raise NamedTwice("同一队伍在一次定人中只能出现一次,请合并", field="teams")
    for one in named:
        if twice := sorted(person for person in set(one.persons) if one.persons.count(person) > 1):
            raise NamedTwice(f"{'、'.join(twice)}在同一队伍中写了两次,请只留一处", field="persons")


async def _check_crew(tx: Connection, one: Named, depot: str) -> None:
    if one.crew_id is not None and await tx.fetchval(CREW, one.crew_id) != depot:
        raise NotThisDepots(f"抢修队伍 {one.crew_id} 不属于本班所或已停用,请改正 crew_id", field="crew_id")


def _manned(team: ListedTeam, one: Named | None) -> ListedTeam:
    return team if one is None else team.model_copy(update={"persons": one.persons, "crew_id": one.crew_id})


def _check_people(teams: Sequence[ListedTeam]) -> None:
    """Refuse a person, or a crew, in two teams whose hours overlap."""
    going = [team for team in teams if not team.withdrawn]
    for n, team in enumerate(going):
        for other in going[:n]:
            if team.to_at <= other.from_at or other.to_at <= team.from_at:
                continue
            twice = sorted(set(team.persons) & set(other.persons))
            if twice or (team.crew_id is not None and team.crew_id == other.crew_id):
                who = "、".join(twice) or f"抢修队伍 {team.crew_id}"
                raise NamedTwice(f"{who}同时在{other.label}和{team.label},请只留一处,或错开时间", field="persons")


async def _with_hours(tx: Connection, desk: Desk, made: Worklist, named: Sequence[Named], *, at: datetime) -> Worklist:
    """Return the list with the teams' hours, and the routes of those that have other hours timed anew."""
    hours = {one.team: _hours(team_in(made, one.team), one) for one in named}
    changed = {
        team.team
        for team in made.teams
        if (team.from_at, team.to_at) != hours.get(team.team, (team.from_at, team.to_at))
    }
    if not changed:
        return made
    teams = tuple(
        team.model_copy(update={"from_at": hours[team.team][0], "to_at": hours[team.team][1]})
        if team.team in changed
        else team
        for team in made.teams
    )
    frame = await framed(tx, desk, made.model_copy(update={"teams": teams}), at=at)
    for team in teams:
        if team.team in changed and not (frame.span.begins_at <= team.from_at < team.to_at <= frame.span.ends_at):
            raise BadHours(f"{team.label}的时间须在半日之内,且结束晚于开始,请改正 from_at、to_at", field="from_at")
    standings = {name: frame.standings[name] for name in changed if name in frame.standings}
    now = retimed(frame.half_day, standings, now_s=frame.now_s, naming=_said(frame))
    if now.breaches:
        raise _too_short(now.breaches[0].sentence, standings, {visit.id: visit for visit in frame.half_day.visits})
    anew = {team.team: team for team in rewritten(teams, now, frame.span, frame.known) if team.team in standings}
    return made.model_copy(update={"teams": tuple(anew.get(team.team, team) for team in teams)})


def _too_short(why: str, standings: Mapping[str, Standing], visits: Mapping[str, Visit]) -> HoursTooShort:
    touched = sorted({name for one in standings.values() for name in one.to_come if name in visits})
    return HoursTooShort(f"按这个时间排不下已约的作业:{why}", field="from_at", visits=touched)


def _said(frame: Frame) -> Naming:
    """Return how a list is spoken of: customers by account, instants by the clock in China."""

    def told(after_s: int) -> str:
        return f"{(frame.span.begins_at + timedelta(seconds=after_s)).astimezone(CHINA):%H:%M}"

    labels = {team.team: team.label for team in frame.made.teams}
    return Naming(a_job="户号", job=lambda visit: frame.known[visit].account_no, crew=labels.__getitem__, clock=told)


def _hours(team: ListedTeam, one: Named) -> tuple[datetime, datetime]:
    return one.from_at or team.from_at, one.to_at or team.to_at
