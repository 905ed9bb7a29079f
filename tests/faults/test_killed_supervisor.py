"""The supervisor is killed and at once started again, as the machine's own supervisor does it."""

import httpx
import pytest

from tests.web.conftest import CALL, key

from .siege import Siege, is_gone, session

pytestmark = pytest.mark.faults


async def test_a_supervisor_started_again_at_once_waits_for_what_the_killed_one_left(site: Siege) -> None:
    headers = {"Authorization": "Bearer token-of-seat"} | key()
    async with httpx.AsyncClient(base_url=site.url, timeout=60, headers=headers) as client:
        first = await client.post("/api/v1/calls", json=CALL)
        assert first.status_code == 201
        for _ in range(3):
            before = site.look()
            (hit,) = site.kill(site.supervisor)
            await site.start_again()
            assert is_gone(hit)
            assert all(map(is_gone, before)), "what is left of the first would serve beside the second"
            again = await client.post("/api/v1/calls", json=CALL)
            assert again.json() == first.json()
    connection = await session(site.dsn)
    assert await connection.fetchval("SELECT count(*) FROM call") == 1
    await connection.close()
