"""Frozen work whose order contradicts ``after`` is refused by name; all other frozen work can be begun."""

from random import Random

import pytest

from dispatch.routing.optimiser.engine import solve
from dispatch.routing.optimiser.files.reading import read_problem
from dispatch.routing.optimiser.files.saying import BadProblem
from dispatch.routing.optimiser.problem import ByPlane, Crew, Job, Place, Problem
from dispatch.routing.optimiser.scorer import score
from tests.routing.optimiser.streets import Json, crew, job, plan, street


def drawn(dice: Random) -> Json:
    """A problem of frozen jobs only, in routes and with orders that know nothing of each other; no circle of orders."""
    names = [f"j{i}" for i in range(dice.randint(1, 6))]
    jobs = [
        job(name, 1, frozen=True, after=[b for b in names[:i] if dice.random() < 0.3]) for i, name in enumerate(names)
    ]
    routes: dict[str, list[str]] = {"c1": [], "c2": [], "c3": []}
    for one in jobs:
        one["crews"] = dice.choice([1, 1, 1, 2])
        for at in dice.sample(sorted(routes), one["crews"]):
            routes[at].insert(dice.randint(0, len(routes[at])), one["id"])
    return street(jobs, [crew(at) for at in routes], plan=routes)


@pytest.mark.parametrize("seed", range(300))
def test_frozen_work_is_refused_just_where_it_could_never_begin(seed: int) -> None:
    found = drawn(Random(seed))
    stuck = score(found, plan(**found["plan"]))["violations"]["deadlock"]
    if not stuck:
        assert solve(read_problem(found), iterations=20).routes == {c: tuple(r) for c, r in found["plan"].items() if r}
        return
    with pytest.raises(BadProblem, match="冻结的先后与 after 矛盾") as refused:
        read_problem(found)
    assert refused.value.field is not None
    assert refused.value.field.endswith(".frozen")


def test_the_jobs_the_crew_and_the_remedy_are_named() -> None:
    found = street([job("a", 1, frozen=True, after=["b"]), job("b", 1, frozen=True)], plan={"c1": ["a", "b"]})
    with pytest.raises(BadProblem, match="a 等 b 等 a:请改队伍 'c1' 路线的先后,或删去其中一项 after、frozen"):
        read_problem(found)


def test_work_that_is_not_frozen_may_stand_in_between() -> None:
    jobs = [job("a", 1, frozen=True, after=["x"]), job("x", 1, after=["b"]), job("b", 1, frozen=True)]
    assert read_problem(street(jobs, [crew("c1"), crew("c2")], plan={"c1": ["b", "a"]}))
    with pytest.raises(BadProblem, match="x 等 b"):
        read_problem(street(jobs, [crew("c1"), crew("c2")], plan={"c1": ["a", "b"]}))


@pytest.mark.parametrize("many", [1, 2])
def test_who_asks_the_engine_without_the_checks_gets_a_plan_all_the_same(many: int) -> None:
    a = Job(id="a", at=Place(), work_s=60, window_s=(0, 3600), unserved=9.0, after=("b",), frozen=True, crews=many)
    b = Job(id="b", at=Place(), work_s=60, window_s=(0, 3600), unserved=9.0, frozen=True)
    crews = tuple(Crew(id=f"c{i}", at=Place(), ends_s=3600, latest_s=3600) for i in range(2))
    routes = {"c0": ("a", "b"), "c1": ("a",) if many == 2 else ()}
    problem = Problem(name="", travel=ByPlane(), jobs=(a, b), crews=crews, plan=routes)
    assert solve(problem, iterations=50).routes["c0"] == ("a", "b")
