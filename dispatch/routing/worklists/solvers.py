"""
Who makes the routes of lists: one small protocol; behind it the optimiser's own search, and OR-Tools routing.

The default is who wins ``benchmarks/worklists.py``; PyVRP and VROOM stand behind the same protocol there.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Protocol

from dispatch.routing.optimiser.problem import Problem

from . import generalsolver
from .problem import Routes
from .searching import searched


class Solver(Protocol):
    """Makes routes for the problems of a list, which share nothing."""

    @property
    def name(self) -> str:
        """Name for people, and for the list."""
        ...

    def routes(self, problems: Sequence[Problem], *, seed: int, iterations: int, cores: int) -> list[Routes]:
        """
        Return for each problem crew -> jobs in order, which break nothing.

        The same problems, seed and iterations give the same, on however many cores. The published plan of a problem is
        where the search may begin.

        :param iterations: turns of the search, for each job
        """
        ...


class OwnSearch:
    """The optimiser's own ruin and recreate, each problem on one core."""

    name = "own"

    def routes(self, problems: Sequence[Problem], *, seed: int, iterations: int, cores: int) -> list[Routes]:
        """:raises NotBuilt: if the compiled search is missing"""
        one = partial(_searched, seed=seed, iterations=iterations)
        if cores < 2:
            return [one(problem) for problem in problems]
        with ThreadPoolExecutor(cores) as pool:
            return list(pool.map(one, problems))


def _searched(problem: Problem, *, seed: int, iterations: int) -> Routes:
    return searched(problem, seed=seed, turns=iterations * len(problem.jobs))


class GeneralSearch:
    """OR-Tools routing, in processes of its own: it holds the GIL and is not safe twice in one."""

    name = "ortools"

    def routes(self, problems: Sequence[Problem], *, seed: int, iterations: int, cores: int) -> list[Routes]:
        one = partial(generalsolver.searched, seed=seed, iterations=iterations)
        with ProcessPoolExecutor(max(1, cores), mp_context=get_context("spawn")) as pool:
            return list(pool.map(one, problems))


OWN: Solver = OwnSearch()
ORTOOLS: Solver = GeneralSearch()
