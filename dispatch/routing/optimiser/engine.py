"""
From a problem to a plan, at any time: construction, then ruin and recreate over parts of the plan on several cores.

The same problem, seed, cores and number of iterations give the same plan, byte for byte.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import pi
from time import monotonic

import numpy as np

from .joint.parting import has_ties
from .joint.turns import Joint, Limit, routes_of
from .problem import Plan, Problem
from .search import parts, starting
from .search.columns import Numbering, facts_of
from .search.facts import Facts, Tour, blank
from .search.leaving import MOST, exactly, looked_at
from .search.native import Manner, Native
from .search.unserved import reasons

PART_JOBS = 1_200  # a part as large as this is searched as well as a small one
GOLDEN = pi * (3.0 - 5.0**0.5)  # turns that never repeat a direction
FIRST_TURNS = 200
MOST_TURNS, LONGEST_S = 20_000, 1.0  # until the caller is heard again

Stop = Callable[[], bool]


def never() -> bool:
    """Break nothing off."""
    return False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is."""

    share: float  # of the time or of the iterations
    iterations: int
    cost: float  # of the best plan so far


@dataclass(frozen=True, slots=True)
class Heat:
    """How the threshold falls over the search, in shares of what a job of the constructed plan costs."""

    hot: float = 1.5
    cold: float = 0.02

    def at(self, share: float) -> float:
        """Return the share of a job's cost that is the threshold when this share of the search is over."""
        return float(self.hot * (self.cold / self.hot) ** min(1.0, share))


@dataclass
class Budget:
    """How long a search goes on: seconds, or turns; whichever is given."""

    seconds: float | None
    iterations: int | None
    began: float
    done: int = 0

    def share(self) -> float:
        """Return how much of it is used up, 0 to 1."""
        if self.iterations is not None:
            return min(1.0, self.done / self.iterations) if self.iterations else 1.0
        return min(1.0, (monotonic() - self.began) / self.seconds) if self.seconds else 1.0


class Search:
    """A plan that is being searched for; what it holds at any moment can be driven."""

    def __init__(self, problem: Problem, *, seed: int = 0, cores: int = 1, stop: Stop = never) -> None:
        """
        :param stop: asked now and then; once it says so, the search ends with what it has

        :raises NotBuilt: if the compiled search is missing
        """
        self.problem, self.seed, self.cores, self._stop = problem, seed, max(1, cores), stop
        self.numbers = Numbering.of(problem)
        self.facts: Facts = facts_of(problem, self.numbers)
        longest = max((len(route) for route in problem.plan.values()), default=0)
        tour: Tour = blank(self.facts, width=starting.width_of(self.facts, longest), seed=seed)
        self.native = Native(self.facts, tour)
        self._round = 0
        self._rate = 0.0  # turns a second and part, as measured
        starting.load(self.native, problem, self.numbers)
        absent = tour.absent[: tour.sums[0]].copy()
        self.native.construct(starting.urgency(self.facts, absent))
        parts.settle(self.native)
        mean = self.facts.jobs / max(1, int(np.count_nonzero(tour.length)))  # jobs of a route
        self._mean, self._longest = int(max(10, min(15, 0.5 * mean))), int(max(8, min(20, 0.6 * mean)))
        left_out = float(self.facts.skip[tour.absent[: tour.sums[0]]].sum())
        self.unit = max(1e-6, (self.cost - left_out) / max(1, self.facts.jobs - int(tour.sums[0])))  # what a job costs

    @property
    def cost(self) -> float:
        """Cost of the best plan so far."""
        return float(self.native.journal.best[0])

    def run(self, budget: Budget, heat: Heat, progress: Callable[[Progress], None]) -> None:
        """Search until the budget is used up."""
        if self.facts.jobs == 0 or self.facts.crews == 0:
            return
        whole = self.facts.jobs <= PART_JOBS and self.cores == 1
        while (share := budget.share()) < 1.0 and not self._stop():
            progress(Progress(share, budget.done, self.cost))
            if whole:
                self._alone(budget, heat, share)
            else:
                self._in_parts(budget, heat, share)
            self._round += 1
        progress(Progress(budget.share(), budget.done, self.cost))

    def _alone(self, budget: Budget, heat: Heat, share: float) -> None:
        turns = self._turns(budget, shares=40)
        began = monotonic()
        level = heat.at(share) * self.unit
        self.native.run(Manner(level, level, self._mean, self._longest), turns)
        self._measure(turns, monotonic() - began)
        budget.done += turns

    def _in_parts(self, budget: Budget, heat: Heat, share: float) -> None:
        facts, tour = self.facts, self.native.tour
        most = min(PART_JOBS, max(1, -(-facts.jobs // self.cores)))
        cuts = parts.cut(facts, tour, most=most, turn=self._round * GOLDEN)
        opened = [
            parts.open_part(facts, tour, part, seed=parts.seeds(self.seed, self._round, i))
            for i, part in enumerate(cuts)
        ]
        turns = self._turns(budget, shares=16, rooms=max(1.0, len(cuts) / self.cores))
        level = heat.at(share) * self.unit
        manner = Manner(level, level, self._mean, self._longest)
        counts = [max(1, round(turns * len(cuts) * len(part.jobs) / facts.jobs)) for part in cuts]
        began = monotonic()
        with ThreadPoolExecutor(self.cores) as pool:
            list(
                pool.map(
                    lambda one: one[0].run(manner, one[1]) if one[0].facts.jobs else 0, zip(opened, counts, strict=True)
                )
            )
        self._measure(turns, (monotonic() - began) / max(1.0, len(cuts) / self.cores))
        budget.done += sum(counts)
        self._gather(cuts, opened, best=share > 0.9)

    def _gather(self, cuts: list[parts.Part], opened: list[Native], *, best: bool) -> None:
        """Put the parts together again: as they stand, towards the end as they were at their best."""
        journal, tour = self.native.journal, self.native.tour
        kept = journal.best_stops.copy(), journal.best_length.copy(), float(journal.best[0])
        for part, own in zip(cuts, opened, strict=True):
            source = (own.journal.best_stops, own.journal.best_length) if best else (own.tour.stops, own.tour.length)
            parts.put_back(tour, part, *source)
        parts.settle(self.native)
        if self.cost > kept[2]:
            journal.best_stops[:], journal.best_length[:], journal.best[0] = kept

    def _turns(self, budget: Budget, *, shares: int, rooms: float = 1.0) -> int:
        """Return how many turns each part gets until the clock is looked at again."""
        if budget.iterations is not None:
            each = budget.iterations / shares / rooms / (self.cores if rooms > 1.0 else 1)
            return int(max(1, min(each, budget.iterations - budget.done, MOST_TURNS)))
        if not self._rate or budget.seconds is None:
            return FIRST_TURNS
        left = budget.seconds - (monotonic() - budget.began)
        slice_s = min(max(budget.seconds / shares, 0.02), left, LONGEST_S)
        return int(max(10, self._rate * slice_s / rooms))

    def _measure(self, turns: int, seconds: float) -> None:
        self._rate = turns / max(seconds, 1e-6)

    def stretch(self, *, seconds: float | None, iterations: int | None, first: float, last: float) -> int:
        """Search on while the threshold falls from share ``first`` to share ``last``; returns the turns."""
        budget, whole = Budget(seconds, iterations, monotonic()), Heat()
        self.run(budget, Heat(whole.at(first), whole.at(last)), _quiet)
        return budget.done

    def plan(self, solver: dict[str, object]) -> Plan:
        """Return the best plan so far, with the reason for each job left out."""
        self._end()
        journal = self.native.journal
        jobs, crews = self.problem.jobs, self.problem.crews
        routes = {
            crew.id: tuple(jobs[j].id for j in journal.best_stops[c, : journal.best_length[c]])
            for c, crew in enumerate(crews)
            if journal.best_length[c]
        }
        left = looked_at(self.native, self.numbers, reasons(self.problem, routes))
        return Plan(problem=self.problem.name, routes=routes, unserved=left, solver=solver)

    def _end(self) -> None:
        """Make the best plan the present one, and put in what still has a place with any crew, also one far away."""
        native, journal = self.native, self.native.journal
        native.tour.stops[:], native.tour.length[:] = journal.best_stops, journal.best_length
        parts.settle(native)
        while self._put_in():  # a crew that comes for one may be worth its way for the next
            parts.settle(native)

    def _put_in(self) -> int:
        """Put absent jobs where they cost least among all crews; returns how many."""
        native, done = exactly(self.native), 0
        absent = native.tour.absent[: native.tour.sums[0]].copy()
        for j in starting.urgency(self.facts, absent)[:MOST].tolist():
            _, crew, stop = native.cheapest_place(j)
            if crew >= 0:
                native.insert(crew, stop, j)
                done += 1
        return done


def _quiet(_: Progress) -> None:
    """Say nothing."""


def _solver(seed: int, cores: int, turns: int, stop: Stop) -> dict[str, object]:
    said: dict[str, object] = {"name": "dispatch", "seed": seed, "cores": cores, "iterations": turns}
    return {**said, "broken_off": True} if stop() else said


def _solve_joint(problem: Problem, limit: Limit, cores: int, seed: int, progress: Callable[[Progress], None]) -> Plan:
    """Return a plan for a problem with jobs of several crews, or ordered ones."""
    joint = Joint(problem, lambda plain: Search(plain, seed=seed, cores=cores, stop=limit.stop), seed=seed)
    joint.run(limit, lambda share, cost: progress(Progress(share, joint.done, cost)))
    routes, ties = routes_of(joint.best), joint.ties
    ties.load(joint.best)
    left = looked_at(ties.native, ties.numbers, reasons(problem, routes))
    solver = _solver(seed, cores, joint.done, limit.stop)
    return Plan(problem=problem.name, routes=routes, unserved=left, solver=solver)


def solve(
    problem: Problem,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    cores: int = 1,
    seed: int = 0,
    progress: Callable[[Progress], None] = _quiet,
    stop: Stop = never,
) -> Plan:
    """
    Return a plan for the problem.

    :param seconds: how long to search, of the wall clock; 0: only construction
    :param iterations: or how many turns; the plan then depends on nothing but problem, seed and cores
    :param cores: threads that search
    :param stop: once it says so, the best plan so far is the answer; its ``solver`` says ``broken_off``
    :raises NotBuilt: if the compiled search is missing
    :raises CapsOverlap: if caps cut each other
    """
    limit = Limit(seconds if iterations is None else None, iterations, monotonic(), stop)
    if has_ties(problem):
        return _solve_joint(problem, limit, cores, seed, progress)
    search = Search(problem, seed=seed, cores=cores, stop=stop)
    budget = Budget(limit.seconds, iterations, limit.began)
    search.run(budget, Heat(), progress)
    return search.plan(_solver(seed, cores, budget.done, stop))
