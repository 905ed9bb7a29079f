"""
The hub: every open console of this process, by the areas it listens to.

The order is: read the board with its number, then join at that number, then the changes after it. Whatever the numbers
say has been sent, has been sent; the higher version of a ticket wins.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import count

from dispatch.kit.clock import Clock
from dispatch.kit.db import Database
from dispatch.kit.logs import logger
from dispatch.kit.metrics import OPEN_CONSOLES

from . import feed
from .console import FRAME_SIZE, RENEWED, TOO_SLOW, Console
from .follower import Follower, Listener
from .messages import Head, Hello, Resumed, text_of
from .ring import News
from .snapshots import ReadBoard, Snapshots

BEAT_S = 5.0
BEAT_SLICES = 10  # a tenth of the consoles each half second, so that heartbeats do not come in bursts
STUCK_S = 20.0  # a send that takes so long: the console does not read
FRESH_S = 2.0  # no heartbeat when the database has not answered for so long: the console must show its age
MOST_RESUMED = 2_000  # changes read back for one console; beyond that a snapshot is cheaper

log = logger("hub")


class Hub:
    """
    Lets consoles join and leave, and owes them what the feed brings.

    :param read_board: ``desk.reading.board``, given by the app because rooms do not know the desk
    :param clock: what ``at`` in greeting and heartbeat says; the trade's time, not the machine's
    """

    def __init__(self, db: Database, read_board: ReadBoard, clock: Clock, *, follower: Follower | None = None) -> None:
        self.follower = follower or Follower(db)
        self.follower.on_news = self._owe
        self.follower.on_reset = self._renew
        self.unplanned: dict[str, str] = {}  # what heartbeats say of the planning; whoever knows replaces it
        self.greeting: Callable[[str], Sequence[str]] = lambda account: ()  # what more a console of it hears at first
        self._db = db
        self._clock = clock
        self._snapshots = Snapshots(db, read_board)
        self._consoles: set[Console] = set()
        self._listening: dict[str, set[Console]] = defaultdict(set)
        self._numbers = count()

    @property
    def listeners(self) -> list[Listener]:
        """Whoever in this process follows the tickets; see ``Follower``."""
        return self.follower.listeners

    @property
    def listened(self) -> set[str]:
        """The areas that open consoles listen to."""
        return set(self._listening)

    @property
    def open_consoles(self) -> int:
        return len(self._consoles)

    async def run(self) -> None:
        """Follow the feed and keep the consoles' hearts beating, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.follower.run(), name="feed follower")
            tasks.create_task(self._beat(), name="heartbeats")

    async def open(self, account: str) -> Console:
        """Let a console in, once the feed is known, and greet it."""
        await self.follower.ready.wait()
        console = Console(next(self._numbers), account)
        self._consoles.add(console)
        OPEN_CONSOLES.inc()
        console.say(text_of(Hello(self.follower.epoch, account, self._now())), *self.greeting(account))
        return console

    def tell(self, account: str, *texts: str) -> None:
        """Say something to the open consoles of one account."""
        for console in self._consoles:
            if console.account == account:
                console.say(*texts)

    def leave(self, console: Console) -> None:
        """Forget a console."""
        if console in self._consoles:
            self._consoles.remove(console)
            OPEN_CONSOLES.dec()
        self.unsubscribe(console, list(console.at))

    def end_all(self, code: int, reason: str) -> None:
        """Send every console away."""
        for console in list(self._consoles):
            console.end(code, reason)

    def unsubscribe(self, console: Console, areas: Sequence[str]) -> None:
        for area in areas:
            console.at.pop(area, None)
            console.due.pop(area, None)
            self._listening[area].discard(console)
            if not self._listening[area]:
                del self._listening[area]

    async def subscribe(
        self, console: Console, areas: Sequence[str], *, since: Mapping[str, int], epoch: str | None
    ) -> None:
        """
        Let a console hear areas: from where it was, if that is known and not too long ago, else after a snapshot.

        :param areas: codes as tickets carry them, already checked against the account's rights
        :param since: the last ``seq`` that the console has, of the numbering called ``epoch``
        :raises Unavailable: if the database cannot be reached
        """
        self.unsubscribe(console, areas)
        known = {area: since[area] for area in areas if area in since} if epoch == self.follower.epoch else {}
        resumed = await self._resume(console, known)
        fresh = [area for area in areas if area not in resumed]
        for board in await self._snapshots.of(fresh):
            console.say(*board.parts)
            self._join(console, board.area, board.seq)

    def take(self, console: Console) -> str | None:
        """Return the next frame for a console, None if it is owed nothing."""
        parts = _script(console) or self._changes(console)
        if not parts and console.beat and not console.due:
            console.beat = False
            parts = [text_of(Head(dict(console.at), self._now(), self.follower.lag_ms, self.unplanned))]
        return f"[{','.join(parts)}]" if parts else None

    def _now(self) -> str:
        return self._clock.now().isoformat()

    def _join(self, console: Console, area: str, seq: int) -> None:
        console.at[area] = seq
        console.due[area] = None
        console.catching_up = True
        self._listening[area].add(console)
        console.bell.set()

    async def _resume(self, console: Console, since: Mapping[str, int]) -> set[str]:
        """Let the console go on in those areas whose changes since then are still at hand; return which."""
        strands = {area: self.follower.ring.strand(area) for area in since}
        if sum(max(0, strands[area].head - seq) for area, seq in since.items()) > MOST_RESUMED:
            return set()
        near = {area for area, seq in since.items() if strands[area].reaches(seq) and seq <= strands[area].head}
        for area in near:
            console.say(text_of(Resumed(area, since[area])))
            self._join(console, area, since[area])
        far = {area: seq for area, seq in since.items() if area not in near}
        return near | await self._resume_from_table(console, far) if far else near

    async def _resume_from_table(self, console: Console, since: Mapping[str, int]) -> set[str]:
        resumed = set()
        async with self._db.connection() as connection:
            for area, seq in since.items():
                lines = await feed.of_area(connection, area, seq, limit=MOST_RESUMED)
                # Ahead of us: another process, which has read further, served the console before.
                if lines[0].seq == seq + 1 if lines else seq == await feed.head(connection, area):
                    console.say(text_of(Resumed(area, seq)), *(line.text for line in lines))
                    self._join(console, area, lines[-1].seq if lines else seq)
                    resumed.add(area)
        return resumed

    def _changes(self, console: Console) -> list[str]:
        """Cut the next messages out of the strands of the areas that have news."""
        parts: list[str] = []
        size = 0
        for area in list(console.due):
            strand = self.follower.ring.strand(area)
            if not strand.reaches(console.at[area]):
                console.end(TOO_SLOW, "too far behind; connect again and resume")
                return []
            text, console.at[area] = strand.cut(console.at[area])
            if text:
                parts.append(text)
                size += len(text)
            if console.at[area] >= strand.head:
                del console.due[area]
            if size > FRAME_SIZE:
                break
        if not console.due:
            console.settle()
        return parts

    def _owe(self, news: Mapping[str, News]) -> None:
        for area, came in news.items():
            for console in self._listening.get(area, ()):
                console.owe(area, came)

    def _renew(self) -> None:
        self._snapshots.drop()
        log.warning("feed renewed", consoles=len(self._consoles))
        self.end_all(RENEWED, "the feed was renewed; connect again")

    async def _beat(self) -> None:
        clock = asyncio.get_running_loop().time
        for turn in count():
            await asyncio.sleep(BEAT_S / BEAT_SLICES)
            self._snapshots.forget()
            fresh = self.follower.is_fresh(FRESH_S)
            for console in list(self._consoles):
                if console.busy_since is not None and clock() - console.busy_since > STUCK_S:
                    console.end(TOO_SLOW, "does not read; connect again and resume")
                elif fresh and console.number % BEAT_SLICES == turn % BEAT_SLICES:
                    console.beat = True
                    console.bell.set()


def _script(console: Console) -> list[str]:
    """Take what fits into one frame from the console's script."""
    parts: list[str] = []
    size = 0
    while console.script and size < FRAME_SIZE:
        parts.append(console.script.popleft())
        size += len(parts[-1])
    return parts
