"""What a caller is told of an outage, and which one his ticket joins: golden scenarios of domain 12, over HTTP."""

from tests.web.conftest import CALL, key
from tests.worlds import XIANGSHAN, minutes, stranger

from .conftest import Grid
from .grid import account_no, meter
from .repairs import ONE


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


async def test_a_point_that_cannot_be_is_told_and_what_is_known_otherwise_too(grid: Grid) -> None:
    alone = await grid.known(account_no=ONE)
    assert alone["place_doubt"] is None
    for place in ({"lon": 29.4801, "lat": 121.8730}, {"lon": "abc"}, [1]):
        known = await grid.known(place=place, account_no=ONE)
        assert known.pop("place_doubt")
        assert known == {name: value for name, value in alone.items() if name != "place_doubt"}


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


async def test_calls_alone_make_a_device_probable_and_no_more(grid: Grid) -> None:
    for n, account in enumerate((account_no(1, 1), account_no(1, 2), account_no(1, 1, 2))):
        await grid.centre.call(account_no=account, phone=f"1390000020{n}")
    known = await grid.known(account_no=account_no(1, 2, 2))
    assert (known["verdict"], known["device"]) == ("unknown", "T1")
    assert any("疑似停电" in line for line in known["evidence"])
    assert await grid.outages() == []


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
