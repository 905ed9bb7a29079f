"""What happens to a truck between its confirmation and its return: fuel, breakdown, supply back, bad words about it."""

from typing import Any

import pytest

from tests.worlds import XIANGSHAN

from .conftest import ESTATE, HOSPITAL, Yard, by_target


@pytest.fixture
async def feeding(yard: Yard) -> dict[str, Any]:
    """The hospital's truck, connected at 9:00."""
    await yard.dark("F2", back=300)
    one = by_target(await yard.confirm(await yard.plan()))[HOSPITAL]
    yard.at(60)
    return await yard.step(one, "connected")


async def test_the_tank_of_a_truck_that_feeds_is_shown_as_it_is_by_now(yard: Yard, feeding: dict[str, Any]) -> None:
    yard.at(150)
    assert (await yard.trucks())["g1"]["fuel_h"] == 4.5
    yard.at(600)
    assert (await yard.trucks())["g1"]["fuel_h"] == 0


async def test_a_truck_that_feeds_is_filled_up_and_goes_on(yard: Yard, feeding: dict[str, Any]) -> None:
    yard.at(180)
    truck = await yard.tell("g1", fuel_h=10)
    assert (truck["state"], truck["fuel_h"], truck["assignment"]["id"]) == ("sent", 10, feeding["id"])
    yard.at(240)
    assert (await yard.trucks())["g1"]["fuel_h"] == 9
    version = (await yard.trucks())["g1"]["version"]
    place = {"version": version, "fuel_h": 9, "place": {"lon": 121.9, "lat": 29.4}}
    assert await yard.refused("/generators/g1/state", place) == (409, "TruckBusy")
    await yard.step(feeding, "released", reason="线路已修复")
    assert (await yard.trucks())["g1"]["fuel_h"] == 9


async def test_a_breakdown_leaves_the_trace_of_the_release_too(yard: Yard, feeding: dict[str, Any]) -> None:
    yard.at(120)
    await yard.tell("g1", out="发动机故障", by="leader")
    async with yard.centre.db.connection() as connection:
        acts = await connection.fetch("SELECT action, subject FROM audit WHERE action LIKE 'generator.%' ORDER BY id")
    assert [tuple(row) for row in acts][-2:] == [("generator.released", feeding["id"]), ("generator.truck", "g1")]


async def test_who_feeds_when_supply_comes_back_is_shown_so_and_what_waits_is_given_up(yard: Yard) -> None:
    outage = await yard.dark("F2", back=480)
    done = await yard.confirm(await yard.plan())
    yard.at(60)
    await yard.step(_first(done), "connected")
    shown = await _read(yard, done["id"])
    assert not any(one["supply_back"] for one in shown["assignments"])
    waiting = {one["id"] for one in shown["assignments"] if one["state"] == "planned"}
    assert waiting
    await yard.bright(outage, 90)
    shown = await _read(yard, done["id"])
    states = {one["id"]: one for one in shown["assignments"]}
    assert {(states[name]["state"], states[name]["end_reason"]) for name in waiting} == {("dropped", "停电已恢复")}
    assert all(one["supply_back"] for one in states.values() if one["state"] in ("sent", "connected"))
    trucks = await yard.trucks()
    assert trucks[_first(done)["truck_id"]]["assignment"]["supply_back"]


def _first(plan: dict[str, Any]) -> dict[str, Any]:
    return next(one for one in plan["assignments"] if one["state"] == "sent" and one["target"] == HOSPITAL)


async def _read(yard: Yard, plan_id: str) -> dict[str, Any]:
    answer = await (await yard.centre.by("xiangshan")).get(f"/generator-plans/{plan_id}")
    found: dict[str, Any] = answer.json()
    return found


async def test_where_a_part_came_back_nobody_is_planned_and_what_was_left_is(yard: Yard) -> None:
    outage = await yard.dark("F2", back=300)
    plan = await yard.plan()
    assert set(by_target(plan)) == {HOSPITAL, ESTATE}
    async with yard.centre.db.connection() as connection:  # as meters below T11 say that they are live again
        await connection.execute("UPDATE outage SET remainder = '{T12-B1}' WHERE id = $1", outage["id"])
    body = {"area": XIANGSHAN, "targets": [HOSPITAL]}
    assert await yard.refused("/generator-plans", body) == (422, "NotDark")
    done = by_target(await yard.confirm(plan))
    assert (done[HOSPITAL]["state"], done[HOSPITAL]["end_reason"]) == ("dropped", "停电已恢复")
    assert done[ESTATE]["state"] == "sent", "a part of it is dark still"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"fuel_h": -1}, "Invalid"),
        ({"fuel_h": 10.5}, "TooMuchFuel"),
        ({"fuel_h": 1e9}, "Invalid"),
        ({"fuel_h": "3"}, "Invalid"),
        ({"out": "坏" * 5000}, "Invalid"),
        ({"out": " \u200b "}, "Invalid"),
        ({"place": {"lon": 0.0, "lat": 0.0}}, "OutsideProvince"),
        ({"place": {"lon": 29.4, "lat": 89.0}}, "OutsideProvince"),
        ({"place": {"lon": 29.4, "lat": 121.9}}, "Invalid"),
        ({"place": {"lon": 121.9, "lat": 29.4, "crs": "mars"}}, "UnknownCrs"),
        ({"kva": 9000}, "Invalid"),
    ],
)
async def test_nonsense_about_a_truck_is_refused_by_name(yard: Yard, said: dict[str, Any], code: str) -> None:
    status, found = await yard.refused("/generators/g1/state", {"version": 1, **said})
    assert (status, found) == (422, code)
    assert (await yard.trucks())["g1"]["version"] == 1


async def test_what_is_no_number_is_refused(yard: Yard) -> None:
    client = await yard.centre.by("xiangshan")
    for text in ('{"version": 1, "fuel_h": NaN}', '{"version": 1, "fuel_h": Infinity}', '{"version": NaN}'):
        answer = await client.post("/generators/g1/state", content=text, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422), answer.text
