"""What holds for whatever is said or typed."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dispatch.places.names.gazetteer import COUNTY, VILLAGE, Gazetteer
from dispatch.places.names.matching import Matcher
from dispatch.places.names.typeahead import Scope, TypeAhead

from .packages import TABLES

COUNTIES = [code for code, _ in TABLES["areas"]]
VILLAGES = [code for code, _ in TABLES["villages"]]
SOUNDS = "石浦东门星塘村镇象山岔路泉湖头新岭一二西周sp1,。😀 "
TALK = st.one_of(st.text(max_size=40), st.text(SOUNDS, max_size=14))
laws = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)


def words_of(gazetteer: Gazetteer, code: str) -> tuple[int, str, str, str]:
    """Return the row of a village, and its county's, its township's and its own name."""
    row = gazetteer.row_of(code)
    assert row is not None
    township = int(gazetteer.parent[row])
    return row, gazetteer.name(int(gazetteer.parent[township])), gazetteer.name(township), gazetteer.name(row)


@laws
@given(code=st.sampled_from(VILLAGES))
def test_a_place_said_whole_is_first_in_its_county_and_nothing_is_asked(
    gazetteer: Gazetteer, matcher: Matcher, code: str
) -> None:
    _, county, township, village = words_of(gazetteer, code)
    found = matcher.find(county + township + village, counties={code[:6]})
    assert (found.candidates[0].code, found.candidates[0].name) == (code, village)


@laws
@given(text=TALK, counties=st.sets(st.sampled_from(COUNTIES), min_size=1), province=st.sampled_from([None, "33", "43"]))
@example(text="岔路村", counties={"330225"}, province="33")
def test_no_answer_lies_outside_the_scope(
    matcher: Matcher, text: str, counties: set[str], province: str | None
) -> None:
    for one in matcher.find(text, counties=counties, province=province).candidates:
        level = 6 if one.level in ("county", "township", "village") else 4
        assert level == 6
        assert one.code[:6] in counties


@laws
@given(text=TALK, province=st.sampled_from([None, "33"]))
def test_the_same_words_get_the_same_answer(matcher: Matcher, text: str, province: str | None) -> None:
    found = matcher.find(text, province=province)
    assert found == matcher.find(text, province=province)
    assert len({one.code for one in found.candidates}) == len(found.candidates) <= 5
    confidence = [one.confidence for one in found.candidates]
    assert all(0 <= one <= 1 for one in confidence)
    assert confidence == sorted(confidence, reverse=True)


@laws
@given(text=TALK, province=st.sampled_from([None, "33"]))
@example(text="嗡嗡", province="33")
def test_there_is_an_answer_or_a_question(matcher: Matcher, text: str, province: str | None) -> None:
    found = matcher.find(text, province=province)
    assert found.ask is not None or found.level_reached == "village"
    assert (found.level_reached is None) == (not found.candidates)


@laws
@given(code=st.sampled_from(VILLAGES), at=st.integers(0, 30), sign=st.sampled_from("啵呱铁弄坎饿"))
def test_a_distorted_name_is_never_surer_than_the_exact_one(
    gazetteer: Gazetteer, matcher: Matcher, code: str, at: int, sign: str
) -> None:
    _, county, township, village = words_of(gazetteer, code)
    exact = county + township + village
    at %= len(exact)
    scope = {code[:6]}
    best = matcher.find(exact, counties=scope).candidates[0].confidence
    distorted = matcher.find(exact[:at] + sign + exact[at + 1 :], counties=scope).candidates
    assert all(one.confidence <= best for one in distorted if one.code == code)


@laws
@given(code=st.sampled_from(VILLAGES), what=st.sampled_from(["卫生院", "中心小学", "人民政府", "小卖部对面", "供电所"]))
def test_something_that_stands_in_a_township_is_no_village(
    gazetteer: Gazetteer, matcher: Matcher, code: str, what: str
) -> None:
    _, county, township, _ = words_of(gazetteer, code)
    found = matcher.find(county + township + what, counties={code[:6]})
    assert (found.candidates[0].name, found.level_reached) == (township, "township")
    assert found.ask is not None


@laws
@given(code=st.sampled_from(VILLAGES), other=st.sampled_from(VILLAGES))
def test_what_the_caller_takes_back_does_not_count(
    gazetteer: Gazetteer, matcher: Matcher, code: str, other: str
) -> None:
    _, county, township, village = words_of(gazetteer, code)
    said = f"不是{words_of(gazetteer, other)[2]},是{county}{township}{village}"
    assert matcher.find(said) == matcher.find(county + township + village)


@pytest.fixture(scope="session")
def typeahead(gazetteer: Gazetteer) -> TypeAhead:
    return TypeAhead(gazetteer, gazetteer.typed)


@laws
@given(code=st.sampled_from(VILLAGES), spelling=st.integers(0, 2), cut=st.integers(1, 20), whole=st.booleans())
def test_every_beginning_of_a_name_completes_to_it(
    gazetteer: Gazetteer, typeahead: TypeAhead, code: str, spelling: int, cut: int, whole: bool
) -> None:
    row, *_ = words_of(gazetteer, code)
    typed = gazetteer.written(row, whole=whole)[spelling][:cut]
    assert row in typeahead.complete(typed, limit=100)


@laws
@given(code=st.sampled_from(VILLAGES), spellings=st.tuples(*[st.integers(0, 2)] * 3))
def test_county_township_and_village_may_be_typed_in_a_row_each_in_its_way(
    gazetteer: Gazetteer, typeahead: TypeAhead, code: str, spellings: Sequence[int]
) -> None:
    row, *_ = words_of(gazetteer, code)
    line = [r for r in reversed(list(gazetteer.above(row))) if gazetteer.level[r] >= COUNTY]
    typed = "".join(gazetteer.written(r, whole=False)[s] for r, s in zip(line, spellings, strict=True))
    if len({s == 0 for s in spellings}) == 1:  # letters and characters in one row are cut at every place
        assert row in typeahead.complete(typed, limit=100)


@laws
@given(text=TALK, county=st.sampled_from(COUNTIES))
def test_what_is_in_scope_comes_first_and_then_in_the_order_of_codes(
    gazetteer: Gazetteer, typeahead: TypeAhead, text: str, county: str
) -> None:
    root = gazetteer.row_of(county)
    assert root is not None
    found = typeahead.complete(text, scope=Scope((root,)), limit=100)
    inside = [root in gazetteer.above(row) for row in found]
    assert inside == sorted(inside, reverse=True)
    assert found == sorted(found, key=lambda row: (root not in gazetteer.above(row), row))
    only = typeahead.complete(text, scope=Scope((root,), only=True), limit=100)
    assert only == [row for row, kept in zip(found, inside, strict=True) if kept]


def test_the_levels_are_ranges_of_rows(gazetteer: Gazetteer) -> None:
    for level in range(VILLAGE + 1):
        low, high = gazetteer.all_of(level)
        assert set(gazetteer.level[low:high].tolist()) == {level}
        assert sorted(gazetteer.code[low:high].tolist()) == gazetteer.code[low:high].tolist()
