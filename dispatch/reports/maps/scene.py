"""What a map shows, in the order it is drawn. Points are WGS-84 degrees, ``lon, lat``; sizes and widths are pixels."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from math import cos, degrees, floor, inf, log10, radians

from dispatch.kit.earth import EARTH_RADIUS_M
from dispatch.kit.errors import Invalid

from .palette import INK, NAMES

Point = tuple[float, float]
OSM = "道路:© OpenStreetMap 贡献者(ODbL)"
MARGIN = 0.07  # of the larger side, kept free around what is shown
LEAST_M = 400.0  # a scene of one point shows this much around it
NICE = (1, 2, 5)


class NothingToDraw(Invalid):
    """The scene has no point at all."""


class Mark(StrEnum):
    """The shapes of a point; each kind of thing has one of its own, for those who do not see the colours."""

    CIRCLE = "circle"
    SQUARE = "square"
    DIAMOND = "diamond"
    TRIANGLE = "triangle"
    STAR = "star"
    CROSS = "cross"


@dataclass(frozen=True, slots=True)
class Dot:
    """A point with a shape. ``angle`` turns it clockwise from north; ``tip`` is told when one points at it."""

    at: Point
    label: str = ""
    tip: str = ""
    size: float | None = None  # None: the layer's
    angle: float = 0.0


@dataclass(frozen=True, slots=True)
class Way:
    """Lines that belong together; closed and filled in a layer with a fill, where a hole runs the other way round."""

    paths: tuple[tuple[Point, ...], ...]
    tip: str = ""
    width: float | None = None  # None: the layer's


@dataclass(frozen=True, slots=True)
class Layer:
    """
    Things of one kind; one line of the legend.

    :param name: what the legend says; empty: not in it
    :param frames: whether the map must be large enough for all of it; else it is cut at the border
    :param inside: the labels stand in the dots, in white
    """

    name: str
    colour: str
    dots: tuple[Dot, ...] = ()
    ways: tuple[Way, ...] = ()
    mark: Mark = Mark.CIRCLE
    size: float = 6.0
    width: float = 1.5
    dashed: bool = False
    fill: float = 0.0  # opacity of the inside of ``ways``; 0: lines
    edge: str = INK  # of dots
    frames: bool = True
    inside: bool = False

    def points(self) -> Iterator[Point]:
        """Yield every point of the layer."""
        yield from (dot.at for dot in self.dots)
        for way in self.ways:
            for path in way.paths:
                yield from path


@dataclass(frozen=True, slots=True)
class Listing:
    """A table beside the map."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """
    A whole map.

    :param facts: short lines beside it
    :param sources: where the data are from, a line each
    :param moment: the time it is of, in words
    :param notice: written large over the map, where there is nothing to see on it
    """

    title: str
    moment: str
    layers: tuple[Layer, ...]
    facts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    listing: Listing | None = None
    palette: str = field(default=NAMES)
    notice: str = ""

    def view(self) -> "View":
        """
        Return the part of the world that is shown.

        :raises NothingToDraw: if nothing has a place
        """
        return View.of(point for layer in self.layers if layer.frames for point in layer.points())


@dataclass(frozen=True, slots=True)
class View:
    """
    A flat piece of the world: x east and y north in metres from its middle, true in scale along its middle parallel.

    Over a province's 400 km the scale at the northern border is off by about 3 %.
    """

    lon: float
    lat: float
    wide_m: float
    high_m: float

    @classmethod
    def of(cls, points: Iterable[Point]) -> "View":
        """:raises NothingToDraw: if there is none"""
        west, south, east, north = inf, inf, -inf, -inf
        for lon, lat in points:
            west, south, east, north = min(west, lon), min(south, lat), max(east, lon), max(north, lat)
        if west > east:
            raise NothingToDraw("没有可画的位置:工单、班组、班所均无坐标;请先补全位置", field="place")
        lon, lat = (west + east) / 2, (south + north) / 2
        wide = EARTH_RADIUS_M * radians(east - west) * cos(radians(lat))
        high = EARTH_RADIUS_M * radians(north - south)
        margin = 2 * max(MARGIN * max(wide, high), LEAST_M)
        return cls(lon, lat, wide + margin, high + margin)

    def shaped(self, ratio: float) -> "View":
        """Return the view made larger, so that it is ``ratio`` times as wide as high."""
        wide = max(self.wide_m, self.high_m * ratio)
        return View(self.lon, self.lat, wide, wide / ratio)

    def flat(self, point: Point) -> Point:
        """Return a point's metres east and north of the middle."""
        east = EARTH_RADIUS_M * radians(point[0] - self.lon) * cos(radians(self.lat))
        return east, EARTH_RADIUS_M * radians(point[1] - self.lat)

    def box(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north in degrees."""
        high = degrees(self.high_m / 2 / EARTH_RADIUS_M)
        wide = degrees(self.wide_m / 2 / EARTH_RADIUS_M / cos(radians(self.lat)))
        return self.lon - wide, self.lat - high, self.lon + wide, self.lat + high


def nice_length(metres: float) -> float:
    """Return the greatest of 1, 2, 5, 10, 20, 50, … that is not longer."""
    power = 10.0 ** floor(log10(metres))
    return max(n * power for n in NICE if n * power <= metres * (1 + 1e-9))


def length_text(metres: float) -> str:
    """Write the length of a scale bar."""
    return f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
