"""A real ``dispatch serve`` that a test may kill, piece by piece: only what it started itself, and only by number."""

import asyncio
import http.client
import os
import re
import signal
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import asyncpg

from dispatch.simulator.server import Server

PATIENCE_S = 60.0
STEP_S = 0.02


class Process(NamedTuple):
    """A process of the machine: its number, and when it was born, since numbers are used again."""

    pid: int
    born: str


def process(pid: int) -> Process | None:
    """Return the process that has this number now, None if it is gone or only waits to be reaped."""
    fields = _stat(pid)
    return Process(pid, fields[19]) if fields and fields[0] not in "ZX" else None


def is_gone(one: Process) -> bool:
    return process(one.pid) != one


def family(pid: int) -> set[Process]:
    """Return a process with all that it started and that these started."""
    parents = {int(entry.name): _stat(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    found, fresh = {pid}, {pid}
    while fresh:
        fresh = {child for child, fields in parents.items() if fields and int(fields[1]) in fresh} - found
        found |= fresh
    return {one for member in found if (one := process(member))}


def _stat(pid: int) -> list[str]:
    """Return the fields after the name: state, parent, …, at place 19 the start in clock ticks."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


async def until(true: Callable[[], object], *, within_s: float = PATIENCE_S) -> None:
    """Wait until something holds; what is asked may take its time."""
    async with asyncio.timeout(within_s):
        while not await asyncio.to_thread(true):
            await asyncio.sleep(STEP_S)


async def until_so(true: Callable[[], Awaitable[object]], *, within_s: float = PATIENCE_S) -> None:
    async with asyncio.timeout(within_s):
        while not await true():
            await asyncio.sleep(STEP_S)


@dataclass
class Siege(Server):
    """The server under fire. ``seen``: every process that it ever consisted of."""

    seen: set[Process] = field(default_factory=set, init=False)

    @property
    def supervisor(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def dsn(self) -> str:
        return str(self.running["database_url"])

    def pid_of(self, name: str) -> int:
        """Return the number of ``api-1``, ``worker`` or ``postmaster`` as the supervisor tells it."""
        said = self.running
        pid = said["postgres"] if name == "postmaster" else said["processes"][name]
        return int(pid or 0)

    def look(self) -> set[Process]:
        """Return everything that runs for this server, and remember it."""
        found = family(self.supervisor) if self._process is not None and self._process.poll() is None else set()
        self.seen |= found
        return found

    def kill(self, *pids: int, how: signal.Signals = signal.SIGKILL) -> list[Process]:
        """Send a signal to processes of this server, all at once; anything else is refused."""
        ours = {one.pid: one for one in self.look()}
        hit = self._strike([ours[pid] for pid in pids], how)
        assert hit[0].pid == pids[0], "it ended by itself"
        return hit

    def kill_everything(self, order: Callable[[list[Process]], list[Process]]) -> list[Process]:
        """
        Kill all that runs for this server at one look, and return what was hit.

        What comes and goes by itself (a helper of PostgreSQL) may be gone before it is hit.

        :param order: puts the processes in the order in which they are hit
        """
        return self._strike(order(sorted(self.look())), signal.SIGKILL)

    def kill_a_backend(self, order: Callable[[list[Process]], list[Process]]) -> Process:
        """Kill one session's process of PostgreSQL: the first that has not ended by itself."""
        return next(hit for one in order(sorted(self.backends())) for hit in self._strike([one], signal.SIGKILL))

    def let_go_on(self, one: Process) -> None:
        """Let a process that was stopped go on; one that was killed meanwhile is left alone."""
        if not is_gone(one):
            self._strike([one], signal.SIGCONT)

    def _strike(self, targets: Iterable[Process], how: signal.Signals) -> list[Process]:
        """Return those that were still there: the end of one may be the end of another."""
        hit = []
        for one in targets:
            with suppress(ProcessLookupError):
                os.kill(one.pid, how)
                hit.append(one)
        return hit

    async def start(self) -> None:
        await super().start()
        self.look()

    async def start_again(self) -> None:
        """Start anew on the same directory, as a person or the machine would after everything was killed."""
        assert self._process is not None
        await asyncio.to_thread(self._process.wait)
        await self.start()

    async def renewed(self, name: str, before: Process) -> None:
        """Wait until another process plays a part, and the whole is ready."""
        await until(lambda: self.pid_of(name) not in (0, before.pid))
        await self.is_ready()

    async def is_ready(self) -> None:
        await until(self._ready)
        self.look()

    async def all_gone(self) -> None:
        """
        Wait until nothing is left of all that ever belonged to the server.

        :raises TimeoutError: if something is; it is killed, so that the next test does not suffer
        """
        try:
            await until(lambda: all(map(is_gone, self.seen)))
        finally:
            for one in self.seen:
                if not is_gone(one):
                    os.kill(one.pid, signal.SIGKILL)

    def backends(self) -> list[Process]:
        """Return the sessions' processes of PostgreSQL, its own helpers left out."""
        return [one for one in self.look() if re.match(rb"postgres: postgres postgres ", _command(one.pid))]

    def log(self) -> str:
        log = self.place / "serve.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def postgres_log(self) -> str:
        return (self.settings.postgres_dir / "postgres.log").read_text(errors="replace")


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


class Witness:
    """A connection that was open before the fault, and tells when it was cut."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        assert self._ask() == 200, "the witness is to be served before the fault"

    def _ask(self) -> int:
        self._connection.request("GET", "/health/live")
        answer = self._connection.getresponse()
        answer.read()
        return answer.status

    def was_cut(self) -> bool:
        """Ask once more on the old connection; True if nobody is there."""
        self._connection.auto_open = 0
        try:
            self._ask()
        except (ConnectionError, http.client.HTTPException):
            return True
        finally:
            self._connection.close()
        return False


async def session(dsn: str) -> "asyncpg.Connection[asyncpg.Record]":
    """Open a session of the test's own, patiently."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return await asyncpg.connect(dsn, timeout=10)
        except (OSError, asyncpg.PostgresError):
            if time.monotonic() > end:
                raise
            await asyncio.sleep(STEP_S)


def numbers(pids: Iterable[Process]) -> list[int]:
    return sorted(one.pid for one in pids)
