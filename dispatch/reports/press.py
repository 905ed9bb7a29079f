"""
A process of its own for papers and pictures: to draw one holds an interpreter for a second, and no call may wait.

It starts with the first paper and stays, since what it has to read before costs more than most papers; what is asked
meanwhile waits its turn. It ends with whoever asked, has so much memory and no more, and no paper takes it for ever.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from dispatch.desk.planning.child import limit_memory
from dispatch.kit.children import end_with_parent
from dispatch.kit.errors import Unavailable
from dispatch.kit.logs import logger

MEMORY_MIB = 2048  # of address space
DEADLINE_S = 60.0  # for one paper, of the machine's time
TRIES = 2  # whoever waits in line is hurt by another's paper only once

AWAY = "打印进程异常退出(内存不足、超时或被结束),没有生成文件;请稍候重试,仍不成请联系运维"

About = TypeVar("About")
Made = TypeVar("Made")

log = logger("press")


class PressAway(Unavailable):
    """The process that draws has died, and its successor too."""


class Press:
    """
    Papers and pictures from another process; ``close`` when no more are wanted.

    :param away: what those are told who wait for something that no process survived
    """

    def __init__(self, *, deadline_s: float = DEADLINE_S, memory_mib: int = MEMORY_MIB, away: str = AWAY) -> None:
        self._bounds = deadline_s, memory_mib
        self._away = away
        self._pool: ProcessPoolExecutor | None = None

    async def printed(self, write: Callable[[About], Made], about: About) -> Made:
        """
        Return what a function makes of its argument; both are named or copied to the other process.

        :raises PressAway: if the process was killed, hung or had not memory enough
        """
        for _ in range(TRIES):
            pool = self._opened()
            try:
                return await asyncio.get_running_loop().run_in_executor(pool, _written, write, about, self._bounds[0])
            except (BrokenProcessPool, MemoryError) as error:
                log.warning("press lost", error=type(error).__name__)
                self._drop(pool)
        raise PressAway(self._away)

    async def close(self) -> None:
        """End the process; what waits is not drawn any more."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)

    def _opened(self) -> ProcessPoolExecutor:
        if self._pool is None:
            spawn, begin = get_context("spawn"), (os.getpid(), self._bounds[1])
            self._pool = ProcessPoolExecutor(1, mp_context=spawn, initializer=_begin, initargs=begin)
        return self._pool

    def _drop(self, pool: ProcessPoolExecutor) -> None:
        """Let go of a process, if nobody did before."""
        if self._pool is pool:
            self._pool = None
            pool.shutdown(wait=False)


def _begin(parent: int, memory_mib: int) -> None:
    """Be the process."""
    end_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    limit_memory(memory_mib)


def _written(write: Callable[[About], Made], about: About, deadline_s: float) -> Made:
    signal.setitimer(signal.ITIMER_REAL, deadline_s)  # ends the process, which nobody else can interrupt
    try:
        return write(about)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
