"""Fixtures that every test may use: a real PostgreSQL, and a fresh copy of the schema for each test."""

import importlib.util
import os
import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from dispatch.kit.db import Database
from tests.servers import Server, embedded, migrated, scratch

# A slow machine is no fault: no example has a deadline, and slow drawing is no failure.
settings.register_profile("patient", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

pytest_plugins = ["tests.worlds"] if importlib.util.find_spec("tests.worlds") else []


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
def dsn(server: Server, template: str) -> Iterator[str]:
    """Address of a database of this test's own, with the schema and nothing in it."""
    name = server.create(template)
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
