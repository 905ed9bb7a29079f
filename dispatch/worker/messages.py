"""
Messages on their way out: taken from the table, handed to the gateway, many side by side, each kept until it is known.

Any number of workers may do this at once. One that is stopped in the middle leaves its messages held; after a minute
another takes them up with the same keys, so that a gateway that honours keys still sends each once.
"""

import asyncio

from dispatch.desk.messages import messaging
from dispatch.desk.room import Desk
from dispatch.desk.setup import open_desk
from dispatch.kit.clock import Clock
from dispatch.kit.db import Database
from dispatch.kit.ending import ended
from dispatch.kit.logs import logger
from dispatch.kit.looprules import MessageRules
from dispatch.kit.metrics import MESSAGES
from dispatch.kit.quiet import next_allowed
from dispatch.kit.rulepack import UnknownPack
from dispatch.notify import sending
from dispatch.notify.gateway import Gateway, NotKnown, NotTaken
from dispatch.notify.sending import Fact, Taken

TURN_S = 0.5
LANES = 32  # messages that are on their way at a time: a slow gateway must not hold up the others

log = logger("messages")


class Sender:
    """
    Sends what is due.

    :param pack_id: family of rule packs, as the API processes use it
    :param clock: the trade's time: retries and quiet hours are told by it
    """

    def __init__(self, db: Database, pack_id: str, gateway: Gateway, clock: Clock) -> None:
        self._db = db
        self._pack_id = pack_id
        self._gateway = gateway
        self._clock = clock

    async def run(self) -> None:
        """Send until cancelled; what breaks is for the caller to begin again. The desk is read at the first message."""
        while not await self._any():
            await asyncio.sleep(TURN_S)
        desk = await open_desk(self._db, self._pack_id)
        under_way: set[asyncio.Task[None]] = set()
        try:
            while True:
                under_way |= await self._begin(desk, LANES - len(under_way))
                under_way = await _some(under_way)
        finally:
            await ended(*under_way)

    async def turn(self, desk: Desk) -> int:
        """Send what is due now and wait for all of it; return how many there were."""
        tasks = await self._begin(desk, LANES)
        await asyncio.gather(*tasks)
        return len(tasks)

    async def _any(self) -> bool:
        async with self._db.connection() as connection:
            return await sending.any_due(connection, self._clock.now())

    async def _begin(self, desk: Desk, limit: int) -> set[asyncio.Task[None]]:
        if limit <= 0:
            return set()
        async with self._db.connection() as connection:
            taken = await sending.take(connection, self._clock.now(), limit=limit)
        return {asyncio.create_task(self._see_to(desk, one)) for one in taken}

    async def _see_to(self, desk: Desk, taken: Taken) -> None:
        """Send one message, unless it has come too late or it is night."""
        rules, at = desk.packs.get(taken.pack).messages, self._clock.now()
        if rules is None or taken.expires_at <= at:
            await self._give_up(desk, taken, "NoRules" if rules is None else "Expired")
        elif not taken.urgent and (morning := next_allowed(at, rules.quiet.spans)) > at:
            async with self._db.connection() as connection:
                await sending.again(connection, taken, morning, "", counts=False)
        else:
            await self._send(desk, taken, rules)

    async def _send(self, desk: Desk, taken: Taken, rules: MessageRules) -> None:
        try:
            provider_id = await self._gateway.send(taken.parcel)
        except NotTaken as refusal:
            await self._give_up(desk, taken, refusal.why)
        except NotKnown as doubt:
            await self._again(desk, taken, doubt.why, rules)
        else:
            await messaging.learn(desk, taken.key, Fact.TAKEN, at=self._clock.now(), provider_id=provider_id)
            MESSAGES.labels(taken.channel, "taken").inc()

    async def _again(self, desk: Desk, taken: Taken, why: str, rules: MessageRules) -> None:
        when = sending.next_try(taken, self._clock.now(), rules)
        if when is None:
            await self._give_up(desk, taken, why)
            return
        log.info("to be tried again", id=taken.id, occasion=taken.occasion, attempts=taken.attempts, why=why)
        MESSAGES.labels(taken.channel, "again").inc()
        async with self._db.connection() as connection:
            await sending.again(connection, taken, when, why)

    async def _give_up(self, desk: Desk, taken: Taken, why: str) -> None:
        log.warning("given up", id=taken.id, occasion=taken.occasion, attempts=taken.attempts, why=why)
        MESSAGES.labels(taken.channel, "dead").inc()
        await messaging.give_up(desk, taken, why, at=self._clock.now())


async def _some(tasks: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    """
    Wait until one has ended or a turn is over; return those that have not ended.

    What one of them broke with must not stop the others: its message stays held and is taken up again later.

    :raises UnknownPack: if a message is under a pack that came after the desk was read
    """
    if not tasks:
        await asyncio.sleep(TURN_S)
        return tasks
    done, rest = await asyncio.wait(tasks, timeout=TURN_S, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        error = task.exception()
        if isinstance(error, UnknownPack):
            raise error
        if error is not None:  # its text may hold what was being written
            log.error("message not seen to", error=type(error).__name__)
    return rest
