"""A rule pack line by line: nothing is left out, all has a Chinese name, and two packs stand beside each other."""

import re
from typing import Any

import pytest

from dispatch.kit import packnames
from dispatch.kit.packlines import Line, beside, lines_of
from dispatch.kit.rulepack import Packs, RulePack

PACKS = Packs.load().by_key
EVERY = pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS)


def sourced(node: Any) -> int:
    """Return how many values have a source of their own."""
    if isinstance(node, list):
        return sum(map(sourced, node))
    if not isinstance(node, dict):
        return 0
    return 1 if {"source", "value"} <= node.keys() else sum(map(sourced, node.values()))


@EVERY
def test_each_value_is_one_line_under_a_path_of_its_own(pack: RulePack) -> None:
    lines = lines_of(pack)
    assert len({line.path for line in lines}) == len(lines)
    assert sum(bool(line.source) for line in lines) == sourced(pack.model_dump(mode="json", exclude_none=True))
    assert all(line.value and line.shown for line in lines)


@EVERY
def test_every_item_unit_and_word_has_a_chinese_name(pack: RulePack) -> None:
    said = {"replies.informal", "replies.record_words.hv"}  # what crews and customers say: "ok", "10kV"
    for line in lines_of(pack):
        assert not re.search("[A-Za-z_]", packnames.item(line.path)), line
        assert line.path in said or not re.search("[A-Za-z_]", line.in_chinese), line


@EVERY
def test_no_tag_and_no_reference_is_left_in_a_source(pack: RulePack) -> None:
    for line in lines_of(pack):
        assert not re.search(r"\[[A-Z]|domain \d|issue \d", packnames.source(line.source)), line


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("[P]", "本系统拟定,请贵单位核定"),
        ("[P] domain 8; 7.2", "本系统拟定,请贵单位核定;业务口径 8; 7.2"),
        ("[V1][V2] 国网供电服务承诺, 城区", "公开资料 1;公开资料 2;国网供电服务承诺, 城区"),
        ("issue 6.3", "产品要求 6.3"),
        ("劳动法第44条", "劳动法第44条"),
        ("", ""),
    ],
)
def test_a_source_is_told_in_words(said: str, told: str) -> None:
    assert packnames.source(said) == told


@EVERY
def test_a_pack_beside_itself_differs_in_nothing(pack: RulePack) -> None:
    pairs = beside(lines_of(pack), lines_of(pack))
    assert len(pairs) == len(lines_of(pack))
    assert not any(pair.differs for pair in pairs)


def test_what_only_one_of_two_packs_has_is_a_difference() -> None:
    same, longer, fewer = Line("a", "3", "3", "min"), Line("b", "4", "4", "min"), Line("c", "1", "1")
    pairs = beside([same, longer], [same, Line("b", "4", "4", "h"), fewer])
    assert [(pair.line, pair.differs) for pair in pairs] == [(same, False), (longer, True), (None, True)]


def test_a_search_finds_lines_with_all_its_words_in_either_tongue() -> None:
    (pair,) = beside([Line("limits.accept_or_return", "3", "3", "min", "[K] 接单或退单")], [])
    assert all(pair.has(words) for words in ("", "时限 分钟", "LIMITS min", "accept or 3", "行业通行"))
    assert not pair.has("时限 小时")
