"""A road that is closed through one API process is closed in all of them, and open again in all."""

import http
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.desk.test_roads import graph
from tests.web.conftest import CALL, key
from tests.worlds import XIANGSHAN

from .siege import Siege, until_so

__all__ = ["graph"]  # the fixture: a coast road and a longer one inland
pytestmark = pytest.mark.faults
NAMES = ("api-1", "api-2")
BEYOND = {"lon": 121.89, "lat": 29.4701}  # behind the coast road, seen from 西店


@pytest.fixture
async def siege(graph: Path) -> AsyncIterator[Siege]:
    """A server of two API processes that goes by the roads."""
    server = Siege(processes=len(NAMES), roads=graph)
    try:
        yield server
        server.look()
    finally:
        print(server.log()[-20_000:])
        await server.stop()
    await server.all_gone()


@asynccontextmanager
async def line_to(site: Siege, name: str) -> AsyncIterator[httpx.AsyncClient]:
    """Open a line to that process and no other: while it is opened the other cannot take it; it is then kept."""
    (other,) = site.kill(*(site.pid_of(one) for one in NAMES if one != name), how=signal.SIGSTOP)
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=None)
    async with httpx.AsyncClient(base_url=site.url, timeout=60, limits=limits) as client:
        try:
            assert (await client.get("/health/live")).status_code == http.HTTPStatus.OK
        finally:
            site.let_go_on(other)
        yield client


async def said(client: httpx.AsyncClient, who: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer token-of-{who}"} | (key() if method == "POST" else {})
    answer = await client.request(method, f"/api/v1{path}", json=body, headers=headers)
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def drive(client: httpx.AsyncClient, ticket: str) -> tuple[int, str]:
    """Return how long the crew of 西店 drives to the ticket, and what is said of its way."""
    offers = await said(client, "xiangshan", "GET", f"/tickets/{ticket}/offers?limit=50")
    (crew,) = [one for one in (*offers["offers"], *offers["passed_over"]) if one["crew_id"] == "c3"]
    return crew["eta_s"], crew["sentence"]


async def test_a_road_closed_in_one_process_is_closed_and_opened_in_the_other(site: Siege) -> None:
    async with AsyncExitStack() as lines:
        one, other = [await lines.enter_async_context(line_to(site, name)) for name in NAMES]
        ticket = (await said(one, "seat", "POST", "/calls", CALL | {"place": BEYOND}))["ticket"]["id"]
        free = await drive(one, ticket)
        assert await drive(other, ticket) == free
        body = {"area": XIANGSHAN, "cause": "flood", "title": "沿海线积水", "road": "沿海线"}
        closure = await said(one, "xiangshan", "POST", "/roads/closures", body)
        shut = await drive(one, ticket)
        assert shut[0] > free[0] + 60
        assert "因洪水积水(沿海线积水)封闭绕行" in shut[1], "in the process that closed it before the answer is given"

        async def heard() -> bool:
            return await drive(other, ticket) == shut

        await until_so(heard)
        await said(other, "monitor", "POST", f"/roads/closures/{closure['id']}/lift", {"reason": "水退"})
        assert await drive(other, ticket) == free

        async def open_again() -> bool:
            return await drive(one, ticket) == free

        await until_so(open_again)
