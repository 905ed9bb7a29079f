"""A county that is planned: the small world, a real solver process' loop, and a clock of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from dispatch.desk.crews.fleet import FleetKeeper
from dispatch.desk.planning import posing
from dispatch.kit.clock import SharedClock
from dispatch.kit.settings import Settings
from dispatch.tickets.model import Ticket
from dispatch.worker import main, solver
from tests.worlds import START, XIANGSHAN, Small, minutes

POSITION = """
INSERT INTO crew_position (crew_id, lon, lat, at, received_at) VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (crew_id) DO UPDATE
SET lon = EXCLUDED.lon, lat = EXCLUDED.lat, at = EXCLUDED.at, wall_at = clock_timestamp()
"""
PLACES = ((121.87, 29.48), (121.88, 29.47), (121.93, 29.22))  # two in 丹城, one in 石浦


@pytest.fixture
def clock(tmp_path: Path) -> SharedClock:
    clock = SharedClock(tmp_path / "clock")
    clock.set(START)
    return clock


@pytest.fixture
def settings(dsn: str, tmp_path: Path, clock: SharedClock) -> Settings:
    return Settings(database_url=dsn, clock_path=str(tmp_path / "clock"), pool_size=4)


@asynccontextmanager
async def _running(
    work: Callable[[Settings, asyncio.Event], Awaitable[None]], settings: Settings
) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.ensure_future(work(settings, stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 20)


def solving(settings: Settings) -> Any:
    """Let a solver work for the block."""
    return _running(solver.work, settings)


def working(settings: Settings) -> Any:
    """Let a worker work for the block."""
    return _running(main.work, settings)


async def until(check: Callable[[], Awaitable[object]], *, within_s: float = 60) -> None:
    async with asyncio.timeout(within_s):
        while not await check():
            await asyncio.sleep(0.05)


async def manned(small: Small, **crews: tuple[float, float]) -> None:
    """Leave only these crews on duty, each at a place."""
    async with small.db.transaction() as tx:
        await tx.execute("UPDATE crew SET active = id = ANY($1::text[])", list(crews))
        for crew, (lon, lat) in crews.items():
            await tx.execute(POSITION, crew, lon, lat, START)
    await FleetKeeper(small.db, small.desk.fleet, small.desk.pack).load()


async def three_waiting(small: Small) -> list[Ticket]:
    """Return three accepted tickets of 象山: two in 丹城, one in 石浦."""
    tickets = []
    for n, (lon, lat) in enumerate(PLACES):
        called = await small.call(place={"lon": lon, "lat": lat}, address=f"第{n}街")
        tickets.append(await small.walk(called, to="accept"))
    return tickets


async def posed(small: Small, *, at: Any = None) -> posing.Posed:
    """Return what is to be planned in 宁波 now."""
    at = at or minutes(1)
    async with small.db.connection() as connection:
        region = posing.region_of(small.desk, XIANGSHAN)
        counties = posing.regions(small.desk)[region]
        known = await posing.read(connection, small.desk, region, counties, planned=list(counties), at=at)
    return posing.pose(small.desk, small.desk.fleet.still(), known)
