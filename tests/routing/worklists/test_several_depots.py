"""
The depots of a county: where its mode lets them, they make each other's visits; where not, each makes its own, and
whether a neighbour could make what is left out is asked by solving.
"""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.routing.optimiser.problem import ByMatrix
from dispatch.routing.worklists.files import json_of_half_day, json_of_list, read_half_day, read_list
from dispatch.routing.worklists.helping import Helping
from dispatch.routing.worklists.making import make, planned, shares
from dispatch.routing.worklists.placing import Around
from dispatch.routing.worklists.problem import HalfDay, List, Visit
from dispatch.routing.worklists.sifting import sifted
from dispatch.routing.worklists.words import NAMING, ListHelp

from .halfdays import HOUR, drawn, half_day, team, visit
from .validator import faults

NEAR = "西周/survey/urban/1"
FULL = [visit(f"b{i}", price=5000.0) for i in range(6)]


def depots_of(asked: HalfDay) -> list[str]:
    return list(dict.fromkeys([*(one.depot for one in asked.teams), *(one.depot for one in asked.visits)]))


def alone(asked: HalfDay, depot: str) -> HalfDay:
    """Return one depot's half-day."""
    teams = tuple(one for one in asked.teams if one.depot == depot)
    return replace(asked, teams=teams, visits=tuple(one for one in asked.visits if one.depot == depot))


def own_pins(asked: HalfDay) -> HalfDay:
    """Return the half-day without pins to another depot's team: alone nobody knows that team."""
    visits = tuple(
        one if (one.pinned or one.depot).split("/")[0] == one.depot else replace(one, pinned=None)
        for one in asked.visits
    )
    return replace(asked, visits=visits)


def routes_of(made: List) -> dict[str, tuple[str, ...]]:
    return {name: tuple(stop.visit for stop in stops) for name, stops in made.routes.items()}


@given(st.integers(0, 10_000), st.booleans())
def test_a_countys_lists_keep_every_rule_pooled_or_not(seed: int, pooled: bool) -> None:
    asked = replace(drawn(seed, visits=18), pooled=pooled)
    assert faults(asked, make(asked, seed=seed, iterations=30)) == []


@pytest.mark.parametrize("seed", range(15))
def test_where_depots_are_not_pooled_a_depots_routes_do_not_depend_on_its_neighbours(seed: int) -> None:
    asked = own_pins(replace(drawn(seed), pooled=False))
    made = make(asked, seed=seed, iterations=40)
    for depot in depots_of(asked):
        own = alone(asked, depot)
        by_itself = make(own, seed=seed, iterations=40)
        assert {name: stops for name, stops in made.routes.items() if name.startswith(f"{depot}/")} == by_itself.routes
        codes = {name: made.left[name].code for name in made.left if name in {one.id for one in own.visits}}
        assert codes == {name: left.code for name, left in by_itself.left.items()}


@pytest.mark.parametrize("seed", range(12))
def test_the_depots_parts_cost_together_what_the_list_costs(seed: int) -> None:
    asked = replace(drawn(seed), pooled=False)
    made = make(asked, seed=seed, iterations=30)
    parts = shares(asked, routes_of(made))
    assert list(parts) == depots_of(asked)
    for rule, cost in made.cost.items():
        assert sum(part[rule] for part in parts.values()) == pytest.approx(cost, abs=1e-6)
    assert shares(replace(asked, pooled=True), routes_of(made)) == {}


def test_a_neighbour_that_could_make_what_is_left_out_is_named_by_solving() -> None:
    asked = half_day([team(), team(NEAR, lon=121.95)], [visit("asked"), *FULL])
    (left,) = make(asked, seed=1, iterations=100).left.values()
    assert left.helps[0].startswith(f"{ListHelp.POOL.label}:班所 西周 代做")
    pooled = make(replace(asked, pooled=True), seed=1, iterations=100)
    assert pooled.left == {}
    assert faults(replace(asked, pooled=True), pooled) == []


@pytest.mark.parametrize(
    "neighbour",
    [
        [visit(f"n{i}", depot="西周", price=5000.0) for i in range(6)],  # its hours are full
        [visit("n0", depot="西周", price=5000.0)],  # its declared visits are used up
    ],
    ids=["hours", "declared"],
)
@pytest.mark.parametrize("pooled", [False, True])
def test_a_neighbour_that_is_full_is_neither_named_nor_sent(neighbour: list[Visit], pooled: bool) -> None:
    caps = {("西周", "survey/urban"): len(neighbour)}
    teams = [team(), team(NEAR, lon=121.95)]
    asked = half_day(teams, [visit("asked"), *FULL, *neighbour], caps=caps, pooled=pooled)
    made = make(asked, seed=1, iterations=100)
    assert faults(asked, made) == []
    assert "asked" in made.left
    assert not any(said.startswith(ListHelp.POOL.label) for said in made.left["asked"].helps)


def test_pooled_teams_set_out_from_their_own_depot_and_come_back_to_it() -> None:
    """By a matrix in which the two depots' ways differ, so that a wrong base would be a wrong time."""
    rows = ((0, 900, 600), (900, 0, 300), (600, 300, 0))
    far = team(NEAR, place=1)
    asked = half_day([far], [visit("one", place=2)], travel=ByMatrix(rows), pooled=True)
    made = make(asked, seed=1, iterations=20)
    ((stop,),) = made.routes.values()
    assert (stop.drive_s, made.home_s[NEAR]) == (300, stop.ends_s + 300)


def test_a_depot_without_teams_is_told_what_a_team_of_its_own_would_do() -> None:
    rows = ((0, 900, 600), (900, 0, 300), (600, 300, 0))
    asked = half_day(
        [team(NEAR, place=0)],
        [visit("one", place=2, depot="石浦", window_s=(0, HOUR // 10))],
        travel=ByMatrix(rows),
        bases={"石浦": (121.9, 29.4, 1)},
    )
    (left,) = make(asked, seed=1, iterations=20).left.values()
    assert left.code == "NO_TEAM"
    (said,) = [help_ for help_ in left.helps if help_.startswith(ListHelp.TEAM.label)]
    assert "0:05" in said  # five minutes from its own depot, ten from the neighbour's


@pytest.mark.parametrize("seed", range(15))
def test_a_visit_that_a_neighbour_is_said_to_make_can_be_made_so(seed: int) -> None:
    """What the help found is held against the validator: the neighbour's list with the visit on it is a good list."""
    asked = replace(drawn(seed), pooled=False)
    around = Around(asked, planned(sifted(asked)[0], seed=seed, iterations=40))
    made = {name for route in around.routes.values() for name in route}
    for one in (each for each in asked.visits if each.id not in made):
        for help_ in Helping(around, NAMING, seed).helps(one):
            if help_.kind is ListHelp.POOL:
                depot = help_.placed.team.split("/")[0]
                own = alone(asked, depot)
                moved = replace(one, depot=depot, pinned=None)
                with_it = replace(own, visits=(*(v for v in own.visits if v.id in made), moved))
                again = make(narrowed_to(with_it), seed=seed, iterations=400)
                assert faults(with_it, again) == []
                assert again.left == {}, help_.sentence


def narrowed_to(asked: HalfDay) -> HalfDay:
    return replace(asked, visits=tuple(replace(one, price=1e6) for one in asked.visits))


@pytest.mark.parametrize("seed", range(20))
def test_what_another_process_reads_is_what_was_written(seed: int) -> None:
    asked = drawn(seed)
    assert read_half_day(json.loads(json.dumps(json_of_half_day(asked)))) == asked
    made = make(asked, seed=seed, iterations=10)
    again = read_list(json.loads(json.dumps(json_of_list(made))))
    assert repr(again) == repr(made)
