"""
Following the feed: one poll for the whole process, the latest changes in memory, and whoever wants to hear them.

Any process may follow: the API for its consoles, the worker and the desk for their picture of who is busy.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from dispatch.kit.db import Connection, Database
from dispatch.kit.logs import logger
from dispatch.kit.metrics import FEED_LAG
from dispatch.kit.patience import Patience

from . import feed
from .feed import Line
from .ring import GapInFeed, News, Ring

POLL_S = 0.025
LAG_S = 5.0  # how often the sequencer's backlog is looked at
WARM = 2_000  # changes read back at the start, so that consoles which were away for a moment can go on
READ = 2_000  # changes in one poll

Listener = Callable[[dict[str, Any]], None]

log = logger("follower")


class Follower:
    """
    Reads the feed on, for as long as ``run`` runs.

    ``listeners`` are given each ticket that changed (its JSON, decoded), in the order of the feed. They may see the
    same version twice and must ignore a lower one than they know; they are called after a reset only with what is new,
    so a listener that keeps state reads the tables when ``resets`` has risen.
    """

    def __init__(self, db: Database) -> None:
        self.ring = Ring()
        self.listeners: list[Listener] = []
        self.ready = asyncio.Event()
        self.epoch = ""
        self.last = 0  # number of the last change read
        self.resets = 0
        self.lag_ms = 0
        self._db = db
        self._heard_at = float("-inf")  # loop time of the last poll that was answered
        self._asked_at = float("-inf")
        self.on_news: Callable[[Mapping[str, News]], None] = lambda news: None
        self.on_reset: Callable[[], None] = lambda: None

    def is_fresh(self, within_s: float) -> bool:
        """Say whether the database answered a poll within the last seconds."""
        return asyncio.get_running_loop().time() - self._heard_at <= within_s

    async def run(self) -> None:
        """Follow until cancelled; a lost connection is replaced."""
        patience = Patience()
        while True:
            try:
                async with self._db.connection() as connection:
                    await self._begin(connection)
                    patience.restore()
                    await self._follow(connection)
            except GapInFeed as error:
                log.error("feed gap", error=str(error))
                self.epoch = ""  # begin anew
            except Exception as error:  # a killed backend raises many types, the driver's internal ones among them
                log.warning("feed interrupted", error=repr(error))
                await asyncio.sleep(patience.next_s())

    async def _begin(self, connection: Connection) -> None:
        """Go on where we were, or load where the feed stands."""
        epoch = await feed.epoch(connection)
        if epoch == self.epoch:
            return
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            self.last = await feed.last(connection)
            lines = await feed.on(connection, self.last - WARM, limit=WARM)
            self.ring.load(await feed.heads(connection), lines)
        again, self.epoch = self.ready.is_set(), epoch
        self.ready.set()
        if again:
            self.resets += 1
            self.on_reset()

    async def _follow(self, connection: Connection) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            lines = await feed.on(connection, self.last, limit=READ)
            self._heard_at = clock()
            if lines:
                self._take(lines)
            if self._heard_at - self._asked_at >= LAG_S:
                self._asked_at = self._heard_at
                self.lag_ms = await feed.lag_ms(connection)
                FEED_LAG.set(self.lag_ms / 1000)
            if len(lines) < READ:
                await asyncio.sleep(POLL_S)

    def _take(self, lines: Sequence[Line]) -> None:
        if lines[0].n != self.last + 1:
            raise GapInFeed(f"expected {self.last + 1}, found {lines[0].n}")
        self.last = lines[-1].n
        self.on_news(self.ring.add(lines))
        if self.listeners:
            for line in lines:
                self._tell(line)

    def _tell(self, line: Line) -> None:
        if line.kind != "ticket":
            return
        ticket = msgspec.json.decode(line.body)
        for listener in self.listeners:
            try:
                listener(ticket)
            except Exception:  # one listener's fault must not stop the consoles' feed
                log.exception("listener failed", n=line.n, ticket_id=line.ticket_id)
