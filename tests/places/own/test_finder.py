"""Own places and taught names are found by what is typed and said, with or without the gazetteer."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.kit.settings import Settings
from dispatch.places.finder import Finder, LocatedBy, Nickname, Suggestions
from dispatch.places.installed import Names
from dispatch.places.learning import Learned, is_used, middle
from dispatch.places.own import OwnKind, OwnPlace
from dispatch.places.ownindex import OwnIndex

from .conftest import NINGHAI, XIANGSHAN

TRANSFORMER = OwnPlace("T1", OwnKind.TRANSFORMER, "东街1号公变", XIANGSHAN, "丹城东街", 121.87, 29.48, ("老街变",))
ROAD = OwnPlace("R1", OwnKind.ROAD, "石浦大道", XIANGSHAN)
TWIN = OwnPlace("B1", OwnKind.BUILDING, "阳光花园", XIANGSHAN, "丹城")
OTHER_TWIN = OwnPlace("B2", OwnKind.BUILDING, "阳光花园", XIANGSHAN, "石浦")
ELSEWHERE = OwnPlace("B3", OwnKind.BUILDING, "阳光大厦", NINGHAI)
OWN = (TRANSFORMER, ROAD, TWIN, OTHER_TWIN, ELSEWHERE)


def codes(found: Suggestions) -> list[str]:
    return [place.code for place in found.places]


@pytest.fixture(scope="module")
def plain() -> Finder:
    return Finder("33", own=OWN)


@pytest.mark.parametrize(
    "q",
    ["东街1号公变", "东街", "老街变", "老街", "dongjie", "dj1hgb", "DJ1H", "laojiebian", "ljb", "1号公", " 东街 1号 "],
)
def test_an_own_place_is_found_by_characters_pinyin_initials_alias_and_part(plain: Finder, q: str) -> None:
    assert codes(plain.typed(q))[:1] == ["T1"]


def test_whole_names_come_before_beginnings_and_the_county_that_was_picked_before_others(plain: Finder) -> None:
    assert codes(plain.typed("阳光")) == ["B1", "B2", "B3"]
    assert codes(plain.typed("阳光", county=NINGHAI))[0] == "B3"
    assert plain.typed("阳光花园").places[0].confidence == 1.0


def test_two_places_of_one_name_are_both_told_and_the_caller_is_asked_which(plain: Finder) -> None:
    found = plain.said("阳光花园3幢没电了")
    assert codes(found) == ["B1", "B2"]
    assert found.ask is not None
    assert "2 处同名" in found.ask
    assert "丹城" in found.ask
    assert all(place.confidence < 0.5 for place in found.places)


def test_nothing_is_made_up(plain: Finder) -> None:
    assert plain.typed("没有的地方").places == ()
    assert plain.said("我也不知道在哪里").places == ()
    assert plain.typed("").places == ()


def test_an_own_place_without_a_point_has_what_was_learned(plain: Finder) -> None:
    assert plain.place("R1") is not None
    assert plain.place("R1").lon is None
    learned = Finder("33", own=OWN, learned={"R1": Learned(121.9, 29.2, 4, 35.0)}).typed("石浦大道").places[0]
    assert (learned.lon, learned.exact, learned.located_by, learned.located_n) == (121.9, True, LocatedBy.CREWS, 4)


def test_the_files_point_goes_before_a_learned_one() -> None:
    found = Finder("33", own=OWN, learned={"T1": Learned(121.9, 29.2, 9, 5.0)}).typed("老街变").places[0]
    assert (found.lon, found.located_by) == (121.87, LocatedBy.FILE)


def test_a_taught_name_leads_to_its_place_or_to_its_own_point() -> None:
    names = [
        Nickname("n1", "供销社", XIANGSHAN, "T1"),
        Nickname("n2", "大樟树下", XIANGSHAN, None, Learned(121.7, 29.3, 3, 20.0)),
        Nickname("n3", "没了的", XIANGSHAN, "gone"),
    ]
    finder = Finder("33", own=OWN, nicknames=names)
    assert codes(finder.said("供销社旁边")) == ["T1"]
    tree = finder.typed("大樟树").places[0]
    assert (tree.code, tree.level, tree.lon, tree.located_by, tree.located_n) == (
        "n2",
        "alias",
        121.7,
        LocatedBy.PINS,
        3,
    )
    assert codes(finder.typed("没了的")) == []


# ---- with the gazetteer ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def names() -> Names:
    path = Settings.from_env().gazetteer_path
    if not Path(path).exists():
        pytest.skip(f"no file of place names at {path}: make places")
    return Names.load(path)


@pytest.fixture(scope="module")
def whole(names: Names) -> Finder:
    return Finder("33", names=names, own=OWN, learned={"330225101000": Learned(121.94, 29.21, 2, 10.0)})


def test_own_places_come_first_where_they_match_as_well(names: Names) -> None:
    finder = Finder("33", names=names, own=[OwnPlace("R9", OwnKind.ROAD, "石浦", XIANGSHAN)])
    found = finder.typed("石浦", county=XIANGSHAN).places
    assert (found[0].code, found[1].name) == ("R9", "石浦镇")


def test_an_own_name_inside_of_what_was_said_goes_before_what_the_gazetteer_hears(whole: Finder) -> None:
    assert codes(whole.said("东街1号公变旁边没电"))[0] == "T1"


def test_what_the_gazetteer_knows_is_found_beside_own_places(whole: Finder) -> None:
    found = whole.typed("shipu", county=XIANGSHAN).places
    assert [place.name for place in found[:1]] == ["石浦镇"]
    assert "R1" in [place.code for place in found]
    assert all(len(place.code) == 12 for place in found if place.level == "village")


def test_a_misheard_own_name_is_found_by_its_sound(whole: Finder) -> None:
    assert "R1" in codes(whole.said("石普大道", county=XIANGSHAN))


# ---- learning -------------------------------------------------------------------------------------------------------


def test_one_arrival_far_off_does_not_move_a_place() -> None:
    near = [(121.9, 29.2), (121.9001, 29.2001), (121.9002, 29.2)]
    learned = middle([*near, (121.5, 29.6)], apart_m=500)
    assert learned is not None
    assert (learned.n, round(learned.lon, 4), round(learned.lat, 4)) == (3, 121.9001, 29.2)


def test_two_that_contradict_each_other_teach_nothing() -> None:
    assert middle([(121.9, 29.2), (121.5, 29.6)], apart_m=500) is None
    assert middle([(121.1, 29.2), (121.5, 29.6), (121.9, 29.1)], apart_m=500) is None
    assert middle([], apart_m=500) is None


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(121.899, 121.901), st.floats(29.199, 29.201)), min_size=1, max_size=12))
def test_points_near_each_other_teach_a_point_among_them(points: list[tuple[float, float]]) -> None:
    learned = middle(points, apart_m=500)
    assert learned is not None
    assert learned.n == len(points)
    assert min(x for x, _ in points) - 1e-9 <= learned.lon <= max(x for x, _ in points) + 1e-9


def test_a_name_counts_once_it_was_given_often_enough_by_enough_people_or_by_right(pack_rules: object) -> None:
    rules = pack_rules
    assert not is_used(given_n=2, people_n=2, named=False, rules=rules)  # type: ignore[arg-type]
    assert not is_used(given_n=9, people_n=1, named=False, rules=rules)  # type: ignore[arg-type]
    assert is_used(given_n=3, people_n=2, named=False, rules=rules)  # type: ignore[arg-type]
    assert is_used(given_n=1, people_n=1, named=True, rules=rules)  # type: ignore[arg-type]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.text("东西街石浦公变ab1", min_size=1, max_size=6), min_size=1, max_size=20),
    st.integers(0, 19),
    st.integers(1, 6),
)
def test_every_name_is_found_by_its_beginning(names: list[str], which: int, length: int) -> None:
    name = names[which % len(names)]
    index = OwnIndex((one, one) for one in names)
    assert name in [hit.thing for hit in index.typed(name[:length], limit=200)]
