"""Why jobs were left out of a plan: what is said holds in the plan."""

from collections.abc import Mapping
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.routing.optimiser.breaches import breaches
from dispatch.routing.optimiser.course import Course
from dispatch.routing.optimiser.engine import solve
from dispatch.routing.optimiser.files.reading import read_problem
from dispatch.routing.optimiser.objective import cost_of
from dispatch.routing.optimiser.problem import ByPlane, Cap, Crew, Job, Place, Problem
from dispatch.routing.optimiser.search.unserved import Why, reasons
from tests.routing.optimiser.medleys import medley
from tests.routing.optimiser.streets import MIN, Json, crew, job, street


def best_insertion(problem: Problem, routes: Mapping[str, tuple[str, ...]], left: Job) -> float | None:
    """Return what the cheapest insertion that breaks nothing more changes the cost by; None: there is none."""
    was = Course(problem, dict(routes))
    allowed, found = len(breaches(was)), []
    for at in problem.crews:
        route = routes.get(at.id, ())
        head = sum(one.frozen for one in problem.jobs if one.id in problem.plan.get(at.id, ()))
        for i in range(head, len(route) + 1):
            tried = Course(problem, {**routes, at.id: (*route[:i], left.id, *route[i:])})
            if len(breaches(tried)) <= allowed:
                found.append(cost_of(tried) - cost_of(was))
    return min(found, default=None)


@settings(max_examples=150)
@given(st.integers(0, 10**9))
def test_what_is_said_of_a_job_that_was_left_out_holds_in_the_plan(seed: int) -> None:
    problem = medley(seed, ties=0.0)
    plan = solve(problem, iterations=20, seed=seed)
    if breaches(Course(problem, plan.routes)):
        return  # frozen jobs that cannot be as they must
    for one in problem.jobs:
        if one.id in plan.unserved and not one.frozen:
            change, code = best_insertion(problem, plan.routes, one), plan.unserved[one.id].code
            assert (code == Why.TOO_DEAR.value) == (change is not None)
            assert change is None or change >= -1e-6, "what is worth it was put in"


@pytest.mark.parametrize(
    ("code", "jobs", "crews", "more"),
    [
        ("SHIFT_ENDS", [job("j", 4, work_s=60 * MIN)], {"latest_s": 90 * MIN}, {}),
        (
            "CROWDED",
            [job("a", 1, work_s=60 * MIN, unserved=9e3), job("j", 1, work_s=60 * MIN)],
            {"latest_s": 90 * MIN},
            {},
        ),
        ("TOO_LATE", [job("j", 5, window_s=[0, 10 * MIN])], {}, {}),
        ("NO_ROOM", [job("a", 1, load=2, unserved=9e3), job("j", 1, load=2)], {"room": 3}, {}),
        (
            "CAP_FULL",
            [job("a", 1, kind="meter", unserved=9e3), job("j", 1, kind="meter")],
            {"depot": "d"},
            {"caps": [{"depot": "d", "kind": "meter", "from_s": 0, "to_s": 10**6, "visits": 1}]},
        ),
        ("TOO_DEAR", [job("j", 5, unserved=0.1)], {}, {}),
    ],
)
def test_the_rule_that_stands_against_a_job_is_named(code: str, jobs: list[Json], crews: Json, more: Json) -> None:
    plan = solve(read_problem(street(jobs, [crew("c1", **crews)], **more)), iterations=50, seed=1)
    assert {name: left.code for name, left in plan.unserved.items()} == {"j": code}


def test_no_visit_was_declared_is_said_only_where_the_crew_could_begin_at_no_other_moment() -> None:
    """Against its definition: every second at which the job could begin with a crew lies in a cap of none."""
    dice = Random(3)
    for _ in range(300):
        crews = tuple(
            Crew(
                id=f"c{i}", at=Place(), depot=f"d{i}", free_s=dice.randrange(8), ends_s=20, latest_s=dice.randrange(21)
            )
            for i in range(2)
        )
        opens = dice.randrange(10)
        one = Job(
            id="j", at=Place(), work_s=dice.randrange(4), window_s=(opens, opens + dice.randrange(10)), unserved=1
        )
        cuts = sorted(dice.sample(range(21), 3))
        caps = tuple(
            Cap(depot=crew.depot, kind=one.kind, from_s=a, to_s=b, visits=dice.choice([0, 0, 0, 1]))
            for crew in crews
            for a, b in pairwise(cuts)
        )
        problem = Problem(name="", horizon_s=20, travel=ByPlane(), jobs=(one,), crews=crews, caps=caps)
        said = reasons(problem, {})["j"].code == "NOT_DECLARED"
        assert said == all(_nothing_declared(problem, one, crew) for crew in crews)


def _nothing_declared(problem: Problem, one: Job, crew: Crew) -> bool:
    window = range(one.window_s[0], min(one.window_s[1], problem.horizon_s) + 1)
    could = [t for t in window if t >= crew.free_s and t + one.work_s <= crew.latest_s] or list(window)
    zero = [cap for cap in problem.caps if cap.depot == crew.depot and not cap.visits]
    return all(any(cap.from_s <= t < cap.to_s for cap in zero) for t in could)


def test_a_cap_of_none_for_a_part_of_the_day_is_no_reason() -> None:
    caps = [{"depot": "d", "kind": "repair", "from_s": 0, "to_s": 3600, "visits": 0}]
    problem = read_problem(
        street([job("j", 1, unserved=0.1, window_s=[3600, 7200])], [crew("c", depot="d")], caps=caps)
    )
    assert {left.code for left in solve(problem, iterations=10).unserved.values()} == {"TOO_DEAR"}


def test_a_job_that_crews_cannot_do_for_different_reasons_names_them_with_their_number() -> None:
    crews = [crew("c1", 2, ends_s=25 * MIN, skills=["lv"]), crew("c2", 0, skills=["lv"]), crew("c3", 3, skills=[])]
    found = street([job("j", 3, work_s=20 * MIN, window_s=[0, 25 * MIN], needs=["lv"])], crews)
    left = solve(read_problem(found), iterations=5, seed=1).unserved["j"]
    assert left.code == "SHIFT_ENDS", "what the crew that comes nearest to it lacks"
    assert left.sentence == "合格班组各有原因:班次内做不完 1 支、赶不上时间窗 1 支"
