"""What the live system asks for: a place for one call among live routes, and the plan of the next minute."""

from dataclasses import replace
from time import monotonic, perf_counter, process_time

import numpy as np

from dispatch.routing.optimiser.engine import solve
from dispatch.routing.optimiser.files.reading import read_problem
from dispatch.routing.optimiser.files.writing import json_of_problem
from dispatch.routing.optimiser.problem import Problem

from .apart import Answer
from .own import empty
from .problems import Case, Scale

CALLS = 1_000  # jobs that are asked for and not put in
MINUTE_S, NEW = 60, 3  # a minute later some jobs have come in
SEARCH_S, PUBLISHED_S = 0.5, 5.0
LONG_S = 10.0  # of the search that the re-plan is compared with


def insertion(case: Case) -> Answer:
    """Milliseconds for the cheapest place of one job among all routes of a constructed plan: p50, p99, most."""
    problem = case.make()
    native = empty(problem)
    order = np.random.default_rng(case.seed).permutation(len(problem.jobs)).astype(np.int32)
    calls = min(CALLS, len(order) // 2)
    native.construct(order[calls:])
    times = []
    for job in order[:calls]:
        began = perf_counter()
        native.cheapest_place(int(job))
        times.append(1000 * (perf_counter() - began))
    p50, p99, most = np.percentile(times, [50, 99, 100])
    return Answer(
        {}, 0.0, figures={"p50": p50, "p99": p99, "most": most, "routes": int((native.tour.length > 0).sum())}
    )


def replan(case: Case, long_s: float) -> Answer:
    """
    Seconds of one re-plan a minute after the last one, from the problem as a JSON object to the plan.

    A plan of five seconds is published, a minute passes, a few jobs have come in; the search then gets half a second.

    :param long_s: of the search that the plan is compared with
    """
    problem = case.make()
    before = replace(problem, jobs=problem.jobs[:-NEW])
    live = solve(before, seconds=PUBLISHED_S, cores=1, seed=case.seed)
    asked = json_of_problem(replace(_later(problem), plan=live.routes))
    began, worked = monotonic(), process_time()
    now = read_problem(asked)
    read = monotonic()
    plan = solve(now, seconds=SEARCH_S, cores=1, seed=case.seed)
    took, cpu_s = monotonic() - began, process_time() - worked
    scale = Scale(now)
    long = scale.worth(solve(now, seconds=long_s, cores=1, seed=case.seed + 1).routes)
    found = scale.worth(plan.routes)
    figures = {"cpu": cpu_s, "read": read - began, "worse": found.cost / long.cost - 1, "broken": found.violations}
    return Answer(plan.routes, took, figures=figures)


def _later(problem: Problem) -> Problem:
    """Return the problem as it stands a minute later: what is due is due a minute sooner."""
    jobs = tuple(
        replace(
            job,
            due_s=None if job.due_s is None else job.due_s - MINUTE_S,
            window_s=(max(0, job.window_s[0] - MINUTE_S), job.window_s[1] - MINUTE_S),
        )
        for job in problem.jobs
    )
    crews = tuple(replace(crew, free_s=max(0, crew.free_s - MINUTE_S)) for crew in problem.crews)
    return replace(problem, jobs=jobs, crews=crews)
