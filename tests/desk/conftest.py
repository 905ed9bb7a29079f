"""The fleet of the small world, as a process that has just started knows it."""

import pytest

from dispatch.desk.crews.fleet import FleetKeeper
from dispatch.desk.room import Desk
from tests.worlds import Small


@pytest.fixture
async def keeper(small: Small) -> FleetKeeper:
    """The fleet of the small world, read from the database."""
    keeper = FleetKeeper(small.db, small.desk.fleet, small.desk.pack)
    await keeper.load()
    return keeper


@pytest.fixture
def room(small: Small, keeper: FleetKeeper) -> Desk:
    return small.desk
