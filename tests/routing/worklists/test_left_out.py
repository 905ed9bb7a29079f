"""Why a visit is left out, and what would help: each reason by an example, each help proved."""

from dataclasses import replace

import pytest

from dispatch.routing.worklists.helping import Helping
from dispatch.routing.worklists.making import make, planned
from dispatch.routing.worklists.placing import Around
from dispatch.routing.worklists.problem import HalfDay, Left, Team, Visit
from dispatch.routing.worklists.sifting import sifted
from dispatch.routing.worklists.words import NAMING, LeftWhy, ListHelp

from .halfdays import BY_LINE, HOUR, LENGTH, MIN, drawn, half_day, team, visit

FIRST, SECOND, METERS = "石浦/survey/urban/1", "石浦/survey/urban/2", "石浦/metering/urban/1"
CELL = ("石浦", "survey/urban")


def left_of(asked: HalfDay, name: str = "asked", after: HalfDay | None = None) -> Left:
    return make(asked, seed=1, iterations=100, after=after).left[name]


def helps(left: Left) -> list[str]:
    """Return the kinds of help, in order."""
    labels = {kind.label: kind.value for kind in ListHelp}
    return [labels[sentence.split(":")[0]] for sentence in left.helps]


def busy(name: str, opens: int = 0, shuts: int = LENGTH, **changed: object) -> Visit:
    """Return a dearer visit, which the asked one gives way to."""
    return visit(name, window_s=(opens, shuts), price=5000.0, **changed)  # type: ignore[arg-type]


CASES: dict[LeftWhy, tuple[list[Team], Visit, list[Visit], dict[str, object]]] = {
    LeftWhy.NO_TEAM: ([team(METERS)], visit("asked"), [], {}),
    LeftWhy.PIN_UNKNOWN: ([team()], visit("asked", pinned="石浦/survey/urban/9"), [], {}),
    LeftWhy.PIN_UNABLE: ([team(), team(METERS)], visit("asked", pinned=METERS), [], {}),
    LeftWhy.OUTSIDE: ([team()], visit("asked", window_s=(LENGTH + 60, LENGTH + HOUR)), [], {}),
    LeftWhy.TOO_LONG: ([team()], visit("asked", window_s=(3 * HOUR, LENGTH), work_s=HOUR), [], {}),
    LeftWhy.TOO_FAR: ([team()], visit("asked", km=60.0, window_s=(0, HOUR)), [], {}),
    LeftWhy.FULL: ([team()], visit("asked"), [busy("one")], {"caps": {CELL: 1}}),
    LeftWhy.PIN_FULL: ([team(), team(SECOND)], visit("asked", pinned=FIRST),
                       [busy(f"b{i}", pinned=FIRST) for i in range(6)], {}),
    LeftWhy.WINDOW: ([team()], visit("asked", window_s=(0, 20 * MIN)), [busy("one", 0, 10 * MIN)], {}),
    LeftWhy.CROWDED: ([team()], visit("asked"), [busy(f"b{i}") for i in range(6)], {}),
    LeftWhy.TOO_DEAR: ([team()], visit("asked", km=20.0, price=30.0), [], {}),
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_the_rule_that_keeps_a_visit_out_is_named(code: LeftWhy) -> None:
    teams, asked, others, more = CASES[code]
    left = left_of(half_day(teams, [asked, *others], **more))
    assert left.code == code.value
    assert left.sentence.startswith(f"{code.label}:")


def test_every_reason_has_its_example() -> None:
    assert set(CASES) | {LeftWhy.UNSOLVED} == set(LeftWhy)  # that one: test_inserting


def test_places_of_a_team_count_like_declared_visits() -> None:
    left = left_of(half_day([team(most=1)], [visit("asked"), busy("one")]))
    assert left.code == "FULL"
    assert helps(left)[0] == "VISIT"


def test_a_window_a_little_wider_helps_and_is_said_by_the_minute() -> None:
    teams, asked, others, _ = CASES[LeftWhy.WINDOW]
    left = left_of(half_day(teams, [asked, *others]))
    assert helps(left)[0] == "WINDOW"
    assert "推后 16 分钟(放宽 30 分钟即可)" in left.helps[0]


def test_one_more_declared_visit_helps_where_declared_visits_bind() -> None:
    left = left_of(half_day([team()], [visit("asked"), busy("one")], caps={CELL: 1}))
    assert helps(left)[0] == "VISIT"
    assert "班所 石浦 多申报 1 户 survey/urban" in left.helps[0]


def test_a_team_of_another_kind_with_slack_may_make_it_too() -> None:
    left = left_of(half_day([team(METERS)], [visit("asked")]))
    assert "SKILL" in helps(left)
    assert any(f"班组 {METERS} 兼做 survey/urban" in sentence for sentence in left.helps)


def test_a_depot_near_by_may_make_it_where_depots_are_not_pooled() -> None:
    teams = [team(), team("西周/survey/urban/1", lon=121.95)]
    left = left_of(half_day(teams, [visit("asked"), *(busy(f"b{i}") for i in range(6))]))
    assert helps(left)[0] == "POOL"
    assert "班所 西周 代做" in left.helps[0]


def test_the_next_half_day_is_proposed_where_it_has_room() -> None:
    crowded = half_day([team()], [visit("asked"), *(busy(f"b{i}") for i in range(6))])
    then = half_day([team()], [busy("then")], name="石浦 2026-07-07 下午")
    assert "NEXT" in helps(left_of(crowded, after=then))
    full = half_day([team()], [busy(f"t{i}") for i in range(6)], name="石浦 2026-07-07 下午")
    assert "NEXT" not in helps(left_of(crowded, after=full))
    other_ways = replace(then, travel=replace(BY_LINE, detour={"urban": 1.31, "rural": 1.4}))
    assert "NEXT" not in helps(left_of(crowded, after=other_ways))


def test_one_more_team_helps_even_a_depot_that_declared_none() -> None:
    asked = half_day([], [visit("asked")], bases={"石浦": (121.90, 29.40, 0)})
    assert helps(left_of(asked)) == ["TEAM"]
    assert helps(left_of(half_day([], [visit("asked")]))) == []


def test_nothing_helps_a_visit_that_cannot_be_driven_to() -> None:
    left = left_of(half_day([team()], [visit("asked", km=150.0)]))
    assert (left.code, left.helps) == ("TOO_FAR", ())


def test_the_cheapest_help_comes_first() -> None:
    teams = [team(), team(METERS), team("西周/survey/urban/1", lon=122.2)]
    asked = half_day(teams, [visit("asked", window_s=(0, HOUR)), *(busy(f"b{i}", 0, HOUR) for i in range(4))])
    around = Around(asked, planned(asked, seed=1, iterations=100))
    found = Helping(around, NAMING, 1).helps(asked.visits[0])
    assert len(found) > 2
    assert [one.price for one in found] == sorted(one.price for one in found)


@pytest.mark.parametrize("seed", range(25))
def test_no_help_costs_another_customer_his_visit(seed: int) -> None:
    asked = drawn(seed)
    around = Around(asked, planned(sifted(asked)[0], seed=seed, iterations=40))
    made = {name for route in around.routes.values() for name in route}
    helping = Helping(around, NAMING, seed)
    for one in asked.visits:
        if one.id in made:
            continue
        for help_ in helping.helps(one):
            here = {name for team in help_.placed.routes for name in around.routes.get(team, ())}
            then = [name for route in help_.placed.routes.values() for name in route]
            assert sorted(then) == sorted(here | {one.id}), help_.sentence


@pytest.mark.parametrize("seed", range(25))
def test_a_visit_is_left_out_only_if_no_place_costs_less(seed: int) -> None:
    asked = drawn(seed)
    made = make(asked, seed=seed, iterations=40)
    routes = {name: tuple(stop.visit for stop in stops) for name, stops in made.routes.items()}
    around = Around(asked, routes)
    for one in asked.visits:
        if one.id in made.left:
            placed = around.put(around.part(one), one, seed=seed)
            assert placed is None or placed.extra_min >= one.price


def test_names_of_people_stand_in_the_sentences() -> None:
    naming = replace(
        NAMING, depot=lambda depot: f"{depot}供电所", kind=lambda _: "查勘(城区)", clock=lambda _: "上午九点"
    )
    left = make(half_day([team(METERS)], [visit("asked")]), seed=1, iterations=10, naming=naming).left["asked"]
    assert left.sentence == "没有申报能做此类作业的班组:石浦供电所 本半天没有 查勘(城区) 班组"
