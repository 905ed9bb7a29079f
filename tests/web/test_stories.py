"""A day at the command centre, told by each who works there, through the real application."""

import asyncio
from datetime import timedelta
from typing import Any

from tests.worlds import NINGHAI, START, XIANGSHAN, minutes

from .conftest import CALL, Centre, key

LOCATE = {
    "fault_point": "东街支线5号杆",
    "ownership": "grid",
    "etr_at": "2026-07-01T11:00:00+08:00",
    "photos": ["photo-1"],
}
REPLY = {"handling": "更换绝缘子后恢复供电", "category": "lv", "cause_l1": "nature", "ownership": "grid"}


async def to_stage(centre: Centre, ticket: dict[str, Any], crew: str = "c1", who: str = "crew-1") -> dict[str, Any]:
    """Take a submitted ticket as far as restored, a minute a step."""
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("xiangshan", "accept", {}),
        ("xiangshan", "dispatch", {"crew_id": crew}),
        (who, "crew-accept", {}),
        (who, "depart", {}),
        (who, "arrive", {"position": {"lon": 121.87, "lat": 29.48, "accuracy_m": 12}}),
        (who, "locate", LOCATE),
        (who, "start-repair", {}),
        (who, "restore", {"cause_l1": "nature", "field_record": "更换绝缘子"}),
    ]
    for n, (by, command, said) in enumerate(steps, start=1):
        centre.set_clock(minutes(n))
        ticket = await centre.does(by, ticket, command, **said)
    return ticket


async def test_a_seat_logs_a_call_and_the_customer_is_answered_the_same_however_often_it_is_sent(
    centre: Centre,
) -> None:
    seat, same = await centre.by("seat"), key()
    first = await seat.post("/calls", json=CALL, headers=same)
    assert first.status_code == 201
    ticket = first.json()["ticket"]
    assert (ticket["stage"], ticket["area"], ticket["area_class"]) == ("submitted", XIANGSHAN, "urban")
    assert "phone" not in ticket
    assert ticket["phone_masked"] == "139****0000"
    before = await centre.rows()
    again = await seat.post("/calls", json=CALL, headers=same)
    assert again.status_code == 201
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()
    assert await centre.rows() == before
    other = await seat.post("/calls", json=CALL | {"address": "别处"}, headers=same)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "KeyReused")


async def test_two_copies_of_a_call_sent_at_once_make_one_ticket(centre: Centre) -> None:
    seat, same = await centre.by("seat"), key()
    answers = await asyncio.gather(*(seat.post("/calls", json=CALL, headers=same) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["call_id"] for answer in answers}) == 1
    assert (await centre.rows())["ticket"] == 1


async def test_a_seat_keeps_a_draft_and_sends_it_out_when_the_customer_has_said_where(centre: Centre) -> None:
    draft = await centre.call(draft=True, place=None, symptom=None, category=None, level=None, hazard=None)
    assert draft["stage"] == "draft"
    sent = await centre.does(
        "seat",
        draft,
        "complete",
        place={"lon": 121.87, "lat": 29.48},
        symptom="no_power_many",
        category="lv",
        level="urgent",
        hazard=False,
        version=draft["version"],
    )
    assert (sent["stage"], sent["area"], sent["level"]) == ("submitted", XIANGSHAN, "urgent")
    assert (sent["lon"], sent["lat"]) == (121.87, 29.48)


async def test_a_known_outage_answers_the_customer_without_a_crew(centre: Centre) -> None:
    draft = await centre.call(draft=True)
    closed = await centre.does("seat", draft, "consult", matched="known_outage", answer="线路检修,预计11点来电")
    assert closed["stage"] == "closed"


async def test_an_unknown_place_is_kept_and_not_dropped(centre: Centre) -> None:
    ticket = await centre.call(place=None, address="说不清的地方")
    assert ticket["flags"]["place_unresolved"] is True
    assert ticket["area"] == "33"


async def test_a_dispatcher_sends_the_nearest_crew_with_one_keystroke(centre: Centre) -> None:
    ticket = await centre.call()
    dispatcher = await centre.by("xiangshan")
    accepted = await centre.does("xiangshan", ticket, "accept", version=ticket["version"])
    offers = (await dispatcher.get(f"/tickets/{ticket['id']}/offers")).json()
    assert offers["best"]["crew_id"] == "c1"
    sent = await centre.does("xiangshan", accepted, "dispatch")
    crew = sent["dispatches"][0]
    assert (sent["stage"], crew["crew_id"], crew["sent_by"]) == ("dispatched", "c1", "xiangshan")
    assert crew["why"]


async def test_the_whole_way_from_the_call_to_the_archive(centre: Centre) -> None:
    restored = await to_stage(centre, await centre.call())
    assert restored["stage"] == "restored"
    assert restored["arrived_source"] == "APP"
    replied = await centre.does("xiangshan", restored, "reply", **REPLY)
    rejected = await centre.does("auditor", replied, "reject-reply", defects=["处理情况过于简单"])
    assert rejected["stage"] == "reply_rejected"
    await centre.does("xiangshan", rejected, "reply", **REPLY | {"handling": "更换5号杆绝缘子,测试后恢复供电"})
    await centre.does("auditor", rejected, "queue-callback")
    closed = await centre.does("seat", rejected, "answer", satisfied=True, text="满意")
    assert (closed["stage"], closed["satisfied"], closed["flags"]["overdue"]) == ("closed", True, [])
    seat = await centre.by("seat")
    lines = (await seat.get(f"/tickets/{closed['id']}/events")).json()["events"]
    assert [line["version"] for line in lines] == list(range(1, 18))  # three of them are assessments
    arrival = next(line for line in lines if line["event"]["kind"] == "arrived")
    assert arrival["geo"] == {"lon": 121.87, "lat": 29.48, "accuracy_m": 12.0}
    assert (arrival["by"], arrival["role"], arrival["label"]) == ("crew-1", "CREW", "到达现场")


async def test_a_customer_who_does_not_answer_three_times_closes_the_ticket(centre: Centre) -> None:
    ticket = await to_stage(centre, await centre.call())
    ticket = await centre.does("xiangshan", ticket, "reply", **REPLY)
    ticket = await centre.does("xiangshan", ticket, "queue-callback")
    early = await centre.tries("seat", ticket, "answer", satisfied=None)
    assert 409 <= early.status_code <= 422
    tried = 0
    for hour in range(2, 12):  # the survey has its two hours, then a call an hour, and none at noon
        centre.set_clock(minutes(60 * hour + 5))
        missed = await centre.tries("seat", ticket, "missed", text="无人接听")
        tried += missed.status_code == 200
        if tried == 3:
            break
    assert (missed.json()["stage"], missed.json()["callback_attempts"]) == ("closed", 3)


async def test_nobody_is_called_or_closed_past_the_rules_of_the_return_visit(centre: Centre) -> None:
    ticket = await to_stage(centre, await centre.call(hazard=True, level="urgent"))  # called at once, without a survey
    await centre.does("xiangshan", ticket, "reply", **REPLY)
    await centre.does("auditor", ticket, "queue-callback")
    centre.set_clock(minutes(15 * 60))  # 23:30
    for way in ("try-callback", "close"):  # the ways past it are gone
        gone = await (await centre.by("seat")).post(f"/tickets/{ticket['id']}/{way}", json={}, headers=key())
        assert (gone.status_code, gone.json()["error"]["code"]) == (404, "NoSuchPath"), way
    for way in ("begin", "missed"):
        assert (await centre.tries("seat", ticket, way)).json()["error"]["code"] == "QuietHours"
    assert (await (await centre.by("seat")).get(f"/tickets/{ticket['id']}")).json()["stage"] == "callback_pending"


async def test_the_crews_report_may_be_retried_from_a_bad_line(centre: Centre) -> None:
    ticket = await centre.call()
    await centre.does("xiangshan", ticket, "accept")
    await centre.does("xiangshan", ticket, "dispatch", crew_id="c1")
    crew, same = await centre.by("crew-1"), key()
    path = f"/tickets/{ticket['id']}/arrive"
    centre.set_clock(minutes(20))
    first = await crew.post(path, json={"at": "2026-07-01T09:18:00+08:00"}, headers=same)
    again = await crew.post(path, json={"at": "2026-07-01T09:18:00+08:00"}, headers=same)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    tapped_twice = await crew.post(path, json={})
    assert (tapped_twice.status_code, tapped_twice.json()["error"]["code"]) == (409, "WrongStage")


async def test_of_two_dispatchers_one_wins_and_the_other_sees_who(centre: Centre) -> None:
    ticket = await centre.call()
    await centre.does("xiangshan", ticket, "accept")
    answers = await asyncio.gather(
        centre.tries("xiangshan", ticket, "dispatch", crew_id="c1"),
        centre.tries("monitor", ticket, "dispatch", crew_id="c2"),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    lost = next(answer for answer in answers if answer.status_code == 409).json()["error"]
    won = next(answer for answer in answers if answer.status_code == 200).json()
    winner = won["dispatches"][0]["sent_by"]
    assert winner in lost["message"] + str(lost["details"])
    assert len((await centre.does("monitor", ticket, "chase"))["dispatches"]) == 1


async def test_of_two_steps_on_one_version_the_second_is_told_what_the_first_did(centre: Centre) -> None:
    ticket = await centre.call()
    first = await centre.tries("xiangshan", ticket, "accept", version=1)
    second = await centre.tries(
        "xiangshan", ticket, "return", version=1, reason="NO_CONTACT", text="连续三次电话均无人接听"
    )
    assert (first.status_code, second.status_code) == (200, 409)
    error = second.json()["error"]
    assert error["code"] == "Stale"
    assert (error["details"]["by"], error["details"]["version"]) == ("xiangshan", 2)


async def test_a_ticket_given_back_goes_out_again_on_the_first_clock(centre: Centre) -> None:
    ticket = await centre.call()
    said = {"reason": "NO_ADDRESS", "text": "地址不详,电话无人接听"}
    returned = await centre.does("xiangshan", ticket, "return", **said)
    assert returned["stage"] == "returned"
    centre.set_clock(minutes(2))
    again = await centre.does("monitor", ticket, "resubmit", county=NINGHAI)
    assert (again["stage"], again["area"]) == ("submitted", NINGHAI)
    assert again["reported_at"] == ticket["reported_at"]
    gone = await (await centre.by("xiangshan")).get(f"/tickets/{ticket['id']}")
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "NoSuchTicket")


async def test_a_ticket_that_a_neighbours_crew_works_on_is_seen_there_until_it_closes(centre: Centre) -> None:
    ticket = await centre.call()
    neighbour = await centre.by("ninghai")
    assert (await neighbour.get("/tickets")).json()["tickets"] == []
    await centre.does("xiangshan", ticket, "accept")
    await centre.does("xiangshan", ticket, "dispatch", crew_id="c3")
    assert [t["id"] for t in (await neighbour.get("/tickets")).json()["tickets"]] == [ticket["id"]]
    await centre.does("xiangshan", ticket, "cancel", reason="客户来电已恢复", meter="live")
    assert (await neighbour.get("/tickets")).json()["tickets"] == []


async def test_three_calls_from_one_box_are_one_incident(centre: Centre) -> None:
    parent, child = await centre.call(), await centre.call(phone="13900000001")
    for ticket in (parent, child):
        await centre.does("xiangshan", ticket, "accept")
    merged = await centre.does("xiangshan", child, "merge", into=parent["id"], evidence="同一表箱,同一时间停电")
    assert (merged["stage"], merged["merged_into"]) == ("merged", parent["id"])
    apart = await centre.does("xiangshan", child, "unmerge", reason="该户为表后故障")
    assert apart["stage"] == "accepted"


async def test_a_place_is_put_right_by_a_correction(centre: Centre) -> None:
    ticket = await centre.call(place=None, county=XIANGSHAN)
    assert ticket["flags"]["place_unresolved"] is True
    right = await centre.does(
        "xiangshan", ticket, "correct", reason="与客户核实", place={"lon": 121.94, "lat": 29.21}, hazard=True
    )
    assert (right["lon"], right["lat"], right["hazard"]) == (121.94, 29.21, True)
    assert right["flags"]["place_unresolved"] is False


async def test_a_number_is_shown_to_who_may_ring_back_and_the_look_is_kept(centre: Centre) -> None:
    ticket = await centre.call(phone="13900000000")
    contact = await (await centre.by("xiangshan")).get(f"/tickets/{ticket['id']}/contact")
    assert contact.headers["cache-control"] == "no-store"
    assert [call["phone"] for call in contact.json()["calls"]] == ["13900000000"]
    async with centre.db.connection() as connection:
        row = await connection.fetchrow("SELECT account_id, subject, at FROM audit WHERE action = 'ticket.contact'")
    assert row is not None
    assert (row["account_id"], row["subject"], row["at"]) == ("xiangshan", ticket["id"], START)
    refused = await (await centre.by("auditor")).get(f"/tickets/{ticket['id']}/contact")
    assert refused.status_code == 403


async def test_a_list_is_read_page_by_page_without_a_gap(centre: Centre) -> None:
    tickets = [await centre.call(call_at=(START - timedelta(minutes=n % 3)).isoformat()) for n in range(7)]
    seat, seen, after = await centre.by("seat"), [], None
    for _ in range(4):
        page = (await seat.get("/tickets", params={"limit": 2, **({"after": after} if after else {})})).json()
        seen += [ticket["id"] for ticket in page["tickets"]]
        after = page["next"]
    assert after is None
    assert len(seen) == len(set(seen)) == 7
    assert set(seen) == {ticket["id"] for ticket in tickets}


async def test_a_list_is_narrowed_by_area_stage_and_open(centre: Centre) -> None:
    here, there = await centre.call(), await centre.call(place={"lon": 121.43, "lat": 29.29})
    await centre.does("ninghai", there, "accept")
    seat = await centre.by("seat")

    async def ids(**query: Any) -> set[str]:
        answer = await seat.get("/tickets", params=query)
        return {ticket["id"] for ticket in answer.json()["tickets"]}

    assert await ids(area=XIANGSHAN) == {here["id"]}
    assert await ids(area="3302") == await ids() == {here["id"], there["id"]}
    assert await ids(stage="accepted") == {there["id"]}
    assert await ids(stage=["accepted", "submitted"]) == {here["id"], there["id"]}
    assert await ids(open="false") == set()


async def test_a_crew_sees_its_own_jobs_and_a_depots_leader_those_of_his_crews(centre: Centre) -> None:
    ticket, _other = await centre.call(), await centre.call(phone="13900000002")
    await centre.does("xiangshan", ticket, "accept")
    await centre.does("xiangshan", ticket, "dispatch", crew_id="c1")
    for who, seen in (("crew-1", [ticket["id"]]), ("crew-2", []), ("leader", [ticket["id"]])):
        page = (await (await centre.by(who)).get("/tickets")).json()
        assert [t["id"] for t in page["tickets"]] == seen


async def test_an_administrator_lets_a_countys_auditor_in_who_sees_no_ticket_that_is_only_lent_there(
    centre: Centre,
) -> None:
    ticket = await centre.call()
    await centre.does("xiangshan", ticket, "accept")
    await centre.does("xiangshan", ticket, "dispatch", crew_id="c3")
    admin = await centre.by("admin")
    new = {"login": "auditor.ninghai", "name": "宁海审核", "role": "REPLY_AUDITOR", "area": NINGHAI}
    made = await admin.post("/accounts", json=new, headers=key())
    assert made.status_code == 201, made.text
    token = await admin.post(f"/accounts/{made.json()['id']}/tokens", json={"label": "测试"}, headers=key())
    assert token.status_code == 201, token.text
    async with centre.client(token.json()["token"]) as auditor:
        assert (await auditor.get("/me")).json()["account"]["login"] == "auditor.ninghai"
        assert (await auditor.get("/tickets")).json()["tickets"] == []
        assert (await auditor.get(f"/tickets/{ticket['id']}")).status_code == 404


async def test_a_crew_looks_at_what_it_finished_until_a_week_after_the_end(centre: Centre) -> None:
    ticket = await to_stage(centre, await centre.call())
    path = f"/tickets/{ticket['id']}"
    crew, other = await centre.by("crew-1"), await centre.by("crew-3")

    async def seen() -> list[int]:
        looks = [await crew.get(path), await crew.get(f"{path}/events"), await other.get(path)]
        return [look.status_code for look in looks]

    assert await seen() == [200, 200, 404]
    assert (await crew.get(f"{path}/contact")).status_code == 404  # the number is for those who are on the job
    await centre.does("xiangshan", ticket, "reply", **REPLY)
    await centre.does("auditor", ticket, "queue-callback")
    await centre.does("seat", ticket, "answer", satisfied=True)
    centre.set_clock(minutes(8 + 7 * 24 * 60))
    assert await seen() == [200, 200, 404]
    centre.set_clock(minutes(9 + 7 * 24 * 60))
    assert await seen() == [404, 404, 404]


async def test_a_crew_that_gave_a_job_back_does_not_see_it_any_more(centre: Centre) -> None:
    ticket = await centre.call()
    for who, command, said in (
        ("xiangshan", "accept", {}),
        ("xiangshan", "dispatch", {"crew_id": "c1"}),
        ("crew-1", "crew-reject", {"reason": "VEHICLE_DOWN"}),
    ):
        await centre.does(who, ticket, command, **said)
    assert (await (await centre.by("crew-1")).get(f"/tickets/{ticket['id']}")).status_code == 404


async def test_a_crew_finds_what_it_finished_today_until_midnight_and_nothing_of_others(centre: Centre) -> None:
    done, given_back, running = [await centre.call(phone=f"139000011{n:02d}") for n in range(3)]
    for ticket, crew in ((done, "c1"), (given_back, "c1"), (running, "c2")):
        await centre.does("xiangshan", ticket, "accept")
        await centre.does("xiangshan", ticket, "dispatch", crew_id=crew)
    await centre.does("crew-1", given_back, "crew-reject", reason="VEHICLE_DOWN")
    centre.set_clock(START + timedelta(minutes=20))
    await centre.does("crew-1", done, "crew-accept")
    await centre.does("crew-1", done, "arrive", position={"lon": 121.87, "lat": 29.48})
    found = {"fault_point": "东街5号杆", "ownership": "grid", "photos": ["p1"], "etr_at": "2026-07-01T12:00:00+08:00"}
    await centre.does("crew-1", done, "locate", **found)
    await centre.does("crew-1", done, "start-repair")
    await centre.does("crew-1", done, "restore", cause_l1="nature", field_record="东街5号杆更换绝缘子")

    async def finished(who: str, **query: Any) -> list[str]:
        answer = await (await centre.by(who)).get("/tickets", params={"done": "today"} | query)
        assert answer.status_code == 200, answer.text
        return [ticket["id"] for ticket in answer.json()["tickets"]]

    assert (await (await centre.by("crew-1")).get("/tickets")).json()["tickets"] == []  # what it is at now
    for who, seen in (("crew-1", [done["id"]]), ("crew-2", []), ("leader", [done["id"]]), ("ninghai", [])):
        assert await finished(who) == seen, who
    assert await finished("xiangshan") == await finished("monitor") == [done["id"]]
    assert await finished("crew-1", open="false") == await finished("crew-1", stage="closed") == []
    assert await finished("crew-1", open="true", stage="restored", limit=1) == [done["id"]]
    assert (await (await centre.by("crew-1")).get(f"/tickets/{done['id']}")).status_code == 200
    centre.set_clock(START.replace(hour=15, minute=59))
    assert await finished("crew-1") == [done["id"]]
    centre.set_clock(START.replace(hour=16))  # midnight in China
    assert await finished("crew-1") == []
    assert (await (await centre.by("crew-1")).get("/tickets?done=yesterday")).status_code == 422
