"""What a log line shows, and what it never shows."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from dispatch.kit import logs

MOBILE = "13900000000"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.handlers, root.level)
    stream = io.StringIO()
    logs.configure(process="api", stream=stream)
    structlog.configure(cache_logger_on_first_use=False)  # a logger of another test keeps no stream of this one
    yield stream
    root.handlers, root.level = before
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def said(stream: io.StringIO) -> dict[str, Any]:
    (line,) = stream.getvalue().splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_line_is_json_with_process_part_and_request(lines: io.StringIO) -> None:
    token = logs.REQUEST_ID.set("abc12345")
    logs.logger("desk").info("dispatched", crew_id="c1")
    logs.REQUEST_ID.reset(token)
    line = said(lines)
    assert line["event"] == "dispatched"
    assert (line["part"], line["process"], line["request_id"], line["crew_id"]) == ("desk", "api", "abc12345", "c1")


def test_no_phone_number_and_no_address_reaches_a_line(lines: io.StringIO) -> None:
    log = logs.logger("desk")
    log.info("call", phone=MOBILE, address="丹东街道", call={"customer_name": "张三", "area": "330225"})
    line = said(lines)
    assert line["call"] == {"area": "330225"}
    assert not {"phone", "address"} & line.keys()


@pytest.mark.parametrize("number", [MOBILE, f"+86{MOBILE}", f"86 {MOBILE}", "0574-65700000"])
def test_a_number_inside_a_sentence_is_masked(lines: io.StringIO, number: str) -> None:
    logs.logger("web").warning("odd", said=f"用户 {number} 重复来电")
    assert said(lines)["said"] == "用户 *** 重复来电"


def test_times_and_long_numbers_are_not_taken_for_phones(lines: io.StringIO) -> None:
    logs.logger("web").info("fine", epoch_ms=1767225600000, ticket_no="20260101139000000001", share=0.13900000000)
    line = said(lines)
    assert (line["epoch_ms"], line["ticket_no"], line["share"]) == (1767225600000, "20260101139000000001", 0.139)


def test_the_trace_of_an_error_is_masked_too(lines: io.StringIO) -> None:
    try:
        raise ValueError(f"bad phone {MOBILE}")
    except ValueError:
        logs.logger("web").exception("fault")
    line = said(lines)
    assert "ValueError: bad phone ***" in line["exception"]


def test_a_librarys_line_has_the_same_shape(lines: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").warning("connection from %s lost", MOBILE)
    line = said(lines)
    assert (line["event"], line["logger"], line["level"]) == ("connection from *** lost", "uvicorn.error", "warning")
