"""A scene as PNG: the map on the left, legend and facts on the right, sources below."""

import re
import warnings
from collections.abc import Sequence
from io import BytesIO
from typing import Any, Literal

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke

from dispatch.reports.book import breadth
from dispatch.reports.plots import chinese_font

from .palette import GREY, INK, PAPER
from .scene import Layer, Listing, Mark, Scene, View, length_text, nice_length

WIDE, HIGH, DPI = 12.0, 8.0, 140  # inches, dots an inch
MAP = (0.015, 0.075, 0.70, 0.855)  # left, bottom, width, height as shares of the figure
SIDE = 0.73  # where the right column begins
MARKS: dict[Mark, Literal["o", "s", "D", "^", "*", "X"]] = {
    Mark.CIRCLE: "o",
    Mark.SQUARE: "s",
    Mark.DIAMOND: "D",
    Mark.TRIANGLE: "^",
    Mark.STAR: "*",
    Mark.CROSS: "X",
}
ROUND = ((7, 5, "left", "bottom"), (7, -5, "left", "top"), (-7, 5, "right", "bottom"), (-7, -5, "right", "top"))
NO_FONT = "No Chinese font on this machine: install Noto Sans CJK, or write the map as HTML"
SCALE_SHARE = 0.22  # of the map's width that the scale bar may take
LETTERS = 25  # Chinese letters of a line beside the map
WORD = re.compile(r"[!-~]{1,40}|.")
CELL = 26  # Latin letters of a cell of the table
LINE, LETTER = 0.0235, 0.0056  # height of the table's lines and width of a Latin letter, as shares of the figure


def png(scene: Scene, *, dpi: int = DPI) -> bytes:
    """
    Return the map as a file. Without a Chinese font its words cannot be drawn; the picture then says so.

    :param dpi: dots an inch; fewer where it is one of many on paper
    :raises NothingToDraw: if nothing has a place
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # a box is drawn in its place
        return _drawn(scene, dpi)


def _drawn(scene: Scene, dpi: int) -> bytes:
    family = chinese_font() or "DejaVu Sans"
    figure = Figure(figsize=(WIDE, HIGH), dpi=dpi, facecolor=PAPER)
    canvas = FigureCanvasAgg(figure)
    ratio = MAP[2] * WIDE / (MAP[3] * HIGH)
    view = scene.view().shaped(ratio)
    axes = figure.add_axes(MAP)
    axes.set(xlim=(-view.wide_m / 2, view.wide_m / 2), ylim=(-view.high_m / 2, view.high_m / 2), xticks=[], yticks=[])
    for side in axes.spines.values():
        side.set_color(GREY)
    for order, layer in enumerate(scene.layers):
        _layer(axes, layer, view, order + 1)
    _labels(axes, canvas, scene.layers, view, family)
    _scale(axes, view, family)
    _notice(axes, scene.notice, family)
    _words(figure, canvas, scene, family)
    image = BytesIO()
    canvas.print_png(image, metadata={"Software": None, "Title": said(scene.title)})  # type: ignore[no-untyped-call]
    return image.getvalue()


def said(text: str) -> str:
    """Return a text as it can be drawn: nothing in it is a formula, a line break or a sign that no font has."""
    return "".join(letter if letter.isprintable() else " " for letter in text).replace("$", r"\$")


def _layer(axes: Any, layer: Layer, view: View, order: int) -> None:
    for way in layer.ways:
        paths = [[view.flat(point) for point in path] for path in way.paths if len(path) > 1]
        width = layer.width if way.width is None else way.width
        if layer.fill:
            axes.add_collection(
                PolyCollection(
                    paths, facecolor=(layer.colour, layer.fill), edgecolor=layer.colour, lw=width, zorder=order
                )
            )
        else:
            style = (0, (4, 3)) if layer.dashed else "solid"
            axes.add_collection(
                LineCollection(paths, colors=layer.colour, lw=width, ls=style, zorder=order, capstyle="round")
            )
    for dot in layer.dots:
        x, y = view.flat(dot.at)
        size = (layer.size if dot.size is None else dot.size) * (1.5 if layer.mark is Mark.STAR else 1.0)
        marker = MarkerStyle(MARKS[layer.mark]).rotated(deg=-dot.angle)
        axes.plot(
            [x],
            [y],
            marker=marker,
            ms=size,
            color=layer.colour,
            mec=layer.edge,
            mew=0.8,
            ls="",
            zorder=order,
            clip_on=True,
        )


def _labels(axes: Any, canvas: FigureCanvasAgg, layers: Sequence[Layer], view: View, family: str) -> None:
    """Write the labels, those of the last layer first; one that finds no free place beside its point is left out."""
    taken: list[Any] = []
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
    frame = axes.get_window_extent(renderer)
    for order, layer in enumerate(layers, 1):
        if layer.inside:
            _inside(axes, layer, view, family, order)
    for layer in reversed(layers):
        for dot in layer.dots:
            if not dot.label or layer.inside:
                continue
            for dx, dy, across, up in ROUND:
                text = axes.annotate(
                    said(dot.label), view.flat(dot.at), (dx, dy), textcoords="offset points", ha=across, va=up,
                    family=family, fontsize=8.5, color=INK, zorder=100,
                    path_effects=[withStroke(linewidth=2.5, foreground=PAPER)],
                )  # fmt: skip
                box = text.get_window_extent(renderer)
                inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
                if inside and not any(box.overlaps(other) for other in taken):
                    taken.append(box)
                    break
                text.remove()


def _inside(axes: Any, layer: Layer, view: View, family: str, order: int) -> None:
    """Write the labels of a layer in its dots; a dot that covers another covers its label, too."""
    for dot in layer.dots:
        axes.annotate(
            said(dot.label), view.flat(dot.at), ha="center", va="center_baseline", family=family, fontsize=8,
            weight="bold", color=PAPER, zorder=order + 0.5, annotation_clip=True,
        )  # fmt: skip


def _scale(axes: Any, view: View, family: str) -> None:
    """Draw the scale bar and the arrow that points north."""
    length = nice_length(view.wide_m * SCALE_SHARE)
    share, left, low = length / view.wide_m, 0.03, 0.035
    place = axes.transAxes
    halo = [withStroke(linewidth=5, foreground=PAPER)]
    axes.plot(
        [left, left + share],
        [low, low],
        transform=place,
        color=INK,
        lw=3,
        zorder=110,
        solid_capstyle="butt",
        path_effects=halo,
    )
    axes.text(
        left + share / 2, low + 0.012, length_text(length), transform=place, ha="center", va="bottom", family=family,
        fontsize=9, zorder=110, path_effects=halo,
    )  # fmt: skip
    axes.annotate(
        "", (0.965, 0.965), (0.965, 0.905), xycoords="axes fraction", textcoords="axes fraction",
        arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 1.6}, zorder=110,
    )  # fmt: skip
    north = "北" if chinese_font() else "N"
    axes.text(
        0.965,
        0.895,
        north,
        transform=place,
        ha="center",
        va="top",
        family=family,
        fontsize=10,
        zorder=110,
        path_effects=halo,
    )


def _notice(axes: Any, notice: str, family: str) -> None:
    """Write what is to be said of an empty map in its middle."""
    if notice:
        axes.text(
            0.5, 0.5, "\n".join(said(line) for line in wrapped([notice])), transform=axes.transAxes, ha="center",
            va="center", family=family, fontsize=15, zorder=120,
            bbox={"facecolor": PAPER, "edgecolor": GREY, "boxstyle": "round,pad=0.7"},
        )  # fmt: skip


def _words(figure: Figure, canvas: FigureCanvasAgg, scene: Scene, family: str) -> None:
    figure.text(MAP[0], 0.962, said(scene.title), family=family, fontsize=15, weight="bold", va="center")
    figure.text(0.985, 0.962, said(scene.moment), family=family, fontsize=9.5, va="center", ha="right", color="#444444")
    below = "  |  ".join((*scene.sources, scene.palette)) + ("" if chinese_font() else f"  |  {NO_FONT}")
    figure.text(MAP[0], 0.035, said(below), family=family, fontsize=8, va="center", color="#444444")
    handles = [handle for layer in scene.layers if (handle := _handle(layer)) is not None]
    top = MAP[1] + MAP[3] + 0.012
    if handles:
        box = figure.legend(
            handles=handles, loc="upper left", bbox_to_anchor=(SIDE - 0.012, top), frameon=False,
            prop={"family": family, "size": 9.5}, labelspacing=0.55, handlelength=1.8,
        )  # fmt: skip
        top = box.get_window_extent(canvas.get_renderer()).y0 / figure.bbox.height  # type: ignore[no-untyped-call]
    text = figure.text(
        SIDE,
        top - 0.012,
        "\n".join(said(line) for line in wrapped(scene.facts)),
        family=family,
        fontsize=9,
        va="top",
        linespacing=1.5,
    )
    if scene.listing is not None:
        top = text.get_window_extent(canvas.get_renderer()).y0 / figure.bbox.height  # type: ignore[no-untyped-call]
        _listed(figure, scene.listing, top - 0.025, family)


def _listed(figure: Figure, listing: Listing, top: float, family: str) -> None:
    """Write the table in columns as wide as their text, as many rows as there is room for."""
    room = max(1, int((top - MAP[1]) / LINE) - 1)
    rows = listing.rows if len(listing.rows) <= room else listing.rows[: room - 1]
    lines = [tuple(_short(cell) for cell in line) for line in (listing.columns, *rows)]
    wide = [max(breadth(line[n]) for line in lines) + 2 for n in range(len(listing.columns))]
    scale = min(LETTER, (0.99 - SIDE) / sum(wide))
    size = 8.5 * scale / LETTER
    for number, line in enumerate(lines):
        left = SIDE
        for cell, width in zip(line, wide, strict=True):
            weight = "normal" if number else "bold"
            figure.text(left, top - number * LINE, said(cell), family=family, fontsize=size, va="top", weight=weight)
            left += width * scale
    if len(rows) < len(listing.rows):
        more = f"……共 {len(listing.rows)} 行"
        figure.text(SIDE, top - len(lines) * LINE, more, family=family, fontsize=size, va="top")


def _short(cell: str) -> str:
    """Return a cell's text, cut where it would make the others too small to read."""
    while breadth(cell) > CELL:
        cell = cell.removesuffix("…")[:-1] + "…"
    return cell


def _handle(layer: Layer) -> Any:
    if not layer.name:
        return None
    if layer.dots:
        size = min(layer.size * (1.4 if layer.mark is Mark.STAR else 1.0), 13)
        marker = MARKS[layer.mark]
        return Line2D(
            [], [], marker=marker, color=layer.colour, mec=layer.edge, mew=0.8, ms=size, ls="", label=said(layer.name)
        )
    if layer.fill:
        return Patch(facecolor=(layer.colour, layer.fill), edgecolor=layer.colour, label=said(layer.name))
    style = (0, (4, 3)) if layer.dashed else "solid"
    return Line2D([], [], color=layer.colour, lw=max(layer.width, 1.5), ls=style, label=said(layer.name))


def wrapped(facts: Sequence[str]) -> list[str]:
    """Break the facts into lines of ``LETTERS`` Chinese letters; Latin words stay whole."""
    lines = []
    for fact in facts:
        line, room = "", 2 * LETTERS
        for word in WORD.findall(fact):
            wide = sum(2 if ord(letter) > 0x2E80 else 1 for letter in word)
            if wide > room:
                lines.append(line)
                line, room = "  ", 2 * LETTERS - 2
            line += word
            room -= wide
        lines.append(line)
    return lines
