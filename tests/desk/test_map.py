"""A map that is loaded while the server runs is used from then on."""

import pytest

from dispatch.desk.map import MapKeeper
from dispatch.desk.places.keeping import PlaceKeeper
from dispatch.desk.room import Desk
from dispatch.desk.setup import load_world, open_desk
from dispatch.desk.world import World
from dispatch.kit.db import Database
from dispatch.places.locate import BadBoundary
from tests.worlds import IN_TOWN, WORLD, XIANGSHAN


async def test_a_server_that_was_started_empty_learns_the_world_that_is_loaded_later(db: Database) -> None:
    desk = await open_desk(db, "sgcc")
    keeper, places = MapKeeper(desk), PlaceKeeper(desk)
    await keeper.poll()
    await places.poll()
    assert len(desk.areas) == 0

    await load_world(db, World.model_validate(WORLD))

    assert await keeper.poll()
    assert await places.poll(), "names are looked up in its province from now on"
    assert not await places.poll()
    assert desk.locator.county_at(IN_TOWN.lon, IN_TOWN.lat) == XIANGSHAN
    assert not await keeper.poll()


async def test_a_map_that_cannot_be_used_leaves_the_last_good_one(desk: Desk) -> None:
    keeper = MapKeeper(desk)
    await keeper.poll()
    good = desk.locator
    async with desk.db.connection() as connection:
        await connection.execute("UPDATE area SET boundary = '{\"type\": \"Nonsense\"}' WHERE level = 'county'")

    with pytest.raises(BadBoundary):
        await keeper.poll()

    assert desk.locator is good
