"""Foretold ends of a plan: without chance the plan's own, in the order of the routes, wider with more spread."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.routing.optimiser.course import Course
from dispatch.routing.optimiser.engine import solve
from dispatch.routing.optimiser.files.generate import generate
from dispatch.routing.optimiser.problem import ByMatrix, ByPlane, Crew, Job, Left, Place, Plan, Problem
from dispatch.routing.optimiser.restoration import DRAWS, Forecast, Odds, Spread, foresee

from .shapes import problems

HOUR_S = 3600
SPREAD = Spread(drive=0.3)


def job(name: str, km: float = 0.0, *, work_s: int = HOUR_S, sigma: float = 0.5, **more: object) -> Job:
    window = more.pop("window_s", (0, 12 * HOUR_S))
    return Job(id=name, at=Place(x_km=km), work_s=work_s, work_sigma=sigma, unserved=1440.0, window_s=window, **more)  # type: ignore[arg-type]


def crew(name: str = "c1", **more: object) -> Crew:
    return Crew(id=name, at=Place(), ends_s=12 * HOUR_S, latest_s=12 * HOUR_S, **more)  # type: ignore[arg-type]


def planned(jobs: list[Job], *crews: Crew, **routes: tuple[str, ...]) -> tuple[Problem, Plan]:
    problem = Problem(travel=ByPlane(), jobs=tuple(jobs), crews=crews or (crew(),), name="p")
    return problem, Plan(problem="p", routes=routes or {"c1": tuple(one.id for one in jobs)})


def width(found: Forecast, name: str) -> int:
    ends = found.jobs[name].ends
    return ends.p90_s - ends.p50_s


def sharp(problem: Problem) -> Problem:
    return replace(problem, jobs=tuple(replace(one, work_sigma=0.0) for one in problem.jobs))


@settings(max_examples=60, deadline=None)
@given(problems(), st.data())
def test_without_chance_the_plan_s_own_times_are_foretold(problem: Problem, data: st.DataObject) -> None:
    crews = [one.id for one in problem.crews]
    routes: dict[str, tuple[str, ...]] = {}
    for one in problem.jobs:
        if crews and (who := data.draw(st.sampled_from([*crews, None]))) is not None:
            routes[who] = (*routes.get(who, ()), one.id)
    plan, problem = Plan(problem=problem.name, routes=routes), sharp(problem)
    found, course = foresee(problem, plan, draws=3), Course(problem, routes)
    assert found.jobs.keys() | found.none.keys() == {one.id for one in problem.jobs}
    assert not found.jobs.keys() & found.none.keys()
    for name, told in found.jobs.items():
        begins_s = course.begins_s(name)
        assert begins_s is not None
        assert told.begins == Odds(begins_s, begins_s)
        ends_s = course.of_job[name][0].ends_s
        assert told.ends == Odds(ends_s, ends_s)


@settings(max_examples=40, deadline=None)
@given(problems(most_jobs=8), st.integers(0, 3))
def test_the_safe_time_is_never_before_the_likely_one_nor_a_later_stop_before_an_earlier(
    problem: Problem, seed: int
) -> None:
    routes = solve(problem, iterations=50, seed=seed).routes
    problem = replace(problem, jobs=tuple(replace(one, work_sigma=0.8) for one in problem.jobs))
    found = foresee(problem, Plan(problem=problem.name, routes=routes), spread=SPREAD, draws=51, seed=seed)
    for told in found.jobs.values():
        assert told.begins.p50_s <= told.begins.p90_s <= told.ends.p90_s
        assert told.begins.p50_s <= told.ends.p50_s <= told.ends.p90_s
    for route in routes.values():
        told_of = [found.jobs[name] for name in route if name in found.jobs]
        for one, following in pairwise(told_of):
            assert one.ends.p50_s <= following.begins.p50_s
            assert one.ends.p90_s <= following.begins.p90_s


@pytest.mark.parametrize("seed", range(5))
def test_more_spread_is_never_narrower(seed: int) -> None:
    jobs = [job(f"j{i}", 5.0 * i) for i in range(6)]
    before = [0] * len(jobs)
    for sigma in (0.0, 0.1, 0.3, 0.5, 0.8, 1.2):
        problem, plan = planned([replace(one, work_sigma=sigma) for one in jobs])
        now = [width(foresee(problem, plan, seed=seed), one.id) for one in jobs]
        assert all(new >= old for new, old in zip(now, before, strict=True)), sigma
        before = now
    assert before[0] > HOUR_S


def test_the_same_question_gets_the_same_answer_and_another_seed_nearly() -> None:
    problem = generate("storm", jobs=60, crews=10, seed=4)
    plan = solve(problem, iterations=300, seed=1)
    one, again = (foresee(problem, plan, spread=SPREAD, seed=7) for _ in range(2))
    assert repr(one) == repr(again)
    other = foresee(problem, plan, spread=SPREAD, seed=8)
    assert one != other
    for name, told in one.jobs.items():
        assert told.ends.p90_s == pytest.approx(other.jobs[name].ends.p90_s, abs=15 * 60)


def test_who_else_waits_does_not_move_an_estimate() -> None:
    here, plan = planned([job("a", 3.0), job("b", 9.0)])
    alone = foresee(here, plan, spread=SPREAD)
    more = replace(here, jobs=(job("x", 1.0), *here.jobs, job("y", 2.0)), crews=(crew("c0"), *here.crews))
    beside = foresee(more, Plan(problem="p", routes={"c0": ("x", "y"), **plan.routes}), spread=SPREAD)
    assert {name: beside.jobs[name] for name in ("a", "b")} == alone.jobs


def test_one_job_s_odds_are_those_of_its_distribution() -> None:
    problem, plan = planned([job("a", work_s=HOUR_S, sigma=0.5)])
    ends = foresee(problem, plan).jobs["a"].ends
    assert ends.p50_s == HOUR_S
    assert ends.p90_s == pytest.approx(HOUR_S * np.exp(0.5 * 1.2816), rel=0.005)


def test_what_is_foretold_is_kept_as_often_as_it_says() -> None:
    problem, plan = planned([job(f"j{i}", 4.0 * i) for i in range(5)])
    told = foresee(problem, plan).jobs
    luck = np.random.default_rng(11)
    came = luck.lognormal(np.log(HOUR_S), 0.5, (20_000, 5))
    sharp_plan = foresee(sharp(problem), plan).jobs
    drives = np.diff([0, *(sharp_plan[f"j{i}"].begins.p50_s - i * HOUR_S for i in range(5))])
    ends = np.cumsum(came + drives, axis=1)
    for i in range(5):
        assert (ends[:, i] <= told[f"j{i}"].ends.p50_s).mean() == pytest.approx(
            0.5, abs=0.04
        )  # 1,001 draws know a share to within 0.016 (one sigma)
        assert (ends[:, i] <= told[f"j{i}"].ends.p90_s).mean() == pytest.approx(0.9, abs=0.02)


def test_a_crew_s_present_job_makes_all_behind_it_uncertain() -> None:
    problem, plan = planned([job("a", sigma=0.0), job("b", sigma=0.0)], crew(free_s=HOUR_S))
    assert width(foresee(problem, plan), "b") == 0
    unsure = foresee(problem, plan, spread=Spread(present={"c1": 0.5}))
    assert unsure.jobs["a"].begins.p50_s == HOUR_S
    assert unsure.jobs["a"].begins.p90_s == pytest.approx(HOUR_S * np.exp(0.5 * 1.2816), rel=0.005)
    assert width(unsure, "a") == width(unsure, "b") > 0


def test_a_window_takes_the_uncertainty_of_what_comes_before_away() -> None:
    problem, plan = planned([job("a"), job("b", window_s=(11 * HOUR_S, 12 * HOUR_S))])
    assert foresee(problem, plan).jobs["b"].begins == Odds(11 * HOUR_S, 11 * HOUR_S)


def test_partners_begin_when_the_last_has_come_and_what_comes_after_waits() -> None:
    jobs = [job("a", sigma=0.0), job("b", crews=2), job("c", after=("b",))]
    problem, plan = planned(jobs, crew("c1"), crew("c2"), crew("c3"), c1=("a", "b"), c2=("b",), c3=("c",))
    found = foresee(problem, plan).jobs
    assert found["b"].begins == Odds(HOUR_S, HOUR_S)
    assert found["c"].begins == found["b"].ends


def test_what_cannot_be_foretold_says_why() -> None:
    jobs = [
        replace(job(name), at=Place(place=i), after=after)
        for i, (name, after) in enumerate([("in", ()), ("lost", ()), ("behind", ()), ("out", ()), ("told", ())])
    ]
    jobs += [replace(job("u", after=("v",)), at=Place(place=0)), replace(job("v"), at=Place(place=0))]
    ways = tuple(tuple(0 if a == b else -1 if b == 1 else 60 for b in range(5)) for a in range(5))
    crews = (replace(crew(), at=Place(place=0)), replace(crew("c2"), at=Place(place=0)))
    problem = Problem(travel=ByMatrix(ways), jobs=tuple(jobs), crews=crews, name="p")
    routes = {"c1": ("in", "lost", "behind"), "c2": ("u", "v")}
    found = foresee(problem, Plan(problem="p", routes=routes, unserved={"told": Left("NO_CREW", "没有班组")}))
    assert set(found.jobs) == {"in"}
    codes = {name: why.code for name, why in found.none.items()}
    assert codes == {
        "lost": "NO_WAY",
        "behind": "NO_WAY",
        "out": "NOT_PLANNED",
        "told": "NO_CREW",
        "u": "NEVER_BEGINS",
        "v": "NEVER_BEGINS",
    }


@pytest.mark.parametrize("sigma", [0.0, 5.0])
def test_work_of_no_length_and_the_widest_spread_are_answered(sigma: float) -> None:
    problem, plan = planned([job("a", work_s=0, sigma=sigma), job("b", work_s=7 * 86_400, sigma=sigma)])
    found = foresee(problem, plan, draws=1).jobs
    assert found["a"].ends == Odds(0, 0)
    assert found["b"].ends.p50_s >= 0
    assert foresee(problem, plan, draws=DRAWS).jobs["b"].ends.p90_s >= 7 * 86_400


def test_a_problem_without_jobs_or_crews_is_one_too() -> None:
    assert foresee(Problem(travel=ByPlane(), jobs=(), crews=()), Plan(problem="", routes={})) == Forecast({}, {})
