"""``due``: by when what is due stands with every ticket that is told, however it is told and however old its row is."""

import json
from datetime import datetime
from typing import Any

from dispatch.kit.rulepack import Packs
from dispatch.tickets.limits import deadlines
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import Limit
from tests.worlds import XIANGSHAN, minutes

from .conftest import CALL, Centre, key

PACKS = Packs.load()
OLD = "UPDATE ticket SET doc = (doc::jsonb - 'due')::json"  # as rows were before the field
WAY = [
    ("xiangshan", "accept", {}),
    ("xiangshan", "dispatch", {"crew_id": "c1"}),
    ("crew-1", "crew-accept", {}),
    ("crew-1", "depart", {}),
    ("crew-1", "arrive", {"position": {"lon": 121.87, "lat": 29.48, "accuracy_m": 8}}),
    ("xiangshan", "locate", {"ownership": "grid", "fault_point": "表箱"}),
]


def right(told: dict[str, Any]) -> bool:
    """Tell whether a ticket that was told has the clocks that run by its own word."""
    ticket = Ticket.model_validate_json(json.dumps(told))
    due = {Limit(name): datetime.fromisoformat(at) for name, at in told["due"].items()}
    return due == deadlines(ticket, PACKS.get(ticket.pack))


async def on_a_console(centre: Centre) -> list[dict[str, Any]]:
    """Return the tickets of the county as a console that comes now hears them."""
    hub = centre.app.state.hub
    console = await hub.open("xiangshan")
    await hub.subscribe(console, [XIANGSHAN], since={}, epoch=None)
    parts = [json.loads(text) for text in console.script]
    hub.leave(console)
    return [ticket for part in parts if part["kind"] == "snapshot" for ticket in part["tickets"]]


async def test_each_answer_on_the_way_tells_the_clocks_that_run(centre: Centre) -> None:
    ticket = await centre.call()
    assert ticket["due"].keys() == {"accept", "arrive"}
    assert right(ticket)
    seen = []
    for n, (who, command, said) in enumerate(WAY):
        centre.set_clock(minutes(n + 1))
        ticket = await centre.does(who, ticket, command, **said)
        assert right(ticket), command
        seen.append(set(ticket["due"]))
    assert seen[:4] == [{"dispatch", "arrive"}, {"arrive"}, {"arrive"}, {"arrive"}]
    assert seen[4:] == [{"restore", "progress"}, {"restore", "progress", "etr"}]
    async with centre.db.connection() as connection:
        bodies = [row["body"] for row in await connection.fetch("SELECT body FROM feed WHERE kind = 'ticket'")]
        bodies += [row["body"] for row in await connection.fetch("SELECT body FROM outbox WHERE kind = 'ticket'")]
    assert len(bodies) >= len(WAY) + 1
    assert all(right(json.loads(body)) for body in bodies)


async def test_what_has_ended_is_told_with_no_clock(centre: Centre) -> None:
    ticket = await centre.call()
    ticket = await centre.does("seat", ticket, "cancel", reason="客户自行恢复", meter="live")
    assert ticket["due"] == {}
    read = (await (await centre.by("seat")).get(f"/tickets/{ticket['id']}")).json()
    assert read["due"] == {}


async def test_a_row_that_is_older_than_the_field_is_told_with_its_clocks_all_the_same(centre: Centre) -> None:
    ticket = await centre.does("xiangshan", await centre.call(), "accept")
    async with centre.db.connection() as connection:
        await connection.execute(OLD)
    who = await centre.by("xiangshan")
    one = (await who.get(f"/tickets/{ticket['id']}")).json()
    (listed,) = (await who.get("/tickets")).json()["tickets"]
    (shown,) = await on_a_console(centre)
    assert one == listed == shown == ticket
    assert right(ticket)


async def test_an_old_row_has_its_clocks_from_the_next_step_on(centre: Centre) -> None:
    ticket = await centre.call()
    async with centre.db.connection() as connection:
        await connection.execute(OLD)
    after = await centre.does("xiangshan", ticket, "accept")
    assert right(after)
    async with centre.db.connection() as connection:
        kept = json.loads(await connection.fetchval("SELECT doc FROM ticket"))
    assert kept == after


async def test_the_first_answer_is_told_again_with_the_clocks_it_had(centre: Centre) -> None:
    seat, once = await centre.by("seat"), key()
    body = CALL | {"phone": "13900000017"}
    first = await seat.post("/calls", json=body, headers=once)
    await centre.does("xiangshan", first.json()["ticket"], "accept")
    again = await seat.post("/calls", json=body, headers=once)
    assert again.json()["ticket"] == first.json()["ticket"]
    assert right(again.json()["ticket"])


async def test_the_document_of_the_api_says_what_due_is(centre: Centre) -> None:
    document = centre.app.openapi()
    ticket = document["components"]["schemas"]["Ticket"]["properties"]["due"]
    assert "UTC" in ticket["description"]
