"""The two counties with a network that has a hospital and an estate, and short words for what a dispatcher does."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from dispatch.desk.world import World
from tests.outages.grid import network, node
from tests.servers import Server
from tests.web.conftest import Centre, centre, key
from tests.worlds import XIANGSHAN, minutes, read_world, settle

__all__ = ["centre"]

HOSPITAL, ESTATE, FLAT = "33999", "T12", "330911"  # important, its need is known; unhanded; life support below F1


def with_a_hospital() -> list[dict[str, Any]]:
    """Return the small network; the estate on F2 has 200 households, the hospital needs 300 kVA."""
    found = network()
    for each in found:
        if each["code"] == ESTATE:
            each["households"] = 196  # and four flats below it
    found.append(node("T11-B3", "box", "T11", "医院配电房", lon=121.88, lat=29.47))
    hospital = node(HOSPITAL, "account", "T11-B3", "县医院", households=1, meter_no="M-H", protected="important")
    return [*found, hospital | {"backup_kva": 300}]


@pytest.fixture(scope="session")
def settled(server: Server, template: str) -> Iterator[str]:
    """Name of the database with two counties, and the network of one of them, that tests clone."""
    name = settle(server, template, read_world(network=with_a_hospital()))
    yield name
    server.drop(name)


@pytest.fixture
def world(dsn: str) -> World:
    """Two counties, and the network of one of them, in the database (``dsn`` is a copy of ``settled``)."""
    return read_world(network=with_a_hospital())


@dataclass
class Yard:
    """Short words for what is said of outages and trucks, all over HTTP."""

    centre: Centre

    def at(self, n: float) -> None:
        self.centre.set_clock(minutes(n))

    async def posts(self, path: str, body: Any, *, by: str = "xiangshan") -> httpx.Response:
        return await (await self.centre.by(by)).post(path, json=body, headers=key())

    async def says(self, path: str, body: Any, *, by: str = "xiangshan", status: int = 200) -> dict[str, Any]:
        answer = await self.posts(path, body, by=by)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def refused(self, path: str, body: Any, *, by: str = "xiangshan") -> tuple[int, str]:
        answer = await self.posts(path, body, by=by)
        return answer.status_code, answer.json()["error"]["code"]

    async def dark(self, node: str, *, back: float | None = None, begun: float = 0) -> dict[str, Any]:
        """Let a fault be published; ``back``: its expected restoration, in minutes."""
        body = {"kind": "fault", "node": node, "begins_at": minutes(begun).isoformat(), "cause": "线路故障"}
        body |= {} if back is None else {"etr_at": minutes(back).isoformat()}
        return await self.says("/outages", body, status=201)

    async def bright(self, outage: dict[str, Any], n: float) -> None:
        self.at(n)
        client = await self.centre.by("xiangshan")
        answer = await client.patch(
            f"/outages/{outage['id']}", json={"ended_at": minutes(n).isoformat()}, headers=key()
        )
        assert answer.status_code == 200, answer.text

    async def plan(self, area: str = XIANGSHAN, *, by: str = "xiangshan", **more: Any) -> dict[str, Any]:
        return await self.says("/generator-plans", {"area": area, **more}, by=by, status=201)

    async def confirm(self, plan: dict[str, Any], *, by: str = "xiangshan", **more: Any) -> dict[str, Any]:
        body = {"version": plan["version"], **more}
        return await self.says(f"/generator-plans/{plan['id']}/confirm", body, by=by)

    async def step(self, one: dict[str, Any], step: str, *, by: str = "xiangshan", **more: Any) -> dict[str, Any]:
        body = {"version": one["version"], **more}
        return await self.says(f"/generator-assignments/{one['id']}/{step}", body, by=by)

    async def trucks(self, *, by: str = "xiangshan") -> dict[str, dict[str, Any]]:
        answer = await (await self.centre.by(by)).get("/generators")
        assert answer.status_code == 200, answer.text
        return {truck["id"]: truck for truck in answer.json()["trucks"]}

    async def tell(self, truck_id: str, *, by: str = "xiangshan", **said: Any) -> dict[str, Any]:
        version = (await self.trucks())[truck_id]["version"]
        return await self.says(f"/generators/{truck_id}/state", {"version": version, **said}, by=by)


def by_target(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the assignments of a plan by whom they feed."""
    return {one["target"]: one for one in plan["assignments"]}


@pytest.fixture
async def yard(centre: Centre) -> Yard:
    return Yard(centre)
