"""What may come in, told field by field. No database."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from dispatch.kit.errors import Invalid, Refusal
from dispatch.tickets.model import Frozen
from dispatch.tickets.words import Ownership
from dispatch.web import bodies
from dispatch.web.errors import BadJson


class Found(Frozen):
    """An event made for these tests."""

    kind: Literal["found"] = "found"
    fault_point: Annotated[str, Field(min_length=1, max_length=500)]
    ownership: Ownership
    etr_at: datetime
    text: str = ""
    late_entry: bool = False


LOCATE = bodies.derived("FoundBody", Found, without=frozenset({"late_entry"}))
GOOD: dict[str, Any] = {"fault_point": "表箱进线", "ownership": "grid", "etr_at": "2026-01-02T08:30:00+08:00"}


def refused(change: dict[str, Any] | bytes) -> Refusal:
    raw = change if isinstance(change, bytes) else json.dumps(GOOD | change).encode()
    with pytest.raises(Refusal) as caught:
        bodies.parse(LOCATE, raw)
    return caught.value


def test_a_body_is_the_envelope_and_the_events_own_fields() -> None:
    body = bodies.parse(LOCATE, json.dumps(GOOD | {"version": 3, "source": "APP"}).encode())
    assert body.version == 3
    event = Found(**bodies.event_fields(body))
    assert event.etr_at.isoformat() == "2026-01-02T00:30:00+00:00"
    assert event.late_entry is False


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"etr_at": "2026-01-02T08:30:00"}, "etr_at", "时间缺少时区"),
        ({"etr_at": 1767225600}, "etr_at", "应为带时区的时间"),
        ({"etr_at": "1767225600"}, "etr_at", "应为带时区的时间"),
        ({"etr_at": "0001-01-01T00:00:00+14:00"}, "etr_at", "2000 年至 2099 年"),
        ({"etr_at": "昨天"}, "etr_at", "应为带时区的时间"),
        ({"fault_point": ""}, "fault_point", "至少 1 个字符"),
        ({"fault_point": "长" * 501}, "fault_point", "最多 500 个字符"),
        ({"fault_point": "断线\0"}, "fault_point", "空字符"),
        ({"fault_point": 7}, "fault_point", "应为字符串"),
        ({"ownership": "mine"}, "ownership", "只能取 grid、customer、third_party、disputed"),
        ({"version": "3"}, "version", "应为整数"),
        ({"version": 0}, "version", "应不小于 1"),
        ({"version": 1.0}, "version", "应为整数"),
        ({"position": {"lon": float("nan"), "lat": 29.5}}, "position.lon", "有限的数"),
        ({"position": {"lon": float("inf"), "lat": 29.5}}, "position.lon", "有限的数"),
        ({"position": {"lon": 29.5, "lat": 121.9}}, "position.lat", "是否与经度写反"),
        ({"position": {"lon": 121.9}}, "position.lat", "缺少必填项"),
        ({"position": []}, "position", "JSON 对象"),
        ({"late_entry": True}, "late_entry", "没有这个字段"),
        ({"kind": "found"}, "kind", "没有这个字段"),
        ({"crew": "c1"}, "crew", "没有这个字段"),
    ],
)
def test_a_wrong_field_is_named_and_told_what_would_be_right(change: dict[str, Any], field: str, said: str) -> None:
    error = refused(change)
    assert isinstance(error, Invalid)
    assert (error.code, error.status, error.field) == ("Invalid", 422, field)
    assert said in error.message
    assert error.details["fields"] == [{"field": field, "message": error.message.removeprefix(f"{field}:")}]


def test_all_wrong_fields_are_listed_at_once() -> None:
    error = refused(b"{}")
    told = error.details["fields"]
    assert isinstance(told, list)
    assert [fault["field"] for fault in told] == ["fault_point", "ownership", "etr_at"]
    assert "另有 2 处" in error.message


@pytest.mark.parametrize(
    "raw", [b"{", b'{"a": tru}', b'"\xff"', b'{"fault_point": "\\ud800"}', b"[" * 5000, b"{'a': 1}", b"\xef\xbb\xbf{}"]
)
def test_what_is_not_json_is_refused_as_such(raw: bytes) -> None:
    error = refused(raw)
    assert isinstance(error, BadJson)
    assert error.status == 400
    assert "不是有效的 JSON" in error.message


@pytest.mark.parametrize("raw", [b"[]", b"null", b"3", b'"x"'])
def test_json_that_is_no_object_is_refused(raw: bytes) -> None:
    assert refused(raw).message == "正文应为 JSON 对象"


def test_a_written_out_backslash_u_is_no_nul() -> None:
    body = bodies.parse(LOCATE, json.dumps(GOOD | {"text": r"原文为 \u0000"}).encode())
    assert bodies.event_fields(body)["text"] == r"原文为 \u0000"
