"""The engine: whatever the problem, its plan breaks no rule, costs what the scorer says, and is the same each time."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.routing.optimiser.engine import Budget, Heat, Search, solve
from dispatch.routing.optimiser.files.checks import check
from dispatch.routing.optimiser.files.generate import generate
from dispatch.routing.optimiser.files.writing import bytes_of_plan, json_of_plan, json_of_problem
from dispatch.routing.optimiser.problem import ByMatrix, ByPlane, Crew, Job, Place, Plan, Problem
from dispatch.routing.optimiser.scorer import score

from .shapes import problems


def scored(problem: Problem, plan: Plan) -> dict[str, object]:
    return dict(score(json_of_problem(problem), json_of_plan(plan)))


def broken(found: dict[str, object]) -> dict[str, int]:
    violations: dict[str, int] = found["violations"]  # type: ignore[assignment]
    return {kind: count for kind, count in violations.items() if count}


@settings(max_examples=80)
@given(problems(), st.integers(0, 60), st.integers(1, 2))
def test_no_plan_breaks_a_rule_and_its_cost_is_the_scorers(problem: Problem, turns: int, cores: int) -> None:
    check(problem)
    search = Search(problem, seed=turns, cores=cores)
    search.run(Budget(None, turns, 0.0), Heat(), lambda _: None)
    plan = search.plan({})
    found = scored(problem, plan)
    assert not broken(found)
    assert found["cost"] == pytest.approx(search.cost, abs=1e-5)
    assert set(plan.unserved) == {j.id for j in problem.jobs} - {j for route in plan.routes.values() for j in route}


@pytest.mark.parametrize(("kind", "caps", "cores"), [("storm", True, 1), ("storm", False, 2), ("planned", True, 2)])
def test_a_longer_search_never_costs_more_and_loses_no_job(kind: str, caps: bool, cores: int) -> None:
    problem = generate(kind, 240, 40, 3, caps=caps)
    costs = []
    for turns in (0, 400, 4000):
        plan = solve(problem, iterations=turns, cores=cores, seed=1)
        found = scored(problem, plan)
        assert not broken(found)
        assert found["served"] + found["unserved"] == 240  # type: ignore[operator]
        costs.append(found["cost"])
    assert costs[0] > costs[1] > costs[2]


@pytest.mark.parametrize("cores", [1, 2, 3])
def test_the_same_seed_cores_and_turns_make_the_same_plan_byte_for_byte(cores: int) -> None:
    problem = generate("storm", 300, 40, 5, caps=True)
    first, again = (solve(problem, iterations=3000, cores=cores, seed=9) for _ in range(2))
    assert bytes_of_plan(first) == bytes_of_plan(again)
    assert bytes_of_plan(solve(problem, iterations=3000, cores=cores, seed=10)) != bytes_of_plan(first)


def test_what_is_frozen_keeps_its_crew_and_its_place_however_bad_that_is() -> None:
    problem = generate("normal", 12, 4, 1)
    held = [job for job in problem.jobs if set(job.needs) <= set(problem.crews[0].skills)][:2]
    jobs = tuple(
        Job(**{**_fields(job), "frozen": job in held, "window_s": (0, 60) if job in held else job.window_s})
        for job in problem.jobs
    )
    route = tuple(job.id for job in reversed(held))
    problem = Problem(travel=ByPlane(), jobs=jobs, crews=problem.crews, plan={problem.crews[0].id: route})
    plan = solve(problem, iterations=2000, seed=2)
    assert plan.routes[problem.crews[0].id][: len(route)] == route


def test_a_plan_changes_only_when_the_gain_pays_the_change() -> None:
    problem = generate("storm", 60, 12, 8)
    loose = solve(problem, iterations=300, seed=1)

    def moved(change: float) -> int:
        again = Problem(
            travel=problem.travel, jobs=problem.jobs, crews=problem.crews, horizon_s=problem.horizon_s,
            plan=loose.routes, rules=type(problem.rules)(change=change),
        )  # fmt: skip
        owner = {job: crew for crew, route in loose.routes.items() for job in route}
        plan = solve(again, iterations=6000, seed=4)
        return sum(owner.get(job, crew) != crew for crew, route in plan.routes.items() for job in route)

    assert moved(0.0) > moved(30.0) >= moved(1e9) == 0


def test_who_was_told_keeps_his_job_and_the_others_are_planned_freely() -> None:
    problem = generate("storm", 60, 12, 8)
    loose = solve(problem, iterations=300, seed=1)
    told = tuple(route[0] for route in loose.routes.values() if route)

    def owners(told: tuple[str, ...] | None) -> dict[str, str]:
        again = replace(problem, plan=loose.routes, told=told, rules=replace(problem.rules, change=1e9))
        return {job: crew for crew, route in solve(again, iterations=6000, seed=4).routes.items() for job in route}

    was = {job: crew for crew, route in loose.routes.items() for job in route}
    free, bound = owners(told), owners(None)
    assert all(bound.get(job, crew) == crew for job, crew in was.items())
    assert all(free.get(job, was[job]) == was[job] for job in told)
    assert any(free.get(job, crew) != crew for job, crew in was.items())


def test_a_route_that_loses_the_stop_that_led_on_spoils_no_cost() -> None:
    """From place 2 there is a way to place 1 only over place 0: taking that stop out leaves no way."""
    seconds = ((0, 0, 0), (0, 0, -1), (0, -1, 0))
    jobs = tuple(Job(id=f"j{i}", at=Place(place=i // 2), work_s=0, window_s=(0, 3600), unserved=30.0) for i in range(4))
    crew = Crew(id="c", at=Place(place=2), ends_s=3600, latest_s=3600)
    problem = Problem(travel=ByMatrix(seconds), jobs=jobs, crews=(crew,), horizon_s=3600)
    for seed in range(20):
        search = Search(problem, seed=seed)
        search.run(Budget(None, 200, 0.0), Heat(), lambda _: None)
        assert search.cost == scored(problem, search.plan({}))["cost"] == 0.0


def test_a_thousand_jobs_at_one_point_and_nobody_to_send() -> None:
    jobs = tuple(Job(id=f"j{i}", at=Place(), work_s=0, window_s=(0, 3600), unserved=10.0, due_s=0) for i in range(1000))
    crews = (Crew(id="c", at=Place(x_km=1.0), ends_s=3600, latest_s=3600),)
    plan = solve(Problem(travel=ByPlane(), jobs=jobs, crews=crews), iterations=50)
    assert len(plan.routes["c"]) + len(plan.unserved) == 1000
    assert len(plan.routes["c"]) > 900
    nobody = solve(Problem(travel=ByPlane(), jobs=jobs, crews=()), iterations=50, cores=2)
    assert {left.code for left in nobody.unserved.values()} == {"NO_CREWS"}


def _fields(job: Job) -> dict[str, object]:
    return {name: getattr(job, name) for name in Job.__dataclass_fields__}
