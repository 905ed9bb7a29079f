"""Rule packs from an administrator: checked, compared, in force from an instant on, and not for tickets before it."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

import dispatch
from dispatch.desk.packplans import begin_due
from tests.web.conftest import Centre, key
from tests.web.conftest import centre as centre
from tests.worlds import START

OLD = (Path(dispatch.__file__).parent / "kit" / "packs" / "sgcc-2026.2.yaml").read_text("utf-8")
NEW = OLD.replace('version: "2026.2"', 'version: "2026.9"').replace("version: 2026.2\n", "version: 2026.9\n")
LONGER = NEW.replace("accept_or_return: {value: 3,", "accept_or_return: {value: 4,", 1)


@pytest.fixture
async def admin(centre: Centre) -> httpx.AsyncClient:
    return await centre.by("admin")


def planned(minutes: int = 10, text: str = LONGER) -> dict[str, Any]:
    """Return a plan whose pack is in force so many minutes after the start."""
    return {"text": text, "from_at": (START + timedelta(minutes=minutes)).isoformat(), "reason": "省公司〔2026〕9号文"}


async def current(admin: httpx.AsyncClient) -> str:
    packs = (await admin.get("/packs")).json()["packs"]
    return next(pack["key"] for pack in packs if pack["current"])


async def reached(admin: httpx.AsyncClient, wanted: str) -> None:
    async with asyncio.timeout(30):
        while await current(admin) != wanted:
            await asyncio.sleep(0.1)


async def test_a_check_says_what_would_change_and_keeps_nothing(centre: Centre, admin: httpx.AsyncClient) -> None:
    assert LONGER != NEW != OLD
    found = await admin.post("/packs/check", json={"text": LONGER})
    assert found.status_code == 200, found.text
    (one,) = found.json()["differences"]
    assert (one["path"], one["item"]) == ("limits.accept_or_return", "时限 · 接单或退单")
    assert (one["other"], one["value"], one["unit"]) == ("3 分钟", "4", "分钟")
    assert one["source"]
    assert (await admin.get("/pack-plans")).json()["plans"] == []


async def test_a_pack_is_followed_from_its_instant_on_and_not_by_tickets_before(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    before = await centre.call()
    made = await admin.post("/packs", json=planned(), headers=key())
    assert made.status_code == 201, made.text
    assert await current(admin) == "sgcc@2026.2"
    centre.set_clock(START + timedelta(minutes=9))
    assert await begin_due(centre.db, at=centre.clock.now()) == []
    centre.set_clock(START + timedelta(minutes=10))
    assert await begin_due(centre.db, at=centre.clock.now()) == ["sgcc@2026.9"]
    await reached(admin, "sgcc@2026.9")
    after = await centre.call()
    assert (before["pack"], after["pack"]) == ("sgcc@2026.2", "sgcc@2026.9")
    kept = (await (await centre.by("monitor")).get(f"/tickets/{before['id']}")).json()
    assert kept["pack"] == "sgcc@2026.2"
    assert (await admin.post("/packs/sgcc@2026.9/withdraw")).json()["error"]["code"] == "Begun"


async def test_a_withdrawn_pack_never_begins_and_its_number_is_spent(centre: Centre, admin: httpx.AsyncClient) -> None:
    await admin.post("/packs", json=planned(), headers=key())
    gone = await admin.post("/packs/sgcc@2026.9/withdraw")
    assert gone.status_code == 200, gone.text
    centre.set_clock(START + timedelta(hours=1))
    assert await begin_due(centre.db, at=centre.clock.now()) == []
    assert await current(admin) == "sgcc@2026.2"
    again = await admin.post("/packs", json=planned(90), headers=key())
    assert again.json()["error"]["code"] == "OldVersion"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (OLD, "OldVersion"),
        (NEW.replace("id: sgcc", "id: other", 1), "OtherFamily"),
        ("limits: [", "BadPack"),
        ("a: &x [1]\nb: *x", "BadPack"),
        (NEW.replace("accept_or_return: {value: 3,", "accept_or_return: {value: -3,", 1), "BadPack"),
        (NEW.replace("accept_or_return:", "acept_or_return:", 1), "BadPack"),
    ],
)
async def test_a_pack_that_cannot_be_followed_is_refused_and_named(
    centre: Centre, admin: httpx.AsyncClient, text: str, code: str
) -> None:
    for path, body in (("/packs/check", {"text": text}), ("/packs", planned(text=text))):
        answer = await admin.post(path, json=body, headers=key())
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code), answer.text
    assert (await admin.get("/pack-plans")).json()["plans"] == []


async def test_nobody_is_surprised_by_a_pack_and_only_the_administrator_brings_one(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    assert (await admin.post("/packs", json=planned(0), headers=key())).json()["error"]["code"] == "TooSoon"
    later = NEW.replace("2026.9", "2026.10")
    assert (await admin.post("/packs", json=planned(30), headers=key())).status_code == 201
    await asyncio.sleep(0)
    earlier = await admin.post("/packs", json=planned(20, later), headers=key())
    assert earlier.json()["error"]["code"] == "TooSoon"
    assert (await (await centre.by("monitor")).post("/packs", json=planned(), headers=key())).status_code == 403
