"""A command centre with open doors: database, sequencer, hub and a real uvicorn on a port of this machine."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Literal

import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from dispatch.accounts.doorkeeper import Doorkeeper
from dispatch.accounts.sessions import digest
from dispatch.client import Board, LiveClient, Message
from dispatch.kit.clock import WallClock
from dispatch.kit.db import Database
from dispatch.notify import feed, sequencer
from dispatch.notify.hub import Hub
from dispatch.places.areas import Area, AreaLevel, Areas
from dispatch.web import live
from tests.accounts import province
from tests.notify.county import change, read_board
from tests.proxy import free_socket

XIANGSHAN, NINGHAI = "330225", "330226"
PEOPLE = [
    ("seat", "SEAT_AGENT", "33"),
    ("dispatcher", "COUNTY_DISPATCHER", "330225"),
    ("neighbour", "COUNTY_DISPATCHER", "330226"),
    ("admin", "ADMINISTRATOR", "33"),
]


def areas() -> Areas:
    return Areas([Area(code, name, AreaLevel(level), parent) for code, name, level, parent in province.AREAS])


@dataclass
class House:
    """What a test may touch. Tokens of machines are the accounts' names; sessions are made by ``sign_in``."""

    db: Database
    dsn: str
    hub: Hub
    port: int
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def live_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/api/v1/live"

    def client(self, token: str, *areas: str, port: int | None = None) -> LiveClient:
        return LiveClient(f"http://127.0.0.1:{port or self.port}", token, areas=areas)

    async def sign_in(self, account: str, *, for_s: float = 3600) -> str:
        """Make a session and return what its cookie holds."""
        secret, now = f"session-of-{account}", datetime.now().astimezone()
        async with self.db.connection() as connection:
            await connection.execute(
                "INSERT INTO session (token_hash, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
                digest(secret), account, now, now + timedelta(seconds=for_s),
            )  # fmt: skip
        return secret

    async def wake_hub(self) -> None:
        """Let the hub's loop begin anew where it was, at once."""
        task = self.tasks.pop()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self.tasks.append(asyncio.create_task(self.hub.run()))

    async def settled(self) -> dict[str, int]:
        """Wait until every change has its number; return where the areas stand."""
        while True:
            async with self.db.connection() as connection:
                if not await connection.fetchval("SELECT count(*) FROM outbox"):
                    return await feed.heads(connection)
            await asyncio.sleep(0.01)


async def furnish(db: Database) -> None:
    await province.furnish(db)
    async with db.transaction() as tx:
        await tx.executemany(
            "INSERT INTO account (id, login, name, role, area, created_at) VALUES ($1, $1, $1, $2, $3, now())", PEOPLE
        )
        await tx.executemany(
            "INSERT INTO machine_token (token_hash, account_id, label, created_at) VALUES ($1, $2, 'test', now())",
            [(digest(name), name) for name, _role, _area in PEOPLE],
        )


def app_of(db: Database, hub: Hub) -> FastAPI:
    app = FastAPI()
    app.include_router(live.router, prefix="/api/v1")
    app.state.hub, app.state.accounts, app.state.clock = hub, Doorkeeper(db), WallClock()
    app.state.desk = SimpleNamespace(areas=areas())
    return app


@asynccontextmanager
async def serving(app: FastAPI, *, lifespan: Literal["on", "off"] = "off") -> AsyncIterator[int]:
    """Serve the app; yield the port."""
    listening = free_socket()
    config = uvicorn.Config(
        app, ws="websockets-sansio", ws_per_message_deflate=False, lifespan=lifespan, log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    yield listening.getsockname()[1]
    server.should_exit = True
    await task


@asynccontextmanager
async def open_house(db: Database, dsn: str) -> AsyncIterator[House]:
    await furnish(db)
    hub = Hub(db, read_board, WallClock())
    tasks = [asyncio.create_task(sequencer.run(dsn)), asyncio.create_task(hub.run())]
    app = app_of(db, hub)
    async with serving(app) as port:
        yield House(db, dsn, hub, port, tasks)
        hub.end_all(1012, "going down")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await app.state.accounts.close()


class Watching:
    """A console that keeps a board, for a test to look at."""

    def __init__(self, client: LiveClient, *, open_only: bool = True) -> None:
        self.client = client
        self.board = Board(open_only=open_only)
        self.messages: list[Message] = []
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Watching":
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self) -> None:
        async with self.client as live:
            async for message in live:
                self.messages.append(message)
                self.board.apply(message)

    def kinds(self) -> list[str]:
        return [type(message).__name__ for message in self.messages]

    async def reaches(self, heads: dict[str, int], *, within_s: float = 60) -> None:
        """Wait until the console has heard everything up to the given numbers."""
        async with asyncio.timeout(within_s):
            while any(self.client.seqs.get(area, -1) < seq for area, seq in heads.items()):
                await asyncio.sleep(0.01)


async def one(house: House, ticket_id: str, version: int, **facts: object) -> None:
    async with house.db.transaction() as tx:
        await change(tx, ticket_id, version, **facts)


async def rows(house: House, area: str) -> dict[str, dict]:
    """Return the open tickets that an area may see, as the tables say."""
    async with house.db.connection() as connection:
        tickets = [json.loads(ticket) for ticket in await read_board(connection, [area])]
    return {ticket["id"]: ticket for ticket in tickets}


class Line:
    """A bare websocket: what a console of another make would see."""

    def __init__(self, socket: ClientConnection) -> None:
        self.kinds: list[str] = []  # of all that was heard
        self._socket = socket
        self._heard: deque[dict] = deque()

    async def ask(self, request: dict | str | bytes) -> None:
        await self._socket.send(json.dumps(request) if isinstance(request, dict) else request)

    async def hear(self, kind: str) -> dict:
        """Return the next message of a kind; others before it are passed over."""
        async with asyncio.timeout(60):
            while True:
                while self._heard:
                    message = self._heard.popleft()
                    self.kinds.append(message["kind"])
                    if message["kind"] == kind:
                        return message
                self._heard.extend(json.loads(await self._socket.recv()))

    async def closed_with(self, *, within_s: float = 60) -> int | None:
        async with asyncio.timeout(within_s):
            with suppress(ConnectionClosed):
                while True:
                    await self._socket.recv()
        return self._socket.close_code


@asynccontextmanager
async def dialled(house: House, token: str | None = "dispatcher", **headers: str) -> AsyncIterator[Line]:
    given = headers | ({"Authorization": f"Bearer {token}"} if token else {})
    async with connect(house.live_url, additional_headers=given, compression=None, proxy=None) as socket:
        yield Line(socket)
