"""
A scene as one HTML file: drawn as SVG, with zoom, pan, tips and layers to hide, and not one address of the network.

The page forbids itself to load anything (Content-Security-Policy ``default-src 'none'``).
"""

import json
from collections.abc import Iterable
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from .palette import INK
from .scene import Layer, Mark, Point, Scene, View

WIDE, HIGH = 1000.0, 720.0  # units of the drawing
TIPPED = 4000  # ways with a tip of their own at most; beyond, those of a layer are one path
SHAPES: dict[Mark, str] = {  # around (0, 0), within a circle of radius 1
    Mark.CIRCLE: "M-1 0A1 1 0 1 0 1 0A1 1 0 1 0 -1 0Z",
    Mark.SQUARE: "M-.86 -.86H.86V.86H-.86Z",
    Mark.DIAMOND: "M0 -1.15L1.15 0L0 1.15L-1.15 0Z",
    Mark.TRIANGLE: "M0 -1.1L1 .8H-1Z",
    Mark.STAR: "M0 -1.5L.42 -.5L1.43 -.46L.63 .17L.9 1.21L0 .6L-.9 1.21L-.63 .17L-1.43 -.46L-.42 -.5Z",
    Mark.CROSS: "M-1 -.55L-.55 -1L0 -.45L.55 -1L1 -.55L.45 0L1 .55L.55 1L0 .45L-.55 1L-1 .55L-.45 0Z",
}


@cache
def _pages() -> Environment:
    loader = PackageLoader("dispatch.reports", "pages")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def html(scene: Scene) -> bytes:
    """
    Return the map as a file.

    :raises NothingToDraw: if nothing has a place
    """
    view = scene.view().shaped(WIDE / HIGH)
    drawing = _Drawing(view)
    made = (
        _pages()
        .get_template("map.html.j2")
        .render(
            scene=scene,
            layers=[drawing.layer(n, layer) for n, layer in enumerate(scene.layers)],
            wide=WIDE,
            high=HIGH,
            ink=INK,
            setup=json.dumps({"metres": view.wide_m / WIDE, "wide": WIDE, "high": HIGH}),
        )
    )
    return made.encode()


class _Drawing:
    """Turns layers into what the template writes."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._units = WIDE / view.wide_m

    def layer(self, number: int, layer: Layer) -> dict[str, object]:
        ways = [
            {"d": self._path(way.paths, layer), "tip": way.tip, "width": way.width or layer.width} for way in layer.ways
        ]
        if not any(way.tip for way in layer.ways) or len(ways) > TIPPED:
            ways = _joined(ways)
        dots = [
            {
                "at": self._at(dot.at),
                "tip": dot.tip,
                "label": dot.label,
                "size": (layer.size if dot.size is None else dot.size) * 0.72,
                "angle": dot.angle,
            }
            for dot in layer.dots
        ]
        return {"id": f"layer{number}", "layer": layer, "ways": ways, "dots": dots, "shape": SHAPES[layer.mark]}

    def _at(self, point: Point) -> str:
        x, y = self._view.flat(point)
        return f"{_short(WIDE / 2 + x * self._units)} {_short(HIGH / 2 - y * self._units)}"

    def _path(self, paths: Iterable[tuple[Point, ...]], layer: Layer) -> str:
        close = "Z" if layer.fill else ""
        return "".join("M" + "L".join(self._at(point) for point in path) + close for path in paths if len(path) > 1)


def _short(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _joined(ways: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return one path for all ways of one width: a network of roads is one element, not thousands."""
    by_width: dict[object, list[str]] = {}
    for way in ways:
        by_width.setdefault(way["width"], []).append(str(way["d"]))
    return [{"d": "".join(parts), "tip": "", "width": width} for width, parts in by_width.items()]
