"""
From ways to pieces of road between junctions.

A junction is an OSM node where roads begin, end, meet or are barred; a piece (edge) leads from junction ``a`` to ``b``.
All of it is done on whole columns: a province has some millions of points.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from dispatch.kit.earth import EARTH_RADIUS_M

from .grid import DEGREE, Columns
from .grid import build as build_grid
from .pbf import Ways
from .profile import FERRY, Profile, SpeedTable

THERE, BACK, SMALL = 1, 2, 4  # bits of ``flags``: may be driven from a to b, from b to a; part of a small piece
PIECE = 20  # junctions: a piece of the network that is smaller is taken only where nothing larger is near

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
AreaClass = Callable[[Floats, Floats], NDArray[np.uint8]]  # lon, lat -> number in ``profile.AREA_CLASSES``


@dataclass(frozen=True, slots=True)
class Pieces:
    """How a network hangs together."""

    number: int  # parts between which no road leads, or none back
    largest: int  # junctions of the largest
    small: int  # junctions in parts of less than ``PIECE``


def draw(ways: Ways, profile: Profile, area_class: AreaClass) -> tuple[Columns, Pieces]:
    """Return the columns of a graph file (``graph.Graph`` says what each is), and how the network hangs together."""
    lon, lat = np.array(ways.lon, np.int32), np.array(ways.lat, np.int32)
    way_of = np.repeat(np.arange(len(ways)), np.diff(np.array(ways.first)))
    junction, cuts = _junctions(ways, way_of)
    start, end = _edges(cuts, way_of)
    along = _along(lon, lat)
    way = way_of[start]
    metres = along[end] - along[start]
    number = {road: i for i, road in enumerate(SpeedTable.of(profile).roads)}
    road = np.array([number[name] for name in ways.road], np.uint8)[way]
    ferry = road == number[FERRY]
    middle = (start + end) // 2
    area = area_class(lon[middle] * DEGREE, lat[middle] * DEGREE)
    fixed = _ferries(ways, profile, way, metres, ferry)
    a, b, where = _numbered(junction[start, 1], junction[end, 0], start, end, lon, lat)
    flags, size = _flags(a, b, np.array(ways.direction)[way])
    shape, points = _shapes(start, end)
    columns: Columns = {
        "a": a,
        "b": b,
        "metres": metres.astype(np.float32),
        "fixed_s": fixed.astype(np.float32),
        "road": road,
        "area": area,
        "limit": np.array(ways.limit, np.uint8)[way],
        "flags": flags,
        "way": np.array(ways.number, np.int64)[way],
        "shape": shape,
        "lon": lon[points],
        "lat": lat[points],
        "junction_lon": lon[where],
        "junction_lat": lat[where],
        **_names(ways, way),
        **_arcs(a, b, flags, len(where)),
    }
    return columns | build_grid(columns, ~ferry), Pieces(len(size), int(size.max()), int(size[size < PIECE].sum()))


def _flags(a: NDArray[np.int32], b: NDArray[np.int32], direction: Ints) -> tuple[NDArray[np.uint8], Ints]:
    """Return the ``flags`` of pieces of road, and how many junctions each part of the network has."""
    flags = ((direction >= 0) * THERE + (direction <= 0) * BACK).astype(np.uint8)
    piece, size = _pieces(a, b, flags)
    flags |= (np.minimum(size[piece[a]], size[piece[b]]) < PIECE).astype(np.uint8) * np.uint8(SMALL)
    return flags, size


def _junctions(ways: Ways, way_of: Ints) -> tuple[Ints, Ints]:
    """
    Return each point's junction, as the end of what leads there and as the start of what leaves, and the cut points.

    Both are the same number but at a barrier: there the road ends on either side.
    """
    unique, point, times = np.unique(np.array(ways.node, np.int64), return_inverse=True, return_counts=True)
    junction = np.stack([point, point], axis=1)
    barred = np.flatnonzero(np.isin(unique, np.array(sorted(ways.closed), np.int64))[point])
    junction[barred] = len(unique) + np.arange(2 * len(barred)).reshape(-1, 2)
    cut = times[point] > 1
    cut[barred] = True
    cut[np.flatnonzero(np.diff(way_of, prepend=-1))] = True
    cut[np.flatnonzero(np.diff(way_of, append=-1))] = True
    return junction, np.flatnonzero(cut)


def _edges(cuts: Ints, way_of: Ints) -> tuple[Ints, Ints]:
    """Return the first and the last point of each piece of road."""
    same = way_of[cuts[:-1]] == way_of[cuts[1:]]
    return cuts[:-1][same], cuts[1:][same]


def _along(lon: NDArray[np.int32], lat: NDArray[np.int32]) -> Floats:
    """Return metres along all points in one row (equirectangular: points of a road are near to each other)."""
    x, y = np.radians(lon * DEGREE), np.radians(lat * DEGREE)
    steps = EARTH_RADIUS_M * np.hypot(np.diff(x) * np.cos((y[1:] + y[:-1]) / 2), np.diff(y))
    return np.concatenate([[0.0], np.cumsum(steps)])


def _ferries(ways: Ways, profile: Profile, way: Ints, metres: Floats, ferry: NDArray[np.bool_]) -> Floats:
    """
    Return the seconds of ferries: the sailing and the wait, shared out over the pieces of a line; else 0.

    A line with a pier in the middle is two pieces; who takes both waits once.
    """
    whole = np.bincount(way, weights=metres, minlength=len(ways))
    sailing = np.array(ways.minutes)[way] * 60.0
    sailing = np.where(sailing > 0, sailing, whole[way] * 3.6 / profile.ferry.speed)
    share = metres / np.maximum(whole[way], 1e-6)
    return np.where(ferry, (sailing + profile.wait_s) * share, 0.0)


def _numbered(
    a: Ints, b: Ints, start: Ints, end: Ints, lon: NDArray[np.int32], lat: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32], Ints]:
    """Number the junctions from 0 so that near ones have near numbers; return also a point at which each stands."""
    _, first, ends = np.unique(np.concatenate([a, b]), return_index=True, return_inverse=True)
    where = np.concatenate([start, end])[first]
    order = np.argsort(_interleaved(lon[where], lat[where]), kind="stable")
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    both = rank[ends].reshape(2, -1)
    return both[0], both[1], where[order]


def _interleaved(lon: NDArray[np.int32], lat: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Return the bits of both in turn (Morton's order): near points have near numbers."""
    found = np.zeros(len(lon), np.uint64)
    for shift, column in ((0, lon), (1, lat)):
        bits = (column.astype(np.int64) + 2**31).astype(np.uint64)
        for step, mask in (
            (16, 0x0000FFFF0000FFFF),
            (8, 0x00FF00FF00FF00FF),
            (4, 0x0F0F0F0F0F0F0F0F),
            (2, 0x3333333333333333),
            (1, 0x5555555555555555),
        ):
            bits = (bits | (bits << np.uint64(step))) & np.uint64(mask)
        found |= bits << np.uint64(shift)
    return found


def _pieces(a: NDArray[np.int32], b: NDArray[np.int32], flags: NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """Return each junction's part of the network (all of it reachable from all of it), and the parts' sizes."""
    there, back = (flags & THERE) > 0, (flags & BACK) > 0
    tail, head = np.concatenate([a[there], b[back]]), np.concatenate([b[there], a[back]])
    n = int(max(a.max(), b.max())) + 1
    matrix = coo_matrix((np.ones(len(tail), np.int8), (tail, head)), (n, n))
    _, piece = connected_components(matrix, connection="strong")
    return piece.astype(np.int64), np.bincount(piece)


def _shapes(start: Ints, end: Ints) -> tuple[NDArray[np.int32], Ints]:
    """Return where each piece's points begin, and which points they are: both ends belong to a piece."""
    sizes = end - start + 1
    shape = np.concatenate([[0], np.cumsum(sizes)])
    points = np.arange(shape[-1]) - np.repeat(shape[:-1] - start, sizes)
    return shape.astype(np.int32), points


def _arcs(a: NDArray[np.int32], b: NDArray[np.int32], flags: NDArray[np.uint8], junctions: int) -> Columns:
    """Return the ways a search goes: by the junction they lead to; ``arc`` is twice the edge, plus one for backward."""
    there, back = np.flatnonzero(flags & THERE), np.flatnonzero(flags & BACK)
    head = np.concatenate([b[there], a[back]])
    tail = np.concatenate([a[there], b[back]])
    arc = np.concatenate([2 * there, 2 * back + 1])
    order = np.argsort(head, kind="stable")
    first = np.searchsorted(head[order], np.arange(junctions + 1))
    return {
        "first": first.astype(np.int32),
        "tail": tail[order].astype(np.int32),
        "arc": arc[order].astype(np.int32),
    }


def _names(ways: Ways, way: Ints) -> Columns:
    """Return the names and numbers of roads, each text kept once: ``text_at[k]`` .. ``text_at[k + 1]`` of ``text``."""
    known: dict[str, int] = {"": 0}
    name = np.array([known.setdefault(one, len(known)) for one in ways.name], np.int32)
    ref = np.array([known.setdefault(one, len(known)) for one in ways.ref], np.int32)
    text, at = _packed(list(known))
    return {"name": name[way], "ref": ref[way], "text": text, "text_at": at}


def _packed(texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    coded = [text.encode() for text in texts]
    return (
        np.frombuffer(b"".join(coded), np.uint8),
        np.concatenate([[0], np.cumsum([len(one) for one in coded])]).astype(np.int32),
    )
