"""事后评价 over HTTP: what the inspector reads, what the county contradicts, what the province decides."""

from datetime import timedelta
from typing import Any

from tests.web.conftest import Centre, centre
from tests.worlds import START, XIANGSHAN

__all__ = ["centre"]

DAY = {"area": XIANGSHAN, "from": "2026-07-01T00:00:00+08:00", "to": "2026-07-02T00:00:00+08:00"}
STEPS: tuple[tuple[str, str, float, dict[str, Any]], ...] = (
    ("xiangshan", "accept", 1, {}),
    ("xiangshan", "dispatch", 2, {"crew_id": "c1"}),
    ("crew-1", "crew-accept", 3, {}),
    ("crew-1", "depart", 4, {}),
    ("crew-1", "arrive", 60, {"position": {"lon": 121.87, "lat": 29.48}}),
    ("crew-1", "locate", 61, {"fault_point": "5号杆", "ownership": "grid", "photos": ["p1"]}),
    ("crew-1", "start-repair", 62, {}),
    ("crew-1", "restore", 66, {"cause_l1": "nature", "field_record": "更换绝缘子"}),
    (
        "xiangshan",
        "reply",
        68,
        {"handling": "更换绝缘子后恢复供电", "category": "lv", "cause_l1": "nature", "ownership": "grid"},
    ),
    ("auditor", "queue-callback", 69, {}),
    ("seat", "answer", 70, {"satisfied": True}),
)


async def closed(centre: Centre, **said: Any) -> dict[str, Any]:
    """A ticket whose crew was a quarter of an hour late."""
    ticket = await centre.call(**said)
    for who, command, minute, words in STEPS:
        centre.set_clock(START + timedelta(minutes=minute))
        ticket = await centre.does(who, ticket, command, **words)
    centre.set_clock(START)
    return ticket


async def test_the_story_of_an_appeal(centre: Centre) -> None:
    ticket = await closed(centre)
    path = f"/tickets/{ticket['id']}/review"
    dispatcher, monitor = await centre.by("xiangshan"), await centre.by("monitor")
    first = (await dispatcher.get(path)).json()
    assert [one["fault"] for one in first["judgements"][0]["breaches"]] == ["late_arrive"]
    score = first["judgements"][0]["score"]
    contested = {"faults": ["late_arrive"], "text": "大桥封闭", "evidence": ["交警通告"]}
    centre.set_clock(START + timedelta(hours=3))
    filed = await dispatcher.post(f"{path}/appeal", json=contested)
    assert (filed.status_code, filed.json()["granted"]) == (201, None)
    assert (await dispatcher.post(f"{path}/appeal", json=contested)).json()["error"]["code"] == "AppealPending"
    refused = await dispatcher.post(f"{path}/appeal/decide", json={"granted": [], "text": "不行"})
    assert refused.status_code == 403
    decided = await monitor.post(f"{path}/appeal/decide", json={"granted": ["late_arrive"], "text": "属实"})
    assert (decided.json()["judgement"], decided.json()["score"]) == (2, 100)
    after = (await dispatcher.get(path)).json()
    assert [one["score"] for one in after["judgements"]] == [score, 100]
    assert after["appeals"][0]["decided_by"] == "monitor"


async def test_the_neighbour_does_not_learn_that_there_is_a_review(centre: Centre) -> None:
    ticket = await closed(centre)
    there = await (await centre.by("ninghai")).get(f"/tickets/{ticket['id']}/review")
    nowhere = await (await centre.by("ninghai")).get("/tickets/no-such-ticket/review")
    assert (there.status_code, there.json()["error"]["code"]) == (nowhere.status_code, nowhere.json()["error"]["code"])


async def test_indices_come_with_their_population_and_what_cannot_be_computed_with_its_reason(centre: Centre) -> None:
    await closed(centre)
    answer = await (await centre.by("xiangshan")).get("/indices", params=DAY)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    figures = {one["index"]: one for one in body["figures"]}
    assert body["ended"] == 1
    assert (figures["arrive_time"]["value"], figures["arrive_time"]["start"]) == (60, "受理时间")
    assert (figures["arrive_in_time"]["value"], figures["satisfied"]["value"]) == (0, 1)
    assert figures["saidi"]["value"] is None
    assert "户数" in figures["saidi"]["reason"]
    assert all(one["population"] for one in body["figures"])


async def test_judged_tickets_by_breach_and_page_by_page(centre: Centre) -> None:
    one = await closed(centre)
    two = await closed(centre, phone="13900000002", address="丹城镇西街2号", account_no="3302000002")
    reader = await centre.by("xiangshan")

    async def page(**more: str) -> dict[str, Any]:
        answer = await reader.get("/reviews", params=DAY | more)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    late = await page(breach="late_arrive")
    assert {found["ticket_id"] for found in late["reviews"]} == {one["id"], two["id"]}
    assert (await page(breach="doubtful"))["reviews"] == []
    first = await page(limit="1")
    second = await page(limit="1", after=first["next"])
    assert {body["reviews"][0]["ticket_id"] for body in (first, second)} == {one["id"], two["id"]}
    assert (await page(limit="1", after=second["next"])) == {"reviews": [], "next": None}


async def test_bad_questions_are_refused_with_the_field(centre: Centre) -> None:
    reader = await centre.by("xiangshan")
    for wrong, field in (
        ({"to": DAY["from"]}, "to"),
        ({"from": "2024-01-01T00:00:00Z"}, "from"),
        ({"area": "nowhere"}, "area"),
    ):
        answer = await reader.get("/indices", params=DAY | wrong)
        assert answer.status_code in (404, 422)
        assert answer.json()["error"]["field"] == field
    answer = await reader.get("/reviews", params=DAY | {"after": "yesterday"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "BadPlace")
    assert (await reader.get("/indices", params=DAY | {"area": "330226"})).status_code == 403
    assert (await (await centre.by("crew-1")).get("/indices", params=DAY)).status_code == 403
