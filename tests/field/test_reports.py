"""Reports from the field through the real application: what counts, what waits, what a person decides."""

from datetime import timedelta
from typing import Any

import pytest

from dispatch.desk.field import reports as field
from dispatch.desk.setup import open_desk
from dispatch.kit.rulepack import Packs
from tests.web.conftest import Centre, key
from tests.worlds import START, minutes

from .days import DAY, DONE, FOUND, SITE, day_of, log_of, outcomes, read, row, sends, sent_out, tries

EVENING = START + timedelta(hours=8)


async def test_a_day_that_was_offline_is_taken_in_whole_in_one_batch(centre: Centre) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(EVENING)
    assert outcomes(await sends(centre, day_of(ticket))) == ["accepted"] * len(DAY)
    after = await read(centre, ticket)
    assert after["stage"] == "restored"
    assert after["arrived_at"] == minutes(20).isoformat().replace("+00:00", "Z")
    assert after["etr_at"] == "2026-07-01T04:30:00Z"
    arrival = next(line for line in await log_of(centre, ticket) if line["event"]["kind"] == "arrived")
    assert (arrival["by"], arrival["source"], arrival["at_server"][:16]) == ("crew-1", "APP", "2026-07-01T09:00")


async def test_a_finish_that_comes_before_the_arrival_waits_for_it(centre: Centre) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(EVENING)
    day = day_of(ticket)
    last = await sends(centre, day[3:])
    assert outcomes(last) == ["held"] * 5
    assert "到达现场" in last[0]["reason"]
    assert (await read(centre, ticket))["stage"] == "dispatched"
    assert outcomes(await sends(centre, day[2:3])) == ["accepted"]
    assert (await read(centre, ticket))["stage"] == "restored"
    assert outcomes(await sends(centre, day[3:])) == ["accepted"] * 5  # asked again: what became of them
    assert outcomes(await sends(centre, day[:2])) == ["accepted"] * 2  # even these take their place
    after = await read(centre, ticket)
    assert (after["crew_accepted_at"], after["departed_at"]) == ("2026-07-01T01:03:00Z", "2026-07-01T01:05:00Z")


async def test_an_arrival_that_the_desk_enters_lets_go_what_waited_for_it(centre: Centre) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(EVENING)
    day = day_of(ticket)
    await sends(centre, day[3:])
    await centre.does("xiangshan", ticket, "arrive", at=minutes(21).isoformat())
    assert (await read(centre, ticket))["stage"] == "restored"
    assert outcomes(await sends(centre, day[2:3])) == ["duplicate"]  # 20 and 21 minutes are one fact


async def test_the_same_report_again_returns_the_first_outcome_and_two_taps_are_one_fact(centre: Centre) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(minutes(21))
    arrival = row(ticket, "arrive", minutes(20), report_id="tap-1", position=SITE)
    first = await sends(centre, [arrival])
    version = (await read(centre, ticket))["version"]
    assert await sends(centre, [arrival, arrival]) == first * 2
    second = await sends(centre, [arrival | {"report_id": "tap-2", "at": minutes(20.1).isoformat()}])
    assert outcomes(second) == ["duplicate"]
    assert (await read(centre, ticket))["version"] == version


async def test_a_bad_row_is_refused_with_its_reason_and_the_others_count(centre: Centre) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(minutes(21))
    good = row(ticket, "arrive", minutes(20), report_id="ok", position=SITE)
    bad: list[dict[str, Any]] = [
        good | {"report_id": "tomorrow", "at": (START + timedelta(days=1)).isoformat()},
        good | {"report_id": "old", "at": (START - timedelta(days=7)).isoformat()},
        good | {"report_id": "naive", "at": "2026-07-01T09:20:00"},
        good | {"report_id": "kind", "kind": "teleport"},
        good | {"report_id": "swapped", "position": {"lon": 29.48, "lat": 121.87}},
        good | {"report_id": "crs", "position": SITE | {"crs": "utm"}},
        good | {"report_id": "extra", "duration_min": -24},
        good | {"report_id": "lost", "ticket_id": "no-such-ticket"},
        {key: value for key, value in good.items() if key != "ticket_id"} | {"report_id": "whose"},
        good | {"report_id": "no photo", "kind": "locate"},
        good | {"report_id": "why", "kind": "crew-reject"},
        {key: value for key, value in good.items() if key != "at"} | {"report_id": "when"},
        {"nonsense": True},
    ]
    found = await sends(centre, [*bad, good])
    said = {report["report_id"]: (report["outcome"], report["reason"]) for report in found}
    assert said.pop("ok") == ("accepted", "")
    assert {outcome for outcome, _ in said.values()} == {"refused"}
    for report in found[:-1]:
        assert any("\u4e00" <= sign <= "\u9fff" for sign in report["reason"]), report
    assert "晚于服务器时间" in said["tomorrow"][1]
    assert "7 天" in said["old"][1]
    assert "时区" in said["naive"][1]
    async with centre.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM field_report") == len(bad) + 1


NOTHING: list[Any] = [{}, {"reports": []}, {"reports": [{}] * 201}, {"reports": "x"}]  # a bad row among others is not


@pytest.mark.parametrize("body", NOTHING)
async def test_a_batch_that_is_none_is_refused(centre: Centre, body: dict[str, Any]) -> None:
    answer = await (await centre.by("crew-1")).post("/field-reports", json=body)
    assert answer.status_code == 422


async def test_an_arrival_at_another_time_than_the_desk_was_told_goes_to_a_person(centre: Centre) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(minutes(40))
    await centre.does("xiangshan", ticket, "arrive", at=minutes(30).isoformat())
    (report,) = await sends(centre, day_of(ticket)[2:3])
    assert report["outcome"] == "contradiction"
    assert (await read(centre, ticket))["flags"]["contradicted"] is True
    dispatcher = await centre.by("xiangshan")
    queue = (await dispatcher.get("/field-reports", params={"outcome": "contradiction"})).json()["reports"]
    assert [one["id"] for one in queue] == [report["id"]]
    path, said = f"/field-reports/{report['id']}/decide", {"accept": True, "text": "行车记录仪显示9:20到场"}
    same = key()
    decided = await dispatcher.post(path, json=said, headers=same)
    assert (decided.status_code, decided.json()["outcome"]) == (200, "accepted"), decided.text
    after = await read(centre, ticket)
    assert after["flags"]["contradicted"] is False
    assert after["arrived_at"] == after["dispatches"][0]["arrived_at"] == "2026-07-01T01:20:00Z"
    kinds = [line["event"]["kind"] for line in await log_of(centre, ticket)]
    assert kinds[-3:] == ["contradicted", "backfilled", "settled"]
    assert (await dispatcher.post(path, json=said, headers=same)).json() == decided.json()
    assert (await dispatcher.post(path, json=said)).json()["error"]["code"] == "AlreadyDecided"
    assert (await dispatcher.get("/field-reports", params={"outcome": "contradiction"})).json()["reports"] == []


async def test_a_rejected_report_leaves_the_ticket_as_it_is_and_stays_on_record(centre: Centre) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(minutes(40))
    await centre.does("xiangshan", ticket, "arrive", at=minutes(30).isoformat())
    (report,) = await sends(centre, day_of(ticket)[2:3])
    auditor = await centre.by("auditor")
    await auditor.post(f"/field-reports/{report['id']}/decide", json={"accept": False, "text": "车辆轨迹不符"})
    after = await read(centre, ticket)
    assert (after["arrived_at"], after["flags"]["contradicted"]) == ("2026-07-01T01:30:00Z", False)
    (kept,) = (await auditor.get("/field-reports", params={"ticket_id": ticket["id"]})).json()["reports"]
    assert (kept["outcome"], kept["decided_by"], kept["decision"]) == ("refused", "auditor", "车辆轨迹不符")


async def test_the_flag_stays_while_another_contradiction_waits(centre: Centre) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(minutes(40))
    await centre.does("xiangshan", ticket, "arrive", at=minutes(30).isoformat())
    day = day_of(ticket)
    two = await sends(centre, [day[2], row(ticket, "depart", minutes(35), report_id="late-departure")])
    assert outcomes(two) == ["contradiction"] * 2
    monitor = await centre.by("monitor")
    for left, report in ((True, two[0]), (False, two[1])):
        await monitor.post(f"/field-reports/{report['id']}/decide", json={"accept": False, "text": "已核实"})
        assert (await read(centre, ticket))["flags"]["contradicted"] is left


async def test_an_accepted_report_cannot_turn_the_order_of_time_round(centre: Centre) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(minutes(60))
    for kind, at in (("depart", 10), ("arrive", 30)):
        await centre.does("xiangshan", ticket, kind, at=minutes(at).isoformat())
    (report,) = await sends(centre, [row(ticket, "arrive", minutes(8), report_id="x", position=SITE)])
    answer = await (await centre.by("monitor")).post(
        f"/field-reports/{report['id']}/decide", json={"accept": True, "text": "采纳"}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "OrderBroken")
    assert (await read(centre, ticket))["flags"]["contradicted"] is True


async def test_what_waits_for_an_arrival_is_not_accepted_without_it_but_may_be_rejected(centre: Centre) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(minutes(95))
    (held,) = await sends(centre, day_of(ticket)[3:4])
    monitor = await centre.by("monitor")
    path = f"/field-reports/{held['id']}/decide"
    refused = await monitor.post(path, json={"accept": True, "text": "采纳"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "OrderBroken")
    assert (await monitor.post(path, json={"accept": False, "text": "误报"})).json()["outcome"] == "refused"
    assert (await monitor.post("/field-reports/none/decide", json={"accept": True, "text": "x"})).status_code == 404


@pytest.mark.parametrize("minute", [1.5, 0.5])
async def test_an_arrival_before_the_dispatch_goes_to_a_person(centre: Centre, minute: float) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(minutes(40))
    (report,) = await sends(centre, [row(ticket, "arrive", minutes(minute), report_id="x", position=SITE)])
    assert (report["outcome"], "早于派工" in report["reason"]) == ("contradiction", True)


async def test_a_report_on_a_job_that_another_crew_has_now_goes_to_a_person(centre: Centre) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(minutes(10))
    await centre.does("xiangshan", ticket, "dispatch", crew_id="c2", transfer_reason="一队遇险情")
    centre.set_clock(EVENING)
    (report,) = await sends(centre, day_of(ticket)[2:3])
    assert (report["outcome"], "石浦一队" in report["reason"]) == ("contradiction", True)
    (other,) = await sends(
        centre, [row(ticket, "depart", minutes(12), report_id="y")], who="crew-2"
    )  # the crew that has it goes on
    assert other["outcome"] == "accepted"


async def test_a_report_after_the_ticket_was_called_off_is_kept_for_a_person(centre: Centre) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(minutes(10))
    await centre.does("xiangshan", ticket, "cancel", reason="客户来电已恢复", meter="live")
    centre.set_clock(EVENING)
    (report,) = await sends(centre, day_of(ticket)[2:3])
    assert (report["outcome"], "已取消" in report["reason"]) == ("contradiction", True)
    before = (await read(centre, ticket))["version"]
    answer = await (await centre.by("monitor")).post(
        f"/field-reports/{report['id']}/decide", json={"accept": True, "text": "确曾到场"}
    )
    assert answer.json()["outcome"] == "accepted"
    assert (await read(centre, ticket))["version"] == before


async def test_a_ticket_of_another_county_that_the_crew_never_had_is_none_of_its_business(centre: Centre) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(EVENING)
    (report,) = await sends(centre, day_of(ticket)[2:3], who="crew-3")
    assert (report["outcome"], report["ticket_id"]) == ("refused", None)
    assert (await read(centre, ticket))["flags"]["contradicted"] is False


async def test_the_desk_enters_what_a_crew_says_in_two_fields(centre: Centre) -> None:
    ticket = await sent_out(centre)
    dispatcher = await centre.by("xiangshan")
    said = [
        (3, "丹城一队", "接单"),
        (5, "c1", "出发"),
        (20, ticket["ticket_no"], "到了"),
        (90, "丹城一队", "修好 东街支线更换熔丝"),
    ]
    for at, which, what in said:
        centre.set_clock(minutes(at))
        answer = await dispatcher.post("/field-reports/phone", json={"which": which, "what": what})
        assert (answer.status_code, answer.json()["outcome"]) == (200, "accepted"), answer.text
    after = await read(centre, ticket)
    assert (after["stage"], after["arrived_source"], after["field_record"]) == ("restored", "PHONE", "东街支线更换熔丝")
    assert after["flags"]["doubtful"] is False
    centre.set_clock(EVENING)
    found = outcomes(await sends(centre, day_of(ticket)))  # the phone was offline, and tells it all again
    assert found == ["duplicate"] * 3 + ["accepted"] * 4 + ["duplicate"]
    later = await read(centre, ticket)
    assert (later["fault_point"], later["progress_at"]) == ("东街支线5号杆", "2026-07-01T02:10:00Z")


@pytest.mark.parametrize(
    ("which", "what", "status", "code"),
    [
        ("丹城一队", "到不了", 422, "UnknownWord"),
        ("没有的队", "到场", 404, "NoSuchCrew"),
        ("西店一队", "到场", 404, "NoSuchCrew"),  # of the next county
        ("石浦一队", "到场", 409, "NoJob"),
        ("丹城一队", "拒单 车辆故障", 200, None),
    ],
)
async def test_what_cannot_be_meant_is_refused_at_the_desk(
    centre: Centre, which: str, what: str, status: int, code: str | None
) -> None:
    await sent_out(centre)
    answer = await (await centre.by("xiangshan")).post("/field-reports/phone", json={"which": which, "what": what})
    assert answer.status_code == status, answer.text
    assert code is None or answer.json()["error"]["code"] == code


async def test_of_two_jobs_the_desk_says_which(centre: Centre) -> None:
    first, second = (
        await sent_out(centre),
        await sent_out(centre, phone="13900000002", place={"lon": 121.9, "lat": 29.5}),
    )
    dispatcher = await centre.by("xiangshan")
    answer = await dispatcher.post("/field-reports/phone", json={"which": "c1", "what": "出发"})
    assert answer.json()["error"]["code"] == "Ambiguous"
    assert all(ticket["ticket_no"] in answer.json()["error"]["message"] for ticket in (first, second))


async def test_a_crew_reports_by_sms_and_is_answered(centre: Centre) -> None:
    ticket = await sent_out(centre)
    desk = await open_desk(centre.db, "sgcc")

    async def text(words: str, minute: float, message_id: str) -> str:
        return await field.from_sms(desk, crew_id="c1", text=words, at=minutes(minute), message_id=message_id)

    assert await text("接", 3, "m1") == f"已采纳:工单 {ticket['ticket_no']} 班组接单"
    assert "出发" in await text(f"出发 {ticket['ticket_no']}", 5, "m2")
    arrived = await text("到", 20, "m3")
    assert arrived == await text("到", 20, "m3")  # the gateway hands it over twice
    assert "看不懂" in await text("路上堵车", 21, "m4")
    assert "已采纳" in await text("完 更换熔丝", 60, "m5")
    assert "重复汇报" in await text("完", 61, "m6")
    after = await read(centre, ticket)
    assert (after["stage"], after["arrived_source"]) == ("restored", "SMS")
    assert {line["by"] for line in (await log_of(centre, ticket)) if line["source"] == "SMS"} == {"crew-1"}
    assert "没有在办工单" in await field.from_sms(desk, crew_id="c2", text="到", at=minutes(20), message_id="m7")


async def test_a_finish_without_an_arrival_needs_a_named_waiver(centre: Centre) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(minutes(30))
    refused = await centre.tries("xiangshan", ticket, "restore", cause_l1="equipment", field_record="远方合闸")
    assert refused.json()["error"]["field"] == "waiver"
    after = await centre.does(
        "xiangshan", ticket, "restore", cause_l1="equipment", field_record="远方合闸", waiver="remote_switching"
    )
    assert (after["stage"], after["waiver"], after["flags"]["doubtful"]) == ("restored", "remote_switching", False)


async def test_who_may_not_report_gets_nowhere(centre: Centre) -> None:
    await sent_out(centre)
    for who in ("seat", "xiangshan", "auditor"):
        answer = await tries(centre, [{}], who=who)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "Forbidden")
    own = (await (await centre.by("crew-2")).get("/field-reports")).json()
    assert own == {"reports": [], "next": None}


async def test_a_phone_whose_clock_is_a_minute_fast_is_taken_at_our_time_and_the_reasons_say_so(
    centre: Centre,
) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(minutes(20))
    day = [
        row(ticket, kind, minutes(21.5), report_id=f"fast-{kind}", **said)
        for kind, said in (("crew-accept", {}), ("depart", {}), ("arrive", {"position": SITE}))
    ]
    found = await sends(centre, day)
    assert outcomes(found) == ["accepted"] * 3
    assert found[2]["at_claimed"] == "2026-07-01T01:21:30Z"  # what was said is kept
    assert found[2]["reason"] == "手机时钟快 90 秒,已按服务器时间记,请校准手机时钟"
    assert (await read(centre, ticket))["arrived_at"] == "2026-07-01T01:20:00Z"
    centre.set_clock(minutes(20.5))  # the desk is not kept from its next step
    await centre.does("xiangshan", ticket, "locate", **FOUND | {"fault_point": "东街支线5号杆"})
    centre.set_clock(minutes(40))
    day = [row(ticket, "restore", minutes(40), report_id="in-time", **DONE)]
    assert (
        outcomes(await sends(centre, [row(ticket, "start-repair", minutes(39), report_id="sr"), *day]))
        == ["accepted"] * 2
    )
    order = next(one for one in (await read(centre, ticket))["findings"] if one["check"] == "order")
    assert (order["passed"], order["detail"]) == (True, "手机时钟快 90 秒,所报时间已按服务器时间记")


async def test_a_clock_that_is_faster_than_the_pack_allows_is_refused_as_tomorrows_arrival_is(centre: Centre) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(minutes(20))
    rules = Packs.load().get("sgcc@2026.2").field_reports
    assert rules is not None
    last = minutes(20) + rules.clock_ahead.duration
    for at in (last + timedelta(seconds=1), START + timedelta(days=1)):
        (report,) = await sends(centre, [row(ticket, "arrive", at, report_id=f"at-{at:%d-%H%M%S}", position=SITE)])
        assert (report["outcome"], "晚于服务器时间" in report["reason"]) == ("refused", True)
    (report,) = await sends(centre, [row(ticket, "arrive", last, report_id="just", position=SITE)])
    assert report["outcome"] == "accepted"
