"""Speeds from what crews drove: found again, not led astray by odd trips, bounded, and explained."""

import numpy as np
import pytest

from dispatch.routing.roads.calibration import FASTEST, LEAST_TRIPS, SLOWEST, Trip, calibrate
from dispatch.routing.roads.graph import Graph
from dispatch.routing.roads.network import Roads
from dispatch.routing.roads.ways import way

from .networks import RULE, graph_of
from .test_search import NOON

SIDE = 8
TRUE = {("primary", "rural"): 0.7, ("residential", "rural"): 1.2}
Point = tuple[float, float]


@pytest.fixture(scope="module")
def graph() -> Graph:
    """A net of 8 x 8 corners, 1.5 km apart: lengthways primary, across residential; one track at the edge."""
    points = {
        k: (121.80 + 0.0155 * (k % SIDE) + 0.0003 * (k // SIDE), 29.40 + 0.0135 * (k // SIDE)) for k in range(SIDE**2)
    }
    along = [((k, k + 1), "primary", 0) for k in range(SIDE**2) if k % SIDE < SIDE - 1]
    across = [((k, k + SIDE), "residential", 0) for k in range(SIDE * (SIDE - 1))]
    return graph_of(points | {99: (121.79, 29.39)}, [*along, *across, ((0, 99), "track", 0)])


def trips(graph: Graph, n: int, *, noise: float = 0.05, odd: float = 0.0) -> list[Trip]:
    """Return trips as crews would have driven them at the true speeds; a share of them with a stop on the way."""
    rng, truth = np.random.default_rng(5), Roads(graph, RULE, (), TRUE)
    made = []
    while len(made) < n:
        start, goal = ((121.80 + 0.1 * float(rng.random()), 29.40 + 0.09 * float(rng.random())) for _ in range(2))
        found = way(truth, start, goal, at=NOON)
        if found is None or found.metres < 2000:
            continue
        seconds = found.seconds * float(np.exp(rng.normal(0, noise)))
        made.append(Trip(start, goal, seconds * (3.0 if rng.random() < odd else 1.0), NOON))
    return made


def test_the_true_speeds_are_found_again(graph: Graph) -> None:
    found = calibrate(Roads(graph, RULE), trips(graph, 300))
    assert found.factors == pytest.approx(TRUE, rel=0.06)
    assert found.after_error < 0.06 < found.before_error


def test_stops_on_the_way_do_not_slow_the_roads(graph: Graph) -> None:
    found = calibrate(Roads(graph, RULE), trips(graph, 300, odd=0.1))
    assert found.factors == pytest.approx(TRUE, rel=0.1)


def test_few_trips_change_nothing_and_say_why(graph: Graph) -> None:
    found = calibrate(Roads(graph, RULE), trips(graph, LEAST_TRIPS - 1))
    assert found.factors == {}
    assert all(one.kept.startswith("样本不足") and one.before_kmh == one.after_kmh for one in found.classes)
    assert calibrate(Roads(graph, RULE), []).classes == ()


def test_no_speed_leaves_its_bounds(graph: Graph) -> None:
    for times in (0.3, 3.5):
        wild = [Trip(t.start, t.goal, t.seconds * times, t.at) for t in trips(graph, 100)]
        factors = calibrate(Roads(graph, RULE), wild).factors.values()
        assert factors
        assert all(SLOWEST <= factor <= FASTEST for factor in factors)


def test_what_cannot_be_used_is_counted_by_why(graph: Graph) -> None:
    good = trips(graph, 20)
    bad = [
        Trip(good[0].start, good[0].goal, 5.0, NOON),
        Trip(good[0].start, (10.0, 10.0), 600.0, NOON),
        Trip(good[0].start, good[0].start, 600.0, NOON),
        Trip(good[1].start, good[1].goal, good[1].seconds * 8, NOON),
    ]
    found = calibrate(Roads(graph, RULE), [*good, *bad])
    assert found.trips == 20
    assert found.left_out == {
        "行驶时间过短或过长": 1,
        "起点或终点不在路网上": 1,
        "路程过短": 1,
        "与路程相差过大,视为误报": 1,
    }


def test_calibrating_what_is_calibrated_leaves_it_where_it_is(graph: Graph) -> None:
    driven = trips(graph, 300)
    first = calibrate(Roads(graph, RULE), driven)
    again = calibrate(Roads(graph, RULE, (), first.factors), driven)
    assert again.factors == pytest.approx(first.factors, rel=0.05)
    assert again.before_error == pytest.approx(first.after_error, abs=0.01)
