"""大屏: a screen on a wall shows its area's figures by a token that ends, and can do nothing else."""

from datetime import timedelta

import httpx
import pytest

from dispatch.accounts.sessions import digest
from tests.web.conftest import Centre, key
from tests.web.conftest import centre as centre

WALL = {"login": "wall.xiangshan", "name": "象山调度大屏", "role": "WALL", "area": "330225"}


async def hung(centre: Centre, **said: object) -> tuple[httpx.AsyncClient, str, str]:
    """Hang a wall; return its client, and where its token is revoked, and the token."""
    admin = await centre.by("admin")
    made = await admin.post("/accounts", json=WALL | said, headers=key())
    assert made.status_code == 201, made.text
    tokens = f"/accounts/{made.json()['id']}/tokens"
    token = await admin.post(tokens, json={"label": "调度大厅", "valid_days": 400}, headers=key())
    assert token.status_code == 201, token.text
    client = await centre.stack.enter_async_context(centre.client(token.json()["token"]))
    return client, f"{tokens}/{token.json()['id']}", token.json()["token"]


async def test_a_wall_shows_the_figures_of_its_area(centre: Centre) -> None:
    await centre.call()
    wall, _, _ = await hung(centre)
    found = (await wall.get("/dashboard")).json()
    assert (found["area"], found["now"]["reported"]) == ("330225", 1)
    assert (await wall.get("/areas/borders")).status_code == 200


@pytest.mark.parametrize("area", ["33", "3302", "330226"])
async def test_a_wall_shows_no_other_area(centre: Centre, area: str) -> None:
    wall, _, _ = await hung(centre)
    assert (await wall.get("/dashboard", params={"area": area})).status_code == 403


@pytest.mark.parametrize(
    "path",
    ["/tickets", "/replay/days", "/reports/daily.xlsx?date=2026-07-01", "/exports/tickets.xlsx", "/accounts", "/crews"],
)
async def test_a_wall_sees_no_ticket_no_report_and_nobody(centre: Centre, path: str) -> None:
    wall, _, _ = await hung(centre)
    assert (await wall.get(path)).status_code == 403


async def test_a_wall_names_no_customer(centre: Centre) -> None:
    ticket = await centre.call(phone="13900000077", customer_name="王小明", address="丹城镇东街7号")
    centre.set_clock(centre.clock.now() + timedelta(minutes=40))
    wall, _, _ = await hung(centre)
    shown = (await wall.get("/dashboard")).text
    assert ticket["ticket_no"] in shown  # among what is about to break
    for secret in ("13900000077", "王小明", "东街7号"):
        assert secret not in shown


async def test_a_revoked_link_ends_at_once(centre: Centre) -> None:
    wall, where, _ = await hung(centre)
    assert (await wall.get("/dashboard")).status_code == 200
    assert (await (await centre.by("admin")).delete(where)).status_code == 204
    assert (await wall.get("/dashboard")).status_code == 401


async def test_a_link_that_ran_out_is_refused(centre: Centre) -> None:
    wall, _, token = await hung(centre)
    async with centre.db.connection() as connection:
        await connection.execute(
            "UPDATE machine_token SET expires_at = now() - interval '1 second' WHERE token_hash = $1", digest(token)
        )
    assert (await wall.get("/dashboard")).status_code == 401


async def test_the_links_secret_is_kept_nowhere(centre: Centre) -> None:
    _, _, token = await hung(centre)
    async with centre.db.connection() as connection:
        tables = [
            row["t"]
            for row in await connection.fetch("SELECT tablename AS t FROM pg_tables WHERE schemaname = 'public'")
        ]
        for table in tables:
            assert not await connection.fetchval(
                f'SELECT count(*) FROM "{table}" AS row WHERE row::text LIKE $1', f"%{token}%"
            ), table


@pytest.mark.parametrize(("said", "days"), [({"area": "330225-1"}, 90), ({}, 401), ({}, 0)])
async def test_a_wall_hangs_in_a_county_or_above_and_not_for_ever(
    centre: Centre, said: dict[str, str], days: int
) -> None:
    admin = await centre.by("admin")
    made = await admin.post("/accounts", json=WALL | said, headers=key())
    if made.status_code == 201:
        made = await admin.post(
            f"/accounts/{made.json()['id']}/tokens", json={"label": "大厅", "valid_days": days}, headers=key()
        )
    assert made.status_code == 422, made.text
