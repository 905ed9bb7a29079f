"""What the gym shows: tables on the terminal, a report and plots in a folder."""

import json
from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path

import numpy as np
from rich.table import Table

from dispatch.kit.errors import Invalid
from dispatch.kit.files import reason
from dispatch.reports.book import Plot, Series
from dispatch.reports.plots import draw

from .comparing import Between, Json, mean, mean_and_most, ratio
from .figures import Figures
from .policies import PolicyName

Played = Mapping[str, Sequence[Figures]]

STRETCHES = 24  # of the time axis, whole hours
LATEST = 99  # per cent of arrivals that the time axis shows
AREAS = {"urban": "城区", "rural": "农村", "remote": "边远"}
REPORT = "report.json"
MOVES = ("0", "1", "2", "3+")


class BadFolder(Invalid):
    """The plots cannot be written there."""


def tables(played: Played, against: str) -> list[Table]:
    """Return the comparison as tables of 80 columns; cost ratios are to ``against``, on the same seeds."""
    return [_costs(played, against), _times(played), _lateness(played), _planning(played)]


def _empty(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", show_edge=False)
    table.add_column("策略", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _costs(played: Played, against: str) -> Table:
    label = PolicyName(against).label
    title = f"费用:加权迟到分钟 + 行车分钟;{len(played[against])} 个成对种子的平均与 95% 区间"
    table = _empty(title, "费用", "区间", f"比{label}", "区间", "改派/件")
    for name, figures in played.items():
        cost, to, moves = mean(figures, "cost"), ratio(figures, played[against]), mean(figures, "moves").value
        cells = f"{cost.value:,.0f}", _span(cost, ",.0f"), f"{to.value:.3f}", _span(to, ".3f"), f"{moves:.2f}"
        table.add_row(PolicyName(name).label, *cells)
    return table


def _span(between: Between, form: str) -> str:
    if between.low is None or between.high is None:
        return "—"
    return f"{between.low:{form}}–{between.high:{form}}"


def _times(played: Played) -> Table:
    table = _empty("到场", "按时", "响应 分", "九成五 分", "行车 分", "无人能去")
    for name, figures in played.items():
        found = {
            one: mean(figures, one).value for one in ("on_time", "response_mean", "response_p95", "drive_min", "never")
        }
        cells = f"{found['on_time']:.1%}", f"{found['response_mean']:,.1f}", f"{found['response_p95']:,.1f}"
        table.add_row(PolicyName(name).label, *cells, f"{found['drive_min']:,.0f}", f"{found['never']:,.1f}")
    return table


def _lateness(played: Played) -> Table:
    """Return the mean minutes late by class of area, and in the county where they are the most."""
    areas = _areas(played)
    table = _empty("平均迟到(分)", *(AREAS[area] for area in areas), "最差的县")
    for name, figures in played.items():
        worst = float(np.mean([max(one.late_by_county.values()) for one in figures]))
        table.add_row(PolicyName(name).label, *(f"{_late(figures, area):,.1f}" for area in areas), f"{worst:,.1f}")
    return table


def _planning(played: Played) -> Table:
    table = _empty("计算(一个核)", "每次来电 毫秒", "最大", "每次重排 毫秒", "最大", "实时倍数 最低")
    for name, figures in played.items():
        cells = [f"{value:,.2f}" for took in ("decide_ms", "replan_ms") for value in mean_and_most(figures, took)]
        table.add_row(PolicyName(name).label, *cells, f"{min(one.speed for one in figures):,.0f}")
    return table


def _areas(played: Played) -> list[str]:
    there = {area for figures in played.values() for one in figures for area in one.late_by_area}
    return [area for area in AREAS if area in there]


def _late(figures: Sequence[Figures], area: str) -> float:
    found = [one.late_by_area[area] for one in figures if area in one.late_by_area]
    return float(np.mean(found)) if found else 0.0


def plots(played: Played) -> dict[str, Plot]:
    """Return the plots: file name -> plot."""
    return {"arrivals.png": _arrivals(played), "late_by_area.png": _by_area(played), "moves.png": _moves(played)}


def _arrivals(played: Played) -> Plot:
    """Return calls and arrivals, both summed up over the hours, as a mean of the seeds."""
    first = next(iter(played.values()))
    ends = [float(np.percentile(one.arrivals_h, LATEST)) for figs in played.values() for one in figs if one.arrivals_h]
    end = ceil(max([*ends, *(one.calls_h[-1] for one in first)]))
    step = ceil(end / STRETCHES)
    hours = np.arange(0, end + step, step)

    def summed(columns: Sequence[Sequence[float]]) -> tuple[float, ...]:
        return tuple(np.mean([np.searchsorted(column, hours, side="right") for column in columns], axis=0).tolist())

    series = [Series("来电", "calls", summed([one.calls_h for one in first]))]
    series += [
        Series(PolicyName(name).label, name, summed([one.arrivals_h for one in figs])) for name, figs in played.items()
    ]
    return Plot(
        "第几小时的来电与到场(累计,件)",
        "Calls and arrivals by hour, summed up",
        "line",
        [str(hour) for hour in hours],
        tuple(series),
        "件",
    )


def _by_area(played: Played) -> Plot:
    areas = _areas(played)
    series = [
        Series(PolicyName(name).label, name, tuple(_late(figures, area) for area in areas))
        for name, figures in played.items()
    ]
    return Plot(
        "各类地区平均迟到(分)",
        "Mean minutes late by area",
        "bar",
        [AREAS[area] for area in areas],
        tuple(series),
        "分",
        areas,
    )


def _moves(played: Played) -> Plot:
    series = [
        Series(PolicyName(name).label, name, tuple(np.mean([one.moved for one in figures], axis=0).tolist()))
        for name, figures in played.items()
    ]
    return Plot("每件改派次数(占比)", "Moves of a published job, shares", "bar", MOVES, tuple(series), "占比")


def prepare(folder: Path) -> None:
    """
    Make the folder before long work.

    :raises BadFolder: if nothing can be written there
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / REPORT).open("ab"):
            pass
    except OSError as error:
        raise _bad(folder, error) from error


def write(played: Played, report: Json, folder: Path, *, font: str | None) -> list[Path]:
    """
    Write the report and the plots into a folder that is there; return their files.

    :raises BadFolder: if they cannot be written
    """
    pictures = {name: draw(plot, font=font) for name, plot in plots(played).items()}
    text = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
    try:
        for name, data in {REPORT: text.encode(), **pictures}.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise _bad(folder, error) from error
    return [folder / name for name in (REPORT, *pictures)]


def _bad(folder: Path, error: OSError) -> BadFolder:
    return BadFolder(f"报告和图不能写入 {folder}:{reason(error)}", field="--out")
