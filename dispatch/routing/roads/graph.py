"""The road network in memory: columns mapped from the file, what they mean, and roads by their names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from . import file
from .grid import DEGREE, Columns, Snapped, snap
from .profile import FERRY

Ints = NDArray[np.int64]
SNAP_M = 2000.0  # a point farther than this from every road is not on the network


@dataclass(frozen=True, slots=True)
class Arcs:
    """The roads as a search goes them, by the junction where they end (or, the other way round, begin)."""

    first: NDArray[np.int32]
    tail: NDArray[np.int32]
    arc: NDArray[np.int32]  # twice the edge, plus one where it is driven from b to a


class Graph:
    """
    Columns of edges (pieces of road between two junctions): ``a b metres fixed_s road area limit flags way name ref``;
    of their points ``lon lat`` (1e-7 degrees) between ``shape[e]`` and ``shape[e + 1]``; of junctions ``junction_lon
    junction_lat``; of arcs ``first tail arc``; and the cells of ``grid``.
    """

    def __init__(self, columns: Columns, about: dict[str, Any]) -> None:
        for column in columns.values():
            column.flags.writeable = False
        self.columns, self.about = columns, about
        self.a, self.b, self.metres = columns["a"], columns["b"], columns["metres"]
        self.fixed_s, self.road, self.area = columns["fixed_s"], columns["road"], columns["area"]
        self.limit, self.flags, self.way = columns["limit"], columns["flags"], columns["way"]
        self.shape, self.lon, self.lat = columns["shape"], columns["lon"], columns["lat"]
        self.junction_lon, self.junction_lat = columns["junction_lon"], columns["junction_lat"]
        self.arcs = Arcs(columns["first"], columns["tail"], columns["arc"])
        self.roads: tuple[str, ...] = tuple(about["roads"])

    @classmethod
    def load(cls, path: Path) -> Self:
        """
        Map a graph file.

        :raises BadGraph: if it is none, or not a whole one
        """
        columns, about = file.load(path)
        return cls({name: column.view() for name, column in columns.items()}, about)

    @property
    def digest(self) -> str:
        digest: str = self.about["digest"]
        return digest

    @property
    def junctions(self) -> int:
        return len(self.junction_lon)

    def __len__(self) -> int:
        return len(self.a)

    @cached_property
    def arcs_from(self) -> Arcs:
        """The roads by the junction where they begin, for searches forwards; made when it is first asked for."""
        head = np.repeat(np.arange(self.junctions, dtype=np.int32), np.diff(self.arcs.first))
        order = np.argsort(self.arcs.tail, kind="stable")
        first = np.searchsorted(self.arcs.tail[order], np.arange(self.junctions + 1)).astype(np.int32)
        made = Arcs(first, head[order], self.arcs.arc[order])
        for column in (made.first, made.tail, made.arc):
            column.flags.writeable = False
        return made

    def snap(self, lon: NDArray[np.float64], lat: NDArray[np.float64], *, limit_m: float = SNAP_M) -> Snapped:
        """Return the road of each point; none where the nearest is farther than ``limit_m``."""
        n = len(lon)
        found = Snapped(np.empty(n, np.int32), np.empty(n), np.empty(n))
        c = self.columns
        grid = (c["grid"], c["cell"], c["stretch"], self.shape, self.flags, self.lon, self.lat)
        snap(*grid, lon, lat, limit_m, found.edge, found.share, found.away_m)
        return found

    def text(self, number: int) -> str:
        """Return one of the texts that ``name`` and ``ref`` point to."""
        at = self.columns["text_at"]
        return bytes(self.columns["text"][at[number] : at[number + 1]]).decode()

    def name_of(self, edge: int) -> str:
        """Return what people call a road: its name, else its number, else its class."""
        named = self.text(int(self.columns["name"][edge])) or self.text(int(self.columns["ref"][edge]))
        return named or self.roads[self.road[edge]]

    @cached_property
    def _texts(self) -> dict[str, int]:
        return {self.text(k): k for k in range(len(self.columns["text_at"]) - 1)}

    def named(self, road: str) -> Ints:
        """Return the edges with that name or number; a road may have several numbers (``G15;G1523``)."""
        wanted = road.strip().casefold()
        texts = [k for text, k in self._texts.items() if wanted in {one.strip().casefold() for one in text.split(";")}]
        texts += [self._texts[road]] if road in self._texts else []
        return np.flatnonzero(np.isin(self.columns["name"], texts) | np.isin(self.columns["ref"], texts))

    def of_ways(self, ways: Sequence[int]) -> Ints:
        """Return the edges of OSM ways."""
        return np.flatnonzero(np.isin(self.way, np.array(ways, np.int64)))

    def of_classes(self, roads: Iterable[str]) -> Ints:
        """Return the edges of road classes."""
        numbers = [self.roads.index(road) for road in roads if road in self.roads]
        return np.flatnonzero(np.isin(self.road, numbers))

    def within(self, area: BaseGeometry) -> Ints:
        """Return the edges that touch an area (degrees)."""
        near = self._in_box(*area.bounds)
        if not len(near):
            return near
        shapely.prepare(area)
        return near[shapely.intersects(area, self.lines(near))]

    def _in_box(self, west: float, south: float, east: float, north: float) -> Ints:
        """Return the edges of the cells under a box, and all ferries: those stand in no cell."""
        grid, cell, stretch = self.columns["grid"], self.columns["cell"], self.columns["stretch"]
        x0, x1 = (int(np.clip((lon / DEGREE - grid[0]) // grid[2], 0, grid[4] - 1)) for lon in (west, east))
        y0, y1 = (int(np.clip((lat / DEGREE - grid[1]) // grid[3], 0, grid[5] - 1)) for lat in (south, north))
        rows = [stretch[cell[y * grid[4] + x0] : cell[y * grid[4] + x1 + 1]] for y in range(y0, y1 + 1)]
        edges = np.searchsorted(self.shape, np.unique(np.concatenate(rows)), side="right") - 1
        return np.union1d(edges, self.of_classes([FERRY]))

    def lines(self, edges: Ints) -> NDArray[Any]:
        """Return the shapes of edges."""
        sizes = np.diff(self.shape)[edges]
        starts = np.cumsum(sizes) - sizes
        points = np.arange(sizes.sum()) - np.repeat(starts - self.shape[edges], sizes)
        both = np.column_stack([self.lon[points] * DEGREE, self.lat[points] * DEGREE])
        return np.asarray(shapely.linestrings(both, indices=np.repeat(np.arange(len(edges)), sizes)))

    def middles(self, edges: Ints) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return a place in the middle of each edge, by its points: lon, lat."""
        low, high = self.shape[edges].astype(np.int64), self.shape[edges + 1].astype(np.int64) - 1
        one, other = (low + high) // 2, (low + high + 1) // 2
        lon, lat = (column[one].astype(float) / 2 + column[other].astype(float) / 2 for column in (self.lon, self.lat))
        return lon * DEGREE, lat * DEGREE

    def points(self, edge: int) -> list[tuple[float, float]]:
        """Return the shape of one edge from ``a`` to ``b``: lon, lat."""
        part = slice(self.shape[edge], self.shape[edge + 1])
        return list(zip((self.lon[part] * DEGREE).tolist(), (self.lat[part] * DEGREE).tolist(), strict=True))
