"""The embedded server: what it is when all is well, and what it says when it cannot be."""

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from dispatch.kit import cluster, postgres
from dispatch.kit.cluster import BadDataDirectory, NoBinaries
from dispatch.kit.postgres import Embedded, ForeignServer, PortBusy, StartFailed, StartTimeout
from tests.proxy import free_socket
from tests.servers import FORGETFUL, scratch

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives up root")


@pytest.fixture
def root() -> Iterator[Path]:
    """A directory that an unprivileged server can reach; pytest's own are closed to it."""
    made = scratch()
    yield made / "site"
    shutil.rmtree(made, ignore_errors=True)


def ask(dsn: str, *questions: str) -> list[object]:
    async def connected() -> list[object]:
        connection = await asyncpg.connect(dsn)
        try:
            return [await connection.fetchval(question) for question in questions]
        finally:
            await connection.close()

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(connected())


def quick(root: Path, **more: object) -> Embedded:
    return Embedded(root, options=FORGETFUL, timeout_s=60, **more)  # type: ignore[arg-type]


def made(root: Path) -> Embedded:
    """Return a server whose cluster exists and which is stopped."""
    server = quick(root)
    with server:
        pass
    return server


def test_a_new_server_keeps_what_it_confirms_and_knows_chinese(root: Path) -> None:
    with Embedded(root) as server:
        answers = ask(
            server.dsn,
            *("SHOW fsync", "SHOW synchronous_commit", "SHOW data_checksums", "SHOW server_encoding"),
            "SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = 'postgres'",
        )
        assert answers == ["on", "on", "on", "UTF8", "b C.UTF-8"]
        ask(server.dsn, "CREATE EXTENSION pg_trgm")
        assert ask(server.dsn, "SELECT cardinality(show_trgm('停电抢修'))") == [5]


def test_what_was_written_is_there_after_a_stop_and_a_start(root: Path) -> None:
    with quick(root) as server:
        ask(server.dsn, "CREATE TABLE note AS SELECT '丹东街道停电' AS said")
    with quick(root) as server:
        assert ask(server.dsn, "SELECT said FROM note") == ["丹东街道停电"]
        assert server.alive()
    assert server.pid is None


@needs_root
def test_the_server_does_not_run_as_root_and_its_socket_is_closed_to_others(root: Path) -> None:
    with quick(root) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0
        run = root / "run"
        assert run.stat().st_mode & 0o777 == 0o700
        assert (root / "data").stat().st_mode & 0o777 == 0o700


def test_a_second_start_in_another_object_attaches_to_the_first(root: Path) -> None:
    with quick(root, port=5433) as owner:
        guest = quick(root)
        assert guest.start() == "attached"
        assert ask(guest.dsn, "SHOW port") == ["5433"]
        guest.stop()
        assert owner.alive()


def test_a_server_started_from_a_thread_that_ends_stays(root: Path) -> None:
    server = quick(root)
    starter = threading.Thread(target=server.start)
    starter.start()
    starter.join()
    try:
        assert ask(server.dsn, "SELECT pg_sleep(0.2) IS NOT NULL", "SELECT 1")[1] == 1
        assert server.alive()
    finally:
        server.stop()


def test_a_long_path_gets_a_short_socket(root: Path) -> None:
    long = root / ("长" * 40)
    with quick(long) as server:
        assert ask(server.dsn, "SELECT 1") == [1]
        place = Path(server.dsn.partition("host=")[2].partition("&")[0])
        assert len(os.fsencode(place)) < cluster.LONGEST_SOCKET_DIR
    place.rmdir()


def test_a_strangers_directory_in_the_sockets_place_is_refused(root: Path) -> None:
    long = root / ("长" * 40)
    place = Path("/tmp") / f"dispatch-pg-{cluster.short_name(long)}"
    place.mkdir(mode=0o755)
    place.chmod(0o755)
    try:
        with pytest.raises(ForeignServer, match="删除"):
            quick(long).start()
    finally:
        place.rmdir()


def test_over_tcp_one_needs_the_password(root: Path) -> None:
    with free_socket() as bound:
        port = bound.getsockname()[1]
    with quick(root, port=port, listen="127.0.0.1") as server:
        address = f"127.0.0.1:{port}/postgres"
        assert ask(f"postgresql://postgres:{server.password}@{address}", "SELECT 1") == [1]
        with pytest.raises(asyncpg.InvalidPasswordError):
            ask(f"postgresql://postgres:wrong@{address}", "SELECT 1")


def test_a_busy_port_is_named(root: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortBusy, match=str(port)):
            quick(root, port=port, listen="127.0.0.1").start()


def test_another_versions_directory_is_left_alone(root: Path) -> None:
    server = made(root)
    (server.data / "PG_VERSION").write_text("13\n")
    with pytest.raises(BadDataDirectory, match="PostgreSQL 13"):
        quick(root).start()
    assert (server.data / "PG_VERSION").read_text() == "13\n"


def test_a_directory_of_other_files_is_left_alone(root: Path) -> None:
    (root / "data").mkdir(parents=True)
    (root / "data" / "照片.jpg").write_bytes(b"\xff\xd8")
    with pytest.raises(BadDataDirectory, match="照片"):
        quick(root).start()
    assert os.listdir(root / "data") == ["照片.jpg"]


def test_a_file_in_the_directorys_place_is_refused(root: Path) -> None:
    root.mkdir()
    (root / "data").write_text("")
    with pytest.raises(BadDataDirectory, match="不是目录"):
        quick(root).start()


def test_a_cluster_with_parts_missing_is_refused(root: Path) -> None:
    server = made(root)
    (server.data / "global" / "pg_control").unlink()
    with pytest.raises(BadDataDirectory, match="pg_control"):
        quick(root).start()


def test_a_damaged_control_file_ends_with_the_servers_own_words(root: Path) -> None:
    server = made(root)
    (server.data / "global" / "pg_control").write_bytes(b"\x07" * 8192)
    with pytest.raises((StartFailed, BadDataDirectory), match=r"incorrect checksum|incompatible"):
        quick(root).start()
    assert server.pid is None


def test_a_directory_that_others_may_write_is_refused(root: Path) -> None:
    server = made(root)
    server.data.chmod(0o777)
    with pytest.raises(BadDataDirectory, match="chmod 0700"):
        quick(root).start()


@needs_root
def test_a_cluster_stays_with_its_owner(root: Path) -> None:
    server = made(root)
    owner = server.data.stat().st_uid
    stranger = 65534 if owner != 65534 else 1
    for path in (server.data, *server.data.rglob("*")):
        os.chown(path, stranger, -1)
    shutil.rmtree(root / "run")
    with quick(root) as again:
        assert Path(f"/proc/{again.pid}").stat().st_uid == stranger


@needs_root
def test_below_a_closed_directory_the_data_go_where_the_server_can_reach_them(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = root.with_name("store")
    monkeypatch.setattr(cluster, "STORE", store)
    root.mkdir(mode=0o700)
    package = cluster.binaries_for(None).parent.parent
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, root / part.name, ignore=shutil.ignore_patterns("include", "*.a", "doc"))
    monkeypatch.syspath_prepend(root)
    inside = root / "site"
    with quick(inside) as server:
        ask(server.dsn, "CREATE TABLE note AS SELECT 1")
        assert (inside / "data").is_symlink()
        assert server.data.is_relative_to(store)
        assert Path(f"/proc/{server.pid}/exe").readlink().is_relative_to(store)
    with quick(inside) as server:
        assert ask(server.dsn, "SELECT count(*) FROM note") == [1]
        sockets = Path(server.dsn.partition("host=")[2].partition("&")[0])
    sockets.rmdir()


def test_without_programs_the_setting_is_named(root: Path) -> None:
    with pytest.raises(NoBinaries, match="DISPATCH_POSTGRES_BIN"):
        quick(root, binaries=root).start()


def test_a_setting_the_server_does_not_know_ends_with_its_own_words(root: Path) -> None:
    with pytest.raises(StartFailed, match="no_such_setting"):
        Embedded(root, options=["no_such_setting=1"]).start()


def test_a_start_that_takes_too_long_is_given_up_and_leaves_nothing(root: Path) -> None:
    server = made(root)
    hurried = Embedded(root, timeout_s=0)
    with pytest.raises(StartTimeout, match=r"postgres\.log"):
        hurried.start()
    assert hurried.pid is None
    with quick(root):
        assert server.data.exists()


def test_a_server_that_was_started_by_hand_on_our_data_is_not_taken_over(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "ORPHAN_GRACE_S", 0.2)
    made(root)
    by_hand = quick(root)
    by_hand.start()
    lock, by_hand._lock = by_hand._lock, None  # noqa: SLF001  (a server whose starter holds no lock)
    assert lock is not None
    lock.close()
    try:
        with pytest.raises(ForeignServer, match=str(by_hand.pid)):
            quick(root).start()
    finally:
        by_hand.stop()
