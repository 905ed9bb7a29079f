"""A confirmed plan is carried out: trucks sent, connected, released; what went wrong in between is told."""

import asyncio
from typing import Any

import pytest

from tests.worlds import XIANGSHAN

from .conftest import ESTATE, FLAT, HOSPITAL, Yard, by_target


@pytest.fixture
async def plan(yard: Yard) -> dict[str, Any]:
    """A proposal for the hospital and the estate, dark for five hours."""
    await yard.dark("F2", back=300)
    return await yard.plan()


async def test_a_truck_is_sent_connected_and_released(yard: Yard, plan: dict[str, Any]) -> None:
    done = await yard.confirm(plan)
    assert (done["state"], done["decided_by"], done["version"]) == ("confirmed", "xiangshan", 2)
    one = by_target(done)[HOSPITAL]
    assert (one["state"], one["sent_by"], one["truck_id"]) == ("sent", "xiangshan", "g1")
    trucks = await yard.trucks()
    assert (trucks["g1"]["state"], trucks["g1"]["assignment"]["id"]) == ("sent", one["id"])
    assert (trucks["g2"]["state"], trucks["g2"]["assignment"]) == ("available", None)
    yard.at(60)
    one = await yard.step(one, "connected", by="leader")
    assert (one["state"], one["connected_by"]) == ("connected", "leader")
    yard.at(180)
    one = await yard.step(one, "released", reason="线路已修复")
    assert (one["state"], one["end_reason"]) == ("released", "线路已修复")
    truck = (await yard.trucks())["g1"]
    assert (truck["state"], truck["fuel_h"], truck["lon"]) == ("available", 4.0, one["lon"]), "two hours at rated load"
    async with yard.centre.db.connection() as connection:
        acts = await connection.fetch("SELECT action FROM audit WHERE action LIKE 'generator.%' ORDER BY at, id")
    assert [row["action"] for row in acts] == [
        "generator.propose", "generator.confirm", "generator.connected", "generator.released",
    ]  # fmt: skip


async def test_only_what_was_chosen_is_confirmed(yard: Yard, plan: dict[str, Any]) -> None:
    wanted = by_target(plan)[ESTATE]
    path, body = f"/generator-plans/{plan['id']}/confirm", {"version": 1}
    assert await yard.refused(path, body | {"assignments": ["other"]}) == (422, "NotInPlan")
    assert await yard.refused(path, {"version": 2}) == (409, "OutOfDate")
    fed = by_target(await yard.confirm(plan, assignments=[wanted["id"]]))
    assert (fed[ESTATE]["state"], fed[HOSPITAL]["state"], fed[HOSPITAL]["end_reason"]) == (
        "sent",
        "dropped",
        "确认时未选",
    )


async def test_of_two_who_confirm_at_once_one_sends_the_trucks(yard: Yard, plan: dict[str, Any]) -> None:
    path, body = f"/generator-plans/{plan['id']}/confirm", {"version": 1}
    answers = await asyncio.gather(*(yard.posts(path, body, by=who) for who in ("xiangshan", "monitor")))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_truck_that_was_sent_by_another_plan_is_not_sent_again(yard: Yard, plan: dict[str, Any]) -> None:
    await yard.confirm(await yard.plan("3302", by="monitor"), by="monitor")
    path = f"/generator-plans/{plan['id']}/confirm"
    status, code = await yard.refused(path, {"version": 1})
    assert (status, code in ("TruckUnavailable", "TargetTaken")) == (409, True)
    body = {"area": XIANGSHAN, "targets": ["T11"]}
    later = await yard.says("/generator-plans", body, status=201)
    assert {one["code"] for one in later["unused"] if one["truck"] in ("g1", "g3")} == {"on_its_way"}
    assert any("县医院" in said for said in later["notes"])


async def test_a_truck_that_broke_down_since_is_named_and_nothing_is_sent(yard: Yard, plan: dict[str, Any]) -> None:
    await yard.tell("g3", out="发动机故障", by="monitor")
    answer = await yard.posts(f"/generator-plans/{plan['id']}/confirm", {"version": 1})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "TruckUnavailable")
    assert "发动机故障" in answer.json()["error"]["message"]
    assert (await yard.trucks())["g1"]["state"] == "available"


async def test_where_supply_came_back_in_between_nobody_is_sent(yard: Yard) -> None:
    outage = await yard.dark("F2", back=300)
    plan = await yard.plan()
    await yard.bright(outage, 10)
    path = f"/generator-plans/{plan['id']}/confirm"
    assert await yard.refused(path, {"version": 1}) == (409, "NothingLeft")
    assert await yard.refused("/generator-plans", {"area": XIANGSHAN}) == (409, "NothingDark")


async def test_who_is_on_his_way_when_supply_comes_back_cannot_connect_and_is_called_back(yard: Yard) -> None:
    outage = await yard.dark("F2", back=300)
    one = by_target(await yard.confirm(await yard.plan()))[HOSPITAL]
    await yard.bright(outage, 20)
    path = f"/generator-assignments/{one['id']}"
    assert await yard.refused(f"{path}/connected", {"version": one["version"]}) == (409, "PowerBack")
    assert (await yard.step(one, "released", reason="已来电,召回"))["state"] == "released"
    assert (await yard.trucks())["g1"]["fuel_h"] == 6


async def test_a_part_of_a_larger_fault_is_still_dark(yard: Yard) -> None:
    await yard.dark("T12", back=300)
    plan = await yard.plan()
    await yard.dark("F2", back=300)  # the first fault turns out to be part of this one
    assert by_target(await yard.confirm(plan))[ESTATE]["state"] == "sent"


async def test_a_truck_that_feeds_may_go_on_or_be_planned_elsewhere(yard: Yard, plan: dict[str, Any]) -> None:
    one = by_target(await yard.confirm(plan))[HOSPITAL]
    yard.at(60)
    one = await yard.step(one, "connected")
    again = await yard.plan()
    going_on = by_target(again)[HOSPITAL]
    assert "已接在此处" in going_on["reasons"]["sentence"]
    done = by_target(await yard.confirm(again))[HOSPITAL]
    assert (done["state"], one["id"] in done["end_reason"]) == ("dropped", True)
    assert (await yard.trucks())["g1"]["assignment"]["id"] == one["id"]


async def test_the_truck_of_the_hospital_breaks_down_and_another_is_planned_at_once(
    yard: Yard, plan: dict[str, Any]
) -> None:
    chosen = by_target(plan)[HOSPITAL]
    one = by_target(await yard.confirm(plan, assignments=[chosen["id"]]))[HOSPITAL]
    await yard.step(one, "connected")
    truck = await yard.tell("g1", out="被坠物砸坏")
    assert (truck["state"], truck["reason"]) == ("out", "被坠物砸坏")
    after = by_target(await yard.plan())
    assert after[HOSPITAL]["truck_id"] == "g3"


async def test_a_second_customer_waits_until_the_truck_is_released(yard: Yard) -> None:
    await yard.dark("F2", back=200)
    await yard.dark("L4", back=480)
    own = await yard.plan(routes={"g1": [HOSPITAL, FLAT]})
    fed = by_target(await yard.confirm(own))
    assert (fed[HOSPITAL]["state"], fed[FLAT]["state"]) == ("sent", "planned")
    path, body = f"/generator-assignments/{fed[FLAT]['id']}", {"version": fed[FLAT]["version"]}
    assert await yard.refused(f"{path}/send", body) == (409, "TruckUnavailable")
    assert await yard.refused(f"{path}/connected", body) == (409, "WrongStep")
    await yard.step(fed[HOSPITAL], "released", reason="不再需要")
    second = await yard.step(fed[FLAT], "send")
    assert (second["state"], (await yard.trucks())["g1"]["state"]) == ("sent", "sent")
    assert await yard.refused(f"{path}/released", body | {"reason": "晚了"}) == (409, "OutOfDate")


async def test_an_empty_truck_is_not_sent(yard: Yard) -> None:
    await yard.dark("F2", back=200)
    await yard.dark("L4", back=300)  # what is left in the tank would last
    fed = by_target(await yard.confirm(await yard.plan(routes={"g1": [HOSPITAL, FLAT]})))
    await yard.step(fed[HOSPITAL], "released", reason="不再需要")
    await yard.tell("g1", fuel_h=0)
    path, body = f"/generator-assignments/{fed[FLAT]['id']}", {"version": fed[FLAT]["version"]}
    assert await yard.refused(f"{path}/send", body) == (409, "NoFuel")


async def test_who_may_say_what_of_a_truck(yard: Yard, plan: dict[str, Any]) -> None:
    one = by_target(await yard.confirm(plan))[HOSPITAL]
    path, body = f"/generator-assignments/{one['id']}", {"version": one["version"]}
    assert await yard.refused(f"{path}/connected", body, by="ninghai") == (404, "NoSuchAssignment")
    assert await yard.refused(f"{path}/connected", body, by="seat") == (403, "Forbidden")
    truck = (await yard.trucks())["g1"]
    said = {"version": truck["version"]}
    assert await yard.refused("/generators/g1/state", said, by="ninghai") == (404, "NoSuchTruck")
    assert await yard.refused("/generators/g1/state", said) == (409, "TruckBusy")
    assert await yard.refused("/generators/g9/state", said) == (404, "NoSuchTruck")
    assert await yard.refused("/generators/g1/state", {"version": 1, "out": "坏"}) == (409, "OutOfDate")
    assert (await yard.trucks(by="leader")).keys() == {"g1", "g2", "g3"}
