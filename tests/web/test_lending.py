"""Lending and the border ledger over HTTP: one county asks, another lends, the province sees what it brought."""

from datetime import timedelta
from typing import Any

import pytest

from tests.worlds import NINGHAI, START, XIANGSHAN

from .conftest import Centre, key

GRANT: dict[str, Any] = {
    "lender": NINGHAI,
    "borrower": XIANGSHAN,
    "from_at": START.isoformat(),
    "until_at": (START + timedelta(days=3)).isoformat(),
    "reason": "象山迎峰度夏",
    "approved_by": "宁海王主任",
}


async def test_a_grant_is_given_shown_and_taken_back(centre: Centre) -> None:
    ninghai, xiangshan = await centre.by("ninghai"), await centre.by("xiangshan")
    given = await ninghai.post("/lending", json=GRANT, headers=key())
    assert given.status_code == 201, given.text
    grant = given.json()
    assert (grant["kind"], grant["granted_by"], grant["approved_by"]) == ("agreement", "ninghai", "宁海王主任")
    again = await ninghai.post("/lending", json=GRANT)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "GrantOverlaps")
    listed = (await xiangshan.get("/lending", params={"in_force": "true"})).json()["grants"]
    assert [one["id"] for one in listed] == [grant["id"]]
    nobody = await xiangshan.post(f"/lending/{grant['id']}/revoke", json={"reason": "不用了"})
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (403, "Forbidden")
    ended = await ninghai.post(f"/lending/{grant['id']}/revoke", json={"reason": "宁海自用"})
    assert (ended.status_code, ended.json()["revoked_by"]) == (200, "ninghai")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"borrower": NINGHAI}, "BadGrant"),
        ({"until_at": START.isoformat()}, "BadGrant"),
        ({"approved_by": " "}, "Invalid"),
        ({"lender": "110101"}, "NoSuchArea"),
        ({"crews": 0}, "Invalid"),
        ({"kind": "gift"}, "Invalid"),
        ({"who": "我"}, "Invalid"),
    ],
)
async def test_a_grant_that_cannot_be_is_refused(centre: Centre, change: dict[str, Any], code: str) -> None:
    answer = await (await centre.by("ninghai")).post("/lending", json=GRANT | change)
    assert answer.status_code in (404, 422)
    assert answer.json()["error"]["code"] == code


async def test_the_last_crew_goes_by_name_and_the_ledger_shows_what_it_brought(centre: Centre) -> None:
    monitor, xiangshan = await centre.by("monitor"), await centre.by("xiangshan")
    kept = await monitor.put(f"/areas/{NINGHAI}/reserve", json={"crews": 2, "reason": "台风备勤"})
    assert (kept.status_code, kept.json()["crews"]) == (200, 2)
    ticket = await centre.does("xiangshan", await centre.call(), "accept")
    offers = (await xiangshan.get(f"/tickets/{ticket['id']}/offers", params={"limit": 50})).json()
    asks = {offer["crew_id"]: offer["asks"] for offer in (*offers["offers"], *offers["passed_over"])}
    assert asks.get("c3", ["OVER_RESERVE"]) == ["OVER_RESERVE"]
    path = f"/tickets/{ticket['id']}/dispatch"
    asked = await xiangshan.post(path, json={"crew_id": "c3"}, headers=key())
    assert (asked.status_code, asked.json()["error"]["code"]) == (409, "ApprovalNeeded")
    for bad in ({"name": "", "reason": "急"}, {"name": "王", "reason": " "}, {"name": "王"}, {}):
        refused = await xiangshan.post(path, json={"crew_id": "c3", "override": bad}, headers=key())
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "Invalid")
    unnamed = await xiangshan.post(path, json={"override": {"name": "王", "reason": "急"}}, headers=key())
    assert (unnamed.status_code, unnamed.json()["error"]["field"]) == (422, "crew_id")
    named = {"crew_id": "c3", "override": {"name": "宁海王主任", "reason": "客户透析"}}
    sent = await xiangshan.post(path, json=named, headers=key())
    assert sent.status_code == 200, sent.text
    last = sent.json()["dispatches"][-1]
    assert last["override"] == {"set_aside": ["OVER_RESERVE"], "name": "宁海王主任", "reason": "客户透析"}
    book = (await monitor.get("/ledger")).json()
    balance = {one["county"]: one["balance"] for one in book["balances"]}
    assert balance == {XIANGSHAN: -1, NINGHAI: 1}
    assert [(pair["lender"], pair["borrower"]) for pair in book["pairs"]] == [(NINGHAI, XIANGSHAN)]
    page = (await monitor.get("/ledger/lines", params={"across": "true", "limit": 1})).json()
    (line,) = page["lines"]
    assert (line["ticket_id"], line["lender"], line["saved_s"]) == (ticket["id"], NINGHAI, last["saved_s"])
    rest = (await monitor.get("/ledger/lines", params={"across": "true", "after": page["next"]})).json()
    assert (rest["lines"], rest["next"]) == ([], None)
    other = await xiangshan.get("/ledger", params={"area": NINGHAI})
    assert (other.status_code, other.json()["error"]["code"]) == (403, "Forbidden")


async def test_a_crew_of_another_province_is_nobodys(centre: Centre) -> None:
    ticket = await centre.does("xiangshan", await centre.call(), "accept")
    asked = {"crew_id": "34-c1", "override": {"name": "王", "reason": "急"}}
    answer = await (await centre.by("xiangshan")).post(f"/tickets/{ticket['id']}/dispatch", json=asked, headers=key())
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NoSuchCrew")
    assert "外省队伍须先录入" in answer.json()["error"]["message"]


async def test_reserves_are_listed_with_those_of_the_packs_share(centre: Centre) -> None:
    monitor = await centre.by("monitor")
    await monitor.put(f"/areas/{NINGHAI}/reserve", json={"crews": 0, "reason": "可全部借出"})
    listed = (await monitor.get("/lending/reserves")).json()["reserves"]
    assert {one["area"]: one["crews"] for one in listed} == {XIANGSHAN: None, NINGHAI: 0}
    wrong = await monitor.put("/areas/3302/reserve", json={"crews": 1, "reason": "试试"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "NotACounty")
