"""The made-up typhoon day: by seed, on land, with the real log's distributions."""

import json
from collections import Counter

import numpy as np
import pytest
import shapely

from dispatch.desk.world import World as Loaded
from dispatch.kit.clock import CHINA
from dispatch.simulator.day import SHIFT
from scenarios.typhoon import Scenario, scenario


@pytest.fixture(scope="module")
def day() -> Scenario:
    return scenario(seed=7)


def test_the_same_seed_makes_the_same_day(day: Scenario) -> None:
    again = scenario(seed=7)
    assert again.day == day.day
    assert again.world.doc == day.world.doc


def test_another_seed_makes_another_day(day: Scenario) -> None:
    assert scenario(seed=8).day.calls != day.day.calls


def test_fewer_hours_are_the_beginning_of_the_same_day(day: Scenario) -> None:
    morning = scenario(seed=7, hours=11)
    assert morning.day.calls == day.day.calls[: len(morning.day.calls)]
    assert max(call.at.astimezone(CHINA).hour for call in morning.day.calls) == 10


def test_every_call_lies_in_a_county(day: Scenario) -> None:
    shapes = [shapely.geometry.shape(a["boundary"]) for a in day.world.doc["areas"] if a["level"] == "county"]
    points = shapely.points([(call.lon, call.lat) for call in day.day.calls])
    hits = shapely.STRtree(shapes).query(points, predicate="intersects")
    assert set(hits[0].tolist()) == set(range(len(points)))


def test_the_province_has_its_counties_and_about_its_size(day: Scenario) -> None:
    counties = [area for area in day.world.doc["areas"] if area["level"] == "county"]
    assert len(counties) == 90
    land = shapely.union_all([shapely.geometry.shape(county["boundary"]) for county in counties])
    km2 = land.area * 111.195**2 * np.cos(np.radians(29.2))
    assert 95_000 < km2 < 115_000  # really 105,500
    assert not land.contains(shapely.Point(121.2, 30.45))  # Hangzhou Bay
    assert land.contains(shapely.Point(122.205, 29.989))  # the island of Zhoushan


def test_calls_burst_as_in_the_real_log(day: Scenario) -> None:
    hours = Counter(call.at.astimezone(CHINA).hour for call in day.day.calls)
    assert 0.12 < max(hours.values()) / len(day.day.calls) < 0.22  # 16.8 % expected of 900 draws


def test_customers_and_work_follow_the_real_log(day: Scenario) -> None:
    customers = np.array([call.customers for call in day.day.calls])
    assert np.median(customers) <= 2
    assert 30 < np.percentile(customers, 90) < 130
    work = np.array([call.work.total_seconds() / 60 for call in day.day.calls if call.work])
    assert len(work) == len(day.day.calls)
    assert 120 < np.median(work) < 190
    assert work.max() <= SHIFT.total_seconds() / 60


def test_its_world_can_be_loaded(day: Scenario) -> None:
    world = Loaded.read(json.dumps(day.world.doc))
    assert world.approximate
