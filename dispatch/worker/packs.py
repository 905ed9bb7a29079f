"""
Rule packs in the worker: what is due is put into force, and a process whose packs are others now begins anew.

All loops hold the packs they began with. An activation is rare and a new process is there within two seconds, so it
ends itself politely, and the supervisor starts the next.
"""

import asyncio

from dispatch.desk.packplans import begin_due, signature
from dispatch.kit.clock import Clock
from dispatch.kit.db import Database
from dispatch.kit.logs import logger

LOOK_S = 1.0

log = logger("packs")


async def follow_packs(db: Database, clock: Clock, stop: asyncio.Event) -> None:
    """Look until the packs are others than at the beginning; then tell the process to end."""
    async with db.connection() as connection:
        first = await signature(connection)
    while True:
        if begun := await begin_due(db, at=clock.now()):
            log.info("packs in force", keys=begun)
        async with db.connection() as connection:
            if await signature(connection) != first:
                log.info("packs changed: the process begins anew")
                stop.set()
                return
        await asyncio.sleep(LOOK_S)
