"""A rule pack that cannot be read is told in the words of whoever wrote it."""

import re

import pytest

from dispatch.kit.rulepack import BadPack, read

BROKEN = {
    "a: b: c": (1, "冒号的位置不对"),
    "a:\n\tb: 1": (2, "制表符"),
    "x: 'abc": (1, "引号未闭合"),
    "[1": (2, "没有闭合"),
    "id: x\nid: y": (1, "写了两次"),
    "c: *d": (1, "没有定义"),
    "a: !!python/object:os.system 1": (1, "不支持的标记"),
}


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_wrong_is_said_in_chinese_with_its_line(text: str) -> None:
    with pytest.raises(BadPack) as refused:
        read(text, "我的.yaml")
    line, said = BROKEN[text]
    assert refused.value.details["line"] == line
    assert f"第 {line} 行" in refused.value.message
    assert said in refused.value.message
    assert not set(re.findall("[A-Za-z]+", refused.value.message)) - {"YAML", "yaml", "Tab"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a", "应写成若干行“名称: 值”"),
        ("id: sgcc\nversion: '1'", "例如 '2026.3'"),
        ("id: sgcc\nversion: 3", "例如 '2026.3'"),
    ],
)
def test_what_is_no_pack_is_told_without_patterns_and_json(text: str, said: str) -> None:
    with pytest.raises(BadPack) as refused:
        read(text, "我的.yaml")
    assert said in refused.value.message
    assert "JSON" not in refused.value.message
