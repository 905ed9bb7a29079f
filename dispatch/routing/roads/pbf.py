"""Reading the roads of an OpenStreetMap extract: ways that a repair vehicle may drive, barriers on them, towns."""

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import osmium

from dispatch.kit.errors import Invalid
from dispatch.kit.files import no_file

from .profile import FERRY, Profile

Progress = Callable[[str, int], None]
EVERY = 50_000  # objects between two words of progress
ONE_WAY = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1}
ROUND = frozenset({"roundabout", "circular"})
MILE = 1.609344


class BadExtract(Invalid):
    """The file is no OpenStreetMap extract, or not a whole one."""


class NoRoads(Invalid):
    """The extract has no road that a repair vehicle may drive."""


@dataclass
class Ways:
    """
    The roads of an extract as columns; points of way ``i`` lie between ``first[i]`` and ``first[i + 1]``.

    ``direction`` 0: both, 1: forward, -1: backward. ``limit`` in km/h, 0: none. ``minutes`` of a ferry, 0: not said.
    Points are OSM node numbers with coordinates in 1e-7 degrees.
    """

    number: "array[int]" = field(default_factory=lambda: array("q"))
    road: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    ref: list[str] = field(default_factory=list)
    direction: "array[int]" = field(default_factory=lambda: array("b"))
    limit: "array[int]" = field(default_factory=lambda: array("B"))
    minutes: "array[float]" = field(default_factory=lambda: array("f"))
    first: "array[int]" = field(default_factory=lambda: array("q", [0]))
    node: "array[int]" = field(default_factory=lambda: array("q"))
    lon: "array[int]" = field(default_factory=lambda: array("i"))
    lat: "array[int]" = field(default_factory=lambda: array("i"))
    closed: set[int] = field(default_factory=set)  # nodes with a barrier that no lorry passes
    towns: list[tuple[float, float, int]] = field(default_factory=list)  # lon, lat, people
    broken: int = 0  # roads of which points are missing in the extract: cut at its border

    def __len__(self) -> int:
        return len(self.number)


def nothing(_: str, __: int) -> None:
    """Progress that nobody is told of."""


def read(path: Path, profile: Profile, *, progress: Progress = nothing) -> Ways:
    """
    Return the roads of an extract.

    :param progress: is told what is read and how much of it so far
    :raises BadExtract: if there is no such file, it is no extract, or it ends in the middle
    :raises NoRoads: if nothing in it can be driven
    """
    if (why := no_file(path)) is not None:
        raise BadExtract(f"读不到文件 {path}:{why}", field="file")
    if path.stat().st_size == 0:
        raise BadExtract(f"{path.name} 是空文件,请重新下载后再导入", field="file")
    ways = Ways()
    wanted = osmium.filter.KeyFilter("highway", "route", "barrier", "place")
    try:
        entries = osmium.FileProcessor(str(path)).with_locations().with_filter(wanted)
        for n, entry in enumerate(entries, 1):
            _take(ways, entry, profile)
            if n % EVERY == 0:
                progress("已读对象", n)
    except (RuntimeError, osmium.InvalidLocationError) as error:
        message = f"{path.name} 不是完整的 OSM 数据({error}):请重新下载该文件、核对大小后再导入;未写入任何内容"
        raise BadExtract(message, field="file") from error
    progress("道路", len(ways))
    if not len(ways):
        raise NoRoads(f"{path.name} 中没有抢修车可通行的道路,请核对下载的范围;未写入任何内容", field="file")
    return ways


def _take(ways: Ways, entry: Any, profile: Profile) -> None:
    if entry.is_way():
        _way(ways, entry, profile)
    elif entry.is_node():
        if _barred(entry.tags, profile):
            ways.closed.add(entry.id)
        if (people := _people(entry.tags, profile)) > 0:
            ways.towns.append((entry.location.lon, entry.location.lat, people))


def _way(ways: Ways, entry: Any, profile: Profile) -> None:
    tags = entry.tags
    road = FERRY if tags.get("route") == "ferry" else tags.get("highway", "")
    if not profile.knows(road) or tags.get("area") == "yes" or not _open(tags, profile):
        return
    points = [(node.ref, node.x, node.y) for node in entry.nodes if node.location.valid()]
    ways.broken += len(points) < len(entry.nodes)
    if len(points) < 2:
        return
    ways.number.append(entry.id)
    ways.road.append(road)
    ways.name.append(tags.get("name", ""))
    ways.ref.append(tags.get("ref", ""))
    ways.direction.append(_direction(tags, road))
    ways.limit.append(_limit(tags.get("maxspeed"), profile))
    ways.minutes.append(_minutes(tags.get("duration")))
    for column, values in zip((ways.node, ways.lon, ways.lat), zip(*points, strict=True), strict=True):
        column.extend(values)
    ways.first.append(len(ways.node))


def _open(tags: Any, profile: Profile) -> bool:
    """Tell whether a lorry may drive there: the most special word decides."""
    for key in profile.access.keys:
        if (said := tags.get(key)) is not None:
            return said not in profile.access.closed
    return True


def _barred(tags: Any, profile: Profile) -> bool:
    """Tell whether a point of a road cannot be passed."""
    barrier = tags.get("barrier")
    if barrier is None:
        return False
    for key in profile.access.keys:
        if (said := tags.get(key)) is not None:
            return said in profile.access.closed
    return barrier in profile.barriers.closed


def _people(tags: Any, profile: Profile) -> int:
    """Return how many people live in a place; 0: it is none, or too small to say."""
    kind, said = tags.get("place"), tags.get("population", "").replace(",", "").replace(" ", "")
    if kind not in ("city", "town", "village", "suburb", "borough"):
        return 0
    if said.isascii() and said.isdecimal():
        return int(said)
    return {"city": profile.towns.city, "town": profile.towns.town}.get(kind, 0)


def _direction(tags: Any, road: str) -> int:
    said = tags.get("oneway:motor_vehicle", tags.get("oneway"))
    if said is not None:
        return ONE_WAY.get(said, 0)
    return 1 if road in ("motorway", "motorway_link") or tags.get("junction") in ROUND else 0


def _limit(text: str | None, profile: Profile) -> int:
    """Return a signposted speed in km/h; 0 for none, for words (``walk``, ``CN:urban``) and for slips of the pen."""
    words = (text or "").split()
    try:
        value = float(words[0])
    except (ValueError, IndexError):
        return 0
    kmh = value * MILE if words[1:] == ["mph"] else value
    return round(kmh) if profile.slowest.value <= kmh <= 130 else 0


def _minutes(text: str | None) -> float:
    """Return how long a ferry takes: ``00:35``, ``00:35:00``, ``35`` or ``PT35M``; 0: not said."""
    said = (text or "").strip()
    if said.startswith("PT"):
        hours, _, rest = said[2:].rpartition("H")
        said = f"{hours or 0}:{rest.removesuffix('M') or 0}"
    parts = said.split(":")
    if not all(part.isascii() and part.isdecimal() for part in parts) or len(parts) > 3:
        return 0.0
    if len(parts) == 1:
        return float(parts[0])
    return int(parts[0]) * 60 + int(parts[1]) + (int(parts[2]) / 60 if len(parts) == 3 else 0)
