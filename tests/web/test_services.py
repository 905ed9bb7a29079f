"""Service requests over HTTP: what a seat and a county's console see and do."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.worlds import START, XIANGSHAN, minutes

from .conftest import Centre, key


async def opened(centre: Centre, who: str = "seat", **said: Any) -> httpx.Response:
    body = {"kind": "complaint", "text": "停电两次无人告知", "area": XIANGSHAN} | said
    return await (await centre.by(who)).post("/services", json=body, headers=key())


async def does(centre: Centre, who: str, request: dict[str, Any], step: str, **said: Any) -> httpx.Response:
    return await (await centre.by(who)).post(f"/services/{request['id']}/{step}", json=said, headers=key())


async def test_a_complaint_goes_from_the_seat_to_the_county_and_back(centre: Centre) -> None:
    answer = await opened(centre, phone="13900001111")
    assert answer.status_code == 201, answer.text
    (request,) = answer.json()["requests"]
    assert (request["kind"], request["current"], request["overdue"]) == ("complaint", 0, False)
    assert [stage["step"] for stage in request["stages"]] == ["contact", "answer"]
    assert [stage["due_at"] for stage in request["stages"]] == ["2026-07-02T16:00:00Z", "2026-07-09T16:00:00Z"]
    assert request["stages"][0]["limit"]["source"].startswith("[V7]")
    assert "13900001111" not in answer.text

    (listed,) = (await (await centre.by("xiangshan")).get("/services")).json()["requests"]
    assert listed == request
    contact = await (await centre.by("xiangshan")).get(f"/services/{request['id']}/contact")
    assert contact.json() == {"phone": "13900001111"}
    assert (await does(centre, "seat", request, "advance")).status_code == 403
    centre.set_clock(minutes(30))
    moved = await does(centre, "xiangshan", request, "advance", stage=0, person="客户本人", text="已致歉")
    assert moved.json()["current"] == 1
    late = await does(centre, "xiangshan", request, "advance", stage=0)
    assert (late.status_code, late.json()["error"]["code"]) == (409, "WrongServiceStage")
    centre.set_clock(START + timedelta(days=9))
    answered = await does(centre, "seat", request, "answer", text="已说明停电原因")
    assert (answered.json()["answer"], answered.json()["overdue"]) == ("已说明停电原因", True)
    closed = await does(centre, "seat", request, "close", satisfied=False)
    assert closed.json()["closed_at"] is not None
    assert (await (await centre.by("seat")).get("/services")).json()["requests"] == []
    log = (await (await centre.by("monitor")).get(f"/services/{request['id']}/events")).json()["lines"]
    assert [line["event"]["kind"] for line in log] == ["opened", "advanced", "warned", "answered", "closed"]


async def test_the_same_request_sent_twice_opens_one(centre: Centre) -> None:
    seat, header = await centre.by("seat"), key()
    body = {"kind": "inquiry", "text": "电价", "area": XIANGSHAN}
    first, again = [await seat.post("/services", json=body, headers=header) for _ in range(2)]
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"


async def test_a_new_connection_is_paused_and_resumed_at_the_countys_console(centre: Centre) -> None:
    answer = await opened(centre, kind="connection", customer_class="lv", text="新装 80 千瓦", owner="客户经理甲")
    (request,) = answer.json()["requests"]
    said = {"reason": "customer_material", "text": "缺产权证明"}
    paused = (await does(centre, "xiangshan", request, "pause", **said)).json()
    assert (paused["due_at"], paused["paused"]["reason"]) == (None, "customer_material")
    refused = await does(centre, "xiangshan", request, "advance")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "ClockStands")
    centre.set_clock(START + timedelta(days=5))
    resumed = (await does(centre, "xiangshan", request, "resume", text="补齐")).json()
    assert resumed["paused"] is None
    assert resumed["due_at"] == "2026-07-06T16:00:00Z"  # a Monday: the whole weekend and Friday were the customer's


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"kind": "repair"}, 422, "Invalid"),
        ({"kind": "connection"}, 422, "ServiceField"),
        ({"area": None}, 422, "ServiceField"),
        ({"area": "9999"}, 404, "NoSuchArea"),
        ({"phone": "not a number"}, 422, "Invalid"),
        ({"ticket_id": "nothing"}, 404, "NoSuchTicket"),
        ({"text": "  "}, 422, "Invalid"),
        ({"secret": 1}, 422, "Invalid"),
    ],
)
async def test_a_request_asked_for_in_a_wrong_way_is_refused(
    centre: Centre, said: dict[str, Any], status: int, code: str
) -> None:
    answer = await opened(centre, **said)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text


async def test_the_province_issues_a_bad_weather_order_and_sends_the_report(centre: Centre) -> None:
    monitor, county = await centre.by("monitor"), await centre.by("xiangshan")
    body = {
        "area": "33",
        "from_at": minutes(0).isoformat(),
        "to_at": minutes(600).isoformat(),
        "reason": "台风红色预警",
    }
    assert (await county.post("/weather-orders", json=body, headers=key())).status_code == 403
    made = await monitor.post("/weather-orders", json=body, headers=key())
    assert made.status_code == 201, made.text
    order = made.json()
    listed = (await county.get("/weather-orders", params={"in_force": True})).json()["orders"]
    assert listed == [order]
    reports = (await monitor.get("/disaster-reports")).json()["reports"]
    assert [report["kind"] for report in reports] == ["first", "further"]
    path = f"/disaster-reports/{reports[0]['id']}"
    draft = (await monitor.get(path)).json()
    assert draft["text"].startswith("【快报】浙江电网灾害信息")
    sent = await monitor.post(f"{path}/send", json={"text": "快报:台风登陆,正在抢修"})
    assert (sent.status_code, sent.json()["sent_by"]) == (200, "monitor")
    assert (await monitor.post(f"{path}/send", json={})).json()["error"]["code"] == "ReportSent"
    centre.set_clock(minutes(5))
    gone = await monitor.delete(f"/weather-orders/{order['id']}")
    assert (gone.status_code, gone.json()["revoked_by"]) == (200, "monitor")
    assert (await monitor.delete(f"/weather-orders/{order['id']}")).status_code == 409
    assert (await county.get("/weather-orders", params={"in_force": True})).json()["orders"] == []
    wrong = await monitor.post("/weather-orders", json=body | {"to_at": body["from_at"]}, headers=key())
    assert (wrong.status_code, wrong.json()["error"]["code"], wrong.json()["error"]["field"]) == (
        422,
        "OrderTime",
        "to_at",
    )
