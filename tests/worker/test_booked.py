"""Booked work by the trade's clock: the leader freezes the lists, makes up for what it missed; no job harms another."""

from datetime import datetime, timedelta

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from dispatch.capacity.worklist import Worklist
from dispatch.desk.bookings.recurring import once
from dispatch.desk.room import Desk
from dispatch.kit.clock import SharedClock
from dispatch.kit.db import Connection
from dispatch.kit.settings import Settings
from dispatch.worker import booked
from dispatch.worker.booked import Booked
from tests.worklists.halfday import BEFORE, CUT_OFF, OTHER, TEAM, at, declares, list_of, promised, routes, slot
from tests.worlds import START, XIANGSHAN

from .test_worker import until, working

RUNS = "SELECT job, area, due_at, done_at, result FROM recurring_run ORDER BY job, area"


@pytest.fixture
def clock(tmp_path) -> SharedClock:
    clock = SharedClock(tmp_path / "clock")
    clock.set(BEFORE)
    return clock


@pytest.fixture
def settings(dsn, tmp_path, clock) -> Settings:
    return Settings(database_url=dsn, clock_path=str(tmp_path / "clock"), pool_size=6)


async def frozen(desk: Desk) -> Worklist:
    await until(lambda: list_of(desk))
    made = await list_of(desk)
    assert made is not None
    return made


async def test_two_workers_freeze_each_list_once_when_the_trades_clock_says_so(desk, settings, clock) -> None:
    await declares(desk, 1, 4)
    await declares(desk, 1, 4, slot(depot=OTHER))
    await promised(desk, "a", 2.0)
    async with working(settings), working(settings):
        await until(lambda: _tried(desk))
        assert await list_of(desk) is None
        clock.set(CUT_OFF + timedelta(seconds=5))
        made = await frozen(desk)
        assert CUT_OFF <= made.frozen_at <= CUT_OFF + timedelta(minutes=1)
        await until(lambda: list_of(desk, OTHER))
        clock.set(at("07:35"))
        await until(lambda: _tried(desk))
    async with desk.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM worklist_event") == 2


async def test_a_cut_off_over_which_no_worker_was_there_is_made_up_for(desk, settings, clock) -> None:
    await declares(desk, 1, 4)
    await promised(desk, "a", 2.0)
    async with working(settings):
        await until(lambda: _tried(desk))
    clock.set(at("09:10"))
    async with working(settings):
        made = await frozen(desk)
    assert made.frozen_at >= at("09:10")
    assert routes(made) == {TEAM: ["a"]}
    assert made.teams[0].stops[0].begins_at > at("09:10")


async def test_a_job_that_fails_stops_no_other_and_is_tried_the_minute_after(
    desk, settings, clock, monkeypatch
) -> None:
    tried: list[tuple[str, datetime]] = []

    async def bad(desk: Desk, *, at: datetime) -> None:
        tried.append(("bad", at))
        raise RuntimeError("no luck")

    async def good(desk: Desk, *, at: datetime) -> None:
        tried.append(("good", at))

    monkeypatch.setattr(booked, "JOBS", {"bad": bad, "good": good})
    turns = Booked(desk.db, "sgcc", clock)
    for moment in (BEFORE, BEFORE + timedelta(seconds=30), CUT_OFF):
        clock.set(moment)
        for name in booked.JOBS:
            await turns.turn(name)
    assert tried == [("bad", BEFORE), ("good", BEFORE), ("bad", CUT_OFF), ("good", CUT_OFF)]


async def test_each_job_stands_on_the_scheduler_by_itself(desk, clock) -> None:
    scheduler = AsyncIOScheduler()
    Booked(desk.db, "sgcc", clock).enter(scheduler)
    assert {job.id for job in scheduler.get_jobs()} == set(booked.JOBS)
    assert {"freeze_due", "remind_due", "inherit_due", "forecast_due"} <= set(booked.JOBS)


async def test_what_is_due_at_a_moment_is_done_once_and_only_if_it_succeeds(desk) -> None:
    done = []

    async def work(tx: Connection) -> str:
        done.append(1)
        await tx.execute("SELECT 1")
        if len(done) == 1:
            raise RuntimeError("no luck")
        return "3 件"

    with pytest.raises(RuntimeError):
        await once(desk.db, "job", XIANGSHAN, START, work, at=START)
    assert await once(desk.db, "job", XIANGSHAN, START, work, at=at("08:00"))
    assert not await once(desk.db, "job", XIANGSHAN, START, work, at=at("08:01"))
    async with desk.db.connection() as connection:
        (row,) = await connection.fetch(RUNS)
    assert tuple(row) == ("job", XIANGSHAN, START, at("08:00"), "3 件")
    assert len(done) == 2


async def _tried(desk: Desk) -> bool:
    """Tell whether a worker leads: the role's session is there."""
    async with desk.db.connection() as connection:
        leads: bool = await connection.fetchval(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'dispatch leader'"
            " AND datname = current_database())"
        )
        return leads
