"""Loops that go on: whatever breaks is logged, waited for, and begun again."""

import asyncio
from collections.abc import Awaitable, Callable

from dispatch.kit.logs import logger
from dispatch.kit.patience import Patience

STEADY_S = 10.0  # what ran for so long before it broke starts again without a long wait

log = logger("worker")


async def keep(name: str, work: Callable[[], Awaitable[object]]) -> None:
    """Do work that should never end; when it breaks, or ends, begin it again. Until cancelled."""
    patience, clock = Patience(), asyncio.get_running_loop().time
    while True:
        begun = clock()
        try:
            await work()
            log.info("loop begins anew", loop=name)
        except Exception as error:  # lost databases raise many types; a bug in one loop must not stop the others
            log.warning("loop interrupted", loop=name, error=repr(error), exc_info=True)
        if clock() - begun >= STEADY_S:
            patience.restore()
        await asyncio.sleep(patience.next_s())


async def every(seconds: float, turn: Callable[[], Awaitable[bool]]) -> None:
    """Take turns ``seconds`` apart, and the next at once while a turn says that there is more to do."""
    while True:
        while await turn():
            await asyncio.sleep(0)
        await asyncio.sleep(seconds)
