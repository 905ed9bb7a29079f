"""Short words for what the tests of a visit's day do: a list that is frozen, and reports by HTTP."""

from typing import Any

import httpx

from dispatch.capacity import lists, store
from dispatch.capacity.booking import Booking
from dispatch.capacity.words import Half
from dispatch.capacity.worklist import Worklist
from dispatch.desk.room import Desk
from dispatch.desk.setup import open_desk
from dispatch.desk.worklists.making import freeze_due
from tests.web.conftest import Centre, key
from tests.worklists.halfday import CUT_OFF, DAY, DEPOT, at, declares, promised

LIST = f"/worklists/{DEPOT}/{DAY.isoformat()}/am"


async def morning(centre: Centre, *, teams: int = 1) -> Desk:
    """Let 丹城 have a frozen list: a at 08:00, b at 09:00, both agreed hours; c by its date. It is 08:00."""
    desk = await open_desk(centre.db, "sgcc")
    await declares(desk, teams, 6)
    await promised(desk, "a", 2.0, clock=("08:00", "08:40"))
    await promised(desk, "b", 4.0, clock=("09:00", "10:00"))
    await promised(desk, "c", 6.0)
    await freeze_due(desk, at=CUT_OFF)
    centre.set_clock(at("08:00"))
    return desk


async def says(centre: Centre, who: str, booking_id: str, what: str, **said: Any) -> httpx.Response:
    """Let somebody report a visit."""
    return await (await centre.by(who)).post(f"/bookings/{booking_id}/{what}", json=said, headers=key())


async def does(centre: Centre, who: str, booking_id: str, what: str, **said: Any) -> dict[str, Any]:
    answer = await says(centre, who, booking_id, what, **said)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def booking(desk: Desk, name: str) -> Booking:
    async with desk.db.connection() as connection:
        return await store.load(connection, name)


async def steps(desk: Desk, name: str) -> list[str]:
    """Return what happened to a booking, in order."""
    async with desk.db.connection() as connection:
        return [line.step.value for line in await store.log(connection, name)]


async def list_then(desk: Desk, half: Half = Half.AM) -> Worklist:
    async with desk.db.connection() as connection:
        return await lists.load(connection, DEPOT, DAY, half)


def outcomes(made: Worklist) -> dict[str, str]:
    """Return booking -> what became of it, of those on the list."""
    every = [stop for team in made.teams for stop in team.stops]
    found = {stop.booking_id: stop.outcome for stop in every} | {one.booking_id: one.outcome for one in made.left_out}
    return {name: outcome.value if outcome else "" for name, outcome in found.items()}
