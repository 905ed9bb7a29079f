"""Jobs of several crews and ordered jobs: done together, in order, without any violation, and soon."""

from itertools import combinations, pairwise, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.routing.optimiser.breaches import breaches, to_blame
from dispatch.routing.optimiser.course import Course, Routes
from dispatch.routing.optimiser.engine import solve
from dispatch.routing.optimiser.files.reading import read_problem
from dispatch.routing.optimiser.files.writing import bytes_of_plan, json_of_plan, json_of_problem
from dispatch.routing.optimiser.joint.parting import has_ties, part
from dispatch.routing.optimiser.mending import mended, with_followers
from dispatch.routing.optimiser.objective import cost, cost_of
from dispatch.routing.optimiser.problem import Plan, Problem
from dispatch.routing.optimiser.scorer import score
from tests.routing.optimiser.medleys import medley
from tests.routing.optimiser.streets import MIN, Json, crew, job, street


def planned(found: Json, **more: int) -> tuple[Problem, Plan, Course]:
    """Return a problem, the engine's plan and the plan carried out."""
    problem = read_problem(found)
    plan = solve(problem, iterations=more.get("iterations", 400), seed=more.get("seed", 1))
    return problem, plan, Course(problem, plan.routes)


def violations(problem: Problem, routes: Routes) -> int:
    found = score(json_of_problem(problem), json_of_plan(Plan(problem=problem.name, routes=dict(routes))))  # type: ignore[arg-type]
    return sum(found["violations"].values())


def check_sound(problem: Problem, plan: Plan) -> None:
    """Nothing is broken, or only by frozen jobs: they stay whatever they break."""
    course = Course(problem, plan.routes)
    blamed = [to_blame(course, one) for one in breaches(course)]
    assert all(work is not None and work.job.frozen for work in blamed)
    if not any(one.frozen for one in problem.jobs):
        assert violations(problem, plan.routes) == 0


def check_whole(problem: Problem, plan: Plan) -> None:
    """Each job is there with all its crews, or not at all, and then with a reason."""
    visits = [name for names in plan.routes.values() for name in names]
    assert all(visits.count(one.id) in (0, one.crews) for one in problem.jobs)
    assert set(plan.unserved) == {one.id for one in problem.jobs} - set(visits)
    assert all(left.sentence for left in plan.unserved.values())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**9))
def test_no_plan_with_ties_breaks_a_rule_whatever_else_is_asked(seed: int) -> None:
    problem = medley(seed, ties=0.5)
    if not has_ties(problem):
        return
    plan = solve(problem, iterations=40, seed=seed)
    check_whole(problem, plan)
    check_sound(problem, plan)


@pytest.mark.parametrize("seed", [0, 332, 616, 38, 75, 153, 187, 1206, 500_103])
def test_problems_that_once_went_wrong(seed: int) -> None:
    problem = medley(seed, ties=0.5)
    plan = solve(problem, iterations=200, seed=1)
    check_whole(problem, plan)
    check_sound(problem, plan)


def test_a_job_of_two_crews_next_to_two_idle_crews_is_done_at_once() -> None:
    problem, plan, course = planned(street([job("j", 1, crews=2, work_s=10 * MIN)], [crew("c1"), crew("c2", 2)]))
    assert plan.routes == {"c1": ("j",), "c2": ("j",)}
    assert course.begins_s("j") == 10 * MIN
    assert cost(problem, plan.routes) == 20.0


def test_it_waits_for_the_partner_that_comes_late_and_that_one_is_the_nearest() -> None:
    crews = [crew("c1"), crew("c2", 5), crew("c3", 2, free_s=5 * MIN)]
    _, plan, course = planned(street([job("j", 1, crews=2, due_s=0)], crews))
    assert set(plan.routes) == {"c1", "c3"}
    assert course.begins_s("j") == 15 * MIN


def test_who_comes_while_the_partner_rests_begins_with_him_after_the_rest() -> None:
    crews = [crew("c1"), crew("c2", 1, rest_s=[5 * MIN, 30 * MIN])]
    _, plan, course = planned(street([job("j", 1, crews=2, work_s=2 * MIN)], crews))
    assert plan.routes == {"c1": ("j",), "c2": ("j",)}
    assert course.begins_s("j") == 30 * MIN


def test_what_comes_after_waits_for_the_end_of_what_comes_before() -> None:
    jobs = [job("switch", 3, work_s=20 * MIN), job("repair", 1, after=["switch"], due_s=0)]
    _, plan, course = planned(street(jobs, [crew("c1"), crew("c2", 3)]))
    assert plan.routes == {"c1": ("repair",), "c2": ("switch",)}
    assert course.begins_s("repair") == 20 * MIN


def test_a_chain_over_several_crews_is_done_in_order() -> None:
    jobs = [job(f"j{i}", i % 6, work_s=5 * MIN, after=[f"j{i - 1}"] if i else [], due_s=0) for i in range(8)]
    _, plan, course = planned(street(jobs, [crew("c1"), crew("c2", 3)]))
    begun = [course.begins_s(f"j{i}") for i in range(8)]
    assert not plan.unserved
    assert all(a is not None and b is not None and a + 5 * MIN <= b for a, b in pairwise(begun))


def test_two_jobs_of_the_same_two_crews_do_not_wait_for_each_other() -> None:
    jobs = [job("j", 1, crews=2, work_s=MIN), job("k", 4, crews=2, work_s=MIN)]
    _, plan, course = planned(street(jobs, [crew("c1"), crew("c2", 5)]))
    assert not plan.unserved
    assert not breaches(course)


def test_with_one_crew_a_job_of_two_is_left_out_with_its_reason_and_nobody_drives_for_it() -> None:
    _, plan, _ = planned(street([job("j", 1, crews=2), job("k", 2)]))
    assert plan.routes == {"c1": ("k",)}
    assert plan.unserved["j"].code == "TOO_FEW"


def test_what_comes_after_a_job_that_nobody_can_do_is_left_out_too() -> None:
    _, plan, _ = planned(street([job("j", 1, needs=["live"]), job("k", 2, after=["j"]), job("l", 2, after=["k"])]))
    assert plan.routes == {}
    assert {name: left.code for name, left in plan.unserved.items()} == {
        "j": "NO_SKILL", "k": "BEFORE_OUT", "l": "BEFORE_OUT",
    }  # fmt: skip


def test_a_job_is_not_done_only_for_another_that_costs_more_than_it_is_worth() -> None:
    jobs = [job("j", 5, unserved=0), job("k", 0, after=["j"], unserved=20)]
    _, plan, _ = planned(street(jobs))
    assert plan.routes == {}  # 50 minutes of driving there, 50 back


def test_frozen_partners_keep_their_place_and_their_crews() -> None:
    jobs = [job("j", 1, crews=2, frozen=True, work_s=5 * MIN), job("k", 0, due_s=0), job("l", 2, after=["j"])]
    found = street(jobs, [crew("c1"), crew("c2", 5), crew("c3", 4)], plan={"c1": ["j"], "c2": ["j"]})
    _, plan, course = planned(found)
    assert plan.routes["c1"][0] == plan.routes["c2"][0] == "j"
    assert course.begins_s("j") == 40 * MIN
    assert (course.begins_s("l") or 0) >= 45 * MIN
    assert not breaches(course)


def test_a_frozen_job_waits_for_what_must_come_before_and_that_is_given_to_a_crew_that_does_not_wait_for_it() -> None:
    jobs = [job("first", 2, work_s=5 * MIN), job("j", 1, frozen=True, after=["first"])]
    _, plan, course = planned(street(jobs, [crew("c1"), crew("c2", 5)], plan={"c1": ["j"]}))
    assert plan.routes == {"c1": ("j",), "c2": ("first",)}
    assert course.begins_s("j") == 35 * MIN


def test_partners_of_one_depot_both_count_under_its_cap() -> None:
    crews = [crew("c1", depot="d"), crew("c2", depot="d"), crew("c3", 5, depot="e")]
    caps = [{"depot": "d", "kind": "repair", "from_s": 0, "to_s": 43201, "visits": 1}]
    _, plan, course = planned(street([job("j", 0, crews=2)], crews, caps=caps))
    assert sum(name in plan.routes for name in ("c1", "c2")) == 1
    assert "c3" in plan.routes
    assert not breaches(course)


def test_the_same_seed_and_turns_make_the_same_plan_byte_for_byte() -> None:
    problem = medley(9, ties=0.6)
    assert has_ties(problem)
    first, again = (bytes_of_plan(solve(problem, iterations=300, seed=5)) for _ in range(2))
    assert first == again


def test_published_partners_stay_where_a_change_costs_more_than_it_gains() -> None:
    crews = [crew("c1"), crew("c2", 2), crew("c3", 1)]
    found = street([job("j", 1, crews=2)], crews, plan={"c1": ["j"], "c2": ["j"]}, rules={"change": 30})
    assert set(planned(found)[1].routes) == {"c1", "c2"}
    free = found | {"rules": {"change": 5}}
    assert "c3" in planned(free)[1].routes  # ten minutes of driving for five


@pytest.mark.parametrize("seed", [2, 3, 5, 8, 13, 21, 34])
def test_small_problems_are_solved_as_well_as_by_trying_every_plan(seed: int) -> None:
    problem = medley(seed, jobs=4, crews=3, ties=0.5, frozen=False)
    plan = solve(problem, iterations=800, seed=1)
    assert cost(problem, plan.routes) == pytest.approx(least(problem), abs=1e-6)


def least(problem: Problem) -> float:
    """Return what the cheapest of all plans that break nothing costs."""
    crews = [one.id for one in problem.crews]
    ways = [[(), *combinations(crews, one.crews)] for one in problem.jobs]
    best = float("inf")
    for picked in product(*ways):
        sets = {name: [one.id for one, who in zip(problem.jobs, picked, strict=True) if name in who] for name in crews}
        for orders in product(*(permutations(names) for names in sets.values())):
            course = Course(problem, dict(zip(sets, orders, strict=True)))
            if cost_of(course) < best - 1e-9 and not breaches(course):
                best = cost_of(course)
    return best


# the parts it is made of


def test_a_job_of_three_crews_becomes_three_parts_whose_names_no_job_has() -> None:
    problem = read_problem(street([job("j", 1, crews=3), job("j#1", 2), job("k", 3, after=["j"]), job("l", 0)]))
    parted = part(problem, Course(problem, {}))
    assert parted.tied == {"j": ("j##1", "j##2", "j##3"), "k": ("k",)}
    assert [one.id for one in parted.plain.jobs] == ["j##1", "j##2", "j##3", "j#1", "k", "l"]
    assert parted.order == ("j", "k")
    assert not has_ties(parted.plain)


def test_routes_of_jobs_and_routes_of_parts_are_the_same_plan() -> None:
    problem = read_problem(street([job("j", 1, crews=2), job("k", 2)], [crew("c1"), crew("c2")]))
    parted, routes = part(problem, Course(problem, {})), {"c1": ("j", "k"), "c2": ("j",)}
    assert parted.taken_apart(routes) == {"c1": ("j#1", "k"), "c2": ("j#2",)}
    assert parted.joined(parted.taken_apart(routes)) == routes


def test_mending_takes_out_what_breaks_a_rule_with_all_that_comes_after_it() -> None:
    jobs = [job("j", 3, window_s=[0, 10 * MIN]), job("k", 0, after=["j"]), job("l", 1)]
    problem = read_problem(street(jobs, [crew("c1"), crew("c2")]))
    assert mended(problem, {"c1": ("j", "l"), "c2": ("k",)}).planned == {"c1": ("l",), "c2": ()}
    assert with_followers(problem, ["j"]) == {"j", "k"}


def test_of_jobs_that_wait_for_each_other_the_cheaper_one_goes() -> None:
    jobs = [job("j", 0, crews=2, weight=2), job("k", 0, crews=2)]
    problem = read_problem(street(jobs, [crew("c1"), crew("c2")]))
    assert mended(problem, {"c1": ("j", "k"), "c2": ("k", "j")}).planned == {"c1": ("j",), "c2": ("j",)}


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9))
def test_what_is_mended_breaks_nothing_more_than_frozen_jobs_do(seed: int) -> None:
    problem = medley(seed, frozen=False)
    routes: dict[str, tuple[str, ...]] = {one.id: () for one in problem.crews}
    for i, one in enumerate(problem.jobs):
        for name in list(routes)[i % len(routes) :][: one.crews]:
            routes[name] = (*routes[name], one.id)
    assert not breaches(mended(problem, routes))
