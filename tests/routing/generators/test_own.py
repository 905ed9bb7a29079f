"""A person's routes for generator trucks: laid out as they would go, judged by the scorer, and each fault named."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.routing.generators import own, reasons
from dispatch.routing.generators.facts import Feed, facts_of
from dispatch.routing.generators.reading import read_problem
from dispatch.routing.generators.scorer import score
from dispatch.routing.generators.writing import json_of_plan
from tests.routing.generators.small import HOUR, MIN, group, posed, solved, truck

Json = dict[str, Any]


def laid(found: Json, wanted: Mapping[str, list[str]]) -> tuple[own.Own, Json]:
    made = own.timed(read_problem(found), wanted)
    return made, score(found, json_of_plan(made.plan))


def test_a_route_is_driven_as_soon_as_it_can_be_and_feeds_as_long_as_it_lasts() -> None:
    found = posed([truck("t", fuel_s=12 * HOUR)], [group("a", 1, p50_s=2 * HOUR), group("b", 3, p50_s=5 * HOUR)])
    made, judged = laid(found, {"t": ["a", "b"]})
    assert [(stop.group, stop.from_s, stop.to_s) for stop in made.plan.routes["t"]] == [
        ("a", 36 * MIN, 120 * MIN),
        ("b", 162 * MIN, 300 * MIN),  # 12 minutes' drive, 30 of connecting
    ]
    assert made.faults == ()
    assert not any(judged["violations"].values())


def test_the_machine_s_own_routes_cost_a_person_no_more() -> None:
    found = posed([truck("t"), truck("u", 5, kva=200)], [group("a", 1), group("b", 4), group("c", 9, customers=20)])
    plan, best = solved(found)
    routes = {name: [stop.group for stop in stops] for name, stops in plan.routes.items()}
    made, judged = laid(found, routes)
    assert judged["cost"] == pytest.approx(best["cost"])
    assert made.faults == ()


def test_a_truck_that_is_too_weak_is_named_with_what_it_lacks() -> None:
    made, judged = laid(posed([truck("t", kva=150)], [group("a")]), {"t": ["a"]})
    assert judged["violations"]["power"] == 1
    assert "缺 50 kVA" in made.faults[0]


def test_a_truck_that_comes_after_the_crew_is_done_is_named() -> None:
    made, judged = laid(posed([truck("t")], [group("a", 10, p50_s=90 * MIN)]), {"t": ["a"]})
    assert judged["violations"]["late"] == 1
    assert "已复电" in made.faults[0]


def test_where_no_way_leads_the_road_is_named() -> None:
    nowhere = {"by": "matrix", "seconds": [[0, -1], [-1, 0]]}
    made, judged = laid(posed([truck("t")], [group("a")], travel=nowhere), {"t": ["a"]})
    assert judged["violations"]["way"] == 1
    assert "没有路可到" in made.faults[0]


def test_an_empty_tank_that_cannot_be_filled_is_named() -> None:
    made, judged = laid(posed([truck("t", fuel_s=0)], [group("a")]), {"t": ["a"]})
    assert judged["violations"]["fuel"] == 1
    assert "燃料不够" in made.faults[0]


def test_one_customer_more_often_than_allowed_is_named() -> None:
    made, judged = laid(posed([truck("t", fuel_s=HOUR), truck("u")], [group("a")]), {"t": ["a"], "u": ["a"]})
    assert judged["violations"]["feedings"] == 1
    assert "请删去多余的" in made.faults[0]


def test_relief_begins_where_the_first_truck_s_tank_is_empty() -> None:
    found = posed([truck("t", fuel_s=HOUR), truck("u", 2)], [group("a", feedings=2)])
    made, judged = laid(found, {"t": ["a"], "u": ["a"]})
    first, second = made.plan.routes["t"][0], made.plan.routes["u"][0]
    assert {first.from_s, first.to_s, second.from_s, second.to_s} >= {5 * HOUR}
    assert not any(judged["violations"].values())


@given(st.data())
def test_whatever_the_routes_a_plan_without_faults_breaks_nothing(data: st.DataObject) -> None:
    places, hours = st.integers(0, 11), st.integers(0, 6)
    trucks = [
        truck(name, data.draw(places), kva=data.draw(st.sampled_from([100, 400])), fuel_s=data.draw(hours) * HOUR)
        for name in "tu"
    ]
    groups = [
        group(name, data.draw(places), p50_s=data.draw(hours) * HOUR, feedings=data.draw(st.integers(1, 2)))
        for name in "abc"
    ]
    routes = {name: data.draw(st.lists(st.sampled_from("abc"), max_size=4)) for name in "tu"}
    made, judged = laid(posed(trucks, groups), routes)
    assert bool(made.faults) == any(judged["violations"].values())
    assert {name: [stop.group for stop in stops] for name, stops in made.plan.routes.items()} == {
        name: route for name, route in routes.items() if route
    }


def test_each_stop_says_why_this_truck_and_who_else_could_come() -> None:
    found = posed([truck("near", 1), truck("far", 8), truck("weak", 2, kva=100)], [group("a", 2)])
    plan, _ = solved(found)
    problem = read_problem(found)
    (stop,) = plan.routes["near"]
    routes = ((Feed(0, stop.from_s, stop.to_s, stop.refuel),), (), ())
    said = reasons.fed(problem, facts_of(problem), routes)["near", 0]
    assert "near(400 kVA)供 a(需 200 kVA):行车 6 分、接线 30 分" in said
    assert "其次 far 最早第 66 分钟可接通,本方案中留作备用" in said
    assert "weak" not in said
