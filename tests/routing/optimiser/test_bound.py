"""The lower bound is one: below the proved optimum of small problems and below every plan of larger ones."""

import json
from math import inf

import pytest

from dispatch.routing.optimiser.engine import solve
from dispatch.routing.optimiser.files.generate import Scene, generate
from dispatch.routing.optimiser.files.reading import problem_of
from dispatch.routing.optimiser.files.writing import json_of_plan, json_of_problem
from dispatch.routing.optimiser.proofs.bound import bound
from dispatch.routing.optimiser.proofs.routebound import bound_by_routes
from dispatch.routing.optimiser.scorer import score
from tests.routing.optimiser.oracle import best_of_all, optimum
from tests.routing.optimiser.small import Json, rich
from tests.routing.optimiser.streets import MIN, crew, job, street


def _bound(problem: Json, **more: int) -> float:
    return bound(problem_of(json.dumps(problem).encode()), **more).cost


@pytest.mark.parametrize("seed", range(60))
def test_no_plan_under_any_rule_costs_less_than_the_bound(seed: int) -> None:
    """Windows, pins, vetoes, frozen jobs, rests, rooms, caps, reserves, drives back, detours that are quicker."""
    problem = rich(seed, jobs=6, crews=2)
    least = optimum(problem)
    assert _bound(problem) <= least + 1e-6
    assert _bound(problem, piece_s=60) <= least + 1e-6


@pytest.mark.parametrize("seed", range(20))
def test_jobs_that_wait_for_others_do_not_lift_the_bound(seed: int) -> None:
    problem = rich(seed, jobs=4, crews=2, after=True)
    assert _bound(problem, piece_s=60) <= best_of_all(problem) + 1e-6


@pytest.mark.parametrize("scene", Scene)
@pytest.mark.parametrize("seed", range(5))
def test_the_bound_is_below_the_optimum_of_ten_jobs(scene: Scene, seed: int) -> None:
    problem = generate(scene, 10, 3, seed)
    least = optimum(json_of_problem(problem))
    assert 0.0 < _bound(json_of_problem(problem), piece_s=60) <= least + 1e-6


@pytest.mark.parametrize("scene", Scene)
def test_the_bound_is_below_the_search_and_not_far(scene: Scene) -> None:
    problem = generate(scene, 200, 60, 1, caps=True)
    found = score(json_of_problem(problem), json_of_plan(solve(problem, iterations=20_000)))
    proved = bound(problem)
    assert found["cost"] / 3 < proved.cost <= found["cost"]
    assert proved.gap(found["cost"]) == pytest.approx(found["cost"] / proved.cost - 1)


@pytest.mark.parametrize("seed", range(20))
def test_no_plan_costs_less_than_the_bound_by_routes(seed: int) -> None:
    """The same rules once more; work takes time here, or there would be the flow's bound only."""
    made = rich(seed, jobs=6, crews=2)
    for one in made["jobs"]:
        one["work_s"] = max(one["work_s"], 10 * MIN)
    problem = problem_of(json.dumps(made).encode())
    least = optimum(made)
    for above in (None, least if least < inf else 500.0):
        assert bound(problem).cost - 1e-6 <= bound_by_routes(problem, rounds=25, above=above).cost <= least + 1e-6


@pytest.mark.parametrize("scene", Scene)
def test_the_bound_by_routes_is_below_the_optimum_of_ten_jobs(scene: Scene) -> None:
    for seed in range(5):
        problem = generate(scene, 10, 3, seed)
        assert bound_by_routes(problem, rounds=60).cost <= optimum(json_of_problem(problem)) + 1e-6


def test_routes_prove_more_of_a_storm_than_the_flow_and_the_same_each_time() -> None:
    problem = generate("storm", 100, 20, 1)
    cost = score(json_of_problem(problem), json_of_plan(solve(problem, iterations=20_000)))["cost"]
    proved = bound_by_routes(problem, rounds=80, above=cost).cost
    assert 1.1 * bound(problem).cost < proved <= cost
    assert bound_by_routes(problem, rounds=80, above=cost).cost == proved


def test_work_of_no_length_where_a_crew_stands_leaves_the_bound_by_flow() -> None:
    problem = problem_of(json.dumps(street([job("j", 0), job("k", 3, work_s=MIN), job("l", 2, work_s=MIN)])).encode())
    assert bound_by_routes(problem, rounds=5) == bound(problem)


def test_shorter_pieces_of_time_prove_more() -> None:
    problem = generate("storm", 60, 10, 1)
    costs = [bound(problem, piece_s=piece).cost for piece in (3600, 600, 60)]
    assert costs == sorted(costs)


def test_one_late_job_alone_is_bounded_by_what_it_costs() -> None:
    """Twenty minutes there, ten late at weight 3: 50. In pieces of a minute the bound is nearly all of that."""
    problem = street([job("j", 2, due_s=10 * MIN, weight=3, work_s=10 * MIN)])
    assert 0.9 * 50.0 <= _bound(problem, piece_s=60) <= 50.0


def test_crews_in_one_place_pay_for_a_queue() -> None:
    """Six jobs of half an hour where the crew stands, due at once: the last waits 150 minutes, all together 450."""
    problem = street([job(f"j{i}", 0, due_s=0, work_s=30 * MIN) for i in range(6)])
    assert 0.95 * 450.0 <= _bound(problem, piece_s=60) <= 450.0


def test_what_nobody_can_do_costs_what_leaving_it_out_costs() -> None:
    jobs = [job("skill", 0, needs=["x"], unserved=7), job("late", 5, window_s=[0, 30 * MIN], unserved=5)]
    assert _bound(street(jobs)) == pytest.approx(12.0)
    assert _bound(street(jobs, [])) == pytest.approx(12.0)


def test_work_of_no_length_where_the_crew_stands_costs_nothing() -> None:
    assert _bound(street([job("j", 0), job("k", 0, due_s=10 * MIN)])) == 0.0


def test_a_thousand_jobs_at_one_place_are_bounded() -> None:
    many = [job(f"j{i}", 0, work_s=10 * MIN, due_s=0, unserved=60) for i in range(1000)]
    assert 0.0 < _bound(street(many)) <= 60_000.0


def test_enormous_costs_do_not_overflow() -> None:
    problem = street(
        [job("j", 1, work_s=0, unserved=1e12, weight=1e9, due_s=-1_000_000_000), job("k", 2, unserved=1e12)]
    )
    assert 0.0 <= _bound(problem) <= best_of_all(problem)


def test_frozen_work_counts_as_it_is_and_may_break_the_shift() -> None:
    """Thirty minutes' drive, two hours' work: 30 + 2 x 30 late + 2 x 120 overtime, whatever else is done."""
    jobs = [job("f", 3, work_s=120 * MIN, due_s=0, weight=2, frozen=True), job("k", 3, work_s=10 * MIN, unserved=3)]
    problem = street(jobs, [crew("c1", ends_s=30 * MIN, latest_s=600 * MIN)], plan={"c1": ["f"]})
    assert best_of_all(problem) == 30 + 60 + 240 + 3
    assert 330.0 <= _bound(problem, piece_s=60) <= 333.0


def test_no_jobs_cost_nothing_and_their_gap_is_none() -> None:
    nothing = bound(problem_of(json.dumps(street([])).encode()))
    assert (nothing.cost, nothing.gap(0.0), nothing.gap(1.0)) == (0.0, 0.0, inf)
