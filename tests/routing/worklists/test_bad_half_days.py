"""What no list can be made of is refused by a sentence that names the field; what can be is a list with reasons."""

from dataclasses import replace

import pytest

from dispatch.kit.errors import Invalid
from dispatch.routing.optimiser.problem import ByLine, ByMatrix, ByPlane
from dispatch.routing.worklists.making import make
from dispatch.routing.worklists.problem import HalfDay

from .halfdays import BY_LINE, LENGTH, half_day, team, visit

NAN, INFINITE = float("nan"), float("inf")
TOWN = ByLine({"urban": 30.0}, {"urban": 1.3})
SQUARE = ByMatrix(((0, 60), (60, 0)))

BAD: dict[str, HalfDay] = {
    "visits[0].lon": half_day([team()], [visit("v", lon=NAN)]),
    "visits[0].lat": half_day([team()], [visit("v", lat=INFINITE)]),
    "teams[0].lat": half_day([team(lat=91.0)], [visit("v")]),
    "teams[0].lon": half_day([team(lon=-180.5)], [visit("v")]),
    "visits[1].id": half_day([team()], [visit("v"), visit("v")]),
    "visits[0].id": half_day([team()], [visit("")]),
    "teams[1].id": half_day([team(), team()], [visit("v")]),
    "visits[0].window_s": half_day([team()], [visit("v", window_s=(100, 99))]),
    "visits[0].work_s": half_day([team()], [visit("v", work_s=-1)]),
    "visits[0].price": half_day([team()], [visit("v", price=NAN)]),
    "teams[0].to_s": half_day([team(from_s=100, to_s=99)], [visit("v")]),
    "teams[0].from_s": half_day([team(from_s=-1)], [visit("v")]),
    "teams[0].most": half_day([team(most=-1)], [visit("v")]),
    "teams[0].pause_s": half_day([team(pause_s=(100, 100))], [visit("v")]),
    "caps.石浦.survey/urban": half_day([team()], [visit("v")], caps={("石浦", "survey/urban"): -3}),
    "length_s": half_day([team()], [visit("v")], length_s=0),
    "travel": half_day([team()], [visit("v")], travel=ByPlane()),
    "travel.speed_kmh.rural": half_day([team()], [visit("v", area_class="rural")], travel=TOWN),
    "travel.detour.urban": half_day([team()], [visit("v")], travel=ByLine({"urban": 30.0}, {"urban": NAN})),
    "travel.speed_kmh.urban": half_day([team()], [visit("v")], travel=replace(BY_LINE, speed_kmh={"urban": 0.0})),
    "visits[0].place": half_day([team()], [visit("v", place=2)], travel=SQUARE),
    "teams[0].place": half_day([team(place=-1)], [visit("v")], travel=SQUARE),
    "bases.石浦.place": half_day([], [visit("v")], travel=SQUARE, bases={"石浦": (121.9, 29.4, 2)}),
    "bases.西周.lat": half_day([team()], [visit("v")], bases={"西周": (121.9, NAN, 0)}),
    "travel.seconds[1]": half_day([team()], [visit("v")], travel=ByMatrix(((0, 60), (60,)))),
}  # fmt: skip


@pytest.mark.parametrize("field", BAD)
def test_a_wrong_field_is_named(field: str) -> None:
    with pytest.raises(Invalid) as refused:
        make(BAD[field], seed=1, iterations=10)
    assert refused.value.field == field
    assert refused.value.message.startswith(f"{field} ")
    assert "请" in refused.value.message


def test_the_next_half_day_is_checked_too() -> None:
    good = half_day([team()], [visit("v")])
    with pytest.raises(Invalid, match="price"):
        make(good, seed=1, iterations=10, after=half_day([team()], [visit("w", price=NAN)]))


def test_visits_that_cannot_be_made_do_not_spoil_the_list_of_those_that_can() -> None:
    odd = [
        visit("shorter than the work", window_s=(LENGTH - 60, LENGTH)), visit("pinned to nobody", pinned="?"),
        visit("yesterday", window_s=(-7200, -3600)), visit("tomorrow", window_s=(90_000, 93_600)),
        visit("all day", work_s=90_000), visit("of nobody's kind", kind="patrol"),
    ]  # fmt: skip
    made = make(half_day([team()], [*odd, visit("good")]), seed=1, iterations=50)
    assert [stop.visit for stops in made.routes.values() for stop in stops] == ["good"]
    assert set(made.left) == {one.id for one in odd}
    assert all(left.sentence for left in made.left.values())


def test_a_window_that_reaches_over_the_half_day_is_cut_to_it() -> None:
    made = make(half_day([team()], [visit("v", window_s=(-3600, 90_000))]), seed=1, iterations=10)
    assert made.left == {}


def test_a_team_that_has_no_time_makes_nothing() -> None:
    made = make(half_day([team(from_s=LENGTH, to_s=LENGTH)], [visit("v")]), seed=1, iterations=10)
    assert made.routes == {}
    assert made.left["v"].sentence


def test_no_way_is_no_way() -> None:
    asked = half_day([team(place=0)], [visit("v", place=1)], travel=ByMatrix(((0, -1), (-1, 0))))
    assert make(asked, seed=1, iterations=10).left["v"].code == "TOO_FAR"
