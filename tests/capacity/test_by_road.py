"""Booked visits along roads: the way there is not the way back, and what is closed on the day counts."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest

from dispatch.capacity.booking import TooFar
from dispatch.capacity.words import Appointment
from dispatch.desk.bookings import mending
from dispatch.desk.bookings.driving import Ways
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.routing.roads.closures import Closure, ClosureCause
from dispatch.routing.roads.network import Roads
from tests.routing.roads.networks import graph_of
from tests.worlds import START

from .bookings import TOMORROW, book, confirm, declare, slot

# The depot is at 1. One drives out by 1 -> 2, one way, and home by the longer 2 -> 3 -> 1.
POINTS = {1: (121.88, 29.47), 2: (121.80, 29.47), 3: (121.84, 29.53)}
LOOP = [([1, 2], "primary", 1), ([2, 3, 1], "primary", 1)]
OUT, THERE, FAR = (121.88, 29.47), {"lon": 121.82, "lat": 29.47}, {"lon": 121.801, "lat": 29.47}
DUE = {"appointment": Appointment.BY_DATE, "due": TOMORROW}


@pytest.fixture
def roads(desk: Desk) -> Roads:
    desk.travel = Roads(graph_of(POINTS, LOOP, names=("去程", "回程")), desk.fleet.rule)
    return desk.travel


def closed(day: date, *, ways: Sequence[int] = (2,)) -> Closure:
    from_at = START.replace(year=day.year, month=day.month, day=day.day, hour=0)
    until_at = from_at + timedelta(hours=12)
    return Closure("c", ClosureCause.FLOOD, "", None, from_at, until_at, ways=tuple(ways))


async def legs(connection: Connection) -> list[tuple[int, int]]:
    rows = await connection.fetch("SELECT drive_s, home_s FROM visit_stop ORDER BY team, position")
    return [(row["drive_s"], row["home_s"]) for row in rows]


async def test_a_route_is_kept_by_the_ways_that_lead_there_and_on(desk: Desk, roads: Roads) -> None:
    await declare(desk, 5)
    for where in (THERE, FAR):
        await confirm(desk, await book(desk, **DUE, **where))
    ways = Ways(desk, "urban", START + timedelta(hours=23))
    there, far = (THERE["lon"], THERE["lat"]), (FAR["lon"], FAR["lat"])
    assert ways.leg(OUT, there) < ways.leg(there, OUT), "out by the short way, home by the loop"
    async with desk.db.connection() as connection:
        assert await legs(connection) == [
            (ways.leg(OUT, there), ways.leg(there, OUT)),
            (ways.leg(there, far), ways.leg(far, OUT)),
        ]


async def test_what_is_offered_along_roads_fits_both_ways(desk: Desk, roads: Roads) -> None:
    await declare(desk, 5)
    held = await book(desk, **DUE, **THERE)
    ways = Ways(desk, "urban", START + timedelta(hours=23))
    there = (THERE["lon"], THERE["lat"])
    extra = round((ways.leg(OUT, there) + ways.leg(there, OUT)) / 60)
    assert f"多行车 {extra} 分钟" in held.why


async def test_a_road_that_is_closed_on_the_day_makes_the_visit_too_far(desk: Desk, roads: Roads) -> None:
    later = TOMORROW + timedelta(days=1)
    await declare(desk, 5)
    await declare(desk, 5, slot(later))
    roads.close([closed(TOMORROW)])
    with pytest.raises(TooFar):
        await book(desk, **DUE, **THERE)
    held = await book(desk, appointment=Appointment.BY_DATE, due=later, **THERE)
    assert held.slot == slot(later)


async def test_routes_are_planned_anew_along_roads(desk: Desk, roads: Roads) -> None:
    await declare(desk, 5)
    held = [await confirm(desk, await book(desk, **DUE, **where)) for where in (THERE, FAR)]
    async with desk.db.transaction() as tx:
        before = await legs(tx)
        live = await mending.mend(tx, desk, slot(), at=START)
        assert await mending.anew(desk, live, live.visits, [])
        assert [visit.id for visit in live.visits] == [each.id for each in held]
        assert [stop.drive_s for route in live.routes.values() for stop in route.stops()] == [one for one, _ in before]


async def test_the_way_back_is_asked_for_each_place_by_itself(desk: Desk, roads: Roads) -> None:
    ways = Ways(desk, "urban", START)
    lon, lat = np.array([[OUT[0], FAR["lon"]]]), np.array([[OUT[1], FAR["lat"]]])
    there = (THERE["lon"], THERE["lat"])
    assert ways.back(lon, lat, there).tolist() == [[ways.leg(there, OUT), ways.leg(there, (FAR["lon"], FAR["lat"]))]]
    assert ways.into(lon, lat, there).shape == (1, 2)
