"""What bad input gets: a code, the field, a Chinese sentence that says what would be right, and nothing changed."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from dispatch.accounts.sessions import digest
from dispatch.web.auth import COOKIE, wall_now
from tests.worlds import NINGHAI, START, XIANGSHAN, minutes, stranger

from .conftest import CALL, Centre, key
from .test_stories import LOCATE

SESSION = "INSERT INTO session (token_hash, account_id, created_at, expires_at) VALUES ($1, 'seat', $2, $3)"


def error_of(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/json"
    error: dict[str, Any] = answer.json()["error"]
    assert any("\u4e00" <= sign <= "\u9fff" for sign in error["message"]), "the message is Chinese"
    return error


@pytest.mark.parametrize(
    ("said", "status", "code", "field", "part"),
    [
        ({"call_at": "2026-07-01T09:03:00+08:00"}, 422, "FutureTime", "call_at", "晚于服务器时间"),
        ({"call_at": "2026-06-30T08:59:00+08:00"}, 422, "TooOld", "call_at", "24小时"),
        ({"call_at": "2026-07-01T09:00:00"}, 422, "Invalid", "call_at", "缺少时区"),
        ({"call_at": "2026-07-01"}, 422, "Invalid", "call_at", "应为带时区的时间"),
        ({"appointment_at": "2026-07-01T08:00:00+08:00"}, 422, "Contradiction", "appointment_at", "早于来电时间"),
        ({"address": "长" * 301}, 422, "Invalid", "address", "最多 300 个字符"),
        ({"symptom_text": "断\0线"}, 422, "Invalid", "symptom_text", "空字符"),
        ({"phone": "不知道"}, 422, "Invalid", "phone", "电话号码"),
        ({"phone": 13900000000}, 422, "Invalid", "phone", "应为字符串"),
        ({"channel": "fax"}, 422, "Invalid", "channel", "只能取 phone"),
        ({"symptom": None}, 422, "MissingField", "symptom", "故障现象"),
        ({"hazard": "no"}, 422, "Invalid", "hazard", "true 或 false"),
        ({"customers_out": -1}, 422, "Invalid", "customers_out", "应不小于 0"),
        ({"customers_out": 1.5}, 422, "Invalid", "customers_out", "应为整数"),
        ({"colour": "red"}, 422, "Invalid", "colour", "没有这个字段"),
        ({"repeat_of": "no-such-ticket"}, 404, "NoSuchTicket", None, "没有这个工单"),
    ],
)
async def test_a_call_with_a_fault_is_refused_and_nothing_is_kept(
    centre: Centre, said: dict[str, Any], status: int, code: str, field: str | None, part: str
) -> None:
    before = await centre.rows()
    answer = await (await centre.by("seat")).post("/calls", json=CALL | said, headers=key())
    error = error_of(answer)
    assert (answer.status_code, error["code"], error["field"]) == (status, code, field)
    assert part in error["message"]
    assert await centre.rows() == before


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"channel": "phone"', 400, "BadJson"),
        (b'{"phone": "\xff"}', 400, "BadJson"),
        (b'{"symptom_text": "\\ud83d"}', 400, "BadJson"),
        (b"[]", 422, "Invalid"),
        (b"", 422, "Invalid"),
        (b'{"address": "%b"}' % (b"x" * 70_000), 413, "TooLarge"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(centre: Centre, body: bytes, status: int, code: str) -> None:
    seat = await centre.by("seat")
    headers = {**key(), "Content-Type": "application/json"}
    answer = await seat.post("/calls", content=body, headers=headers)
    assert (answer.status_code, error_of(answer)["code"]) == (status, code)


async def test_odd_but_honest_text_is_kept_as_it_is(centre: Centre) -> None:
    odd = "阳台有火花⚡ <b>&quot;'; DROP TABLE ticket; -- \u202e\U0001f525 \t\nΩ"
    ticket = await centre.call(symptom_text=odd, address="㐀𠀀镇")
    seat = await centre.by("seat")
    read = (await seat.get(f"/tickets/{ticket['id']}")).json()
    assert (read["symptom_text"], read["address"]) == (odd, "㐀𠀀镇")


@pytest.mark.parametrize(
    ("headers", "field"), [({}, "Idempotency-Key"), ({"Idempotency-Key": "a b c d e f"}, "Idempotency-Key")]
)
async def test_a_call_without_a_good_key_is_refused(centre: Centre, headers: dict[str, str], field: str) -> None:
    answer = await (await centre.by("seat")).post("/calls", json=CALL, headers=headers)
    error = error_of(answer)
    assert (answer.status_code, error["code"], error["field"]) == (422, "BadKey", field)


async def test_a_dispatch_without_a_key_is_refused(centre: Centre) -> None:
    ticket = await centre.call()
    answer = await (await centre.by("xiangshan")).post(f"/tickets/{ticket['id']}/dispatch", json={})
    assert (answer.status_code, error_of(answer)["code"]) == (422, "BadKey")


@pytest.mark.parametrize(
    ("who", "command", "said", "status", "code", "field"),
    [
        ("seat", "accept", {}, 403, "Forbidden", None),  # wrong role
        ("ninghai", "accept", {}, 404, "NoSuchTicket", None),  # wrong area: not even that it exists
        ("xiangshan", "reply", {}, 422, "Invalid", "handling"),
        ("xiangshan", "arrive", {"source": "APP"}, 422, "WrongSource", "source"),
        ("xiangshan", "return", {"reason": "WRONG_DISTRICT", "text": "不属于本单位的辖区范围"}, 422, "MissingField",
         "right_area"),
        ("xiangshan", "accept", {"version": 7}, 409, "Stale", None),
        ("xiangshan", "accept", {"at": "2026-07-01T09:03:00+08:00"}, 422, "FutureTime", "at"),
        ("xiangshan", "accept", {"at": "2026-07-01T08:00:00+08:00"}, 409, "TimeBackwards", "at"),
        ("xiangshan", "accept", {"at": "2026-07-01T09:00:00"}, 422, "Invalid", "at"),
        ("xiangshan", "accept", {"crew_id": "c1"}, 422, "Invalid", "crew_id"),
        ("xiangshan", "depart", {}, 409, "WrongStage", None),
        ("xiangshan", "accept", {"position": {"lon": 1.0, "lat": 2.0, "crs": "utm"}}, 422, "UnknownCrs", "crs"),
        ("xiangshan", "correct", {"reason": "改位置", "place": {"lon": 29.48, "lat": 121.87}}, 422,
         "SwappedCoordinates", "place"),
        ("monitor", "chase", {"text": "长" * 501}, 422, "Invalid", "text"),
    ],
)  # fmt: skip
async def test_a_step_with_a_fault_is_refused_and_nothing_is_changed(
    centre: Centre, who: str, command: str, said: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    ticket = await centre.call()
    before = await centre.rows()
    answer = await centre.tries(who, ticket, command, **said)
    error = error_of(answer)
    assert (answer.status_code, error["code"], error["field"]) == (status, code, field)
    assert await centre.rows() == before
    read = await (await centre.by("seat")).get(f"/tickets/{ticket['id']}")
    assert read.json() == ticket


async def test_crew_reports_in_the_wrong_order_are_refused_and_may_be_sent_again_in_the_right_one(
    centre: Centre,
) -> None:
    ticket = await centre.call()
    await centre.does("xiangshan", ticket, "accept")
    await centre.does("xiangshan", ticket, "dispatch", crew_id="c1")
    centre.set_clock(minutes(30))
    early = await centre.tries("crew-1", ticket, "locate", **LOCATE, at=minutes(20).isoformat())
    assert error_of(early)["code"] == "WrongStage"
    await centre.does("crew-1", ticket, "arrive", at=minutes(15).isoformat())
    backwards = await centre.tries("crew-1", ticket, "locate", **LOCATE, at=minutes(14).isoformat())
    assert error_of(backwards)["code"] == "TimeBackwards"
    located = await centre.does("crew-1", ticket, "locate", **LOCATE, at=minutes(20).isoformat())
    assert located["stage"] == "located"


async def test_without_a_session_nothing_is_told(centre: Centre) -> None:
    async with centre.client() as stranger:
        answer = await stranger.get("/tickets")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert error_of(answer)["code"] == "NotLoggedIn"


async def test_an_expired_session_is_told_so(centre: Centre) -> None:
    now = wall_now()
    async with centre.db.connection() as connection:
        await connection.execute(SESSION, digest("old"), now - timedelta(hours=13), now - timedelta(hours=1))
    async with centre.client() as seat:
        answer = await seat.get("/tickets", headers={"Cookie": f"{COOKIE}=old"})
    assert (answer.status_code, error_of(answer)["code"]) == (401, "SessionExpired")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/tickets/no-such-ticket", 404, "NoSuchTicket"),
        ("/tickets/%00", 422, "Invalid"),
        ("/tickets/" + "x" * 65, 422, "Invalid"),
        ("/tickets?limit=501", 422, "Invalid"),
        ("/tickets?limit=0", 422, "Invalid"),
        ("/tickets?stage=lost", 422, "Invalid"),
        ("/tickets?aera=330225", 422, "Invalid"),
        ("/tickets?area=%00", 422, "Invalid"),
        ("/tickets?area=99", 404, "NoSuchArea"),
        ("/packs/nowhere@2026.1", 404, "UnknownPack"),
        ("/areas/330299/mode", 404, "NoSuchArea"),
        ("/nowhere", 404, "NoSuchPath"),
    ],
)
async def test_a_look_at_what_is_not_there_is_refused(centre: Centre, path: str, status: int, code: str) -> None:
    answer = await (await centre.by("monitor")).get(path)
    assert (answer.status_code, error_of(answer)["code"]) == (status, code)


async def test_a_dispatcher_may_not_list_another_county(centre: Centre) -> None:
    answer = await (await centre.by("xiangshan")).get("/tickets", params={"area": NINGHAI})
    assert (answer.status_code, error_of(answer)["field"]) == (403, "area")


async def test_positions_are_refused_row_by_row(centre: Centre) -> None:
    good = {"crew_id": "c1", "lon": 121.88, "lat": 29.47, "at": START.isoformat()}
    rows = [good, good | {"crew_id": "c9"}, good | {"lon": 29.47, "lat": 121.88}, good | {"at": minutes(5).isoformat()}]
    answer = await (await centre.by("monitor")).post("/crews/positions", json={"positions": rows})
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 1
    assert [(row["index"], row["code"]) for row in answer.json()["refused"]] == [
        (1, "NoSuchCrew"), (2, "SwappedCoordinates"), (3, "FutureTime"),
    ]  # fmt: skip
    broken = await (await centre.by("monitor")).post("/crews/positions", json={"positions": [good | {"lon": "x"}]})
    assert error_of(broken)["field"] == "positions.0.lon"


async def test_the_same_key_in_two_accounts_is_two_requests(centre: Centre) -> None:
    same = key()
    first = await (await centre.by("seat")).post("/calls", json=CALL, headers=same)
    second = await (await centre.by("shift")).post("/calls", json=CALL, headers=same)
    assert first.json()["call_id"] != second.json()["call_id"]


async def test_a_refused_request_does_not_use_its_key_up(centre: Centre) -> None:
    same, seat = key(), await centre.by("seat")
    refused = await seat.post("/calls", json=CALL | {"symptom": None}, headers=same)
    assert refused.status_code == 422
    accepted = await seat.post("/calls", json=CALL, headers=same)
    assert accepted.status_code == 201, accepted.text


async def test_a_storm_of_mixed_calls_keeps_the_good_ones_and_refuses_the_bad_ones(centre: Centre) -> None:
    seat = await centre.by("seat")
    said = [{"symptom": None} if n % 5 == 0 else {"county": XIANGSHAN} for n in range(50)]
    bodies = [CALL | {"phone": stranger()} | more for more in said]
    answers = await asyncio.gather(*(seat.post("/calls", json=body, headers=key()) for body in bodies))
    assert [answer.status_code for answer in answers] == [422 if n % 5 == 0 else 201 for n in range(50)]
    assert (await centre.rows())["ticket"] == 40


def test_the_usual_call_of_these_tests_is_json() -> None:
    assert json.loads(json.dumps(CALL)) == CALL


async def test_only_the_routes_of_batches_take_a_longer_body(centre: Centre) -> None:
    body = b'{"address": "%b"}' % (b"x" * 70_000)
    headers = key() | {"Content-Type": "application/json"}
    long = await (await centre.by("ami")).post("/meter-readings", content=body, headers=headers)
    assert error_of(long)["code"] == "Invalid"
    too_long = await (await centre.by("ami")).post("/meter-readings", content=body * 4, headers=headers)
    assert (too_long.status_code, error_of(too_long)["code"]) == (413, "TooLarge")
