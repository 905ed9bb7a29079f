"""Why a crew: worked out by hand along the street, and of any plan true by solving it the other way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.routing.optimiser.breaches import breaches
from dispatch.routing.optimiser.course import Course
from dispatch.routing.optimiser.engine import solve
from dispatch.routing.optimiser.explaining.explainer import WORDS, Explainer, UnknownJob, Why
from dispatch.routing.optimiser.explaining.verdicts import CANNOT, Binding, CrewVerdict
from dispatch.routing.optimiser.files.generate import generate
from dispatch.routing.optimiser.files.reading import read_problem
from dispatch.routing.optimiser.mending import without
from dispatch.routing.optimiser.objective import cost
from dispatch.routing.optimiser.problem import Plan, Problem
from tests.routing.optimiser.medleys import medley
from tests.routing.optimiser.streets import MIN, Json, crew, job, street

V = CrewVerdict


def asked(found: Json, name: str, **routes: list[str]) -> Why:
    problem = read_problem(found)
    plan = Plan(problem=problem.name, routes={one: tuple(names) for one, names in routes.items()})
    (why,) = Explainer(problem, plan).why(name)
    return why


def words(found: Json, why: Why) -> dict[str, CrewVerdict]:
    return {one["id"]: WORDS[code] for one, code in zip(found["crews"], why.codes, strict=True)}


def test_the_nearest_crew_was_taken_and_the_next_is_told_with_its_cost() -> None:
    found = street([job("j", 1)], [crew("c1"), crew("c2", 3), crew("c3", 5)])
    why = asked(found, "j", c1=["j"])
    assert (why.chosen.crew, why.chosen.cost, why.binding) == ("c1", 10.0, Binding.COST)
    assert [(one.crew, one.cost, one.extra, one.verdict) for one in why.others] == [
        ("c2", 20.0, 10.0, V.FARTHER), ("c3", 40.0, 30.0, V.FARTHER),
    ]  # fmt: skip
    assert why.sentence == "c1:总代价最低,0:10 开始,代价 10.0;其次 c2(行车更多),多 10.0"
    assert why.counts == {V.FARTHER: 2, V.CHOSEN: 1}


def test_a_crew_that_comes_later_costs_the_customers_minutes() -> None:
    found = street([job("j", 1, due_s=0, weight=4)], [crew("c1", free_s=5 * MIN), crew("c2", 1, free_s=30 * MIN)])
    why = asked(found, "j", c1=["j"])
    assert why.chosen.terms == {V.FARTHER: 10.0, V.LATER: 60.0}  # 15 minutes late
    assert why.others[0].terms == {V.LATER: 120.0}
    assert why.others[0].verdict is V.LATER


def test_a_crew_whose_other_customers_would_wait_is_told_so() -> None:
    jobs = [job("j", 1, work_s=10 * MIN), job("k", 0, due_s=0, weight=9, unserved=9e6)]
    found = street(jobs, [crew("c1", 5), crew("c2", 0, free_s=MIN)], horizon_s=60 * MIN)
    why = asked(found, "j", c1=["j"], c2=["k"])
    other = why.others[0]
    assert (other.crew, other.verdict, other.extra) == ("c2", V.CHEAPER, -30.0)  # after k, nobody waits
    assert why.binding is Binding.NOT_BEST
    late = street(
        [jobs[0] | {"window_s": [0, 10 * MIN]}, jobs[1] | {"work_s": 5 * MIN}], [crew("c1", 1), crew("c2", 0)]
    )
    assert asked(late, "j", c1=["j"], c2=["k"]).others[0].terms == {V.FARTHER: 20.0, V.DELAYS: 270.0}


def test_each_thing_that_stands_against_a_crew_is_told() -> None:
    jobs = [job("j", 1, needs=["hv"], window_s=[0, 25 * MIN], work_s=10 * MIN, load=3, vetoed=["no"]), job("k", 5)]
    jobs += [job("tight", 2, window_s=[0, 20 * MIN])]
    skilled: Json = {"skills": ["hv"]}
    crews = [
        crew("c1", **skilled), crew("plain"), crew("no", 1, **skilled), crew("small", 1, room=2, **skilled),
        crew("far", 5, **skilled), crew("tired", 1, ends_s=9 * MIN, **skilled),
        crew("full", 1, depot="d", **skilled), crew("busy", free_s=0, **skilled),
    ]  # fmt: skip
    caps = [{"depot": "d", "kind": "repair", "from_s": 0, "to_s": 43201, "visits": 0}]
    found = street(jobs, crews, caps=caps)
    why = asked(found, "j", c1=["j"], busy=["tight"])
    assert words(found, why) == {
        "c1": V.CHOSEN, "plain": V.NO_SKILL, "no": V.VETOED, "small": V.NO_ROOM, "far": V.TOO_LATE,
        "tired": V.SHIFT_ENDS, "full": V.CAP_FULL, "busy": V.CROWDED,
    }  # fmt: skip
    assert why.binding is Binding.ONLY_ONE


def test_no_way_is_told_and_a_pin_binds() -> None:
    found = street(
        [job("j", 1, pinned="c1")], [crew("c1"), crew("c2", 1)], travel={"by": "matrix", "seconds": [[0, 5], [5, 0]]}
    )
    why = asked(found, "j", c1=["j"])
    assert (why.binding, words(found, why)["c2"]) == (Binding.PINNED, V.PINNED_ELSEWHERE)
    cut = street([job("j", 1)], [crew("c1", 1), crew("c2")], travel={"by": "matrix", "seconds": [[0, -1], [-1, 0]]})
    assert words(cut, asked(cut, "j", c1=["j"]))["c2"] is V.NO_WAY


def test_a_frozen_job_stays_because_it_is_frozen() -> None:
    found = street([job("j", 3, frozen=True)], [crew("c1"), crew("c2", 3)], plan={"c1": ["j"]})
    assert asked(found, "j", c1=["j"]).binding is Binding.FROZEN


@pytest.mark.parametrize(
    ("rules", "more", "word", "extra"),
    [
        ({"change": 7}, {"plan": {"c1": ["j"]}}, V.CHANGES, 7.0),
        ({"foreign": 6}, {}, V.LENT, 6.0),
        ({"reserve": 5}, {"reserves": [{"county": "b", "crews": 1}]}, V.UNRESERVED, 5.0),
        ({"overtime": 2}, {}, V.OVERTIME, 20.0),
        ({}, {}, V.EVEN, 0.0),
    ],
)
def test_the_rule_that_makes_a_crew_dearer_is_named(rules: Json, more: Json, word: CrewVerdict, extra: float) -> None:
    county = {"county": "b"} if word in (V.LENT, V.UNRESERVED) else {}
    late: Json = {"ends_s": 0, "latest_s": 60 * MIN} if word is V.OVERTIME else {}
    home = {"county": "a"} if word is V.LENT else {}
    found = street(
        [job("j", 1, work_s=0, **home)], [crew("c1", 0, **home), crew("c2", 0, **county, **late)], rules=rules, **more
    )
    other = asked(found, "j", c1=["j"]).others[0]
    assert (other.verdict, other.extra) == (word, extra)


def test_of_two_partners_each_is_explained_and_the_other_is_named_as_partner() -> None:
    found = street([job("j", 1, crews=2)], [crew("c1"), crew("c2", 2), crew("c3", 4)])
    problem = read_problem(found)
    whys = Explainer(problem, Plan(problem="", routes={"c1": ("j",), "c2": ("j",)})).why("j")
    assert [why.chosen.crew for why in whys] == ["c1", "c2"]
    assert words(found, whys[0]) == {"c1": V.CHOSEN, "c2": V.PARTNER, "c3": V.TOO_LATE}  # the moment stays


def test_a_plan_is_told_by_rule_with_its_gap_to_the_bound() -> None:
    problem = read_problem(street([job("j", 1, due_s=0)], [crew("c1")]))
    told = Explainer(problem, Plan(problem="", routes={"c1": ("j",)})).why_plan(bound=15.0)
    assert (told.cost, told.gap) == (20.0, 0.25)
    assert told.sentence == "总代价 20.0:行车 10.0、迟到 10.0;距下界至多 25.0%"
    assert Explainer(problem, Plan(problem="", routes={})).why_plan().gap is None


def test_an_unknown_job_is_refused_and_one_left_out_has_no_crew() -> None:
    explainer = Explainer(read_problem(street([job("j", 1)])), Plan(problem="", routes={}))
    assert explainer.why("j") == ()
    with pytest.raises(UnknownJob, match="ghost"):
        explainer.why("ghost")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_what_another_crew_would_cost_is_what_the_plan_costs_with_it(seed: int) -> None:
    check_each_other_crew(seed)


@pytest.mark.parametrize(
    "seed",
    [
        676,  # room after frozen work, among tied jobs
        101_100,  # a detour that is quicker, so that those after it wait less
        700_695,  # the same over lines whose paces differ
        500_320,  # two visits that come into the same period of a cap together
        500_736,  # a visit that makes room in a cap by moving into the next period
        900_001_095,
    ],
)
def test_problems_whose_answers_once_were_wrong(seed: int) -> None:
    check_each_other_crew(seed)


def check_each_other_crew(seed: int) -> None:
    """What is said of each other crew is what the plan costs with the job at its cheapest place there."""
    problem = medley(seed, ties=0.0)
    plan = solve(problem, iterations=60, seed=seed)
    if breaches(Course(problem, plan.routes)):
        return  # frozen jobs that cannot be as they must
    explainer = Explainer(problem, plan)
    routes = explainer.laid.routes
    for one in problem.jobs:
        for why in () if one.frozen else explainer.why(one.id):
            alone = cost(problem, without(routes, [one.id])) - one.unserved * problem.rules.unserved
            assert cost(problem, routes) - alone == pytest.approx(why.chosen.cost, abs=1e-6)
            for other in why.others:
                assert sum(other.terms.values()) == pytest.approx(other.cost, abs=1e-5)
                assert best_with(problem, without(routes, [one.id]), one.id, other.crew) - alone == pytest.approx(
                    other.cost, abs=1e-6
                )
    assert explainer.laid.routes == routes  # nothing was moved by asking


def best_with(problem: Problem, routes: dict[str, tuple[str, ...]], name: str, crew_id: str) -> float:
    """Return what the plan costs with the job at the cheapest place of a crew's route that breaks nothing more."""
    from_head = sum(one.frozen for one in problem.jobs if one.id in problem.plan.get(crew_id, ()))
    route = routes.get(crew_id, ())
    tried = ({**routes, crew_id: (*route[:i], name, *route[i:])} for i in range(from_head, len(route) + 1))
    allowed = len(breaches(Course(problem, routes)))
    return min(cost(problem, one) for one in tried if len(breaches(Course(problem, one))) <= allowed)


def test_of_three_thousand_crews_each_has_one_verdict_and_the_terms_are_the_cost() -> None:
    problem = generate("storm", 1_500, 3_000, 3, caps=True)
    explainer = Explainer(problem, solve(problem, iterations=0))
    (why,) = explainer.why(next(names[-1] for names in explainer.laid.routes.values() if len(names) > 1))
    assert sum(why.counts.values()) == len(why.codes) == 3_000
    assert np.all(why.codes >= 0)
    assert any(word in CANNOT for word in why.counts)
    assert sum(why.chosen.terms.values()) == pytest.approx(why.chosen.cost, abs=1e-6)
