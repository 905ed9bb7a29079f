"""The nearest crew by road on a real extract, against a search of its own from every crew to the job."""

import random
from collections.abc import Mapping
from heapq import heapify, heappop, heappush
from math import inf, isinf
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dispatch.routing.fleet import Fleet, Position
from dispatch.routing.lending import Lending
from dispatch.routing.model import Basis, CrewCard, DepotCard, Engagement, Job, NoCrew, ReasonCode
from dispatch.routing.nearest import offers
from dispatch.routing.roads.closures import Closure, ClosureCause
from dispatch.routing.roads.grid import DEGREE
from dispatch.routing.roads.network import Roads
from tests.routing.fleets import BORDERLESS, NOW

from .networks import RULE

pytestmark = pytest.mark.real_data
R = ReasonCode
CAPITAL, NORTH_EAST = (1.5218, 42.5063), (1.7337, 42.5424)  # la Vella, Pas de la Casa
NEVER = 2**31 - 1


@pytest.fixture(scope="module")
def roads(andorra: Path) -> Roads:
    return Roads.open(andorra, RULE)


def at_junctions(roads: Roads, rng: random.Random, n: int) -> list[tuple[float, float]]:
    """Return points that stand on junctions, so that nothing but the roads counts."""
    graph = roads.graph
    some = [rng.randrange(graph.junctions) for _ in range(n)]
    return [(float(graph.lon[i]) * DEGREE, float(graph.lat[i]) * DEGREE) for i in some]


def fleet_on(spots: list[tuple[float, float]]) -> Fleet:
    fleet = Fleet(BORDERLESS)
    crews = [CrewCard(f"C{n:03}", f"{n}班", "D1", "33") for n in range(len(spots))]
    fleet.load(crews, [DepotCard("D1", *CAPITAL)])
    fleet.move([Position(card.id, *spot, NOW.timestamp()) for card, spot in zip(crews, spots, strict=True)])
    return fleet


def links(roads: Roads) -> Mapping[int, list[tuple[int, float]]]:
    """Return for each junction which others it leads to, and how many seconds away."""
    graph, weights = roads.graph, roads.at(NOW).weights
    found: dict[int, list[tuple[int, float]]] = {}
    pairs = zip(graph.a.tolist(), graph.b.tolist(), weights.there_ms.tolist(), weights.back_ms.tolist(), strict=True)
    for a, b, there, back in pairs:
        for tail, head, ms in ((a, b, there), (b, a, back)):
            if ms != NEVER:
                found.setdefault(tail, []).append((head, ms / 1000))
    return found


def drive_s(roads: Roads, out: Mapping[int, list[tuple[int, float]]], start: tuple[float, float], job: Job) -> float:
    """Return the seconds from where a crew stands on its road forward to the job's: Dijkstra, crew by crew."""
    graph, weights = roads.graph, roads.at(NOW).weights
    place, snapped = roads.place(job.lon, job.lat), graph.snap(np.array([start[0]]), np.array([start[1]]))
    assert place is not None
    goal, off_m = place

    def both(edge: int, to_a: float, to_b: float) -> list[tuple[int, float]]:
        """Return the ends of an edge with the seconds between each and a point of it; one-way: only one of them."""
        ends = ((int(graph.a[edge]), to_a), (int(graph.b[edge]), to_b))
        return [(node, seconds) for node, seconds in ends if seconds < NEVER / 1000]

    def ms(column: Any, edge: int, share: float) -> float:
        return inf if int(column[edge]) == NEVER else int(column[edge]) / 1000 * share

    first, part = int(snapped.edge[0]), float(snapped.share[0])
    at_goal = ms(weights.there_ms, goal.edge, goal.share), ms(weights.back_ms, goal.edge, 1 - goal.share)
    last = dict(both(goal.edge, *at_goal))
    heap = [
        (s, node) for node, s in both(first, ms(weights.back_ms, first, part), ms(weights.there_ms, first, 1 - part))
    ]
    best, done = inf, set[int]()
    if first == goal.edge:  # along the one edge that both stand on
        forth, backwards = goal.share - part, part - goal.share
        best = ms(weights.there_ms, first, forth) if forth >= 0 else ms(weights.back_ms, first, backwards)
    heapify(heap)
    while heap and heap[0][0] < best:
        cost, node = heappop(heap)
        if node in done:
            continue
        done.add(node)
        best = min(best, cost + last.get(node, inf))
        for head, seconds in out.get(node, ()):
            heappush(heap, (cost + seconds, head))
    straight_m = off_m + float(snapped.away_m[0])
    return best + straight_m * RULE.detour[job.area_class] * 3.6 / RULE.speed_kmh[job.area_class]


def test_the_nearest_crew_is_the_one_that_a_search_from_each_crew_finds(roads: Roads) -> None:
    rng, out = random.Random(5), links(roads)
    spots = at_junctions(roads, rng, 40)
    fleet, by_line = fleet_on(spots), 0
    for n, (lon, lat) in enumerate(at_junctions(roads, rng, 25)):
        job = Job(f"T{n}", lon, lat, "rural", "33", reported_at=NOW.timestamp())
        answer = offers(fleet, job, now=NOW, travel=roads, limit=40)
        drives = {f"C{k:03}": drive_s(roads, out, spot, job) for k, spot in enumerate(spots)}
        assert answer.best is not None
        assert answer.basis is Basis.ROAD
        assert answer.best.eta_s == pytest.approx(min(drives.values()), abs=2)
        assert drives[answer.best.crew_id] == pytest.approx(min(drives.values()), abs=2)
        told = {offer.crew_id: offer.eta_s for offer in answer.offers}
        assert told == pytest.approx({crew: drives[crew] for crew in told}, abs=2)
        assert all(isinf(drives[o.crew_id]) for o in answer.passed_over if o.reason is R.UNREACHABLE)
        straight = offers(fleet, job, now=NOW).best
        assert straight is not None
        by_line += drives[straight.crew_id] > min(drives.values()) + 2
    assert by_line > 2  # the straight line sends a slower crew often enough in these mountains


def test_a_closed_pass_makes_crews_unreachable_or_slower_and_the_sentence_says_by_what(roads: Roads) -> None:
    shut = Roads(roads.graph, RULE, [Closure("c1", ClosureCause.SNOW, "CG-2 隘口段", None, NOW, road="CG-2")])
    fleet = fleet_on([NORTH_EAST, CAPITAL])
    job = Job("T", *NORTH_EAST, "rural", "33", reported_at=NOW.timestamp())
    before = offers(fleet_on([CAPITAL]), job, now=NOW, travel=roads).best
    after = offers(fleet_on([CAPITAL]), job, now=NOW, travel=shut)
    assert before is not None
    said = (*after.offers, *after.passed_over)[0]
    assert said.reason is R.UNREACHABLE or (said.eta_s or 0) > (before.eta_s or 0)
    assert "因冰雪(CG-2 隘口段)封闭" in said.way
    assert said.way in said.sentence
    assert after.refusal in (None, NoCrew.UNREACHABLE)
    assert offers(fleet, job, now=NOW, travel=shut).best is not None


def test_only_crews_that_may_go_are_looked_for_and_all_of_them_if_need_be(roads: Roads) -> None:
    """More crews than the search must find before it may end: the free one is the last of them."""
    rng = random.Random(9)
    spots = [*[CAPITAL] * 200, *at_junctions(roads, rng, 1)]
    fleet = fleet_on(spots)
    for n in range(200):
        fleet.engage(Engagement(f"X{n}", f"C{n:03}", NOW.timestamp(), NOW.timestamp() + 9000, *CAPITAL))
    fleet.lend(Lending("33"))
    job = Job("T", *CAPITAL, "rural", "33", reported_at=NOW.timestamp())
    answer = offers(fleet, job, now=NOW, travel=roads)
    assert answer.best is not None
    assert answer.best.crew_id == "C200"
    assert answer.best.eta_s == pytest.approx(drive_s(roads, links(roads), spots[-1], job), abs=2)
