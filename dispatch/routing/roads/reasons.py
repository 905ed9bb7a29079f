"""Why a crew needs longer than on free roads, or cannot come at all: found only for the few that are written out."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from .closures import Closure, Edges, Weights
from .graph import SNAP_M
from .grid import Snapped
from .search import FAR, NEVER
from .seeking import Found, Place, Seeker

LEAST_S = 60  # a detour of less is not worth a word


class Explanation:
    """What can be said of the origins of one answer."""

    def __init__(
        self,
        seeker: Seeker,
        free: Weights,
        holding: Sequence[tuple[Closure, Edges]],
        job: Place,
        snapped: Snapped,
        answer: Found,
    ) -> None:
        self._seeker, self._free, self._holding = seeker, free, holding
        self._job, self._snapped, self._answer = job, snapped, answer

    def why(self, row: int) -> str:
        """Return what slowed or closed the way of one origin; empty: nothing."""
        if self._snapped.edge[row] < 0:
            return f"班组位置 {SNAP_M / 1000:.0f} km 内没有道路,按直线估算"
        ms = int(self._answer.ms[row])
        if ms > self._answer.known_ms and self._answer.known_ms != NEVER:
            return "路途较远,按直线估算"
        if ms == FAR:
            return self._cut_off(row)
        return self._slowed(row, ms)

    def _cut_off(self, row: int) -> str:
        if not self._holding or self._as_free.ms[row] == FAR:
            return "班组与工单之间没有相连的道路,车辆无法到达"
        return cut_off(self._on_the_way(row))

    def _slowed(self, row: int, ms: int) -> str:
        if not self._holding:
            return ""
        longer = (ms - int(self._as_free.ms[row])) / 1000
        if longer < LEAST_S:
            return ""
        return slowed(self._on_the_way(row), longer)

    @cached_property
    def _as_free(self) -> Found:
        """The answer as it would be if nothing were closed."""
        return self._seeker.times(self._free, self._job, self._snapped)

    def _on_the_way(self, row: int) -> list[Closure]:
        """Return the closures that lie on the way that would be taken if nothing were closed."""
        start = Place(int(self._snapped.edge[row]), float(self._snapped.share[row]))
        found = self._seeker.way(self._free, start, self._job)
        edges = np.array([edge for edge, _ in found[0]] if found else [], np.int64)
        return [closure for closure, hit in self._holding if np.isin(edges, hit).any()]


def cut_off(met: Sequence[Closure]) -> str:
    """Say what closed the only way."""
    return f"因{_named(_shut(met))}封闭,没有别的路可走,车辆无法到达"


def slowed(met: Sequence[Closure], longer_s: float) -> str:
    """Say what made a way longer, and by how much."""
    if shut := _shut(met):
        return f"因{_named(shut)}封闭绕行 +{round(longer_s / 60)} 分"
    return f"因{_named(met)}通行缓慢 +{round(longer_s / 60)} 分"


def avoided(met: Sequence[Closure]) -> str:
    """Say what a way keeps clear of without taking longer."""
    return f"避开{_named(met)}处,走道路同样可到"


def _shut(met: Sequence[Closure]) -> list[Closure]:
    return [closure for closure in met if closure.factor is None]


def _named(closures: Sequence[Closure]) -> str:
    return "、".join(closure.label for closure in closures) or "道路管制"
