"""Plots as PNG, drawn without a screen; in Chinese if the machine has a font for it, else in plain words and a note."""

from contextlib import suppress
from functools import cache
from io import BytesIO

from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from .book import Plot

FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Noto Serif CJK SC",
    "Noto Serif CJK JP",
    "SimSun",
)
COLOURS = ("#0b5394", "#e07b00", "#6a994e", "#a64d79", "#222222")  # told apart also in grey
NO_FONT = "本机没有中文字体,图中文字以英文代替;请安装中文字体(如 Noto Sans CJK)后重新生成"
WIDE, HIGH, DPI = 7.2, 3.0, 160  # inches, dots an inch
FEW, MANY = 6, 12  # labels: fewer leave room beside their bars, more are turned


@cache
def chinese_font() -> str | None:
    """Return the first font of ``FONTS`` that this machine has; None if it has none."""
    manager = font_manager.fontManager
    known = {font.fname for font in manager.ttflist}  # kept from an earlier run: a font installed since is not in it
    for path in font_manager.findSystemFonts():
        if path not in known:
            with suppress(OSError, RuntimeError):  # not a font that can be drawn with
                manager.addfont(path)
    there = {font.name for font in manager.ttflist}
    return next((name for name in FONTS if name in there), None)


def draw(plot: Plot, *, font: str | None) -> bytes:
    """
    Return the plot as PNG.

    :param font: family with Chinese letters; None: the plain names are drawn
    """
    figure = Figure(figsize=(WIDE, HIGH), dpi=DPI, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.subplots()
    family = font or "DejaVu Sans"
    labels = list(plot.labels if font else plot.plain_labels or plot.labels)
    places = list(range(len(labels)))
    for n, series in enumerate(plot.series):
        name, colour = series.name if font else series.plain, COLOURS[n % len(COLOURS)]
        if plot.kind == "line":
            axes.plot(places, list(series.values), label=name, color=colour, marker="o", markersize=2.5, linewidth=1.5)
        else:
            wide = 0.8 / len(plot.series)
            left = [place + (n - (len(plot.series) - 1) / 2) * wide for place in places]
            axes.bar(left, list(series.values), width=wide, label=name, color=colour)
    axes.set_xticks(places, labels, rotation=45 if len("".join(labels)) > 6 * MANY else 0, family=family, fontsize=8)
    axes.set_title(plot.heading if font else plot.plain_heading, family=family, fontsize=11, loc="left")
    if font:
        axes.set_ylabel(plot.unit, family=family, fontsize=8)
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    beside = max(0, FEW - len(labels)) / 2 if plot.kind == "bar" else 0
    axes.set_xlim(-0.6 - beside, len(labels) - 0.4 + beside)
    axes.legend(
        loc="lower right",
        bbox_to_anchor=(1, 1),
        ncols=len(plot.series),
        borderaxespad=0.2,
        prop={"family": family, "size": 8},
        frameon=False,
    )
    image = BytesIO()
    canvas.print_png(image, metadata={"Software": None})  # type: ignore[no-untyped-call]
    return image.getvalue()
