"""Golden scenarios 9, 10 and 20 of domain 12 through the real application."""

from datetime import datetime
from typing import Any

from tests.web.conftest import Centre
from tests.worlds import minutes

from .days import DAY, DONE, SITE, log_of, outcomes, row, sends, sent_out


async def worked(centre: Centre, ticket: dict[str, Any], **arrival: Any) -> dict[str, Any]:
    """Let crew c1 do the job through the APP, as it happens."""
    for kind, at, said in DAY:
        centre.set_clock(minutes(at))
        said = said | arrival if kind == "arrive" else said
        ticket = await centre.does("crew-1", ticket, kind, **said)
    return ticket


async def test_scenario_9_an_arrival_two_kilometres_away_goes_to_the_auditor(centre: Centre) -> None:
    ticket = await worked(centre, await sent_out(centre), position={"lon": 121.87, "lat": 29.498})
    assert (ticket["trust"], ticket["flags"]["doubtful"]) == (0.65, True)
    position = next(one for one in ticket["findings"] if one["check"] == "position")
    assert (position["passed"], "2.0 公里" in position["detail"]) == (False, True)
    centre.set_clock(minutes(95))
    reply = {"handling": "低压5号杆更换绝缘子", "category": "lv", "cause_l1": "nature", "ownership": "grid"}
    ticket = await centre.does("xiangshan", ticket, "reply", **reply)
    refused = await centre.tries("xiangshan", ticket, "queue-callback")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "NeedsAudit")
    auditor = await centre.by("auditor")
    (audit,) = (await auditor.get("/reply-audits", params={"area": ticket["area"]})).json()["audits"]
    assert (audit["ticket_id"], audit["doubtful"], audit["trust"]) == (ticket["id"], True, 0.65)
    passed = await centre.does("auditor", ticket, "queue-callback")
    assert passed["stage"] == "callback_pending"
    assert (await auditor.get("/reply-audits")).json()["audits"] == []


METER = """
INSERT INTO meter_reading (meter_no, at, account_no, area, live, voltage_v) VALUES ('meter-1', $1, 'acc-1', $2, $3, $4)
"""


async def reads(centre: Centre, at: datetime, *, live: bool) -> None:
    async with centre.db.connection() as connection:
        await connection.execute(METER, at, "330225", live, [230.0 if live else 0.0])


async def test_scenario_10_supply_is_not_back_while_the_meter_is_dark(centre: Centre) -> None:
    ticket = await sent_out(centre, meter_no="meter-1", account_no="acc-1")
    for kind, at, said in DAY[:-1]:
        centre.set_clock(minutes(at))
        await centre.does("crew-1", ticket, kind, **said)
    await reads(centre, minutes(89), live=False)
    centre.set_clock(minutes(90))
    refused = await centre.tries("crew-1", ticket, "restore", **DONE)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "MeterDark")
    (offline,) = await sends(centre, [row(ticket, "restore", minutes(90), report_id="finish", **DONE)])
    assert (offline["outcome"], "无电" in offline["reason"]) == ("contradiction", True)
    await reads(centre, minutes(92), live=True)
    centre.set_clock(minutes(93))
    after = await centre.does("crew-1", ticket, "restore", **DONE)
    assert after["stage"] == "restored"
    voltage = next(one for one in after["findings"] if one["check"] == "voltage")
    assert voltage["passed"] is True
    blocked = await centre.tries("xiangshan", ticket, "reply", **reply_of(after))
    assert blocked.status_code == 200
    waits = await centre.tries("auditor", ticket, "queue-callback")
    assert waits.json()["error"]["code"] == "NeedsDecision"


def reply_of(ticket: dict[str, Any]) -> dict[str, Any]:
    return {"handling": "低压5号杆更换绝缘子", "category": "lv", "cause_l1": "nature", "ownership": ticket["ownership"]}


async def test_scenario_20_negative_and_future_times_are_refused_and_a_double_tap_is_harmless(centre: Centre) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(minutes(21))
    early = await centre.tries("crew-1", ticket, "arrive", at=minutes(1).isoformat())
    assert (early.status_code, early.json()["error"]["code"]) == (409, "TimeBackwards")
    late = await centre.tries("crew-1", ticket, "arrive", at=minutes(24).isoformat())
    assert (late.status_code, late.json()["error"]["code"]) == (422, "FutureTime")
    tap = row(ticket, "arrive", minutes(20), report_id="tap", position=SITE)
    found = await sends(centre, [tap, tap | {"report_id": "tap-again"}, tap])
    assert outcomes(found) == ["accepted", "duplicate", "accepted"]
    kinds = [line["event"]["kind"] for line in await log_of(centre, ticket)]
    assert kinds.count("arrived") == 1
    finish = [row(ticket, "restore", minutes(19), report_id="negative", **DONE)]
    (negative,) = await sends(centre, finish)
    assert negative["outcome"] == "contradiction"  # a repair that ends before it begins
