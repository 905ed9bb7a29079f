"""
Who stands far from every road is estimated by a straight line; but what is closed holds for him too.

His line stands as long as no closure is in its way: neither does it run through the area of one, nor is the way along
the roads, from where he would come onto them, longer for it. Else he drives to the roads and along them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch.kit.earth import arcs_m, unit_vectors

from .closures import Closure, Edges, Weights
from .graph import SNAP_M, Graph
from .grid import DEGREE, METRES_PER_DEGREE, Snapped
from .reasons import LEAST_S, avoided, cut_off, slowed
from .search import FAR
from .seeking import Place, Seeker

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Point = tuple[float, float]
ENTRY_M = 20_000.0  # a road farther than this tells nothing of who stands there
REMEMBERED = 20_000  # places whose roads are kept
CREW_AT, JOB_AT = "班组位置", "工单位置"
NOWHERE = Snapped(np.zeros(0, np.int32), np.zeros(0), np.zeros(0))


class Entries:
    """Where those who stand far from every road would come onto the network; places that do not move are remembered."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._known: dict[Point, tuple[int, float, float]] = {}
        grid = [float(value) for value in graph.columns["grid"]]
        self._west, self._south = grid[0] * DEGREE, grid[1] * DEGREE
        self._east, self._north = (grid[0] + grid[2] * grid[4]) * DEGREE, (grid[1] + grid[3] * grid[5]) * DEGREE

    def of(self, lon: Floats, lat: Floats) -> Snapped:
        """Return the nearest road of each point within ``ENTRY_M``."""
        points = list(zip(lon.tolist(), lat.tolist(), strict=True))
        if len(self._known) > REMEMBERED:
            self._known = {}
        known = self._known
        fresh = sorted({point for point in points if point not in known})
        if fresh:
            x, y = np.array(fresh).T
            near = self._near(x, y)
            found = self._graph.snap(np.where(near, x, np.nan), np.where(near, y, np.nan), limit_m=ENTRY_M)
            columns = (found.edge.tolist(), found.share.tolist(), found.away_m.tolist())
            known.update(zip(fresh, zip(*columns, strict=True), strict=True))
        edge, share, away = np.array([known[point] for point in points]).reshape(-1, 3).T
        return Snapped(edge.astype(np.int32), share, away)

    def _near(self, lon: Floats, lat: Floats) -> Bools:
        """Tell which points are near the box of the roads at all: the others need not be looked for."""
        up = ENTRY_M / METRES_PER_DEGREE
        side = up / np.maximum(np.cos(np.radians(lat)), 0.05)
        near: Bools = (lon > self._west - side) & (lon < self._east + side)
        return near & (lat > self._south - up) & (lat < self._north + up)


@dataclass(frozen=True, slots=True)
class Spot:
    """A point, and where it is on the network; ``place`` None: nowhere."""

    lon: float
    lat: float
    place: Place | None = None
    away_m: float = np.inf

    @property
    def on_road(self) -> bool:
        """Tell whether it counts as a place on the network."""
        return self.away_m <= SNAP_M


@dataclass(frozen=True, slots=True)
class Lines:
    """
    Straight lines from some origins to a job.

    :param rows: which origins they are
    :param entry: where each comes onto the roads, once that was asked for
    """

    rows: NDArray[np.int64]
    lon: Floats
    lat: Floats
    job: Spot
    entry: Snapped = NOWHERE

    @property
    def who(self) -> str:
        """Return the word for what stands far from every road."""
        return CREW_AT if self.job.on_road else JOB_AT

    def metres(self) -> Floats:
        return arcs_m(unit_vectors(self.lon, self.lat), unit_vectors(self.job.lon, self.job.lat))

    def onto(self, entries: Entries, snapped: Snapped) -> "Lines":
        """
        Return them with the places where their ends come onto the roads.

        :param snapped: of all origins, where they are on the roads; who is not comes onto them farther away
        """
        rows, job = self.rows, self.job
        entry = Snapped(snapped.edge[rows], snapped.share[rows], snapped.away_m[rows])
        far = np.flatnonzero(entry.edge < 0)
        if len(far):
            entry = entry.taking(far, entries.of(self.lon[far], self.lat[far]))
        if not job.on_road:
            found = entries.of(np.array([job.lon]), np.array([job.lat]))
            edge, away_m = int(found.edge[0]), float(found.away_m[0])
            job = Spot(job.lon, job.lat, None if edge < 0 else Place(edge, float(found.share[0])), away_m)
        return replace(self, job=job, entry=entry)


def by_line(who: str) -> str:
    """Say that a straight line is all there is."""
    return f"{who} {SNAP_M / 1000:.0f} km 内没有道路,按直线估算"


class Bent:
    """
    What closures make of straight lines; columns in the order of ``lines.rows``.

    :param per_metre: seconds for a straight metre
    """

    def __init__(
        self,
        seeker: Seeker,
        free: Weights,
        now: Weights,
        holding: Sequence[tuple[Closure, Edges]],
        lines: Lines,
        per_metre: float,
    ) -> None:
        self._seeker, self._free, self._holding, self._lines = seeker, free, holding, lines
        self._straight_s = lines.metres() * per_metre
        self._crosses = self._through(_lines_to(lines.lon, lines.lat, lines.job.lon, lines.job.lat))
        self._crosses &= (self._straight_s > 0)[:, None]  # who is there need not come
        before, after = self._along(free), self._along(now)
        known = before[0] != FAR
        self.hit: Bools = (known & (after[0] != before[0])) | self._crosses.any(axis=1)
        off_m = lines.entry.away_m + lines.job.away_m
        with np.errstate(invalid="ignore"):
            by_road = np.where(after[0] == FAR, np.inf, after[0] / 1000 + off_m * per_metre)
            over_land = np.where(self._straight_s > 0, self._straight_s * self._slowness(), 0.0)
        seconds = np.where(known, np.maximum(self._straight_s, by_road), over_land)
        seconds[self._shut_in()] = np.inf
        self.seconds: Floats = np.rint(seconds)
        self.metres: Floats = np.where(known, after[1] + off_m, lines.metres())

    def _along(self, weights: Weights) -> tuple[NDArray[np.int64], Floats]:
        """Return the milliseconds and metres along the roads from where each comes onto them."""
        lines = self._lines
        if lines.job.place is None or not (lines.entry.edge >= 0).any():
            return np.full(len(lines.rows), FAR, np.int64), np.full(len(lines.rows), np.inf)
        found = self._seeker.times(weights, lines.job.place, lines.entry)
        return found.ms, found.metres

    def _through(self, lines: NDArray[np.object_]) -> Bools:
        """Return which of the lines run through the area of which closure."""
        through = np.zeros((len(lines), len(self._holding)), bool)
        for k, (closure, _) in enumerate(self._holding):
            if closure.area is not None:
                shapely.prepare(closure.area)
                through[:, k] = shapely.intersects(closure.area, lines)
        return through

    def _slowness(self) -> Floats:
        """Return how many times longer a line takes that no road can stand for: the slowest of what it runs through."""
        factors = np.array([np.inf if closure.factor is None else closure.factor for closure, _ in self._holding])
        slowest: Floats = np.where(self._crosses, factors, 1.0).max(axis=1, initial=1.0)
        return slowest

    def _shut_in(self) -> Bools:
        """Tell who cannot get to the roads, or from them to the job, but through what is closed."""
        lines, job = self._lines, self._lines.job
        found, on = np.zeros(len(lines.rows), bool), lines.entry.edge >= 0
        if job.place is None or not on.any():
            return found
        x, y = self._at(lines.entry.edge[on], lines.entry.share[on])
        found[on] = self._shut(_lines_between(lines.lon[on], lines.lat[on], x, y))
        if not job.on_road:
            x, y = self._at(np.array([job.place.edge]), np.array([job.place.share]))
            found |= self._shut(_lines_to(x, y, job.lon, job.lat))
        return found

    def _at(self, edge: NDArray[np.integer[Any]], share: Floats) -> tuple[Floats, Floats]:
        """Return the points of places on roads."""
        points = shapely.line_interpolate_point(self._seeker.graph.lines(edge.astype(np.int64)), share, normalized=True)
        return shapely.get_x(points), shapely.get_y(points)

    def _shut(self, lines: NDArray[np.object_]) -> Bools:
        """Tell which lines run through what is closed."""
        shut = np.array([closure.factor is None for closure, _ in self._holding], bool)
        through: Bools = (self._through(lines) & shut).any(axis=1)
        return through

    def why(self, k: int) -> str:
        """Return what stands in the way of the line with that number."""
        where = by_line(self._lines.who)
        if not self.hit[k]:
            return where
        met = [closure for n, (closure, hit) in enumerate(self._holding) if self._crosses[k, n] or self._on_way(k, hit)]
        if np.isinf(self.seconds[k]):
            return f"{where};{cut_off(met)}"
        longer = float(self.seconds[k] - self._straight_s[k])
        return f"{where};{slowed(met, longer) if longer >= LEAST_S else avoided(met)}"

    def _on_way(self, k: int, hit: Edges) -> bool:
        """Tell whether a closure lies on the way that would be taken along the roads if nothing were closed."""
        lines = self._lines
        if lines.job.place is None or lines.entry.edge[k] < 0:
            return False
        start = Place(int(lines.entry.edge[k]), float(lines.entry.share[k]))
        found = self._seeker.way(self._free, start, lines.job.place)
        return found is not None and bool(np.isin([edge for edge, _ in found[0]], hit).any())


def _lines_to(lon: Floats, lat: Floats, x: float, y: float) -> NDArray[np.object_]:
    return _lines_between(lon, lat, np.full(len(lon), x), np.full(len(lon), y))


def _lines_between(lon: Floats, lat: Floats, x: Floats, y: Floats) -> NDArray[np.object_]:
    ends = np.stack([np.stack([lon, lat], axis=1), np.stack([x, y], axis=1)], axis=1)
    return np.asarray(shapely.linestrings(ends))
