"""
The worker process. A second one is a hot spare: it fires limits beside the first, and takes over its single roles
(numbering the feed; recurring jobs and automatic dispatching) within a moment when the first ends.
"""

import asyncio
import gc
from functools import partial

from dispatch.desk.packs import known_packs
from dispatch.desk.storm import workings
from dispatch.desk.supervision import alerting
from dispatch.kit.clock import Clock, clock_from
from dispatch.kit.db import UNASKED_S, Database
from dispatch.kit.ending import ended
from dispatch.kit.logs import logger
from dispatch.kit.role import Role, Session, held
from dispatch.kit.rulepack import Packs
from dispatch.kit.settings import Settings
from dispatch.notify import sequencer
from dispatch.notify.gateway import HttpGateway
from dispatch.tickets import deadlines

from .automatic import Automatic
from .loops import every, keep
from .messages import Sender
from .minutes import Minutes
from .outages import watch
from .packs import follow_packs
from .process import run_until_told
from .recurring import schedule

DEADLINES_S = 0.2
DEADLINES_AT_ONCE = 500
BATCHES_AT_ONCE = 2
ALIVE_S = 1.0  # the leader shows that it is there; see ``kit.role.LEASE_S``

log = logger("worker")


def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT. The settings name the database (``cli.database.opened``)."""
    gc.collect()  # a batch of tickets is very many objects in no circles: looking for some took a seventh of its time
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    run_until_told(lambda stop: work(settings, stop))


async def work(settings: Settings, stop: asyncio.Event) -> None:
    """Run all loops until ``stop`` is set, then end them; a transaction under way is finished or rolled back."""
    if settings.database_url is None:
        raise ValueError("the worker needs the database's address")
    db = Database(settings.database_url, size=settings.pool_size, longest_s=UNASKED_S)
    clock = clock_from(settings.clock_path)
    loops = [
        asyncio.create_task(sequencer.run(db.dsn), name="sequencer"),
        asyncio.create_task(keep("deadlines", lambda: _fire_deadlines(db, clock)), name="deadlines"),
        asyncio.create_task(keep("leader", lambda: _lead(db, settings, clock)), name="leader"),
        asyncio.create_task(keep("packs", lambda: follow_packs(db, clock, stop)), name="packs"),
    ]
    if settings.sms_gateway is None:
        log.warning("no gateway: messages stay queued", setting="DISPATCH_SMS_GATEWAY")
    else:
        sending = keep("messages", lambda: _send_messages(db, settings, clock))
        loops.append(asyncio.create_task(sending, name="messages"))
    log.info("worker started")
    try:
        await stop.wait()
    finally:
        await ended(*loops)
        await db.close()
        log.info("worker ended")


async def _fire_deadlines(db: Database, clock: Clock) -> None:
    packs = await known_packs(db, Packs.load())
    apart = partial(workings.by_incident, packs=packs)

    async def more() -> bool:
        now = clock.now()
        follow = partial(alerting.follow, packs=packs, at=now)
        found = await deadlines.fire_due(db, packs, now=now, limit=DEADLINES_AT_ONCE, by_incident=apart, then=follow)
        return found == DEADLINES_AT_ONCE

    async def all_there_is() -> None:
        while await more():
            await asyncio.sleep(0)

    async def turn() -> bool:
        if await more():  # very many at once: while one batch is written the next is worked out
            async with asyncio.TaskGroup() as group:
                for _ in range(BATCHES_AT_ONCE):
                    group.create_task(all_there_is())
        return False

    await every(DEADLINES_S, turn)


async def _send_messages(db: Database, settings: Settings, clock: Clock) -> None:
    async with HttpGateway(settings.sms_gateway or "", token=settings.sms_token) as gateway:
        await Sender(db, settings.pack, gateway, clock).run()


async def _lead(db: Database, settings: Settings, clock: Clock) -> None:
    """Do what only one worker does, while we are the one."""
    pack_id = settings.pack
    async with held(db.dsn, Role.LEADER) as session:
        scheduler = schedule(db, pack_id, clock, roads=settings.roads)
        scheduler.start()
        automatic = Automatic(db, pack_id, clock, roads=settings.roads)
        dispatching = asyncio.create_task(keep("automatic", automatic.run), name="automatic")
        outages = asyncio.create_task(keep("outages", lambda: watch(db, pack_id, clock)), name="outages")
        watching = asyncio.create_task(keep("minutes", Minutes(db, pack_id, clock).run), name="minutes")
        try:
            await _stay(session)
        finally:
            scheduler.shutdown(wait=False)
            await ended(dispatching, watching, outages)


async def _stay(session: Session) -> None:
    """Hold the role until the session is lost."""
    while True:
        await session.execute("SELECT")
        await asyncio.sleep(ALIVE_S)
