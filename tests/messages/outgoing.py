"""A gateway with a real door, a worker's sender, and a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

import uvicorn
from starlette.types import ASGIApp

from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.notify import texts
from dispatch.notify.gateway import HttpGateway
from dispatch.notify.templates import Occasion, compose
from dispatch.simulator.gateway import SimulatedGateway, Temper
from dispatch.worker.messages import Sender
from tests.proxy import free_socket
from tests.worlds import START, XIANGSHAN

PACK = "sgcc@2026.2"
STEP = timedelta(minutes=11)  # longer than the longest wait between two tries


class Hands:
    """A clock whose hands the test moves."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass
class Post:
    """Everything between the table and the telephones."""

    desk: Desk
    sender: Sender
    simulated: SimulatedGateway
    clock: Hands
    numbers: "count[int]" = field(default_factory=count)  # ids without chance: the gateway draws by them

    async def enqueue(
        self, n: int = 1, *, occasion: Occasion = Occasion.ACCEPTED, ticket_id: str | None = None
    ) -> list[str]:
        """Put messages to as many telephones into the table."""
        rules = self.desk.packs.get(PACK).messages
        assert rules is not None
        made = []
        async with self.desk.db.transaction() as tx:
            for number in range(n):
                text = compose(occasion, {"ticket_no": f"26070100{number:05d}"})
                phone = f"1390000{number:04d}"
                message = texts.Message(f"m{next(self.numbers):05d}", XIANGSHAN, ticket_id, phone, text, PACK)
                await texts.enqueue(tx, message, rules=rules, at=self.clock.at)
                made.append(message.id)
        return made

    async def states(self) -> dict[str, int]:
        """Return how many messages stand where."""
        async with self.desk.db.connection() as connection:
            return await states(connection)

    async def until_quiet(self, turns: int = 60) -> None:
        """Let time pass until nothing waits."""
        for _ in range(turns):
            while await self.sender.turn(self.desk):
                pass
            waiting = await self.states()
            if not waiting.keys() & {"queued", "sending"}:
                return
            self.clock.at += STEP
        raise AssertionError(f"still waiting: {await self.states()}")

    async def forget_holders(self) -> None:
        """Let the minute pass after which a stopped worker's messages are free again."""
        async with self.desk.db.connection() as connection:
            await connection.execute("UPDATE message SET held_until = now() - interval '1 s' WHERE state = 'sending'")


async def states(connection: Connection) -> dict[str, int]:
    rows = await connection.fetch("SELECT state, count(*) AS n FROM message GROUP BY state")
    return {row["state"]: row["n"] for row in rows}


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[int]:
    """Serve the app on a port of this machine; what is being answered is answered before the end."""
    listening = free_socket()
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def post(desk: Desk, temper: Temper, *, at: datetime = START, timeout_s: float = 0.2) -> AsyncIterator[Post]:
    """Open the gateway's door for a test."""
    simulated, clock = SimulatedGateway(temper), Hands(at)
    async with serving(simulated.app()) as port:
        async with HttpGateway(f"http://127.0.0.1:{port}", timeout_s=timeout_s) as gateway:
            yield Post(desk, Sender(desk.db, "sgcc", gateway, clock), simulated, clock)
        await simulated.close()
