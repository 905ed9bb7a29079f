"""Where a search begins: the published plan as far as it can be driven, then each other job where it costs least."""

import numpy as np

from dispatch.routing.optimiser.problem import Crew, Problem

from .columns import Numbering
from .facts import Facts, Shorts, Tour
from .native import Native

SPACE = 100_000  # stops of all routes together that memory is always there for


def width_of(facts: Facts, longest: int) -> int:
    """Return how many jobs a route may hold: many times the mean, twice the longest of the published plan."""
    crews = max(1, facts.crews)
    return int(min(facts.jobs, max(64, 12 * facts.jobs / crews, 2 * longest, SPACE / crews))) + 2


def load(native: Native, problem: Problem, numbers: Numbering) -> None:
    """Put the published plan into an empty one; jobs that no longer fit where they were stay absent."""
    facts, tour = native.facts, native.tour
    taken = np.zeros(facts.jobs, bool)
    for crew, route in problem.plan.items():
        c = numbers.crews[crew]
        jobs = [numbers.jobs[job] for job in route]
        head = int(facts.held[c])
        for place, j in enumerate(jobs[:head]):
            native.insert(c, place, j)
            taken[j] = True
        if head:
            _hold(native, c, problem.crews[c])
        for j in jobs[head:]:
            if not taken[j] and facts.able[facts.sort[j], c]:
                taken[j] = native.append(c, j)
    leave_absent(tour, np.flatnonzero(~taken))


def _hold(native: Native, c: int, crew: Crew) -> None:
    """Let a crew end what is frozen, however long it takes and however much it is, and nothing more past its limits."""
    facts, tour, n = native.facts, native.tour, int(native.tour.length[c])
    facts.latest[c] = max(crew.latest_s, int(tour.leaves[c, n] + tour.drives[c, n]))
    if crew.room is not None:
        facts.room[c] = max(crew.room, int(tour.loaded[c]))


def leave_absent(tour: Tour, jobs: np.ndarray) -> None:
    """Say which jobs are not in the plan."""
    tour.absent[: len(jobs)] = jobs
    tour.sums[0] = len(jobs)


def urgency(facts: Facts, jobs: np.ndarray) -> Shorts:
    """Return jobs in the order in which a dispatcher would place them: the dearest delay first, then the promise."""
    order = np.lexsort((facts.due[jobs], -facts.slope[jobs]))
    return jobs[order].astype(np.int32)
