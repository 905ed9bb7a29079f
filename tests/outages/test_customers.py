"""Accounts of calls that come in together are looked up with one question."""

import asyncio
from datetime import timedelta

from dispatch.desk.intake.customers import Customers
from dispatch.desk.setup import open_desk
from dispatch.desk.world import World
from dispatch.kit.db import Database
from dispatch.kit.errors import Unavailable
from dispatch.outages import store
from dispatch.outages.model import Outage, OutageKind, OutageState
from tests.worlds import START, XIANGSHAN

from .grid import account_no

ACCOUNTS = [account_no(1), account_no(2), account_no(3, 1, 2), "nobody's", account_no(1)]


def overdue(node: str) -> Outage:
    """Return planned work that should have been over an hour ago."""
    begins_at, ends_at = START - timedelta(hours=3), START - timedelta(hours=1)
    state = OutageState.ACTIVE
    return Outage("o1", OutageKind.PLANNED, node, XIANGSHAN, begins_at, ends_at, None, state, "检修", None, "x", "台区")


async def test_accounts_asked_for_together_are_answered_as_each_alone(db: Database, world: World) -> None:
    desk = await open_desk(db, "sgcc")
    async with db.transaction() as tx:
        await store.add(tx, overdue("T1"))
    alone = [await Customers(desk).of(one, at=START) for one in ACCOUNTS]
    customers = Customers(desk)
    first = asyncio.create_task(customers.of(ACCOUNTS[0], at=START))
    hung_up = asyncio.create_task(customers.of(ACCOUNTS[1], at=START))
    await asyncio.sleep(0)
    hung_up.cancel()
    assert await asyncio.gather(*(customers.of(one, at=START) for one in ACCOUNTS)) == alone
    assert await first == alone[0]
    assert [one.overrun for one in alone] == [True, False, False, False, True]
    assert [one.home.county if one.home else None for one in alone] == [XIANGSHAN] * 3 + [None, XIANGSHAN]


async def test_when_the_database_is_away_everybody_who_asked_hears_it(db: Database, world: World) -> None:
    desk = await open_desk(db, "sgcc")
    desk.db = Database("postgresql://nobody@127.0.0.1:1/none", size=1)
    customers = Customers(desk)
    answers = await asyncio.gather(*(customers.of(one, at=START) for one in ACCOUNTS), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Unavailable] * len(ACCOUNTS)
    desk.db = db
    assert (await customers.of(ACCOUNTS[0], at=START)).home is not None, "and the next who asks is answered"
