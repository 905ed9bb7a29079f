"""Bad input of the trade: a plan with reasons, or a refusal by its field; never a crash, never an endless loop."""

import json
from typing import Any

import pytest

from dispatch.routing.optimiser.engine import solve
from dispatch.routing.optimiser.explaining.explainer import Explainer
from dispatch.routing.optimiser.explaining.remedies import Help, why_not
from dispatch.routing.optimiser.files.reading import problem_of, read_problem
from dispatch.routing.optimiser.files.saying import BadProblem
from dispatch.routing.optimiser.files.writing import json_of_plan
from dispatch.routing.optimiser.scorer import score
from tests.routing.optimiser.streets import MIN, Json, crew, job, street

ISLAND: Json = {"by": "matrix", "seconds": [[0, 60, -1], [60, 0, -1], [-1, -1, 0]]}
WEEK_S = 7 * 86_400
TIES: list[Json] = [{}, {"crews": 2}, {"after": ["other"]}]


def left_out(found: Json) -> dict[str, tuple[str, set[Help]]]:
    """Return job -> (code, helps) of a plan that breaks nothing."""
    problem = read_problem(found)
    plan = solve(problem, iterations=100)
    assert not any(score(found, json_of_plan(plan))["violations"].values())
    explainer = Explainer(problem, plan)
    told = {name: why_not(explainer, name) for name in plan.unserved}
    return {name: (one.code.name, {remedy.help for remedy in one.remedies}) for name, one in told.items() if one}


@pytest.mark.parametrize("tie", TIES)
def test_a_job_that_no_way_leads_to_is_left_out(tie: Json) -> None:
    jobs = [job("j", 2, **tie), job("other", 1)]
    told = left_out(street(jobs, [crew("c1"), crew("c2")], travel=ISLAND))
    assert set(told) == {"j"}
    assert Help.CREW not in told["j"][1]


@pytest.mark.parametrize("tie", TIES)
def test_without_the_skill_a_crew_of_the_skill_would_help(tie: Json) -> None:
    told = left_out(street([job("j", 1, needs=["live"], **tie), job("other", 2)], [crew("c1"), crew("c2")]))
    assert told == {"j": ("NO_SKILL", {Help.CREW})}


@pytest.mark.parametrize("tie", TIES)
def test_without_crews_all_is_left_out(tie: Json) -> None:
    told = left_out(street([job("j", 1, **tie), job("other", 2)], []))
    assert {name: code for name, (code, _) in told.items()} == {"j": "NO_CREWS", "other": "NO_CREWS"}


def test_without_jobs_the_plan_is_empty() -> None:
    assert left_out(street([])) == {}


@pytest.mark.parametrize("tie", TIES)
def test_a_thousand_jobs_at_one_place_are_planned(tie: Json) -> None:
    jobs = [job("other", 0)] + [job(f"j{i}", 0, **(tie if i < 20 else {})) for i in range(1_000)]
    problem = read_problem(street(jobs, [crew("c1"), crew("c2")]))
    plan = solve(problem, iterations=100)
    assert not plan.unserved


@pytest.mark.parametrize("tie", TIES)
def test_work_of_no_time_and_of_days(tie: Json) -> None:
    told = left_out(street([job("other", 1), job("j", 2, work_s=WEEK_S, **tie)], [crew("c1"), crew("c2")]))
    assert told["j"][0] == "TOO_LONG"
    assert left_out(street([job("other", 1), job("j", 2, **tie)], [crew("c1"), crew("c2")])) == {}


@pytest.mark.parametrize(
    ("jobs", "field"),
    [
        ([job("j", 1, pinned="c1", vetoed=["c1"])], "jobs[0].pinned"),
        ([job("j", 1, pinned="c1", crews=2)], "jobs[0].pinned"),
        ([job("j", 1, pinned="c1", needs=["live"])], "jobs[0].pinned"),
        ([job("j", 1, after=["k"]), job("k", 1, after=["j"])], "jobs[0].after"),
        ([job("j", 1, after=["j"])], "jobs[0].after"),
        ([job("j", 1, work_s=WEEK_S + 1)], "jobs[0].work_s"),
        ([job("j", 1, work_s=-1)], "jobs[0].work_s"),
    ],
)
def test_what_contradicts_itself_is_refused_by_its_field(jobs: list[Json], field: str) -> None:
    with pytest.raises(BadProblem) as refused:
        read_problem(street(jobs))
    assert refused.value.field == field


@pytest.mark.parametrize("wrong", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_is_no_number_is_refused(wrong: str) -> None:
    found: Any = json.dumps(street([job("j", 1, weight=0.125, due_s=MIN)])).replace("0.125", wrong)
    with pytest.raises(BadProblem):
        problem_of(found.encode())


def test_who_was_told_of_a_job_that_is_not_planned_is_refused() -> None:
    found = street([job("j", 1), job("k", 2)], plan={"c1": ["j"]}, told=["j", "k"])
    with pytest.raises(BadProblem, match="told 写了不存在的计划内工作"):
        read_problem(found)
    assert read_problem(found | {"told": []}).told == ()
