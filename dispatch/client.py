"""
A client of the live feed: connects, comes back when it is cut off, and resumes where it was.

::

    async with LiveClient("http://127.0.0.1:8095", token, areas=["330225"]) as live:
        board = Board()
        async for message in live:
            board.apply(message)
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from dispatch.notify.messages import (
    Changed,
    Gone,
    Head,
    Hello,
    HungUp,
    Listed,
    Message,
    Powered,
    Refused,
    Resumed,
    Ringing,
    Snapshot,
    Subscribe,
    TicketBody,
    frame_from,
    text_of,
)

__all__ = [
    "Board",
    "Changed",
    "Gone",
    "Head",
    "Hello",
    "HungUp",
    "Listed",
    "LiveClient",
    "Message",
    "NotAdmitted",
    "Powered",
    "Refused",
    "Resumed",
    "Ringing",
    "Snapshot",
    "TicketBody",
]

PATH = "/api/v1/live"
ENDED = frozenset({"closed", "cancelled"})  # stages in which a ticket leaves the board
LONGEST_FRAME = 16 * 1024 * 1024  # bytes
SAMPLES = 200_000  # latencies kept
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 3.0
NONSENSE, NOT_LOGGED_IN = 4400, 4401


class NotAdmitted(Exception):
    """The server does not let us in; trying again with the same token will not help."""


class LiveClient:
    """
    Iterates over the messages of some areas, each change once and in order.

    :param url: the server (``http://host:port``) or the whole address of its websocket
    :param token: bearer token; None if ``headers`` say who we are
    :param areas: area codes; the counties below them come with them
    :raises NotAdmitted: while iterating, if the server refuses the token, or no longer accepts it
    """

    def __init__(
        self, url: str, token: str | None, *, areas: Sequence[str], headers: Mapping[str, str] | None = None
    ) -> None:
        self.url = _websocket(url)
        self.areas = tuple(areas)
        self.seqs: dict[str, int] = {}  # area -> last number heard
        self.epoch: str | None = None
        self.connects = 0
        self.gaps = 0
        self.duplicates = 0
        self.latencies_ms: deque[float] = deque(maxlen=SAMPLES)  # from the write to the receipt, by two wall clocks
        self.heard_at: float | None = None  # monotonic seconds: when the server was last heard
        self._headers = dict(headers or {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        self._resuming: set[str] = set()  # areas in which a gap was seen
        self._messages: AsyncGenerator[Message, None] | None = None

    @property
    def reconnects(self) -> int:
        return max(0, self.connects - 1)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._messages is not None:
            await self._messages.aclose()
            self._messages = None

    def __aiter__(self) -> AsyncIterator[Message]:
        if self._messages is None:
            self._messages = self._listen()
        return self._messages

    async def _listen(self) -> AsyncGenerator[Message, None]:
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                async with self._connection() as socket:
                    await self._ask(socket, self.areas)
                    async for frame in socket:
                        for message in frame_from(frame):
                            if await self._hear(socket, message):
                                yield message
                        pause_s = FIRST_PAUSE_S
            except (OSError, TimeoutError, ConnectionClosed, InvalidHandshake) as error:
                _give_up_if_final(error)
            await asyncio.sleep(random.uniform(pause_s / 2, pause_s))  # not all consoles at the same moment
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _connection(self) -> connect:
        return connect(
            self.url,
            additional_headers=self._headers,
            compression=None,
            max_size=LONGEST_FRAME,
            open_timeout=10,
            close_timeout=2,
            proxy=None,
        )

    async def _ask(self, socket: ClientConnection, areas: Sequence[str]) -> None:
        await socket.send(text_of(Subscribe(tuple(areas), dict(self.seqs), self.epoch)))

    async def _hear(self, socket: ClientConnection, message: Message) -> bool:
        """Keep count of what comes in; return whether the message is news."""
        self.heard_at = time.monotonic()
        match message:
            case Hello(epoch=epoch):
                self._greeted(epoch)
            case Snapshot(area=area, seq=seq, more=False) | Resumed(area=area, seq=seq):
                self.seqs[area] = seq
                self._resuming.discard(area)
            case (
                Changed(area=area, seq=seq, ts=ts)
                | Gone(area=area, seq=seq, ts=ts)
                | Listed(area=area, seq=seq, ts=ts)
                | Powered(area=area, seq=seq, ts=ts)
            ):
                return await self._count(socket, area, seq, ts)
            case Head(areas=heads):
                for area, seq in heads.items():
                    if seq > self.seqs.get(area, seq):
                        await self._resume(socket, area)
            case _:
                pass
        return True

    def _greeted(self, epoch: str) -> None:
        self.connects += 1
        self._resuming.clear()
        if epoch != self.epoch:
            self.epoch = epoch
            self.seqs.clear()

    async def _count(self, socket: ClientConnection, area: str, seq: int, ts: int) -> bool:
        last = self.seqs.get(area, 0)
        if seq <= last:
            self.duplicates += 1
            return False
        if seq > last + 1:
            await self._resume(socket, area)
            return False
        self.seqs[area] = seq
        self.latencies_ms.append(time.time() * 1000 - ts)
        return True

    async def _resume(self, socket: ClientConnection, area: str) -> None:
        """Ask again for an area in which something is missing; what comes until the answer is passed over."""
        if area not in self._resuming:
            self.gaps += 1
            self._resuming.add(area)
            await self._ask(socket, [area])


class Board:
    """
    The tickets of some areas as the messages tell them: the higher version wins.

    ``areas[area][ticket_id]`` is the ticket as JSON. Each area holds its own and those that are lent to it, so a ticket
    may stand in two areas.

    :param open_only: drop a ticket when it is closed or cancelled; else it stays until the board goes
    """

    def __init__(self, *, open_only: bool = True) -> None:
        self.areas: dict[str, dict[str, TicketBody]] = {}
        self._open_only = open_only
        self._parts: dict[str, list[TicketBody]] = {}

    @property
    def tickets(self) -> dict[str, TicketBody]:
        """All tickets by id, each in its highest version."""
        merged: dict[str, TicketBody] = {}
        for tickets in self.areas.values():
            for ticket in tickets.values():
                _keep_higher(merged, ticket)
        return merged

    def apply(self, message: Message) -> None:
        """Take a message in; kinds that do not concern tickets are passed over."""
        match message:
            case Hello():
                self._parts.clear()  # half a snapshot of a lost connection
            case Snapshot():
                self._snapshot(message)
            case Changed(area=area, body=ticket):
                self._changed(self.areas.setdefault(area, {}), ticket)
            case Gone(area=area, body=left):
                held = self.areas.setdefault(area, {}).get(left.id)
                if held is not None and held["version"] <= left.version:
                    del self.areas[area][left.id]
            case _:
                pass

    def _snapshot(self, message: Snapshot) -> None:
        parts = self._parts.setdefault(message.area, [])
        parts.extend(message.tickets)
        if message.more:
            return
        del self._parts[message.area]
        before = {} if self._open_only else self.areas.get(message.area, {})
        tickets = {id_: ticket for id_, ticket in before.items() if ticket["stage"] in ENDED}
        self.areas[message.area] = tickets
        for ticket in parts:
            self._changed(tickets, ticket)

    def _changed(self, tickets: dict[str, TicketBody], ticket: TicketBody) -> None:
        _keep_higher(tickets, ticket)
        if self._open_only and tickets[ticket["id"]]["stage"] in ENDED:
            del tickets[ticket["id"]]


def _keep_higher(tickets: dict[str, TicketBody], ticket: TicketBody) -> None:
    held = tickets.get(ticket["id"])
    if held is None or held["version"] < ticket["version"]:
        tickets[ticket["id"]] = ticket


def _give_up_if_final(error: Exception) -> None:
    """
    Say whether trying again can help.

    :raises NotAdmitted: if it cannot
    """
    if isinstance(error, InvalidStatus) and error.response.status_code in (401, 403, 404):
        raise NotAdmitted(f"服务器拒绝连接(HTTP {error.response.status_code}),请核对地址和令牌") from error
    if isinstance(error, ConnectionClosed) and error.rcvd and error.rcvd.code in (NONSENSE, NOT_LOGGED_IN):
        raise NotAdmitted(f"服务器结束了连接({error.rcvd.code} {error.rcvd.reason}),请重新登录或换发令牌") from error


def _websocket(url: str) -> str:
    parts = urlsplit(url)
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    path = parts.path if parts.path not in ("", "/") else PATH
    return urlunsplit((scheme, parts.netloc, path, parts.query, ""))
