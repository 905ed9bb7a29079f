"""Half-day lists under fire: who solves is killed at the cut-off, who prints is killed beside the API process."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.web.conftest import key
from tests.worklists.halfday import CUT_OFF, DAY, DEPOT, at

from .siege import Process, Siege, family, is_gone, until, until_so

pytestmark = pytest.mark.faults

LIST = f"/worklists/{DEPOT}/{DAY.isoformat()}/am"
SOLVER, PRESS = b"dispatch.desk.worklists.apart", b"multiprocessing.spawn"


class Day:
    """What people of the small world do on a server that runs."""

    def __init__(self, site: Siege) -> None:
        self.site = site

    async def asks(self, who: str, method: str, path: str, **said: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer token-of-{who}"} | key()
        async with httpx.AsyncClient(base_url=f"{self.site.url}/api/v1", timeout=60, headers=headers) as client:
            return await client.request(method, path, **said)

    async def books(self) -> str:
        """Let 丹城 declare a team for tomorrow morning, and a customer book a visit."""
        line = {"date": DAY.isoformat(), "half": "am", "kind": "survey", "area_class": "urban", "teams": 1, "visits": 4}
        form = {"lines": [line | {"version": 0}]}
        declared = await self.asks("leader", "PUT", f"/depots/{DEPOT}/declarations/2026-W27", json=form)
        assert declared.status_code == 200, declared.text
        want = {
            "account_no": "330111", "kind": "survey", "area_class": "urban", "appointment": "fixed", "area": "330225",
            "from_at": at("09:00").isoformat(), "to_at": at("10:00").isoformat(), "place": {"lon": 121.9, "lat": 29.48},
        }  # fmt: skip
        held = await self.asks("seat", "POST", "/bookings", json=want)
        assert held.status_code == 201, held.text
        name: str = held.json()["id"]
        assert (await self.asks("seat", "POST", f"/bookings/{name}/confirm", json={})).status_code == 200
        return name

    def running(self, command: bytes, under: str) -> list[Process]:
        """Return the processes of a command that one of the server's has started."""
        below = family(self.site.pid_of(under))
        return [one for one in sorted(below) if command in command_of(one)]


def command_of(one: Process) -> bytes:
    try:
        return Path(f"/proc/{one.pid}/cmdline").read_bytes()
    except OSError:  # it has just ended
        return b""


async def test_lists_are_frozen_at_the_cut_off_though_their_solver_is_killed(site: Siege) -> None:
    day = Day(site)
    name = await day.books()
    site.clock.set(CUT_OFF)
    await until(lambda: day.running(SOLVER, "worker"))
    (hit,) = site.kill(day.running(SOLVER, "worker")[0].pid)

    async def frozen() -> bool:
        answer = await day.asks("leader", "GET", LIST)
        return answer.status_code == 200 and answer.json()["state"] == "frozen"

    await until_so(frozen)
    made = (await day.asks("leader", "GET", LIST)).json()
    assert is_gone(hit)
    assert (made["made_by"]["solver"], made["made_by"]["failure"]) == ("insertion", "died")
    assert "求解进程异常退出" in made["note"]
    assert [stop["booking_id"] for team in made["teams"] for stop in team["stops"]] == [name]


async def test_a_press_that_was_killed_prints_again_and_ends_with_its_api_process(site: Siege) -> None:
    day = Day(site)
    await day.books()
    site.clock.set(CUT_OFF - timedelta(hours=1))
    for hit_first in (False, True, True):
        if hit_first:
            (hit,) = site.kill(day.running(PRESS, "api-1")[0].pid)
            await until(lambda hit=hit: is_gone(hit))  # type: ignore[misc]
        drawn = await day.asks("leader", "GET", f"{LIST}/map.png")
        assert (drawn.status_code, drawn.content[:4]) == (200, b"\x89PNG"), drawn.text
    (press,) = day.running(PRESS, "api-1")
    (api,) = site.kill(site.pid_of("api-1"))
    await until(lambda: is_gone(press))
    await site.renewed("api-1", api)
    assert (await day.asks("leader", "GET", f"{LIST}/map.png")).status_code == 200
