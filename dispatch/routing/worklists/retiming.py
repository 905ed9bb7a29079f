"""
A list that stands is changed: what has begun stays, what is to come is timed anew, what has lost its team is put where
it costs least. Order and teams of everything else stay as they were published.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dispatch.routing.optimiser.breaches import Breach, breaches
from dispatch.routing.optimiser.course import Course
from dispatch.routing.optimiser.problem import Crew, Place, Problem
from dispatch.routing.optimiser.words import PLAIN, Naming

from .laying import laid
from .posing import able, problem_of
from .problem import HalfDay, Left, Stop, Visit

NO_ROOM = "CROWDED"


@dataclass(frozen=True, slots=True)
class Standing:
    """
    A team's route at a moment.

    :param done: stops that it made or is at, in order; they stay as they are
    :param to_come: visits that it still makes, in order
    :param heading: where it is on its way to, or waits before the door; it goes on from there, also if that visit is
        not wanted any more: so it is never later anywhere than it was to be. None: it has not left yet
    """

    done: tuple[Stop, ...] = ()
    to_come: tuple[str, ...] = ()
    heading: Stop | None = None

    @property
    def under_way(self) -> Stop | None:
        """The visit to come that it is on its way to."""
        return self.heading if self.heading is not None and self.heading.visit in self.to_come[:1] else None


Standings = Mapping[str, Standing]


@dataclass(frozen=True, slots=True)
class Retimed:
    """Routes with their times, when each team is back (s), and what they break; nothing if ``breaches`` is empty."""

    routes: Mapping[str, tuple[Stop, ...]]
    home_s: Mapping[str, int]
    breaches: tuple[Breach, ...] = ()


def retimed(half_day: HalfDay, standings: Standings, *, now_s: int, naming: Naming = PLAIN) -> Retimed:
    """Return the routes, each stop to come as early as it can be; ``naming``: how breaches speak of visits."""
    problem = _rest(half_day, standings, now_s)
    wanted = {team: one.to_come for team, one in standings.items() if one.to_come}
    stops, ends = laid(problem, wanted)
    routes = {team: (*one.done, *_driven(one, stops.get(team, ()))) for team, one in standings.items()}
    home_s = {team: ends[team] if team in ends else _back(half_day, team, one) for team, one in standings.items()}
    kept = {team: route for team, route in routes.items() if route}
    return Retimed(kept, {team: home_s[team] for team in kept}, breaches(Course(problem, wanted), naming))


def _driven(standing: Standing, stops: tuple[Stop, ...]) -> tuple[Stop, ...]:
    """Return stops to come; the drive to the first began before, if the team is on its way to it."""
    now = standing.under_way
    if now is None or not stops:
        return stops
    return (replace(stops[0], drive_s=now.drive_s, arrives_s=now.arrives_s), *stops[1:])


def placed(
    half_day: HalfDay, standings: Standings, visits: Sequence[str], *, now_s: int
) -> tuple[Standings, dict[str, Left]]:
    """
    Put visits on the teams that can still make them, each where it costs least driving; no other visit is given up.

    Who has the fewest ways left comes first, then the dearest.

    :return: the routes with them, and why each of the others fits nowhere
    """
    known = {visit.id: visit for visit in half_day.visits}
    now, waiting = dict(standings), [known[name] for name in dict.fromkeys(visits)]
    while waiting:
        ways = {visit.id: _ways(half_day, now, visit, now_s) for visit in waiting}
        possible = [visit for visit in waiting if ways[visit.id]]
        if not possible:
            break
        first = min(possible, key=lambda visit: (len(ways[visit.id]), -visit.price, visit.id))
        _, team, to_come = min(ways[first.id])
        now[team] = replace(now[team], to_come=to_come)
        waiting.remove(first)
    return now, {visit.id: _why(half_day, visit) for visit in waiting}


def _ways(half_day: HalfDay, now: Standings, visit: Visit, now_s: int) -> list[tuple[int, str, tuple[str, ...]]]:
    """Return the seconds of driving that each possible place adds, with its team and the route then."""
    found = []
    for team in half_day.teams:
        if team.id not in now or not able(half_day, team, visit):
            continue
        before_s = _driven_s(half_day, team.id, now[team.id], now_s)
        for route in _with(now[team.id], visit.id):
            after_s = _driven_s(half_day, team.id, replace(now[team.id], to_come=route), now_s)
            if after_s is not None:
                found.append((after_s - (before_s or 0), team.id, route))
    return found


def _with(standing: Standing, visit: str) -> list[tuple[str, ...]]:
    """Return the routes with a visit more; nobody is turned back on his way to a customer."""
    first, to_come = int(standing.under_way is not None), standing.to_come
    return [(*to_come[:n], visit, *to_come[n:]) for n in range(first, len(to_come) + 1)]


def _driven_s(half_day: HalfDay, team: str, standing: Standing, now_s: int) -> int | None:
    """Return how long a team drives yet, its way back with it; None: its route breaks a rule."""
    course = Course(_rest(half_day, {team: standing}, now_s), {team: standing.to_come})
    if breaches(course):
        return None
    end = course.ends.get(team)
    back_s = end.drive_s or 0 if end is not None else 0
    return back_s + sum(visit.drive_s or 0 for visit in course.routes.get(team, ()))


def _rest(half_day: HalfDay, standings: Standings, now_s: int) -> Problem:
    """Return what is still to be done, as a problem: teams set out from where they are."""
    left = {visit for one in standings.values() for visit in one.to_come}
    problem = problem_of(
        replace(
            half_day,
            teams=tuple(team for team in half_day.teams if team.id in standings),
            visits=tuple(visit for visit in half_day.visits if visit.id in left),
            caps={},
        )
    )
    places = {visit.id: Place(lon=visit.lon, lat=visit.lat, place=visit.place) for visit in half_day.visits}
    return replace(problem, crews=tuple(_crew(crew, standings[crew.id], places, now_s) for crew in problem.crews))


def _crew(crew: Crew, standing: Standing, places: Mapping[str, Place], now_s: int) -> Crew:
    if standing.heading is not None:
        there = standing.heading
        return replace(crew, at=places[there.visit], free_s=max(there.arrives_s, now_s))
    if not standing.done:
        return replace(crew, free_s=max(crew.free_s, now_s))
    last = standing.done[-1]
    return replace(crew, at=places[last.visit], free_s=max(last.ends_s, now_s))


def _back(half_day: HalfDay, team: str, standing: Standing) -> int:
    """Return when a team is back that has nothing before it any more."""
    base = next(one for one in half_day.teams if one.id == team)
    if not standing.done:
        return base.from_s
    last = standing.heading or standing.done[-1]
    left_s = last.arrives_s if standing.heading is not None else last.ends_s
    known = {visit.id: visit for visit in half_day.visits}
    visit = replace(known[last.visit], window_s=(0, half_day.length_s), work_s=0, pinned=None)
    problem = problem_of(replace(half_day, teams=(base,), visits=(visit,), caps={}))
    crew = replace(problem.crews[0], at=Place(lon=visit.lon, lat=visit.lat, place=visit.place), free_s=left_s)
    return laid(replace(problem, crews=(crew,)), {team: (visit.id,)})[1][team]


def _why(half_day: HalfDay, visit: Visit) -> Left:
    if any(able(half_day, team, visit) for team in half_day.teams):
        return Left(NO_ROOM, "其余队伍在约定时段内都赶不到,或会误了已约的其他客户")
    return Left("NO_TEAM", "没有其他能做这类作业的队伍")
