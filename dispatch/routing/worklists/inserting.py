"""
A list by insertion alone, for when the search is not to be had: no compiled part, no process of its own, no luck.

Visits come one by one, the dearest and then the most pressing first; each goes where it adds least driving, and none
that stands is moved for it. Every rule is kept that a searched list keeps; it drives farther, leaves out more, and does
not say what would help.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from dispatch.routing.optimiser.problem import Place, Problem
from dispatch.routing.optimiser.ways import Way, ways
from dispatch.routing.optimiser.words import Naming

from .checking import check
from .laying import laid, scored
from .placing import Around
from .posing import able, base_of, job_of, problem_of
from .problem import HalfDay, Left, List, Routes, Team, Visit
from .reasons import Why
from .routes import Route
from .sifting import sifted
from .words import NAMING, LeftWhy

NAME = "insertion"


def inserted(half_day: HalfDay, *, naming: Naming = NAMING) -> List:
    """
    Return a list of the half-day; the same half-day gives the same list.

    :raises BadHalfDay: if the half-day is wrong in itself; the message names the field
    """
    check(half_day)
    possible, static = sifted(half_day)
    routes = Inserting(possible).routes()
    problem, asking = problem_of(half_day), Why(Around(half_day, routes), naming, seed=0)
    stops, home_s = laid(problem, routes)
    made = {name for route in routes.values() for name in route}
    return List(
        routes=stops,
        home_s={team: home_s[team] for team in stops},
        left={
            visit.id: _left(visit, static.get(visit.id), asking, naming)
            for visit in half_day.visits
            if visit.id not in made
        },
        cost=scored(problem, routes),
        made_by={"solver": NAME, "seed": 0, "iterations": 0},
    )


def _left(visit: Visit, static: LeftWhy | None, asking: Why, naming: Naming) -> Left:
    if static is not None:
        code, sentence = asking.why(visit, static, None)
        return Left(code.value, sentence)
    said = "原因和办法未逐一求解,请人工加入清单或与客户改约"
    return Left(LeftWhy.UNSOLVED.value, f"{naming.word(LeftWhy.UNSOLVED)}:{said}")


class Inserting:
    """Routes while visits are put into them."""

    def __init__(self, half_day: HalfDay) -> None:
        """:param half_day: as ``sifted`` leaves it"""
        self._half_day = half_day
        self._routes = {team.id: Route(team=team) for team in half_day.teams}
        self._jobs = {visit.id: job_of(half_day, visit) for visit in half_day.visits}
        self._way: Way = ways(Problem(travel=half_day.travel, jobs=(), crews=()))
        self._used: Counter[tuple[str, str]] = Counter()

    def routes(self) -> Routes:
        """Put in all that finds a place which costs less than leaving it out; return team -> visits in order."""
        length_s = self._half_day.length_s
        cut = [
            replace(one, window_s=(one.window_s[0], min(one.window_s[1], length_s))) for one in self._half_day.visits
        ]
        for visit in sorted(cut, key=lambda one: (-one.price, one.window_s[1], one.id)):
            found = min(self._places(visit), key=lambda one: one[:3], default=None)
            if found is not None and found[0] / 60 < visit.price:
                _, number, _, route = found
                team = self._half_day.teams[number]
                self._routes[team.id] = route
                self._used[team.depot, visit.skill] += 1
        return {team: tuple(visit.id for visit in one.visits) for team, one in self._routes.items() if one.visits}

    def _places(self, visit: Visit) -> Iterator[tuple[int, int, int, Route]]:
        """Yield each place on time: seconds of driving that it adds, number of the team, position, the route then."""
        for number, team in enumerate(self._half_day.teams):
            if not able(self._half_day, team, visit) or self._full(team, visit):
                continue
            before = self._routes[team.id]
            driven_s = sum(before.drives_s)
            for position in range(len(before.visits) + 1):
                route = self._with(before, position, visit)
                if route is not None and route.on_time():
                    yield sum(route.drives_s) - driven_s, number, position, route

    def _full(self, team: Team, visit: Visit) -> bool:
        """Tell whether the team's depot makes all visits of the kind that it declared."""
        declared = self._half_day.caps.get((team.depot, visit.skill))
        return declared is not None and self._used[team.depot, visit.skill] >= declared

    def _with(self, route: Route, position: int, visit: Visit) -> Route | None:
        """Return a route with the visit at a position; None: no way leads there."""
        job = self._jobs[visit.id]
        place, base = _at(visit), base_of(route.team)
        before = _at(route.visits[position - 1]) if position else base
        into_s = self._way(before, place, job)
        if position < len(route.visits):
            after = route.visits[position]
            onward_s = self._way(place, _at(after), self._jobs[after.id])
        else:
            onward_s = self._way(place, base, job)
        if into_s is None or onward_s is None:
            return None
        return route.inserted(position, visit, into_s=into_s, onward_s=onward_s)


def _at(visit: Visit) -> Place:
    return Place(lon=visit.lon, lat=visit.lat, place=visit.place)
