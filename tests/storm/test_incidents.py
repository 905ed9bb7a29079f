"""In a storm the tickets of an incident bring one 催办, one 督办单 and one escalation; each keeps its own clocks."""

from typing import Any

from dispatch.capacity.modes import Mode
from dispatch.desk.supervision import incidents
from dispatch.tickets.words import Limit
from tests.storm.conftest import storm_at
from tests.supervision.conftest import Watch
from tests.web.conftest import key
from tests.worlds import minutes

Json = dict[str, Any]
CLOCK = ("warned", "chased", "overdue", "supervised", "escalated")


async def settle(watch: Watch, at_min: float) -> int:
    return await incidents.settle(watch.desk, at=minutes(at_min), limit=100)


async def family(watch: Watch, children: int = 5) -> tuple[Json, list[Json]]:
    """Return a 主单 that a crew is on its way to, and its 副单."""
    parent = await watch.centre.call(symptom="no_power_many")
    await watch.centre.does("xiangshan", parent, "accept")
    made = [await watch.centre.call() for _ in range(children)]
    for child in made:
        await watch.centre.does("xiangshan", child, "merge", into=parent["id"], evidence="同一台区")
    return parent, made


async def run(watch: Watch, until_min: int) -> None:
    for minute in range(until_min + 1):
        await watch.look(minutes(minute))
        await settle(watch, minute)


async def kinds(watch: Watch, ticket: Json) -> list[str]:
    return [line["kind"] for line in await watch.log(ticket, *CLOCK)]


async def test_many_tickets_of_an_incident_bring_one_order(stormy: Watch) -> None:
    parent, children = await family(stormy)
    await run(stormy, 100)  # the arrival of all was due after 45 minutes, the next level after 67.5
    assert [order["ticket_id"] for order in (await stormy.list("monitor", "/supervisions"))["supervisions"]] == [
        parent["id"]
    ]
    for child in children:
        arrival = [line for line in await stormy.log(child, *CLOCK) if line.get("limit") == "arrive"]
        assert [(line["kind"], line["after_min"]) for line in arrival] == [
            ("warned", 22.5),
            ("warned", 33.75),
            ("overdue", 45),
            ("escalated", 67.5),
        ]
        assert arrival[-1]["told"] == []
        found = await stormy.ticket(child)
        assert found["supervisions"] == []
        assert await stormy.told(child) == []
    (order,) = (await stormy.ticket(parent))["supervisions"]
    notes = (await stormy.list("monitor", f"/supervisions/{order['no']}/notes"))["notes"]
    assert {note["ticket_id"] for note in notes} == {child["id"] for child in children}
    assert {(note["limit"], note["level"]) for note in notes} == {("arrive", 3), ("arrive", 4)}
    assert await stormy.is_sound()


async def test_the_same_incident_without_a_storm_warns_for_every_ticket(watch: Watch) -> None:
    _, children = await family(watch)
    await run(watch, 100)
    for child in children:
        assert "warning" in {occasion for occasion, _ in await watch.told(child)}
    async with watch.centre.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM supervision_note") == 0


async def test_a_child_that_breaks_first_brings_the_order_to_its_parent(stormy: Watch) -> None:
    """An older report may be merged into a younger ticket with a known device."""
    old = await stormy.centre.call()
    stormy.centre.set_clock(minutes(1))
    parent = await stormy.centre.call(symptom="no_power_many")
    for ticket in (old, parent):
        await stormy.centre.does("xiangshan", ticket, "accept")
    await stormy.centre.does("xiangshan", parent, "dispatch", crew_id="c1")
    await stormy.centre.does("xiangshan", old, "merge", into=parent["id"], evidence="同一台区")
    await stormy.look(minutes(45.5))
    assert [line["kind"] for line in await stormy.log(parent, *CLOCK) if line["kind"] == "supervised"] == []
    assert await settle(stormy, 45.5) == 1
    assert await settle(stormy, 45.5) == 0
    (order,) = (await stormy.ticket(parent))["supervisions"]
    assert order["reason"] == f"副单{old['ticket_no']}{Limit.ARRIVE.label}已超"
    assert await kinds(stormy, old) == ["warned", "warned", "overdue"]
    await run(stormy, 60)  # the parent's own arrival breaks: its 督办单 is there already
    assert len((await stormy.ticket(parent))["supervisions"]) == 1
    assert await stormy.is_sound()


async def test_what_was_noted_is_settled_though_the_storm_is_over(stormy: Watch) -> None:
    parent, _ = await family(stormy, children=2)
    await stormy.look(minutes(46))
    await storm_at(stormy, 47, mode=Mode.NORMAL)
    assert await settle(stormy, 47) == 1
    async with stormy.centre.db.connection() as connection:
        rows = await connection.fetch("SELECT DISTINCT settled_at IS NULL AS waits, head_id FROM supervision_note")
    assert [(row["waits"], row["head_id"]) for row in rows] == [(False, parent["id"])]


async def test_after_the_restoration_the_replies_of_an_incident_bring_one_order(stormy: Watch) -> None:
    parent, children = await family(stormy, children=3)
    await stormy.centre.does("xiangshan", parent, "dispatch", crew_id="c1")
    for minute, command, said in (
        (10, "crew-accept", {}),
        (11, "depart", {}),
        (20, "arrive", {"position": {"lon": 121.87, "lat": 29.48, "accuracy_m": 10.0}}),
        (
            30,
            "locate",
            {"fault_point": "6号杆", "ownership": "grid", "etr_at": minutes(60).isoformat(), "photos": ["a"]},
        ),
        (31, "start-repair", {}),
        (50, "restore", {"cause_l1": "nature", "field_record": "更换绝缘子", "photos": ["b"]}),
    ):
        stormy.centre.set_clock(minutes(minute))
        await stormy.centre.does("crew-1", parent, command, **said)
    for child in children:
        assert (await stormy.ticket(child))["stage"] == "restored"
    for minute in range(50, 600, 5):
        await stormy.look(minutes(minute))
        await settle(stormy, minute)
    late = [line for child in children for line in await stormy.log(child, "overdue") if line["limit"] == "reply"]
    assert len(late) == 3
    orders = (await stormy.list("monitor", "/supervisions"))["supervisions"]
    assert {order["ticket_id"] for order in orders} == {parent["id"]}
    assert await stormy.is_sound()


async def test_tickets_without_an_incident_are_supervised_as_before(stormy: Watch) -> None:
    alone = await stormy.centre.call()
    await run(stormy, 5)
    assert await kinds(stormy, alone) == ["warned", "warned", "chased", "overdue", "supervised", "escalated"]
    answer = await (await stormy.centre.by("monitor")).get(
        f"/supervisions/DB{alone['ticket_no']}-1/notes", headers=key()
    )
    assert answer.json() == {"notes": []}
    other = await (await stormy.centre.by("monitor")).get("/supervisions/DB0-1/notes")
    assert (other.status_code, other.json()["error"]["code"]) == (404, "NoSuchOrderNo")
