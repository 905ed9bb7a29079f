"""A real server of our own for a play: a fresh database, the world in it, ``dispatch serve`` as a child process."""

import asyncio
import http.client
import json
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from dispatch.desk.setup import load_world
from dispatch.desk.world import World as Loaded
from dispatch.kit import children, migrate
from dispatch.kit.clock import SharedClock
from dispatch.kit.db import Database
from dispatch.kit.errors import Unavailable
from dispatch.kit.postgres import Embedded
from dispatch.kit.settings import Settings

PORTS = range(18_000, 30_000)  # below the range from which the system takes its own
READY_S, POLL_S = 120.0, 0.1
PATIENCE = ((signal.SIGTERM, 30.0),)
LAST_WORDS = 1_500  # characters of the log that an error quotes
PACKAGE_PARENT = Path(__file__).resolve().parents[2]


class NoServer(Unavailable):
    """The server did not start; the message quotes the end of its log."""


@dataclass
class Server:
    """
    ``dispatch serve`` on a database that nobody else uses.

    :param root: directory for everything (data, logs, clock); None: a temporary one that is removed at the end
    :param port: None: a free one
    :param database_url: a PostgreSQL on which a database of our own is made (and dropped, unless ``keep``);
        None: the embedded one below ``root``
    :param roads: road graph that the server works with; None: straight lines
    :param keep: leave database and directory when the play is over
    """

    root: Path | None = None
    port: int | None = None
    processes: int = 1
    database_url: str | None = None
    keep: bool = False
    roads: Path | None = None
    settings: Settings = field(init=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _own_database: str | None = field(default=None, init=False)
    _temporary: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._temporary = self.root is None
        root = Path(tempfile.mkdtemp(prefix="dispatch-play-")) if self.root is None else self.root
        root.mkdir(parents=True, exist_ok=True)
        if self._temporary:
            root.chmod(0o711)  # the database's own account must be able to pass
        self.root = root.absolute()
        self.settings = Settings(
            data_dir=self.root,
            database_url=self.database_url,
            clock_path=str(self.root / "clock"),
            port=self.port or free_port(),
            api_processes=self.processes,
            roads=self.roads,
        )

    @property
    def place(self) -> Path:
        """The directory of the data and the logs."""
        assert self.root is not None
        return self.root

    @property
    def url(self) -> str:
        return f"http://{self.settings.host}:{self.settings.port}"

    @property
    def clock(self) -> SharedClock:
        assert self.settings.clock_path is not None
        return SharedClock(Path(self.settings.clock_path))

    @property
    def running(self) -> dict[str, Any]:
        """What the supervisor says of its processes (``run.json``)."""
        said: dict[str, Any] = json.loads(self.settings.run_file.read_text())
        return said

    @property
    def environ(self) -> dict[str, str]:
        """The environment of our children."""
        path = os.pathsep.join(filter(None, (str(PACKAGE_PARENT), os.environ.get("PYTHONPATH"))))
        base = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        return {**base, **self.settings.environ(), "PYTHONPATH": path}

    def database(self) -> Database:
        """
        Return the play's database, for the figures that only SQL can give; the server must be running.

        :raises KeyError: if the supervisor has not said where it is
        """
        return Database(self.settings.database_url or str(self.running["database_url"]), size=2)

    async def prepare(self, world: dict[str, Any]) -> None:
        """
        Make the database and load the world into it.

        :raises Unavailable: if the database cannot be made or reached
        :raises BadWorld: if the world is wrong
        """
        with ExitStack() as stack:
            dsn = await self._fresh() if self.database_url else stack.enter_context(self._embedded()).dsn
            await migrate.upgrade(dsn)
            db = Database(dsn, size=2)
            try:
                await load_world(db, Loaded.read(json.dumps(world)))
            finally:
                await db.close()

    async def start(self) -> None:
        """
        Start the server and wait until it is ready.

        :raises NoServer: if it ends, or is not ready within two minutes
        """
        with (self.place / "serve.log").open("ab") as log:
            command = [sys.executable, "-m", "dispatch", "serve"]
            self._process = children.spawn(command, env=self.environ, output=log)
        try:
            async with asyncio.timeout(READY_S):
                while not await asyncio.to_thread(self._ready):
                    if self._process.poll() is not None:
                        raise NoServer(f"服务启动后退出(代码 {self._process.returncode}):{self._last_words()}")
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            raise NoServer(f"服务 {READY_S:.0f} 秒内没有就绪:{self._last_words()}") from None

    async def halt(self) -> None:
        """Stop the server and keep all; it can be started again."""
        if self._process is not None:
            await asyncio.to_thread(children.end, self._process, *PATIENCE)
            self._process = None

    async def stop(self) -> None:
        """Stop the server; remove what is not to be kept."""
        await self.halt()
        if self._own_database and not self.keep:
            await self._drop(self._own_database)
        if self._temporary and not self.keep:
            await asyncio.to_thread(shutil.rmtree, self.place, ignore_errors=True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _embedded(self) -> Embedded:
        return Embedded(self.settings.postgres_dir, binaries=self.settings.postgres_bin)

    async def _fresh(self) -> str:
        """Make a database of our own on the named server and use it from now on."""
        assert self.database_url is not None
        name = f"dispatch_play_{secrets.token_hex(6)}"
        try:
            connection = await asyncpg.connect(self.database_url)
            try:
                await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
            finally:
                await connection.close()
        except (OSError, asyncpg.PostgresError) as error:
            raise NoServer(f"无法在 DATABASE_URL 上新建数据库:{error};回放需要建库权限") from error
        self._own_database = name
        own = urlunsplit(urlsplit(self.database_url)._replace(path=f"/{name}"))
        self.settings = Settings(**{**vars(self.settings), "database_url": own})
        return own

    async def _drop(self, name: str) -> None:
        with suppress(OSError, asyncpg.PostgresError):
            connection = await asyncpg.connect(self.database_url)
            try:
                await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            finally:
                await connection.close()

    def _ready(self) -> bool:
        connection = http.client.HTTPConnection(self.settings.host, self.settings.port, timeout=2)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _last_words(self) -> str:
        return (self.place / "serve.log").read_text(errors="replace")[-LAST_WORDS:].strip() or "日志为空"


def free_port() -> int:
    """
    Return a TCP port of this machine that nobody listens on.

    :raises NoServer: if none was found
    """
    for port in random.SystemRandom().sample(PORTS, 200):
        if is_free(port):
            return port
    raise NoServer("找不到空闲端口,请用 --port 指定")


def is_free(port: int) -> bool:
    """Tell whether a TCP port of this machine can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
