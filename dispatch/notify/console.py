"""One open console: where it stands in each area it listens to, and what it is still owed."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .ring import News

MOST_BEHIND = 2_000  # messages
MOST_BEHIND_SIZE = 4 * 1024 * 1024  # characters
MOST_SCRIPT = 20_000  # messages
FRAME_SIZE = 128 * 1024  # characters after which a frame ends

TOO_SLOW = 4008  # close code: read on from where you are
RENEWED = 1012  # "service restart", RFC 6455 registry: take a fresh snapshot


@dataclass(frozen=True, slots=True)
class Ended:
    """Why the server ends a connection: a websocket close code and a sentence."""

    code: int
    reason: str


class Console:
    """
    A console holds no copies of messages: it has a place in each area's strand and is served from there.

    So a thousand consoles that all lag cost no more memory than the ring, and what bounds a console is how far it may
    fall behind. ``script`` is what it gets before the changes: greeting, snapshots, refusals.
    """

    __slots__ = (
        "account",
        "at",
        "beat",
        "behind",
        "behind_size",
        "bell",
        "busy_since",
        "catching_up",
        "due",
        "ended",
        "number",
        "script",
    )

    def __init__(self, number: int, account: str) -> None:
        self.number = number
        self.account = account
        self.at: dict[str, int] = {}  # area -> seq of the last message sent
        self.script: deque[str] = deque()
        self.due: dict[str, None] = {}  # areas with news, in the order they came
        self.behind = 0
        self.behind_size = 0
        self.catching_up = False  # sends what came before it joined; only the ring bounds that
        self.beat = False  # a heartbeat is due
        self.bell = asyncio.Event()
        self.busy_since: float | None = None  # loop time at which the send that is under way began
        self.ended: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()

    def say(self, *texts: str) -> None:
        """Put messages before the changes that are due; end a console that asks on and on and does not read."""
        self.script.extend(texts)
        if len(self.script) > MOST_SCRIPT:
            self.end(TOO_SLOW, "asks more than it reads")
        self.bell.set()

    def owe(self, area: str, news: News) -> None:
        """Note that an area has news; end a console that is too far behind."""
        self.due[area] = None
        self.behind += news.count
        self.behind_size += news.size
        far = self.behind > MOST_BEHIND or self.behind_size > MOST_BEHIND_SIZE
        if far and not self.catching_up:
            self.end(TOO_SLOW, f"{self.behind} messages behind; connect again and resume")
        else:
            self.bell.set()

    def settle(self) -> None:
        """Note that nothing is owed."""
        self.behind = self.behind_size = 0
        self.catching_up = False

    def end(self, code: int, reason: str) -> None:
        """Ask whoever serves the console to close it."""
        if not self.ended.done():
            self.ended.set_result(Ended(code, reason))

    async def pump(self, take: Callable[["Console"], str | None], send: Callable[[str], Awaitable[None]]) -> None:
        """Send what the console is owed, frame by frame, until cancelled or the socket is lost."""
        clock = asyncio.get_running_loop().time
        while True:
            await self.bell.wait()
            self.bell.clear()
            while (frame := take(self)) is not None:
                self.busy_since = clock()
                await send(frame)
                self.busy_since = None
