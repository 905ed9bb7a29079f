"""
Laws of a frozen list, whatever is done to it: every booked visit of the half-day stands on it exactly once, on a route
that can be driven or among those left out; every promise on a route is kept; the log's last line is the list.
"""

from datetime import datetime, timedelta
from random import Random

import pytest

from dispatch.capacity import store
from dispatch.capacity.words import BookingState
from dispatch.capacity.worklist import Worklist
from dispatch.desk.bookings import booking as bookings
from dispatch.desk.bookings.booking import Said
from dispatch.desk.room import Desk
from dispatch.desk.worklists import deciding
from dispatch.desk.worklists.changing import CannotBeMade, on_routes
from dispatch.desk.worklists.deciding import Order
from dispatch.desk.worklists.making import freeze_due
from tests.worlds import person

from .halfday import AM, CUT_OFF, DAY, DEPOT, at, busy_county, declares, list_of, slot

STEPS = 14
TURNED_BACK = (16, 22, 25)  # teams that were on their way were once timed anew from where they had left
LAST = "SELECT doc FROM worklist_event WHERE depot = $1 AND date = $2 AND half = $3 ORDER BY version DESC LIMIT 1"


async def check(desk: Desk) -> Worklist:
    """Hold the list against the bookings, its log and the clock."""
    made = await list_of(desk)
    assert made is not None
    async with desk.db.connection() as connection:
        booked = {
            one.id
            for one in await store.of_day(connection, DEPOT, DAY, limit=1000)
            if one.state is BookingState.BOOKED and one.slot.half is AM
        }
        last = await connection.fetchval(LAST, DEPOT, DAY, AM.value)
    assert Worklist.model_validate_json(last) == made
    named = [stop.booking_id for team in made.teams for stop in team.stops]
    named += [left.booking_id for left in made.left_out]
    assert sorted(named) == sorted(booked)
    for team in made.teams:
        free_at = team.from_at
        for stop in team.stops:
            assert stop.arrives_at >= free_at + timedelta(seconds=stop.drive_s)
            assert stop.from_at <= stop.begins_at <= stop.to_at
            assert stop.arrives_at <= stop.begins_at < stop.ends_at
            free_at = stop.ends_at
        assert (team.home_at is None) is (not team.stops)
        assert team.home_at is None or free_at <= team.home_at <= team.to_at
    return made


def still_to_come(made: Worklist, now: datetime) -> list[str]:
    return sorted(stop.booking_id for team in made.teams for stop in team.stops if stop.begins_at > now)


@pytest.mark.parametrize("seed", [0, *TURNED_BACK])
async def test_whatever_is_done_to_a_list_its_laws_hold(desk: Desk, seed: int) -> None:
    random = Random(seed)
    await busy_county(desk)
    for kind in ("survey", "metering", "field_test"):
        await declares(desk, 1, 3, slot(type(slot().kind)(kind), half=slot().half.PM))
    await freeze_due(desk, at=CUT_OFF)
    made, now = await check(desk), at("07:40")
    for _ in range(STEPS):
        now += timedelta(minutes=random.randrange(5, 20))
        order = Order(by=person("xiangshan"), at=now, reason="演练变更")
        going = sorted(team.team for team in made.teams if not team.withdrawn)
        if not (names := still_to_come(made, now)):
            break
        match random.choice(("cancel", "remove", "withdraw", "add")):
            case "withdraw" if len(going) > 3:
                await deciding.withdraw(desk, DEPOT, DAY, AM, random.choice(going), order)
            case "cancel":
                said = Said(by=person("seat"), at=now)
                await bookings.cancel(desk, random.choice(names), reason="不办了", said=said)
            case "add" if made.left_out:
                await tried(desk, made.left_out[0].booking_id, order)
            case _:
                await deciding.remove(desk, DEPOT, DAY, AM, random.choice(names), order)
        before, made = made, await check(desk)
        begun = on_routes(before) - set(still_to_come(before, now))
        assert begun <= on_routes(made)  # what has begun stays where it is


async def tried(desk: Desk, booking_id: str, order: Order) -> None:
    """Try to put a visit on; that it cannot be is an answer, too."""
    try:
        await deciding.add(desk, DEPOT, DAY, AM, booking_id, None, order)
    except CannotBeMade:
        await check(desk)
