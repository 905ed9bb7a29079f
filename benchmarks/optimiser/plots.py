"""Two kinds of plots: cost over time, and gaps; colours and marks that are told apart without colour too."""

from collections.abc import Mapping
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from .compare import GREEDY, OWN, REPORTED, START, Results

COLOURS = {  # Okabe and Ito 2008
    OWN: "#0072B2",
    "VROOM": "#D55E00",
    "PyVRP": "#009E73",
    "OR-Tools": "#CC79A7",
    GREEDY: "#000000",
    REPORTED: "#56B4E9",
    START: "#999999",
}
MARKS = {"VROOM": "s", "PyVRP": "^", "OR-Tools": "D", GREEDY: "x", REPORTED: "1", START: "+"}
HATCHES = {OWN: "", "PyVRP": "//", "OR-Tools": ".."}
WIDE, HIGH, DPI = 6.4, 3.2, 100  # inches, dots an inch


def over_time(results: Results, file: Path, heading: str, most_s: float) -> list[str]:
    """Draw the first problem: our cost while we search, the others where they ended; returns the page's lines."""
    figure, axes = _sheet(heading)
    first = results[OWN][0]
    seconds = [at for at, _ in first.trace if at > 0]
    axes.plot(seconds, [cost for at, cost in first.trace if at > 0], color=COLOURS[OWN], label=OWN, linewidth=2)
    axes.plot([first.seconds], [first.worth.cost], "o", color=COLOURS[OWN])
    for name, mark in MARKS.items():
        if found := results.get(name):
            at, cost = max(found[0].seconds, 0.02), found[0].worth.cost
            axes.plot([at], [cost], mark, color=COLOURS[name], label=name, markersize=7)
    axes.set_xscale("log")
    axes.set_xlabel("seconds", fontsize=8)
    axes.set_ylabel("cost", fontsize=8)
    axes.legend(fontsize=7, frameon=False)
    return _kept(figure, file, f"Cost over time, one problem ({heading}); peers where they ended, repaired")


def gaps(found: Mapping[str, Mapping[str, float]], names: list[str], file: Path) -> list[str]:
    """Draw the gaps to the best known values as bars; returns the page's lines."""
    figure, axes = _sheet("Gap to the best known value, 20 s of one core, %")
    shown = [solver for solver, values in found.items() if values]
    for n, solver in enumerate(shown):
        wide = 0.8 / len(shown)
        at = [place + (n - (len(shown) - 1) / 2) * wide for place in range(len(names))]
        height = [100 * found[solver].get(name, 0.0) for name in names]
        bars = axes.bar(
            at, height, width=wide, label=solver, color=COLOURS[solver], hatch=HATCHES[solver], edgecolor="white"
        )
        axes.bar_label(bars, fmt="%.1f", fontsize=7)
    axes.set_xticks(range(len(names)), names, fontsize=8)
    axes.set_yscale("symlog", linthresh=10)
    axes.legend(fontsize=7, frameon=False)
    return _kept(figure, file, "Gaps to the best known values of public instances")


def _sheet(heading: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDE, HIGH), dpi=DPI, layout="constrained")
    axes = figure.subplots()
    axes.set_title(heading, fontsize=10, loc="left")
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _kept(figure: Figure, file: Path, said: str) -> list[str]:
    file.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure)
    figure.savefig(file, format="png", metadata={"Software": None})
    return ["", f"![{said}](images/{file.name})"]
