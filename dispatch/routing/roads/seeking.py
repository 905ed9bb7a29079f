"""Searches over a graph with the weights of a moment: to a job from all crews, from a depot to all places."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import search
from .closures import Weights
from .graph import Graph
from .grid import Snapped
from .search import FAR, NEVER

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

BEGIN_MS = 10 * 60_000  # first limit of a search; it doubles
LONGEST_MS = 24 * 3_600_000  # no crew is sent farther


@dataclass(slots=True)
class Scratch:
    """Columns by junction that a search writes; cleared after it, used again by the next."""

    cost: NDArray[np.int32]
    after: NDArray[np.int32]
    gone: NDArray[np.float32]
    touched: NDArray[np.int32]

    @classmethod
    def of(cls, junctions: int) -> "Scratch":
        """Return fresh columns."""
        return cls(
            np.full(junctions, NEVER, np.int32),
            np.zeros(junctions, np.int32),
            np.zeros(junctions, np.float32),
            np.zeros(junctions, np.int32),
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the network: an edge, and the share of it from ``a``."""

    edge: int
    share: float


@dataclass(frozen=True, slots=True)
class Found:
    """
    For each origin the milliseconds (``FAR``: none) and metres; ``known_ms``: up to there all is certain (``NEVER``:
    everything was searched).
    """

    ms: Ints
    metres: Floats
    known_ms: int


class Seeker:
    """Searches one graph. It may be used by several threads at a time: each takes scratch columns of its own."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._spare: list[Scratch] = []

    @contextmanager
    def scratch(self) -> Iterator[Scratch]:
        """Lend columns; the borrower clears what it touched."""
        try:
            lent = self._spare.pop()
        except IndexError:
            lent = Scratch.of(self.graph.junctions)
        yield lent  # after a failure they are not clean and not given back
        self._spare.append(lent)

    def times(
        self,
        weights: Weights,
        goal: Place,
        places: Snapped,
        *,
        among: Bools | None = None,
        enough: int | None = None,
        leaving: bool = False,
    ) -> Found:
        """
        Search from one place until enough of the others are answered.

        :param among: which of them count; None: those that have a road
        :param leaving: from ``goal`` to the places, instead of from them to it
        """
        g, n = self.graph, len(places.edge)
        counted = places.edge >= 0 if among is None else among & (places.edge >= 0)
        total = int(counted.sum())
        wanted = total if enough is None else min(enough, total)
        ms, metres = np.empty(n, np.int64), np.empty(n)
        arcs = g.arcs_from if leaving else g.arcs
        arc_ms = self._arc_ms(weights, leaving)
        there, back = (weights.back_ms, weights.there_ms) if leaving else (weights.there_ms, weights.back_ms)
        with self.scratch() as s:
            touched, known = search.backwards(
                arcs.first, arcs.tail, arcs.arc, arc_ms, g.metres, g.a, g.b, there, back,
                goal.edge, goal.share, places.edge, places.share, counted, total, wanted, BEGIN_MS, LONGEST_MS,
                s.cost, s.after, s.gone, s.touched, ms, metres,
            )  # fmt: skip
            search.clear(s.cost, s.touched, touched)
        return Found(ms, metres, int(known))

    def _arc_ms(self, weights: Weights, leaving: bool) -> NDArray[np.int32]:
        if not leaving:
            return weights.arc_ms
        arc = self.graph.arcs_from.arc
        made: NDArray[np.int32] = np.where(arc & 1, weights.back_ms[arc >> 1], weights.there_ms[arc >> 1])
        made.flags.writeable = False
        return made

    def around(self, weights: Weights, goal: Place, *, within_ms: int, leaving: bool) -> tuple[Ints, Ints]:
        """Return the junctions within a time of a place, in their order, and the milliseconds of each."""
        g = self.graph
        arcs = g.arcs_from if leaving else g.arcs
        there, back = (weights.back_ms, weights.there_ms) if leaving else (weights.there_ms, weights.back_ms)
        arc_ms, heap = self._arc_ms(weights, leaving), np.empty(4096, np.int64)
        with self.scratch() as s:
            seeds = (g.a, g.b, there, back, g.metres, goal.edge, goal.share, s.cost, s.after, s.gone, s.touched, heap)
            n, size = search.seed(*seeds)
            n, _, _ = search.spread(
                arcs.first, arcs.tail, arcs.arc, arc_ms, g.metres, s.cost, s.after, s.gone, s.touched, n, heap, size,
                within_ms,
            )  # fmt: skip
            reached = np.sort(s.touched[:n]).astype(np.int64)
            cost = s.cost[reached].astype(np.int64)
            search.clear(s.cost, s.touched, n)
        inside = cost <= within_ms
        return reached[inside], cost[inside]

    def way(self, weights: Weights, start: Place, goal: Place) -> tuple[list[tuple[int, bool]], int] | None:
        """
        Return the edges from one place to another (each with whether it is driven from ``a`` to ``b``) and the
        milliseconds; None: no way leads there.
        """
        g = self.graph
        heap = np.empty(4096, np.int64)
        with self.scratch() as s:
            there, back = weights.there_ms, weights.back_ms
            seeds = (g.a, g.b, there, back, g.metres, goal.edge, goal.share, s.cost, s.after, s.gone, s.touched, heap)
            n, size = search.seed(*seeds)
            n, _, _ = search.spread(
                g.arcs.first, g.arcs.tail, g.arcs.arc, weights.arc_ms, g.metres, s.cost, s.after, s.gone, s.touched, n,
                heap, size, LONGEST_MS,
            )  # fmt: skip
            ends = (start.edge, start.share, goal.edge, goal.share)
            ms, by = search.value_of(g.a, g.b, there, back, s.cost, *ends)
            steps = self._steps(weights, s, start, goal, int(by)) if ms != FAR else []
            search.clear(s.cost, s.touched, n)
        return None if ms == FAR else (steps, int(ms))

    def _steps(self, weights: Weights, s: Scratch, start: Place, goal: Place, by: int) -> list[tuple[int, bool]]:
        g = self.graph
        if by == 2:
            return [(start.edge, start.share <= goal.share)]
        steps = [(start.edge, by == 1)]
        node = int(g.b[start.edge] if by == 1 else g.a[start.edge])
        while (k := int(s.after[node])) >= 0:
            arc = int(g.arcs.arc[k])
            steps.append((arc >> 1, not arc & 1))
            node = int(g.a[arc >> 1] if arc & 1 else g.b[arc >> 1])
        steps.append((goal.edge, self._enters_by_a(weights, s, node, goal)))
        return steps

    def _enters_by_a(self, weights: Weights, s: Scratch, node: int, goal: Place) -> bool:
        """Tell which end of its edge the goal is reached by: a ring road has one junction at both."""
        g, ms = self.graph, weights.there_ms[goal.edge]
        return bool(node == g.a[goal.edge] and ms != NEVER and s.cost[node] == int(float(ms) * goal.share + 0.5))
