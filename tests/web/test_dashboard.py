"""指挥看板: its figures against a slow count over the tickets themselves; its parts make up the whole."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import shapely
import shapely.geometry

from dispatch.kit.clock import CHINA
from dispatch.kit.ending import ended
from dispatch.notify import sequencer
from tests.web.conftest import Centre, key
from tests.web.conftest import centre as centre
from tests.worlds import IN_NINGHAI, START

pytestmark = pytest.mark.usefixtures("numbering")
ALL = ("reported", "open", "waiting", "accepted", "arrived", "restored", "overdue", "lent")


@pytest.fixture
async def numbering(dsn: str) -> AsyncIterator[None]:
    """Number the changes, as the worker does: without it nobody hears of them."""
    task = asyncio.create_task(sequencer.run(dsn))
    yield
    await ended(task)


async def shown(centre: Centre, who: str = "monitor", **query: str) -> dict[str, Any]:
    """Return the dashboard, counted anew."""
    pictures: Any = centre.app.state.pictures
    pictures.forget()
    answer = await (await centre.by(who)).get("/dashboard", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def heard(centre: Centre, ticket: dict[str, Any]) -> None:
    """Wait until this process has heard of a ticket's version."""
    days: Any = centre.app.state.pictures.keeper
    async with asyncio.timeout(30):
        while not days.knows(ticket["id"], ticket["version"]):
            await asyncio.sleep(0.02)


async def test_the_figures_are_those_of_the_tickets(centre: Centre) -> None:
    await shown(centre)  # from now on it follows the feed
    near = [await centre.call() for _ in range(4)]
    far = [await centre.call(place={"lon": IN_NINGHAI.lon, "lat": IN_NINGHAI.lat}) for _ in range(2)]
    await centre.does("xiangshan", near[0], "accept", version=near[0]["version"])
    centre.set_clock(START + timedelta(minutes=7))
    late = await centre.does("xiangshan", near[1], "accept", version=near[1]["version"])
    await heard(centre, late)
    found = await shown(centre)
    assert {name: found["now"][name] for name in ALL} == {
        "reported": len(near + far), "open": 6, "waiting": 6, "accepted": 2, "arrived": 0, "restored": 0,
        "overdue": len(late["flags"]["overdue"]), "lent": 0,
    }  # fmt: skip
    assert found["now"]["accepted_in_time"] == 1
    assert sum(found["came"]) == 6
    assert found["came"][START.astimezone(CHINA).hour] == 6
    assert [step["n"] for step in found["funnel"]][:2] == [6, 2]


async def test_the_counties_make_up_the_province_and_a_cold_count_is_the_same(centre: Centre) -> None:
    await shown(centre)
    last = [await centre.call(), await centre.call(place={"lon": IN_NINGHAI.lon, "lat": IN_NINGHAI.lat})][-1]
    await heard(centre, last)
    warm = await shown(centre)
    for level in ("parts", "counties"):
        for name in ALL:
            assert sum(part["tally"][name] for part in warm[level]) == warm["now"][name], (level, name)
    centre.app.state.pictures.keeper.forget()
    cold = await shown(centre)
    assert cold | {"at": None} == warm | {"at": None}


async def test_a_past_day_is_counted_as_it_was_today(centre: Centre) -> None:
    await shown(centre)
    await heard(centre, await centre.call())
    today = await shown(centre)
    centre.set_clock(START + timedelta(days=2))
    past = await shown(centre, date=START.astimezone(CHINA).date().isoformat())
    assert past["now"]["reported"] == today["now"]["reported"] == 1
    assert past["came"] == today["came"]
    assert (await shown(centre))["now"]["reported"] == 0


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"area": "99"}, 404),
        ({"date": "2026-07-02"}, 422),
        ({"date": "9999-12-31"}, 422),
        ({"date": "0001-01-01"}, 422),
        ({"date": "yesterday"}, 422),
        ({"colour": "red"}, 422),
    ],
)
async def test_what_cannot_be_shown_is_refused(centre: Centre, query: dict[str, str], status: int) -> None:
    answer = await (await centre.by("monitor")).get("/dashboard", params=query)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["field"]


async def test_a_county_sees_its_own_and_no_other(centre: Centre) -> None:
    desk = await centre.by("xiangshan")
    assert (await desk.get("/dashboard")).json()["area"] == "330225"
    assert (await desk.get("/dashboard", params={"area": "330226"})).status_code == 403
    assert (await desk.get("/dashboard", params={"area": "33"})).status_code == 403


async def test_borders_are_drawn_once_and_known_by_their_tag(centre: Centre) -> None:
    desk = await centre.by("xiangshan")
    first = await desk.get("/areas/borders")
    assert {feature["id"] for feature in first.json()["features"]} >= {"330225", "330226"}
    again = await desk.get("/areas/borders", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    own = await desk.get("/areas/borders", params={"under": "330225"})
    assert [feature["id"] for feature in own.json()["features"]] == ["330225"]


async def test_many_who_look_at_once_are_answered_from_one_count(centre: Centre) -> None:
    wall = await centre.by("monitor")
    answers = await asyncio.gather(*(wall.get("/dashboard") for _ in range(12)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["at"] for answer in answers}) == 1
    centre.set_clock(START + timedelta(minutes=1))
    assert (await wall.get("/dashboard")).json()["at"] == answers[0].json()["at"]  # within five seconds
    assert (await shown(centre))["at"] != answers[0].json()["at"]
    other = await (await centre.by("xiangshan")).get("/dashboard")
    assert other.json()["area"] == "330225"  # the picture of another area is another's


async def test_borders_loaded_anew_are_drawn_anew(centre: Centre) -> None:
    desk = await centre.by("xiangshan")
    first = await desk.get("/areas/borders")
    async with centre.db.connection() as connection:
        await connection.execute("UPDATE area SET boundary = NULL WHERE code = '330226'")
    async with asyncio.timeout(30):
        while (again := await desk.get("/areas/borders")).headers["etag"] == first.headers["etag"]:
            await asyncio.sleep(0.05)
    assert "330226" not in {feature["id"] for feature in again.json()["features"]}


async def test_neighbours_keep_one_common_line(centre: Centre) -> None:
    drawn = (await (await centre.by("monitor")).get("/areas/borders")).json()["features"]
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in drawn]
    assert shapely.coverage_is_valid(shapes)
    assert (await (await centre.by("monitor")).get("/areas/borders", params={"under": "99"})).status_code == 404


async def test_a_ticket_that_changes_is_counted_once(centre: Centre) -> None:
    await shown(centre)
    ticket = await centre.call()
    again = await (await centre.by("xiangshan")).post(
        f"/tickets/{ticket['id']}/accept", json={"version": ticket["version"]}, headers=key()
    )
    await heard(centre, again.json())
    assert (await shown(centre))["now"]["reported"] == 1
