"""
The solver process: it keeps the fleet and the roads in memory as the API processes do, takes the turns of regions, and
has each problem solved in a child process with a memory limit and a deadline.

It may die at any moment: calls, dispatching and automatic insertion go on in other processes, which hear within seconds
that nobody plans (``desk.planning.turns``).
"""

import asyncio
import os
import socket
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from dispatch.desk.crews.fleet import FleetKeeper
from dispatch.desk.planning import plans, posing, turns
from dispatch.desk.planning.apart import Bounds, Made, SolverFailed, solve_apart
from dispatch.desk.planning.noticing import Notices
from dispatch.desk.planning.turns import Turn
from dispatch.desk.planning.words import ReplanCause, SolverFailure
from dispatch.desk.roads.keeper import RoadKeeper
from dispatch.desk.room import Desk
from dispatch.desk.setup import open_desk
from dispatch.desk.storm.modes import dispatching_of
from dispatch.kit.clock import Clock, clock_from
from dispatch.kit.db import UNASKED_S, Database
from dispatch.kit.ending import ended
from dispatch.kit.logs import logger
from dispatch.kit.polling import poll_on
from dispatch.kit.settings import Settings
from dispatch.notify.follower import Follower

from .loops import keep
from .packs import follow_packs
from .process import run_until_told

LOOK_S = 0.25  # between two looks at the queue
BEAT_S = 1.0
ROADS_S = 0.5
SLACK = timedelta(seconds=30)  # beyond the child's deadline, after which a turn is another solver's

log = logger("solver")


def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT. The settings name the database (``cli.database.opened``)."""
    run_until_told(lambda stop: work(settings, stop))


async def work(settings: Settings, stop: asyncio.Event) -> None:
    """Plan until ``stop`` is set; a child that is at work then is ended."""
    if settings.database_url is None:
        raise ValueError("the solver needs the database's address")
    db = Database(settings.database_url, size=settings.pool_size, longest_s=UNASKED_S)
    clock = clock_from(settings.clock_path)
    solver = Solver(db, settings, clock)
    loops = [
        asyncio.create_task(keep("solver", solver.run), name="solver"),
        asyncio.create_task(keep("packs", lambda: follow_packs(db, clock, stop)), name="packs"),
    ]
    log.info("solver started")
    try:
        await stop.wait()
    finally:
        await ended(*loops)
        await solver.leave()
        await db.close()
        log.info("solver ended")


class Solver:
    """
    Takes regions and plans them.

    :param settings: the family of rule packs, the road graph, and what a child may use
    :param clock: the trade's time
    """

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._settings, self._clock = db, settings, clock
        self._id = uuid4().hex
        self._region: str | None = None
        self._seed = 0

    async def run(self) -> None:
        """Plan until the areas change under us; then the caller begins again."""
        beating = asyncio.create_task(poll_on("solver", self._beat, every_s=BEAT_S))
        following: list[asyncio.Task[None]] = []
        try:
            while not await self._world_is_there():
                await asyncio.sleep(BEAT_S)
            desk = await open_desk(self._db, self._settings.pack, roads=self._settings.roads)
            keeper, follower = FleetKeeper(self._db, desk.fleet, desk.pack, self._clock), Follower(self._db)
            notices, roads = Notices(desk), RoadKeeper(desk)
            follower.listeners += [keeper.apply, notices.hear]
            following = [asyncio.create_task(run()) for run in (follower.run, keeper.run)]
            following.append(asyncio.create_task(poll_on("roads", lambda: _look(roads, notices), every_s=ROADS_S)))
            await follower.ready.wait()
            await keeper.load()
            await roads.poll()
            await self._plan(desk, keeper, notices)
        finally:
            await ended(beating, *following)

    async def leave(self) -> None:
        """Give back what was taken, at the end."""
        try:
            async with self._db.connection() as connection:
                await turns.leave(connection, self._id)
        except Exception as error:  # a database that is gone has forgotten us soon enough
            log.warning("not signed off", error=repr(error))

    async def _plan(self, desk: Desk, keeper: FleetKeeper, notices: Notices) -> None:
        async with self._db.connection() as connection:
            await turns.ensure(connection, desk, at=self._clock.now())
            known = sorted(posing.regions(desk))
            await turns.leave(connection, "")  # the silent of the past are forgotten
        while True:
            await notices.tell(at=self._clock.now())
            if not await self._turn(desk, keeper, known):
                await asyncio.sleep(LOOK_S)

    async def _world_is_there(self) -> bool:
        async with self._db.connection() as connection:
            found: bool = await connection.fetchval("SELECT EXISTS (SELECT FROM area)")
            return found

    async def _beat(self) -> None:
        async with self._db.connection() as connection:
            await turns.beat(connection, self._id, region=self._region, host=socket.gethostname(), pid=os.getpid())

    async def _turn(self, desk: Desk, keeper: FleetKeeper, known: Sequence[str]) -> bool:
        """Plan one region, if one is to be planned; tell whether one was."""
        at, every = self._clock.now(), desk.pack.plans.every.duration
        lease = timedelta(seconds=self._settings.solver_deadline) + SLACK
        async with self._db.transaction() as tx:
            turn = await turns.claim(tx, self._id, known, every=every, lease=lease, at=at)
        if turn is None:
            return False
        self._region = turn.region
        try:
            await keeper.survey()  # a crew that was called out a moment ago is no candidate any more
            outcomes = await self._plan_region(desk, turn)
            async with self._db.transaction() as tx:
                await turns.done(tx, self._id, turn, every=every, at=at)
            log.info("planned", region=turn.region, events=len(turn.events), **outcomes)
        except SolverFailed as error:
            await self._failed(turn, error.failure, error.detail, every)
        except Exception as error:  # whatever breaks: the region is known not to be planned, and tried again
            log.exception("turn broken", region=turn.region)
            await self._failed(turn, SolverFailure.BROKEN, type(error).__name__, every)
        finally:
            self._region = None
        return True

    async def _failed(self, turn: Turn, failure: SolverFailure, detail: str, every: timedelta) -> None:
        log.error("region not planned", region=turn.region, failure=failure.value, detail=detail)
        async with self._db.transaction() as tx:
            await turns.failed(tx, self._id, turn, failure, detail, every=every, at=self._clock.now())

    async def _plan_region(self, desk: Desk, turn: Turn) -> dict[str, str]:
        """Read, solve, write; what became of each county's plan."""
        at, counties = self._clock.now(), posing.regions(desk)[turn.region]
        async with self._db.connection() as connection:
            ways = await dispatching_of(connection, desk.pack.modes, counties)
            planned = {county: way for county, way in ways.items() if way != "manual"}
            known = await posing.read(connection, desk, turn.region, counties, planned=sorted(planned), at=at)
        posed = await asyncio.to_thread(posing.pose, desk, desk.fleet.still(), known)
        self._seed += 1
        made = because(await solve_apart(posed.problem, self._bounds(desk), seed=self._seed), turn)
        done = await plans.take(desk, posed, made, dispatching=planned, at=at)
        return {county: outcome.value for county, outcome in done.items()}

    def _bounds(self, desk: Desk) -> Bounds:
        return Bounds(
            search_s=desk.pack.plans.search.duration.total_seconds(),
            deadline_s=self._settings.solver_deadline,
            memory_mib=self._settings.solver_memory,
            cores=self._settings.solver_cores,
        )


def because(made: Made, turn: Turn) -> Made:
    """Return the plan with what brought its turn forward, for who reads it (``solver.because``)."""
    causes = [cause.label for cause in ReplanCause if cause.value in {cause for cause, _ in turn.events}]
    if not causes:
        return made
    return replace(made, plan=replace(made.plan, solver={**made.plan.solver, "because": "、".join(causes)}))


async def _look(roads: RoadKeeper, notices: Notices) -> None:
    """Read what changed on the roads; other ways make another plan."""
    if await roads.poll():
        notices.roads_changed()
