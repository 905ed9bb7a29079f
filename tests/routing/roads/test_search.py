"""The search against another one: a plain shortest way over the same roads, cut at each crew and at the job."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from dispatch.kit.earth import distance_m
from dispatch.routing.roads.closures import Closure, ClosureCause
from dispatch.routing.roads.graph import Graph
from dispatch.routing.roads.grid import Snapped
from dispatch.routing.roads.network import Roads
from dispatch.routing.roads.profile import FERRY
from dispatch.routing.roads.search import FAR
from dispatch.routing.roads.seeking import Place

from .networks import PROFILE, RULE, graph_of

NOON = datetime(2026, 7, 1, 4, tzinfo=UTC)
CLASSES = ("primary", "tertiary", "residential", "track", FERRY)


@dataclass(frozen=True)
class World:
    """Roads between numbered points, what is closed of them, and where crews and the job are: (road, share)."""

    size: int
    roads: tuple[tuple[int, int, str, int, int], ...]  # from, to, class, direction, limit
    barred: frozenset[int]
    closed: tuple[tuple[int, float | None], ...]  # road, factor
    crews: tuple[tuple[int, float], ...]
    job: tuple[int, float]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    size = draw(st.integers(2, 9))
    node = st.integers(0, size - 1)
    road = st.tuples(
        node, node, st.sampled_from(CLASSES), st.sampled_from((-1, 0, 0, 1)), st.sampled_from((0, 0, 20, 60))
    ).filter(lambda one: one[0] != one[1])
    roads = tuple(draw(st.lists(road, min_size=1, max_size=18)))
    number = st.integers(0, len(roads) - 1)
    place = st.tuples(number, st.floats(0, 1))
    return World(
        size=size,
        roads=roads,
        barred=draw(st.frozensets(node, max_size=1)),
        closed=tuple(draw(st.lists(st.tuples(number, st.sampled_from((None, None, 1.5, 4.0))), max_size=5))),
        crews=tuple(draw(st.lists(place, min_size=1, max_size=6))),
        job=draw(place),
    )


def point(k: int) -> tuple[float, float]:
    """Points that lie on no common line."""
    return 121.8 + 0.013 * (k % 3) + 0.001 * k * k % 0.01, 29.4 + 0.011 * (k // 3) + 0.0007 * k


def graph(world: World) -> Graph:
    return graph_of(
        {k: point(k) for k in range(world.size)},
        [((a, b), road, direction) for a, b, road, direction, _ in world.roads],
        limits=[limit for *_, limit in world.roads],
        barred=sorted(world.barred),
    )


def closures(world: World) -> list[Closure]:
    return [
        Closure(f"c{k}", ClosureCause.FLOOD, f"路{road}", factor, NOON - timedelta(hours=1), ways=(road + 1,))
        for k, (road, factor) in enumerate(world.closed)
    ]


def seconds_of(world: World, number: int) -> float:
    """Say how long a road takes, from the profile's own words."""
    a, b, road, _, limit = world.roads[number]
    metres = distance_m(*point(a), *point(b))
    if road == FERRY:
        free = metres * 3.6 / PROFILE.ferry.speed + PROFILE.wait_s
    else:
        kmh = PROFILE.roads[road].rural
        free = metres * 3.6 / (min(kmh, limit * PROFILE.limit_share.value) if limit else kmh)
    factors = [np.inf if factor is None else factor for road_, factor in world.closed if road_ == number]
    return free * max(factors, default=1.0)


def by_other_means(world: World) -> list[float]:
    """Return the seconds from each crew to the job: every crew and the job are junctions of their own."""
    places = [*world.crews, world.job]
    numbers: dict[object, int] = {}

    def node(name: object) -> int:
        return numbers.setdefault(name, len(numbers))

    arcs: dict[tuple[int, int], float] = {}
    for number, (a, b, _, direction, _) in enumerate(world.roads):
        whole = seconds_of(world, number)
        ends = [("way", number, side) if end in world.barred else end for side, end in ((0, a), (1, b))]
        stops = sorted((share, k) for k, (road, share) in enumerate(places) if road == number)
        line = [(0.0, node(ends[0])), *((share, node(("place", k))) for share, k in stops), (1.0, node(ends[1]))]
        inner = range(1, len(line) - 2)
        for n, ((low, tail), (high, head)) in enumerate(pairwise(line)):
            if np.isinf(whole):
                continue
            same = n in inner and low == high  # two who stand at one place need not drive
            for way, ok in (((tail, head), direction >= 0 or same), ((head, tail), direction <= 0 or same)):
                if ok:
                    arcs[way] = min(arcs.get(way, np.inf), max((high - low) * whole, 1e-9))
    for k in range(len(places)):
        node(("place", k))
    n = len(numbers)
    matrix = csr_array((list(arcs.values()), tuple(np.array(list(arcs)).reshape(-1, 2).T)), shape=(n, n))
    found = dijkstra(matrix, indices=[node(("place", k)) for k in range(len(world.crews))])
    return [float(row[node(("place", len(world.crews)))]) for row in found]


ISLAND = World(
    size=4,
    roads=((0, 1, "primary", 0, 0), (2, 3, "tertiary", 0, 0), (1, 2, FERRY, 0, 0)),
    barred=frozenset(),
    closed=((2, None),),
    crews=((0, 0.25), (1, 0.5)),
    job=(1, 0.75),
)
ONE_WAY = World(
    size=3,
    roads=((0, 1, "primary", 1, 0), (1, 2, "tertiary", 1, 0), (2, 0, "track", 1, 0)),
    barred=frozenset(),
    closed=(),
    crews=((0, 0.9), (0, 0.1)),
    job=(0, 0.5),
)


@settings(max_examples=300, deadline=None)
@given(worlds())
@example(ISLAND)
@example(ONE_WAY)
def test_every_crew_needs_as_long_as_the_shortest_way_takes(world: World) -> None:
    roads = Roads(graph(world), RULE, closures(world))
    crews = Snapped(
        np.array([road for road, _ in world.crews], np.int32),
        np.array([share for _, share in world.crews]),
        np.zeros(len(world.crews)),
    )
    found = roads.seeker.times(roads.at(NOON).weights, Place(*world.job), crews)
    answered = [np.inf if ms == FAR else ms / 1000 for ms in found.ms.tolist()]
    assert answered == pytest.approx(by_other_means(world), abs=0.05)


@settings(max_examples=100, deadline=None)
@given(worlds(), st.integers(1, 3))
def test_a_search_that_ends_early_is_right_as_far_as_it_went(world: World, enough: int) -> None:
    roads = Roads(graph(world), RULE, closures(world))
    crews = Snapped(
        np.array([road for road, _ in world.crews], np.int32),
        np.array([share for _, share in world.crews]),
        np.zeros(len(world.crews)),
    )
    weights, job = roads.at(NOON).weights, Place(*world.job)
    whole, part = (roads.seeker.times(weights, job, crews, enough=n) for n in (None, enough))
    certain = part.ms <= part.known_ms
    assert (part.ms[certain] == whole.ms[certain]).all()
    assert (whole.ms[~certain] > part.known_ms).all()
    assert certain.sum() >= min(enough, (whole.ms != FAR).sum())


@settings(max_examples=100, deadline=None)
@given(worlds())
@example(ISLAND)
def test_the_way_that_is_drawn_takes_as_long_as_was_said(world: World) -> None:
    roads = Roads(graph(world), RULE, closures(world))
    weights, job = roads.at(NOON).weights, Place(*world.job)
    for road, share in world.crews:
        crew = Snapped(np.array([road], np.int32), np.array([share]), np.zeros(1))
        told = roads.seeker.times(weights, job, crew)
        found = roads.seeker.way(weights, Place(road, share), job)
        assert (found is None) == (told.ms[0] == FAR)
        if found is not None:
            assert found[1] == told.ms[0]
            assert found[0][0][0] == road
            assert found[0][-1][0] == world.job[0]


@settings(max_examples=50, deadline=None)
@given(worlds())
def test_leaving_a_place_and_coming_to_it_are_each_others_mirror(world: World) -> None:
    """From a depot to places, asked forwards, is what each place is asked for backwards."""
    roads = Roads(graph(world), RULE, closures(world))
    weights, depot = roads.at(NOON).weights, Place(*world.job)
    places = Snapped(
        np.array([road for road, _ in world.crews], np.int32),
        np.array([share for _, share in world.crews]),
        np.zeros(len(world.crews)),
    )
    start = Snapped(np.array([depot.edge], np.int32), np.array([depot.share]), np.zeros(1))
    forwards = roads.seeker.times(weights, depot, places, leaving=True)
    for k, (road, share) in enumerate(world.crews):
        backwards = roads.seeker.times(weights, Place(road, share), start)
        assert abs(int(forwards.ms[k]) - int(backwards.ms[0])) <= 2
