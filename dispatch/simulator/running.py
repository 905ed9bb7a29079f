"""How a play is run as a program: on uvloop, and brought to an orderly end by Ctrl-C as well as by SIGTERM."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop

T = TypeVar("T")


def run(play: Coroutine[Any, Any, T]) -> T:
    """
    Run a play to its end; what it has opened is closed even when it is told to stop.

    :raises KeyboardInterrupt: if it was told to stop
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_stoppable(play))


async def _stoppable(play: Coroutine[Any, Any, T]) -> T:
    task = asyncio.ensure_future(play)
    loop = asyncio.get_running_loop()
    for ask in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(ask, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
