"""Lists of half-days: checked by a validator that shares nothing with what makes them."""

import os
import subprocess
import sys
from dataclasses import replace
from itertools import permutations, product

import pytest

from dispatch.routing.worklists.making import make
from dispatch.routing.worklists.problem import HalfDay, List, Stop, Team, Visit

from .halfdays import HOUR, LENGTH, MIN, drawn, half_day, team, visit
from .validator import faults, seconds

SECOND = "石浦/survey/urban/2"


@pytest.mark.parametrize("seed", range(40))
def test_a_list_keeps_every_promise_and_every_declared_capacity(seed: int) -> None:
    asked = drawn(seed)
    assert faults(asked, make(asked, seed=seed, iterations=40)) == []


def test_a_team_drives_along_the_road_and_is_back_when_the_half_day_ends() -> None:
    asked = half_day([team()], [visit("far", km=6.0), visit("near", km=2.0), visit("middle", km=4.0)])
    made = make(asked, seed=1, iterations=100)
    assert made.cost["travel"] == pytest.approx(2 * 6.0 * 1.3 / 30.0 * 60, rel=0.01)
    assert made.left == {}
    assert made.home_s[asked.teams[0].id] <= LENGTH


def test_an_agreed_hour_is_kept_though_the_way_is_longer() -> None:
    early, late = visit("early", km=6.0, window_s=(0, 20 * MIN)), visit("late", km=2.0, window_s=(HOUR, 2 * HOUR))
    made = make(half_day([team()], [late, early]), seed=1, iterations=100)
    (stops,) = made.routes.values()
    assert [stop.visit for stop in stops] == ["early", "late"]


def test_a_pause_is_kept() -> None:
    asked = half_day([team(pause_s=(30 * MIN, 50 * MIN))], [visit("one"), visit("two")])
    made = make(asked, seed=1, iterations=100)
    assert faults(asked, made) == []
    assert made.left == {}


def test_more_is_not_made_than_was_declared() -> None:
    asked = half_day([team(), team(SECOND)], [visit(f"v{i}") for i in range(6)], caps={("石浦", "survey/urban"): 4})
    made = make(asked, seed=1, iterations=100)
    assert sum(map(len, made.routes.values())) == 4
    assert faults(asked, made) == []


def test_pooled_depots_make_each_others_visits() -> None:
    other = team("西周/survey/urban/1", lon=121.95)
    asked = half_day([other], [visit("one")])
    assert make(asked, seed=1, iterations=20).left["one"].code == "NO_TEAM"
    assert make(replace(asked, pooled=True), seed=1, iterations=20).left == {}


def test_a_pin_is_kept() -> None:
    asked = half_day([team(), team(SECOND)], [visit("one", pinned=SECOND), visit("two", pinned=SECOND), visit("three")])
    made = make(asked, seed=1, iterations=100)
    assert {stop.visit for stop in made.routes[SECOND]} >= {"one", "two"}


@pytest.mark.parametrize("seed", range(12))
def test_a_small_list_is_the_best_there_is(seed: int) -> None:
    asked = drawn(seed, visits=5, depots=1)
    asked = replace(asked, teams=asked.teams[:2], caps={})
    made = make(asked, seed=1, iterations=400)
    assert sum(made.cost.values()) == pytest.approx(_least(asked), abs=0.2)


def _least(asked: HalfDay) -> float:
    """Return the least cost of all lists, by trying all."""
    names = [one.id for one in asked.visits]
    best = float("inf")
    for chosen in product([None, *asked.teams], repeat=len(names)):
        cost = sum(one.price for one, by in zip(asked.visits, chosen, strict=True) if by is None)
        for crew in asked.teams:
            ours = [name for name, one in zip(names, chosen, strict=True) if one is crew]
            cost += min((_driven(asked, crew, order) for order in permutations(ours)), default=0.0)
        best = min(best, cost)
    return best


def _driven(asked: HalfDay, team: Team, order: tuple[str, ...]) -> float:
    """Return minutes of driving of one team's route, infinite if the validator finds anything wrong with it."""
    if not order:
        return 0.0
    visits = {one.id: one for one in asked.visits}
    here: Team | Visit = team
    free_s, drive_s, stops = team.from_s, 0, []
    for name in order:
        one = visits[name]
        way_s = seconds(asked.travel, here, one, one.area_class)
        if way_s is None:
            return float("inf")
        begins_s = max(free_s + way_s, one.window_s[0])
        if team.pause_s and begins_s < team.pause_s[1] and begins_s + one.work_s > team.pause_s[0]:
            begins_s = team.pause_s[1]
        stops.append(
            Stop(visit=name, drive_s=way_s, arrives_s=free_s + way_s, begins_s=begins_s, ends_s=begins_s + one.work_s)
        )
        here, free_s, drive_s = one, begins_s + one.work_s, drive_s + way_s
    back_s = seconds(asked.travel, here, team, visits[order[-1]].area_class)
    if back_s is None:
        return float("inf")
    only = replace(asked, visits=tuple(visits[name] for name in order))
    cost = {"travel": (drive_s + back_s) / 60, "unserved": 0.0}
    made = List(routes={team.id: tuple(stops)}, home_s={team.id: free_s + back_s}, left={}, cost=cost, made_by={})
    return float("inf") if faults(only, made) else cost["travel"]


SAME = """
from dataclasses import replace
from dispatch.routing.worklists.making import make
from tests.routing.worklists.halfdays import drawn
for seed in range(6):
    print(repr(make(drawn(seed), seed=7, iterations=30, after=replace(drawn(seed), name="下午"))))
"""


def test_the_same_half_day_and_seed_give_the_same_list_in_every_process() -> None:
    lists = []
    for hashing in ("0", "4711"):
        told = subprocess.run(
            [sys.executable, "-c", SAME], env=os.environ | {"PYTHONHASHSEED": hashing}, capture_output=True, check=True
        )
        lists.append(told.stdout)
    assert lists[0] == lists[1]
    assert lists[0].count(b"List(") == 6


def test_the_list_does_not_depend_on_the_number_of_cores() -> None:
    for seed in range(5):
        asked = drawn(seed)
        assert make(asked, seed=3, iterations=30, cores=2) == make(asked, seed=3, iterations=30)


def test_no_teams_and_no_visits_are_half_days_like_others() -> None:
    assert make(half_day([], []), seed=1, iterations=10).routes == {}
    assert make(half_day([team()], []), seed=1, iterations=10).routes == {}
    left = make(half_day([], [visit("one")]), seed=1, iterations=10).left
    assert left["one"].code == "NO_TEAM"


def test_a_thousand_visits_at_one_point_are_planned() -> None:
    asked = half_day([team(), team(SECOND)], [visit(f"v{i}") for i in range(1000)])
    made = make(asked, seed=1, iterations=5)
    assert sum(map(len, made.routes.values())) == 12
    assert {left.code for left in made.left.values()} == {"CROWDED"}
    assert faults(asked, made) == []


def test_a_visit_at_the_depot_needs_no_drive() -> None:
    made = make(half_day([team()], [visit("here", km=0.0)]), seed=1, iterations=10)
    assert made.cost["travel"] == 0.0
    assert made.left == {}
