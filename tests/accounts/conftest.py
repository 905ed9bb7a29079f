"""A furnished database and a doorkeeper before it."""

from collections.abc import AsyncIterator

import pytest

from dispatch.accounts.doorkeeper import Doorkeeper
from dispatch.accounts.model import Account, NewAccount, Role
from dispatch.accounts.store import Once
from dispatch.kit.db import Database

from .province import AT, PASSWORD, ROOT, furnish


@pytest.fixture
async def door(db: Database) -> AsyncIterator[Doorkeeper]:
    await furnish(db)
    keeper = Doorkeeper(db)
    yield keeper
    await keeper.close()


@pytest.fixture
async def seat(door: Doorkeeper) -> Account:
    """A seat agent with a password."""
    new = NewAccount(login="seat01", name="一号座席", role=Role.SEAT_AGENT, area="33", password=PASSWORD)
    return await door.create(new, by=ROOT, at=AT, once=Once(key="seat01", request_hash=b"1"))
