"""
Plans of problems with jobs of several crews and with ordered jobs: above the search, which knows of neither.

In turns: the search works while tied jobs keep their moments (``ties``); the plan is carried out as it really will be,
what breaks a rule is taken out whole (``mending``); tied jobs are taken out and put back where, and when, they cost
least; and what hangs on nothing fills the gaps. Kept is the cheapest plan seen that breaks nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic

import numpy as np

from dispatch.routing.optimiser.course import Course
from dispatch.routing.optimiser.mending import mended
from dispatch.routing.optimiser.objective import cost_of
from dispatch.routing.optimiser.problem import Problem

from .parting import part
from .tiedplan import Searching
from .ties import Ties

ROUNDS = 8
MOVES, MOVED = 80, 40_000  # changes of tied jobs tried in a round, at the most; and jobs looked at for them
GROUP, LOOSE = 4, 7  # one change takes fewer than so many more tied jobs out, and fewer than so many others
LEANS = (0.0, 1.0, 0.5, 0.0)  # whose the time between two ordered jobs is, round after round


@dataclass(frozen=True, slots=True)
class Limit:
    """
    How long to plan: seconds from ``began`` on (of ``time.monotonic``), or turns of the search.

    :ivar stop: asked now and then; once it says so, the plan as it is then is the answer
    """

    seconds: float | None
    iterations: int | None
    began: float
    stop: Callable[[], bool]

    def left_s(self) -> float | None:
        """Return the seconds that are left; None: turns are counted, not seconds."""
        if self.iterations is not None or self.seconds is None:
            return None
        return max(0.0, self.seconds - (monotonic() - self.began))

    def over(self) -> bool:
        """Tell whether the time is used up, or somebody broke off; where turns are counted the time never is."""
        return self.left_s() == 0.0 or self.stop()


class Joint:
    """
    A plan with tied jobs that is being searched for.

    :ivar best: the cheapest plan so far that breaks nothing, carried out
    :ivar done: turns of the search so far
    """

    def __init__(self, problem: Problem, search_on: Callable[[Problem], Searching], *, seed: int) -> None:
        """:param search_on: opens the search on a problem without ties"""
        self._dice = np.random.default_rng(seed)
        published = mended(problem, problem.plan)
        self.problem = problem
        self.parted = part(problem, published)
        self.search = search_on(self.parted.plain)
        self.ties = Ties(problem, self.parted, self.search, seed=seed)
        self.best, self.cost = published, cost_of(published)
        self.done = 0
        self.ties.load(published)
        self._complete()

    def run(self, limit: Limit, progress: Callable[[float, float], None]) -> None:
        """Search until the time is over; ``progress`` hears the share and the cost."""
        for i in range(ROUNDS):
            progress(i / ROUNDS, self.cost)
            if limit.over() or not self.problem.jobs or not self.problem.crews:
                break
            self._round(i, limit)
        progress(1.0, self.cost)

    def _round(self, i: int, limit: Limit) -> None:
        if i == ROUNDS - 1:
            self.ties.load(self.best)  # the last stretch is spent on the best plan
        left_s = limit.left_s()
        self.done += self.search.stretch(
            seconds=None if left_s is None else left_s / (ROUNDS - i),
            iterations=None if limit.iterations is None else _slice(limit.iterations, i),
            first=i / ROUNDS,
            last=(i + 1) / ROUNDS,
        )
        self.ties.take_best()
        self.ties.load(mended(self.problem, self.ties.routes()))
        self._move(limit)
        self._complete(LEANS[i % len(LEANS)])

    def _move(self, limit: Limit) -> None:
        """Take a few tied jobs out, with other jobs near them, and put them back where and when they cost least."""
        ties = self.ties
        free = [name for name in self.parted.order if not ties.jobs[name].frozen]
        for _ in range(_moves(len(self.problem.jobs)) if free else 0):
            if limit.over():
                return
            absent = [name for name in free if name not in ties.begins]
            among = absent if absent and self._dice.random() < 0.5 else free
            names = [str(among[self._dice.integers(len(among))])]
            names += [str(one) for one in self._dice.choice(free, min(len(free), int(self._dice.integers(GROUP))))]
            order = [str(one) for one in self._dice.permutation(list(dict.fromkeys(names)))]
            ties.move(order, ties.loose_near(names[0], int(self._dice.integers(LOOSE))))

    def _complete(self, lean: float = 0.0) -> None:
        """Put absent jobs in, and keep the plan if it is the cheapest that breaks nothing."""
        ties = self.ties
        for name in self.parted.order:
            if name not in ties.begins and ties.put_in(name) and ties.is_awaited(name):
                ties.load(mended(self.problem, ties.routes()))
        ties.prune()
        ties.fill()
        course = mended(self.problem, ties.routes())
        ties.load(course, lean=lean)
        cost = cost_of(course)
        if cost < self.cost - 1e-9:
            self.best, self.cost = course, cost


def _moves(jobs: int) -> int:
    """Return how many changes a round tries: fewer where each takes longer."""
    return max(4, min(MOVES, MOVED // max(1, jobs)))


def _slice(iterations: int, i: int) -> int:
    """Return the turns of round i: whole, and all together as many as asked for."""
    return iterations * (i + 1) // ROUNDS - iterations * i // ROUNDS


def routes_of(course: Course) -> dict[str, tuple[str, ...]]:
    """Return the routes that have jobs, in the order of the problem's crews."""
    crews: Iterable[str] = course.crews
    return {crew: tuple(course.planned[crew]) for crew in crews if course.planned.get(crew)}
