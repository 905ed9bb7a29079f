"""A region that is planned by the roads of Andorra: a pass is closed, and the plan is another before its minute."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from dispatch.accounts.sessions import digest
from dispatch.desk.world import World
from tests.faults.conftest import TOKEN
from tests.faults.siege import Siege, session, until_so
from tests.routing.roads.conftest import andorra, andorra_pbf
from tests.web.conftest import CALL, key
from tests.worlds import PEOPLE, START, WORLD, XIANGSHAN, minutes, square

__all__ = ["andorra", "andorra_pbf"]  # the fixtures: the real extract (skipped where it is absent) and its graph
pytestmark = [pytest.mark.real_data, pytest.mark.faults]

CAPITAL, BORDER = {"lon": 1.5218, "lat": 42.5063}, {"lon": 1.7337, "lat": 42.5424}  # la Vella; Pas de la Casa
SOLDEU = {"lon": 1.6676, "lat": 42.5767}  # between the two, nearer to the border
PASS = square(1.685, 42.525, 1.722, 42.565)  # Envalira, with its tunnel
SEATS = {XIANGSHAN: CAPITAL, "330225-1": CAPITAL, "330225-2": BORDER}


def mountains() -> dict[str, Any]:
    """Return the small world with one county in Andorra: a crew in the capital, one at the border."""
    areas = [area | SEATS.get(area["code"], {}) for area in WORLD["areas"]]
    county = next(area for area in areas if area["code"] == XIANGSHAN)
    county["boundary"] = square(1.40, 42.42, 1.79, 42.66)
    crews = [crew for crew in WORLD["crews"] if crew["depot"] in SEATS]
    known = {None, *(crew["id"] for crew in crews)}
    accounts = [account for account in WORLD["accounts"] if account["crew_id"] in known]
    return WORLD | {"areas": areas, "crews": crews, "accounts": accounts, "places": []}


@pytest.fixture
async def site(andorra: Path) -> AsyncIterator[Siege]:
    """A server that goes by the roads of Andorra, running; its solver plans."""
    server = Siege(roads=andorra)
    world = mountains()
    World.model_validate(world).check()
    try:
        server.clock.set(START)
        await server.prepare(world)
        await server.start()
        connection = await session(server.dsn)
        people = {account["id"] for account in world["accounts"]} & PEOPLE.keys()
        await connection.executemany(TOKEN, [(digest(f"token-of-{name}"), name) for name in people])
        await connection.close()
        yield server
    finally:
        print(server.log()[-20_000:])
        await server.stop()
    await server.all_gone()


class County:
    """What a dispatcher of the county does and sees."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def says(self, method: str, path: str, body: Any = None, *, who: str = "xiangshan") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer token-of-{who}"} | (key() if method == "POST" else {})
        answer = await self._client.request(method, f"/api/v1{path}", json=body, headers=headers)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def proposal(self) -> dict[str, Any]:
        """Return the plan that is proposed now; empty: there is none."""
        found = await self.says("GET", f"/plans?area={XIANGSHAN}&state=proposed")
        return dict(found["plans"][0]) if found["plans"] else {}

    async def crew_of(self, ticket_id: str) -> str | None:
        stops = (await self.proposal()).get("stops", ())
        return next((str(stop["crew_id"]) for stop in stops if stop["ticket_id"] == ticket_id), None)


async def test_a_pass_that_is_closed_gives_the_ticket_to_the_other_crew_before_the_minute_is_over(site: Siege) -> None:
    async with httpx.AsyncClient(base_url=site.url, timeout=60) as client:
        county = County(client)
        ticket = (await county.says("POST", "/calls", CALL | {"place": SOLDEU}, who="seat"))["ticket"]["id"]
        await county.says("POST", f"/tickets/{ticket}/accept", {})
        site.clock.set(minutes(1))  # and it stands still from here on: no turn is due by itself

        async def given_to(crew: str) -> bool:
            return await county.crew_of(ticket) == crew

        await until_so(lambda: given_to("c2"))
        before = await county.proposal()
        assert "because" not in before["solver"], "a turn that was due"
        body = {"area": XIANGSHAN, "cause": "snow", "title": "恩瓦利拉山口", "polygon": PASS}
        closure = await county.says("POST", "/roads/closures", body)
        await until_so(lambda: given_to("c1"))
        after = await county.proposal()
        assert (after["made_at"], after["solver"]["because"]) == (before["made_at"], "道路封闭")
        assert after["violations"] == {}
        assert after["by_rule"]["travel"] > before["by_rule"]["travel"]
        why = await county.says("GET", f"/tickets/{ticket}/why")
        assert (why["counts"], why["binding"]) == ({"NO_WAY": 1, "CHOSEN": 1}, "ONLY_ONE")
        assert "别的班组:无路可达 1 支" in why["sentence"]
        await county.says("POST", f"/roads/closures/{closure['id']}/lift", {"reason": "已除雪"})
        await until_so(lambda: given_to("c2"))
        assert (await county.proposal())["solver"]["because"] == "道路封闭"
