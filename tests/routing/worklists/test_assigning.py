"""Who makes what before any route: the flow keeps declared capacity and pins, and the search begins with it."""

from collections import Counter

import pytest

from dispatch.routing.optimiser.breaches import breaches
from dispatch.routing.optimiser.course import Course
from dispatch.routing.worklists.assigning import assigned
from dispatch.routing.worklists.posing import narrowed, parts_of, problem_of
from dispatch.routing.worklists.problem import HalfDay
from dispatch.routing.worklists.sifting import sifted

from .halfdays import drawn, half_day, team, visit

SECOND = "石浦/survey/urban/2"


def plan_of(asked: HalfDay) -> dict[str, tuple[str, ...]]:
    return assigned(asked, problem_of(asked))


@pytest.mark.parametrize("seed", range(40))
def test_what_is_assigned_can_be_driven(seed: int) -> None:
    for part in map(narrowed, parts_of(sifted(drawn(seed))[0])):
        free = [one for one in part.visits if one.pinned is None]
        part_free = HalfDay(
            name=part.name, length_s=part.length_s, travel=part.travel, teams=part.teams, visits=tuple(free),
            pooled=part.pooled, caps=part.caps,
        )  # fmt: skip
        problem = problem_of(part_free)
        assert not breaches(Course(problem, assigned(part_free, problem)))


def test_declared_visits_hold_and_the_dearest_flow_first() -> None:
    visits = [visit(f"v{i}", price=500.0 + i) for i in range(6)]
    plan = plan_of(half_day([team(), team(SECOND)], visits, caps={("石浦", "survey/urban"): 2}))
    assert sorted(name for route in plan.values() for name in route) == ["v4", "v5"]


def test_a_pin_takes_its_place_before_others() -> None:
    visits = [visit("pinned", price=1.0, pinned=SECOND), visit("dear", price=900.0)]
    plan = plan_of(half_day([team(), team(SECOND)], visits, caps={("石浦", "survey/urban"): 1}))
    assert plan == {SECOND: ("pinned",)}


def test_pooled_visits_flow_to_the_depot_that_is_near() -> None:
    teams = [team(), team("西周/survey/urban/1", lon=122.3)]
    visits = [visit(f"v{i}", km=38.0) for i in range(2)]
    assert set(plan_of(half_day(teams, visits, pooled=True))) == {"西周/survey/urban/1"}


def test_all_visits_are_spread_over_the_teams() -> None:
    plan = plan_of(half_day([team(), team(SECOND)], [visit(f"v{i}") for i in range(8)]))
    assert Counter(map(len, plan.values())) == Counter([4, 4])
