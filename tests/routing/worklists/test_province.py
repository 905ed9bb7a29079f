"""The benchmark's province, small: what is measured keeps the promises, by the validator and by the scorer."""

import pytest

from benchmarks.worklists.days import SIZES, merged, province
from dispatch.routing.optimiser.files.checks import check
from dispatch.routing.optimiser.files.writing import json_of_plan, json_of_problem
from dispatch.routing.optimiser.problem import Plan
from dispatch.routing.optimiser.scorer import score
from dispatch.routing.worklists.making import make

from .validator import faults


@pytest.mark.parametrize("pooled", [False, True])
def test_a_county_of_the_benchmark_is_planned_as_the_trade_wants_it(pooled: bool) -> None:
    days = province(SIZES["quick"], 7, pooled=pooled)
    made = [make(day, seed=1, iterations=60) for day in days]
    assert [faults(day, one) for day, one in zip(days, made, strict=True)] == [[] for _ in days]
    whole = merged(days)
    check(whole)
    routes = {team: tuple(stop.visit for stop in stops) for one in made for team, stops in one.routes.items()}
    found = score(json_of_problem(whole), json_of_plan(Plan(problem=whole.name, routes=routes)))
    assert not any(found["violations"].values())
    assert found["unserved"] == sum(len(one.left) for one in made)


def test_the_same_seed_makes_the_same_province() -> None:
    assert province(SIZES["quick"], 7, pooled=True) == province(SIZES["quick"], 7, pooled=True)
    assert province(SIZES["quick"], 7, pooled=True) != province(SIZES["quick"], 8, pooled=True)
