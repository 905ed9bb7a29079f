"""退单与转单位: no ping-pong, and the clock of the first report runs on."""

from datetime import datetime
from typing import Any

import pytest

from dispatch.tickets import events as e
from dispatch.tickets.loopguards import OrderedByProvince
from dispatch.tickets.terms import Addressee, EscalationReason
from dispatch.tickets.words import Limit, ReturnReason, Stage
from tests.web.conftest import Centre
from tests.web.conftest import centre as centre
from tests.worlds import NINGHAI, START, XIANGSHAN, Small, minutes

WRONG = {"reason": "WRONG_DISTRICT", "text": "该地址属邻县供电公司辖区,请转派"}


async def due(centre: Centre, ticket: dict[str, Any], limit: str) -> list[datetime]:
    async with centre.db.connection() as connection:
        rows = await connection.fetch(
            "SELECT due_at FROM deadline WHERE ticket_id = $1 AND name = $2 AND state = 'armed'", ticket["id"], limit
        )
    return [row["due_at"] for row in rows]


async def kinds(centre: Centre, ticket: dict[str, Any]) -> list[tuple[str, str]]:
    log = await (await centre.by("monitor")).get(f"/tickets/{ticket['id']}/events")
    return [(line["event"]["kind"], line["role"]) for line in log.json()["events"]]


async def test_a_wrong_district_is_passed_on_once_and_then_decided_by_the_province(centre: Centre) -> None:
    """Golden scenario 6."""
    ticket = await centre.call()
    centre.set_clock(minutes(1))
    passed_on = await centre.does("xiangshan", ticket, "return", **WRONG, right_area=NINGHAI)
    assert (passed_on["stage"], passed_on["area"], passed_on["returned_n"]) == ("submitted", NINGHAI, 1)
    assert await kinds(centre, ticket) == [
        ("submitted", "SEAT_AGENT"),
        ("returned", "COUNTY_DISPATCHER"),
        ("transferred", "SYSTEM"),
    ]
    assert await due(centre, ticket, Limit.ACCEPT) == [minutes(4)]  # anew
    assert await due(centre, ticket, Limit.ARRIVE) == [minutes(45)]  # as before
    gone = await (await centre.by("xiangshan")).get(f"/tickets/{ticket['id']}")
    assert gone.status_code == 404

    centre.set_clock(minutes(2))
    waits = await centre.does("ninghai", ticket, "return", **WRONG, right_area=XIANGSHAN)
    assert (waits["stage"], waits["area"], waits["flags"]["escalated_level"]) == ("returned", NINGHAI, 3)
    for who in ("seat", "shift"):
        refused = await centre.tries(who, ticket, "resubmit", county=XIANGSHAN)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "NeedsOrder")
    for who in ("seat", "xiangshan", "ninghai"):
        refused = await centre.tries(who, ticket, "transfer", to_area=XIANGSHAN, reason="归象山")
        assert refused.status_code in (403, 404)

    centre.set_clock(minutes(3))
    ordered = await centre.does("monitor", ticket, "transfer", to_area=XIANGSHAN, reason="现场在象山境内,由象山处理")
    assert (ordered["stage"], ordered["area"], ordered["flags"]["ordered"]) == ("submitted", XIANGSHAN, True)
    again = await centre.tries("xiangshan", ticket, "return", **WRONG, right_area=NINGHAI)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "OrderedByProvince")
    await centre.does("xiangshan", ticket, "accept")
    assert ordered["reported_at"] == ticket["reported_at"]
    assert await due(centre, ticket, Limit.ARRIVE) == [minutes(45)]


async def test_a_first_return_for_another_reason_waits_for_who_took_the_call(centre: Centre) -> None:
    ticket = await centre.call()
    said = {"reason": "NO_ADDRESS", "text": "地址不详,电话无人接听"}
    back = await centre.does("xiangshan", ticket, "return", **said)
    assert (back["stage"], back["area"], back["flags"]["escalated_level"]) == ("returned", XIANGSHAN, 0)
    again = await centre.does("seat", ticket, "resubmit", address="丹城镇东街1号2幢")
    assert again["stage"] == "submitted"
    second = await centre.does("xiangshan", ticket, "return", **said)
    assert (second["stage"], second["flags"]["escalated_level"]) == ("returned", 3)


async def test_a_wrong_district_without_the_right_one_is_no_return(centre: Centre) -> None:
    refused = await centre.tries("xiangshan", await centre.call(), "return", **WRONG)
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, "right_area")


@pytest.mark.parametrize("to", ["3302", "999999", XIANGSHAN])
async def test_the_province_transfers_to_a_county_and_to_another_one(centre: Centre, to: str) -> None:
    refused = await centre.tries("monitor", await centre.call(), "transfer", to_area=to, reason="省监控裁定")
    assert refused.status_code == 422


async def test_nobody_gives_an_order_in_the_province_s_name(centre: Centre) -> None:
    ticket = await centre.call()
    refused = await centre.tries("monitor", ticket, "transfer", to_area=NINGHAI, reason="裁定", by_order=False)
    assert refused.status_code == 422


async def test_the_second_return_is_told_to_the_province(small: Small) -> None:
    ticket = await small.call()
    for who, other in (("xiangshan", NINGHAI), ("ninghai", XIANGSHAN)):
        wrong = e.Returned(reason=ReturnReason.WRONG_DISTRICT, text=WRONG["text"], right_area=other)
        ticket = await small.does(ticket, "return", who, wrong, at=minutes(1))
    assert ticket.stage is Stage.RETURNED
    async with small.db.connection() as connection:
        kept = await connection.fetchval(
            "SELECT payload FROM ticket_event WHERE ticket_id = $1 AND kind = 'escalated'", ticket.id
        )
    raised = e.Escalated.model_validate_json(kept)
    assert (raised.reason, raised.told) == (EscalationReason.SECOND_RETURN, (Addressee.PROVINCE_MONITOR,))
    order = e.Transferred(to_area=XIANGSHAN, reason="省监控裁定")
    ticket = await small.does(ticket, "transfer", "monitor", order, at=minutes(2))
    assert (ticket.area, ticket.reported_at, ticket.flags.ordered) == (XIANGSHAN, START, True)
    again = e.Returned(reason=ReturnReason.NO_CONTACT, text="连续三次电话均无人接听")
    with pytest.raises(OrderedByProvince):
        await small.does(ticket, "return", "xiangshan", again, at=minutes(3))


async def test_a_ticket_takes_its_clocks_and_its_fault_point_with_it_to_another_county(centre: Centre) -> None:
    ticket = await centre.call()
    await centre.does("xiangshan", ticket, "return", **WRONG, right_area=NINGHAI)
    async with centre.db.connection() as connection:
        clocks = await connection.fetch("SELECT DISTINCT area FROM deadline WHERE ticket_id = $1", ticket["id"])
        incident = await connection.fetchval("SELECT area FROM incident WHERE id = $1", ticket["id"])
    assert ([row["area"] for row in clocks], incident) == ([NINGHAI], NINGHAI)
