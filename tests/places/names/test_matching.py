"""What a caller said and what is understood, on two small provinces."""

import pytest

from dispatch.places.names.alias import Alias
from dispatch.places.names.dialects import BadDialects, Dialects
from dispatch.places.names.gazetteer import Gazetteer
from dispatch.places.names.matching import Candidate, Matcher

XIANGSHAN = frozenset({"330225"})


def first(matcher: Matcher, text: str, **scope: object) -> Candidate:
    return matcher.find(text, **scope).candidates[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("浙江省宁波市象山县石浦镇东门渔村", "330225101200"),
        ("象山石浦东门渔村", "330225101200"),
        ("石浦星塘", "330225101244"),
        ("象山星塘村", "330225101244"),
        ("向善石铺昌明", "330225101254"),
        ("嗯我家在象山那个石浦的星塘村旁边的小店", "330225101244"),
        ("石浦镇星塘村3组12号", "330225101244"),
        ("胡陈乡岔路村", "330226200235"),
        ("xiangshan shipu xingtang", "330225101244"),
        ("石浦xingtang村", "330225101244"),
        ("星塘村,石浦的,象山", "330225101244"),
        ("石浦⚡星塘😭", "330225101244"),
        ("东郊新岭2村", "430381200202"),
        ("东郊乡新岭一村", "430381200201"),
    ],
)
def test_a_village_is_understood(matcher: Matcher, said: str, code: str) -> None:
    found = matcher.find(said)
    assert (found.candidates[0].code, found.level_reached) == (code, "village")


@pytest.mark.parametrize(
    ("said", "county", "code"),
    [
        ("石浦镇蒋湾村", "330225", "330225101206"),  # a syllable of 蒋上湾 was not said
        ("石浦镇新糖村", "330225", "330225101244"),  # 吴语: x and s, front and back nasals
        ("西周镇儒牙洋", "330225", "330225102235"),
        ("泉塘蓝竹园", "430121", "430121002020"),  # 湘语: n and l
        ("泉塘法亭", "430381", "430381111201"),  # 湘语: hua and fa
    ],
)
def test_sounds_that_an_area_mixes_up(matcher: Matcher, said: str, county: str, code: str) -> None:
    assert first(matcher, said, counties={county}).code == code


@pytest.mark.parametrize(
    ("said", "level", "name"),
    [
        ("象山石浦", "township", "石浦镇"),
        ("石浦镇上", "township", "石浦镇"),
        ("我在象山", "county", "象山县"),
        ("石浦海鲜市场对面", "township", "石浦镇"),
        ("石浦镇欢乐谷村", "township", "石浦镇"),
        ("墙头", "township", "墙头镇"),
    ],
)
def test_where_no_village_was_heard_none_is_named_and_the_seat_asks_again(
    matcher: Matcher, said: str, level: str, name: str
) -> None:
    found = matcher.find(said, province="33")
    assert (found.candidates[0].level, found.candidates[0].name) == (level, name)
    assert found.ask is not None


@pytest.mark.parametrize(
    "said", ["", "  ,。 ", "😀😀", "12345678", "13900000001", "asdfghjkl", "嗡嗡嗡嗡嗡", "家里跳闸了怎么办"]
)
def test_what_is_no_place_gets_a_question_and_no_village(matcher: Matcher, said: str) -> None:
    found = matcher.find(said, province="33")
    assert found.ask is not None
    assert not any(one.level == "village" for one in found.candidates)


def test_five_hundred_characters_are_listened_to(matcher: Matcher) -> None:
    said = "停电了" * 30 + "象山石浦星塘村" + "请快一点" * 100
    assert first(matcher, said[:500]).code == "330225101244"
    assert matcher.find("石" * 5000).ask is not None


def test_two_places_of_one_name_in_one_county_are_both_named_in_a_fixed_order(matcher: Matcher) -> None:
    found = matcher.find("岔路村", counties=frozenset({"330226"}))
    assert [one.code for one in found.candidates[:3]] == ["330226105250", "330226200235", "330226105000"]
    assert found.ask is not None
    assert "岔路镇岔路村" in found.ask
    assert "胡陈乡岔路村" in found.ask


def test_a_scope_is_never_left(matcher: Matcher) -> None:
    assert first(matcher, "泉塘", counties={"430381"}).code == "430381111000"
    assert first(matcher, "泉塘", counties={"430121"}).code == "430121002000"
    assert not matcher.find("泉塘", province="33").candidates


@pytest.mark.parametrize(
    ("said", "scope", "named"),
    [
        ("宁海县岔路镇", {"counties": XIANGSHAN}, "宁海县岔路镇"),
        ("湖南长沙县泉塘", {"province": "33"}, "湖南省长沙市长沙县"),
    ],
)
def test_a_place_outside_the_scope_is_said_to_be_outside(
    matcher: Matcher, said: str, scope: dict[str, object], named: str
) -> None:
    found = matcher.find(said, **scope)  # type: ignore[arg-type]
    assert not found.candidates
    assert found.ask is not None
    assert named in found.ask


@pytest.mark.parametrize(
    ("said", "scope", "first", "named"),
    [
        ("湖南省象山县石浦镇", {}, "石浦镇", "湖南省"),
        ("长沙县石浦镇", {"province": "33"}, "石浦镇", "长沙县"),
        ("宁海县石浦镇星塘村", {"province": "33"}, "星塘村", "宁海县"),
        ("石浦镇星塘村", {"province": "43", "counties": XIANGSHAN}, "星塘村", "湖南省"),
    ],
)
def test_what_contradicts_itself_is_asked(
    matcher: Matcher, said: str, scope: dict[str, object], first: str, named: str
) -> None:
    found = matcher.find(said, **scope)  # type: ignore[arg-type]
    assert found.candidates[0].name == first
    assert found.ask is not None
    assert named in found.ask


@pytest.mark.parametrize(("said", "name"), [("长沙", "长沙市"), ("宁波市", "宁波市"), ("象山县人民政府", "象山县")])
def test_what_is_said_by_the_letter_goes_before_its_likes(matcher: Matcher, said: str, name: str) -> None:
    found = matcher.find(said)
    assert found.candidates[0].name == name
    assert found.ask is not None


def test_a_number_is_no_village(matcher: Matcher) -> None:
    assert not matcher.find("110", province="43").candidates
    assert first(matcher, "东郊乡新岭1村", province="43").code == "430381200201"


def test_a_scope_nobody_knows_limits_nothing(matcher: Matcher) -> None:
    assert first(matcher, "石浦星塘", province="99", counties={"999999", "x"}).code == "330225101244"


def test_the_limit_is_kept(matcher: Matcher) -> None:
    assert [len(matcher.find("象山石浦东门渔村", limit=n).candidates) for n in (0, 1, 2)] == [0, 1, 2]


def test_where_only_the_county_is_known_to_lie_somewhere_its_point_is_given_as_inexact(matcher: Matcher) -> None:
    place = first(matcher, "石浦星塘")
    assert not place.exact


def test_a_nickname_stands_for_its_place_and_leads_to_those_in_it(gazetteer: Gazetteer, matcher: Matcher) -> None:
    named = matcher.with_extra([Alias("老渔港", "330225101"), Alias("白眼湾", "330225101254"), Alias("何处", "999999")])
    assert first(named, "老渔港", counties=XIANGSHAN).code == "330225101000"
    assert first(named, "老渔港星塘", counties=XIANGSHAN).code == "330225101244"
    assert first(named, "石浦白岩湾", counties=XIANGSHAN).code == "330225101254"
    assert not matcher.find("白眼湾", counties=XIANGSHAN).candidates


def test_an_own_place_is_found_in_its_township_with_its_own_point(matcher: Matcher) -> None:
    own = [
        Alias("金星变电站", "S-1", within="330225", level="substation", lon=121.9, lat=29.3),
        Alias("渔港路", "R-1", within="330225101", level="road"),
        Alias("渔港路", "R-2", within="330226105", level="road"),
    ]
    known = matcher.with_extra(own)
    station = first(known, "象山金星变电站跳闸", province="33")
    assert (station.code, station.level, station.lon, station.exact) == ("S-1", "substation", 121.9, True)
    assert first(known, "石浦渔港路", province="33").code == "R-1"
    assert first(known, "渔港路", counties={"330226"}).code == "R-2"
    assert {one.code for one in known.find("渔港路", counties=XIANGSHAN).candidates} == {"R-1"}
    assert known.find("石浦渔港路", province="33").ask is None


def test_a_table_of_dialects_that_is_wrong_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("dialects") / "ours.yaml"
    for text in (
        "",
        "[",
        "everywhere: {name: x}\nareas: {a: {name: b}}",
        "everywhere: {name: x, vowels: []}\nareas: {}",
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(BadDialects, match=r"ours\.yaml"):
            Dialects(path)


def test_a_province_speaks_all_its_dialects_and_a_county_its_own() -> None:
    dialects = Dialects()
    assert dialects.at("330225000000") == ("wu",)
    assert dialects.at("330327000000") == ("min",)
    assert set(dialects.at("330000000000")) == {"wu", "min"}
    assert {"wu", "jianghuai"} <= set(dialects.at("320000000000"))
    assert dialects.at(None) == dialects.at("999999") == ()
