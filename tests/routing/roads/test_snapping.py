"""The road a point is on, against looking at every piece of every road."""

import numpy as np
import pytest
import shapely

from dispatch.routing.roads.graph import Graph
from dispatch.routing.roads.grid import DEGREE, METRES_PER_DEGREE

from .networks import graph_of


def tangle(seed: int) -> Graph:
    """Return 60 crooked roads in a box of 5 km, all in one piece, and points of them."""
    rng = np.random.default_rng(seed)
    points = {k: (121.8 + rng.random() * 0.05, 29.4 + rng.random() * 0.05) for k in range(90)}
    roads = [((k, *(int(one) for one in rng.integers(30, 90, 3)), k + 1), "residential", 0) for k in range(29)]
    return graph_of(points, roads)


@pytest.mark.parametrize("seed", range(4))
def test_the_nearest_road_is_found(seed: int) -> None:
    graph, rng = tangle(seed), np.random.default_rng(seed + 100)
    lon, lat = 121.79 + rng.random(400) * 0.07, 29.39 + rng.random(400) * 0.07
    found = graph.snap(lon, lat, limit_m=20_000)
    narrow = np.cos(np.radians(29.425))
    lines = shapely.transform(graph.lines(np.arange(len(graph))), lambda both: both * [narrow, 1.0])
    points = shapely.points(lon * narrow, lat)
    away = np.array([shapely.distance(point, lines).min() for point in points]) * METRES_PER_DEGREE
    assert found.away_m == pytest.approx(away, rel=2e-3, abs=0.05)
    for k in range(0, 400, 7):
        there = shapely.line_interpolate_point(lines[found.edge[k]], found.share[k], normalized=True)
        assert shapely.distance(points[k], there) * METRES_PER_DEGREE == pytest.approx(found.away_m[k], rel=0.02, abs=1)


def test_a_point_too_far_from_every_road_is_on_none() -> None:
    graph = tangle(0)
    found = graph.snap(np.array([121.75, np.nan, 0.0, 179.9]), np.array([29.42, 29.42, 0.0, -89.0]))
    assert found.edge.tolist() == [-1, -1, -1, -1]
    near = graph.snap(np.array([121.79]), np.array([29.42]), limit_m=5000)
    assert near.edge[0] >= 0


def test_a_stray_scrap_of_road_is_taken_only_where_no_real_one_is_near() -> None:
    net = {k: (121.80 + 0.002 * (k % 6), 29.40 + 0.002 * (k // 6)) for k in range(36)}
    streets = [((k, k + 1), "residential", 0) for k in range(35) if k % 6 != 5]
    streets += [((k, k + 6), "residential", 0) for k in range(30)]
    scraps = {90: (121.8205, 29.400), 91: (121.8205, 29.401), 92: (121.822, 29.400), 93: (121.822, 29.401)}
    far = {94: (121.9, 29.4), 95: (121.9, 29.401)}
    scrap = [((90, 91), "service", 0), ((92, 93), "service", 0), ((94, 95), "service", 0)]
    graph = graph_of(net | {0: (121.80, 29.40)} | scraps | far, streets + scrap)
    east = 121.81  # the streets' eastern side; the scraps lie some 1,000 m east of it
    found = graph.snap(np.array([east + 0.0001, 121.9001]), np.array([29.4005, 29.4005]))
    assert found.edge[0] < len(streets)
    assert found.edge[1] == len(streets) + 2
    assert graph.junction_lon.max() * DEGREE == pytest.approx(121.9)


def test_between_a_scrap_and_a_street_the_street_wins_unless_it_is_much_farther() -> None:
    net = {k: (121.80 + 0.002 * (k % 6), 29.40 + 0.002 * (k // 6)) for k in range(36)}
    streets = [((k, k + 1), "residential", 0) for k in range(35) if k % 6 != 5]
    streets += [((k, k + 6), "residential", 0) for k in range(30)]
    graph = graph_of(net | {90: (121.8120, 29.40), 91: (121.8120, 29.41)}, [*streets, ((90, 91), "service", 0)])
    by_scrap = np.array([121.8119])  # 10 m from the scrap, 184 m from the street
    assert graph.snap(by_scrap, np.array([29.405])).edge[0] < len(streets)
    beyond = np.array([121.8160])  # 388 m from the scrap, 582 m from the street
    assert graph.snap(beyond, np.array([29.405])).edge[0] < len(streets)
    graph = graph_of(net | {90: (121.8160, 29.40), 91: (121.8160, 29.41)}, [*streets, ((90, 91), "service", 0)])
    assert graph.snap(beyond, np.array([29.405])).edge[0] == len(streets)
