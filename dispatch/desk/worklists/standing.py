"""A frozen list as those see it who time it anew: what has begun stays, what is to come may move."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from dispatch.capacity.booking import Booking
from dispatch.capacity.declaration import Hours
from dispatch.capacity.words import Appointment
from dispatch.capacity.worklist import Errand, ListedStop, ListedTeam, Worklist
from dispatch.desk.room import Desk
from dispatch.routing.optimiser.problem import ByLine
from dispatch.routing.worklists.problem import HalfDay, Stop, Team, Visit
from dispatch.routing.worklists.retiming import Retimed, Standing

from .drawing import instant, timed
from .posing import seconds, visit_of, worth
from .ways import base_of, with_ways

ERRAND = "errand/"  # before a team's name: the repair that its crew was sent to
NOWHERE = ByLine(speed_kmh={}, detour={})  # until ``with_ways`` says how one drives


def posed(desk: Desk, made: Worklist, span: Hours, more: Sequence[Booking] = (), *, at: datetime) -> HalfDay:
    """
    Return a list's half-day as it stands, without what was declared: by now persons decide.

    :param more: visits that are to come onto it
    """
    visits = [_visit(desk, made, stop, span) for team in made.teams for stop in team.stops]
    visits += [visit_of(desk, booking, span) for booking in more]
    visits += [_errand(made, team, team.errand) for team in made.teams if team.errand]
    half_day = HalfDay(
        name=f"{made.depot}/{made.date.isoformat()}/{made.half.value}",
        length_s=seconds(span, span.ends_at),
        travel=NOWHERE,
        teams=tuple(_team(desk, made, team, span) for team in made.teams),
        visits=tuple(visits),
        pooled=True,  # who makes a visit was decided when the list was made
    )
    return with_ways(desk, half_day, at=max(at, span.begins_at))


def _team(desk: Desk, made: Worklist, team: ListedTeam, span: Hours) -> Team:
    lon, lat = base_of(desk, made.depot) or (0.0, 0.0)
    _, kind, area_class, _ = team.team.rsplit("/", 3)
    skills = dict.fromkeys([f"{kind}/{area_class}", *(f"{stop.kind}/{stop.area_class}" for stop in team.stops)])
    hours = seconds(span, team.from_at), seconds(span, team.to_at)
    return Team(id=team.team, depot=made.depot, lon=lon, lat=lat, skills=tuple(skills), from_s=hours[0], to_s=hours[1])


def _visit(desk: Desk, made: Worklist, stop: ListedStop, span: Hours) -> Visit:
    opens_s, shuts_s = seconds(span, stop.from_at), seconds(span, stop.to_at)
    return Visit(
        id=stop.booking_id,
        depot=made.depot,
        lon=stop.lon,
        lat=stop.lat,
        kind=stop.kind.value,
        area_class=stop.area_class.value,
        work_s=round((stop.ends_at - stop.begins_at).total_seconds()),
        window_s=(opens_s, max(opens_s, shuts_s)),
        price=worth(desk.pack.lists, firm=stop.appointment is not Appointment.BY_DATE),
    )


def _errand(made: Worklist, team: ListedTeam, errand: Errand) -> Visit:
    """Return the repair that a team's crew is at, as a place on its way; it stands on no list."""
    _, kind, area_class, _ = team.team.rsplit("/", 3)
    return Visit(
        id=f"{ERRAND}{team.team}",
        depot=made.depot,
        lon=errand.lon,
        lat=errand.lat,
        kind=kind,
        area_class=area_class,
        work_s=0,
        window_s=(0, 0),
        price=0.0,
    )


def standing_of(team: ListedTeam, span: Hours, *, begun: Collection[str], at: datetime) -> Standing:
    """
    Return a team's route at a moment.

    :param begun: visits that were made or are in hand
    """
    done = 0
    for n, stop in enumerate(team.stops, 1):
        if stop.booking_id in begun:
            done = n
    made = tuple(stop_in(stop, span) for stop in team.stops[:done])
    errand = team.errand
    if errand is not None and all(stop.begins_at < errand.until_at for stop in team.stops[:done]):
        until_s = max(0, seconds(span, errand.until_at))
        there = Stop(visit=f"{ERRAND}{team.team}", drive_s=0, arrives_s=until_s, begins_s=until_s, ends_s=until_s)
        made = (*made, there)
    to_come = tuple(stop.booking_id for stop in team.stops[done:])
    heading = _heading(team.stops[done:], span, at=at) if errand is None else None
    return Standing(made, to_come, heading)


def _heading(to_come: Sequence[ListedStop], span: Hours, *, at: datetime) -> Stop | None:
    """Return the stop that a team is on its way to, or waits before; None: it has not left yet."""
    if not to_come:
        return None
    there = stop_in(to_come[0], span)
    return there if seconds(span, at) > there.arrives_s - there.drive_s else None


def stop_in(stop: ListedStop, span: Hours) -> Stop:
    """Return a listed stop in the half-day's seconds."""
    return Stop(
        visit=stop.booking_id,
        drive_s=stop.drive_s,
        arrives_s=seconds(span, stop.arrives_at),
        begins_s=seconds(span, stop.begins_at),
        ends_s=seconds(span, stop.ends_at),
    )


def rewritten(
    teams: Iterable[ListedTeam], now: Retimed, span: Hours, known: Mapping[str, ListedStop]
) -> tuple[ListedTeam, ...]:
    """
    Return the teams with their new routes; those that ``now`` does not name have none.

    :param known: every visit that may stand on one of them
    """
    return tuple(_rewritten(team, now, span, known) for team in teams)


def _rewritten(team: ListedTeam, now: Retimed, span: Hours, known: Mapping[str, ListedStop]) -> ListedTeam:
    route = [stop for stop in now.routes.get(team.team, ()) if not stop.visit.startswith(ERRAND)]
    stops = tuple(known[stop.visit].model_copy(update=timed(stop, span)) for stop in route)
    home_s = now.home_s.get(team.team)
    home_at = None if home_s is None or not stops else instant(span, home_s)
    return team.model_copy(update={"stops": stops, "home_at": home_at})


def without(standing: Standing, gone: Collection[str]) -> Standing:
    """Return a team's route without some of its visits to come."""
    return replace(standing, to_come=tuple(visit for visit in standing.to_come if visit not in gone))
