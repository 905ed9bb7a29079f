"""The whole application on a database of the test's own, with everybody of the small world at the door."""

import io
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI

from dispatch.accounts.sessions import digest
from dispatch.desk.world import World
from dispatch.kit import logs
from dispatch.kit.clock import SharedClock
from dispatch.kit.db import Database
from dispatch.kit.settings import Settings
from tests.application import application
from tests.evidence import photographed
from tests.worlds import PEOPLE, START, stranger

TOKEN = "INSERT INTO machine_token (token_hash, account_id, label, created_at) VALUES ($1, $2, 'test', now())"
COUNTED = ("call", "incident", "ticket", "ticket_event", "deadline", "outbox", "dispatch", "idempotency", "audit")
CALL: dict[str, Any] = {
    "channel": "phone",
    "phone": "13900000000",
    "address": "丹城镇东街1号",
    "place": {"lon": 121.87, "lat": 29.48},
    "symptom": "no_power_one",
    "symptom_text": "家里没电",
    "category": "lv",
    "level": "normal",
    "hazard": False,
}

_numbers = count(1)


def key() -> dict[str, str]:
    """Return a header with an Idempotency-Key that nobody used."""
    return {"Idempotency-Key": f"test-{next(_numbers):08d}"}


CALLING = {"begin", "missed", "answer"}  # steps of the return visit have a room of their own


@dataclass
class Centre:
    """The running application and those who use it; ``clock`` is the trade's time, set by the test."""

    app: FastAPI
    db: Database
    clock: SharedClock
    stack: AsyncExitStack
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    async def by(self, name: str) -> httpx.AsyncClient:
        """Return the client of one of ``PEOPLE``."""
        if name not in self.clients:
            self.clients[name] = await self.stack.enter_async_context(self.client(f"token-of-{name}"))
        return self.clients[name]

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(self.app)
        return httpx.AsyncClient(transport=transport, base_url="https://dispatch.test/api/v1", headers=headers)

    async def call(self, **said: Any) -> dict[str, Any]:
        """Let the seat log a usual call of somebody new; return its ticket."""
        body = CALL | {"phone": stranger()} | said
        answer = await (await self.by("seat")).post("/calls", json=body, headers=key())
        assert answer.status_code == 201, answer.text
        ticket: dict[str, Any] = answer.json()["ticket"]
        return ticket

    async def does(self, who: str, ticket: dict[str, Any], command: str, **said: Any) -> dict[str, Any]:
        """Let somebody take a step; return the ticket after it."""
        if said.get("photos"):
            await photographed(self.db, ticket["id"], self.clock.now())
        answer = await self.tries(who, ticket, command, **said)
        assert answer.status_code == 200, answer.text
        after: dict[str, Any] = answer.json()
        return after

    async def tries(self, who: str, ticket: dict[str, Any], command: str, **said: Any) -> httpx.Response:
        room = "callbacks" if command in CALLING else "tickets"
        path = f"/{room}/{ticket['id']}/{command}"
        return await (await self.by(who)).post(path, json=said, headers=key())

    async def rows(self) -> dict[str, int]:
        """Return how many rows there are of everything a command may write."""
        async with self.db.connection() as connection:
            return {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in COUNTED}

    def set_clock(self, at: datetime) -> None:
        self.clock.set(at)


@pytest.fixture
async def centre(dsn: str, db: Database, world: World, tmp_path: Path) -> AsyncIterator[Centre]:
    async with db.connection() as connection:
        await connection.executemany(TOKEN, [(digest(f"token-of-{name}"), name) for name in PEOPLE])
    clock = SharedClock(tmp_path / "clock")
    clock.set(START)
    app = application(Settings(database_url=dsn, clock_path=str(tmp_path / "clock")))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        yield Centre(app, db, clock, stack)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that is logged, down to the details."""
    root = logging.getLogger()
    before = (root.handlers, root.level)
    stream = io.StringIO()
    logs.configure(process="api", level=logging.DEBUG, stream=stream)
    structlog.configure(cache_logger_on_first_use=False)  # a logger of another test keeps no stream of this one
    yield stream
    root.handlers, root.level = before
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
