"""The course of an outage, from the first signal to the last meter: golden scenarios of domain 12, over HTTP."""

from tests.web.conftest import CALL
from tests.worlds import XIANGSHAN, minutes

from .conftest import Grid
from .grid import meter
from .repairs import ONE, walked


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
