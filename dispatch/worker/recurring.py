"""What the one leader's scheduler ticks: every hour forgetting what need not be kept, and booked work (``booked``)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from dispatch.accounts import sessions
from dispatch.desk import idempotency
from dispatch.desk.messages import forgetting
from dispatch.desk.packs import known_packs
from dispatch.desk.planning import rows as plans
from dispatch.kit.clock import Clock
from dispatch.kit.db import Database
from dispatch.kit.logs import logger
from dispatch.kit.rulepack import Packs
from dispatch.notify import feed, ringing

from .booked import Booked

EVERY = timedelta(hours=1)
PLANS_KEPT = timedelta(days=7)  # plans that others took the place of, or that were refused
ANSWERS_KEPT = timedelta(days=7)  # answers by Idempotency-Key
FEED_KEPT = timedelta(days=2)  # changes that a console may read back

log = logger("recurring")


async def forget_answers(db: Database) -> None:
    """Purge the answers to repeated requests."""
    log.info("answers forgotten", rows=await idempotency.purge(db, older_than=ANSWERS_KEPT))


async def retire_feed(db: Database) -> None:
    """Retire the feed's old numbers; the age of a change is the machine's, not the replay clock's."""
    async with db.connection() as connection:
        rows = await feed.retire(connection, before=datetime.now(UTC) - FEED_KEPT)
    log.info("feed retired", rows=rows)


async def purge_sessions(db: Database) -> None:
    """Purge sessions and tokens that have ended."""
    log.info("sessions purged", rows=await sessions.purge(db, at=datetime.now(UTC)))


async def forget_plans(db: Database) -> None:
    """Delete plans that ended long ago; what was decided on them stays in the audit."""
    async with db.connection() as connection:
        log.info("plans forgotten", rows=await plans.forget(connection, before=datetime.now(UTC) - PLANS_KEPT))


JOBS = (forget_answers, retire_feed, purge_sessions, forget_plans)


async def forget_persons(db: Database, pack_id: str, clock: Clock) -> None:
    """
    Blank numbers and texts, and delete positions and readings, whose time is over by the newest pack of the family.

    By the trade's clock: a day of the past that is played again was not long ago.
    """
    pack = (await known_packs(db, Packs.load())).latest(pack_id)
    if pack.retention is None:
        log.warning("nothing is forgotten: the pack says no periods", pack=pack.key)
        return
    gone = await forgetting.forget(db, pack.retention, at=clock.now())
    log.info("persons forgotten", **gone)


async def forget_rings(db: Database, clock: Clock) -> None:
    """Delete what is left of the calls that rang at the seats; their numbers went when they ended."""
    async with db.connection() as connection:
        log.info("rings forgotten", rows=await ringing.forget(connection, now=clock.now()))


def schedule(db: Database, pack_id: str, clock: Clock, *, roads: Path | None = None) -> AsyncIOScheduler:
    """
    Return a scheduler of the recurring jobs, not yet started; the first run is at once.

    :param pack_id: family of rule packs that says how long what is kept
    :param roads: file of the road graph, for the half-day lists; None: straight lines

    It ticks and keeps nothing: a job that was missed is done once when the next leader starts. What fails is logged by
    the scheduler and tried again the hour after. Limits of tickets are rows of ``deadline`` and never come here.
    """
    scheduler = AsyncIOScheduler(timezone=UTC)
    jobs: list[tuple[Callable[..., Awaitable[None]], list[object]]] = [(job, [db]) for job in JOBS]
    for job, arguments in [*jobs, (forget_rings, [db, clock]), (forget_persons, [db, pack_id, clock])]:
        scheduler.add_job(
            job,
            "interval",
            seconds=EVERY.total_seconds(),
            args=arguments,
            id=job.__name__,
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    Booked(db, pack_id, clock, roads=roads).enter(scheduler)
    return scheduler
