"""The real application on a real database with everybody's program, and what its routes ask for."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts

from dispatch.accounts.model import Account, Role
from dispatch.accounts.sessions import digest
from dispatch.desk.world import World
from dispatch.kit.db import Database
from dispatch.kit.settings import Settings
from dispatch.web.auth import wall_now
from tests.application import application
from tests.worlds import PEOPLE, person, stranger

from .rights_table import OUTSIDE, PLACES, THIRD

SITE = "https://dispatch.test"


def routes(app: FastAPI) -> Iterator[RouteContext]:
    for route in iter_route_contexts(app.routes):
        if route.path not in OUTSIDE:
            yield route


def calls(dependant: Dependant) -> Iterator[Any]:
    yield dependant.call
    for below in dependant.dependencies:
        yield from calls(below)


def actions(route: RouteContext) -> set[str]:
    """Return the actions that the route's function or its dependencies name."""
    return {call.action for call in calls(route.dependant) if hasattr(call, "action")}


def method_of(route: RouteContext) -> str:
    (method,) = route.methods or {"none"}
    return str(method)


def token(name: str) -> str:
    return f"dm_of-{name}"


@dataclass
class Site:
    """The real app on a real database, and everybody's program."""

    app: FastAPI
    people: dict[str, Account]
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    def by(self, name: str | None) -> httpx.AsyncClient:
        key = name or ""
        if key not in self.clients:
            headers = {"Authorization": f"Bearer {token(name)}"} if name else {}
            transport = httpx.ASGITransport(self.app)
            self.clients[key] = httpx.AsyncClient(transport=transport, base_url=SITE, headers=headers)
        return self.clients[key]

    async def asks(self, name: str | None, route: RouteContext, body: object = None) -> httpx.Response:
        """Let one person use a route with a body that says nothing."""
        method = method_of(route)
        path = str(route.path).format_map(PLACES)
        body = {} if body is None else body
        key = {"Idempotency-Key": f"{name}-{abs(hash((method, path)))}"}
        return await self.by(name).request(
            method, path, json=None if method in ("GET", "DELETE") else body, headers=key
        )

    async def says(
        self, name: str, ticket_id: str, command: str, body: dict[str, Any] | bytes | None = None
    ) -> httpx.Response:
        key = {"Idempotency-Key": f"{name}-{command.replace('/', '.')}-{ticket_id}"}
        room = "callbacks" if command in ("begin", "missed", "answer") else "tickets"
        path = f"/api/v1/{room}/{ticket_id}/{command}"
        if isinstance(body, bytes):
            return await self.by(name).post(path, content=body, headers=key | {"Content-Type": "image/jpeg"})
        return await self.by(name).post(path, json=body or {}, headers=key)

    async def call(self, lon: float = 121.87, lat: float = 29.48) -> str:
        """Log a call, of 象山 if nothing else is said, and return its ticket."""
        body = {
            "channel": "phone",
            "phone": stranger(),
            "address": "丹城镇东街1号",
            "place": {"lon": lon, "lat": lat},
            "symptom": "no_power_one",
            "category": "lv",
            "level": "normal",
            "hazard": False,
        }
        headers = {"Idempotency-Key": f"call-{wall_now().timestamp()}"}
        answer = await self.by("seat").post("/api/v1/calls", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["ticket"]["id"])


@pytest.fixture
async def site(db: Database, world: World, tmp_path: Path) -> AsyncIterator[Site]:
    people = {name: person(name) for name in PEOPLE}
    people["yuyao"] = Account(id="yuyao", login="yuyao", name="y", role=Role.COUNTY_DISPATCHER, area=THIRD)
    async with db.transaction() as tx:
        await tx.execute("INSERT INTO area (code, name, level, parent) VALUES ($1, '余姚', 'county', '3302')", THIRD)
        await tx.execute(
            "INSERT INTO account (id, login, name, role, area, created_at) VALUES ($1, $1, $1, $2, $3, now())",
            "yuyao",
            "COUNTY_DISPATCHER",
            THIRD,
        )
        await tx.executemany(
            "INSERT INTO machine_token (token_hash, account_id, label, created_at) VALUES ($1, $2, '', $3)",
            [(digest(token(name)), name, wall_now()) for name in people],
        )
    app = application(Settings(database_url=db.dsn, data_dir=tmp_path))
    async with app.router.lifespan_context(app):
        site = Site(app, people)
        yield site
        for client in site.clients.values():
            await client.aclose()
