"""
Tied jobs (of several crews, or ordered) inside a plan that is searched: the windows that hold them together.

While the search works, a job of several crews begins at one moment T: its parts have the window [T, T], and a crew that
comes early waits. An ordered job may not begin before what comes before it has ended, and must have ended when what
comes after it begins. Between two stretches of the search the plan is carried out as it really will be, and the
windows are set anew.
"""

from collections.abc import Iterable
from itertools import takewhile
from typing import Protocol

import numpy as np

from dispatch.routing.optimiser.course import Course, Routes
from dispatch.routing.optimiser.problem import Problem
from dispatch.routing.optimiser.search import parts
from dispatch.routing.optimiser.search.columns import Numbering
from dispatch.routing.optimiser.search.facts import NEVER, Shorts
from dispatch.routing.optimiser.search.native import Native
from dispatch.routing.optimiser.search.starting import urgency
from dispatch.routing.optimiser.ways import ways

from .parting import CLOSED, Parted

Kept = tuple[Shorts, Shorts, dict[str, int]]


class Searching(Protocol):
    """The search that plans the parts."""

    native: Native
    numbers: Numbering

    def stretch(self, *, seconds: float | None, iterations: int | None, first: float, last: float) -> int:
        """Search on, while the threshold falls from that of share ``first`` to that of share ``last``."""


class TiedPlan:
    """
    The tied jobs of a plan.

    :ivar begins: tied job in the plan -> when it begins
    """

    def __init__(self, problem: Problem, parted: Parted, search: Searching) -> None:
        self.problem, self.parted, self.native = problem, parted, search.native
        self.jobs = {job.id: job for job in problem.jobs}
        self.numbers = search.numbers
        self.begins: dict[str, int] = {}
        self.parts = {name: [self.numbers.jobs[one] for one in many] for name, many in parted.tied.items()}
        self.tied = {j for many in self.parts.values() for j in many}
        self.names = [job.id for job in parted.plain.jobs]
        facts = self.native.facts
        self.slope = facts.slope.copy()
        self.skip = facts.skip.copy()
        self.before = facts.before.copy()
        self._holding = np.flatnonzero(facts.held).tolist()
        self._steepen()

    def _steepen(self) -> None:
        """Lateness of a job of several crews is counted here, once; losing a part of it loses the whole."""
        facts = self.native.facts
        for name, numbers in self.parts.items():
            if len(numbers) > 1:
                facts.slope[numbers] = 0.0
            lost = sum(self.skip[self.parts[one][0]] for one in self.behind(name))
            facts.skip[numbers] = len(numbers) * (self.skip[numbers[0]] + lost)

    def behind(self, name: str) -> set[str]:
        """Return the jobs that come after a job, and after those."""
        found: set[str] = set()
        ahead = list(self.parted.follow.get(name, ()))
        while ahead:
            one = ahead.pop()
            if one not in found:
                found.add(one)
                ahead += self.parted.follow.get(one, ())
        return found

    # the plan in and out of the search

    def routes(self) -> dict[str, tuple[str, ...]]:
        """Return the plan as it stands in the search, in jobs."""
        tour = self.native.tour
        found = {
            crew.id: tuple(self.names[j] for j in tour.stops[c, : tour.length[c]])
            for c, crew in enumerate(self.problem.crews)
            if tour.length[c]
        }
        return self.parted.joined(found)

    def take_best(self) -> None:
        """Go back to the best plan that the search has seen."""
        tour, journal = self.native.tour, self.native.journal
        tour.stops[:], tour.length[:] = journal.best_stops, journal.best_length
        parts.settle(self.native)

    def load(self, course: Course, *, lean: float = 0.0) -> None:
        """
        Put a plan that can be carried out into the search, its tied jobs at the moments at which they begin there.

        :param lean: whose the time between two ordered jobs is: 0: the later one's, it may come forward; 1: the other's
        """
        tour = self.native.tour
        self.begins = {name: at_s for name in self.parts if (at_s := course.begins_s(name)) is not None}
        for name in self.parted.order:
            self.open(name, lean)
        self._hold(course)
        taken = self._apart(course.planned)
        tour.length[:] = 0
        for crew, numbers in taken.items():
            c = self.numbers.crews[crew]
            tour.length[c] = len(numbers)
            tour.stops[c, : len(numbers)] = numbers
        parts.settle(self.native)

    def _hold(self, course: Course) -> None:
        """What is frozen is done however long it takes and however much it is; after it the crew's limits hold."""
        facts, way = self.native.facts, ways(self.problem)
        for c in self._holding:
            crew = self.problem.crews[c]
            works = [visit.work for visit in course.routes.get(crew.id, ())]
            works = list(takewhile(lambda work: work.job.frozen, works))
            facts.held[c], facts.latest[c] = len(works), crew.latest_s
            if crew.room is not None:
                facts.room[c] = max(crew.room, sum(work.job.load for work in works))
            if works:
                last = works[-1]
                home_s = way(last.job.at, crew.back, last.job) if crew.back is not None else 0
                facts.latest[c] = max(crew.latest_s, last.ends_s + (home_s or 0))
            for work in works:
                if work.job.id not in self.parts:
                    facts.opens[self.numbers.jobs[work.job.id]] = work.job.window_s[0]

    def _apart(self, routes: Routes) -> dict[str, list[int]]:
        """Return routes of numbers; a crew takes the part that the published plan, or the search, gave it before."""
        owner = {(j, int(self.before[j])) for many in self.parts.values() for j in many}
        free = {name: list(many) for name, many in self.parts.items()}
        for name, many in free.items():
            crews = [self.numbers.crews[crew] for crew, names in routes.items() if name in names]
            kept = [j for j in many if any((j, c) in owner for c in crews)]
            free[name] = [*(j for j in many if j not in kept), *kept]
        made: dict[str, list[int]] = {}
        for crew, names in routes.items():
            c = self.numbers.crews[crew]
            found = (self._one_for(name, c, free, owner) for name in names)
            made[crew] = [j for j in found if j is not None]
        return made

    def _one_for(self, name: str, crew: int, free: dict[str, list[int]], owner: set[tuple[int, int]]) -> int | None:
        """Return a part for the crew; None: frozen work that can never begin was put in once more, all parts are out"""
        if name not in free:
            return self.numbers.jobs[name]
        left = free[name]
        own = next((j for j in left if (j, crew) in owner), left[0] if left else None)
        if own is not None:
            left.remove(own)
        return own

    def open(self, name: str, lean: float) -> None:
        """Set the window in which the parts of a tied job may begin while the search works."""
        facts, numbers = self.native.facts, self.parts[name]
        at_s = self.begins.get(name)
        if at_s is None:
            opens_s, shuts_s = CLOSED
        elif self.jobs[name].frozen:
            opens_s, shuts_s = at_s, NEVER
        elif len(numbers) > 1:
            opens_s = shuts_s = at_s
        else:
            opens_s, shuts_s = self._between(name, at_s, lean)
        facts.opens[numbers], facts.shuts[numbers] = opens_s, shuts_s

    def _between(self, name: str, at_s: int, lean: float) -> tuple[int, int]:
        job = self.jobs[name]
        opens_s, shuts_s = self.span(name)
        for one in job.after:
            if len(self.parts.get(one, ())) == 1 and one in self.begins:
                ends_s = self.begins[one] + self.jobs[one].work_s
                opens_s = max(opens_s, ends_s + int(lean * (at_s - ends_s)))
        for one in self.parted.follow.get(name, ()):
            after_s = self.begins.get(one, at_s + job.work_s)  # who is absent may still come: until then nothing moves
            if one in self.begins or not lean:
                spare_s = after_s - at_s - job.work_s
                shuts_s = min(shuts_s, at_s + (spare_s if len(self.parts[one]) > 1 else int(lean * spare_s)))
        return min(opens_s, at_s), max(shuts_s, at_s)

    def span(self, name: str) -> tuple[int, int]:
        """Return between which instants a job may begin as long as the other tied jobs stay when they are."""
        job = self.jobs[name]
        opens_s, shuts_s = job.window_s[0], min(job.window_s[1], self.problem.horizon_s)
        for one in job.after:
            opens_s = max(opens_s, self.begins[one] + self.jobs[one].work_s) if one in self.begins else opens_s
        for one in self.parted.follow.get(name, ()):
            if one in self.begins and not self.jobs[one].frozen:
                shuts_s = min(shuts_s, self.begins[one] - job.work_s)
        return opens_s, shuts_s

    def worth(self) -> float:
        """Return the cost of the plan as it stands, each lateness and each job left out counted once."""
        tour, facts = self.native.tour, self.native.facts
        total = float(tour.total[0])
        for name, numbers in self.parts.items():
            missing = [j for j in numbers if tour.crew_of[j] < 0]
            total -= float(facts.skip[missing].sum())
            total += float(self.skip[numbers[0]]) if missing else self.late(name)
        return total

    def late(self, name: str) -> float:
        numbers, due_s = self.parts[name], self.jobs[name].due_s
        if len(numbers) == 1 or due_s is None or name not in self.begins:
            return 0.0
        return float(self.slope[numbers[0]]) * max(0, self.begins[name] - due_s)

    def take_out(self, names: Iterable[str]) -> None:
        """Take tied jobs out of the plan."""
        for name in names:
            self.begins.pop(name, None)
            self.lift(self.parts[name])
            self.open(name, 0.0)

    def lift(self, numbers: Iterable[int]) -> None:
        """Take parts, or other jobs, out of their routes."""
        tour = self.native.tour
        for j in numbers:
            c = int(tour.crew_of[j])
            if c >= 0:
                left = tour.stops[c, : tour.length[c]]
                left = left[left != j]
                tour.stops[c, : len(left)] = left
                tour.length[c] = len(left)
        parts.settle(self.native)

    def go_back(self, kept: tuple[Shorts, Shorts, dict[str, int]], names: Iterable[str]) -> None:
        """Put the plan back as it was kept, after these tied jobs were moved."""
        tour = self.native.tour
        tour.stops[:], tour.length[:], self.begins = kept
        for name in names:
            self.open(name, 0.0)
        parts.settle(self.native)

    def fill(self) -> None:
        """Put absent jobs that hang on nothing where they cost least."""
        tour, facts = self.native.tour, self.native.facts
        absent = np.array([j for j in tour.absent[: tour.sums[0]] if j not in self.tied], np.int32)
        if len(absent):
            self.native.construct(urgency(facts, absent))
        parts.settle(self.native)
