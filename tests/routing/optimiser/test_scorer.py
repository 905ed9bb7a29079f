"""What a plan costs: each rule once where it costs and once where it does not, worked out by hand."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.routing.optimiser.files.generate import generate
from dispatch.routing.optimiser.files.writing import json_of_problem
from dispatch.routing.optimiser.scorer import drives, score
from tests.routing.optimiser.streets import MIN, Json, broken, costs, crew, job, plan, street


def test_a_minute_of_driving_costs_one() -> None:
    assert costs(street([job("j", 2), job("k", 3)]), c1=["j", "k"]) == {"travel": 30.0}  # 20 + 10 minutes


def test_work_where_the_crew_stands_needs_no_drive() -> None:
    assert costs(street([job("j", 0)]), c1=["j"]) == {}


def test_the_drive_back_costs_too_but_not_of_a_crew_without_jobs() -> None:
    problem = street([job("j", 2)], [crew("c1", back={"place": 5}), crew("c2", back={"place": 5})])
    assert costs(problem, c1=["j"]) == {"travel": 50.0}  # 20 there, 30 back


def test_a_minute_late_costs_its_weight() -> None:
    assert costs(street([job("j", 2, due_s=15 * MIN, weight=3)]), c1=["j"]) == {"travel": 20.0, "late": 15.0}


def test_who_comes_in_the_very_second_is_not_late() -> None:
    assert costs(street([job("j", 2, due_s=20 * MIN, weight=3)]), c1=["j"]) == {"travel": 20.0}


def test_a_promise_before_the_beginning_is_late_from_the_first() -> None:
    assert costs(street([job("j", 0, due_s=-5 * MIN)]), c1=["j"]) == {"late": 5.0}


def test_a_protected_customer_kept_waiting_costs_once_more() -> None:
    waiting = street([job("j", 2, due_s=15 * MIN, weight=3, protected=True)], rules={"protected": 2})
    assert costs(waiting, c1=["j"]) == {"travel": 20.0, "late": 15.0, "protected": 30.0}


def test_a_protected_customer_in_time_costs_nothing_more() -> None:
    assert costs(street([job("j", 2, due_s=20 * MIN, protected=True)], rules={"protected": 2}), c1=["j"]) == {
        "travel": 20.0
    }


def test_a_job_left_out_costs_a_day_of_its_weight_or_what_it_says() -> None:
    problem = street([job("j", 2, weight=2), job("k", 2, unserved=7), job("l", 0)])
    assert costs(problem, c1=["l"]) == {"unserved": 2887.0}  # 2 x 1,440 and 7


def test_a_job_that_is_done_does_not_cost_what_leaving_it_out_would() -> None:
    assert costs(street([job("j", 0, unserved=7)]), c1=["j"]) == {}


def test_another_crew_than_published_costs_a_change() -> None:
    problem = street([job("j", 0)], [crew("c1"), crew("c2")], plan={"c1": ["j"]}, rules={"change": 6})
    assert costs(problem, c2=["j"]) == {"change": 6.0}


def test_another_order_a_new_job_and_one_left_out_are_no_change() -> None:
    jobs = [job("j", 0), job("k", 0), job("new", 0), job("out", 0, unserved=0)]
    problem = street(jobs, [crew("c1"), crew("c2")], plan={"c1": ["j", "k", "out"]}, rules={"change": 6})
    assert costs(problem, c1=["k", "j"], c2=["new"]) == {}


def test_a_crew_that_was_not_told_loses_nothing() -> None:
    jobs, crews = [job("j", 0), job("k", 0)], [crew("c1"), crew("c2")]
    problem = street(jobs, crews, plan={"c1": ["j", "k"]}, told=["k"], rules={"change": 6})
    assert costs(problem, c2=["j"]) == {"unserved": 1440.0}
    assert costs(problem, c2=["j", "k"]) == {"change": 6.0}


def test_of_two_crews_only_the_new_one_is_a_change() -> None:
    crews = [crew("c1"), crew("c2"), crew("c3")]
    problem = street([job("j", 0, crews=2)], crews, plan={"c1": ["j"], "c2": ["j"]}, rules={"change": 6})
    assert costs(problem, c1=["j"], c3=["j"]) == {"change": 6.0}


def test_a_minute_after_the_shift_costs_two() -> None:
    problem = street([job("j", 2, work_s=10 * MIN)], [crew("c1", ends_s=20 * MIN, latest_s=60 * MIN)])
    assert costs(problem, c1=["j"]) == {"travel": 20.0, "overtime": 20.0}  # ends at 30


def test_work_that_ends_with_the_shift_is_no_overtime() -> None:
    problem = street([job("j", 2, work_s=10 * MIN)], [crew("c1", ends_s=30 * MIN, latest_s=60 * MIN)])
    assert costs(problem, c1=["j"]) == {"travel": 20.0}


def test_the_drive_back_is_work_time() -> None:
    there = crew("c1", back={"place": 0}, ends_s=30 * MIN, latest_s=60 * MIN)
    assert costs(street([job("j", 2)], [there]), c1=["j"]) == {"travel": 40.0, "overtime": 20.0}  # home at 40


def test_a_crew_of_another_county_costs_the_rule_or_its_own_price() -> None:
    jobs = [job("j", 0, county="b"), job("k", 0, county="b")]
    crews = [crew("c1", county="a"), crew("c2", county="a", lent_cost=9)]
    assert costs(street(jobs, crews, rules={"foreign": 4}), c1=["j"], c2=["k"]) == {"foreign": 13.0}


def test_at_home_or_where_the_county_does_not_matter_nothing_is_lent() -> None:
    jobs = [job("j", 0, county="b"), job("k", 0, county="b"), job("l", 0)]
    crews = [crew("c1", county="b"), crew("c2", county="a", lent_cost=0)]
    assert costs(street(jobs, crews, rules={"foreign": 4}), c1=["j"], c2=["k", "l"]) == {}


def test_a_county_below_its_reserve_costs_each_crew() -> None:
    crews = [crew(f"c{i}", county="a") for i in range(4)]
    problem = street([job("j", 0)], crews, reserves=[{"county": "a", "crews": 5}], rules={"reserve": 8})
    assert costs(problem, c1=["j"]) == {"reserve": 16.0}  # three idle of five


def test_a_county_with_its_reserve_costs_nothing() -> None:
    crews = [crew(f"c{i}", county="a") for i in range(4)]
    problem = street([job("j", 0)], crews, reserves=[{"county": "a", "crews": 3}], rules={"reserve": 8})
    assert costs(problem, c1=["j"]) == {}


@pytest.mark.parametrize(
    "rule", ["travel", "late", "protected", "unserved", "change", "overtime", "foreign", "reserve"]
)
def test_a_weight_of_nought_switches_a_rule_off(rule: str) -> None:
    jobs = [job("j", 2, due_s=0, protected=True, county="b"), job("k", 0)]
    crews = [crew("c1", county="a", ends_s=0, latest_s=99 * MIN), crew("c2")]
    weights = dict.fromkeys(("change", "foreign", "reserve"), 3)
    shared = {"plan": {"c2": ["j"]}, "reserves": [{"county": "a", "crews": 1}]}
    whole = costs(street(jobs, crews, rules=weights, **shared), c1=["j"])
    assert len(whole) == 8
    del whole[rule]
    assert costs(street(jobs, crews, rules=weights | {rule: 0}, **shared), c1=["j"]) == whole


# when things happen


def starts(problem: Json, **routes: list[str]) -> dict[str, float]:
    """Return when work begins (minutes), by asking for how late it is against a promise of nought."""
    begun = {}
    for one in problem["jobs"]:
        asked = [{**other, "due_s": 0, "weight": float(other is one)} for other in problem["jobs"]]
        begun[one["id"]] = score(problem | {"jobs": asked}, plan(**routes))["by_rule"]["late"]
    return begun


def test_a_crew_waits_for_the_window_and_sets_out_when_it_is_free() -> None:
    problem = street(
        [job("j", 1, window_s=[30 * MIN, 90 * MIN], work_s=5 * MIN), job("k", 2)], [crew("c1", free_s=7 * MIN)]
    )
    assert starts(problem, c1=["j", "k"]) == {"j": 30.0, "k": 45.0}
    assert score(problem, plan(c1=["j", "k"]))["minutes"] == {"travel": 20.0, "late": 0.0, "wait": 13.0}


def test_no_work_overlaps_the_rest_but_driving_may() -> None:
    problem = street([job("j", 1, work_s=10 * MIN), job("k", 2, work_s=MIN)], [crew("c1", rest_s=[15 * MIN, 60 * MIN])])
    assert starts(problem, c1=["j", "k"]) == {"j": 60.0, "k": 80.0}
    assert starts(problem, c1=["k", "j"]) == {"k": 60.0, "j": 71.0}


def test_work_may_end_as_the_rest_begins() -> None:
    assert starts(street([job("j", 1, work_s=5 * MIN)], [crew("c1", rest_s=[15 * MIN, 60 * MIN])]), c1=["j"]) == {
        "j": 10.0
    }


def test_two_crews_begin_together_when_the_last_has_come() -> None:
    problem = street([job("j", 3, crews=2, work_s=5 * MIN), job("k", 4)], [crew("c1"), crew("c2", 2)])
    assert starts(problem, c1=["j"], c2=["j", "k"]) == {"j": 30.0, "k": 45.0}
    assert score(problem, plan(c1=["j"], c2=["j", "k"]))["minutes"]["wait"] == 20.0


def test_the_rest_of_one_partner_holds_both_and_may_run_into_that_of_the_other() -> None:
    crews = [crew("c1", rest_s=[5 * MIN, 20 * MIN]), crew("c2", rest_s=[22 * MIN, 40 * MIN])]
    assert starts(street([job("j", 1, crews=2, work_s=5 * MIN)], crews), c1=["j"], c2=["j"]) == {"j": 40.0}


def test_a_job_waits_for_those_that_come_before_it() -> None:
    problem = street([job("j", 3, work_s=5 * MIN), job("k", 0, after=["j"])], [crew("c1"), crew("c2")])
    assert starts(problem, c1=["j"], c2=["k"]) == {"j": 30.0, "k": 35.0}


# travel


def test_a_drive_over_the_plane_takes_what_the_formula_says() -> None:
    drive = drives({"by": "plane"})
    here, there = {"x_km": 0.0, "y_km": 0.0}, {"x_km": 9.0, "y_km": 12.0}
    assert drive(here, there, there) == 1913  # 15 km at 38.5 km/h with detour 1.3, and 1.5 minutes
    assert drive(here, here, here) == 0


def test_a_drive_along_the_line_uses_the_class_of_the_job() -> None:
    travel = {
        "by": "line",
        "speed_kmh": {"urban": 30, "rural": 40, "remote": 25},
        "detour": {"urban": 1.2, "rural": 1.3, "remote": 1.5},
    }
    drive = drives(travel)
    south, north = {"lon": 120.0, "lat": 29.0}, {"lon": 120.0, "lat": 30.0, "area_class": "rural"}
    assert drive(south, north, north) == 13010  # 111,195 m x 1.3 at 40 km/h
    assert drive(north, south, north) == 13010  # back: the class of the job that is left
    assert drive(north, south, south) == 16012  # 1.2 at 30: urban where nothing is said


# laws

points = st.tuples(st.integers(0, 40), st.integers(0, 40))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(points, st.integers(0, 3600)), min_size=2, max_size=7), st.data())
def test_leaving_out_a_job_never_makes_another_late(
    found: list[tuple[tuple[int, int], int]], data: st.DataObject
) -> None:
    jobs = [{"id": f"j{i}", "x_km": x, "y_km": y, "work_s": work} for i, ((x, y), work) in enumerate(found)]
    problem: Json = {"travel": {"by": "plane"}, "jobs": jobs, "crews": [{"id": "c1", "x_km": 0, "y_km": 0}]}
    names = [one["id"] for one in jobs]
    gone = data.draw(st.sampled_from(names))
    before, after = starts(problem, c1=names), starts(problem, c1=[name for name in names if name != gone])
    assert all(after[name] <= before[name] for name in names if name != gone)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.randoms(use_true_random=False))
def test_the_order_of_crews_and_jobs_in_the_file_does_not_matter(seed: int, random: Random) -> None:
    problem = json_of_problem(generate("storm", 40, 6, seed, caps=True))
    routes: dict[str, list[str]] = {}
    for i, one in enumerate(problem["jobs"][:-3]):
        routes.setdefault(problem["crews"][i % 6]["id"], []).append(one["id"])
    expected = score(problem, plan(**routes))
    turned = {**problem, **{part: _shuffled(problem[part], random) for part in ("jobs", "crews", "caps")}}
    assert score(turned, plan(**dict(_shuffled(list(routes.items()), random)))) == expected


def _shuffled(parts: list[Any], random: Random) -> list[Any]:
    return random.sample(parts, len(parts))


def test_a_plan_without_routes_and_a_problem_without_anything_have_a_score() -> None:
    assert score(street([], []), plan())["cost"] == 0
    assert costs(street([job("j", 0)], [])) == {"unserved": 1440.0}


def test_what_is_null_is_not_said() -> None:
    nothing = dict.fromkeys(("due_s", "window_s", "unserved", "pinned"))
    problem = street(
        [job("j", 1, **nothing)],
        [crew("c1", **dict.fromkeys(("ends_s", "latest_s", "rest_s", "back", "room", "lent_cost")))],
    )
    assert costs(problem, c1=["j"]) == {"travel": 10.0}
    assert broken(problem, c1=["j"]) == {}
    assert json.loads(json.dumps(problem)) == problem
