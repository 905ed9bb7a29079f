"""
Which road a point is on. The plane is cut into cells; each cell names the straight stretches that touch it, and a point
looks at the cells around it, ring by ring, until no nearer stretch can come.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.kit.compiled import compiled
from dispatch.kit.earth import EARTH_RADIUS_M

Columns = dict[str, NDArray[Any]]
DEGREE = 1e-7  # coordinates are kept as whole numbers of this, as OSM does
METRES_PER_DEGREE = EARTH_RADIUS_M * np.pi / 180
PER_CELL = 3.0  # stretches that a cell has, about
FINEST_M, COARSEST_M, MOST_CELLS = 80.0, 2000.0, 8_000_000
SMALL = 4  # see ``drawing``
DETOUR_M = 300.0  # so much nearer must a small piece of the network be before it is taken


@dataclass(frozen=True, slots=True)
class Snapped:
    """For each point: its edge (-1: no road near), the share of the edge from ``a``, metres to the road."""

    edge: NDArray[np.int32]
    share: NDArray[np.float64]
    away_m: NDArray[np.float64]

    def taking(self, rows: NDArray[np.int64], other: "Snapped") -> "Snapped":
        """Return these with some rows replaced."""
        made = Snapped(self.edge.copy(), self.share.copy(), self.away_m.copy())
        made.edge[rows], made.share[rows], made.away_m[rows] = other.edge, other.share, other.away_m
        return made


def build(columns: Columns, snappable: NDArray[np.bool_]) -> Columns:
    """
    Return the cells: ``grid`` (west, south, width and height of a cell in 1e-7 degrees, columns, rows), ``cell`` (where
    each cell's stretches begin) and ``stretch`` (the first point of each).
    """
    shape, lon, lat = columns["shape"], columns["lon"], columns["lat"]
    edge = np.repeat(np.arange(len(shape) - 1), np.diff(shape))
    stretches = np.flatnonzero((edge[:-1] == edge[1:]) & snappable[edge[:-1]]).astype(np.int32)
    grid = _grid_of(lon, lat, len(stretches))
    counts = np.zeros(grid[4] * grid[5] + 1, np.int32)
    _count(grid, lon, lat, stretches, counts)
    cell = np.concatenate([[0], np.cumsum(counts[:-1])]).astype(np.int32)
    stretch = np.empty(cell[-1], np.int32)
    _fill(grid, lon, lat, stretches, cell[:-1].copy(), stretch)
    return {"grid": grid, "cell": cell, "stretch": stretch}


def _grid_of(lon: NDArray[np.int32], lat: NDArray[np.int32], stretches: int) -> NDArray[np.int64]:
    south, north, west, east = int(lat.min()), int(lat.max()), int(lon.min()), int(lon.max())
    narrow = max(0.05, np.cos(np.radians((south + north) / 2 * DEGREE)))
    high = (north - south) * DEGREE * METRES_PER_DEGREE + 1
    wide = (east - west) * DEGREE * METRES_PER_DEGREE * narrow + 1
    side = np.clip(np.sqrt(high * wide * PER_CELL / max(stretches, 1)), FINEST_M, COARSEST_M)
    side = max(side, np.sqrt(high * wide / MOST_CELLS))
    height = max(1, round(side / METRES_PER_DEGREE / DEGREE))
    width = max(1, round(side / METRES_PER_DEGREE / DEGREE / narrow))
    across, up = (east - west) // width + 1, (north - south) // height + 1
    return np.array([west, south, width, height, across, up], np.int64)


@compiled
def _box(grid: Any, lon: Any, lat: Any, i: int) -> Any:
    """Return the cells that the box around stretch ``i`` touches: first and last column, first and last row."""
    x0, x1 = (lon[i] - grid[0]) // grid[2], (lon[i + 1] - grid[0]) // grid[2]
    y0, y1 = (lat[i] - grid[1]) // grid[3], (lat[i + 1] - grid[1]) // grid[3]
    return min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)


@compiled
def _count(grid: Any, lon: Any, lat: Any, stretches: Any, counts: Any) -> None:
    for i in stretches:
        x0, x1, y0, y1 = _box(grid, lon, lat, i)
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                counts[y * grid[4] + x] += 1


@compiled
def _fill(grid: Any, lon: Any, lat: Any, stretches: Any, at: Any, stretch: Any) -> None:
    for i in stretches:
        x0, x1, y0, y1 = _box(grid, lon, lat, i)
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                k = y * grid[4] + x
                stretch[at[k]] = i
                at[k] += 1


@compiled
def _away(lon: Any, lat: Any, i: int, x: float, y: float, narrow: float) -> Any:
    """Return how far point (x, y) is from stretch ``i``, in metres, and the share of the stretch up to there."""
    ax, ay = (lon[i] - x) * narrow, lat[i] - y
    dx, dy = (lon[i + 1] - lon[i]) * narrow, float(lat[i + 1] - lat[i])
    square = dx * dx + dy * dy
    share = 0.0 if square == 0.0 else min(1.0, max(0.0, -(ax * dx + ay * dy) / square))
    return np.hypot(ax + share * dx, ay + share * dy) * (DEGREE * METRES_PER_DEGREE), share


@compiled
def _edge_of(shape: Any, point: int) -> int:
    """Return which edge a point belongs to: the last that begins at or before it."""
    low, high = 0, shape.shape[0] - 1
    while high - low > 1:
        middle = (low + high) // 2
        if shape[middle] <= point:
            low = middle
        else:
            high = middle
    return low


@compiled
def _in_cell(grid: Any, k: int, cell: Any, stretch: Any, shape: Any, flags: Any, lon: Any, lat: Any, at: Any) -> None:
    """Look at one cell; ``at``: x, y, narrowing; and the best so far: distance with detour, stretch, share, metres."""
    for n in range(cell[k], cell[k + 1]):
        i = stretch[n]
        metres, share = _away(lon, lat, i, at[0], at[1], at[2])
        if metres < at[3]:
            counted = metres + DETOUR_M if flags[_edge_of(shape, i)] & SMALL else metres
            if counted < at[3]:
                at[3], at[4], at[5], at[6] = counted, i, share, metres


@compiled
def _ring(grid: Any, r: int, cell: Any, stretch: Any, shape: Any, flags: Any, lon: Any, lat: Any, at: Any) -> None:
    """Look at the cells that are ``r`` away."""
    cx, cy = int((at[0] - grid[0]) // grid[2]), int((at[1] - grid[1]) // grid[3])
    for y in range(max(cy - r, 0), min(cy + r, grid[5] - 1) + 1):
        step = 1 if abs(y - cy) == r else max(2 * r, 1)
        for x in range(cx - r, cx + r + 1, step):
            if 0 <= x < grid[4]:
                _in_cell(grid, y * grid[4] + x, cell, stretch, shape, flags, lon, lat, at)


@compiled
def _share(shape: Any, lon: Any, lat: Any, e: int, point: int, share: float, narrow: float) -> float:
    """Return the share of the whole edge up to a place on one of its stretches."""
    whole, there = 0.0, 0.0
    for i in range(shape[e], shape[e + 1] - 1):
        step = np.hypot((lon[i + 1] - lon[i]) * narrow, float(lat[i + 1] - lat[i]))
        if i < point:
            there += step
        elif i == point:
            there += step * share
        whole += step
    return 0.0 if whole == 0.0 else there / whole


@compiled
def snap(
    grid: Any,
    cell: Any,
    stretch: Any,
    shape: Any,
    flags: Any,
    lon: Any,
    lat: Any,
    x: Any,
    y: Any,
    limit_m: float,
    edge: Any,
    share: Any,
    away: Any,
) -> None:
    """Write the road of each point ``x, y`` (degrees; nan: none) that is within ``limit_m`` of one."""
    at = np.empty(7)
    for p in range(x.shape[0]):
        edge[p], share[p], away[p] = -1, 0.0, np.inf
        if np.isnan(x[p]) or np.isnan(y[p]):
            continue
        narrow = np.cos(np.radians(y[p]))
        at[0], at[1], at[2], at[3], at[4] = x[p] / DEGREE, y[p] / DEGREE, narrow, limit_m + DETOUR_M, -1.0
        side = min(grid[2] * narrow, float(grid[3])) * DEGREE * METRES_PER_DEGREE
        r = 0
        while (r - 1) * side <= at[3]:
            _ring(grid, r, cell, stretch, shape, flags, lon, lat, at)
            r += 1
        if at[4] >= 0 and at[6] <= limit_m:
            i = int(at[4])
            e = _edge_of(shape, i)
            edge[p], away[p] = e, at[6]
            share[p] = _share(shape, lon, lat, e, i, at[5], narrow)
