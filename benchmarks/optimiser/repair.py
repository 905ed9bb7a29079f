"""
A peer's plan made as good as its choice of crews allows, so that nobody is judged by what he could not be told.

Each crew's jobs are put into the order that is best by our objective (our own search inside the one route), and what
was left out, or can no longer be driven, is inserted where it costs least.
"""

from dataclasses import replace

from dispatch.routing.optimiser.engine import solve
from dispatch.routing.optimiser.problem import Problem

from .apart import Answer
from .problems import Case, Routes

TURNS_A_JOB = 40  # beyond these the order of a route of ten jobs hardly ever changes


def repaired(case: Case, routes: Routes) -> Answer:
    """Return the plan after re-sequencing and insertion."""
    problem = case.make()
    jobs = {job.id: job for job in problem.jobs}
    crews = {crew.id: crew for crew in problem.crews}
    best: dict[str, tuple[str, ...]] = {}
    for name, route in routes.items():
        own = tuple(jobs[job] for job in route)
        alone = replace(problem, jobs=own, crews=(crews[name],), caps=(), reserves=(), plan={name: tuple(route)})
        best[name] = in_best_order(alone)
    done = solve(replace(problem, plan=best), seconds=0.0, cores=1, seed=case.seed)
    return Answer(done.routes, 0.0)


def in_best_order(alone: Problem) -> tuple[str, ...]:
    """Return the jobs of a problem with one crew in the order that costs least, without those that cost too much."""
    turns = TURNS_A_JOB * len(alone.jobs) if len(alone.jobs) > 1 else 0
    plan = solve(alone, iterations=turns, cores=1, seed=1)
    return plan.routes.get(alone.crews[0].id, ())
