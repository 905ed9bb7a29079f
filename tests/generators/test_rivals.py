"""Two people and one truck, an old proposal, the same request twice: one wins, and the other is told who and when."""

import asyncio
from typing import Any

from tests.web.conftest import key
from tests.worlds import minutes

from .conftest import ESTATE, FLAT, HOSPITAL, Yard, by_target


async def refusal(yard: Yard, path: str, body: Any, *, by: str = "xiangshan") -> dict[str, Any]:
    answer = await yard.posts(path, body, by=by)
    assert answer.status_code in (404, 409, 422), answer.text
    found: dict[str, Any] = answer.json()["error"]
    return found


async def test_who_confirms_second_is_told_who_was_first_and_when(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    plan = await yard.plan()
    await yard.confirm(plan)
    error = await refusal(yard, f"/generator-plans/{plan['id']}/confirm", {"version": 1}, by="monitor")
    assert error["code"] == "GeneratorPlanDecided"
    assert "由 象山值班员 于 09:00:00 确认" in error["message"]
    assert error["details"]["by"] == "xiangshan"
    assert error["details"]["at"] == minutes(0).isoformat()


async def test_whose_proposal_was_replaced_is_told_by_whom(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    plan = await yard.plan()
    yard.at(2)
    await yard.plan(by="monitor")
    error = await refusal(yard, f"/generator-plans/{plan['id']}/confirm", {"version": plan["version"]})
    assert "由 monitor 于 09:02:00 的新方案取代" in error["message"]


async def test_of_two_who_send_one_truck_the_second_is_told_where_it_went(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    county = await yard.plan()
    await yard.confirm(await yard.plan("3302", by="monitor"), by="monitor")
    error = await refusal(yard, f"/generator-plans/{county['id']}/confirm", {"version": 1})
    assert (error["code"], error["details"]["by"]) in (("TruckUnavailable", "monitor"), ("TargetTaken", "monitor"))
    assert "由 monitor 于 09:00:00" in error["message"]


async def test_of_two_who_report_on_one_truck_the_second_is_told_what_was_said(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    one = by_target(await yard.confirm(await yard.plan()))[HOSPITAL]
    path, body = f"/generator-assignments/{one['id']}/connected", {"version": one["version"]}
    answers = await asyncio.gather(*(yard.posts(path, body, by=who) for who in ("xiangshan", "leader")))
    lost = next(answer for answer in answers if answer.status_code != 200).json()["error"]
    assert (lost["code"], sorted(answer.status_code for answer in answers)) == ("OutOfDate", [200, 409])
    assert lost["details"]["by"] in ("xiangshan", "leader")
    assert "09:00:00 更新" in lost["message"]
    error = await refusal(yard, "/generators/g1/state", {"version": 1, "out": "坏"})
    assert (error["code"], error["details"]["at"]) == ("OutOfDate", minutes(0).isoformat())


async def test_the_same_confirmation_sent_twice_at_once_has_one_effect_and_one_answer(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    plan = await yard.plan()
    client, once = await yard.centre.by("xiangshan"), key()
    path = f"/generator-plans/{plan['id']}/confirm"
    answers = await asyncio.gather(*(client.post(path, json={"version": 1}, headers=once) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [200] * 3
    assert [answer.headers.get("Idempotent-Replayed") for answer in answers].count("true") == 2
    assert {answer.json()["version"] for answer in answers} == {2}


async def test_what_is_told_of_a_truck_may_be_sent_twice(yard: Yard) -> None:
    client, once = await yard.centre.by("xiangshan"), key()
    said = {"version": 1, "fuel_h": 3}
    first, again = [await client.post("/generators/g1/state", json=said, headers=once) for _ in range(2)]
    assert (first.status_code, again.status_code, again.headers["Idempotent-Replayed"]) == (200, 200, "true")
    assert first.json() == again.json() | {}
    other = await client.post("/generators/g1/state", json=said | {"fuel_h": 4}, headers=once)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "KeyReused")


async def test_an_old_proposal_is_not_confirmed(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    plan = await yard.plan()
    yard.at(31)
    error = await refusal(yard, f"/generator-plans/{plan['id']}/confirm", {"version": 1})
    assert (error["code"], "请重新计算" in error["message"]) == ("ProposalTooOld", True)
    assert {truck["state"] for truck in (await yard.trucks()).values()} == {"available"}
    await yard.confirm(await yard.plan())


async def test_a_truck_whose_tank_was_emptied_since_is_not_sent(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    plan = await yard.plan()
    await yard.tell("g1", fuel_h=0.5)
    error = await refusal(yard, f"/generator-plans/{plan['id']}/confirm", {"version": 1})
    assert (error["code"], error["field"]) == ("NoFuel", "fuel_h")
    assert "只够 0.5 小时" in error["message"]


async def test_a_newer_plan_of_a_county_takes_the_place_of_what_the_city_still_planned_there(yard: Yard) -> None:
    await yard.dark("F2", back=480)
    city = await yard.confirm(await yard.plan("3302", by="monitor"), by="monitor")
    waiting = next(one for one in city["assignments"] if one["state"] == "planned")
    await yard.confirm(await yard.plan(routes={"g2": []}, targets=[waiting["target"]]))
    again = (await (await yard.centre.by("monitor")).get(f"/generator-plans/{city['id']}")).json()
    assert {one["id"]: one["state"] for one in again["assignments"]}[waiting["id"]] == "planned", "nobody is sent there"
    for one in city["assignments"]:
        if one["state"] == "sent":
            await yard.step(one, "released", reason="另作安排", by="monitor")
    mine = await yard.confirm(await yard.plan())
    assert waiting["target"] in by_target(mine)
    again = (await (await yard.centre.by("monitor")).get(f"/generator-plans/{city['id']}")).json()
    dropped = {one["id"]: (one["state"], one["end_reason"]) for one in again["assignments"]}
    assert dropped[waiting["id"]] == ("dropped", "已确认新方案")


async def test_a_relief_that_a_newer_plan_wants_is_sent_while_the_first_truck_feeds(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    one = by_target(await yard.confirm(await yard.plan(routes={"g1": [HOSPITAL]})))[HOSPITAL]
    yard.at(60)
    one = await yard.step(one, "connected")
    async with yard.centre.db.connection() as connection:
        await connection.execute("UPDATE outage SET etr_at = etr_at + interval '10 hours'")
    plan = await yard.plan(routes={"g1": [HOSPITAL], "g3": [HOSPITAL]})
    relief = next(each for each in (await yard.confirm(plan))["assignments"] if each["truck_id"] == "g3")
    assert relief["state"] in ("planned", "sent")
    yard.at(61)
    if relief["state"] == "planned":
        relief = await yard.step(relief, "send")
    assert relief["state"] == "sent"
    body = {"version": relief["version"]}
    error = await refusal(yard, f"/generator-assignments/{relief['id']}/connected", body)
    assert (error["code"], error["details"]["truck_id"]) == ("TargetTaken", "g1")
    assert "由 象山值班员 于 10:00:00" in error["message"]


async def test_nobody_is_connected_inside_what_another_truck_feeds(yard: Yard) -> None:
    await yard.dark("F1", back=400)
    flat = by_target(await yard.confirm(await yard.plan(routes={"g2": [FLAT]})))[FLAT]
    whole = by_target(await yard.confirm(await yard.plan(routes={"g1": ["T9"]})))["T9"]
    if whole["state"] == "planned":
        whole = await yard.step(whole, "send")
    await yard.step(flat, "connected")
    body = {"version": whole["version"]}
    error = await refusal(yard, f"/generator-assignments/{whole['id']}/connected", body)
    assert (error["code"], error["details"]["truck_id"]) == ("TargetTaken", flat["truck_id"])


async def test_what_is_planned_can_be_given_up_by_those_who_may_send_it(yard: Yard) -> None:
    await yard.dark("F2", back=480)
    done = await yard.confirm(await yard.plan())
    one = next(each for each in done["assignments"] if each["state"] == "planned")
    path, body = f"/generator-assignments/{one['id']}/released", {"version": one["version"], "reason": "不再需要"}
    assert (await yard.refused(path, body, by="leader"))[0] in (403, 404)
    before = (await yard.trucks())[one["truck_id"]]
    gone = await yard.step(one, "released", reason="不再需要")
    assert (gone["state"], gone["end_reason"], gone["ended_by"]) == ("dropped", "不再需要", "xiangshan")
    assert (await yard.trucks())[one["truck_id"]] == before
    assert await yard.refused(path, body) == (409, "OutOfDate")
    assert await yard.refused(path, body | {"version": gone["version"]}) == (409, "WrongStep")


async def test_a_county_reports_on_its_truck_that_the_city_sent_and_sends_it_not(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    done = await yard.confirm(await yard.plan("3302", by="monitor"), by="monitor")
    one = by_target(done)[HOSPITAL]
    assert (await yard.step(one, "connected"))["state"] == "connected"
    shared = by_target(done)[ESTATE]
    assert shared["truck_id"] == "g3"
    path, body = f"/generator-assignments/{shared['id']}", {"version": shared["version"]}
    assert await yard.refused(f"{path}/send", body) == (403, "Forbidden")
    assert await yard.refused(f"{path}/connected", body, by="ninghai") == (404, "NoSuchAssignment")
    assert (await yard.step(shared, "connected"))["state"] == "connected", "the estate is the county's"
