"""A recorded day on the roads of another place: every call at a road one can drive to, crews that drive by road."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from dispatch.kit.earth import distance_m
from dispatch.simulator.carried import Net, RoadLand, Rule, carried
from dispatch.simulator.day import Call, Day, Town
from dispatch.simulator.habits import Habits, OpenLand
from tests.routing.roads.networks import RULE, graph_of

# A ladder of two long roads and a rung at each end, and a lonely lane that nothing leads to.
POINTS = {1: (1.50, 42.50), 2: (1.60, 42.50), 3: (1.60, 42.56), 4: (1.50, 42.56), 8: (1.55, 42.53), 9: (1.551, 42.53)}
GRAPH = graph_of(POINTS, [((1, 2), "primary", 0), ((2, 3), "primary", 0), ((3, 4), "primary", 0),
                          ((4, 1), "primary", 0), ((8, 9), "residential", 0)])  # fmt: skip
BEGIN = datetime(2024, 7, 25, tzinfo=UTC)


def day(count: int = 400) -> Day:
    rng = np.random.default_rng(2)
    spots = rng.normal((-122.4, 37.75), (0.03, 0.02), (count, 2))
    calls = tuple(
        Call(f"c{n}", BEGIN + timedelta(minutes=n), float(x), float(y), "甲" if x < -122.4 else "乙")
        for n, (x, y) in enumerate(spots)
    )
    return Day("record", calls, (Town("甲", -122.42, 37.75, 1.0), Town("乙", -122.38, 37.75, 1.0)))


def test_every_call_and_town_stands_at_a_road_that_leads_somewhere() -> None:
    moved = carried(day(), GRAPH)
    roads = Net.of(GRAPH)
    assert {(1.55, 42.53), (1.551, 42.53)}.isdisjoint(map(tuple, np.round(roads.points, 6).tolist()))
    found = GRAPH.snap(np.array([c.lon for c in moved.calls]), np.array([c.lat for c in moved.calls]), limit_m=5.0)
    assert (found.edge >= 0).all()
    assert [c.at for c in moved.calls] == [c.at for c in day().calls]
    assert "test" in moved.name
    assert {t.name for t in moved.towns} == {"甲", "乙"}


def test_what_lies_west_stays_west() -> None:
    before, after = day(), carried(day(), GRAPH)
    west = [n for n, call in enumerate(before.calls) if call.lon < -122.45]
    east = [n for n, call in enumerate(before.calls) if call.lon > -122.35]
    assert max(after.calls[n].lon for n in west) <= min(after.calls[n].lon for n in east)


def test_crews_drive_around_what_lies_between_the_roads() -> None:
    south, north = (1.55, 42.50), (1.55, 42.56)
    seconds, metres = RoadLand(GRAPH, RULE).drive(south, north)
    assert metres > 2 * distance_m(*south, *north)
    assert seconds > 0
    assert RoadLand(GRAPH, RULE).drive((5.0, 45.0), (5.1, 45.0)) == OpenLand().drive((5.0, 45.0), (5.1, 45.0))


def test_the_same_luck_on_every_land() -> None:
    here, there = (1.50, 42.50), (1.60, 42.50)
    roads, plain = Habits(3, land=RoadLand(GRAPH, RULE)), Habits(3)
    first, second = roads.trip("a", here, there), roads.trip("b", here, there)
    luck = plain.trip("a", here, there).takes / plain.trip("b", here, there).takes
    assert first.takes / second.takes == pytest.approx(luck, rel=0.01)
    assert first.metres == second.metres


def test_every_rule_says_its_policy_of_the_api() -> None:
    assert [rule.policy.value for rule in Rule] == ["own-district", "nearest", "nearest", "nearest"]
