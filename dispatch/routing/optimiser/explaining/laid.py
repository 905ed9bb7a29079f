"""A plan laid out so that single questions can be asked of it: what would this job cost there, or there?"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dispatch.routing.optimiser.course import Course, Routes
from dispatch.routing.optimiser.joint.parting import part
from dispatch.routing.optimiser.joint.ties import Ties
from dispatch.routing.optimiser.objective import cost_of
from dispatch.routing.optimiser.problem import Problem
from dispatch.routing.optimiser.search.columns import Numbering, facts_of
from dispatch.routing.optimiser.search.facts import TOO_DEAR, blank, exact
from dispatch.routing.optimiser.search.native import Native
from dispatch.routing.optimiser.search.starting import width_of


@dataclass(slots=True)
class Opened:
    """The structures of the search, without searching."""

    native: Native
    numbers: Numbering

    def stretch(self, *, seconds: float | None, iterations: int | None, first: float, last: float) -> int:
        """Do nothing: the plan stays as it is. :returns: 0 turns"""
        return 0


class Laid:
    """
    A plan that breaks nothing, laid out. Tied jobs keep the moments at which they begin.

    :ivar ties: the plan in the search's structures
    """

    def __init__(self, problem: Problem, course: Course, also: Collection[str] = ()) -> None:
        """
        :param course: the plan carried out (``mending.mended`` makes one that breaks nothing)
        :param also: jobs that are to be put in at will, like tied ones
        :raises NotBuilt: if the compiled search is missing
        """
        self.problem, self.course = problem, course
        self.parted = part(problem, course, also)
        numbers = Numbering.of(self.parted.plain)
        facts = exact(facts_of(self.parted.plain, numbers))
        longest = max((len(route) for route in course.planned.values()), default=0)
        self.native = Native(facts, blank(facts, width=width_of(facts, longest), seed=0))
        self.ties = Ties(problem, self.parted, Opened(self.native, numbers), seed=0)
        self.numbers = numbers
        self.jobs = {job.id: job for job in problem.jobs}
        self.ties.load(course)

    @property
    def routes(self) -> Routes:
        return self.ties.routes()

    def numbers_of(self, job: str) -> list[int]:
        """Return the numbers of a job's parts; of most jobs there is one."""
        return self.ties.parts.get(job) or [self.numbers.jobs[job]]

    def _by_objective(self, c: int, stop: int) -> float:
        """Return what a visit costs where the route cannot be driven without it: no way is no time then."""
        crew, routes = self.problem.crews[c].id, dict(self.course.planned)
        gone = routes[crew][stop]
        routes[crew] = (*routes[crew][:stop], *routes[crew][stop + 1 :])
        lean = Course(self.problem, routes)
        left_out = self.jobs[gone].unserved * self.problem.rules.unserved if gone not in lean.of_job else 0.0
        return cost_of(self.course) - cost_of(lean) + left_out

    @contextmanager
    def without(self, j: int) -> Iterator[tuple[int, int, float]]:
        """Ask of the plan without one part: gives the crew and the stop that it had, and what it cost there."""
        tour, held = self.native.tour, self.native.facts.held
        c = int(tour.crew_of[j])
        route = tour.stops[c, : tour.length[c]].copy()
        stop = route.tolist().index(j)
        was = float(tour.total[0])
        tour.stops[c, stop : len(route) - 1] = route[stop + 1 :]
        tour.length[c], tour.crew_of[j] = len(route) - 1, -1
        was_held = int(held[c])
        held[c] -= stop < was_held
        self.native.recount()
        try:
            cut = tour.cost[c] >= TOO_DEAR / 2  # past the job's place no way leads on
            yield c, stop, self._by_objective(c, stop) if cut else was - float(tour.total[0])
        finally:
            held[c] = was_held
            tour.stops[c, : len(route)], tour.length[c], tour.crew_of[j] = route, len(route), c
            self.native.recount()
