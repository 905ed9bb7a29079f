"""Outages by the clock: suspected signals settle, planned work begins, ends or overruns. The leader does it."""

import asyncio

from dispatch.desk.map import MapKeeper
from dispatch.desk.outages import planned
from dispatch.desk.room import Desk
from dispatch.desk.setup import open_desk
from dispatch.kit.clock import Clock
from dispatch.kit.db import Database
from dispatch.kit.logs import logger

from .loops import every

TURN_S = 2.0
ANYTHING = "SELECT EXISTS (SELECT FROM network_node)"

log = logger("outages")


async def watch(db: Database, pack_id: str, clock: Clock) -> None:
    """Work until something breaks; then the caller begins again. Little is read while no network is loaded."""
    while not await _network_loaded(db):
        await asyncio.sleep(TURN_S)
    desk = await open_desk(db, pack_id)
    keeper = MapKeeper(desk)

    async def turn() -> bool:
        await keeper.poll()
        await one_turn(desk, clock)
        return False

    await every(TURN_S, turn)


async def _network_loaded(db: Database) -> bool:
    async with db.connection() as connection:
        return bool(await connection.fetchval(ANYTHING))


async def one_turn(desk: Desk, clock: Clock) -> None:
    """Do what is due."""
    if desk.pack.outages is None:
        return
    opened = await planned.settle(desk, at=clock.now())
    turned = await planned.turn(desk, at=clock.now())
    if opened or turned:
        log.info("outages moved", opened=len(opened), turned=len(turned))
