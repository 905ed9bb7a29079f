"""What is wrong with a file, in one Chinese sentence that names the field and the remedy."""

from collections.abc import Mapping, Sequence
from typing import Any

from dispatch.kit.errors import Invalid

TAGS = ("plane", "line", "matrix")  # of ``travel``: the library's word for the branch, not a field
JSON = {None: "null", True: "true", False: "false"}
SHOWN = 60  # characters of a wrong value

# What a value should be, by pydantic's word for what is wrong with it; braces take what pydantic says of it.
SAID = {
    "missing": "缺少此项,请补上",
    "extra_forbidden": "没有这个字段,请删去或核对拼写",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "finite_number": "应为有限的数字(不能是 NaN 或无穷大)",
    "bool_type": "应为 true 或 false",
    "string_type": "应为带引号的文字",
    "string_unicode": "有不能写成 UTF-8 的字符,请去掉",
    "string_too_short": "不能为空,请补上",
    "string_too_long": "不能超过 {max_length} 个字,请缩短",
    "list_type": "应为列表 [...]",
    "dict_type": "应为对象 {{...}}",
    "model_type": "应为对象 {{...}}",
    "model_attributes_type": "应为对象 {{...}}",
    "too_short": "应有 {min_length} 项",
    "too_long": "应有 {max_length} 项",
    "greater_than_equal": "不能小于 {ge:,}",
    "less_than_equal": "不能大于 {le:,}",
    "greater_than": "应大于 {gt:,}",
    "literal_error": "应为 {expected} 之一",
    "union_tag_invalid": "by 应为 {expected_tags} 之一",
    "union_tag_not_found": "缺少 by,请写明 plane、line 或 matrix",
}
UNITS = {"_s": ",单位为整秒", "_km": ",单位为公里", "_kmh": ",单位为公里每小时"}


class BadProblem(Invalid):
    """The problem file cannot be used; the message names the place in it."""


class BadPlan(Invalid):
    """The plan file cannot be used; the message names the place in it."""


def path(location: Sequence[str | int]) -> str:
    """Return a place in a file as people write it: ``jobs[17].work_s``."""
    parts = [part for i, part in enumerate(location) if not (i == 1 and location[0] == "travel" and part in TAGS)]
    written = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return written.removeprefix(".").removesuffix(".[key]")


def wrong(found: Mapping[str, Any], kind: type[Invalid]) -> Invalid:
    """Return the refusal for the first thing that pydantic found wrong."""
    where = path(found["loc"])
    said = SAID.get(found["type"], "不合要求,请按 docs/formats.md 改写").format(**found.get("ctx", {}))
    if found["type"] == "float_type" and isinstance(found["input"], int) and not isinstance(found["input"], bool):
        said = "太大,请改小"  # a whole number of hundreds of digits is no float
    if found["type"] == "literal_error" and " or " not in found["ctx"]["expected"]:
        said = said.removesuffix(" 之一")
    unit = next((unit for end, unit in UNITS.items() if where.endswith(end)), "")
    told = f",现为 {shown(found['input'])}" if found["type"] not in ("missing", "string_unicode") else ""
    return kind(
        f"{where or '文件'} {said}{unit if found['type'] != 'extra_forbidden' else ''}{told}", field=where or None
    )


def shown(value: object) -> str:
    """Return a value short enough for a sentence."""
    if isinstance(value, dict | list | tuple):
        return f"{len(value)} 项的{'对象' if isinstance(value, dict) else '列表'}"
    text = JSON[value] if value is None or isinstance(value, bool) else repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
