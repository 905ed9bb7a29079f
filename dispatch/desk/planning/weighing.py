"""
What a ticket would cost with each crew of the plan, and what would let it in: found by putting it there.

All that is asked of the search stands here, behind two functions.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import isfinite

from dispatch.routing.optimiser.problem import Cap, Job, Problem
from dispatch.routing.optimiser.search import starting
from dispatch.routing.optimiser.search.columns import Numbering, facts_of
from dispatch.routing.optimiser.search.facts import TOO_DEAR, blank
from dispatch.routing.optimiser.search.native import Native

from .posing import UNHEARD


@dataclass(frozen=True, slots=True)
class Option:
    """A crew that could do the ticket, at the cheapest place of its route; cost in minutes of driving."""

    crew_id: str
    cost: float
    position: int


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would let a ticket in: whose word it takes, and the cheapest crew then."""

    sentence: str
    option: Option


def options(problem: Problem, job_id: str) -> list[Option]:
    """
    Return what it would cost to put a job into the plan in force with each crew, cheapest first; without those that
    cannot.

    The other jobs stay where they are; the job itself is taken out of the plan first.
    """
    without = {crew: tuple(job for job in route if job != job_id) for crew, route in problem.plan.items()}
    asked = replace(problem, plan={crew: route for crew, route in without.items() if route})
    numbers = Numbering.of(asked)
    if job_id not in numbers.jobs or not asked.crews:
        return []
    facts = facts_of(asked, numbers)
    longest = max((len(route) for route in asked.plan.values()), default=0)
    native = Native(facts, blank(facts, width=starting.width_of(facts, longest), seed=0))
    starting.load(native, asked, numbers)
    native.recount()
    cost, stop = native.places_with_each(numbers.jobs[job_id])
    change = _changed(problem, job_id)
    found = [
        Option(crew.id, float(cost[i]) + (change(crew.id)), int(stop[i]))
        for i, crew in enumerate(asked.crews)
        if stop[i] >= 0 and isfinite(cost[i]) and cost[i] < TOO_DEAR
    ]
    return sorted(found, key=lambda option: (option.cost, option.crew_id))


def _changed(problem: Problem, job_id: str) -> Callable[[str], float]:
    """Return what the rule ``change`` adds for a crew: the job was taken out of the plan to be asked for."""
    holder = next((crew for crew, route in problem.plan.items() if job_id in route), None)
    return lambda crew: 0.0 if holder in (None, crew) else problem.rules.change


def remedies(problem: Problem, job_id: str) -> list[Remedy]:
    """Return what would let a job in that has no place, each found by solving without one rule; cheapest first."""
    job = next((job for job in problem.jobs if job.id == job_id), None)
    if job is None:
        return []
    found = [(said, options(other, job_id)) for said, other in _relaxed(problem, job)]
    return sorted((Remedy(said, best[0]) for said, best in found if best), key=lambda remedy: remedy.option.cost)


def _relaxed(problem: Problem, job: Job) -> Iterator[tuple[str, Problem]]:
    """Yield the problem without one thing that stands in the job's way."""
    if job.pinned is not None or UNHEARD in job.needs:
        needs = tuple(need for need in job.needs if need != UNHEARD)
        yield "撤销本单的指定班组", _with(problem, replace(job, pinned=None, needs=needs))
    if job.vetoed:
        yield "撤销本单对班组的排除", _with(problem, replace(job, vetoed=()))
    if problem.caps:
        yield "班所增报抢修承载力 1 单", replace(problem, caps=tuple(_one_more(cap) for cap in problem.caps))
    late = tuple(replace(crew, latest_s=crew.latest_s + problem.horizon_s) for crew in problem.crews)
    yield "批准班组延长加班", replace(problem, crews=late)
    if job.needs:
        yield "增派一支具备所需条件的班组,或由外县借入", _with(problem, replace(job, needs=()))


def _with(problem: Problem, job: Job) -> Problem:
    return replace(problem, jobs=tuple(job if one.id == job.id else one for one in problem.jobs))


def _one_more(cap: Cap) -> Cap:
    return replace(cap, visits=cap.visits + 1)
