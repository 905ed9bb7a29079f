"""A process of ours from its start to SIGTERM or SIGINT: told to end, it must end, and says when it has."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

import uvloop

from dispatch.kit.ending import has_ended, must_end


def run_until_told(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Do work that ends itself when the event is set: by SIGTERM or SIGINT."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_until_told(work))


async def _until_told(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def told() -> None:
        must_end()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told)
    await work(stop)
    has_ended()
