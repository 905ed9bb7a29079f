"""At which moments a job of several crews could begin: when crews near it could be there."""

from collections.abc import Callable

from dispatch.routing.optimiser.problem import Job
from dispatch.routing.optimiser.search.native import Native

CREWS = 80  # near ones whose arrivals are looked at
ALIKE = 12  # of a team: more that could be there at the same moment are not needed to know the moment
FIRST, LATER = 14, 14  # moments: the earliest, and some spread over the others


def moments(
    native: Native, job: Job, part: int, span: tuple[int, int], drive: Callable[[int, int, Job], int | None]
) -> list[int]:
    """
    Return instants at which the job could begin, ascending.

    :param part: number of one of its parts
    :param span: between which instants it may begin
    :param drive: seconds from a stop (-1: where the crew stands) of a crew to the job; None: no way
    """
    found = {span[0]}
    for c in crews_near(native, part):
        found |= set(_arrivals(native, job, c, span, drive))
    every = sorted(found)
    rest = every[FIRST:]
    step = max(1, len(rest) // LATER)
    return every[:FIRST] + rest[::step]


def crews_near(native: Native, part: int) -> list[int]:
    """Return crews that may do the job and stand near it, or work near it."""
    facts, tour = native.facts, native.tour
    able = facts.able[facts.sort[part]]
    teams = [int(team) for team in facts.close[part] if team >= 0]
    standing = [int(c) for team in teams for c in facts.member[facts.first[team] : facts.first[team + 1]][:ALIKE]]
    working = [int(tour.crew_of[j]) for j in facts.near[part] if j >= 0]
    return [c for c in dict.fromkeys([*standing, *working]) if c >= 0 and able[c]][:CREWS]


def _arrivals(
    native: Native, job: Job, crew: int, span: tuple[int, int], drive: Callable[[int, int, Job], int | None]
) -> list[int]:
    """Return when the crew could begin the job after each of its stops, and when its rest ends: others wait for it."""
    tour, facts = native.tour, native.facts
    from_s, to_s = (int(t) for t in facts.rest[crew])
    found = [to_s] if from_s < to_s and span[0] <= to_s <= span[1] else []
    for i in range(int(facts.held[crew]), int(tour.length[crew]) + 1):
        seconds = drive(int(tour.stops[crew, i - 1]) if i else -1, crew, job)
        if seconds is None:
            continue
        at_s = max(span[0], int(tour.leaves[crew, i]) + seconds)
        at_s = to_s if at_s < to_s and at_s + job.work_s > from_s else at_s
        if at_s <= span[1]:
            found.append(at_s)
    return found
