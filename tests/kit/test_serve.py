"""``dispatch serve``: real processes, brought back when they fall, gone when they are told to go."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from dispatch.desk.setup import load_world
from dispatch.desk.world import World
from dispatch.kit import migrate
from dispatch.kit.clock import SharedClock
from dispatch.kit.db import Database
from dispatch.kit.postgres import Embedded
from tests.servers import scratch
from tests.worlds import WORLD

pytestmark = pytest.mark.faults
CHECKOUT = Path(__file__).resolve().parents[2]


class Site:
    """One installation with a data directory of its own, run as an operator runs it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.log = data / "serve.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.seen: set[int] = set()

    def prepare(self) -> None:
        """Make the embedded database with the small world in it."""
        with Embedded(self.data / "postgres", timeout_s=60) as server:
            self.seen.add(server.pid or 0)
            fill(server.dsn)

    def serve(self, *words: str, **environ: str) -> subprocess.Popen[bytes]:
        """Start it without waiting."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("DISPATCH_", "DATABASE_"))}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dispatch", "serve", "--port", "0", *words],
                cwd=CHECKOUT,
                env={**ours, "DISPATCH_DATA": str(self.data), **environ},
                stdout=log,
                stderr=log,
            )
        return self.process

    @property
    def run(self) -> dict[str, Any]:
        """The runtime file, {} while there is none."""
        try:
            body: dict[str, Any] = json.loads((self.data / "run.json").read_text())
        except FileNotFoundError:
            return {}
        self.seen |= {pid for pid in (*body["processes"].values(), body["postgres"]) if pid}
        return body

    def ready(self) -> bool:
        """Does ``/health/ready`` say yes?"""
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        try:
            return bool(self.run) and httpx.get(self.run["url"] + "/health/ready", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def wait(self, true: Callable[[], bool], *, patience_s: float = 60.0) -> None:
        end = time.monotonic() + patience_s
        while not true():
            assert time.monotonic() < end, self.log.read_text()[-4000:]
            time.sleep(0.05)

    def up(self, *words: str, **environ: str) -> dict[str, Any]:
        self.serve(*words, **environ)
        self.wait(self.ready)
        return self.run

    def down(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(60)


@contextmanager
def installed() -> Iterator[Site]:
    data = scratch()
    made = Site(data)
    try:
        yield made
    finally:
        if made.process is not None:
            made.process.kill()
            made.process.wait()
            made.wait(lambda: all(gone(pid) for pid in made.seen))
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def site() -> Iterator[Site]:
    with installed() as site:
        yield site


@pytest.fixture(scope="module")
def begun() -> Iterator[Site]:
    with installed() as site:
        clock = site.data / "clock"
        SharedClock(clock).set(datetime(2026, 7, 1, 1, 0, tzinfo=UTC))
        site.prepare()
        site.serve(DISPATCH_CLOCK=str(clock))
        yield site


@pytest.fixture
def standing(begun: Site) -> Site:
    """One that serves on a replay's clock, for the tests that leave it serving: a start takes four interpreters."""
    begun.wait(begun.ready)
    return begun


def run_now(work: Coroutine[Any, Any, Any]) -> Any:
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(work)


def fill(dsn: str) -> None:
    async def filled() -> None:
        await migrate.upgrade(dsn)
        db = Database(dsn, size=1)
        await load_world(db, World.model_validate(WORLD))
        await db.close()

    run_now(filled())


def gone(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def ask(dsn: str, question: str) -> object:
    async def connected() -> object:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()

    return run_now(connected())


def test_one_command_brings_everything_up_and_sigterm_takes_it_all_down(site: Site) -> None:
    site.prepare()
    run = site.up("--processes", "2")
    site.wait(lambda: f"已就绪:{run['url']}" in site.log.read_text())
    assert set(run["processes"]) == {"api-1", "api-2", "worker", "solver"}
    assert not any(gone(pid) for pid in (run["postgres"], *run["processes"].values()))
    assert ask(run["database_url"], "SELECT count(*) FROM alembic_version") == 1
    assert site.down() == 0
    assert all(gone(pid) for pid in site.seen)
    assert site.run == {}


@pytest.mark.parametrize("name", ["worker", "api-1"])
def test_a_killed_process_is_brought_back(standing: Site, name: str) -> None:
    first = standing.run["processes"][name]
    os.kill(first, signal.SIGKILL)
    standing.wait(lambda: standing.run["processes"][name] not in (first, None))
    standing.wait(standing.ready)
    assert gone(first)


def test_a_killed_database_is_brought_back_and_loses_nothing(site: Site) -> None:
    site.prepare()
    run = site.up()
    ask(run["database_url"], "CREATE TABLE note AS SELECT 1 AS n")
    os.kill(run["postgres"], signal.SIGKILL)
    site.wait(lambda: site.run["postgres"] not in (run["postgres"], None))
    site.wait(site.ready)
    assert ask(site.run["database_url"], "SELECT n FROM note") == 1


def test_a_killed_supervisor_leaves_nothing_running(site: Site) -> None:
    site.prepare()
    site.up()
    site.down(signal.SIGKILL)
    site.wait(lambda: all(gone(pid) for pid in site.seen))
    assert len(site.seen) >= 3
    again = site.up()
    assert again["pid"] != 0


def test_without_areas_it_says_that_it_cannot_take_calls_yet(site: Site) -> None:
    site.serve()
    site.wait(lambda: "已启动,尚不能受理(areas" in site.log.read_text())
    assert httpx.get(site.run["url"] + "/health/live", timeout=5).status_code == 200
    assert not site.ready()
    assert '"status":503' not in site.log.read_text(), "being asked whether one is ready is no fault to be logged"


def test_a_rule_pack_that_does_not_exist_is_refused_before_anything_serves(site: Site) -> None:
    assert site.serve(DISPATCH_PACK="nope").wait(60) == 2
    assert "[BadSetting](DISPATCH_PACK)" in site.log.read_text()
    assert "现有:csg、national_floor、sgcc" in site.log.read_text()
    assert "process_started" not in site.log.read_text()


def test_ctrl_c_during_the_start_leaves_nothing_running(site: Site) -> None:
    site.serve()
    site.wait(lambda: (site.data / "postgres" / "data").exists())
    assert site.down(signal.SIGINT) == 0
    assert not (site.data / "postgres" / "data" / "postmaster.pid").exists()


def test_an_older_schema_of_a_named_server_is_refused_with_the_command(site: Site, empty_dsn: str) -> None:
    code = site.serve(DATABASE_URL=empty_dsn).wait(60)
    assert code == 2
    assert "[OldSchema]" in site.log.read_text()
    assert "dispatch migrate" in site.log.read_text()


def test_a_named_server_is_used_and_left_running(site: Site, dsn: str) -> None:
    fill(dsn)
    run = site.up(DATABASE_URL=dsn)
    assert run["postgres"] is None
    assert not (site.data / "postgres").exists()
    assert dsn not in (site.data / "run.json").read_text(), "the address may hold a password"
    assert site.down() == 0
    assert ask(dsn, "SELECT 1") == 1


def test_every_process_reads_the_replays_clock(standing: Site) -> None:
    said = f"DISPATCH_CLOCK={standing.data / 'clock'}".encode()
    assert set(standing.run["processes"]) == {"api-1", "worker", "solver"}
    for pid in standing.run["processes"].values():
        assert said in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")


def test_a_busy_port_is_refused_before_anything_starts(site: Site) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        code = site.serve("--port", str(other.getsockname()[1])).wait(60)
    assert code == 2
    assert "[PortBusy]" in site.log.read_text()
    assert f"占用它的进程是 {os.getpid()}(" in site.log.read_text()
    assert f"请执行 kill {os.getpid()} 停掉后再启动" in site.log.read_text()
    assert not (site.data / "postgres").exists()


def test_a_second_serve_on_the_same_directory_is_refused_and_the_first_stays(standing: Site) -> None:
    run = standing.run
    second = Site(standing.data)
    second.log = standing.data / "second.log"
    assert second.serve().wait(60) == 2
    assert "[AlreadyServing]" in second.log.read_text()
    assert standing.ready()
    assert standing.run == run


def test_a_second_installation_attaches_and_takes_the_database_over_when_the_first_goes(site: Site) -> None:
    site.prepare()
    first = site.up()
    second = Site(site.data / "second")
    second.data.mkdir()
    (second.data / "postgres").symlink_to(site.data / "postgres")
    try:
        assert second.up()["postgres"] is None
        assert site.down() == 0
        second.wait(lambda: second.run.get("postgres") not in (None, first["postgres"]))
        second.wait(second.ready)
        assert second.down() == 0
    finally:
        assert second.process is not None
        second.process.kill()
        second.process.wait()
