"""Tied jobs put into a plan where, and when, they cost least, and moved to where they cost less."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch.routing.optimiser.problem import Job, Problem
from dispatch.routing.optimiser.search.facts import TOO_DEAR, Floats, Ints
from dispatch.routing.optimiser.ways import Way, ways

from .moments import moments
from .parting import Parted
from .tiedplan import Searching, TiedPlan

BLINK = 0.3
TRIED = 3  # moments that are tried for real, the cheapest first


class Place(NamedTuple):
    """A moment for a job and what it would cost then, with its lateness."""

    cost: float
    at_s: int


class Ties(TiedPlan):
    """
    A plan whose tied jobs can be put in, taken out and moved.

    :ivar blink: chance with which a crew is overlooked, so that greedy choices differ from time to time
    """

    def __init__(self, problem: Problem, parted: Parted, search: Searching, *, seed: int) -> None:
        super().__init__(problem, parted, search)
        self.dice, self.blink = np.random.default_rng(seed), 0.0
        self._way: Way = ways(problem)

    def put_in(self, name: str) -> bool:
        """Put an absent tied job where, and when, it costs least; tells whether it was worth it, and possible."""
        job = self.jobs[name]
        if any(one not in self.begins for one in job.after):
            return False
        span = self.span(name)
        if any(self.jobs[one].work_s == 0 for one in job.after):
            span = span[0] + 1, span[1]  # else it could stand before what takes no time, at the same moment
        if span[0] > span[1]:
            return False
        done = self._alone(name, span) if len(self.parts[name]) == 1 else self._together(name, span)
        self.open(name, 0.0)
        self.native.recount()  # what is kept of routes hangs on windows
        return done

    def move(self, names: Sequence[str], loose: Sequence[int]) -> bool:
        """
        Put tied jobs back where, and when, they cost least, in this order; kept is what lowers the cost.

        :param names: tied jobs; what comes after them goes with them; those that are absent may find a place now
        :param loose: other jobs that make room first and are put back last
        :returns: whether the plan became cheaper
        """
        tour = self.native.tour
        kept = tour.stops.copy(), tour.length.copy(), dict(self.begins)
        was = self.worth()
        family = self._families(names)
        self.lift([j for name in family for j in self.parts[name]] + list(loose))
        for name in family:
            self.begins.pop(name, None)
        self.blink = BLINK if self.dice.random() < 0.5 else 0.0
        for name in family:
            self.put_in(name)
        self.blink = 0.0
        self.prune()
        self.fill()
        if self.worth() < was - 1e-6:
            return True
        self.go_back(kept, family)
        return False

    def prune(self) -> None:
        """Take out jobs that were only put in for others that then found no place, if the plan is cheaper without."""
        tour = self.native.tour
        for name in reversed(self.parted.order):
            followers = self.parted.follow.get(name, ())
            if not followers or name not in self.begins or self.jobs[name].frozen:
                continue
            if any(one in self.begins for one in followers):
                continue
            kept, was = (tour.stops.copy(), tour.length.copy(), dict(self.begins)), self.worth()
            self.take_out([name])
            if self.worth() >= was - 1e-6:
                self.go_back(kept, [name])

    def _families(self, names: Sequence[str]) -> list[str]:
        """Return jobs and what comes after them, each after what it waits for, without what is frozen."""
        rank = {name: i for i, name in enumerate(names)}
        for name in names:
            for one in self.behind(name):
                rank.setdefault(one, rank[name])
        found = [name for name in self.parted.order if name in rank and not self.jobs[name].frozen]
        return sorted(found, key=lambda name: (self.parted.depth[name], rank[name]))

    def loose_near(self, name: str, most: int, near: Iterable[int] | None = None) -> list[int]:
        """
        Return up to so many jobs in the plan that hang on nothing, near a tied job.

        :param near: the jobs near it; None: those that the columns know
        """
        facts, tour = self.native.facts, self.native.tour
        near = facts.near[self.parts[name][0]] if near is None else near
        found = [int(j) for j in near if j >= 0 and tour.crew_of[j] >= 0]
        return [j for j in found if j not in self.tied and not self._is_held(j)][:most]

    def _is_held(self, j: int) -> bool:
        c = int(self.native.tour.crew_of[j])
        return j in self.native.tour.stops[c, : self.native.facts.held[c]]

    def is_awaited(self, name: str) -> bool:
        """Tell whether a frozen job comes after this one: then it begins at another moment than before."""
        return any(self.jobs[one].frozen for one in self.behind(name))

    def _alone(self, name: str, span: tuple[int, int]) -> bool:
        j = self.parts[name][0]
        facts, tour = self.native.facts, self.native.tour
        facts.opens[j], facts.shuts[j] = span
        cost, stop = self.native.places_with_each(j)
        cost[self._barred(name)] = TOO_DEAR
        c = int(np.argmin(cost)) if len(cost) else -1
        if c < 0 or stop[c] < 0 or cost[c] >= facts.skip[j]:
            return False
        self._insert(c, int(stop[c]), j)
        self.begins[name] = int(tour.begins[c, stop[c]])
        return True

    def _together(self, name: str, span: tuple[int, int]) -> bool:
        for place in self._places(name, span)[:TRIED]:
            if place.cost < self.native.facts.skip[self.parts[name][0]] and self._try(name, place.at_s):
                self.begins[name] = place.at_s
                return True
        return False

    def _places(self, name: str, span: tuple[int, int]) -> list[Place]:
        """Return moments at which enough crews can be there, the cheapest first."""
        job, numbers = self.jobs[name], self.parts[name]
        found: list[Place] = []
        for at_s in moments(self.native, job, numbers[0], span, self._drive):
            late = float(self.slope[numbers[0]]) * max(0, at_s - job.due_s) if job.due_s is not None else 0.0
            if len(found) >= TRIED and late >= sorted(found)[TRIED - 1].cost:
                break
            costs = self._costs(name, at_s)
            if len(costs) >= job.crews:
                found.append(Place(late + float(np.partition(costs, job.crews - 1)[: job.crews].sum()), at_s))
        return sorted(found)

    def _costs(self, name: str, at_s: int) -> Floats:
        """Return what each crew that can come would cost as one of the partners at this moment."""
        j = self.parts[name][0]
        facts = self.native.facts
        facts.opens[j] = facts.shuts[j] = at_s
        cost, stop = self._with_each(name, j)
        return cost[stop >= 0]

    def _with_each(self, name: str, j: int) -> tuple[Floats, Ints]:
        """Return the cost and the stop of one part with each crew, whichever part the published plan gave it."""
        facts = self.native.facts
        facts.before[j] = -1
        cost, stop = self.native.places_with_each(j)
        facts.before[j] = self.before[j]
        named = [int(self.before[one]) for one in self.parts[name] if self.before[one] >= 0]
        if named:
            change = np.full(len(cost), facts.change)
            change[named] = 0.0
            cost = cost + change
        stop[self._barred(name)] = -1
        return cost, stop

    def _try(self, name: str, at_s: int) -> bool:
        """Put the parts in one after the other, each with the cheapest crew that is not there yet; all or none."""
        facts, tour, numbers = self.native.facts, self.native.tour, self.parts[name]
        facts.opens[numbers] = facts.shuts[numbers] = at_s
        left = list(numbers)
        used: list[int] = []
        while left:
            cost, stop = self._with_each(name, left[0])
            stop[used] = -1
            cost = np.where(stop >= 0, cost, TOO_DEAR)
            c = int(np.argmin(cost)) if len(cost) else -1
            if c < 0 or stop[c] < 0:
                self.take_out([name])
                return False
            j = next((one for one in left if self.before[one] == c), left[0])
            self._insert(c, int(stop[c]), j)
            left.remove(j)
            used.append(c)
        return all(tour.crew_of[j] >= 0 for j in numbers)

    def _insert(self, crew: int, stop: int, j: int) -> None:
        tour = self.native.tour
        self.native.insert(crew, stop, j)
        absent = np.flatnonzero(tour.crew_of < 0)
        tour.absent[: len(absent)] = absent
        tour.sums[0] = len(absent)

    def _barred(self, name: str) -> NDArray[np.intp]:
        """Return crews that must not do a job: a frozen job at their head comes after it; or they are overlooked."""
        held = self.native.facts.held
        barred = (held > 0) & self.is_awaited(name)
        if self.blink:
            barred |= self.dice.random(len(held)) < self.blink
        return np.flatnonzero(barred)

    def _drive(self, stop: int, crew: int, job: Job) -> int | None:
        """Return seconds from a part, or from where the crew stands (-1), to a job."""
        at = self.problem.crews[crew].at if stop < 0 else self.parted.plain.jobs[stop].at
        return self._way(at, job.at, job)
