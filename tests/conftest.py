"""Fixtures that every test may use: a real PostgreSQL, and a fresh copy of the schema for each test."""

import gc
import importlib.util
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from types import FrameType

import pytest
from hypothesis import HealthCheck, settings

from dispatch.kit.db import Database
from tests.servers import Server, embedded, migrated, scratch

# A slow machine is no fault: no example has a deadline, and slow drawing is no failure. The same examples are drawn in
# each run, so that a red one is a change's; ``HYPOTHESIS_PROFILE=explore`` draws others.
settings.register_profile(
    "patient", deadline=None, print_blob=True, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", settings.get_profile("patient"), derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "patient"))

gc.disable()  # until all is loaded: see pytest_collection_finish

pytest_plugins = ["tests.worlds"] if importlib.util.find_spec("tests.worlds") else []


def pytest_sessionstart() -> None:
    """
    Let Ctrl-C end a run of one process by a handler of our own, that ``asyncio`` leaves alone.

    It would put its own in place of Python's for each coroutine that is run, and looking at that one writes out what
    the coroutine returned (``repr`` of a whole rule pack): a fifth of the time. Workers under xdist hear no Ctrl-C.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def pytest_collection_finish() -> None:
    """What was loaded by now stays to the end: no search for garbage need walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for the run (for each worker under xdist): ``TEST_DATABASE_URL``, or an embedded one in memory."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        server = Server(url)
        yield server
        server.close()
        return
    root = scratch()
    try:
        with embedded(root) as postgres:
            server = Server(postgres.dsn)
            yield server
            server.close()
    finally:
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session")
def template(server: Server) -> Iterator[str]:
    """Name of the migrated database that tests clone."""
    name = migrated(server)
    yield name
    server.drop(name)


@pytest.fixture
def dsn(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """
    Address of a database of this test's own, with the schema and nothing in it.

    A test that asks for a ``world`` gets a copy of the database in which that world was ``settled`` once for all.
    """
    name = server.create(request.getfixturevalue("settled" if "world" in request.fixturenames else "template"))
    yield server.address(name)
    server.drop(name)


@pytest.fixture
def empty_dsn(server: Server) -> Iterator[str]:
    """Address of a database of this test's own without a schema."""
    name = server.create()
    yield server.address(name)
    server.drop(name)


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    """The program's own way to this test's database."""
    database = Database(dsn, size=8)
    yield database
    await database.close()
