"""What is wrong with something that was read, field by field, in Chinese, each sentence saying what would be right."""

import re
from collections.abc import Mapping
from typing import Any

# pydantic error type -> sentence; {names} are filled from the error's context.
SENTENCES: dict[str, str] = {
    "missing": "缺少必填项,请填写",
    "extra_forbidden": "接口没有这个字段,请删除或核对拼写",
    "model_type": "应为 JSON 对象",
    "model_attributes_type": "应为 JSON 对象",
    "dict_type": "应为 JSON 对象",
    "string_type": "应为字符串",
    "string_too_short": "太短,至少 {min_length} 个字符",
    "string_too_long": "太长,最多 {max_length} 个字符",
    "string_pattern_mismatch": "格式不对,应符合 {pattern}",
    "string_unicode": "不是有效的 UTF-8 文字,请改用 UTF-8 编码",
    "nul_character": "含有空字符(NUL),请删除后重报",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "整数过大,请核对",
    "int_from_float": "应为整数,不能带小数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "finite_number": "应为有限的数,不能是 NaN 或无穷大",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "应不小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "应不大于 {le}",
    "too_short": "太少,至少 {min_length} 项",
    "too_long": "太多,最多 {max_length} 项",
    "list_type": "应为数组",
    "tuple_type": "应为数组",
    "set_type": "应为数组",
    "enum": "只能取 {choices}",
    "literal_error": "只能取 {choices}",
    "latitude": "纬度应在 -90 至 90 之间,请核对是否与经度写反",
    "timezone_aware": "时间缺少时区,请写成 2026-01-02T08:30:00+08:00",
    "instant_form": "应为带时区的时间,例如 2026-01-02T08:30:00+08:00",
    "instant_range": "时间应在 2000 年至 2099 年之间,请核对",
    "datetime_type": "应为带时区的时间,例如 2026-01-02T08:30:00+08:00",
    "datetime_parsing": "应为带时区的时间,例如 2026-01-02T08:30:00+08:00",
    "datetime_from_date_parsing": "应为带时区的时间,例如 2026-01-02T08:30:00+08:00",
    "datetime_object_invalid": "应为带时区的时间,例如 2026-01-02T08:30:00+08:00",
    "value_error": "{error}",  # said by a shape of ours, in Chinese
    "phone": "应为电话号码,例如 13900000000 或 0574-65700000",
    "number_inside": "含有手机号码,会随清单打印,请删去(客户电话填在预约的 phone 中;若是表号请在前面加字母)",
    "time_parsing": "应为时刻,例如 08:30",
    "date_parsing": "应为日期,例如 2026-01-02",
    "date_type": "应为日期,例如 2026-01-02",
    "date_from_datetime_parsing": "应为日期,例如 2026-01-02",
    "date_from_datetime_inexact": "应为日期,不带时刻,例如 2026-01-02",
}
OTHER = "内容不符合要求,请对照接口文档核对"
PLAIN = re.compile(
    r"\^\[A-Za-z0-9(?P<signs>[^\]\\]*)\]\{(?P<least>\d+),(?P<most>\d+)\}\$"
)  # how numbers and codes are shaped


BEGUN = re.compile(r"\^\[A-Za-z0-9\]\[A-Za-z0-9(?P<signs>[^\]\\]*)\]\*\$")  # how logins are shaped


class _Names(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "?"


def sentence(fault: Mapping[str, Any]) -> str:
    """Return what is wrong with one field and what would be right."""
    facts = _Names(fault.get("ctx") or {})
    if plain := PLAIN.fullmatch(str(facts.get("pattern", ""))):
        least = "" if plain["least"] == "1" else f"至少 {plain['least']} 位、"
        return f"格式不对,只能用字母、数字和 {' '.join(plain['signs'])},{least}最多 {plain['most']} 位"
    if begun := BEGUN.fullmatch(str(facts.get("pattern", ""))):
        return f"格式不对,应以字母或数字开头,只能用字母、数字和 {' '.join(begun['signs'])}"
    if "expected" in facts:
        facts["choices"] = "、".join(re.findall(r"'([^']*)'", str(facts["expected"]))) or facts["expected"]
    return SENTENCES.get(fault["type"], OTHER).format_map(facts)
