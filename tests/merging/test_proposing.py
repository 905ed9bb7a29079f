"""What a dispatcher sees of proposals to merge, and what he does with them, over HTTP."""

from typing import Any

from tests.web.conftest import Centre, key
from tests.worlds import NINGHAI, XIANGSHAN, minutes


async def accepted(centre: Centre, minute: float, **said: Any) -> dict[str, Any]:
    centre.set_clock(minutes(minute))
    return await centre.does("xiangshan", await centre.call(**said), "accept")


async def proposals(centre: Centre, path: str, who: str = "xiangshan") -> list[dict[str, Any]]:
    answer = await (await centre.by(who)).get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["proposals"]
    return found


async def test_a_dispatcher_sees_who_might_be_one_fault_and_merges_with_the_evidence(centre: Centre) -> None:
    """Golden scenario 3."""
    parent = await accepted(centre, 0)
    children = [await accepted(centre, n) for n in (3, 5, 7, 9)]
    found = await proposals(centre, "/merge-proposals")
    assert [(one["ticket_id"], one["into"]) for one in found] == [(child["id"], parent["id"]) for child in children]
    assert found[0]["evidence"] == ["相距 0 米,故障现象相同(单户无电),报修相差 3 分钟"]
    assert await proposals(centre, f"/tickets/{children[0]['id']}/merge-proposals") == found[:1]
    assert await proposals(centre, f"/tickets/{parent['id']}/merge-proposals") == found
    assert (await centre.rows())["ticket_event"] == 10  # looking merges nothing
    for one, child in zip(found, children, strict=True):
        await centre.does("xiangshan", child, "merge", into=one["into"], evidence=one["evidence"][0])
    assert await proposals(centre, "/merge-proposals") == []


async def test_what_was_turned_down_is_not_proposed_again(centre: Centre) -> None:
    parent, child = await accepted(centre, 0), await accepted(centre, 3)
    path = f"/tickets/{child['id']}/merge-proposals/{parent['id']}/decline"
    dispatcher, same = await centre.by("xiangshan"), key()
    first = await dispatcher.post(path, json={"reason": "邻户有电"}, headers=same)
    assert first.status_code == 200, first.text
    assert first.json() == {"ticket_id": child["id"], "other_id": parent["id"], "reason": "邻户有电"}
    again = await dispatcher.post(path, json={"reason": "邻户有电"}, headers=same)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (200, "true")
    assert await proposals(centre, "/merge-proposals") == []
    late = await dispatcher.post(path, json={"reason": "邻户有电"}, headers=key())
    assert (late.status_code, late.json()["error"]["code"]) == (409, "NotProposed")
    merged = await centre.does("xiangshan", child, "merge", into=parent["id"], evidence="现场核实为同一故障")
    assert merged["stage"] == "merged"  # a person may think again


async def test_accounts_of_one_box_are_found_in_the_network_s_books(centre: Centre) -> None:
    async with centre.db.transaction() as tx:
        await tx.executemany(
            "INSERT INTO network_node (code, kind, parent, name, area) VALUES ($1, $2, $3, $1, $4)",
            [
                ("F1", "feeder", None, XIANGSHAN),
                ("T1", "transformer", "F1", XIANGSHAN),
                ("B1", "box", "T1", XIANGSHAN),
                ("3301", "account", "B1", XIANGSHAN),
                ("3302", "account", "B1", XIANGSHAN),
            ],
        )
    await accepted(centre, 0, account_no="3301", place=None, county=XIANGSHAN)
    await accepted(centre, 20, account_no="3302", place=None, county=XIANGSHAN)
    (only,) = await proposals(centre, "/merge-proposals")
    assert only["evidence"] == [
        "同属台区 T1,停电时间重叠(09:00、09:20 报修,均未复电)",
        "同一表箱 B1,故障现象相同(单户无电),报修相差 20 分钟",
    ]


async def test_proposals_are_of_one_county_and_for_those_who_answer_for_it(centre: Centre) -> None:
    await accepted(centre, 0)
    ticket = await accepted(centre, 2)
    assert await proposals(centre, "/merge-proposals", "ninghai") == []
    assert len(await proposals(centre, f"/merge-proposals?area={XIANGSHAN}", "monitor")) == 1
    monitor, ninghai, seat = [await centre.by(who) for who in ("monitor", "ninghai", "seat")]
    assert (await monitor.get("/merge-proposals")).json()["error"]["code"] == "UnknownCounty"
    assert (await ninghai.get(f"/merge-proposals?area={XIANGSHAN}")).status_code == 403
    assert (await ninghai.get(f"/tickets/{ticket['id']}/merge-proposals")).status_code == 404
    assert (await seat.get(f"/merge-proposals?area={NINGHAI}")).status_code == 403
