"""Standby points on a map and as a report: where to park, whom that reaches how soon, against the present depots."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import sqrt

import numpy as np

from dispatch.kit.clock import CHINA
from dispatch.reports.book import Amount, Book, Section, Table
from dispatch.routing.model import Basis
from dispatch.routing.roads.graph import Graph
from dispatch.routing.standby import Reach, Site, Standby

from .backdrop import borders, roads, sources
from .bands import Band, bands
from .palette import BLACK, GREY, INK, PAPER, VERMILION
from .phrases import sooner
from .scene import Dot, Layer, Listing, Mark, Scene, View, Way

LARGEST, SMALLEST = 15.0, 4.0  # pixels of a cell's dot
MINUTE = 60.0


def scene(
    found: Standby,
    *,
    title: str,
    source: str,
    at: datetime,
    graph: Graph | None = None,
    counties: Iterable[tuple[str, object]] = (),
) -> Scene:
    """Return the map of standby points."""
    layers = (_spokes(found), *_cells(found), _present(found), _chosen(found))
    view = View.of(point for layer in layers for point in layer.points()).shaped(1.5)
    return Scene(
        title=title,
        moment=f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}(北京时间)",
        layers=(*roads(graph, view), *borders(counties), *layers),
        facts=facts(found),
        sources=sources(graph, source),
        listing=Listing(
            ("序号", "待命点", "类别", "承担来电"),
            tuple((f"{n}", s.name, s.kind.label, f"{load:.1%}") for n, s, load in _ordered(found)),
        ),
    )


def facts(found: Standby) -> tuple[str, ...]:
    """Return what was gained, and how good the choice is, in short sentences."""
    gained = []
    if found.before is not None:
        here = f"现有班所中最有利的 {len(found.present)} 个" if found.present else ""
        gained = [
            f"对比:{here}",
            f"平均到达 {_minutes(found.before.mean_s)} → {_minutes(found.after.mean_s)} 分"
            f"({sooner(found.before.mean_s - found.after.mean_s, digits=1)})",
            f"九成到达 {_minutes(found.before.p90_s)} → {_minutes(found.after.p90_s)} 分",
            f"承诺时限内 {found.before.inside:.1%} → {found.after.inside:.1%}",
        ]
        if set(found.sites) == set(found.present):
            gained.append("没有找到比现有班所更好的点:候选点不足,或来电过于分散")
    else:
        gained = [
            f"平均到达 {_minutes(found.after.mean_s)} 分,九成 {_minutes(found.after.p90_s)} 分",
            f"承诺时限内 {found.after.inside:.1%}",
        ]
    if found.after.unreached > 0:
        gained.append(f"任何待命点都到不了的来电 {found.after.unreached:.2%}(道路不通),按 6 小时计")
    if found.left_out:
        gained.append(f"位置不可信的来电未计入:{found.left_out}")
    how = "道路行驶时间" if found.basis is Basis.ROAD else "直线距离折算时间"
    proof = "已证明最优" if found.gap == 0 else f"与最优差距不超过 {found.gap:.2%}"
    return (
        *gained,
        f"目标:{found.goal.label};{how}",
        f"候选点 {found.candidates} 个,来电归并为 {len(found.cells)} 处(平均挪动 {found.moved_m:.0f} 米);{proof}",
        f"效果按 {found.checked:,} 处来电的实际位置核算",
        "按各队均在待命点且空闲计算,不含排队",
    )


def book(found: Standby, *, title: str, source: str, at: datetime) -> Book:
    """Return the same as a report."""
    rows = [
        (n, s.name, s.kind.label, Amount(s.lon, 6), Amount(s.lat, 6), Amount(load, 1, percent=True))
        for n, s, load in _ordered(found)
    ]
    cells = [
        (
            Amount(cell.lon, 6),
            Amount(cell.lat, 6),
            Amount(cell.weight, 1),
            cell.area_class,
            int(point) + 1 if point >= 0 else None,
            Amount(seconds / MINUTE, 1) if np.isfinite(seconds) else None,
        )
        for cell, point, seconds in zip(found.cells, found.served, found.seconds, strict=True)
    ]
    columns = ("序号", "待命点", "类别", "经度", "纬度", "承担来电")
    gain = Table(
        "效果", ("方案", "平均到达(分)", "九成到达(分)", "承诺时限内", "到不了"), _gain(found), "。".join(facts(found))
    )
    sections = (
        Section("待命点", (Table("待命点", columns, rows), gain)),
        Section(
            "来电归并",
            (Table("来电归并", ("经度", "纬度", "件数", "地区类别", "待命点序号", "到达(分)"), cells),),
        ),
    )
    return Book(title, f"{source} · {at.astimezone(CHINA):%Y-%m-%d %H:%M}(北京时间)", sections, at)


def _gain(found: Standby) -> Sequence[tuple[str | Amount | None, ...]]:
    rows = [("待命点", found.after)] if found.before is None else [("现有班所", found.before), ("待命点", found.after)]
    return [(name, *_amounts(reach)) for name, reach in rows]


def _amounts(reach: Reach) -> tuple[Amount, ...]:
    minutes = (Amount(reach.mean_s / MINUTE, 1), Amount(reach.p90_s / MINUTE, 1))
    return (*minutes, Amount(reach.inside, 1, percent=True), Amount(reach.unreached, 1, percent=True))


def _ordered(found: Standby) -> list[tuple[int, Site, float]]:
    return [(n, site, load) for n, (site, load) in enumerate(zip(found.sites, found.load, strict=True), 1)]


def _spokes(found: Standby) -> Layer:
    paths = [
        ((cell.lon, cell.lat), (found.sites[n].lon, found.sites[n].lat))
        for cell, n in zip(found.cells, found.served, strict=True)
        if n >= 0
    ]
    return Layer("由哪个点前往", GREY, ways=(Way(tuple(paths)),), width=0.35)


def _cells(found: Standby) -> list[Layer]:
    """Return the calls by arrival, a layer for each band; the area of a dot is its share of the calls."""
    most = max(cell.weight for cell in found.cells)
    made = []
    for band in bands(found.seconds):
        dots = tuple(
            Dot(
                (cell.lon, cell.lat),
                tip=f"{cell.weight:g} 件 · {band_text(seconds, band)}",
                size=SMALLEST + (LARGEST - SMALLEST) * sqrt(cell.weight / most),
            )
            for cell, seconds in zip(found.cells, found.seconds, strict=True)
            if band.holds(float(seconds))
        )
        if dots:
            made.append(Layer(f"来电 · {band.name}", band.colour, dots=dots, size=8, edge=PAPER))
    return made


def band_text(seconds: float, band: Band) -> str:
    """Write one arrival."""
    return f"{seconds / MINUTE:.1f} 分到达" if np.isfinite(seconds) else band.name


def _present(found: Standby) -> Layer:
    chosen = {site.name for site in found.sites}
    dots = tuple(
        Dot((s.lon, s.lat), label="" if s.name in chosen else s.name, tip=f"现有班所 {s.name}") for s in found.present
    )
    return Layer("现有班所(对比用)", PAPER, dots=dots, mark=Mark.SQUARE, size=9, edge=BLACK)


def _chosen(found: Standby) -> Layer:
    dots = tuple(
        Dot((s.lon, s.lat), label=f"{n} {s.name}", tip=f"待命点 {n} {s.name}({s.kind.label})\n承担来电 {load:.1%}")
        for n, s, load in _ordered(found)
    )
    return Layer("待命点", VERMILION, dots=dots, mark=Mark.STAR, size=11, edge=INK)


def _minutes(seconds: float) -> str:
    return f"{seconds / MINUTE:.1f}"
