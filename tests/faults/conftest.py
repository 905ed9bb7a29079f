"""A real server on a disk, gone with everything that belonged to it when the test ends."""

from collections.abc import AsyncIterator

import pytest

from dispatch.accounts.sessions import digest
from tests.worlds import PEOPLE, START, WORLD

from .siege import Siege, session

TOKEN = "INSERT INTO machine_token (token_hash, account_id, label, created_at) VALUES ($1, $2, 'test', now())"


@pytest.fixture
async def siege(request: pytest.FixtureRequest) -> AsyncIterator[Siege]:
    """A server with nothing in it, not started; its parameter says how many API processes it will have."""
    server = Siege(processes=getattr(request, "param", 1))
    try:
        yield server
        server.look()
    finally:
        print(server.log()[-20_000:])  # shown when a test fails
        await server.stop()
    await server.all_gone()


@pytest.fixture
async def site(siege: Siege) -> Siege:
    """The small world's server, running; everybody of that world has a token, and it is nine in the morning."""
    siege.clock.set(START)
    await siege.prepare(WORLD)
    await siege.start()
    connection = await session(siege.dsn)
    await connection.executemany(TOKEN, [(digest(f"token-of-{name}"), name) for name in PEOPLE])
    await connection.close()
    return siege
