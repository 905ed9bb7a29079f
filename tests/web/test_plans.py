"""The rolling plan over HTTP: a dispatcher is proposed a plan, asks why, has his own judged, pins, refuses, accepts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from dispatch.kit.settings import Settings
from dispatch.worker import solver
from tests.worlds import XIANGSHAN, minutes

from .conftest import Centre, key

SHIPU = {"lon": 121.93, "lat": 29.22}


@asynccontextmanager
async def solving(centre: Centre, place: Path) -> AsyncIterator[None]:
    """Let a solver work beside the application for the block."""
    stop = asyncio.Event()
    settings = Settings(database_url=centre.db.dsn, clock_path=str(place / "clock"), pool_size=4)
    task = asyncio.create_task(solver.work(settings, stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 20)


async def until(check: Callable[[], Awaitable[Any]], *, within_s: float = 60) -> Any:
    async with asyncio.timeout(within_s):
        while not (found := await check()):
            await asyncio.sleep(0.05)
    return found


async def waiting(centre: Centre, **said: Any) -> dict[str, Any]:
    return await centre.does("xiangshan", await centre.call(**said), "accept")


async def proposal(centre: Centre, *, but: str | None = None) -> dict[str, Any]:
    """Wait until 象山 is proposed a plan, another one than ``but``; return it."""
    client = await centre.by("xiangshan")

    async def look() -> dict[str, Any] | None:
        answer = await client.get("/plans", params={"area": XIANGSHAN, "state": "proposed"})
        assert answer.status_code == 200, answer.text
        plans = [plan for plan in answer.json()["plans"] if plan["id"] != but]
        return plans[0] if plans else None

    found: dict[str, Any] = await until(look)
    return found


async def why(centre: Centre, ticket: dict[str, Any]) -> dict[str, Any]:
    answer = await (await centre.by("xiangshan")).get(f"/tickets/{ticket['id']}/why")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_dispatcher_is_proposed_a_plan_and_sends_the_crews_by_accepting_it(
    centre: Centre, tmp_path: Path
) -> None:
    town, port = await waiting(centre), await waiting(centre, place=SHIPU)
    assert (await why(centre, town))["standing"] == "not_planned"
    async with solving(centre, tmp_path):
        plan = await proposal(centre)
    assert set(plan["touched"]) == {town["id"], port["id"]}
    assert {stop["ticket_id"]: stop["crew_id"] for stop in plan["stops"]} == {town["id"]: "c1", port["id"]: "c2"}
    assert plan["by_rule"]["travel"] > 0
    client = await centre.by("xiangshan")
    assert (await client.get(f"/plans/{plan['id']}")).json()["id"] == plan["id"]
    stranger = await (await centre.by("ninghai")).get(f"/plans/{plan['id']}")
    assert (stranger.status_code, stranger.json()["error"]["code"]) == (404, "NoSuchPlan")
    once = key()
    accepted = await client.post(f"/plans/{plan['id']}/accept", headers=once)
    assert accepted.status_code == 200, accepted.text
    assert {one["ticket_id"]: one["crew_id"] for one in accepted.json()["dispatched"]} == {
        town["id"]: "c1",
        port["id"]: "c2",
    }
    again = await client.post(f"/plans/{plan['id']}/accept", headers=once)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    late = await client.post(f"/plans/{plan['id']}/accept", headers=key())
    assert (late.status_code, late.json()["error"]["code"]) == (409, "PlanDecided")
    told = await why(centre, town)
    assert (told["standing"], told["dispatch"]["crew_id"], told["dispatch"]["sent_by"]) == ("sent", "c1", "xiangshan")
    assert "滚动计划" in told["sentence"]
    async with centre.db.connection() as connection:
        acts = [
            row["action"] for row in await connection.fetch("SELECT action FROM audit WHERE subject = $1", plan["id"])
        ]
    assert acts == ["plan.propose", "plan.accept"]


async def test_what_is_refused_is_not_proposed_again_and_a_pin_is_heard(centre: Centre, tmp_path: Path) -> None:
    ticket = await waiting(centre)
    client = await centre.by("xiangshan")
    async with solving(centre, tmp_path):
        first = await proposal(centre)
        assert first["stops"][0]["crew_id"] == "c1"
        refused = await client.post(f"/plans/{first['id']}/refuse", json={"reason": "一队要备勤"}, headers=key())
        assert (refused.status_code, refused.json()["state"], refused.json()["decided_by"]) == (
            200,
            "refused",
            "xiangshan",
        )
        centre.set_clock(minutes(1))
        pinned = await client.post(
            f"/tickets/{ticket['id']}/pin", json={"crew_id": "c2", "reason": "客户相熟"}, headers=key()
        )
        assert pinned.status_code == 201, pinned.text
        second = await proposal(centre, but=first["id"])
    assert [stop["crew_id"] for stop in second["stops"]] == ["c2"]
    said = (await client.get("/plans", params={"area": XIANGSHAN})).json()["plans"]
    assert [plan["state"] for plan in said] == ["proposed", "refused"]
    batch = await (await centre.by("monitor")).post("/dispatching/assign-waiting", json={}, headers=key())
    assert (batch.json()["dispatched"], batch.json()["waiting"]) == ([], 1), "a pinned ticket is no batch's"


async def test_wishes_that_contradict_each_other_are_refused_and_are_taken_back(centre: Centre) -> None:
    ticket, client = await waiting(centre), await centre.by("xiangshan")
    path = f"/tickets/{ticket['id']}"

    async def say(kind: str, crew: str) -> tuple[int, str]:
        answer = await client.post(f"{path}/{kind}", json={"crew_id": crew, "reason": "试一试"}, headers=key())
        return answer.status_code, answer.json().get("error", {}).get("code", "")

    assert await say("pin", "c1") == (201, "")
    assert await say("pin", "c2") == (409, "WishContradicts")
    assert await say("veto", "c1") == (409, "WishContradicts")
    centre.set_clock(minutes(1))
    assert await say("veto", "c2") == (201, "")
    assert await say("veto", "nobody") == (404, "NoSuchCrew")
    cable = await waiting(centre, place=SHIPU)
    await centre.does("xiangshan", cable, "correct", skill="cable", reason="电缆故障")
    answer = await client.post(
        f"/tickets/{cable['id']}/pin", json={"crew_id": "c1", "reason": "最近的一队"}, headers=key()
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "CrewUnfit")
    listed = (await client.get(f"{path}/wishes")).json()["wishes"]
    assert [(one["kind"], one["crew_id"], one["crew_name"], one["set_by"]) for one in listed] == [
        ("pin", "c1", "丹城一队", "xiangshan"),
        ("veto", "c2", "石浦一队", "xiangshan"),
    ]
    undone = await client.post(f"{path}/wishes/{listed[0]['id']}/undo", json={"reason": "看错了"})
    assert (undone.status_code, undone.json()["undone_by"]) == (200, "xiangshan")
    assert await say("pin", "c1") == (201, "")
    other = await (await centre.by("ninghai")).post(f"{path}/pin", json={"crew_id": "c3", "reason": "我们去"})
    assert (other.status_code, other.json()["error"]["code"]) == (404, "NoSuchTicket")
    await centre.does("xiangshan", ticket, "dispatch", crew_id="c1")
    assert await say("veto", "c4") == (409, "NotWaiting")


async def test_a_dispatchers_own_plan_is_judged_and_told_its_cost(centre: Centre) -> None:
    town, port = await waiting(centre), await waiting(centre, place=SHIPU)
    client = await centre.by("xiangshan")

    async def judged(routes: dict[str, list[str]]) -> dict[str, Any]:
        answer = await client.post("/plans/judge", json={"area": XIANGSHAN, "routes": routes})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    good = await judged({"c1": [town["id"]], "c2": [port["id"]]})
    crossed = await judged({"c1": [port["id"]], "c2": [town["id"]]})
    half = await judged({"c1": [town["id"]]})
    assert good["judged"]["violations"] == crossed["judged"]["violations"] == {}
    assert good["judged"]["cost"] < crossed["judged"]["cost"] < half["judged"]["cost"]
    assert good["dearer"] < 0, "without a plan in force everything is left out, which is dearer"
    assert half["left_out"] == [port["id"]]
    wrong = await judged({"nobody": [town["id"]], "c2": ["no-ticket"]})
    assert wrong["judged"]["violations"]["unknown"] >= 2
    assert len(wrong["faults"]) == wrong["judged"]["violations"]["unknown"]
    late = next(fare for fare in crossed["fares"] if fare["ticket_id"] == town["id"])
    assert (late["difference"], late["later_s"]) == ("ADDED", None), "without a plan in force it was left out"
    assert town["ticket_no"] in late["sentence"]


async def test_a_dispatchers_own_plan_comes_into_force_unless_it_breaks_something(centre: Centre) -> None:
    town, port = await waiting(centre), await waiting(centre, place=SHIPU)
    client = await centre.by("xiangshan")
    twice = await client.post("/plans/judge", json={"area": XIANGSHAN, "routes": {"c1": [town["id"]] * 2}})
    assert (twice.status_code, twice.json()["error"]["code"]) == (422, "TicketTwice")
    body = {"area": XIANGSHAN, "routes": {"nobody": [town["id"]]}, "reason": "照旧例"}
    broken = await client.post("/plans", json=body, headers=key())
    assert (broken.status_code, broken.json()["error"]["code"]) == (409, "PlanBreaks")
    body["routes"] = {"c1": [town["id"], port["id"]]}
    own = await client.post("/plans", json=body, headers=key())
    assert own.status_code == 201, own.text
    assert (own.json()["source"], own.json()["author"], own.json()["state"]) == ("person", "xiangshan", "published")
    told = await why(centre, port)
    assert (told["standing"], told["before"], told["stop"]["crew_id"]) == ("planned", [town["id"]], "c1")
    assert (told["plan_id"], told["chosen"]["crew_id"]) == (own.json()["id"], "c1")
    assert "c2" in {one["crew_id"] for one in told["crews"]}
    assert f"前面还有 1 单({town['ticket_no']})" in told["sentence"]
    foreign = await (await centre.by("ninghai")).post("/plans/judge", json={"area": XIANGSHAN, "routes": {}})
    assert (foreign.status_code, foreign.json()["error"]["code"]) == (403, "Forbidden")


async def test_a_ticket_that_nobody_can_do_is_told_why_and_what_would_help(centre: Centre) -> None:
    ticket, client = await waiting(centre), await centre.by("xiangshan")
    for crew in ("c1", "c2", "c3", "c4"):
        await client.post(f"/tickets/{ticket['id']}/veto", json={"crew_id": crew, "reason": "纠纷"}, headers=key())
    nobody = await client.get("/tickets/no-such-ticket/why")
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (404, "NoSuchTicket")
    neighbour = await (await centre.by("ninghai")).get(f"/tickets/{ticket['id']}/why")
    assert (neighbour.status_code, neighbour.json()["error"]["code"]) == (404, "NoSuchTicket")
    told = await why(centre, ticket)
    assert (told["standing"], told["crews"]) == ("left_out", [])
    assert "取消排除 丹城一队" in told["sentence"]
    first = told["remedies"][0]
    assert (first["help"], first["crew_ids"], first["price"]) == ("RELEASE", ["c1"], 30)
    assert (told["reason"], told["counts"]) == ("PIN_VETO", {"VETOED": 4})


async def test_a_crew_is_called_out_and_nobody_can_send_it_until_it_is_back(centre: Centre) -> None:
    ticket, client = await waiting(centre), await centre.by("xiangshan")
    out = await client.post("/crews/c1/out", json={"cause": "vehicle_down", "reason": "爆胎"})
    assert (out.status_code, out.json()["cause"]) == (200, "vehicle_down")
    again = await client.post("/crews/c1/out", json={"cause": "ill"})
    assert again.json()["id"] == out.json()["id"]
    sent = await client.post(f"/tickets/{ticket['id']}/dispatch", json={"crew_id": "c1"}, headers=key())
    assert sent.status_code == 409, sent.text
    listed = (await client.get("/crew-outages", params={"area": XIANGSHAN})).json()["outings"]
    assert [one["crew_id"] for one in listed] == ["c1"]
    async with centre.db.connection() as connection:
        asked = await connection.fetchrow("SELECT area, cause, subject FROM solver_event")
    assert asked is not None
    assert tuple(asked) == ("3302", "vehicle_down", "c1")
    strange = await (await centre.by("ninghai")).post("/crews/c1/back")
    assert strange.status_code == 403
    back = await client.post("/crews/c1/back")
    assert (back.status_code, back.json()["ended_by"]) == (200, "xiangshan")
    assert (await client.post("/crews/c1/back")).json()["error"]["code"] == "NotOut"
    sent = await client.post(f"/tickets/{ticket['id']}/dispatch", json={"crew_id": "c1"}, headers=key())
    assert sent.status_code == 200, sent.text


async def test_the_planning_is_told_to_be_off_until_a_solver_works(centre: Centre, tmp_path: Path) -> None:
    client = await centre.by("xiangshan")

    async def state() -> str:
        answer = await client.get("/planner", params={"area": XIANGSHAN})
        assert answer.status_code == 200, answer.text
        (region,) = answer.json()["regions"]
        assert region["region"] == "3302"
        return str(region["state"])

    async def ready() -> str:
        answer = await client.get("https://dispatch.test/health/ready")
        return str(answer.json()["parts"]["planner"]["said"])

    assert await state() == "insertion_only"
    assert "dispatch solver" in await ready()
    centre.set_clock(minutes(1))
    async with solving(centre, tmp_path):

        async def works() -> bool:
            return await state() == "ok"

        await until(works)
        assert "滚动优化正常" in await ready()
