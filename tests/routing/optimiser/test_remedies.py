"""Why a job is left out and what would help: each remedy tried by the scorer in the problem that it makes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.routing.optimiser.engine import solve
from dispatch.routing.optimiser.explaining.explainer import Explainer, UnknownJob
from dispatch.routing.optimiser.explaining.remedies import Help, Prices, Remedy, WhyNot, why_not
from dispatch.routing.optimiser.explaining.verdicts import CrewVerdict
from dispatch.routing.optimiser.files.checks import check
from dispatch.routing.optimiser.files.reading import read_problem
from dispatch.routing.optimiser.files.writing import json_of_plan, json_of_problem
from dispatch.routing.optimiser.objective import cost_of
from dispatch.routing.optimiser.problem import Plan, Problem
from dispatch.routing.optimiser.scorer import score
from tests.routing.optimiser.medleys import medley
from tests.routing.optimiser.streets import MIN, Json, crew, job, street


def asked(found: Json, name: str = "j", prices: Prices | None = None, **routes: list[str]) -> WhyNot:
    problem = read_problem(found)
    plan = Plan(problem=problem.name, routes={one: tuple(names) for one, names in routes.items()})
    told = why_not(Explainer(problem, plan), name, prices)
    assert told is not None
    return told


def helped(told: WhyNot) -> dict[Help, Remedy]:
    return {remedy.help: remedy for remedy in told.remedies}


def scored(problem: Problem, remedy: Remedy | None = None, routes: dict[str, tuple[str, ...]] | None = None) -> Json:
    found = dict(remedy.routes) if remedy else routes or {}
    changed = remedy.problem if remedy else problem
    plan = Plan(problem="", routes={crew: tuple(names) for crew, names in found.items()})
    return score(json_of_problem(changed), json_of_plan(plan))


def test_a_job_that_fits_is_said_to_fit_with_what_it_costs() -> None:
    told = asked(street([job("j", 1)]))
    assert (told.code.name, told.least, told.remedies[0].help) == ("COULD_BE", 10.0, Help.INSERT)
    assert told.remedies[0].change == pytest.approx(10 - 1440)


def test_a_job_that_costs_more_than_leaving_it_out_is_told_both_costs() -> None:
    told = asked(street([job("j", 5, unserved=20)]))
    assert (told.code.name, told.least) == ("TOO_DEAR", 50.0)
    assert "最便宜的位置代价 50.0,暂不安排代价 20.0" in told.sentence


def test_a_window_is_widened_by_the_minutes_that_it_takes() -> None:
    told = asked(street([job("j", 4, window_s=[0, 25 * MIN])]))
    remedy = helped(told)[Help.WINDOW]
    assert told.code.name == "TOO_LATE"
    assert remedy.problem.jobs[0].window_s == (0, 40 * MIN)
    assert (round(remedy.change, 6), remedy.price) == (40 - 1440, 15.0)
    assert "推后 15 分钟" in remedy.sentence


def test_a_shift_is_made_longer_by_the_minutes_that_it_takes() -> None:
    told = asked(street([job("j", 1, work_s=20 * MIN)], [crew("c1", ends_s=25 * MIN)]))
    remedy = helped(told)[Help.OVERTIME]
    assert told.code.name == "SHIFT_ENDS"
    assert remedy.problem.crews[0].latest_s == 30 * MIN
    assert remedy.change == pytest.approx(10 + 2 * 5 - 1440)  # driving, and the rule overtime
    assert "c1 延长 5 分钟" in remedy.sentence


def test_crews_that_fail_for_different_reasons_are_told_as_such() -> None:
    """One ends its shift, one comes after the window, one has not the skill: no word holds for all."""
    crews = [
        crew("c1", 2, ends_s=25 * MIN, skills=["lv"]), crew("c2", 0, skills=["lv"]), crew("c3", 3, skills=[]),
    ]  # fmt: skip
    told = asked(street([job("j", 3, work_s=20 * MIN, window_s=[0, 25 * MIN], needs=["lv"])], crews))
    assert told.counts == {CrewVerdict.SHIFT_ENDS: 1, CrewVerdict.TOO_LATE: 1, CrewVerdict.NO_SKILL: 1}
    assert "都" not in told.sentence.partition(";")[0]
    for said in ("合格班组各有原因", "班次内做不完 1 支", "赶不上时间窗 1 支", "不具备所需技能 1 支"):
        assert said in told.sentence


def test_one_more_visit_is_declared_by_the_depot_that_would_do_it() -> None:
    caps = [{"depot": name, "kind": "repair", "from_s": 0, "to_s": 43201, "visits": 0} for name in ("d", "e")]
    told = asked(street([job("j", 1)], [crew("c1", 3, depot="d"), crew("c2", depot="e")], caps=caps))
    remedy = helped(told)[Help.DECLARE]
    assert [cap.visits for cap in remedy.problem.caps] == [0, 1]
    assert (round(remedy.change, 6), remedy.price) == (10 - 1440, 60.0)
    assert told.counts == {CrewVerdict.CAP_FULL: 2}


def test_a_veto_is_taken_back_where_that_helps() -> None:
    told = asked(street([job("j", 1, vetoed=["c1"])]))
    assert told.code.name == "PIN_VETO"
    assert helped(told)[Help.RELEASE].problem.jobs[0].vetoed == ()


def test_a_pin_to_a_crew_that_cannot_is_taken_back() -> None:
    told = asked(street([job("j", 1, pinned="c1")], [crew("c1", free_s=43200, ends_s=43200), crew("c2")]))
    assert helped(told)[Help.RELEASE].problem.jobs[0].pinned is None
    assert helped(told)[Help.RELEASE].routes["c2"] == ("j",)


def test_a_crew_of_the_skill_is_called_to_the_depot_where_it_helps_most() -> None:
    crews = [crew("c1", 5, depot="far"), crew("c2", 2, depot="near")]
    told = asked(street([job("j", 1, needs=["live"])], crews))
    remedy = helped(told)[Help.CREW]
    assert told.code.name == "NO_SKILL"
    assert (remedy.problem.crews[-1].depot, remedy.problem.crews[-1].skills) == ("near", ("live",))
    assert (round(remedy.change, 6), remedy.price) == (10 - 1440, 480.0)


def test_a_job_of_less_worth_makes_room() -> None:
    jobs = [job("j", 1, window_s=[0, 10 * MIN], weight=4), job("k", 0, work_s=30 * MIN, window_s=[0, 0], weight=1)]
    told = asked(street(jobs), c1=["k"])
    remedy = helped(told)[Help.SWAP]
    assert (dict(remedy.routes), round(remedy.change, 6)) == ({"c1": ("j",)}, 10 - 4 * 1440 + 1440)
    assert "暂不安排 k" in remedy.sentence


def test_a_second_crew_is_called_for_a_job_of_two() -> None:
    told = asked(street([job("j", 1, crews=2)]))
    remedy = helped(told)[Help.CREW]
    assert told.code.name == "TOO_FEW"
    assert len(remedy.problem.crews) == 2
    assert remedy.price == 480.0


def test_the_prices_are_the_units_own_and_order_the_remedies() -> None:
    crews = [crew("c1"), crew("c2", 3, depot="d", free_s=60 * MIN)]
    found = street([job("j", 4, window_s=[0, 25 * MIN])], crews)
    assert asked(found).remedies[0].help is Help.WINDOW
    assert asked(found, prices=Prices(window_min=100.0)).remedies[0].help is Help.CREW


def test_what_waits_for_a_job_left_out_names_it() -> None:
    told = asked(street([job("k", 1, needs=["live"]), job("j", 1, after=["k"])]))
    assert told.code.name == "BEFORE_OUT"
    assert "须先安排 k" in told.sentence


def test_a_job_in_the_plan_is_not_asked_and_an_unknown_one_refused() -> None:
    explainer = Explainer(read_problem(street([job("j", 1)])), Plan(problem="", routes={"c1": ("j",)}))
    assert why_not(explainer, "j") is None
    with pytest.raises(UnknownJob):
        why_not(explainer, "ghost")


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**9))
def test_every_remedy_holds_in_the_problem_that_it_makes_and_costs_what_is_said(seed: int) -> None:
    problem = medley(seed, jobs=9, crews=4, frozen=False)
    explainer = Explainer(problem, solve(problem, iterations=60, seed=seed))
    was = cost_of(explainer.course)
    for one in problem.jobs:
        told = why_not(explainer, one.id)
        for remedy in told.remedies if told else ():
            check(remedy.problem)
            found = scored(problem, remedy)
            assert not any(found["violations"].values())
            assert found["cost"] - was == pytest.approx(remedy.change, abs=1e-5)
            assert any(one.id in names for names in remedy.routes.values())
