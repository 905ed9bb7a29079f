"""A dispatcher asks which truck feeds whom, sees why and what it saves, and has his own plan judged beside it."""

from tests.web.conftest import key
from tests.worlds import XIANGSHAN, minutes

from .conftest import ESTATE, FLAT, HOSPITAL, Yard, by_target


async def test_the_hospital_and_the_estate_are_fed_and_the_plan_says_what_it_saves(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    plan = await yard.plan()
    fed = by_target(plan)
    assert (plan["state"], plan["source"], plan["version"]) == ("proposed", "solver", 1)
    assert set(fed) == {HOSPITAL, ESTATE}
    assert (fed[HOSPITAL]["kva"], fed[HOSPITAL]["reasons"]["estimates"]) == (300, []), "the file says its need"
    assert (fed[ESTATE]["kva"], fed[ESTATE]["customers"]) == (300, 200)
    assert "按 200 户、每户 1.5 kVA 估计" in fed[ESTATE]["reasons"]["estimates"][0]
    assert {one["truck_id"] for one in fed.values()} == {"g1", "g3"}, "the small truck cannot feed either"
    assert fed[HOSPITAL]["truck_id"] == "g1", "the nearer truck goes to the hospital"
    assert "县医院" in fed[HOSPITAL]["reasons"]["sentence"]
    assert "其次" in fed[HOSPITAL]["reasons"]["sentence"]
    assert "停电信息" in fed[HOSPITAL]["reasons"]["restoration"]
    hours = plan["hours"]
    assert hours["customers_without"] == 201 * 5
    assert hours["customers"] < hours["customers_without"] * 0.6
    assert hours["weighted"] < hours["weighted_without"] / 2
    assert [one["truck"] for one in plan["unused"]] == ["g2"]
    assert "缺 200 kVA" in plan["unused"][0]["sentence"]


async def test_each_truck_feeds_no_longer_than_its_tank_lasts_and_none_before_it_can_be_there(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    fed = by_target(await yard.plan())
    for one in fed.values():
        assert minutes(30).isoformat() <= one["from_at"].replace("Z", "+00:00") < one["to_at"].replace("Z", "+00:00")
        assert one["leaves_at"] >= minutes(0).isoformat().replace("+00:00", "Z")


async def test_a_truck_relieves_another_that_then_feeds_the_estate(yard: Yard) -> None:
    await yard.dark("F2", back=480)  # longer than the tank of the truck that is near
    plan = await yard.plan()
    first, relief = sorted(
        (one for one in plan["assignments"] if one["target"] == HOSPITAL), key=lambda o: o["from_at"]
    )
    assert (first["truck_id"], relief["truck_id"], first["to_at"]) == ("g1", "g3", relief["from_at"])
    done = {one["id"]: one for one in (await yard.confirm(plan))["assignments"]}
    assert {done[first["id"]]["state"], done[relief["id"]]["state"]} == {"sent"}, "the relief drives for two hours"
    assert {one["state"] for one in done.values() if one["target"] == ESTATE} == {"planned"}
    one = await yard.step(done[first["id"]], "connected")
    path, body = f"/generator-assignments/{relief['id']}/connected", {"version": done[relief["id"]]["version"]}
    assert await yard.refused(path, body) == (409, "TargetTaken")
    await yard.step(one, "released", reason="由宁波发电车接替")
    assert (await yard.step(done[relief["id"]], "connected"))["state"] == "connected"


async def test_what_nobody_foretells_is_estimated_and_said_so(yard: Yard) -> None:
    await yard.dark("F2")
    fed = by_target(await yard.plan())
    assert any("预计复电时间按" in said for said in fed[HOSPITAL]["reasons"]["estimates"])


async def test_planned_work_is_fed_before_anybody_is_dark(yard: Yard) -> None:
    body = {
        "kind": "planned",
        "node": "T12",
        "begins_at": minutes(180).isoformat(),
        "ends_at": minutes(600).isoformat(),
    }
    await yard.says("/outages", body, status=201)
    plan = await yard.plan()
    fed = by_target(plan)
    assert set(fed) == {ESTATE}
    assert fed[ESTATE]["from_at"] == minutes(180).isoformat().replace("+00:00", "Z")
    assert plan["hours"]["customers"] < plan["hours"]["customers_without"]
    done = await yard.confirm(plan)
    assert by_target(done)[ESTATE]["state"] == "planned", "it need not leave for hours"


async def test_a_part_of_an_estate_is_fed_as_that_part(yard: Yard) -> None:
    await yard.dark("T12-B1", back=300)
    assert set(by_target(await yard.plan())) == {"T12-B1"}


async def test_a_device_that_the_rules_do_not_choose_is_fed_when_it_is_named(yard: Yard) -> None:
    await yard.dark("F1", back=400)
    assert set(by_target(await yard.plan())) == {FLAT}
    both = await yard.plan(targets=["T1"])
    assert {*by_target(both), *(one["target"] for one in both["dark"])} == {FLAT, "T1"}
    assert await yard.refused("/generator-plans", {"area": XIANGSHAN, "targets": ["T12"]}) == (422, "NotDark")
    assert await yard.refused("/generator-plans", {"area": XIANGSHAN, "targets": ["nowhere"]}) == (422, "NotDark")


async def test_a_protected_customer_inside_what_is_named_counts_with_it(yard: Yard) -> None:
    await yard.dark("F1", back=400)
    plan = await yard.plan(targets=["T9"])
    fed = by_target(plan)
    assert set(fed) == {"T9"}
    assert "另加重要、敏感用户" in fed["T9"]["reasons"]["estimates"][0]
    inside = {"area": XIANGSHAN, "routes": {"g2": [FLAT, "T9"]}}
    assert await yard.refused("/generator-plans", inside) == (422, "WithinAnother")


async def test_a_person_s_own_plan_is_scored_beside_the_machine_s(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    machine = await yard.plan()
    own = await yard.plan(routes={"g3": [HOSPITAL]})
    assert (own["source"], own["best"]) == ("person", machine["hours"])
    assert own["hours"]["weighted_without"] == machine["hours"]["weighted_without"]
    dearer = own["hours"]["weighted"] - machine["hours"]["weighted"]
    assert dearer > 200, "the estate stays dark"
    assert f"比优化方案多停 {dearer:,.1f} 加权户时" in own["sentence"]
    assert {one["target"]: one["code"] for one in own["dark"]} == {ESTATE: "by_hand"}
    same = await yard.plan(routes={one["truck_id"]: [one["target"]] for one in machine["assignments"]})
    assert same["hours"] == machine["hours"]
    assert "不比优化方案差" in same["sentence"]


async def test_own_routes_that_no_truck_can_do_are_refused_with_each_fault(yard: Yard) -> None:
    await yard.dark("F2", back=40)
    answer = await yard.posts("/generator-plans", {"area": XIANGSHAN, "routes": {"g2": [ESTATE], "g3": [HOSPITAL]}})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "GeneratorPlanBreaks")
    assert {"power", "late"} <= error["details"]["violations"].keys()
    assert any("缺 200 kVA" in fault for fault in error["details"]["faults"])
    assert any("已复电" in fault for fault in error["details"]["faults"])
    listed = await (await yard.centre.by("xiangshan")).get("/generator-plans")
    assert listed.json()["plans"] == []


async def test_bad_input_is_named(yard: Yard) -> None:
    plans = "/generator-plans"
    assert await yard.refused(plans, {"area": XIANGSHAN}) == (409, "NothingDark")
    await yard.dark("F2", back=300)
    assert await yard.refused(plans, {"area": "nowhere"}) == (404, "NoSuchArea")
    assert await yard.refused(plans, {"area": "330225-1"}) == (422, "NotPlannedFor")
    assert await yard.refused(plans, {"area": "3302"}) == (403, "Forbidden")
    assert await yard.refused(plans, {"area": XIANGSHAN}, by="leader") == (403, "Forbidden")
    assert await yard.refused(plans, {"area": XIANGSHAN, "routes": {}}) == (422, "Invalid")
    assert await yard.refused(plans, {"area": XIANGSHAN, "routes": {"g9": [HOSPITAL]}}) == (404, "NoSuchTruck")
    await yard.tell("g1", out="被坠物砸坏")
    assert await yard.refused(plans, {"area": XIANGSHAN, "routes": {"g1": [HOSPITAL]}}) == (409, "TruckUnavailable")
    plan = await yard.plan()
    assert [one["code"] for one in plan["unused"] if one["truck"] == "g1"] == ["out"]


async def test_a_truck_with_an_empty_tank_is_filled_up_before_it_goes(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    await yard.tell("g1", fuel_h=0)
    fed = {one["truck_id"]: one for one in (await yard.plan())["assignments"]}
    assert fed["g1"]["refuel"]
    version = (await yard.trucks())["g1"]["version"]
    assert await yard.refused("/generators/g1/state", {"version": version, "fuel_h": 11}) == (422, "TooMuchFuel")


async def test_without_any_truck_the_plan_says_so(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    async with yard.centre.db.connection() as connection:
        await connection.execute("DELETE FROM generator_truck")
    plan = await yard.plan()
    assert plan["assignments"] == []
    assert {one["code"] for one in plan["dark"]} == {"no_trucks"}
    assert plan["hours"]["customers"] == plan["hours"]["customers_without"]


async def test_the_city_plans_its_counties_together_and_a_newer_proposal_takes_the_place(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    first = await yard.plan("3302", by="monitor")
    assert by_target(first).keys() == {HOSPITAL, ESTATE}
    second = await yard.plan("3302", by="monitor")
    monitor = await yard.centre.by("monitor")
    again = (await monitor.get(f"/generator-plans/{first['id']}")).json()
    assert again["state"] == "superseded"
    assert {one["state"] for one in again["assignments"]} == {"dropped"}
    body = {"version": again["version"]}
    assert await yard.refused(f"/generator-plans/{first['id']}/confirm", body, by="monitor") == (
        409,
        "GeneratorPlanDecided",
    )
    listed = (await monitor.get("/generator-plans", params={"state": "proposed"})).json()["plans"]
    assert [plan["id"] for plan in listed] == [second["id"]]
    stranger = await (await yard.centre.by("xiangshan")).get(f"/generator-plans/{first['id']}")
    assert (stranger.status_code, stranger.json()["error"]["code"]) == (404, "NoSuchGeneratorPlan")


async def test_the_same_request_is_planned_once(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    client, once = await yard.centre.by("xiangshan"), key()
    first = await client.post("/generator-plans", json={"area": XIANGSHAN}, headers=once)
    again = await client.post("/generator-plans", json={"area": XIANGSHAN}, headers=once)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert again.json()["id"] == first.json()["id"]
