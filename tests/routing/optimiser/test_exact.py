"""What is proved of small problems: the search finds it, CP-SAT proves it, and trying everything agrees."""

import json
from math import inf

import pytest

from dispatch.routing.optimiser.engine import solve
from dispatch.routing.optimiser.files.generate import generate
from dispatch.routing.optimiser.files.reading import problem_of
from dispatch.routing.optimiser.files.writing import json_of_plan, json_of_problem
from dispatch.routing.optimiser.problem import Problem
from dispatch.routing.optimiser.proofs import exact
from dispatch.routing.optimiser.proofs.exact import CrewsTogether, Proof, TooLarge, prove
from dispatch.routing.optimiser.scorer import score
from tests.routing.optimiser.oracle import best_of_all, optimum
from tests.routing.optimiser.small import Json, rich
from tests.routing.optimiser.streets import MIN, crew, job, street

SECONDS = 60.0  # far more than these proofs take; a proof that is not finished fails
ITERATIONS = 20_000


def _read(problem: Json) -> Problem:
    return problem_of(json.dumps(problem).encode())


def _proved(problem: Json) -> Proof:
    """Return a proof whose plan costs what it says and breaks nothing."""
    found = prove(_read(problem), SECONDS)
    assert found.optimal
    if found.plan is not None:
        scored = score(problem, json_of_plan(found.plan))
        assert scored["cost"] == pytest.approx(found.cost, abs=1e-6)
        assert not any(scored["violations"].values()), scored["violations"]
    return found


@pytest.mark.parametrize("block", range(4))
def test_the_search_finds_the_optimum_of_ten_jobs_and_three_crews(block: int) -> None:
    """Forty storms, ten to a block: each is named with what is lacking."""
    missed = {}
    for seed in range(10 * block, 10 * block + 10):
        problem = generate("storm", 10, 3, seed)
        asked = json_of_problem(problem)
        found = score(asked, json_of_plan(solve(problem, iterations=ITERATIONS)))
        assert not any(found["violations"].values())
        least = optimum(asked)
        assert found["cost"] >= least - 1e-6
        if found["cost"] > least + 1e-6:
            missed[seed] = found["cost"] - least
    assert missed == {}


@pytest.mark.parametrize("seed", range(40))
def test_trying_every_plan_agrees_with_the_programme_over_sets_of_jobs(seed: int) -> None:
    problem = rich(seed, jobs=4, crews=2)
    assert optimum(problem) == pytest.approx(best_of_all(problem), abs=1e-6)


@pytest.mark.parametrize("seed", range(40))
def test_the_proof_is_the_best_of_all_plans_under_every_rule(seed: int) -> None:
    problem = rich(seed, jobs=4, crews=2, after=seed % 2 == 1)
    least = best_of_all(problem)
    if least == inf and any(one.get("frozen") for one in problem["jobs"]):
        pytest.skip("what is frozen breaks a rule by itself, so that no plan keeps all")
    found = _proved(problem)
    assert found.cost == pytest.approx(least, abs=1e-6)
    assert found.bound == pytest.approx(least, rel=1e-4, abs=1e-4)
    assert found.bound <= least + 1e-6


@pytest.mark.parametrize("seed", range(2))
def test_the_proof_agrees_with_the_programme_on_a_storm(seed: int) -> None:
    problem = generate("storm", 8, 3, seed)
    asked = json_of_problem(problem)
    found = prove(problem, SECONDS, start=solve(problem, iterations=2_000))
    assert found.optimal
    assert found.cost == pytest.approx(optimum(asked), abs=1e-6)


def test_a_crew_does_not_dawdle_into_the_next_period_of_a_cap() -> None:
    """The depot takes no visit in the first quarter of an hour; who could begin then does not wait for the second."""
    caps = [{"depot": "d", "kind": "repair", "from_s": 0, "to_s": 15 * MIN, "visits": 0}]
    problem = street([job("j", 1, unserved=100)], [crew("c1", depot="d")], caps=caps)
    found = _proved(problem)
    assert (found.cost, dict(found.plan.routes)) == (100.0, {}) if found.plan else False


def test_what_waits_for_a_job_left_out_is_left_out() -> None:
    problem = street([job("j", 5, unserved=1), job("k", 0, unserved=30, after=["j"])])
    assert _proved(problem).cost == 31.0


def test_two_crews_that_would_wait_for_each_other_without_end_are_no_plan() -> None:
    """All works and drives take no time, so that every start is the same instant, and still nobody could begin."""
    jobs = [job(name, 0, unserved=9, needs=[need], after=after) for name, need, after in (
        ("a", "x", ["d"]), ("b", "x", []), ("c", "y", ["b"]), ("d", "y", []))]  # fmt: skip
    found = _proved(street(jobs, [crew("c1", skills=["x"]), crew("c2", skills=["y"])]))
    assert found.cost == 0.0
    assert found.plan is not None
    assert found.plan.routes["c1"] == ("b", "a") or found.plan.routes["c2"] == ("d", "c")


def test_frozen_work_is_done_however_late_and_then_no_more() -> None:
    """The shift ends before the frozen job does: it is done all the same, and no second one."""
    jobs = [job("f", 3, work_s=60 * MIN, frozen=True), job("k", 4, unserved=1_000)]
    problem = street(jobs, [crew("c1", ends_s=30 * MIN)], plan={"c1": ["f", "k"]})
    found = prove(_read(problem), SECONDS)
    assert found.plan is not None
    assert found.plan.routes == {"c1": ("f",)}
    assert set(found.plan.unserved) == {"k"}


def test_no_crews_and_no_jobs_are_proved_at_once() -> None:
    assert _proved(street([job("j", 2, unserved=7)], [])).cost == 7.0
    assert _proved(street([], [crew("c1")])).cost == 0.0


def test_too_little_time_still_tells_a_bound() -> None:
    found = prove(generate("storm", 12, 6, 3), 0.01)
    assert found.bound <= found.cost


def test_what_is_too_large_is_refused_with_its_field() -> None:
    with pytest.raises(TooLarge, match=r"jobs.*12"):
        prove(generate("storm", exact.MOST_JOBS + 1, 2, 0), 1)
    with pytest.raises(TooLarge, match=r"crews.*6"):
        prove(generate("storm", 2, exact.MOST_CREWS + 1, 0), 1)


def test_jobs_of_several_crews_are_refused() -> None:
    with pytest.raises(CrewsTogether, match=r"jobs\[0\].crews"):
        prove(_read(street([job("j", 0, crews=2)], [crew("c1"), crew("c2")])), 1)
