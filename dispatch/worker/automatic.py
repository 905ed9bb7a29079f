"""
Counties whose mode lets the machine work (派工模式): it accepts what comes in, and sends the crews: by the rolling plan
where one is at work, and by insertion what no plan knows, or everything where nobody plans.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from dispatch.accounts.model import SYSTEM
from dispatch.desk.crews.assigning import assign_waiting
from dispatch.desk.crews.fleet import FleetKeeper
from dispatch.desk.packs import known_packs
from dispatch.desk.planning.sending import BySent, planned_counties, send_due, send_wished
from dispatch.desk.roads.keeper import RoadKeeper
from dispatch.desk.room import Desk, Report
from dispatch.desk.setup import open_desk
from dispatch.desk.steps import step
from dispatch.desk.storm.modes import auto_counties
from dispatch.kit.clock import Clock
from dispatch.kit.db import Database
from dispatch.kit.ending import ended
from dispatch.kit.errors import Refusal, Unavailable
from dispatch.kit.logs import logger
from dispatch.kit.looprules import ModeRules
from dispatch.kit.rulepack import Packs
from dispatch.notify.follower import Follower
from dispatch.tickets.events import Accepted
from dispatch.tickets.words import Source

TURN_S = 0.5
AT_MOST = 200  # tickets accepted, and dispatched, in one turn

SUBMITTED = """
SELECT id FROM ticket WHERE is_open AND stage = 'submitted' AND area = ANY($1::text[]) ORDER BY reported_at, id LIMIT $2
"""

log = logger("automatic")


class Automatic:
    """
    Works for the counties whose mode dispatches by itself.

    :param pack_id: family of rule packs, as the API processes use it
    :param clock: the trade's time
    :param roads: file of the road graph; None: straight lines
    """

    def __init__(self, db: Database, pack_id: str, clock: Clock, *, roads: Path | None = None) -> None:
        self._db = db
        self._pack_id = pack_id
        self._clock = clock
        self._roads = roads

    async def run(self) -> None:
        """Work until the areas change under us; then the caller begins again. Nothing is read while nobody asks."""
        pack = (await known_packs(self._db, Packs.load())).latest(self._pack_id)
        while not await self._counties(pack.modes):
            await asyncio.sleep(TURN_S)
        desk = await open_desk(self._db, self._pack_id, roads=self._roads)
        roads = RoadKeeper(desk)
        keeper, follower = FleetKeeper(self._db, desk.fleet, desk.pack, self._clock), Follower(self._db)
        follower.listeners.append(keeper.apply)
        following = [asyncio.create_task(run()) for run in (follower.run, keeper.run, roads.run)]
        try:
            await follower.ready.wait()
            await keeper.load()
            await roads.poll()
            while await self._turn(desk):
                await asyncio.sleep(TURN_S)
        finally:
            await ended(*following)

    async def _counties(self, rules: ModeRules | None) -> list[str]:
        async with self._db.connection() as connection:
            return await auto_counties(connection, rules)

    async def _turn(self, desk: Desk) -> bool:
        """Accept and dispatch once; False if a county is not on the desk's map."""
        counties = await self._counties(desk.pack.modes)
        if any(desk.areas.find(county) is None for county in counties):
            return False
        if counties:
            accepted = await self._accept(desk, counties)
            planned = await self._send_by_plan(desk, counties)
            done = await assign_waiting(
                desk, areas=counties, limit=AT_MOST, planned=planned.waiting, by=SYSTEM, at=self._clock.now()
            )
            if accepted or planned.dispatched or done.dispatched:
                sent = len(planned.dispatched), len(done.dispatched)
                log.info("worked", accepted=accepted, by_plan=sent[0], inserted=sent[1], waiting=done.waiting)
        return True

    async def _send_by_plan(self, desk: Desk, counties: Sequence[str]) -> BySent:
        """Send the crews that their plan sends now; where nobody plans, no ticket waits for a plan."""
        async with self._db.connection() as connection:
            planned = await planned_counties(connection, desk, counties)
        at = self._clock.now()
        await send_wished(desk, [county for county in counties if county not in planned], by=SYSTEM, at=at)
        return await send_due(desk, planned, by=SYSTEM, at=at) if planned else BySent()

    async def _accept(self, desk: Desk, counties: Sequence[str]) -> int:
        async with self._db.connection() as connection:
            ids = [row["id"] for row in await connection.fetch(SUBMITTED, counties, AT_MOST)]
        return sum([await self._accept_one(desk, ticket_id) for ticket_id in ids])

    async def _accept_one(self, desk: Desk, ticket_id: str) -> bool:
        report, at = Report(source=Source.SYSTEM), self._clock.now()
        try:
            await step(desk, ticket_id, Accepted(), action="ticket.accept", by=SYSTEM, report=report, at=at)
        except Unavailable:
            raise
        except Refusal as refusal:  # a person was quicker
            log.info("not accepted", ticket_id=ticket_id, code=refusal.code)
            return False
        return True
