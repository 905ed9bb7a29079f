"""Message texts in the administrator's hands: seen, checked, changed, put back; what was written before stays."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from dispatch.notify.templates import TEMPLATES, Occasion
from tests.web.conftest import Centre, key
from tests.web.conftest import centre as centre

OWN = "【国网宁波供电】您好,工单{ticket_no}已受理,抢修人员正在安排。"
STANDARD = TEMPLATES[Occasion.ACCEPTED].text
BODY = "SELECT body FROM message WHERE ticket_id = $1 AND occasion = 'accepted'"
AUDIT = "SELECT account_id, action, details FROM audit WHERE subject = 'accepted' ORDER BY id"
PATH = "/message-templates/accepted"


@pytest.fixture
async def admin(centre: Centre) -> httpx.AsyncClient:
    return await centre.by("admin")


def said(text: str = OWN, revision: int = 0, reason: str = "甬电〔2026〕7号") -> dict[str, Any]:
    return {"text": text, "reason": reason, "revision": revision}


async def shown(client: httpx.AsyncClient, occasion: str = "accepted") -> dict[str, Any]:
    answer = await client.get("/message-templates")
    assert answer.status_code == 200, answer.text
    one: dict[str, Any] = next(each for each in answer.json()["templates"] if each["occasion"] == occasion)
    return one


async def written(centre: Centre) -> str:
    """Let a report be taken; return what the customer is told."""
    ticket = await centre.does("xiangshan", await centre.call(), "accept")
    async with centre.db.connection() as connection:
        body: str = await connection.fetchval(BODY, ticket["id"])
    return body


async def audited(centre: Centre) -> list[tuple[str, str, str | None]]:
    async with centre.db.connection() as connection:
        rows = await connection.fetch(AUDIT)
    return [(row["account_id"], row["action"], json.loads(row["details"])["after"]) for row in rows]


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_every_occasion_is_listed_with_its_text_its_fields_and_an_example(admin: httpx.AsyncClient) -> None:
    found = (await admin.get("/message-templates")).json()["templates"]
    assert [one["occasion"] for one in found] == [occasion.value for occasion in Occasion]
    survey = await shown(admin, "survey")
    assert (survey["label"], survey["medium"], survey["expects"]) == ("满意度调查", "sms", "survey")
    assert (survey["own"], survey["revision"], survey["changed_by"]) == (None, 0, None)
    assert survey["fields"] == [
        {"name": "ticket_no", "label": "工单号", "most": 16, "required": True, "example": "2607010000001"}
    ]
    assert survey["checked"]["faults"] == []
    assert "{" not in survey["checked"]["example"]


async def test_a_changed_text_is_in_the_next_message_and_not_in_the_one_before(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    before = await centre.does("xiangshan", await centre.call(), "accept")
    made = await admin.put(PATH, json=said(), headers=key())
    assert made.status_code == 200, made.text
    assert (made.json()["own"], made.json()["revision"], made.json()["changed_by"]) == (OWN, 1, "admin")
    after = await written(centre)
    assert after.startswith("【国网宁波供电】您好,工单")
    assert "{" not in after
    async with centre.db.connection() as connection:
        assert (await connection.fetchval(BODY, before["id"])).startswith("【95598】您的报修已受理")
    assert await audited(centre) == [("admin", "template.change", OWN)]


async def test_the_standard_text_is_put_back(centre: Centre, admin: httpx.AsyncClient) -> None:
    await admin.put(PATH, json=said(), headers=key())
    gone = await admin.delete(PATH, params={"revision": 1})
    assert gone.status_code == 200, gone.text
    assert (gone.json()["own"], gone.json()["revision"]) == (None, 2)
    assert (await written(centre)).startswith("【95598】您的报修已受理")
    again = await admin.delete(PATH, params={"revision": 1})  # sent twice: nothing is changed
    assert (again.status_code, again.json()["revision"]) == (200, 2)
    assert [entry[1] for entry in await audited(centre)] == ["template.change", "template.reset"]
    late = await admin.put(PATH, json=said(revision=1), headers=key())  # who saw what was there before the reset
    assert code(late) == (409, "StaleWording")


async def test_the_standard_text_word_for_word_is_the_standard_text(centre: Centre, admin: httpx.AsyncClient) -> None:
    await admin.put(PATH, json=said(), headers=key())
    made = await admin.put(PATH, json=said(STANDARD, revision=1), headers=key())
    assert (made.json()["own"], made.json()["revision"]) == (None, 2)
    assert [entry[1] for entry in await audited(centre)] == ["template.change", "template.reset"]


async def test_a_check_says_how_long_it_is_and_what_is_wrong_and_keeps_nothing(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    fine = await admin.post(f"{PATH}/check", json={"text": OWN})
    assert fine.status_code == 200, fine.text
    assert fine.json()["faults"] == []
    assert fine.json()["longest"] == len(OWN) - len("{ticket_no}") + 16
    assert "2607010000001已受理" in fine.json()["example"]
    wrong = await admin.post(f"{PATH}/check", json={"text": "【95598】{crew}"})
    assert len(wrong.json()["faults"]) == 2
    assert (await admin.post(f"{PATH}/check", json={"text": ""})).json()["faults"]
    assert (await shown(admin))["own"] is None
    assert await audited(centre) == []


@pytest.mark.parametrize(
    ("occasion", "text", "wanted"),
    [
        ("accepted", "【95598】工单{ticket_no}由{crew}处理", "BadWording"),
        ("accepted", "【95598】{ticket_no}{x.__class__}", "BadWording"),
        ("accepted", "【95598】{ticket_no}{ticket_no.__class__.__mro__[1]}", "BadWording"),
        ("accepted", "【95598】{ticket_no:>999999999}", "BadWording"),
        ("accepted", "【95598】{ticket_no}" + "长" * 300, "BadWording"),
        ("accepted", "长" * 5000, "Invalid"),
        ("accepted", "", "BadWording"),
        ("accepted", " \u200b\t", "BadWording"),
        ("accepted", "【95598】{ticket_no}\u0000", "Invalid"),
        ("accepted", "【95598】{ticket_no}\n第二行", "BadWording"),
        ("survey", "【95598】{ticket_no}:满意回复1,不满意回复3", "BadWording"),
        ("restored", "【95598】{ticket_no}已于{restored_at}复电", "BadWording"),
    ],
)
async def test_a_text_that_cannot_be_sent_is_refused_and_nothing_is_kept(
    centre: Centre, admin: httpx.AsyncClient, occasion: str, text: str, wanted: str
) -> None:
    answer = await admin.put(f"/message-templates/{occasion}", json=said(text), headers=key())
    assert code(answer) == (422, wanted), answer.text
    assert answer.json()["error"]["field"] == "text"
    assert (await shown(admin, occasion))["revision"] == 0


@pytest.mark.parametrize("body", [{}, {"text": OWN}, said(reason=""), said(revision=-1), said() | {"urgent": False}])
async def test_a_change_says_why_and_upon_what(admin: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert code(await admin.put(PATH, json=body, headers=key())) == (422, "Invalid")


async def test_an_occasion_that_is_none_is_told_so(admin: httpx.AsyncClient) -> None:
    path = "/message-templates/birthday"
    for answer in (
        await admin.put(path, json=said(), headers=key()),
        await admin.post(f"{path}/check", json={"text": OWN}),
        await admin.delete(path, params={"revision": 0}),
    ):
        assert code(answer) == (404, "NoSuchTemplate")


async def test_of_two_who_change_at_once_one_is_told_to_look_again(centre: Centre, admin: httpx.AsyncClient) -> None:
    for revision in (0, 1):  # the first change of all, and a later one
        wanted = [said(f"{OWN}{n}", revision) for n in "甲乙"]
        both = await asyncio.gather(*(admin.put(PATH, json=body, headers=key()) for body in wanted))
        assert sorted(answer.status_code for answer in both) == [200, 409]
        lost = next(answer for answer in both if answer.status_code == 409)
        assert code(lost) == (409, "StaleWording")
    assert (await shown(admin))["revision"] == 2
    assert len(await audited(centre)) == 2
    assert code(await admin.delete(PATH, params={"revision": 1})) == (409, "StaleWording")


async def test_a_change_that_is_sent_again_is_made_once(centre: Centre, admin: httpx.AsyncClient) -> None:
    same = key()
    first = await admin.put(PATH, json=said(), headers=same)
    again = await admin.put(PATH, json=said(), headers=same)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert len(await audited(centre)) == 1
    other = await admin.put(PATH, json=said(revision=1), headers=same)
    assert code(other) == (422, "KeyReused")


async def test_an_auditor_reads_and_nobody_but_the_administrator_changes(centre: Centre) -> None:
    auditor = await centre.by("auditor")
    assert (await shown(auditor))["standard"] == STANDARD
    for who in ("auditor", "monitor", "seat"):
        client = await centre.by(who)
        assert code(await client.put(PATH, json=said(), headers=key())) == (403, "Forbidden")
        assert code(await client.put(PATH, content=b"{nonsense")) == (403, "Forbidden")
        assert code(await client.post(f"{PATH}/check", json={"text": OWN})) == (403, "Forbidden")
        assert code(await client.delete(PATH, params={"revision": 0})) == (403, "Forbidden")
    assert code(await (await centre.by("monitor")).get("/message-templates")) == (403, "Forbidden")
