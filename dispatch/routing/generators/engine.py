"""
The plan for generator trucks: a simple start, then CP-SAT on the whole where that is small, and on parts of it.

Any-time: the best plan so far is always at hand and never dearer than the start. With ``limit`` alone the same problem,
seed and limit give the same plan; with ``seconds`` the clock decides how far it comes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from time import monotonic

import numpy as np

from . import building, reasons
from .building import recreated
from .facts import Facts, Routes, facts_of
from .neighbourhoods import Part, part_of, trucks_near
from .problem import Plan, Problem, Stop
from .reach import least_cost
from .solving import solved
from .statements import Node, Statements, arcs_of

WHOLE_ARCS = 6_000  # a model of more is planned in parts only
SHARE_WHOLE = 0.5  # of the limit, for the whole model; what it does not need goes to the parts
TRUCKS, GROUPS, TRIES = (2, 3, 4, 6, 8), 60, 4  # parts made anew by chance
EXACT_EVERY, EXACT_TRUCKS, EXACT_GROUPS, EXACT_LIMIT = 100, (2, 3), 10, 0.1  # parts given to the solver
OFFER_WORK, TURN_WORK = 5e-5, 5e-4  # of deterministic time: an offer reckoned, a part cut out
STILL = 600  # turns in a row without gain: the search ends


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the search is: turns, weighted customer-hours of the best plan, share of the limit."""

    turns: int
    cost: float
    share: float


class Clock:
    """How much of what was allowed is used up."""

    def __init__(self, limit: float | None, seconds: float | None) -> None:
        self.limit, self.seconds = limit, seconds
        self.began, self.worked = monotonic(), 0.0

    def left_s(self) -> float | None:
        return None if self.seconds is None else self.seconds - (monotonic() - self.began)

    def left(self) -> float:
        return 1e9 if self.limit is None else self.limit - self.worked

    def over(self) -> bool:
        left_s = self.left_s()
        return self.left() <= 0 or (left_s is not None and left_s <= 0)

    def share(self) -> float:
        shares = [self.worked / self.limit] if self.limit else []
        if self.seconds:
            shares.append((monotonic() - self.began) / self.seconds)
        return min(1.0, max(shares, default=1.0))


@dataclass(slots=True)
class Search:
    """The best plan so far, in numbers."""

    facts: Facts
    routes: Routes
    seed: int
    clock: Clock
    tell: Callable[[Progress], None]
    bound: float = 0.0
    optimal: bool = False
    turns: int = 0

    def whole(self) -> None:
        """Solve all of it in one model, if it is small; what is proved is kept."""
        facts = self.facts
        nodes = [Node(g, k) for g in range(facts.groups) for k in range(int(facts.feedings[g]))]
        count = 0
        for t in range(facts.trucks):
            count += sum(1 for _ in islice(arcs_of(facts, t, nodes), WHOLE_ARCS + 1))
            if count > WHOLE_ARCS:
                return
        left_s = self.clock.left_s()
        limit = self.clock.left() * SHARE_WHOLE
        seconds = None if left_s is None else left_s * SHARE_WHOLE
        found = solved(Statements(facts), self.routes, limit=limit, seconds=seconds, seed=self.seed)
        self.clock.worked += found.worked
        self.routes, self.optimal = found.routes, found.optimal
        self.bound = max(self.bound, found.bound)

    def parts(self) -> None:
        """Plan parts of it anew until nothing gets better for long, or the time is over."""
        rng, still = np.random.default_rng(self.seed), 0
        while not self.clock.over() and still < STILL:
            anew = self._exact(rng) if self.turns % EXACT_EVERY == 0 else self._by_chance(rng)
            cost, least = self.facts.cost(anew), self.facts.cost(self.routes)
            still = 0 if cost < least else still + 1
            self.routes = anew if cost <= least else self.routes  # an equal one may lead on
            self.turns += 1
            if self.turns % EXACT_EVERY == 0:
                self.tell(Progress(self.turns, self.facts.hours(min(cost, least)), self.clock.share()))

    def _by_chance(self, rng: np.random.Generator) -> Routes:
        """Return the plan with a part made anew by rules drawn by chance, the best of some."""
        part = self._part(rng, int(rng.choice(TRUCKS)), GROUPS)
        if not part.groups:
            return self.routes
        found = []
        for _ in range(TRIES):
            routes, looked = recreated(part.facts, rng)
            self.clock.worked += looked * OFFER_WORK
            found.append(routes)
        return part.outer(self.routes, min(found, key=part.facts.cost))

    def _exact(self, rng: np.random.Generator) -> Routes:
        """Return the plan with a small part solved."""
        part = self._part(rng, int(rng.choice(EXACT_TRUCKS)), EXACT_GROUPS)
        if not part.groups:
            return self.routes
        limit, seed = min(EXACT_LIMIT, self.clock.left()), int(rng.integers(2**31))
        said, begin = Statements(part.facts), part.inner(self.routes)
        found = solved(said, begin, limit=limit, seconds=self.clock.left_s(), seed=seed)
        self.clock.worked += found.worked
        return part.outer(self.routes, found.routes)

    def _part(self, rng: np.random.Generator, trucks: int, groups: int) -> Part:
        self.clock.worked += TURN_WORK
        near = trucks_near(self.facts, self.routes, trucks, rng)
        return part_of(self.facts, self.routes, near, groups, rng)


def solve(
    problem: Problem,
    *,
    seconds: float | None = None,
    limit: float | None = None,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
) -> Plan:
    """
    Return the best plan found, with reasons for each group left dark and each truck not used.

    :param seconds: of the wall clock; :param limit: of OR-Tools' deterministic time. One of the two at least ends it;
        without both it ends when it is proved, or when nothing gets better
    """
    clock, facts = Clock(limit, seconds), facts_of(problem)
    search = Search(facts, building.start(facts), seed, clock, progress or (lambda _: None))
    if facts.trucks and facts.groups:
        search.bound = least_cost(facts)
        if not search.clock.over():
            search.whole()
        if not search.optimal:
            search.parts()
    else:
        search.bound, search.optimal = facts.cost(search.routes), True
    search.tell(Progress(search.turns, facts.hours(facts.cost(search.routes)), 1.0))
    return _plan(problem, search)


def _plan(problem: Problem, search: Search) -> Plan:
    facts, routes = search.facts, search.routes
    cost = facts.cost(routes)
    proved = search.optimal or search.bound >= cost
    return Plan(
        problem=problem.name,
        routes={
            truck.id: tuple(Stop(problem.groups[feed.group].id, feed.from_s, feed.to_s, feed.refuel) for feed in route)
            for truck, route in zip(problem.trucks, routes, strict=True)
            if route
        },
        dark=reasons.dark(problem, facts, routes, proved=proved),
        unused=reasons.unused(problem, facts, routes),
        solver={
            "name": f"cp-sat {version('ortools')}",
            "seed": search.seed,
            "cost": round(facts.hours(cost), 6),
            "bound": round(facts.hours(min(search.bound, cost)), 6),
            "optimal": proved,
            "turns": search.turns,
        },
    )
