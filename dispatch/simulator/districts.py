"""The old boundaries: towns grouped into districts, each the union of its towns' Voronoi cells, cut to the land."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPoint
from shapely.affinity import scale
from shapely.geometry.base import BaseGeometry

from .day import Call, Town

MARGIN_DEG = 0.1  # land kept around the outermost calls: about 10 km
ROUNDS = 100  # k-means settles far earlier
DIGITS = 5  # of a degree: about a metre; neighbours share the rounded corners

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class District:
    """A district of the old order, with its seat at the heaviest town. Degrees, WGS-84."""

    name: str
    towns: tuple[Town, ...]  # by weight, the heaviest first
    boundary: BaseGeometry

    @property
    def seat(self) -> Town:
        return self.towns[0]

    @property
    def weight(self) -> float:
        return sum(town.weight for town in self.towns)


def districts(towns: Sequence[Town], calls: Iterable[Call], *, count: int, seed: int) -> tuple[District, ...]:
    """
    Group the towns into districts and give each its land.

    Towns that say which district they belong to keep it; others are grouped into ``count`` by k-means on their
    centres. Land: the convex hull of towns and calls with a margin; every call lies in exactly one district.
    """
    plane = _Plane(towns)
    labels = _labels(towns, plane, count=count, seed=seed)
    points = [(call.lon, call.lat) for call in calls] + [(town.lon, town.lat) for town in towns]
    cells = voronoi(towns, land=MultiPoint(points).convex_hull.buffer(MARGIN_DEG), plane=plane)
    grouped: dict[str, list[int]] = defaultdict(list)
    for place, label in enumerate(labels):
        grouped[label].append(place)
    made = [_district(label, [towns[i] for i in group], [cells[i] for i in group]) for label, group in grouped.items()]
    return tuple(sorted((d for d in made if not d.boundary.is_empty), key=lambda d: (-d.weight, d.name)))


def _district(label: str, towns: list[Town], cells: list[BaseGeometry]) -> District:
    heaviest = sorted(towns, key=lambda town: (-town.weight, town.name))
    land = shapely.union_all(cells)
    return District(heaviest[0].district or f"{heaviest[0].name}片", tuple(heaviest), land)


class _Plane:
    """A flat view of the land: longitudes shrunk by the cosine of the middle latitude, so that near is near."""

    def __init__(self, towns: Sequence[Town]) -> None:
        self.shrink = cos(radians(sum(town.lat for town in towns) / len(towns)))
        self.points: Floats = np.array([(town.lon * self.shrink, town.lat) for town in towns])

    def flat(self, shape: BaseGeometry) -> BaseGeometry:
        return scale(shape, xfact=self.shrink, origin=(0, 0))

    def round(self, shape: BaseGeometry) -> BaseGeometry:
        return scale(shape, xfact=1 / self.shrink, origin=(0, 0))


def voronoi(towns: Sequence[Town], *, land: BaseGeometry, plane: _Plane | None = None) -> list[BaseGeometry]:
    """Return each town's cell: the land nearer to it than to any other; empty for a second one on the spot."""
    plane = plane or _Plane(towns)
    flat = plane.flat(land)
    first: dict[tuple[float, float], int] = {}
    for place, (x, y) in enumerate(plane.points):
        first.setdefault((float(x), float(y)), place)
    cells: list[BaseGeometry] = [shapely.Point()] * len(towns)
    if len(first) == 1:
        cells[0] = _trimmed(land)
        return cells
    parts = shapely.voronoi_polygons(MultiPoint(list(first)), extend_to=flat, ordered=True)
    for place, cell in zip(first.values(), shapely.get_parts(parts), strict=True):
        cells[place] = _trimmed(plane.round(cell.intersection(flat)))
    return cells


def _trimmed(shape: BaseGeometry) -> BaseGeometry:
    return shapely.set_precision(shape, 10**-DIGITS)


def _labels(towns: Sequence[Town], plane: _Plane, *, count: int, seed: int) -> list[str]:
    groups = kmeans(plane.points, count, seed=seed)
    return [town.district or f"#{group}" for town, group in zip(towns, groups, strict=True)]


def kmeans(points: Floats, count: int, *, seed: int) -> list[int]:
    """
    Return the group of each point: Lloyd's rounds from a seeded k-means++ start (Arthur & Vassilvitskii 2007).

    :param points: shape (n, 2)
    :param count: groups wanted; never more than there are different points
    """
    count = min(count, len(np.unique(points, axis=0)))
    centres = _spread(points, count, np.random.default_rng(seed))
    groups = _nearest(points, centres)
    for _ in range(ROUNDS):
        centres = np.array([_middle(points[groups == k], centres[k]) for k in range(count)])
        moved = _nearest(points, centres)
        if (moved == groups).all():
            break
        groups = moved
    return [int(group) for group in groups]


def _spread(points: Floats, count: int, rng: np.random.Generator) -> Floats:
    chosen = [points[rng.integers(len(points))]]
    far: Floats = ((points - chosen[0]) ** 2).sum(axis=1)
    while len(chosen) < count:
        chosen.append(points[rng.choice(len(points), p=far / far.sum())])
        far = np.minimum(far, ((points - chosen[-1]) ** 2).sum(axis=1))
    return np.array(chosen)


def _nearest(points: Floats, centres: Floats) -> NDArray[np.intp]:
    apart: Floats = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    nearest: NDArray[np.intp] = apart.argmin(axis=1)
    return nearest


def _middle(members: Floats, before: Floats) -> Floats:
    """Return the centre of a group; an emptied group stays where it was."""
    return members.mean(axis=0) if len(members) else before
