"""Who plans a province's half-day, with how much CPU time, and what the independent scorer says of it."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from resource import RUSAGE_CHILDREN, getrusage
from time import monotonic

from dispatch.routing.optimiser.files.writing import json_of_plan, json_of_problem
from dispatch.routing.optimiser.problem import Plan, Problem
from dispatch.routing.optimiser.scorer import score
from dispatch.routing.worklists.making import make
from dispatch.routing.worklists.posing import parts_of, problem_of
from dispatch.routing.worklists.problem import HalfDay, Routes
from dispatch.routing.worklists.solvers import Solver

from .days import merged
from .peers import THERE, by_ortools, by_pyvrp, by_vroom

LEAST_S = 0.02  # a part gets at least so much


@dataclass(frozen=True, slots=True)
class Timed:
    """
    A peer behind the protocol of ``dispatch.routing.worklists.solvers``, which counts seconds instead of turns.

    :param run: problem, seconds, cores -> routes
    :param budget_s: seconds of one core for all problems together, shared by their jobs
    :param threads: cores that one problem is searched on
    """

    name: str
    run: Callable[[Problem, float, int], Routes]
    budget_s: float
    threads: int = 1

    def routes(self, problems: Sequence[Problem], *, seed: int, iterations: int, cores: int) -> list[Routes]:
        jobs = max(1, sum(len(one.jobs) for one in problems))
        seconds = [max(LEAST_S, self.budget_s / self.threads * len(one.jobs) / jobs) for one in problems]
        with ProcessPoolExecutor(max(1, cores // self.threads), mp_context=get_context("spawn")) as pool:
            return list(pool.map(self.run, problems, seconds, [self.threads] * len(problems)))


OWN = "own"


@dataclass(frozen=True, slots=True)
class Result:
    """One plan of the province, by the scorer."""

    name: str
    unserved: int
    driving_min: float
    cost: float
    broken: int
    wall_s: float
    cpu_s: float

    @property
    def worth(self) -> tuple[int, float]:
        return self.unserved, self.driving_min


def measured(days: list[HalfDay], name: str, work: Callable[[], Routes]) -> Result:
    """Return what a plan is worth, and what it took; the work is done in processes of its own."""
    began, before = monotonic(), _cpu_s()
    routes = work()
    wall_s, cpu_s = monotonic() - began, _cpu_s() - before
    problem = merged(days)
    found = score(json_of_problem(problem), json_of_plan(Plan(problem=problem.name, routes=routes)))
    broken = sum(found["violations"].values())
    return Result(name, found["unserved"], found["minutes"]["travel"], found["cost"], broken, wall_s, cpu_s)


def _cpu_s() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _own(day: HalfDay, iterations: int) -> Routes:
    made = make(day, seed=1, iterations=iterations)
    return {team: tuple(stop.visit for stop in stops) for team, stops in made.routes.items()}


def _ours(days: list[HalfDay], iterations: int, cores: int) -> Routes:
    """Return our routes: each county's list with its reasons, on so many cores."""
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        return _joined(pool.map(_own, days, [iterations] * len(days)))


def _joined(each: Iterable[Routes]) -> Routes:
    return {team: route for routes in each for team, route in routes.items()}


def _parts(days: list[HalfDay]) -> list[Problem]:
    """Return what shares nothing, the largest first."""
    return sorted((problem_of(part) for day in days for part in parts_of(day)), key=lambda one: -len(one.jobs))


def rows(days: list[HalfDay], iterations: int, cores: int, *, whole: bool = False) -> list[Result]:
    """
    Return our result, then the peers' with as much time.

    Peers look at the wall's clock. They get the seconds that our cores were busy or kept waiting by others, so that a
    loaded machine does not starve them; the CPU seconds that each really had stand in the table.

    :param whole: let VROOM try the province in one piece as well; it minds its seconds only between its own steps
    """
    found = [measured(days, OWN, lambda: _ours(days, iterations, cores))]
    spent_s = found[0].wall_s * cores
    parted: list[Solver] = [Timed("OR-Tools, parts", by_ortools, spent_s)]
    if THERE:
        if whole:
            alone: Solver = Timed("VROOM, whole", by_vroom, spent_s, cores)
            found.append(measured(days, alone.name, lambda: _played(alone, [merged(days)], cores)))
        parted = [Timed("VROOM, parts", by_vroom, spent_s), Timed("PyVRP, parts", by_pyvrp, spent_s), *parted]
    for one in parted:
        found.append(measured(days, one.name, lambda one=one: _played(one, _parts(days), cores)))  # type: ignore[misc]
    return found


def _played(solver: Solver, problems: list[Problem], cores: int) -> Routes:
    return _joined(solver.routes(problems, seed=1, iterations=0, cores=cores))


def replanned_s(days: list[HalfDay], iterations: int) -> list[float]:
    """Return the seconds in which each of some depots is planned again with one visit more."""
    took = []
    for day in days[:10]:
        depot = day.teams[0].depot
        teams = tuple(team for team in day.teams if team.depot == depot)
        visits = tuple(visit for visit in day.visits if visit.depot == depot)
        only = HalfDay(name=depot, length_s=day.length_s, travel=day.travel, teams=teams, visits=visits, caps=day.caps)
        began = monotonic()
        make(only, seed=1, iterations=iterations)
        took.append(monotonic() - began)
    return took
