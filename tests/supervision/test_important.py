"""Important customers (golden scenario 14), the third contact (15), and appointments."""

from tests.supervision.conftest import Watch
from tests.web.conftest import CALL
from tests.worlds import minutes

DIRECTOR, PROVINCE = "13900001004", "13900001005"
HOSPITAL = {"protected": "important", "customer_name": "县人民医院"}


async def test_the_director_hears_of_an_important_customer_with_the_call(watch: Watch) -> None:
    ticket = await watch.centre.call(**HOSPITAL)
    assert await watch.told(ticket) == [("escalation", DIRECTOR)]
    (line,) = await watch.log(ticket, "escalated")
    assert (line["reason"], line["level"], line["told"]) == ("important", 3, ["county_director"])
    await watch.centre.does("xiangshan", ticket, "accept", version=ticket["version"])  # nobody's view is stale by it
    assert await watch.is_sound()


async def test_nobody_with_an_important_customer_after_half_an_hour_is_told_once(watch: Watch) -> None:
    ticket = await watch.centre.call(**HOSPITAL)
    await watch.centre.does("xiangshan", ticket, "accept")
    await watch.centre.does("xiangshan", ticket, "dispatch", crew_id="c1")
    await watch.look(minutes(30))
    assert len(await watch.log(ticket, "escalated")) == 1
    for minute in (31, 35, 44):
        await watch.look(minutes(minute))
    first, second = await watch.log(ticket, "escalated")
    assert (second["limit"], second["after_min"], second["told"]) == (
        "important",
        30,
        ["county_director", "province_monitor"],
    )
    after = await watch.ticket(ticket)
    assert after["flags"]["overdue"] == []  # the promise is 45 minutes all the same
    assert await watch.told(ticket, "escalation") == [
        ("escalation", DIRECTOR),
        ("escalation", DIRECTOR),
        ("escalation", PROVINCE),
    ]
    assert first["told"] == ["county_director"]
    assert await watch.is_sound()


async def test_a_crew_that_comes_within_half_an_hour_ends_it(watch: Watch) -> None:
    ticket = await watch.centre.call(**HOSPITAL)
    await watch.centre.does("xiangshan", ticket, "accept")
    await watch.centre.does("xiangshan", ticket, "dispatch", crew_id="c1")
    watch.centre.set_clock(minutes(29))
    await watch.centre.does("crew-1", ticket, "arrive")
    await watch.look(minutes(60))
    assert len([line for line in await watch.log(ticket, "escalated") if line["reason"] == "important"]) == 1
    assert await watch.is_sound()


async def test_it_may_become_known_later_and_is_told_once_however_often_it_is_put_right(watch: Watch) -> None:
    ticket = await watch.centre.call()
    await watch.centre.does("xiangshan", ticket, "accept")
    watch.centre.set_clock(minutes(2))
    for protected in ("life_support", "sensitive", "important"):
        await watch.centre.does("xiangshan", ticket, "correct", reason="与客户核实", protected=protected)
    (line,) = await watch.log(ticket, "escalated")
    assert (line["text"], line["after_min"]) == ("生命支持报修", 2)
    assert await watch.told(ticket, "escalation") == [("escalation", DIRECTOR)]


async def test_a_draft_is_told_when_it_is_finished(watch: Watch) -> None:
    draft = await watch.centre.call(draft=True, **HOSPITAL)
    assert await watch.log(draft, "escalated") == []
    whole = {name: CALL[name] for name in ("symptom", "category", "level", "hazard", "place")}
    await watch.centre.does("seat", draft, "complete", **whole)
    assert len(await watch.log(draft, "escalated")) == 1


async def test_a_sensitive_customer_is_nobodys_alarm(watch: Watch) -> None:
    ticket = await watch.centre.call(protected="sensitive")
    assert await watch.log(ticket, "escalated") == []


async def test_the_third_contact_about_one_matter_escalates_once(watch: Watch) -> None:
    ticket = await watch.centre.call()
    await watch.centre.does("xiangshan", ticket, "accept")
    watch.centre.set_clock(minutes(1))
    again = await watch.centre.does("seat", ticket, "chase", text="客户来电催促")
    assert again["contacts_n"] == 2
    assert await watch.log(ticket, "escalated") == []
    watch.centre.set_clock(minutes(2))
    third = await watch.centre.does("seat", ticket, "chase", text="客户询问何时到")
    assert third["contacts_n"] == 3
    watch.centre.set_clock(minutes(3))
    await watch.centre.does("seat", ticket, "chase", text="客户再次询问")
    (line,) = await watch.log(ticket, "escalated")
    assert (line["reason"], line["level"]) == ("third_contact", 4)
    assert await watch.told(ticket, "escalation") == [
        ("escalation", PROVINCE),
        ("escalation", "13900001006"),
    ]


async def test_the_centre_chases_who_has_to_move_and_not_again_within_five_minutes(watch: Watch) -> None:
    ticket = await watch.centre.call()
    first = await watch.centre.does("monitor", ticket, "chase", text="请尽快接单")
    assert [(chase["target"], chase["n"]) for chase in first["chases"]] == [("unit", 1)]
    assert first["contacts_n"] == 1  # the customer did not call
    watch.centre.set_clock(minutes(1))
    await watch.centre.does("xiangshan", ticket, "accept")
    soon = await watch.centre.tries("monitor", ticket, "chase")
    assert (soon.status_code, soon.json()["error"]["code"]) == (409, "ChasedRecently")
    await watch.centre.does("xiangshan", ticket, "dispatch", crew_id="c1")
    crew = await watch.centre.does("xiangshan", ticket, "chase")  # another target may be chased
    assert {chase["target"]: chase["n"] for chase in crew["chases"]} == {"unit": 1, "crew": 1}
    watch.centre.set_clock(minutes(7))
    twice = await watch.centre.does("monitor", ticket, "chase")
    assert {chase["target"]: chase["n"] for chase in twice["chases"]} == {"unit": 1, "crew": 2}
    assert twice["flags"]["chased_n"] == 3


async def test_an_appointment_counts_from_the_agreed_time(watch: Watch) -> None:
    ticket = await watch.centre.call(appointment_at=minutes(240).isoformat())
    await watch.centre.does("xiangshan", ticket, "accept")
    await watch.centre.does("xiangshan", ticket, "dispatch", crew_id="c1")
    for minute in range(60, 280, 5):
        await watch.look(minutes(minute))
    lines = [line for line in await watch.log(ticket, "warned", "overdue", "escalated") if line["limit"] == "arrive"]
    assert [(line["kind"], line["after_min"]) for line in lines] == [
        ("warned", 180),
        ("warned", 210),
        ("overdue", 240),
        ("escalated", 270),
    ]
    assert (await watch.said(ticket, "warning"))[0].startswith(
        f"【预警】工单{ticket['ticket_no']}(象山)到达现场时限还有60分钟"
    )


async def test_an_appointment_made_ten_minutes_before_its_time_is_not_warned_of_what_was_over(watch: Watch) -> None:
    soon = await watch.centre.call(appointment_at=minutes(10).isoformat(), phone="13900003001")
    later = await watch.centre.call(phone="13900003002")
    for ticket in (soon, later):
        await watch.centre.does("xiangshan", ticket, "accept")
    await watch.centre.does("xiangshan", soon, "dispatch", crew_id="c1")
    await watch.centre.does("xiangshan", later, "dispatch", crew_id="c2")
    watch.centre.set_clock(minutes(10))
    when = minutes(20).isoformat()
    agreed = {"agreed_by": "客户本人", "agreed_at": minutes(9).isoformat()}
    await watch.centre.does("xiangshan", later, "correct", reason="客户改约", appointment_at=when, **agreed)
    for minute in range(10, 30):
        await watch.look(minutes(minute))
    for ticket, due in ((soon, 10), (later, 20)):
        lines = [line for line in await watch.log(ticket, "warned", "overdue") if line["limit"] == "arrive"]
        assert [(line["kind"], line["after_min"]) for line in lines] == [("overdue", due)]
    assert await watch.is_sound()


async def test_a_child_is_warned_and_never_supervised(watch: Watch) -> None:
    parent = await watch.centre.call(phone="13900003001")
    child = await watch.centre.call(phone="13900003002")
    for ticket in (parent, child):
        await watch.centre.does("xiangshan", ticket, "accept")
    await watch.centre.does("xiangshan", child, "merge", into=parent["id"], evidence="同一表箱,同一时间停电")
    await watch.centre.does("xiangshan", parent, "dispatch", crew_id="c1")
    for minute in (23, 34, 46, 68):
        await watch.look(minutes(minute))
    kinds = ("warned", "overdue", "supervised", "escalated")
    assert {line["kind"] for line in await watch.log(parent, *kinds)} == set(kinds)
    assert {line["kind"] for line in await watch.log(child, *kinds)} == {"warned", "overdue"}
    assert await watch.is_sound()
