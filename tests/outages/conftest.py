"""The small world with its network, and the whole application over it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from dispatch.desk.outages import planned
from dispatch.desk.world import World
from dispatch.tickets import store as tickets
from dispatch.tickets.model import Ticket
from tests.servers import Server
from tests.web.conftest import Centre, centre, key
from tests.worlds import minutes, read_world, settle

from .grid import network

__all__ = ["centre"]


@pytest.fixture(scope="session")
def settled(server: Server, template: str) -> Iterator[str]:
    """Name of the database with two counties, and the network of one of them, that tests clone."""
    name = settle(server, template, read_world(network=network()))
    yield name
    server.drop(name)


@pytest.fixture
def world(dsn: str) -> World:
    """Two counties, and the network of one of them, in the database (``dsn`` is a copy of ``settled``)."""
    return read_world(network=network())


@dataclass
class Grid:
    """Short words for what happens on the network, all said over HTTP."""

    centre: Centre

    def at(self, n: float) -> datetime:
        """Set the clock so many minutes after the start."""
        self.centre.set_clock(minutes(n))
        return minutes(n)

    async def says(self, who: str, path: str, body: Any, *, status: int = 200) -> Any:
        answer = await (await self.centre.by(who)).post(path, json=body, headers=key())
        assert answer.status_code == status, answer.text
        return answer.json()

    async def signal(self, device: str, kind: str = "last_gasp", *, at: datetime, by: str = "ami") -> Any:
        told = {"device": device, "kind": kind, "at": at.isoformat()}
        return await self.says(by, "/signals", {"signals": [told]}, status=202)

    async def reads(self, *meters: str, live: bool, at: datetime, **more: Any) -> Any:
        rows = [{"meter_no": meter, "at": at.isoformat(), "live": live, **more} for meter in meters]
        return await self.says("ami", "/meter-readings", {"readings": rows}, status=202)

    async def known(self, **said: Any) -> Any:
        return await self.says("seat", "/calls/known", said)

    async def attach(self, outage_id: str, ticket: Any, *, status: int = 200) -> Any:
        body = {"outage_id": outage_id, "ticket_id": ticket["id"]}
        return await self.says("seat", "/calls/known/attach", body, status=status)

    async def announce(self, node: str, begins: float, ends: float, *, kind: str = "planned") -> Any:
        times = {"begins_at": minutes(begins).isoformat(), "ends_at": minutes(ends).isoformat()}
        return await self.says("xiangshan", "/outages", {"kind": kind, "node": node, **times}, status=201)

    async def outages(self, *states: str) -> list[Any]:
        answer = await (await self.centre.by("seat")).get("/outages", params={"state": list(states)})
        assert answer.status_code == 200, answer.text
        found: list[Any] = answer.json()["outages"]
        return found

    async def signals(self) -> dict[tuple[str, str], tuple[str, str]]:
        answer = await (await self.centre.by("xiangshan")).get("/signals")
        assert answer.status_code == 200, answer.text
        return {(s["device"], s["kind"]): (s["verdict"], s["reason"]) for s in answer.json()["signals"]}

    async def ticks(self, n: float) -> int:
        """Let the worker take its turn so many minutes after the start; return how many outages it moved."""
        desk, at = self.centre.app.state.desk, self.at(n)
        return len(await planned.settle(desk, at=at)) + len(await planned.turn(desk, at=at))

    async def tickets(self) -> list[Any]:
        found: list[Any] = (await (await self.centre.by("seat")).get("/tickets")).json()["tickets"]
        return found

    async def ticket(self, ticket_id: str) -> Ticket:
        async with self.centre.db.connection() as connection:
            return await tickets.load(connection, ticket_id)


@pytest.fixture
async def grid(centre: Centre) -> Grid:
    return Grid(centre)
