"""The solver is killed while it searches: no plan is proposed by half, and a person's own plan is judged as ever."""

import asyncio
import os
import signal
from pathlib import Path

from tests.worlds import XIANGSHAN

from .conftest import HOSPITAL, Yard

CHILD = b"dispatch.desk.generators.apart"


def children() -> list[int]:
    """Return the solvers that this process has started."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and CHILD in (entry / "cmdline").read_bytes():
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                found += [int(entry.name)] if parent == os.getpid() else []
        except OSError:  # it has just ended
            continue
    return found


async def kill_one() -> None:
    while not (found := children()):
        await asyncio.sleep(0.005)
    os.kill(found[0], signal.SIGKILL)


async def test_a_plan_whose_solver_was_killed_is_not_there_and_the_next_request_makes_it(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    before = await yard.plan()
    answer, _ = await asyncio.gather(yard.posts("/generator-plans", {"area": XIANGSHAN}), kill_one())
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "SolverAway")
    assert "自编 routes" in answer.json()["error"]["message"]
    listed = (await (await yard.centre.by("xiangshan")).get("/generator-plans")).json()["plans"]
    assert [(plan["id"], plan["state"]) for plan in listed] == [(before["id"], "proposed")], "the last one still stands"
    assert (await yard.plan())["assignments"] != []


async def test_a_person_s_own_plan_is_judged_without_the_solver_and_can_be_confirmed(yard: Yard) -> None:
    await yard.dark("F2", back=300)
    body = {"area": XIANGSHAN, "routes": {"g1": [HOSPITAL]}}
    answer, _ = await asyncio.gather(yard.posts("/generator-plans", body), kill_one())
    plan = answer.json()
    assert (answer.status_code, plan["source"], plan["best"]) == (201, "person", None), answer.text
    assert "未能比较" in plan["sentence"]
    assert (await yard.confirm(plan))["assignments"][0]["state"] == "sent"
