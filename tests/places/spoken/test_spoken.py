"""Places as callers say them, on the whole country: figures that must not fall; the benchmark prints them in full."""

import random

import pytest

from dispatch.places.names.gazetteer import CITY, COUNTY, PROVINCE, STAND_INS, VILLAGE, Gazetteer
from dispatch.places.names.matching import Matcher

from .generator import KINDS, generate, in_townships
from .judging import UNSEEN, Spoken, handwritten, judged, shares
from .sounds import PROVINCES

GENERATED, SEED = 13 * 12 * 2, 2026
NOT_YET = {  # what is beyond us, and stands here so that it is seen
    "象山西舟镇坎岙",  # 蚶 read like 坎
    "金乡镇牛鹅龙村",
    "澄城冯原黎刚村",
    "成城县王庄水凹",  # 凹 read wa, as in 洼
}


@pytest.mark.parametrize(
    "one", [*handwritten(), *handwritten(UNSEEN)], ids=lambda one: f"{one.why}:{one.q[:20] or '空'}"
)
def test_a_place_said_by_hand(listener: Matcher, one: Spoken) -> None:
    found = listener.find(one.q, province=one.province, counties=one.counties)
    right = judged(found, one.want, ask=one.ask).first
    assert right == (one.q not in NOT_YET), found


def test_generated_places_are_understood_as_well_as_the_reference(country: Gazetteer, listener: Matcher) -> None:
    asked = list(generate(country, SEED, GENERATED))
    assert {query.kind for query in asked} == set(KINDS)
    assert {query.province for query in asked} == set(PROVINCES)
    verdicts = [judged(listener.find(q.q, province=q.province, counties={q.county} - {None}), [q.want]) for q in asked]
    first, five, wrong = shares(verdicts)
    assert first >= 0.99
    assert five >= 0.995
    assert wrong <= 0.001


def test_the_candidates_stand_in_the_order_of_their_confidence(country: Gazetteer, listener: Matcher) -> None:
    rng = random.Random(SEED)
    asked = [(q.q, q.province) for q in generate(country, SEED, 13 * 12)]  # type: list[tuple[str, str | None]]
    asked += [(one.q, one.province) for one in handwritten()]
    asked += [("".join(rng.sample(q, len(q))), province) for q, province in asked]
    for said, province in asked:
        confidence = [one.confidence for one in listener.find(said, province=province).candidates]
        assert confidence == sorted(confidence, reverse=True), said


def test_a_city_or_county_said_by_its_name_is_the_answer_before_anything_that_sounds_alike(
    country: Gazetteer, listener: Matcher
) -> None:
    cities = [row for row in range(*country.all_of(CITY)) if country.name(row) not in STAND_INS]
    for row in [*cities, *range(*country.all_of(COUNTY))[::12]]:
        for said in {country.name(row), country.core_name(row)} - STAND_INS:
            found = listener.find(said, province=country.code_of(row)[:2])
            first = country.row_of(found.candidates[0].code)
            assert first is not None
            assert said in (country.name(first), country.core_name(first)), (said, found)
            assert PROVINCE <= country.level[first] <= COUNTY, (said, found)
            assert found.ask is not None


def test_a_village_said_by_its_name_comes_before_those_that_sound_alike_and_of_several_the_caller_is_asked(
    country: Gazetteer, listener: Matcher
) -> None:
    rng = random.Random(SEED)
    rows = rng.sample(range(*country.all_of(VILLAGE)), 300)
    for row in [row for row in rows if len(country.name(row)) > 2 and "0" not in country.name(row)]:
        said = country.name(row)
        found = listener.find(said, province=country.code_of(row)[:2])
        first = country.row_of(found.candidates[0].code)
        assert first is not None
        assert said in (country.name(first), country.core_name(first)), (said, found)
        same = sum(one.name == said for one in found.candidates)
        assert same < 2 or found.ask is not None, (said, found)


def test_something_that_stands_in_a_township_is_no_village(country: Gazetteer, listener: Matcher) -> None:
    for query in in_townships(country, SEED, 400):
        found = listener.find(query.q, province=query.province, counties={query.county} if query.county else set())
        assert found.ask is not None, (query, found)


def test_a_name_said_whole_in_its_county_is_first(country: Gazetteer, listener: Matcher) -> None:
    rng = random.Random(SEED)
    low, high = country.all_of(VILLAGE)
    for row in rng.sample(range(low, high), 300):
        township = int(country.parent[row])
        said = country.name(int(country.parent[township])) + country.name(township) + country.name(row)
        code = country.code_of(row)
        found = listener.find(said, counties={code[:6]})
        twins = [r for r in range(*country.within(township, VILLAGE)) if country.name(r) == country.name(row)]
        assert found.candidates[0].code in {country.code_of(r) for r in twins}, (said, found.candidates)


def test_the_generator_is_the_same_each_time(country: Gazetteer) -> None:
    assert list(generate(country, 5, 26)) == list(generate(country, 5, 26))
