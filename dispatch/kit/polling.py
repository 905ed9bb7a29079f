"""Keeping up with tables that others write: a look every so often, for as long as the process runs."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

from .logs import logger


async def poll_on(what: str, look: Callable[[], Awaitable[object]], *, every_s: float, breath: float = 0) -> None:
    """
    Look again and again until cancelled; a lost database is waited for, and what was read last stays.

    :param what: whose log tells of a look that failed
    :param breath: the pause is at least so many times as long as the look took
    """
    log = logger(what)
    while True:
        begun = monotonic()
        try:
            await look()
        except Exception as error:  # a killed backend raises many types, the driver's internal ones among them
            log.warning(f"{what} not refreshed", error=repr(error))
        await asyncio.sleep(max(every_s, breath * (monotonic() - begun)))
