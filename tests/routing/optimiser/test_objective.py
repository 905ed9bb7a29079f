"""The objective and the validator say what the scorer says, of any plan; each rule has its reason."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.routing.optimiser.breaches import breaches
from dispatch.routing.optimiser.course import Course
from dispatch.routing.optimiser.files.reading import read_problem
from dispatch.routing.optimiser.files.writing import json_of_plan, json_of_problem
from dispatch.routing.optimiser.objective import TERMS, cost_of, shares
from dispatch.routing.optimiser.problem import Plan
from dispatch.routing.optimiser.scorer import score
from dispatch.routing.optimiser.words import CostRule
from tests.routing.optimiser.medleys import any_routes, medley
from tests.routing.optimiser.streets import MIN, crew, job, street


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 10**9))
def test_the_objective_and_the_validator_say_of_any_plan_what_the_scorer_says(seed: int) -> None:
    problem = medley(seed)
    routes = any_routes(problem, Random(seed))
    found = score(json_of_problem(problem), json_of_plan(Plan(problem=problem.name, routes=routes)))
    course = Course(problem, routes)
    assert {share.rule.value: share.cost for share in shares(course)} == pytest.approx(found["by_rule"], abs=1e-6)
    assert cost_of(course) == pytest.approx(found["cost"], abs=1e-6)
    counted: Counter[str] = Counter()
    for breach in breaches(course):
        counted[breach.kind.value] += breach.count
        assert breach.sentence.count(":") >= 1
    assert dict(counted) == {kind: n for kind, n in found["violations"].items() if n}


def test_each_rule_of_the_format_is_a_term_with_its_reason_and_source() -> None:
    assert [term.rule for term in TERMS] == list(CostRule)
    assert all(term.why and term.source and term.unit for term in TERMS)


def test_a_weight_is_read_where_the_rule_has_one() -> None:
    problem = read_problem(street([job("j", 2, due_s=0, weight=3, protected=True)], rules={"late": 2, "protected": 5}))
    found = {share.rule: (share.weight, share.amount, share.cost) for share in shares(Course(problem, {"c1": ["j"]}))}
    assert found[CostRule.TRAVEL] == (1.0, 20.0, 20.0)
    assert found[CostRule.LATE] == (2.0, 60.0, 120.0)
    assert found[CostRule.PROTECTED] == (5.0, 60.0, 300.0)


def test_the_course_says_when_each_job_begins_and_each_crew_ends() -> None:
    jobs = [job("j", 3, crews=2, work_s=5 * MIN), job("k", 4, after=["j"]), job("out", 0)]
    problem = read_problem(street(jobs, [crew("c1"), crew("c2", 2, back={"place": 2})]))
    course = Course(problem, {"c1": ["j"], "c2": ["j", "k"]})
    assert {name: course.begins_s(name) for name in ("j", "k", "out")} == {"j": 30 * MIN, "k": 45 * MIN, "out": None}
    assert (course.ends["c2"].at_s, course.ends["c2"].drive_s) == (65 * MIN, 20 * MIN)
