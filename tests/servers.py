"""The PostgreSQL that tests run on: their own embedded one in memory, or ``TEST_DATABASE_URL``."""

import asyncio
import fcntl
import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from dispatch.kit import migrate
from dispatch.kit.cluster import PidFile, runs_on
from dispatch.kit.postgres import Embedded

# Nothing in a test's database outlives the test, so it need not survive a power cut.
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_connections=200")
PREFIX = "dispatch-test-"
T = TypeVar("T")


class Server:
    """
    A server on which databases are made and dropped; one administrator's connection stays open.

    :param dsn: address of a database in which we may say CREATE DATABASE
    """

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)  # leaves the tests' loops alone
        self._admin = self.run(asyncpg.connect(dsn, timeout=30))
        self._numbers = itertools.count(1)
        self._mark = f"dt_{os.getpid()}_{time.monotonic_ns() // 1000 % 10_000_000}"

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def execute(self, statement: str) -> None:
        self.run(self._admin.execute(statement))

    def address(self, database: str) -> str:
        return str(urlunsplit(urlsplit(self.dsn)._replace(path=f"/{database}")))

    def create(self, template: str = "template0", *, options: str = "ENCODING 'UTF8'") -> str:
        """Make a database with a name that no other test run uses (a new one with ``options``); return the name."""
        name = f"{self._mark}_{next(self._numbers)}"
        new = options if template == "template0" else ""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY {new}')
        return name

    def drop(self, name: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def close(self) -> None:
        self.run(self._admin.close())
        self._runner.close()


def migrated(server: Server) -> str:
    """Make the template: a database with the newest schema that nobody is connected to."""
    name = server.create()
    server.run(migrate.upgrade(server.address(name)))
    return name


def scratch() -> Path:
    """Make a directory in memory if there is one, after sweeping what killed runs left behind."""
    memory = Path("/dev/shm")
    base = memory if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 1_000_000_000 else None
    base = base or Path(tempfile.gettempdir())
    for old in base.glob(f"{PREFIX}*"):
        _sweep(old)
    made = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=base))
    made.chmod(0o711)
    return made


def _sweep(directory: Path) -> None:
    """Remove a directory whose maker is gone (its number is in the name), and its server too: nobody holds the lock."""
    maker = directory.name.removeprefix(PREFIX).partition("-")[0]
    if Path("/proc", maker).exists():
        return
    try:
        with (directory / "owner.lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            found = PidFile.read(directory / "data")
            if found is None or not runs_on(found.pid, directory / "data"):  # else still ending: the next run will
                shutil.rmtree(directory, ignore_errors=True)
    except OSError:
        return


def embedded(root: Path) -> Embedded:
    """Return a fast and forgetful server below ``root``."""
    return Embedded(root, options=FORGETFUL, timeout_s=120)
