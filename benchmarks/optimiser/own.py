"""Our own side of the table: the search, its construction alone, and straight insertion as the yardstick."""

from collections.abc import Iterable
from time import monotonic

import numpy as np

from dispatch.routing.optimiser.engine import Progress, solve
from dispatch.routing.optimiser.problem import Problem
from dispatch.routing.optimiser.search.columns import Numbering, facts_of
from dispatch.routing.optimiser.search.facts import Tour, blank
from dispatch.routing.optimiser.search.native import Native
from dispatch.routing.optimiser.search.starting import leave_absent, width_of

from .apart import Answer
from .problems import Case, Routes


def own(case: Case, seconds: float, cores: int) -> Answer:
    """The search; its seconds count from the problem as Python objects on, so building its columns is inside."""
    return searched(case.make(), seconds, cores, case.seed)


def searched(problem: Problem, seconds: float, cores: int, seed: int) -> Answer:
    """Search so many seconds, and note what the best plan cost at each moment."""
    trace: list[tuple[float, float]] = []
    began = monotonic()

    def note(progress: Progress) -> None:
        trace.append((monotonic() - began, progress.cost))

    plan = solve(problem, seconds=seconds, cores=cores, seed=seed, progress=note)
    return Answer(plan.routes, monotonic() - began, tuple(trace))


def constructed(case: Case, seconds: float, cores: int) -> Answer:
    """What the search starts from: dearest delay first, each job where it costs least."""
    problem = case.make()
    began = monotonic()
    plan = solve(problem, seconds=0.0, cores=1, seed=case.seed)
    return Answer(plan.routes, monotonic() - began)


def greedy(case: Case, seconds: float, cores: int) -> Answer:
    """Straight insertion by promise, then as reported."""
    problem = case.make()
    return _inserted(problem, sorted(range(len(problem.jobs)), key=lambda j: (_due_s(problem, j), j)))


def as_reported(case: Case, seconds: float, cores: int) -> Answer:
    """Straight insertion in the order of the file, which knows nothing of what is urgent."""
    problem = case.make()
    return _inserted(problem, range(len(problem.jobs)))


def _inserted(problem: Problem, order: Iterable[int]) -> Answer:
    """Put each job, one after the other, at its cheapest place among all crews and stops; none is moved again."""
    began = monotonic()
    native = empty(problem)
    for job in order:
        put(native, job)
    return Answer(routes_of(problem, native.tour), monotonic() - began)


def _due_s(problem: Problem, job: int) -> float:
    due_s = problem.jobs[job].due_s
    return float("inf") if due_s is None else due_s


def empty(problem: Problem) -> Native:
    """Return the search on a problem, with no job in the plan."""
    facts = facts_of(problem, Numbering.of(problem))
    tour: Tour = blank(facts, width=width_of(facts, 0), seed=0)
    leave_absent(tour, np.arange(facts.jobs))
    native = Native(facts, tour)
    native.recount()
    return native


def put(native: Native, job: int) -> None:
    """Put an absent job where it costs least; it stays out if that costs less."""
    _, crew, stop = native.cheapest_place(job)
    if crew < 0:
        return
    native.insert(crew, stop, job)
    tour = native.tour
    absent = tour.absent[: tour.sums[0]]
    where = int(np.flatnonzero(absent == job)[0])
    absent[where] = absent[-1]
    tour.sums[0] -= 1


def routes_of(problem: Problem, tour: Tour) -> Routes:
    """Return the plan as it stands."""
    return {
        crew.id: tuple(problem.jobs[j].id for j in tour.stops[c, : tour.length[c]])
        for c, crew in enumerate(problem.crews)
        if tour.length[c]
    }
