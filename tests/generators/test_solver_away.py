"""The solver is killed while it searches: no plan is proposed by half, and a person's own plan is judged as ever."""

import asyncio

from tests.striking import strike
from tests.worlds import XIANGSHAN

from .conftest import HOSPITAL, Yard

CHILD = "dispatch.desk.generators.apart"


async def test_a_plan_whose_solver_was_killed_is_not_there_and_the_next_request_makes_it(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    before = await yard.plan()
    answer, _ = await asyncio.gather(yard.posts("/generator-plans", {"area": XIANGSHAN}), strike(CHILD))
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "SolverAway")
    assert "自编 routes" in answer.json()["error"]["message"]
    listed = (await (await yard.centre.by("xiangshan")).get("/generator-plans")).json()["plans"]
    assert [(plan["id"], plan["state"]) for plan in listed] == [(before["id"], "proposed")], "the last one still stands"
    assert (await yard.plan())["assignments"] != []


async def test_a_person_s_own_plan_is_judged_without_the_solver_and_can_be_confirmed(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    body = {"area": XIANGSHAN, "routes": {"g1": [HOSPITAL]}}
    answer, _ = await asyncio.gather(yard.posts("/generator-plans", body), strike(CHILD))
    plan = answer.json()
    assert (answer.status_code, plan["source"], plan["best"]) == (201, "person", None), answer.text
    assert "未能比较" in plan["sentence"]
    assert (await yard.confirm(plan))["assignments"][0]["state"] == "sent"
