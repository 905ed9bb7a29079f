"""The embedded server when its owner, the server itself or the machine dies in the middle of work."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from dispatch.kit import children, cluster
from dispatch.kit.cluster import PidFile
from dispatch.kit.postgres import Embedded, StartFailed
from tests.kit.test_postgres import ask, quick
from tests.servers import scratch

pytestmark = pytest.mark.faults

CHECKOUT = Path(__file__).resolve().parents[2]


class Owner(NamedTuple):
    """A process that called ``start`` and what it got."""

    process: subprocess.Popen[str]
    how: str
    server_pid: int


@pytest.fixture
def root() -> Iterator[Path]:
    """A directory that an unprivileged server can reach."""
    made = scratch()
    yield made / "site"
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def launch(root: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start owner programs; whatever is left of them at the end is killed by number."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.kit.owner", str(root), *words]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        started.append(subprocess.Popen(command, cwd=CHECKOUT, text=True, **pipes))  # type: ignore[call-overload]
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()  # type: ignore[union-attr]
    wait_until(lambda: server_of(root) is None)


def owner_of(process: subprocess.Popen[str]) -> Owner:
    assert process.stdout is not None
    how, pid = process.stdout.readline().split()
    return Owner(process, how, 0 if pid == "None" else int(pid))


def server_of(root: Path) -> int | None:
    """Return the number of the server that runs on the data, if one does."""
    found = PidFile.read(root / "data")
    return found.pid if found and cluster.runs_on(found.pid, root / "data") else None


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] == "Z"


def wait_until(true: Callable[[], bool], *, patience_s: float = 30.0) -> None:
    end = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)


def plain(root: Path) -> Embedded:
    """A server as in production: it keeps what it confirms."""
    return Embedded(root, timeout_s=60)


def dsn_of(root: Path) -> str:
    return f"postgresql://postgres@/postgres?host={root / 'run'}&port=5432"


@pytest.mark.parametrize("words", [(), ("thread",)], ids=["from the main thread", "from a thread that ended"])
def test_a_killed_owner_leaves_no_server_and_loses_nothing(
    root: Path, launch: Callable[..., subprocess.Popen[str]], words: tuple[str, ...]
) -> None:
    owner = owner_of(launch(*words))
    assert owner.how == "started"
    ask(dsn_of(root), "CREATE TABLE call AS SELECT g AS n FROM generate_series(1, 1000) g")
    kill(owner.process)
    with plain(root) as server:  # at once: the orphan may still be shutting down
        assert ask(server.dsn, "SELECT count(*) FROM call") == [1000]
        assert gone(owner.server_pid)
        assert server.pid != owner.server_pid


def test_owner_and_server_killed_together_lose_nothing(
    root: Path, launch: Callable[..., subprocess.Popen[str]]
) -> None:
    owner = owner_of(launch())
    ask(dsn_of(root), "CREATE TABLE call AS SELECT g AS n FROM generate_series(1, 1000) g")
    os.kill(owner.server_pid, signal.SIGKILL)
    owner.process.kill()
    wait_until(lambda: gone(owner.server_pid))
    assert PidFile.read(root / "data") is not None, "the server was to leave its lock file behind"
    with plain(root) as server:
        assert ask(server.dsn, "SELECT count(*) FROM call") == [1000]
    assert "automatic recovery in progress" in (root / "postgres.log").read_text()


def test_the_owner_brings_a_killed_server_back(root: Path) -> None:
    with plain(root) as server:
        ask(server.dsn, "CREATE TABLE call AS SELECT 1 AS n")
        first = server.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: not server.alive())
        server.restart()
        assert server.pid != first
        assert ask(server.dsn, "SELECT n FROM call") == [1]


def test_a_lock_file_with_a_strangers_number_does_not_stop_the_start(root: Path) -> None:
    with plain(root) as server:
        ask(server.dsn, "CREATE TABLE call AS SELECT 1 AS n")
        server_pid = server.pid
        assert server_pid is not None
        os.kill(server_pid, signal.SIGKILL)
        wait_until(lambda: not server.alive())
    lock = root / "data" / "postmaster.pid"
    stranger = children.spawn(["sleep", "60"], account=cluster.account_for(root / "data"))
    try:
        wait_until(lambda: b"sleep" in Path(f"/proc/{stranger.pid}/cmdline").read_bytes().split(b"\0")[0])
        for file in (lock, root / "run" / ".s.PGSQL.5432.lock"):
            file.write_text(file.read_text().replace(f"{server_pid}\n", f"{stranger.pid}\n", 1))
        assert f'lock file "{lock.name}" already exists' in alone(root), "PostgreSQL by itself was to refuse"
        with plain(root) as server:
            assert ask(server.dsn, "SELECT n FROM call") == [1]
        assert stranger.poll() is None
    finally:
        children.end(stranger)


def alone(root: Path) -> str:
    """Run the bare server on the data and return what it says when it gives up."""
    account = cluster.account_for(root / "data")
    binaries = cluster.binaries_for(account)
    with (root / "alone.log").open("wb") as file:
        bare = children.spawn([binaries / "postgres", "-D", root / "data"], account=account, output=file)
        try:
            bare.wait(20)
        finally:
            children.end(bare)
    return (root / "alone.log").read_text()


@pytest.mark.parametrize("left", ["", "4", "rubbish\n"], ids=["empty", "half written", "rubbish"])
def test_a_lock_file_cut_off_by_a_crash_does_not_stop_the_start(root: Path, left: str) -> None:
    with quick(root) as server:
        pass
    (server.data / "postmaster.pid").write_text(left)
    with quick(root) as server:
        assert ask(server.dsn, "SELECT 1") == [1]


def test_of_many_owners_at_once_one_starts_and_the_others_attach(
    root: Path, launch: Callable[..., subprocess.Popen[str]]
) -> None:
    owners = [owner_of(process) for process in [launch() for _ in range(4)]]
    assert sorted(owner.how for owner in owners) == ["attached", "attached", "attached", "started"]
    first = next(owner for owner in owners if owner.how == "started")
    guest = next(owner for owner in owners if owner.how == "attached")
    kill(guest.process)
    assert ask(dsn_of(root), "SELECT 1") == [1], "a guest's death is nothing to the server"
    kill(first.process)
    wait_until(lambda: gone(first.server_pid))
    with quick(root) as server:
        assert ask(server.dsn, "SELECT 1") == [1]


def test_an_owner_killed_while_the_cluster_is_made_leaves_no_half_of_one(
    root: Path, launch: Callable[..., subprocess.Popen[str]]
) -> None:
    process = launch()
    wait_until(lambda: any(root.glob("data.new-*/PG_VERSION")))
    kill(process)
    assert not (root / "data").exists(), "it was to die before the cluster was whole"
    with quick(root) as server:
        assert ask(server.dsn, "SELECT 1") == [1]
    with quick(root):
        assert not list(root.glob("data.new-*/base"))


def test_an_owner_killed_again_and_again_loses_nothing(
    root: Path, launch: Callable[..., subprocess.Popen[str]]
) -> None:
    owner = owner_of(launch())
    ask(dsn_of(root), "CREATE TABLE call (n int PRIMARY KEY)")
    for n in range(5):
        ask(dsn_of(root), f"INSERT INTO call VALUES ({n})")
        kill(owner.process)
        if n % 2:
            with contextlib.suppress(ProcessLookupError):  # it may have ended in order already
                os.kill(owner.server_pid, signal.SIGKILL)
        owner = owner_of(launch())
        assert owner.how == "started"
    assert ask(dsn_of(root), "SELECT array_agg(n ORDER BY n) FROM call") == [[0, 1, 2, 3, 4]]


def test_a_full_disk_is_said_in_the_servers_own_words(root: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    root.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m,mode=0711", "tmpfs", str(root)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let us mount")
    try:
        with pytest.raises(StartFailed, match="No space left"):
            quick(root).start()
        assert not (root / "data").exists()
    finally:
        subprocess.run(["umount", str(root)], check=True)
