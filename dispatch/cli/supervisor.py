"""Keeps the database, the API processes, the worker and the solver running until it is told to end."""

import asyncio
import fcntl
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from prometheus_client.multiprocess import mark_process_dead
from rich.console import Console

from dispatch.cli.database import embedded
from dispatch.cli.listening import listen, url_of
from dispatch.cli.predecessors import await_ended
from dispatch.desk.packs import known_packs
from dispatch.kit import children, migrate
from dispatch.kit.cluster import BadDataDirectory
from dispatch.kit.db import Database
from dispatch.kit.errors import Unavailable
from dispatch.kit.files import reason
from dispatch.kit.logs import logger
from dispatch.kit.postgres import Embedded
from dispatch.kit.rulepack import Packs, UnknownPack
from dispatch.kit.settings import BadSetting, Settings
from dispatch.kit.workdays import Calendar

log = logger("supervisor")

TICK_S, ASK_S = 0.1, 0.5
FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 10.0
STEADY_S = 30.0  # a process that lived this long starts again without waiting
STOP = ((signal.SIGTERM, 20.0),)
COMMAND = [sys.executable, "-m", "dispatch"]
PACKAGE_PARENT = Path(__file__).resolve().parents[2]


@dataclass
class Child:
    """One process that must always run, and how often it failed to."""

    name: str
    command: list[str]
    pass_fds: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = 0.0

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def fell(self, now: float) -> float:
        """Note that it ended by itself; returns the seconds until the next try."""
        self.failures = 1 if now - self.started > STEADY_S else self.failures + 1
        wait_s = min(FIRST_WAIT_S * 2.0 ** (self.failures - 1), LONGEST_WAIT_S)
        self.process, self.due = None, now + wait_s
        return wait_s


class AlreadyServing(Unavailable):
    """Another supervisor runs on the same data directory."""


class Stopped(KeyboardInterrupt):
    """We were told to end; raised out of whatever we were waiting for (asyncio lets this kind through)."""


class Supervisor:
    """
    The parent of every process of one installation on one machine.

    :param settings: with ``database_url`` None the embedded server belongs to us as well
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._children: list[Child] = []
        self._environ: dict[str, str] = {}
        self._server: Embedded | None = None
        self._server_due = 0.0
        self._stopping, self._ending = False, False
        self._said: dict[str, object] = {}

    def run(self) -> None:
        """
        Start everything, say where it is, and watch until SIGTERM, SIGINT or SIGHUP.

        :raises AlreadyServing: the data directory has a supervisor
        :raises PortBusy: the address is taken
        :raises Unavailable: the database cannot be used; OldSchema names the command
        :raises BadSetting: there is no rule pack of that name
        :raises BadHolidays: the file of further holidays cannot be used
        """
        Calendar.load(self.settings.holidays)  # no process could start with a bad one
        for ask in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(ask, self._asked_to_stop)
        address = self.settings.host, self.settings.port
        with suppress(Stopped), self._sole(), listen(*address) as listener, self._database() as dsn:
            asyncio.run(_check_pack(dsn, self.settings.pack))
            self._environ = self._environ_of_children(dsn)
            behind = [Child(name, [*COMMAND, name]) for name in ("worker", "solver")]
            self._children = [*self._api(listener.fileno()), *behind]
            try:
                self._watch(url_of(listener))
            finally:
                self._end()

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        """Break off a wait; the flag is for the case that Python was in a destructor and swallows what we raise."""
        self._stopping = True
        if not self._ending:
            raise Stopped

    @contextmanager
    def _sole(self) -> Iterator[None]:
        """Be the only supervisor of this data directory for the block."""
        directory = self.settings.data_dir
        try:
            directory.mkdir(parents=True, exist_ok=True)
            lock = (directory / "serve.lock").open("a")
        except OSError as error:
            message = f"不能写 {directory}:{reason(error)};也可用 DISPATCH_DATA 另选目录"
            raise BadDataDirectory(message, field="DISPATCH_DATA") from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                message = (
                    f"{directory} 已有 dispatch serve 在运行(见其中 run.json):请先停掉它,或用 DISPATCH_DATA 另选目录"
                )
                raise AlreadyServing(message, field="DISPATCH_DATA") from error
            await_ended(self.settings.run_file)  # what a killed supervisor left would serve beside us
            yield

    @contextmanager
    def _database(self) -> Iterator[str]:
        """Lend the address of a database with our schema."""
        if self.settings.database_url is not None:
            asyncio.run(migrate.require_current(self.settings.database_url))
            yield self.settings.database_url
            return
        with embedded(self.settings) as self._server:
            before, after = asyncio.run(migrate.upgrade(self._server.dsn))
            if before != after:
                log.info("migrated", before=before, after=after)
            yield self._server.dsn

    def _api(self, fd: int) -> list[Child]:
        command = [*COMMAND, "api", "--fd", str(fd)]
        return [Child(f"api-{n}", command, pass_fds=(fd,)) for n in range(1, self.settings.api_processes + 1)]

    def _environ_of_children(self, dsn: str) -> dict[str, str]:
        """Return ours with the settings as they are now, and a fresh directory where processes sum their figures."""
        figures = self.settings.data_dir / "metrics"
        shutil.rmtree(figures, ignore_errors=True)
        figures.mkdir(parents=True)
        path = os.pathsep.join(filter(None, (str(PACKAGE_PARENT), os.environ.get("PYTHONPATH"))))
        own = {"PYTHONPATH": path, "PROMETHEUS_MULTIPROC_DIR": str(figures)}
        return {**os.environ, **replace(self.settings, database_url=dsn).environ(), **own}

    def _watch(self, url: str) -> None:
        """Bring back whatever ends; say once where the system answers, and what it lacks."""
        said: list[str] | None = None
        ask_at = 0.0
        while not self._stopping:
            now = time.monotonic()
            if self._server_runs(now):
                for child in self._children:
                    self._keep(child, now)
            self._write_run_file(url)
            if said != [] and now >= ask_at:
                ask_at = now + ASK_S
                if (missing := _missing(url)) != said:
                    said = missing
                    _announce(url, missing)
            time.sleep(TICK_S)

    def _keep(self, child: Child, now: float) -> None:
        """Start or restart the child if it is time to."""
        if child.process is not None and (code := child.process.poll()) is not None:
            mark_process_dead(child.process.pid, self._environ["PROMETHEUS_MULTIPROC_DIR"])  # type: ignore[no-untyped-call]
            wait_s = child.fell(now)
            log.error("process_ended", name=child.name, code=code, restart_in_s=wait_s)
        if child.process is not None or now < child.due:
            return
        child.process = children.spawn(child.command, env=self._environ, pass_fds=child.pass_fds)
        child.started = now
        log.info("process_started", name=child.name, pid=child.process.pid)

    def _server_runs(self, now: float) -> bool:
        """Tell whether the database is up; ours is started again, an attached one is taken over when its owner went."""
        if self._server is None or self._server.answers():
            return True
        if now >= self._server_due:
            log.error("database_ended")
            try:
                self._server.restart()
            except Unavailable as error:
                self._server_due = time.monotonic() + LONGEST_WAIT_S
                log.error("database_not_restarted", code=error.code, why=error.message)
                return False
            log.info("database_restarted", pid=self._server.pid)
        return True

    def _end(self) -> None:
        """End the children together, then remove the runtime file; the database is ended by its own block."""
        self._ending = True
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            process.terminate()
        for process in running:
            children.end(process, *STOP)
        self.settings.run_file.unlink(missing_ok=True)
        log.info("stopped")

    def _write_run_file(self, url: str) -> None:
        """Say who runs and where; replaced whole, so that a reader never sees half of it."""
        body: dict[str, object] = {
            "url": url,
            "pid": os.getpid(),
            "processes": {child.name: child.pid for child in self._children},
            "postgres": self._server.pid if self._server else None,
            "database_url": self._server.dsn if self._server else None,
        }
        if body == self._said:
            return
        self._said = body
        fresh = self.settings.run_file.with_suffix(f".{os.getpid()}")
        at = datetime.now(UTC).isoformat(timespec="seconds")
        fresh.write_text(json.dumps({**body, "at": at}, indent=2) + "\n")
        fresh.replace(self.settings.run_file)


async def _check_pack(dsn: str, pack_id: str) -> None:
    """Refuse a family of rule packs that no process could start with, instead of starting one after another."""
    db = Database(dsn, size=1)
    try:
        (await known_packs(db, Packs.load())).latest(pack_id)
    except UnknownPack as error:
        raise BadSetting(f"环境变量 DISPATCH_PACK 不对:{error.message}", field="DISPATCH_PACK") from error
    finally:
        await db.close()


def _announce(url: str, missing: list[str] | None) -> None:
    """Tell the operator."""
    if missing is not None:
        state = f"已启动,尚不能受理({';'.join(missing)}):" if missing else "已就绪:"
        Console(stderr=True).print(f"{state}{url}  (停止:Ctrl-C)", highlight=False, soft_wrap=True)


def _missing(url: str) -> list[str] | None:
    """Ask an API process what keeps it from serving; [] nothing, None: nobody answers yet."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=1)
    try:
        connection.request("GET", "/health/ready")
        parts = json.loads(connection.getresponse().read())["parts"]
        return [f"{name} {part['said']}" for name, part in parts.items() if not part["ok"]]
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return None
    finally:
        connection.close()
