"""督办 and 升级: by the clock and by hand, who is told, answered and cleared."""

from dispatch.desk.supervision.onduty import gaps
from tests.supervision.conftest import Watch
from tests.web.conftest import key
from tests.worlds import NINGHAI, XIANGSHAN, minutes


async def test_a_late_acceptance_climbs_the_ladder_and_each_level_is_told_to_its_own_people(watch: Watch) -> None:
    ticket = await watch.centre.call()
    for tenth in range(50):
        await watch.look(minutes(tenth / 10))
    lines = await watch.log(ticket, "warned", "chased", "overdue", "supervised", "escalated")
    assert [(line["kind"], line["after_min"]) for line in lines] == [
        ("warned", 1.5),
        ("warned", 2.25),
        ("chased", 2.25),
        ("overdue", 3),
        ("supervised", 3),
        ("escalated", 4.5),
    ]
    assert await watch.told(ticket) == [
        ("warning", "13900001001"),  # half: the dispatcher; no crew is sent yet
        ("warning", "13900001003"),  # three quarters: no crew, so whoever stands for the depots' leaders
        ("supervision", "13900001004"),  # the limit: once, not as overdue and as supervised
        ("supervision", "13900001005"),
        ("escalation", "13900001005"),
        ("escalation", "13900001006"),
    ]
    assert await watch.said(ticket, "warning") == [
        f"【预警】工单{ticket['ticket_no']}(象山)接单时限已用50%,应于7月1日9:03前完成,请督促。",
        f"【预警】工单{ticket['ticket_no']}(象山)接单时限已用75%,应于7月1日9:03前完成,请督促。",
    ]
    assert await watch.is_sound()


async def test_a_worker_that_comes_late_tells_everybody_only_of_the_last(watch: Watch) -> None:
    ticket = await watch.centre.call()
    await watch.look(minutes(17))
    told = await watch.told(ticket)
    assert ("warning", "13900001001") in told  # he hears of no later step of this clock
    assert told.count(("escalation", "13900001005")) == 1
    assert ("supervision", "13900001005") not in told
    kinds = [line["kind"] for line in await watch.log(ticket, "warned", "overdue", "supervised", "escalated")]
    assert kinds == ["warned", "warned", "overdue", "supervised", "escalated"]


async def test_a_step_that_climbs_the_ladder_itself_tells_them_too(watch: Watch) -> None:
    ticket = await watch.centre.call()
    watch.centre.set_clock(minutes(4))
    await watch.centre.does("xiangshan", ticket, "accept")
    assert ("supervision", "13900001004") in await watch.told(ticket)
    found = await watch.list("monitor", "/supervisions")
    assert [one["supervision"]["no"] for one in found["supervisions"]] == [f"DB{ticket['ticket_no']}-1"]


async def test_a_crew_and_its_own_leader_are_warned_of_a_late_arrival(watch: Watch) -> None:
    ticket = await watch.centre.call()
    await watch.centre.does("xiangshan", ticket, "accept")
    await watch.centre.does("xiangshan", ticket, "dispatch", crew_id="c1")
    await watch.look(minutes(23))
    await watch.look(minutes(34))
    assert await watch.told(ticket, "warning") == [
        ("warning", "13900001001"),
        ("warning", "13900001007"),  # the crew
        ("warning", "13900001002"),
    ]


async def test_the_province_supervises_the_unit_answers_and_the_province_clears(watch: Watch) -> None:
    ticket = await watch.centre.call()
    await watch.centre.does("xiangshan", ticket, "accept")
    said = {"reason": "客户多次来电", "addressee": "county_director", "copies": ["city_manager", "county_director"]}
    ordered = await watch.centre.does("monitor", ticket, "supervise", **said)
    (order,) = ordered["supervisions"]
    assert order["no"] == f"DB{ticket['ticket_no']}-1"
    assert (order["addressee"], order["copies"], order["area"]) == ("county_director", ["city_manager"], XIANGSHAN)
    assert order["due_at"] == minutes(30).isoformat().replace("+00:00", "Z")
    assert await watch.told(ticket, "supervision") == [
        ("supervision", "13900001004"),
        ("supervision", "13900001006"),
    ]
    early = await watch.centre.tries("monitor", ticket, "supervision-clear", no=order["no"])
    assert early.json()["error"]["code"] == "NotAnswered"
    watch.centre.set_clock(minutes(5))
    await watch.centre.does("xiangshan", ticket, "supervision-answer", no=order["no"], text="班组已在途")
    assert [one["state"] for one in (await watch.list("monitor", "/supervisions"))["supervisions"]] == ["answered"]
    cleared = await watch.centre.does("monitor", ticket, "supervision-clear", no=order["no"])
    assert cleared["flags"]["supervised"] is False
    assert (await watch.list("monitor", "/supervisions", state="open"))["supervisions"] == []
    (gone,) = (await watch.list("monitor", "/supervisions", state="cleared"))["supervisions"]
    assert (gone["supervision"]["answer"], gone["ticket_no"]) == ("班组已在途", ticket["ticket_no"])
    assert await watch.is_sound()


async def test_an_order_that_nobody_answers_warns_breaks_and_escalates(watch: Watch) -> None:
    ticket = await watch.centre.call()
    await watch.centre.does("xiangshan", ticket, "accept")
    await watch.centre.does("xiangshan", ticket, "dispatch", crew_id="c1")
    await watch.centre.does("monitor", ticket, "supervise", reason="媒体问询", addressee="county_director")
    for minute in range(0, 47):
        await watch.look(minutes(minute))
    lines = [
        line for line in await watch.log(ticket, "warned", "overdue", "escalated") if line.get("limit") == "answer"
    ]
    assert [(line["kind"], line["after_min"]) for line in lines] == [
        ("warned", 15),
        ("warned", 22.5),
        ("overdue", 30),
        ("escalated", 45),
    ]
    assert lines[-1]["reason"] == "unanswered"
    assert len((await watch.ticket(ticket))["supervisions"]) == 1  # one at a time


async def test_orders_that_come_at_the_moment_of_the_clock_have_numbers_of_their_own(watch: Watch) -> None:
    ticket = await watch.centre.call()
    watch.centre.set_clock(minutes(4))
    ordered = await watch.centre.does("monitor", ticket, "supervise", reason="核查", addressee="dispatcher")
    assert [one["no"] for one in ordered["supervisions"]] == [
        f"DB{ticket['ticket_no']}-1",
        f"DB{ticket['ticket_no']}-2",
    ]


async def test_the_media_ask_and_the_city_is_rung_up(watch: Watch) -> None:
    ticket = await watch.centre.call()
    up = await watch.centre.does("shift", ticket, "escalate", reason="media", text="电视台来电询问")
    assert up["flags"]["escalated_level"] == 4
    (line,) = await watch.log(ticket, "escalated")
    assert (line["reason"], line["told"], line["by"]) == ("media", ["city_manager", "province_monitor"], "shift")
    (body,) = {body for body in await watch.said(ticket, "escalation")}
    assert body == f"【升级】工单{ticket['ticket_no']}(象山)媒体关注,电视台来电询问,已升至第4级,请立即处置。"
    refused = await watch.centre.tries("shift", ticket, "escalate", reason="far_late")
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "LadderOnly")


async def test_orders_without_sense_are_refused_and_change_nothing(watch: Watch) -> None:
    ticket = await watch.centre.call()
    before = await watch.centre.rows()
    wrong = [
        ("monitor", "supervise", {"reason": "核查", "addressee": "dispatcher", "due_at": "2026-07-01T08:59:00+08:00"}),
        ("monitor", "supervise", {"reason": "核查", "addressee": "dispatcher", "due_at": "2026-09-01T09:00:00+08:00"}),
        ("monitor", "supervise", {"reason": "核查", "addressee": "nobody"}),
        ("monitor", "supervise", {"reason": "", "addressee": "dispatcher"}),
        ("xiangshan", "supervision-answer", {"no": "DB1-1", "text": "已处理"}),
        ("monitor", "supervision-clear", {"no": "DB1-1"}),
        ("shift", "escalate", {"reason": "boredom"}),
    ]
    for who, command, said in wrong:
        answer = await watch.centre.tries(who, ticket, command, **said)
        assert answer.status_code in (409, 422), (command, answer.text)
        assert answer.json()["error"]["message"]
    forbidden = [("xiangshan", "supervise"), ("seat", "escalate"), ("ninghai", "supervision-answer")]
    for who, command in forbidden:
        said = {"supervise": {"reason": "x", "addressee": "dispatcher"}, "escalate": {"reason": "media"}}
        answer = await watch.centre.tries(who, ticket, command, **said.get(command, {"no": "x", "text": "x"}))
        assert answer.status_code in (403, 404), (command, answer.text)
    assert await watch.centre.rows() == before


async def test_an_order_sent_twice_is_one_order(watch: Watch) -> None:
    ticket = await watch.centre.call()
    monitor, same = await watch.centre.by("monitor"), key()
    said = {"reason": "核查", "addressee": "dispatcher"}
    path = f"/tickets/{ticket['id']}/supervise"
    first, again = [await monitor.post(path, json=said, headers=same) for _ in range(2)]
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert len(await watch.told(ticket, "supervision")) == 1


async def test_an_order_follows_its_ticket_and_lapses_with_it(watch: Watch) -> None:
    ticket = await watch.centre.call()
    await watch.centre.does("monitor", ticket, "supervise", reason="核查", addressee="dispatcher")
    await watch.centre.does("monitor", ticket, "transfer", to_area=NINGHAI, reason="属宁海供区")
    assert (await watch.list("xiangshan", "/supervisions"))["supervisions"] == []
    (moved,) = (await watch.list("ninghai", "/supervisions", state="open"))["supervisions"]
    assert moved["area"] == NINGHAI
    await watch.centre.does("ninghai", ticket, "cancel", reason="客户来电已恢复", meter="live")
    assert (await watch.list("ninghai", "/supervisions", state="open"))["supervisions"] == []
    (lapsed,) = (await watch.list("ninghai", "/supervisions", state="lapsed"))["supervisions"]
    assert lapsed["state"] == "lapsed"


async def test_an_order_that_lapsed_with_its_ticket_is_answered_late_and_cleared(watch: Watch) -> None:
    ticket = await watch.centre.call()
    await watch.centre.does("monitor", ticket, "supervise", reason="核查", addressee="dispatcher")
    await watch.centre.does("xiangshan", ticket, "cancel", reason="客户来电已恢复", meter="live")
    (lapsed,) = (await watch.list("xiangshan", "/supervisions", state="lapsed"))["supervisions"]
    no = lapsed["supervision"]["no"]
    watch.centre.set_clock(minutes(5))
    await watch.centre.does("xiangshan", ticket, "supervision-answer", no=no, text="已核实,客户取消在先")
    (answered,) = (await watch.list("monitor", "/supervisions", state="answered"))["supervisions"]
    assert (answered["supervision"]["late"], answered["stage"]) == (True, "cancelled")
    refused = await watch.centre.tries("xiangshan", ticket, "supervision-answer", no=no, text="再答复一次")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "AlreadyAnswered")
    after = await watch.centre.does("monitor", ticket, "supervision-clear", no=no)
    assert (after["stage"], after["supervisions"][0]["late"]) == ("cancelled", True)
    assert len((await watch.list("monitor", "/supervisions", state="cleared"))["supervisions"]) == 1
    async with watch.centre.db.connection() as connection:  # what comes after the end judges nothing again
        assert await connection.fetchval("SELECT count(*) FROM review WHERE ticket_id = $1", ticket["id"]) == 1
    assert await watch.is_sound()


async def test_an_answer_in_time_is_not_late_and_one_after_its_due_time_is(watch: Watch) -> None:
    ticket = await watch.centre.call()
    due = minutes(10).isoformat()
    for minute, reason in ((0, "核查甲"), (5, "核查乙")):
        watch.centre.set_clock(minutes(minute))
        await watch.centre.does("monitor", ticket, "supervise", reason=reason, addressee="dispatcher", due_at=due)
    first, second = (s["no"] for s in (await watch.ticket(ticket))["supervisions"])
    watch.centre.set_clock(minutes(10))
    await watch.centre.does("xiangshan", ticket, "supervision-answer", no=first, text="已核实")
    watch.centre.set_clock(minutes(11))
    await watch.centre.does(
        "xiangshan", ticket, "supervision-answer", no=second, text="已核实", at=minutes(9).isoformat()
    )
    late = {s["no"]: s["late"] for s in (await watch.ticket(ticket))["supervisions"] if s["no"] in (first, second)}
    assert late == {first: False, second: True}


async def test_lists_stay_in_the_callers_area_and_go_on_page_by_page(watch: Watch) -> None:
    here = [await watch.centre.call(phone=f"1390000200{n}") for n in range(3)]
    there = await watch.centre.call(phone="13900002009", place={"lon": 121.43, "lat": 29.29})
    await watch.look(minutes(3.5))
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = await watch.list("monitor", "/supervisions", limit=2, **after)
        seen += [one["ticket_id"] for one in page["supervisions"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert sorted(seen) == sorted(ticket["id"] for ticket in (*here, there))
    for path, name in (("/supervisions", "supervisions"), ("/warnings", "warnings")):
        mine = await watch.list("ninghai", path)
        assert {one["ticket_id"] for one in mine[name]} == {there["id"]}
        other = await (await watch.centre.by("ninghai")).get(path, params={"area": XIANGSHAN})
        assert other.status_code == 403


async def test_the_supervisors_screen_shows_the_grave_ones_first_seen_last(watch: Watch) -> None:
    ticket = await watch.centre.call()
    await watch.look(minutes(1.6))
    await watch.look(minutes(3.5))
    grave = await watch.list("monitor", "/warnings", level=3)
    assert [(one["label"], one["event"]["kind"]) for one in grave["warnings"]] == [
        ("督办", "supervised"),
        ("超时", "overdue"),
    ]
    every, after = [], {}
    while True:
        page = await watch.list("monitor", "/warnings", limit=1, **after)
        every += page["warnings"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert [one["event"].get("level") for one in every] == [3, None, 2, 1]
    assert {one["ticket_no"] for one in every} == {ticket["ticket_no"]}
    late = await watch.list("monitor", "/warnings", since=minutes(2).isoformat())
    assert len(late["warnings"]) == 3
    for bad in ({"after": "nothing"}, {"after": "x:y"}, {"level": 5}, {"since": "yesterday"}, {"area": "99"}):
        answer = await (await watch.centre.by("monitor")).get("/warnings", params=bad)
        assert answer.status_code in (404, 422), (bad, answer.text)


async def test_counties_where_nobody_could_be_told_are_named(watch: Watch) -> None:
    found = await watch.list("monitor", "/supervision/contacts")
    assert [(one["area"], one["missing"], one["crews"]) for one in found["areas"]] == [
        (XIANGSHAN, [], 1),  # 石浦一队 has no telephone
        (NINGHAI, ["dispatcher", "county_director", "depot_leader"], 2),
    ]
    assert [one["name"] for one in (await watch.list("xiangshan", "/supervision/contacts"))["areas"]] == ["象山"]
    async with watch.centre.db.connection() as connection:
        await connection.execute("UPDATE crew SET phone = '13900001008'")
        assert [gap.name for gap in await gaps(connection)] == ["宁海"]


async def test_a_warning_that_reaches_nobody_stays_in_the_log(watch: Watch) -> None:
    ticket = await watch.centre.call(place={"lon": 121.43, "lat": 29.29})
    await watch.look(minutes(1.6))
    assert await watch.told(ticket) == []
    (line,) = await watch.log(ticket, "warned")
    assert line["told"] == ["crew", "dispatcher"]


async def test_every_unanswered_order_warns_breaks_and_escalates_by_its_own_time(watch: Watch) -> None:
    ticket = await watch.centre.call()
    await watch.centre.does("xiangshan", ticket, "accept")
    for minute, due, who in ((0, 10, "dispatcher"), (0, 20, "depot_leader"), (0, 20, "county_director")):
        watch.centre.set_clock(minutes(minute))
        order = {"reason": "核查", "addressee": who, "due_at": minutes(due).isoformat()}
        await watch.centre.does("monitor", ticket, "supervise", **order)
    for minute in (9, 16, 31):
        await watch.look(minutes(minute))
    late = [line for line in await watch.log(ticket, "overdue") if line["limit"] == "answer"]
    assert [round(line["after_min"]) for line in late] == [10, 20, 20]
    far = [line for line in await watch.log(ticket, "escalated") if line["limit"] == "answer"]
    assert [(round(line["after_min"]), line["text"][-2:]) for line in far] == [(15, "-1"), (30, "-2"), (30, "-3")]
    assert await watch.is_sound()
    for one in (await watch.ticket(ticket))["supervisions"]:
        await watch.centre.does("xiangshan", ticket, "supervision-answer", no=one["no"], text="已核实")
    assert await watch.is_sound()


async def test_nobody_is_told_the_same_thing_three_times_in_a_minute(watch: Watch) -> None:
    ticket = await watch.centre.call()
    media = {"reason": "media", "text": "记者来电"}
    order = {"reason": "核查", "addressee": "county_director"}
    for command, said, other in (
        ("escalate", media, {"reason": "injury"}),
        ("supervise", order, order | {"addressee": "dispatcher"}),
    ):
        watch.centre.set_clock(minutes(0))
        await watch.centre.does("monitor", ticket, command, **said)
        for minute in (0, 4.9):
            watch.centre.set_clock(minutes(minute))
            again = await watch.centre.tries("monitor", ticket, command, **said)
            assert (again.status_code, again.json()["error"]["code"]) == (409, "RaisedRecently")
        await watch.centre.does("monitor", ticket, command, **other)
        watch.centre.set_clock(minutes(5))
        await watch.centre.does("monitor", ticket, command, **said)
    assert await watch.is_sound()
