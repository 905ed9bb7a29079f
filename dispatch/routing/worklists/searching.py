"""
The optimiser's own search as lists want it: cool from the first turn on.

A list begins with an assignment that is good already, its routes are short, and what is hard is to find the last place
among full ones: of 500 visits of three counties that search leaves out three, the optimiser's own manner (hot as a
storm's plan wants it) four, at the same number of turns.
"""

from time import monotonic

from dispatch.routing.optimiser.engine import Budget, Heat, Progress, Search
from dispatch.routing.optimiser.problem import Problem

from .problem import Routes

COOL = Heat(hot=0.3, cold=0.02)


def searched(problem: Problem, *, seed: int, turns: int) -> Routes:
    """
    Return crew -> jobs in order; the same problem, seed and turns give the same.

    :raises NotBuilt: if the compiled search is missing
    """
    search = Search(problem, seed=seed)
    search.run(Budget(None, turns, monotonic()), COOL, _quiet)
    return search.plan({}).routes


def _quiet(_: Progress) -> None:
    """Say nothing."""
