"""Where crews stand by: never worse than the depots, as good as the best choice, honest about who is not reached."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations

import numpy as np
import pytest

from dispatch.kit.rulepack import Packs
from dispatch.routing.crossings import junctions
from dispatch.routing.model import Basis
from dispatch.routing.roads.network import Roads
from dispatch.routing.rules import rule_of
from dispatch.routing.standby import (
    BEYOND_S,
    Cell,
    Goal,
    NoDemand,
    NoSites,
    Past,
    Reach,
    Site,
    SiteKind,
    distinct,
    drives,
    gathered,
    in_hours,
    on_calls,
    plan,
    sampled,
    worse,
)
from dispatch.routing.travel import Straight
from tests.routing.roads.networks import RULE, graph_of

NOW = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)
TRAVEL = Straight(rule_of(Packs.load().latest("sgcc")))
PROMISE = {"urban": 45 * 60.0, "rural": 90 * 60.0, "remote": 120 * 60.0}


def county(calls: int, *, seed: int) -> tuple[list[Past], list[Site]]:
    """Return calls around three towns and two depots, neither of which lies well."""
    rng = np.random.default_rng(seed)
    towns = [(121.87, 29.48), (121.94, 29.21), (121.60, 29.35)]
    history = [
        Past(*(float(v) for v in towns[n % 3] + rng.normal(0, 0.02, 2)), hour=int(rng.integers(24)))
        for n in range(calls)
    ]
    return history, [Site(SiteKind.DEPOT, "甲所", 121.80, 29.30), Site(SiteKind.DEPOT, "乙所", 121.70, 29.45)]


def spots(cells: tuple[Cell, ...]) -> list[Site]:
    return [Site(SiteKind.DEMAND, f"处{n}", cell.lon, cell.lat) for n, cell in enumerate(cells)]


@pytest.mark.parametrize("goal", list(Goal))
@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("seed", range(5))
def test_no_other_choice_is_better_and_the_depots_never_are(seed: int, k: int, goal: Goal) -> None:
    history, depots = county(12, seed=seed)
    cells, _ = gathered(history, 50)
    sites = distinct([*depots, *spots(cells)])
    seconds, _ = drives(TRAVEL, cells, sites, at=NOW)
    found = plan(cells, sites, seconds, k, promise_s=dict.fromkeys(PROMISE, 900.0), goal=goal)
    weight = np.array([cell.weight for cell in cells]) / len(history)
    promise = np.full(len(cells), 900.0)
    cost = seconds if goal is Goal.MEAN else seconds / BEYOND_S * 1e-3 + (seconds > promise[:, None])
    every = [float(weight @ cost[:, list(some)].min(axis=1)) for some in combinations(range(len(sites)), k)]
    assert found.cost == pytest.approx(min(every))
    assert found.gap == 0
    assert found.before is not None
    better = (
        found.after.mean_s <= found.before.mean_s if goal is Goal.MEAN else found.after.inside >= found.before.inside
    )
    assert better


def test_more_crews_are_there_sooner() -> None:
    history, depots = county(60, seed=1)
    cells, _ = gathered(history, 100)
    sites = distinct([*depots, *spots(cells)])
    seconds, _ = drives(TRAVEL, cells, sites, at=NOW)
    means = [plan(cells, sites, seconds, k, promise_s=PROMISE).after.mean_s for k in (1, 2, 3, 5, 8)]
    assert means == sorted(means, reverse=True)
    assert means[-1] < means[0] / 2


def test_of_more_depots_than_crews_the_best_are_compared_with() -> None:
    history, depots = county(30, seed=2)
    bad = Site(SiteKind.DEPOT, "丙所", 122.2, 28.9)
    cells, _ = gathered(history, 100)
    sites = (*depots, bad)
    seconds, _ = drives(TRAVEL, cells, sites, at=NOW)
    found = plan(cells, sites, seconds, 2, promise_s=PROMISE)
    assert found.present == tuple(depots)
    assert found.sites == tuple(depots)
    assert found.before == found.after


def test_figures_are_those_of_the_weighted_calls() -> None:
    cells = (Cell(121.0, 29.0, 8.0, "urban"), Cell(121.1, 29.0, 1.0, "urban"), Cell(121.2, 29.0, 1.0, "rural"))
    sites = [Site(SiteKind.DEPOT, "甲所", 121.0, 29.0)]
    found = plan(cells, sites, np.array([[100.0], [3000.0], [4000.0]]), 1, promise_s=PROMISE)
    assert found.after.mean_s == pytest.approx(0.8 * 100 + 0.1 * 3000 + 0.1 * 4000)
    assert found.after.p90_s == 3000
    assert found.after.inside == pytest.approx(0.9)
    assert found.load == (1.0,)


def test_who_cannot_be_reached_counts_as_six_hours_and_is_told() -> None:
    cells = (Cell(121.0, 29.0, 3.0, "urban"), Cell(122.0, 29.0, 1.0, "remote"))
    sites = [Site(SiteKind.DEPOT, "岸上", 121.0, 29.0), Site(SiteKind.DEMAND, "半岛", 121.5, 29.0)]
    found = plan(cells, sites, np.array([[60.0, 900.0], [np.inf, np.inf]]), 1, promise_s=PROMISE)
    assert found.after.unreached == 0.25
    assert found.after.mean_s == pytest.approx(0.75 * 60 + 0.25 * BEYOND_S)
    assert list(found.served) == [0, -1]


def test_hours_run_over_midnight_and_a_call_without_one_always_counts() -> None:
    history = [Past(121.0, 29.0, hour=hour) for hour in range(24)] + [Past(121.0, 29.0), Past(121.0, 29.0, weight=0)]
    assert len(in_hours(history, (8, 20))) == 12 + 1
    assert {call.hour for call in in_hours(history, (20, 8))} == {*range(20, 24), *range(8), None}
    assert len(in_hours(history, None)) == 25


def test_calls_are_put_together_without_losing_any_and_by_class() -> None:
    rng = np.random.default_rng(4)
    history = [
        Past(float(x), float(y), 2.0, area_class="urban" if n % 3 else "remote")
        for n, (x, y) in enumerate(rng.normal((121, 29), 0.1, (500, 2)))
    ]
    cells, moved = gathered(history, 60)
    assert 20 < len(cells) <= 60
    assert sum(cell.weight for cell in cells) == pytest.approx(1000)
    assert sum(cell.calls for cell in cells) == 500
    assert {(c.lon, c.lat) for c in cells} <= {(p.lon, p.lat) for p in history}
    assert sum(c.weight for c in cells if c.area_class == "remote") == pytest.approx(2 * 167)
    assert 0 < moved < 5000


def test_few_places_are_left_as_they_are() -> None:
    cells, moved = gathered([Past(121.0, 29.0), Past(121.0, 29.0, 3.0), Past(121.5, 29.0)], 10)
    assert [(c.weight, c.calls) for c in cells] == [(4.0, 2), (1.0, 1)]
    assert moved == 0


def test_what_is_gained_is_told_on_the_calls_themselves_and_not_on_their_cells() -> None:
    history, depots = county(600, seed=6)
    cells, moved = gathered(history, 25)
    assert moved > 0
    sites = distinct([*depots, *spots(cells)])
    seconds, basis = drives(TRAVEL, cells, sites, at=NOW)
    found = plan(cells, sites, seconds, 4, promise_s=PROMISE, basis=basis, moved_m=moved)
    real = on_calls(found, TRAVEL, sampled(history, 3000), at=NOW, promise_s=PROMISE)
    assert real.checked == 600
    assert real.after.mean_s > found.after.mean_s, "cells flatter: a site on a cell reaches it in no time"
    every = [Cell(call.lon, call.lat, 1.0, call.area_class) for call in history]
    drive = drives(TRAVEL, every, found.sites, at=NOW)[0].min(axis=1)
    assert real.after.mean_s == pytest.approx(drive.mean())
    assert not worse(real)


def test_points_that_are_worse_on_the_calls_themselves_are_known() -> None:
    good, bad = Reach(100.0, 200.0, 0.9, 0.0), Reach(120.0, 150.0, 0.95, 0.0)
    history, depots = county(12, seed=0)
    cells, _ = gathered(history, 50)
    found = plan(cells, depots, drives(TRAVEL, cells, depots, at=NOW)[0], 1, promise_s=PROMISE)
    assert worse(replace(found, before=good, after=bad))
    assert not worse(replace(found, before=good, after=bad, goal=Goal.PROMISE))
    assert not worse(replace(found, before=None))


def test_a_sample_keeps_the_weight_and_the_order() -> None:
    history, _ = county(500, seed=3)
    some = sampled(history, 50)
    assert len(some) == 50
    assert sum(cell.weight for cell in some) == pytest.approx(500)
    assert some == sampled(list(reversed(history)), 50)


def test_nothing_to_plan_for_and_nowhere_to_stand_are_said() -> None:
    with pytest.raises(NoDemand):
        gathered([], 10)
    with pytest.raises(NoSites):
        plan([Cell(121.0, 29.0, 1.0, "urban")], [], np.zeros((1, 0)), 1, promise_s=PROMISE)


def test_by_road_a_crew_stands_at_the_junction_and_not_across_the_water() -> None:
    """A town on both shores: the only bridge is far; what is near on the map is not near by road."""
    points = {
        1: (121.0, 29.0),
        2: (121.0, 29.1),
        3: (121.02, 29.1),
        4: (121.02, 29.0),
        5: (120.98, 29.1),
        6: (121.0, 28.95),
    }
    graph = graph_of(points, [((1, 2), "primary", 0), ((2, 3), "primary", 0), ((3, 4), "primary", 0),
                              ((5, 2), "primary", 0), ((6, 1), "primary", 0)])  # fmt: skip
    cells = (Cell(121.0, 29.0, 1.0, "urban"), Cell(121.02, 29.0, 1.0, "urban"))
    crossings = junctions(graph, [Cell(121.0, 29.1, 1.0, "urban")], most=5)
    assert [(round(s.lon, 4), round(s.lat, 4)) for s in crossings] == [(121.0, 29.1)]
    sites = [Site(SiteKind.DEPOT, "西岸", 121.0, 29.0), *crossings]
    seconds, basis = drives(Roads(graph, RULE), cells, sites, at=NOW)
    assert basis is Basis.ROAD
    assert seconds[1, 1] < seconds[1, 0]
    far = drives(TRAVEL, cells, sites, at=NOW)[0]
    assert far[1, 0] < far[1, 1]
