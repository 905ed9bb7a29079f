"""The end of tasks and of processes: certain, whatever hangs."""

import asyncio
import faulthandler
from typing import Any

AGAIN_S = 3.0  # longer than what a task needs to clean up after itself (``role._end``)
PROCESS_S = 18.0  # shorter than the supervisor waits before it kills, so that the log says where it hung


async def ended(*tasks: asyncio.Task[Any]) -> list[Any]:
    """
    Cancel tasks and wait until they are over; return what they returned or raised.

    They are asked again and again: a driver whose connection breaks at the very moment of the request raises its own
    error instead, and a loop that survives errors would go on for ever.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=AGAIN_S)
    return await asyncio.gather(*tasks, return_exceptions=True)


def must_end(within_s: float = PROCESS_S) -> None:
    """Let the process end by itself within this time; else write to stderr where every thread hangs, and exit."""
    faulthandler.dump_traceback_later(within_s, exit=True)


def has_ended() -> None:
    """Take ``must_end`` back: everything is closed."""
    faulthandler.cancel_dump_traceback_later()
