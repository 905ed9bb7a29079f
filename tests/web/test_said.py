"""What is typed: blanks are no words, a bad row holds nobody up, and no text that comes in is lost."""

import json
from typing import Any

import pytest

from dispatch.accounts.sessions import digest
from dispatch.kit.trimming import trimmed
from tests.web.conftest import CALL, TOKEN, Centre, key
from tests.worlds import stranger

MACHINE = """
INSERT INTO account (id, login, name, role, area, created_at) VALUES ('sms', 'sms', '短信网关', 'GATEWAY', '33', now())
"""
BLANKS = [" ", "\u3000", "\u200b", "\ufeff \t\n", "\u2060\u180e", "\u3164"]


@pytest.mark.parametrize("blank", BLANKS)
def test_what_cannot_be_seen_is_no_text(blank: str) -> None:
    assert trimmed(blank) == ""
    assert trimmed(f"{blank}东街 1号{blank}") == "东街 1号"


@pytest.mark.parametrize("blank", BLANKS)
async def test_a_reason_of_blanks_is_no_reason(centre: Centre, blank: str) -> None:
    ticket, parent = await centre.call(), await centre.call()
    said: list[tuple[str, str, dict[str, Any]]] = [
        ("xiangshan", "merge", {"into": parent["id"], "evidence": blank}),
        ("xiangshan", "note", {"note": "helped", "text": blank}),
        ("xiangshan", "correct", {"reason": blank, "address": "东街2号"}),
        ("monitor", "supervise", {"reason": blank, "addressee": "county_director"}),
        ("seat", "excuse", {"reason": "traffic", "explanation": blank, "told_at": "2026-07-01T09:00:00+08:00"}),
        ("seat", "cancel", {"reason": blank, "meter": "live"}),
    ]
    for who, command, words in said:
        refused = await centre.tries(who, ticket, command, **words)
        assert refused.status_code == 422, (command, refused.text)
    assert (await centre.call(address=blank))["address"] == ""  # the point on the map finds it


async def test_telephones_are_told_in_words_and_full_width_digits_are_digits(centre: Centre) -> None:
    seat, phone = await centre.by("seat"), stranger()
    refused = await seat.post("/calls", json=CALL | {"phone": "一三九"}, headers=key())
    assert (refused.status_code, "电话号码" in refused.json()["error"]["message"]) == (422, True)
    first = await centre.call(phone=phone)
    wide = phone.translate({ord(digit): 0xFF10 + int(digit) for digit in "0123456789"})
    for same in (wide, f"0{phone}"):  # the trunk prefix is dialled, not the customer's
        assert (await centre.call(phone=same))["id"] == first["id"]


async def test_a_row_that_cannot_be_read_does_not_hold_up_the_arrival_beside_it(centre: Centre) -> None:
    ticket = await centre.call()
    await centre.does("xiangshan", ticket, "accept")
    await centre.does("xiangshan", ticket, "dispatch", crew_id="c1")
    here = {"lon": 121.87, "lat": 29.48, "accuracy_m": 12.0}
    arrival = {"report_id": "r1", "ticket_id": ticket["id"], "kind": "arrive", "at": "2026-07-01T09:00:00+08:00"}
    bad = {"report_id": "r2", "ticket_id": ticket["id"], "kind": "progress", "at": arrival["at"], "text": "a\0b"}
    rows = [bad, bad | {"report_id": "r\0"}, 7, None, ["x"], {"a\0": "\ud800"}, arrival | {"position": here}]
    crew = await centre.by("crew-1")
    sent = json.dumps({"reports": rows})  # with escapes, as phones do: half a pair cannot be written otherwise
    answer = await crew.post("/field-reports", content=sent, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text
    outcomes = [one["outcome"] for one in answer.json()["reports"]]
    assert (len(outcomes), outcomes[-1]) == (7, "accepted")
    assert set(outcomes[1:-1]) == {"refused"}
    assert (await crew.get(f"/tickets/{ticket['id']}")).json()["stage"] == "arrived"


@pytest.mark.parametrize(
    ("sender", "text"), [("13900009991", "没\0电"), ("13900009992", "停电" * 900), ("BANK13900009993", "退订")]
)
async def test_no_text_that_comes_in_is_refused(centre: Centre, sender: str, text: str) -> None:
    said = {"id": f"in-{len(text)}", "from": sender, "text": text, "at": "2026-07-01T09:00:00+08:00"}
    async with centre.db.connection() as connection:
        await connection.execute(MACHINE)
        await connection.execute(TOKEN, digest("token-of-sms"), "sms")
    answer = await (await centre.by("sms")).post("/gateway/inbound", json=said)
    assert (answer.status_code, answer.json()) == (202, {"state": "unread"})
    kept = await (await centre.by("seat")).get("/texts")
    assert [one["text"][-1:] for one in kept.json()["texts"]] == [text[-1:]], kept.text
