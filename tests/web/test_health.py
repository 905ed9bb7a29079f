"""What the supervisor, the load balancer and Prometheus are told."""

import asyncio

import httpx

from .conftest import CALL, Centre, key

SITE = "https://dispatch.test"


def outside(centre: Centre) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(centre.app), base_url=SITE)


async def test_a_process_is_alive_without_its_database(centre: Centre) -> None:
    await centre.db.close()
    async with outside(centre) as supervisor:
        assert (await supervisor.get("/health/live")).json() == {"status": "alive"}


async def test_a_process_is_ready_when_database_feed_areas_and_crews_are_there(centre: Centre) -> None:
    await asyncio.wait_for(centre.app.state.hub.follower.ready.wait(), 10)
    async with outside(centre) as supervisor:
        answer = await supervisor.get("/health/ready")
    assert answer.status_code == 200, answer.text
    parts = answer.json()["parts"]
    assert {name: part["ok"] for name, part in parts.items()} == dict.fromkeys(
        ("database", "feed", "areas", "fleet", "messages", "planner"), True
    )
    assert parts["fleet"]["said"] == "4 支队伍在内存"
    assert "DISPATCH_SMS_GATEWAY" in parts["messages"]["said"]
    for part in parts.values():  # an English screen shows no Chinese, a Chinese one no English sentence
        assert part["english"].isascii()
        assert not part["said"].isascii()


async def test_a_process_with_an_old_schema_is_not_ready_and_says_the_command(centre: Centre) -> None:
    async with centre.db.connection() as connection:
        await connection.execute("UPDATE alembic_version SET version_num = '0000'")
    async with outside(centre) as supervisor:
        answer = await supervisor.get("/health/ready")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["parts"]["database"]["ok"] is False
    assert answer.json()["parts"]["database"]["english"].isascii()


async def test_the_figures_count_requests_by_route_and_name_nobody(centre: Centre) -> None:
    ticket = await centre.call()
    await centre.tries("xiangshan", ticket, "accept")
    await (await centre.by("seat")).post("/calls", json=CALL | {"phone": "x"}, headers=key())
    async with outside(centre) as supervisor:
        answer = await supervisor.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert (
        'dispatch_request_seconds_count{method="POST",route="/tickets/{ticket_id}/accept",status="200"}' in answer.text
    )
    assert ticket["id"] not in answer.text
    for name in ("dispatch_intake_batch_calls", "dispatch_feed_lag_seconds", "dispatch_open_consoles"):
        assert name in answer.text
