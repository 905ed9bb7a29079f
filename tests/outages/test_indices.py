"""Outages inside each other, through the whole application: in the indices nobody's minute counts twice."""

from typing import Any

from tests.worlds import XIANGSHAN, minutes

from .conftest import Grid
from .grid import account_no
from .repairs import walked

DAY = {"area": XIANGSHAN, "from": "2026-07-01T00:00:00+08:00", "to": "2026-07-02T00:00:00+08:00"}
REPLY = {
    "handling": "丹东线出口跳闸,巡线后试送成功恢复供电",
    "category": "hv",
    "cause_l1": "nature",
    "ownership": "grid",
}


async def tripped_and_mended(grid: Grid) -> None:
    """丹东线 (forty households) trips at 20 and is mended at 90."""
    grid.at(20)
    await grid.signal("F1", "trip", at=minutes(20), by="scada")
    (feeder,) = [one for one in await grid.outages("active") if one["kind"] == "fault"]
    ticket = (await grid.ticket(feeder["incident_ticket_id"])).model_dump(mode="json")
    for n, (who, step, said) in enumerate(STEPS):
        grid.at(22 + n)
        await grid.centre.does(who, ticket, step, **said)
    grid.at(90)
    await grid.centre.does("crew-1", ticket, "restore", cause_l1="nature", field_record="高压线路试送成功")
    await closed(grid, ticket, REPLY)


STEPS: list[tuple[str, str, dict[str, Any]]] = [
    ("xiangshan", "accept", {}),
    ("xiangshan", "dispatch", {"crew_id": "c1"}),
    ("crew-1", "arrive", {}),
    ("crew-1", "locate", {"fault_point": "出口开关", "ownership": "grid", "photos": ["p"]}),
    ("crew-1", "start-repair", {}),
]


async def closed(grid: Grid, ticket: dict[str, Any], reply: dict[str, Any]) -> None:
    await grid.centre.does("xiangshan", ticket, "reply", **reply)
    await grid.centre.does("auditor", ticket, "queue-callback")
    await grid.centre.does("seat", ticket, "answer", satisfied=True)


async def figures(grid: Grid) -> dict[str, Any]:
    answer = await (await grid.centre.by("xiangshan")).get("/indices", params=DAY)
    assert answer.status_code == 200, answer.text
    return {one["index"]: one["value"] for one in answer.json()["figures"]}


async def test_planned_work_inside_a_fault_is_not_counted_with_it(grid: Grid) -> None:
    await grid.announce("T1", 10, 60)  # four households
    await grid.ticks(10)
    await tripped_and_mended(grid)
    assert (await figures(grid))["lv_customer_hours"] * 60 == 36 * 70 + 4 * 30


async def test_a_customer_with_a_ticket_of_his_own_below_a_dark_feeder_is_one_of_its_customers(grid: Grid) -> None:
    """A danger stands apart (2.8.2): he has an incident of his own, and one outage all the same."""
    await tripped_and_mended(grid)
    before = (await figures(grid))["lv_customer_hours"]
    assert before * 60 == 40 * 70
    grid.at(0)
    ticket = await walked(grid, account_no=account_no(3), hazard=True, level="urgent")
    grid.at(50)
    await grid.centre.does("crew-1", ticket, "restore", cause_l1="nature", field_record="东街低压线落地,已处理")
    await closed(grid, ticket, REPLY | {"category": "lv", "handling": "低压接户线落地,更换后恢复供电"})
    after = (await figures(grid))["lv_customer_hours"]
    assert after * 60 == 40 * 70 + 20  # his own outage began twenty minutes sooner
