"""Grid service tasks over HTTP: what a county's console and a crew's telephone see and do."""

from typing import Any

import httpx
import pytest

from tests.worlds import XIANGSHAN

from .conftest import Centre, key

TASK: dict[str, Any] = {
    "kind": "voltage_check",
    "place": {"lon": 121.881, "lat": 29.471},
    "area_class": "urban",
    "address": "丹城镇东街1号",
    "due": "2026-07-03",
}


async def makes(centre: Centre, *tasks: dict[str, Any], who: str = "xiangshan", **said: Any) -> httpx.Response:
    body = {"area": XIANGSHAN, "tasks": [TASK | task for task in tasks or ({},)]} | said
    return await (await centre.by(who)).post("/grid-tasks", json=body, headers=key())


async def test_a_task_from_the_county_to_the_crew_and_back(centre: Centre) -> None:
    made = await makes(centre, {}, {"kind": "patrol"})
    assert made.status_code == 201, made.text
    first = made.json()["tasks"][0]
    assert (first["state"], first["work_min"], first["version"]) == ("open", 20, 1)
    crew, county = await centre.by("crew-1"), await centre.by("xiangshan")
    offered = (await crew.get("/crews/c1/tasks")).json()
    assert (len(offered["offers"]), offered["reason"], offered["taken"]) == (2, None, None)
    task = offered["offers"][0]
    assert task["why"].startswith("绕路 ")
    path = f"/grid-tasks/{task['id']}"
    stale = await crew.post(f"{path}/accept", json={"version": 1})
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "StaleTask")
    header = key()
    taken, again = [await crew.post(f"{path}/accept", json={}, headers=header) for _ in range(2)]
    assert (taken.status_code, taken.json()["state"]) == (200, "taken")
    assert again.json() == taken.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    done = await crew.post(f"{path}/done", json={"result": "231 V"})
    assert (done.status_code, done.json()["state"], done.json()["result"]) == (200, "done", "231 V")
    told = (await county.get(path)).json()
    assert [line["step"] for line in told["log"]] == ["made", "offered", "taken", "done"]
    listed = (await county.get("/grid-tasks", params={"state": ["done", "taken"]})).json()
    assert [(each["id"], each["crew_name"]) for each in listed["tasks"]] == [(task["id"], "丹城一队")]


async def test_why_nothing_is_offered_is_said(centre: Centre) -> None:
    offered = (await (await centre.by("crew-1")).get("/crews/c1/tasks")).json()
    assert (offered["offers"], offered["reason"]) == ([], "none_open")
    assert offered["sentence"] == "丹城一队:本县没有待安排的任务"


async def test_each_keeps_to_his_own(centre: Centre) -> None:
    task = (await makes(centre)).json()["tasks"][0]
    assert (await makes(centre, who="ninghai")).json()["error"]["code"] == "Forbidden"
    assert (await (await centre.by("crew-2")).get("/crews/c1/tasks")).status_code == 403
    assert (await (await centre.by("seat")).get("/crews/c1/tasks")).status_code == 403
    hidden = await (await centre.by("ninghai")).get(f"/grid-tasks/{task['id']}")
    assert (hidden.status_code, hidden.json()["error"]["code"]) == (404, "NoSuchTask")


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"due": "2026-06-30"}, 422, "BadTask"),
        ({"due": 20260703}, 422, "Invalid"),
        ({"due": "2026-07-03T00:00:00+08:00"}, 422, "Invalid"),
        ({"place": {"lon": 29.471, "lat": 121.881}}, 422, "BadTask"),
        ({"place": {"lon": 121.88, "lat": 29.47, "crs": "utm"}}, 422, "UnknownCrs"),
        ({"kind": "repair"}, 422, "Invalid"),
        ({"address": "  "}, 422, "Invalid"),
        ({"work_min": 0}, 422, "Invalid"),
        ({"work_min": "20"}, 422, "Invalid"),
        ({"skill": "../lv"}, 422, "Invalid"),
        ({"price": 1}, 422, "Invalid"),
    ],
)
async def test_a_task_that_is_wrong_is_refused_with_the_others(
    centre: Centre, said: dict[str, Any], status: int, code: str
) -> None:
    answer = await makes(centre, {}, said)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert (await (await centre.by("xiangshan")).get("/grid-tasks")).json()["tasks"] == []


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"area": "3302"}, 422, "BadTask"),
        ({"area": "330226"}, 403, "Forbidden"),
        ({"area": "nowhere"}, 404, "NoSuchArea"),
        ({"tasks": []}, 422, "Invalid"),
        ({"tasks": [TASK] * 201}, 422, "Invalid"),
    ],
)
async def test_a_request_that_is_wrong_is_refused(centre: Centre, said: dict[str, Any], status: int, code: str) -> None:
    answer = await makes(centre, **said)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text


async def test_a_report_without_its_matter_is_refused(centre: Centre) -> None:
    task = (await makes(centre)).json()["tasks"][0]
    crew = await centre.by("crew-1")
    await crew.get("/crews/c1/tasks")
    for command, body in (("done", {}), ("done", {"result": " "}), ("decline", {}), ("accept", {"result": "x"})):
        answer = await crew.post(f"/grid-tasks/{task['id']}/{command}", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "Invalid"), command
    unknown = await crew.post("/grid-tasks/nothing/accept", json={})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "NoSuchTask")
    missing = await (await centre.by("xiangshan")).get("/crews/c9/tasks")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "NoSuchCrew")
