"""Offers, batches, crews and modes over HTTP: what a dispatcher's screen reads."""

from typing import Any

import pytest

from tests.worlds import NINGHAI, XIANGSHAN, minutes

from .conftest import Centre, key


async def waiting(centre: Centre, **said: Any) -> dict[str, Any]:
    return await centre.does("xiangshan", await centre.call(**said), "accept")


async def test_offers_are_ranked_with_reasons_in_words(centre: Centre) -> None:
    ticket = await waiting(centre, skill="hv")
    answer = await (await centre.by("xiangshan")).get(f"/tickets/{ticket['id']}/offers", params={"limit": 1})
    assert answer.status_code == 200
    offers = answer.json()
    assert offers["ticket_id"] == ticket["id"]
    assert [offer["crew_id"] for offer in offers["offers"]] == ["c1"]
    assert offers["best"] == offers["offers"][0] == offers["own_district"]
    assert offers["best"]["reason"] == "NEAREST"
    assert offers["best"]["sentence"].startswith("距离最近且空闲:丹城一队 ")
    assert offers["best"]["marks"] == ["NO_POSITION"]
    assert offers["counts"] == {"NO_SKILL": 2, "FARTHER": 1, "NEAREST": 1}
    assert (offers["saved_s"], offers["policy"], offers["basis"]) == (0, "nearest", "line")


@pytest.mark.parametrize("wrong", [{"limit": "0"}, {"limit": "51"}, {"policy": "fastest"}, {"crew": "c1"}])
async def test_offers_asked_for_in_a_wrong_way_are_refused(centre: Centre, wrong: dict[str, str]) -> None:
    ticket = await waiting(centre)
    answer = await (await centre.by("xiangshan")).get(f"/tickets/{ticket['id']}/offers", params=wrong)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "Invalid")


async def test_a_nearer_crew_that_may_not_go_is_shown_with_why_not(centre: Centre) -> None:
    ticket = await waiting(centre, skill="cable")
    offers = (await (await centre.by("monitor")).get(f"/tickets/{ticket['id']}/offers")).json()
    assert offers["best"]["crew_id"] == "c4"
    assert {offer["crew_id"]: offer["reason"] for offer in offers["passed_over"]} == {
        "c1": "NO_SKILL",
        "c2": "NO_SKILL",
        "c3": "NO_SKILL",
    }
    assert offers["own_district"] is None


async def test_the_province_gives_out_what_waits(centre: Centre) -> None:
    tickets = [await waiting(centre) for _ in range(5)]
    monitor = await centre.by("monitor")
    answer = await monitor.post("/dispatching/assign-waiting", json={"areas": [XIANGSHAN], "limit": 3})
    assert answer.status_code == 200
    done = answer.json()
    assert (len(done["dispatched"]), done["waiting"]) == (3, 2)
    assert {one["ticket_id"] for one in done["dispatched"]} < {ticket["id"] for ticket in tickets}
    assert all(one["eta_s"] > 0 for one in done["dispatched"])
    rest = (await monitor.post("/dispatching/assign-waiting", json={})).json()
    # the fourth crew is two hours away, and those sent will be free sooner: nobody is sent across the province
    assert (len(rest["dispatched"]), rest["waiting"]) == (0, 2)


async def test_a_batch_asked_for_again_with_its_key_is_the_same_batch(centre: Centre) -> None:
    for _ in range(4):
        await waiting(centre)
    monitor, headers = await centre.by("monitor"), key()
    first = await monitor.post("/dispatching/assign-waiting", json={"limit": 2}, headers=headers)
    again = await monitor.post("/dispatching/assign-waiting", json={"limit": 2}, headers=headers)
    assert (len(first.json()["dispatched"]), again.json()) == (2, first.json())
    assert (first.headers.get("Idempotent-Replayed"), again.headers.get("Idempotent-Replayed")) == (None, "true")
    other = await monitor.post("/dispatching/assign-waiting", json={"limit": 3}, headers=headers)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "KeyReused")
    wrong = await monitor.post("/dispatching/assign-waiting", json={}, headers={"Idempotency-Key": "short"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "BadKey")
    assert (await centre.rows())["dispatch"] == 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"limit": 0}, 422, "Invalid"),
        ({"areas": []}, 422, "Invalid"),
        ({"policy": "fastest"}, 422, "Invalid"),
        ({"areas": ["9999"]}, 404, "NoSuchArea"),
    ],
)
async def test_a_batch_asked_for_in_a_wrong_way_sends_nobody(
    centre: Centre, body: dict[str, Any], status: int, code: str
) -> None:
    await waiting(centre)
    answer = await (await centre.by("monitor")).post("/dispatching/assign-waiting", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert (await centre.rows())["dispatch"] == 0


async def test_a_crew_that_cannot_do_the_job_is_refused_with_the_field(centre: Centre) -> None:
    ticket = await waiting(centre, skill="cable")
    answer = await centre.tries("xiangshan", ticket, "dispatch", crew_id="c1")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (409, "CrewUnfit", "crew_id")
    assert error["details"]["reason"] == "NO_SKILL"
    unknown = await centre.tries("xiangshan", ticket, "dispatch", crew_id="c99")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "NoSuchCrew")


async def test_crews_are_listed_with_state_and_age_of_position(centre: Centre) -> None:
    at = {"positions": [{"crew_id": "c1", "lon": 121.9, "lat": 29.4, "at": minutes(-1).isoformat()}]}
    assert (await (await centre.by("crew-1")).post("/crews/positions", json=at)).json() == {
        "accepted": 1,
        "refused": [],
    }
    page = (await (await centre.by("xiangshan")).get("/crews", params={"limit": 1})).json()
    (crew,) = page["crews"]
    assert (crew["id"], crew["state"], crew["position_age_s"], crew["stale"]) == ("c1", "free", 60, False)
    assert page["next"] == "c1"
    rest = (await (await centre.by("xiangshan")).get("/crews", params={"limit": 2, "after": "c1"})).json()
    assert ([crew["id"] for crew in rest["crews"]], rest["next"]) == (["c2"], None)
    assert rest["crews"][0]["stale"] is True


async def test_a_countys_mode_is_switched_by_the_province_with_a_reason_and_an_end(centre: Centre) -> None:
    monitor, county = await centre.by("monitor"), await centre.by("xiangshan")
    path = f"/areas/{XIANGSHAN}/mode"
    assert (await county.get(path)).json() == {
        "area": XIANGSHAN,
        "mode": "normal",
        "set_by": None,
        "set_at": None,
        "reason": "",
        "until_at": None,
        "auto_storm": False,
        "proposal": None,
        "calm_at": None,
    }
    tried = (await county.post(f"{path}/dry-run", json={"mode": "storm"})).json()
    assert (tried["before"], tried["mode"], tried["settings"]["callback"]) == ("normal", "storm", "sms")
    assert (tried["dispatched"], tried["booked"]) == ([], [])
    said = {"mode": "quick", "reason": "台风", "until_at": minutes(90).isoformat(), "auto_storm": True}
    done = await monitor.put(path, json=said)
    assert done.status_code == 200
    assert (await county.get(path)).json() == done.json()
    assert (await county.get("/modes")).json() == {"modes": [done.json()]}
    of_all = (await monitor.get("/modes", params={"area": "3302"})).json()["modes"]
    assert [(one["area"], one["mode"]) for one in of_all] == [(XIANGSHAN, "quick"), (NINGHAI, "normal")]
    assert (done.json()["mode"], done.json()["set_by"], done.json()["auto_storm"]) == ("quick", "monitor", True)
    (change,) = (await county.get(f"{path}/history")).json()["changes"]
    assert (change["before"], change["mode"], change["reason"]) == ("normal", "quick", "台风")
    for path, body, status in (
        (f"/areas/{XIANGSHAN}/mode", {"mode": "quick"}, 422),
        (f"/areas/{XIANGSHAN}/mode", {"mode": "auto", "reason": "台风"}, 422),
        (f"/areas/{XIANGSHAN}/mode", said | {"until_at": minutes(-1).isoformat()}, 422),
        ("/areas/33/mode", {"mode": "quick", "reason": "台风"}, 422),
        ("/areas/9999/mode", {"mode": "quick", "reason": "台风"}, 404),
    ):
        assert (await monitor.put(path, json=body)).status_code == status, (path, body)
    assert (await county.put(f"/areas/{XIANGSHAN}/mode", json={"mode": "quick", "reason": "x"})).status_code == 403


async def test_the_tree_of_areas_is_listed_from_the_top(centre: Centre) -> None:
    crew = await centre.by("crew-1")
    every = [area["code"] for area in (await crew.get("/areas")).json()["areas"]]
    assert every[:4] == ["33", "3302", XIANGSHAN, "330225-1"]
    assert len(every) == 8
    below = (await crew.get("/areas", params={"under": NINGHAI})).json()["areas"]
    assert [(area["code"], area["level"], area["parent"]) for area in below] == [
        (NINGHAI, "county", "3302"),
        ("330226-1", "depot", NINGHAI),
        ("330226-2", "depot", NINGHAI),
    ]
    named = (await crew.get("/areas", params={"under": NINGHAI, "q": "城关"})).json()["areas"]
    assert [area["code"] for area in named] == ["330226-2"]
    assert (await crew.get("/areas", params={"under": "9999"})).status_code == 404
    assert (await crew.post("/areas", json={}, headers=key())).status_code == 405
