"""Many jobs to many crews at once: no cap is broken, what is proved is true, and small cases are solved to the best."""

import json
from itertools import pairwise, product
from random import Random

import numpy as np
import pytest

from dispatch.routing.optimiser.files.generate import Scene, generate
from dispatch.routing.optimiser.files.reading import problem_of
from dispatch.routing.optimiser.files.writing import json_of_problem
from dispatch.routing.optimiser.problem import Problem
from dispatch.routing.optimiser.proofs.caps import Assigned, assign
from dispatch.routing.optimiser.scorer import score
from dispatch.routing.optimiser.search.columns import Numbering, facts_of
from dispatch.routing.optimiser.search.facts import Facts
from tests.routing.optimiser.small import rich
from tests.routing.optimiser.streets import MIN, Json, crew, job, street


def _facts(problem: Problem) -> Facts:
    return facts_of(problem, Numbering.of(problem))


def _routes(problem: Problem, found: Assigned) -> Json:
    pairs = zip(found.crew.tolist(), found.job.tolist(), strict=True)
    return {"routes": {problem.crews[c].id: [problem.jobs[j].id] for c, j in pairs}}


def _scored(problem: Problem, found: Assigned) -> Json:
    """Return the score of the pairs as a plan: each job and each crew once, nothing broken, the cost as it was said."""
    assert len(set(found.crew.tolist())) == len(set(found.job.tolist())) == len(found.job)
    scored = score(json_of_problem(problem), _routes(problem, found))
    assert not any(scored["violations"].values()), scored["violations"]
    assert scored["cost"] == pytest.approx(found.cost)
    return scored


@pytest.mark.parametrize("scene", Scene)
@pytest.mark.parametrize("seed", range(3))
def test_a_batch_breaks_no_cap_and_is_near_what_is_proved(scene: Scene, seed: int) -> None:
    problem = generate(scene, 300, 300, seed, caps=True)
    found = assign(_facts(problem))
    _scored(problem, found)
    assert found.uncapped - 1e-6 <= found.bound <= found.cost
    assert found.gap < 0.15


def test_the_whole_batch_of_a_province_breaks_no_cap() -> None:
    problem = generate("storm", 3_000, 3_000, 5, caps=True)
    found = assign(_facts(problem))
    assert _scored(problem, found)["served"] > 2_500
    assert found.gap < 0.08


def test_without_caps_the_batch_is_the_flow_itself() -> None:
    problem = generate("storm", 200, 200, 1)
    found = assign(_facts(problem))
    assert found.cost == pytest.approx(found.uncapped, rel=1e-4)


def _best(problem: Problem) -> float:
    """Return the least cost of all plans in which no crew has more than one job, by scoring each of them."""
    asked, jobs = json_of_problem(problem), [one.id for one in problem.jobs]
    least = np.inf
    for given in product([None, *(one.id for one in problem.crews)], repeat=len(jobs)):
        used = [name for name in given if name]
        if len(set(used)) == len(used):
            plan = {"routes": {name: [one] for name, one in zip(given, jobs, strict=True) if name}}
            scored = score(asked, plan)
            if not any(scored["violations"].values()):
                least = min(least, scored["cost"])
    return float(least)


@pytest.mark.parametrize("seed", range(40))
def test_a_small_batch_is_the_best_of_all_choices(seed: int) -> None:
    """Windows, rests, skills, vetoes, drives back, caps of two periods; nothing frozen, nothing reserved."""
    made = rich(seed, jobs=4, crews=3)
    for one in made["jobs"]:
        one.pop("frozen", None)
    made.pop("reserves", None)
    periods = Random(seed).choice([[0, 45 * MIN, 181 * MIN], [0, 181 * MIN]])
    made["caps"] = [
        {"depot": depot, "kind": "repair", "from_s": a, "to_s": b, "visits": 1}
        for depot in sorted({c["depot"] for c in made["crews"]})
        for a, b in pairwise(periods)
    ]
    problem = problem_of(json.dumps(made).encode())
    found = assign(_facts(problem))
    _scored(problem, found)
    assert found.cost == pytest.approx(_best(problem))
    assert found.bound <= found.cost


def test_a_cap_that_two_depots_share_out_differently_is_met_by_moving_others() -> None:
    """The near crew's depot takes one meter job; who is nearer loses it to the job that has nobody else."""
    jobs = [job("a", 1, kind="meter", unserved=500), job("b", 2, kind="meter", unserved=500, vetoed=["far"])]
    crews = [crew("n1", 1, depot="near"), crew("n2", 2, depot="near"), crew("far", 5, depot="other")]
    caps = [{"depot": "near", "kind": "meter", "from_s": 0, "to_s": 50_000, "visits": 1}]
    problem = problem_of(json.dumps(street(jobs, crews, caps=caps)).encode())
    found = assign(_facts(problem))
    assert _routes(problem, found)["routes"] == {"n2": ["b"], "far": ["a"]}
    assert (found.cost, found.uncapped) == (40.0, 0.0)


def test_no_jobs_no_crews_and_none_who_can() -> None:
    for made in (street([]), street([], []), street([job("j", 1)], []), street([job("j", 1, needs=["x"])])):
        problem = problem_of(json.dumps(made).encode())
        found = assign(_facts(problem))
        assert len(found.job) == 0
        assert found.cost == found.bound == sum(one.unserved for one in problem.jobs)


def test_the_same_batch_twice_is_the_same() -> None:
    facts = _facts(generate("storm", 400, 300, 2, caps=True))
    once, again = assign(facts), assign(facts)
    assert np.array_equal(once.job, again.job)
    assert np.array_equal(once.crew, again.crew)
