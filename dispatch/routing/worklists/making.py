"""A half-day's list: parts that share nothing, routes by a solver, times, costs, and why visits were left out."""

from dataclasses import replace

from dispatch.routing.optimiser.course import Course
from dispatch.routing.optimiser.objective import cost_of
from dispatch.routing.optimiser.words import Naming

from .assigning import assigned
from .checking import check
from .helping import Helping
from .laying import laid, scored
from .placing import Around, Placed
from .posing import narrowed, parts_of, problem_of
from .problem import HalfDay, Left, List, Routes, Visit
from .reasons import Why
from .sifting import sifted
from .solvers import OWN, Solver
from .words import NAMING, LeftWhy

MORE = 2  # times as long is searched on where a visit is left out: the last place is the hardest to find
HELPED = 200  # visits left out that help is looked for, the dearest; a list has hardly so many


def make(
    half_day: HalfDay,
    *,
    seed: int,
    iterations: int,
    solver: Solver = OWN,
    naming: Naming = NAMING,
    after: HalfDay | None = None,
    cores: int = 1,
) -> List:
    """
    Return the list of a half-day; the same half-day, seed and iterations give the same list, byte for byte.

    :param iterations: turns of the search, for each visit; more where a visit is left out
    :param naming: how sentences name depots, teams and moments
    :param after: the next half-day with what is booked in it, where a visit that is left out might go;
        only where it has the same ways: the same speeds, or one matrix with the places of both
    :param cores: that search; the list does not depend on it
    :raises BadHalfDay: if the half-day is wrong in itself; the message names the field
    :raises NotBuilt: if the compiled search is missing
    """
    check(half_day)
    if after is not None:
        check(after)
    possible, static = sifted(half_day)
    around = Around(half_day, planned(possible, seed=seed, iterations=iterations, solver=solver, cores=cores))
    dear = _put_in(around, possible, seed)
    wanted = after if after and after.travel == half_day.travel and (dear or static) else None
    then = None if wanted is None else _next(wanted, seed, iterations, solver, cores)
    problem = problem_of(half_day)
    routes, home_s = laid(problem, around.routes)
    order = [team.id for team in half_day.teams if team.id in routes]
    return List(
        routes={team: routes[team] for team in order},
        home_s={team: home_s[team] for team in order},
        left=_left(around, static, dear, naming, then, seed),
        cost=scored(problem, around.routes),
        made_by={"solver": solver.name, "seed": seed, "iterations": iterations},
    )


def shares(half_day: HalfDay, routes: Routes) -> dict[str, dict[str, float]]:
    """
    Return depot -> what its own part of a list costs, by the independent scorer: rule -> minutes of driving.

    Where depots are pooled nobody can tell what is whose, and there is none.
    """
    if half_day.pooled:
        return {}
    depots = dict.fromkeys([*(team.depot for team in half_day.teams), *(visit.depot for visit in half_day.visits)])
    return {depot: _share(_alone(half_day, depot), routes) for depot in depots}


def _share(alone: HalfDay, routes: Routes) -> dict[str, float]:
    ours = {team.id: routes[team.id] for team in alone.teams if team.id in routes}
    return scored(problem_of(narrowed(alone)), ours)


def _alone(half_day: HalfDay, depot: str) -> HalfDay:
    """Return a half-day with one depot's teams and visits."""
    teams = tuple(team for team in half_day.teams if team.depot == depot)
    return replace(half_day, teams=teams, visits=tuple(one for one in half_day.visits if one.depot == depot))


def planned(half_day: HalfDay, *, seed: int, iterations: int, solver: Solver = OWN, cores: int = 1) -> Routes:
    """
    Return team -> visits in order.

    :param half_day: as ``sifted`` leaves it
    """
    problems = []
    for part in map(narrowed, parts_of(half_day)):
        problem = problem_of(part)
        problems.append(replace(problem, plan=assigned(part, problem)))
    found = solver.routes(problems, seed=seed, iterations=iterations, cores=cores)
    tight = [n for n, routes in enumerate(found) if sum(map(len, routes.values())) < len(problems[n].jobs)]
    again = [replace(problems[n], plan=found[n]) for n in tight]
    for n, routes in zip(
        tight, solver.routes(again, seed=seed, iterations=MORE * iterations, cores=cores), strict=True
    ):
        found[n] = min(found[n], routes, key=lambda one, n=n: cost_of(Course(problems[n], one)))  # type: ignore[misc]
    return {team: tuple(route) for routes in found for team, route in routes.items() if route}


def _put_in(around: Around, possible: HalfDay, seed: int) -> dict[str, Placed | None]:
    """
    Put in what still finds a place that costs less than leaving it out, the dearest first, until nothing does.

    :returns: what is left out, with the place that was too dear
    """
    while True:
        made = {name for route in around.routes.values() for name in route}
        left = sorted((v for v in possible.visits if v.id not in made), key=lambda visit: (-visit.price, visit.id))
        found: dict[str, Placed | None] = {}
        known: dict[Visit, Placed | None] = {}  # of visits that are alike
        for visit in left:
            placed = (
                known[_kind_of(visit)] if _kind_of(visit) in known else around.put(around.part(visit), visit, seed=seed)
            )
            if placed is not None and placed.extra_min < visit.price:
                around.routes.update(placed.routes)
                known.clear()
            else:
                found[visit.id] = known[_kind_of(visit)] = placed
        if len(found) == len(left):
            return found


def _next(after: HalfDay, seed: int, iterations: int, solver: Solver, cores: int) -> Around:
    possible, _ = sifted(after)
    return Around(after, planned(possible, seed=seed, iterations=iterations, solver=solver, cores=cores))


def _left(
    around: Around,
    static: dict[str, LeftWhy],
    dear: dict[str, Placed | None],
    naming: Naming,
    after: Around | None,
    seed: int,
) -> dict[str, Left]:
    """Return why each visit is left out and what would help, in the order of the half-day."""
    asking, helping = Why(around, naming, seed=seed), Helping(around, naming, seed, after)
    known: dict[Visit, Left] = {}
    out = [visit for visit in around.half_day.visits if visit.id in static or visit.id in dear]
    for visit in sorted(out, key=lambda visit: -visit.price):
        if _kind_of(visit) not in known:
            code, sentence = asking.why(visit, static.get(visit.id), dear.get(visit.id))
            helps = helping.helps(visit) if len(known) < HELPED else []
            known[_kind_of(visit)] = Left(code.value, sentence, tuple(one.sentence for one in helps))
    return {visit.id: known[_kind_of(visit)] for visit in out}


def _kind_of(visit: Visit) -> Visit:
    """Return a visit without its name: visits that are alike in all else are left out for the same reason."""
    return replace(visit, id="")
