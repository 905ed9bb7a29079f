"""That a loop was not free is measured, and forgotten after a while."""

import asyncio
import time

from prometheus_client import Gauge

from dispatch.kit import stalls
from dispatch.kit.ending import ended
from dispatch.kit.metrics import LOOP_BUSY_MOST, LOOP_STALL_MOST, LOOP_STALLS

BLOCKED_S = 0.2


def most(gauge: Gauge = LOOP_STALL_MOST) -> float:
    (sample,) = next(iter(gauge.collect())).samples
    return sample.value


def seen() -> float:
    return next(s.value for s in next(iter(LOOP_STALLS.collect())).samples if s.name.endswith("_count"))


async def block() -> None:
    """Let the loop begin a wait, and hold it up."""
    await asyncio.sleep(2 * stalls.EVERY_S)
    time.sleep(BLOCKED_S)
    await asyncio.sleep(2 * stalls.EVERY_S)


async def test_a_loop_that_was_held_up_says_for_how_long() -> None:
    before = seen()
    task = asyncio.create_task(stalls.watch())
    await block()
    assert seen() > before
    assert most() >= BLOCKED_S - 2 * stalls.EVERY_S
    await ended(task)


async def test_what_the_loop_itself_worked_is_told_apart_from_waiting() -> None:
    task = asyncio.create_task(stalls.watch())
    await asyncio.sleep(2 * stalls.EVERY_S)
    began = time.thread_time()
    while time.thread_time() - began < BLOCKED_S:
        pass
    await asyncio.sleep(2 * stalls.EVERY_S)
    assert most(LOOP_BUSY_MOST) >= BLOCKED_S
    await ended(task)


async def test_a_stall_is_forgotten_after_two_windows() -> None:
    task = asyncio.create_task(stalls.watch(window_s=0.05))
    await block()
    async with asyncio.timeout(60):
        while most() >= BLOCKED_S - 2 * stalls.EVERY_S:
            await asyncio.sleep(stalls.EVERY_S)
    await ended(task)
