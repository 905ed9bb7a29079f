"""The lines of a rule pack over the API: of the one in force or of another, beside a third, searched."""

import httpx
import pytest

from .conftest import Centre

PATH, LIMIT = "/pack-lines", "limits.accept_or_return"


@pytest.fixture
async def admin(centre: Centre) -> httpx.AsyncClient:
    return await centre.by("admin")


async def test_without_a_name_they_are_those_of_the_pack_in_force(centre: Centre, admin: httpx.AsyncClient) -> None:
    lines = (await admin.get(PATH)).json()["lines"]
    assert lines == (await admin.get(PATH, params={"pack": centre.app.state.desk.pack.key})).json()["lines"]
    (one,) = [line for line in lines if line["path"] == LIMIT]
    assert (one["item"], one["value"], one["unit"], one["differs"]) == ("时限 · 接单或退单", "3", "分钟", False)
    assert one["raw"]["unit"] == "min"


async def test_two_packs_are_compared_and_what_differs_is_marked(admin: httpx.AsyncClient) -> None:
    asked = {"pack": "sgcc@2026.2", "beside": "csg@2026.2"}
    lines = (await admin.get(PATH, params=asked)).json()["lines"]
    some = (await admin.get(PATH, params=asked | {"differing": True})).json()["lines"]
    assert some == [line for line in lines if line["differs"]]
    assert 0 < len(some) < len(lines)
    again = (await admin.get(PATH, params={"pack": "sgcc@2026.2", "beside": "sgcc@2026.2", "differing": True})).json()
    assert again["lines"] == []


async def test_a_search_and_an_unknown_pack(admin: httpx.AsyncClient) -> None:
    found = (await admin.get(PATH, params={"q": "接单或退单 分钟"})).json()["lines"]
    assert LIMIT in [line["path"] for line in found]
    assert all("接单或退单" in line["item"] + line["source"] for line in found)
    answer = await admin.get(PATH, params={"beside": "sgcc@1999.1"})
    assert answer.status_code == 404
    assert "没有规则包 sgcc@1999.1" in answer.text
    assert (await admin.get(PATH, params={"pack": "'; DROP TABLE ticket"})).status_code == 422
