"""Golden scenarios of domain 12 about outages, as users see them: the whole application, over HTTP."""

from typing import Any

from tests.web.conftest import CALL, key
from tests.worlds import XIANGSHAN, minutes, stranger

from .conftest import Grid
from .grid import account_no, meter

ONE = account_no(1)


async def test_a_flat_stopped_for_arrears_is_told_to_pay_and_nobody_is_sent(grid: Grid) -> None:
    """Scenario 1."""
    stopped = {"account_no": ONE, "stopped_at": minutes(-600).isoformat()}
    assert (await grid.says("marketing", "/arrears", {"stops": [stopped]}, status=202))["accepted"] == 1
    known = await grid.known(account_no=ONE)
    assert (known["verdict"], known["matched"]) == ("arrears", "arrears")
    assert "结清" in known["sentence"]
    draft = await grid.centre.call(draft=True, account_no=ONE)
    closed = await grid.centre.does("seat", draft, "consult", matched=known["matched"], answer=known["sentence"])
    assert (closed["stage"], closed["dispatches"]) == ("closed", [])
    cleared = stopped | {"cleared_at": minutes(5).isoformat()}
    grid.at(6)
    told = await grid.says("marketing", "/arrears", {"stops": [cleared, stopped]}, status=202)
    assert (told["accepted"], told["repeated"]) == (1, 1)  # the old row, sent again, does not undo the payment
    again = await grid.known(account_no=ONE)
    assert again["verdict"] == "unknown"
    assert "结清" in again["evidence"][0]


async def test_a_flat_with_a_live_meter_is_guided_to_its_own_switch(grid: Grid) -> None:
    """Scenario 2."""
    await grid.reads(meter(1), live=True, at=minutes(-1))
    known = await grid.known(account_no=ONE)
    assert (known["verdict"], known["matched"]) == ("behind_meter", "customer_side")
    assert "漏电保护器" in known["sentence"]
    assert known["evidence"][0] == "本户电表带电"
    grid.at(10)
    assert (await grid.known(account_no=ONE))[
        "verdict"
    ] == "unknown"  # what it said ten minutes ago says nothing of now


async def test_the_seat_finds_the_customer_by_the_telephone_and_by_the_map(grid: Grid) -> None:
    await grid.centre.call(account_no=ONE, phone="13900000007")
    assert (await grid.known(phone="13900000007"))["account_no"] == ONE
    await grid.announce("T1", -10, 60)
    assert (await grid.known(place={"lon": 121.8730, "lat": 29.4801}))["verdict"] == "known_outage"
    assert (await grid.known(place={"lon": 121.80, "lat": 29.40}))["verdict"] == "unknown"


async def test_a_feeder_trips_and_all_later_callers_wait_for_one_repair(grid: Grid) -> None:
    """Scenario 4: ten transformers; the first call is before the breaker is heard of."""
    first = await grid.centre.call(account_no=ONE)
    assert (await grid.known(account_no=account_no(5)))["verdict"] == "unknown"
    at = grid.at(2)
    told = await grid.signal("F1", "trip", at=minutes(-1), by="scada")
    (outage,) = await grid.outages("active")
    assert told["outages"] == [outage["id"]]
    assert (outage["node"], outage["incident_ticket_id"], outage["kind"]) == ("F1", first["id"], "fault")
    assert "公变10台" in outage["text"]
    assert "影响客户40户" in outage["text"]
    etr = minutes(90).isoformat()
    dispatcher = await grid.centre.by("xiangshan")
    changed = await dispatcher.patch(f"/outages/{outage['id']}", json={"etr_at": etr})
    assert changed.status_code == 200, changed.text
    for n in range(2, 11):
        grid.at(2 + n)
        known = await grid.known(account_no=account_no(n, 2))
        assert (known["verdict"], known["outage_id"], known["etr_at"]) == (
            "known_outage",
            outage["id"],
            "2026-07-01T02:30:00Z",
        )
        assert "10:30" in known["sentence"]
        ticket = await grid.centre.call(account_no=account_no(n, 2), phone=f"139000001{n:02d}")
        joined = await grid.attach(outage["id"], ticket)
        assert (joined["stage"], joined["merged_into"], joined["etr_at"]) == (
            "merged",
            first["id"],
            "2026-07-01T02:30:00Z",
        )
    assert len(await grid.tickets()) == 10
    assert at == minutes(2)


async def test_planned_work_that_overruns_makes_the_next_call_urgent(grid: Grid) -> None:
    """Scenario 5."""
    outage = await grid.announce("T1", -60, 30)
    known = await grid.known(account_no=ONE)
    assert (known["verdict"], known["matched"], known["urgent"]) == ("known_outage", "known_outage", False)
    assert "09:30" in known["sentence"]
    grid.at(31)
    late = await grid.known(account_no=ONE)
    assert (late["verdict"], late["urgent"], late["matched"]) == ("planned_overrun", True, None)
    assert await grid.ticks(31) == 1
    assert await grid.ticks(32) == 0  # once
    assert [o["state"] for o in await grid.outages()] == ["overrun"]
    ticket = await grid.centre.call(account_no=ONE)
    raised = await grid.attach(outage["id"], ticket)
    assert (raised["stage"], raised["level"]) == ("submitted", "urgent")
    grid.at(50)
    await grid.reads("TM1", meter(1), live=True, at=minutes(49))
    assert await grid.ticks(50) == 1
    (over,) = await grid.outages("ended")
    assert over["ends_at"] == "2026-07-01T01:50:00Z"


async def test_planned_work_that_is_over_in_time_ends_once(grid: Grid) -> None:
    await grid.announce("T1", 10, 30)
    assert [o["state"] for o in await grid.outages()] == ["announced"]
    assert (await grid.known(account_no=ONE))["verdict"] == "unknown"
    assert await grid.ticks(10) == 1
    grid.at(30)
    await grid.reads("TM1", live=True, at=minutes(29))
    assert (await grid.ticks(30), await grid.ticks(31)) == (1, 0)
    assert [(o["state"], o["ends_at"]) for o in await grid.outages()] == [("ended", "2026-07-01T01:30:00Z")]


async def walked(grid: Grid, **said: Any) -> dict[str, Any]:
    """Return a ticket on which a crew is at work, ten minutes after the start."""
    ticket = await grid.centre.call(**said)
    await grid.centre.does("xiangshan", ticket, "accept")
    await grid.centre.does("xiangshan", ticket, "dispatch", crew_id="c1")
    grid.at(10)
    for step in ("crew-accept", "depart", "arrive"):
        await grid.centre.does("crew-1", ticket, step)
    found = {"fault_point": "表箱", "ownership": "grid", "etr_at": minutes(60).isoformat(), "photos": ["p"]}
    await grid.centre.does("crew-1", ticket, "locate", **found)
    return await grid.centre.does("crew-1", ticket, "start-repair")


async def test_a_restoration_is_refused_while_the_meter_is_dark(grid: Grid) -> None:
    """Scenario 10."""
    ticket = await walked(grid, account_no=ONE)
    grid.at(30)
    await grid.reads(meter(1), live=False, at=minutes(29))
    refused = await grid.centre.tries("crew-1", ticket, "restore", cause_l1="equipment", field_record="更换空开")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "MeterDark")
    await grid.reads(meter(1), live=True, at=minutes(30))
    done = await grid.centre.does("crew-1", ticket, "restore", cause_l1="equipment", field_record="更换空开")
    assert done["stage"] == "restored"


async def test_a_dark_answer_from_before_the_repair_does_not_speak_against_it(grid: Grid) -> None:
    ticket = await walked(grid, account_no=ONE)
    await grid.reads(meter(1), live=False, at=minutes(10))
    grid.at(40)
    done = await grid.centre.does("crew-1", ticket, "restore", cause_l1="equipment", field_record="更换空开")
    assert done["stage"] == "restored"


async def test_a_terminal_that_goes_dark_under_planned_work_makes_no_ticket(grid: Grid) -> None:
    """Scenario 21."""
    await grid.announce("L1", -30, 60)
    for device in ("T1", "T2"):
        assert (await grid.signal(device, at=minutes(-1)))["outages"] == []
    await grid.signal("L1", "trip", at=minutes(-1), by="scada")
    assert set((await grid.signals()).values()) == {("false", "under_permit")}
    assert await grid.tickets() == []
    assert len(await grid.outages()) == 1


async def test_a_notice_that_expired_yesterday_does_not_keep_a_ticket_from_being_made(grid: Grid) -> None:
    """Scenario 22."""
    grid.at(-60 * 24 * 3)
    asked = {
        "area": XIANGSHAN,
        "from_at": minutes(-60 * 24 * 3).isoformat(),
        "to_at": minutes(-60 * 24).isoformat(),
        "wording": "台风期间道路中断,抢修人员可能无法及时到达,请耐心等待",
    }
    notice = await grid.says("xiangshan", "/notices", asked, status=201)
    grid.at(-60 * 24 * 2)
    assert (await grid.known(account_no=ONE))["verdict"] == "unknown"  # nobody has approved it
    assert (await grid.says("monitor", f"/notices/{notice['id']}/approve", {}))["state"] == "in_force"
    held = await grid.known(account_no=ONE)
    assert (held["verdict"], held["matched"], held["sentence"]) == ("notice", "notice", asked["wording"])
    grid.at(0)
    known = await grid.known(account_no=ONE)
    assert (known["verdict"], known["matched"]) == ("unknown", None)
    assert (await grid.centre.call(account_no=ONE))["stage"] == "submitted"


async def test_a_factory_behind_its_own_transformer_is_told_whose_equipment_it_is(grid: Grid) -> None:
    """Scenarios 11 and 12, what the seat sees."""
    factory, estate = await grid.known(account_no=account_no(11)), await grid.known(account_no=account_no(12))
    assert (factory["served"], estate["served"]) == ("dedicated", "unhanded")
    assert "用户自有设备" in factory["sentence"]
    assert "应急发电" in estate["sentence"]


async def test_a_customer_on_life_support_is_never_put_off_with_a_known_outage(grid: Grid) -> None:
    """Scenario 14 in part, and 2.8.2."""
    grid.at(2)
    await grid.signal("F1", "trip", at=minutes(1), by="scada")
    (outage,) = await grid.outages("active")
    known = await grid.known(account_no=account_no(9))
    assert (known["verdict"], known["urgent"], known["ticket_id"], known["matched"]) == (
        "known_outage",
        True,
        None,
        None,
    )
    assert known["protected"] == "life_support"
    ticket = await grid.centre.call(account_no=account_no(9), protected="life_support")
    assert (await grid.attach(outage["id"], ticket, status=409))["error"]["code"] == "NotMergeable"


async def test_the_ledger_protects_a_customer_whom_the_seat_did_not_tick(grid: Grid) -> None:
    """Scenarios 14 and 25: from the ledger, whatever the seat says; and with every later word on the account."""
    centre, body = grid.centre, CALL | {"phone": stranger(), "account_no": account_no(9)}
    for said in ({}, {"protected": "sensitive"}):
        taken = await (await centre.by("seat")).post("/calls", json=body | said, headers=key())
        ticket = taken.json()["ticket"]
        assert (ticket["protected"], ticket["flags"]["important"], taken.json()["important"]) == (
            "life_support",
            True,
            True,
        )
        assert "生命支持" in taken.json()["notice"]
    parent = await centre.call(account_no=ONE)
    for each in (ticket, parent):
        await centre.does("xiangshan", each, "accept")
    refused = await centre.tries("xiangshan", ticket, "merge", into=parent["id"], evidence="同一台区")
    assert refused.json()["error"]["code"] == "NotMergeable"


async def test_an_account_that_is_told_later_protects_its_ticket_and_takes_it_out_of_its_incident(grid: Grid) -> None:
    centre = grid.centre
    parent, child = await centre.call(account_no=ONE), await centre.call()
    for each in (parent, child):
        await centre.does("xiangshan", each, "accept")
    child = await centre.does("xiangshan", child, "merge", into=parent["id"], evidence="同一台区")
    account = {"reason": "核对户号", "account_no": account_no(9)}
    child = await centre.does("xiangshan", child, "correct", **account)
    assert (child["protected"], child["stage"], child["flags"]["important"]) == ("life_support", "accepted", True)
    weaker = await centre.does("xiangshan", child, "correct", reason="误标", protected="sensitive")
    assert weaker["protected"] == "life_support"  # the ledger says so; it is put right there
    draft = await centre.call(draft=True, account_no=None)
    whole = {"symptom": "no_power_one", "category": "lv", "level": "normal", "hazard": False, "address": "东街9号"}
    await centre.does("xiangshan", child, "cancel", reason="客户来电已恢复", meter="live")
    done = await centre.does("seat", draft, "complete", **whole, account_no=account_no(9))
    assert done["protected"] == "life_support"


async def test_a_hazard_never_joins_an_outage_whenever_it_was_reported(grid: Grid) -> None:
    before = await grid.centre.call(account_no=ONE, hazard=True)
    grid.at(2)
    await grid.signal("F1", "trip", at=minutes(1), by="scada")
    (outage,) = await grid.outages("active")
    assert outage["incident_ticket_id"] != before["id"]
    assert (await grid.ticket(before["id"])).stage == "submitted"
    after = await grid.centre.call(account_no=account_no(2), hazard=True, phone="13900000002")
    assert (await grid.attach(outage["id"], after, status=409))["error"]["code"] == "NotMergeable"


async def test_a_customer_elsewhere_does_not_join(grid: Grid) -> None:
    grid.at(2)
    await grid.signal("F1", "trip", at=minutes(1), by="scada")
    (outage,) = await grid.outages("active")
    stranger = await grid.centre.call(account_no=account_no(12))
    unknown = await grid.centre.call(phone="13900000003")
    for ticket in (stranger, unknown):
        assert (await grid.attach(outage["id"], ticket, status=409))["error"]["code"] == "NotInOutage"


async def test_an_outage_that_nobody_reported_gets_a_ticket_of_our_own(grid: Grid) -> None:
    """主动抢修."""
    grid.at(2)
    await grid.signal("L4", "trip", at=minutes(1), by="scada")
    (ticket,), (outage,) = await grid.tickets(), await grid.outages("active")
    assert outage["incident_ticket_id"] == ticket["id"]
    assert (ticket["channel"], ticket["level"], ticket["symptom"], ticket["customers_out"]) == (
        "active",
        "urgent",
        "no_power_area",
        16,
    )
    assert (ticket["area"], ticket["feeder"], ticket["stage"]) == (XIANGSHAN, "F1", "submitted")
    assert ticket["lon"] is not None


async def test_two_terminals_side_by_side_confirm_each_other_and_mean_their_branch(grid: Grid) -> None:
    grid.at(2)
    assert (await grid.signal("T1", at=minutes(1)))["outages"] == []
    assert await grid.tickets() == []
    assert len((await grid.signal("T2", at=minutes(2)))["outages"]) == 1
    (outage,) = await grid.outages("active")
    assert (outage["node"], outage["source"], outage["begins_at"]) == ("L1", "ami", "2026-07-01T01:01:00Z")
    assert set((await grid.signals()).values()) == {("confirmed", "second_signal")}
    again = await grid.signal("T2", at=minutes(2))
    assert (again["accepted"], again["repeated"]) == (0, 1)


async def test_a_terminal_that_is_alone_stays_suspected_and_makes_no_ticket(grid: Grid) -> None:
    grid.at(2)
    await grid.signal("T1", at=minutes(1))
    assert (await grid.signals())["T1", "last_gasp"] == ("suspected", "waiting")
    await grid.ticks(6)
    assert (await grid.signals())["T1", "last_gasp"] == ("suspected", "unconfirmed")
    await grid.signal("T2", at=minutes(6))
    assert await grid.tickets() == []


async def test_a_meter_that_is_called_confirms_or_refutes_a_terminal(grid: Grid) -> None:
    grid.at(2)
    for device in ("T1", "T5"):
        await grid.signal(device, at=minutes(1))
    await grid.reads(meter(1), live=False, at=minutes(2))
    await grid.reads(meter(5), live=True, at=minutes(2))
    await grid.ticks(6)
    assert await grid.signals() == {
        ("T1", "last_gasp"): ("confirmed", "meter_agrees"),
        ("T5", "last_gasp"): ("false", "meter_live"),
    }
    assert [o["node"] for o in await grid.outages("active")] == ["T1"]


async def test_times_that_cannot_be_are_kept_as_false(grid: Grid) -> None:
    grid.at(2)
    await grid.signal("T1", at=minutes(60))
    await grid.signal("T2", at=minutes(-60 * 25))
    assert await grid.signals() == {
        ("T1", "last_gasp"): ("false", "future"),
        ("T2", "last_gasp"): ("false", "too_old"),
    }
    unknown = await grid.signal("T99", at=minutes(1))
    assert [row["code"] for row in unknown["refused"]] == ["NoSuchNode"]


async def test_a_larger_fault_takes_the_smaller_ones_in(grid: Grid) -> None:
    grid.at(2)
    for lateral in ("L1", "L2"):
        await grid.signal(lateral, "trip", at=minutes(1), by="scada")
    (feeder,) = await grid.outages("active")
    assert feeder["node"] == "F1"
    (small,) = await grid.outages("ended")
    assert (small["node"], small["absorbed_by"]) == ("L1", feeder["id"])
    assert feeder["incident_ticket_id"] == small["incident_ticket_id"]
    assert len(await grid.tickets()) == 1


async def test_a_part_that_comes_back_leaves_a_list_of_what_has_not(grid: Grid) -> None:
    grid.at(2)
    await grid.signal("F1", "trip", at=minutes(1), by="scada")
    grid.at(30)
    for lateral in ("L1", "L3"):
        await grid.signal(lateral, "restore", at=minutes(29), by="scada")
    (outage,) = await grid.outages("active")
    assert outage["remainder"] == ["L2", "L4"]
    for lateral in ("L2", "L4"):
        await grid.signal(lateral, "restore", at=minutes(30), by="scada")
    assert await grid.outages("active") == []


async def test_the_crews_word_ends_the_outage(grid: Grid) -> None:
    ticket = await walked(grid, account_no=ONE)
    await grid.signal("F1", "trip", at=minutes(9), by="scada")
    (outage,) = await grid.outages("active")
    assert outage["incident_ticket_id"] == ticket["id"]
    grid.at(40)
    await grid.centre.does("crew-1", ticket, "restore", cause_l1="equipment", field_record="试送成功")
    (over,) = await grid.outages("ended")
    assert over["ends_at"] == "2026-07-01T01:40:00Z"


async def test_calls_alone_make_a_device_probable_and_no_more(grid: Grid) -> None:
    for n, account in enumerate((account_no(1, 1), account_no(1, 2), account_no(1, 1, 2))):
        await grid.centre.call(account_no=account, phone=f"1390000020{n}")
    known = await grid.known(account_no=account_no(1, 2, 2))
    assert (known["verdict"], known["device"]) == ("unknown", "T1")
    assert any("疑似停电" in line for line in known["evidence"])
    assert await grid.outages() == []


async def test_a_dispatcher_who_confirms_a_fault_gets_its_ticket_and_no_second_one(grid: Grid) -> None:
    body = {"kind": "fault", "node": "T1", "begins_at": minutes(-2).isoformat(), "cause": "熔丝熔断"}
    outage = await grid.says("xiangshan", "/outages", body, status=201)
    assert outage["incident_ticket_id"] == (await grid.tickets())[0]["id"]
    for node in ("T1", "T1-B1"):
        again = await grid.says("xiangshan", "/outages", body | {"node": node}, status=409)
        assert again["error"]["code"] == "OutageOverlaps"
    refused = await grid.says("ninghai", "/outages", body | {"node": "T2"}, status=403)
    assert refused["error"]["code"] == "Forbidden"


async def test_who_is_not_asked_is_not_heard(grid: Grid) -> None:
    reading = {"readings": [{"meter_no": "M1", "at": minutes(0).isoformat(), "live": True}]}
    for who in ("scada", "marketing", "seat", "crew-1"):
        assert (await grid.says(who, "/meter-readings", reading, status=403))["error"]["code"] == "Forbidden"
    assert (await grid.says("ami", "/calls", CALL, status=403))["error"]["code"] == "Forbidden"


async def test_a_thousand_readings_are_one_batch_and_each_counts_once(grid: Grid) -> None:
    rows = [{"meter_no": f"X{n:07d}", "at": minutes(0).isoformat(), "live": True} for n in range(1000)]
    first = await grid.says("ami", "/meter-readings", {"readings": rows}, status=202)
    again = await grid.says("ami", "/meter-readings", {"readings": rows}, status=202)
    assert (first["accepted"], again["accepted"], again["repeated"]) == (1000, 0, 1000)
    late = {"readings": [rows[0] | {"at": minutes(-5).isoformat(), "live": False}]}
    assert (await grid.says("ami", "/meter-readings", late, status=202))["accepted"] == 1
    async with grid.centre.db.connection() as connection:
        assert await connection.fetchval("SELECT live FROM meter_state WHERE meter_no = 'X0000000'") is True
        assert await connection.fetchval("SELECT count(*) FROM meter_reading") == 1001


async def test_a_notice_is_bounded_and_decided_once(grid: Grid) -> None:
    asked = {"area": XIANGSHAN, "from_at": minutes(0).isoformat(), "wording": "线路检修,请耐心等待"}
    long = await grid.says("xiangshan", "/notices", asked | {"to_at": minutes(60 * 24 * 93).isoformat()}, status=422)
    assert (long["error"]["code"], long["error"]["field"]) == ("WrongTime", "to_at")
    notice = await grid.says("xiangshan", "/notices", asked | {"to_at": minutes(600).isoformat()}, status=201)
    await grid.says("ninghai", f"/notices/{notice['id']}/revoke", {}, status=403)
    await grid.says("monitor", f"/notices/{notice['id']}/approve", {})
    await grid.says("monitor", f"/notices/{notice['id']}/approve", {}, status=409)
    assert (await grid.says("xiangshan", f"/notices/{notice['id']}/revoke", {}))["state"] == "revoked"
    assert (await grid.known(account_no=ONE))["verdict"] == "unknown"


async def test_a_caller_who_gives_nothing_but_his_account_number_reaches_his_county(grid: Grid) -> None:
    ticket = await grid.centre.call(account_no=ONE, place=None, address="")
    assert (ticket["area"], ticket["lon"], ticket["lat"]) == ("330225", 121.873, 29.48)  # his meter box
    assert ticket["flags"]["place_unresolved"] is False
    unknown = await grid.centre.call(account_no="9999999", place=None, address="")
    assert (unknown["area"], unknown["flags"]["place_unresolved"]) == ("33", True)
    draft = await grid.centre.call(account_no=account_no(2), place=None, address="", draft=True)
    assert draft["area"] == "330225"


async def test_the_estates_generator_is_promised_in_a_known_outage_too(grid: Grid) -> None:
    grid.at(2)
    estate = account_no(12)
    assert "应急发电" in (await grid.known(account_no=estate))["sentence"]
    await grid.signal("F2", "trip", at=minutes(1), by="scada")
    known = await grid.known(account_no=estate)
    assert known["verdict"] == "known_outage"
    assert "请您耐心等待" in known["sentence"]
    assert "应急发电" in known["sentence"]
    assert "专用变压器" in (await grid.known(account_no=account_no(11)))["sentence"]
