"""
Simulated time: a heap of happenings, played in order, as fast as the server can follow or at a chosen speed.

Conservative look-ahead: no happening makes another one sooner than ``LOOK_AHEAD`` after itself, so all happenings
within one such window are independent and are played at the same time. The next window begins only when every one of
them has been answered: no simulated time passes unserved, and what depends on an answer comes after it.
"""

import asyncio
import heapq
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import count

from dispatch.kit.clock import SharedClock

LOOK_AHEAD = timedelta(seconds=20)
TICK_S = 0.05  # how often the hands are moved while nothing happens

Happening = Callable[[datetime], Awaitable[None]]


class Timeline:
    """
    :param clock: the shared clock that the server reads
    :param speed: simulated seconds for one real second; None: as fast as it goes
    """

    def __init__(self, clock: SharedClock, *, start: datetime, speed: float | None = None) -> None:
        self._clock, self._speed = clock, speed
        self._heap: list[tuple[datetime, int, Happening]] = []
        self._numbers = count()
        self._start, self._began = start, time.perf_counter()
        self._window_ends = start
        self.now = start
        clock.set(start)

    def __len__(self) -> int:
        return len(self._heap)

    def at(self, when: datetime, happening: Callable[[datetime], Awaitable[None]]) -> None:
        """Let something happen; never inside the window that is being played."""
        heapq.heappush(self._heap, (max(when, self._window_ends), next(self._numbers), happening))

    def go_on_at(self, speed: float) -> None:
        """Keep another speed from this instant on."""
        self._start, self._began, self._speed = self.now, time.perf_counter(), speed

    async def play(self, *, after_each: Callable[[], Awaitable[None]]) -> None:
        """
        Play until nothing is left to happen.

        :param after_each: called between two windows, when no request is under way
        """
        self._began = time.perf_counter()
        while self._heap:
            await self._until(self._heap[0][0])
            await self._window()
            await after_each()

    async def _window(self) -> None:
        ends = self._heap[0][0] + LOOK_AHEAD
        self._window_ends = ends
        chosen: list[tuple[Happening, datetime]] = []
        while self._heap and self._heap[0][0] < ends:
            when, _, happening = heapq.heappop(self._heap)
            self._move(when)
            chosen.append((happening, when))
        try:
            async with asyncio.TaskGroup() as group:
                for happening, when in chosen:
                    group.create_task(_run(happening, when))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None

    async def _until(self, when: datetime) -> None:
        """Wait at the chosen speed, the hands moving; at full speed only move them."""
        if self._speed is not None:
            while (left := (when - self._start).total_seconds() / self._speed - self._elapsed()) > 0:
                self._move(self._start + timedelta(seconds=self._elapsed() * self._speed))
                await asyncio.sleep(min(left, TICK_S))
        self._move(when)

    def _elapsed(self) -> float:
        return time.perf_counter() - self._began

    def _move(self, when: datetime) -> None:
        """Move the hands forward; they never go back."""
        if when > self.now:
            self.now = when
            self._clock.set(when)


async def _run(happening: Happening, when: datetime) -> None:
    await happening(when)


async def keep_running(clock: SharedClock, *, since: datetime) -> None:
    """Let the clock go on at real speed from an instant, until cancelled; for a server that stays after the play."""
    began = time.perf_counter()
    while True:
        clock.set(since + timedelta(seconds=time.perf_counter() - began))
        await asyncio.sleep(TICK_S)
