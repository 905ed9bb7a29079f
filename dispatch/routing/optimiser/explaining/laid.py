"""A plan laid out so that single questions can be asked of it: what would this job cost there, or there?"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from dispatch.routing.optimiser.course import Course, Routes
from dispatch.routing.optimiser.joint.parting import CLOSED, Parted, also_tied, part
from dispatch.routing.optimiser.joint.ties import Ties
from dispatch.routing.optimiser.objective import cost_of
from dispatch.routing.optimiser.problem import Crew, Problem
from dispatch.routing.optimiser.search.columns import Numbering, facts_of, with_crews
from dispatch.routing.optimiser.search.facts import TOO_DEAR, Facts, blank, exact
from dispatch.routing.optimiser.search.native import Native
from dispatch.routing.optimiser.search.nearness import NEAR, nearest_to
from dispatch.routing.optimiser.search.starting import width_of


@dataclass(slots=True)
class Opened:
    """The structures of the search, without searching."""

    native: Native
    numbers: Numbering

    def stretch(self, *, seconds: float | None, iterations: int | None, first: float, last: float) -> int:
        """Do nothing: the plan stays as it is. :returns: 0 turns"""
        return 0


class Columns(NamedTuple):
    """A problem's parts in columns."""

    parted: Parted
    numbers: Numbering
    facts: Facts


class Laid:
    """
    A plan that breaks nothing, laid out. Tied jobs keep the moments at which they begin.

    :ivar ties: the plan in the search's structures
    """

    def __init__(
        self, problem: Problem, course: Course, also: Collection[str] = (), columns: Columns | None = None
    ) -> None:
        """
        :param course: the plan carried out (``mending.mended`` makes one that breaks nothing)
        :param also: jobs that are to be put in at will, like tied ones
        :param columns: of the problem, with these jobs; None: they are made
        :raises NotBuilt: if the compiled search is missing
        """
        self.problem, self.course = problem, course
        parted, numbers, facts = columns or _columns(part(problem, course, also))
        self.parted, self.numbers = parted, numbers
        longest = max((len(route) for route in course.planned.values()), default=0)
        self.native = Native(facts, blank(facts, width=width_of(facts, longest), seed=0))
        self.ties = Ties(problem, parted, Opened(self.native, numbers), seed=0)
        self.jobs = {job.id: job for job in problem.jobs}
        self.ties.load(course)

    def near(self, job: str, most: int) -> list[str]:
        """Return up to so many jobs of the plan that hang on nothing, of those that lie nearest to a job."""
        found = self.ties.loose_near(job, most, nearest_to(self.native.facts, self.numbers_of(job)[0], NEAR))
        return [self.ties.names[j] for j in found]

    def beside(self, job: str, crews: Sequence[Crew] = ()) -> "Laid":
        """
        Return the plan laid out a second time, with one absent job that is to be put in at will, and with more crews.

        The same as ``Laid`` of the problem with these crews, ``also`` the job; what neither writes is shared, so that
        it takes a few milliseconds with thousands of crews. Nobody may ask of this plan meanwhile (``without``).

        :param crews: with ids of their own, of depots and counties that are known; they have no work and go nowhere
            after it
        """
        problem = replace(self.problem, crews=(*self.problem.crews, *crews))
        if job in self.ties.parts or self.jobs[job].crews > 1:
            return Laid(problem, Course(problem, self.course.planned), [job])
        facts = self._fresh()
        j = self.numbers.jobs[job]
        facts.opens[j], facts.shuts[j] = CLOSED
        joined = with_crews(facts, self.parted.plain, self.numbers, crews)
        columns = Columns(also_tied(self.parted, job), self.numbers.with_crews(crews), joined)
        return Laid(problem, self.course, columns=columns)

    def _fresh(self) -> Facts:
        """Return the columns as they were before the plan was loaded, those that are written copied."""
        ties, facts = self.ties, self.native.facts
        columns: dict[str, Any] = {"slope": ties.slope, "skip": ties.skip, "before": ties.before}
        columns |= {name: getattr(facts, name) for name in ("opens", "shuts", "latest", "room", "held", "able", "cap")}
        return facts._replace(**{name: column.copy() for name, column in columns.items()})

    @property
    def routes(self) -> Routes:
        return self.ties.routes()

    def numbers_of(self, job: str) -> list[int]:
        """Return the numbers of a job's parts; of most jobs there is one."""
        return self.ties.parts.get(job) or [self.numbers.jobs[job]]

    def put_in(self, job: str) -> bool:
        """Put an absent job of one crew where it costs least; tells whether that costs less than leaving it out."""
        j, tour = self.numbers.jobs[job], self.native.tour
        _, crew, stop = self.native.cheapest_place(j)
        if crew < 0:
            return False
        self.native.insert(crew, stop, j)
        absent = tour.absent[: tour.sums[0]]
        left = absent[absent != j]
        tour.absent[: len(left)], tour.sums[0] = left, len(left)
        return True

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


def _columns(parted: Parted) -> Columns:
    """Return the columns; what lies near is left out where nobody asks: only moments of several crews begin there."""
    numbers = Numbering.of(parted.plain)
    if any(len(parts) > 1 for parts in parted.tied.values()):
        return Columns(parted, numbers, exact(facts_of(parted.plain, numbers)))
    return Columns(parted, numbers, exact(facts_of(parted.plain, numbers, near=1, close=1)))
