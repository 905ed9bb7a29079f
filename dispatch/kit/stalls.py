"""
How long a process' event loop was not free: what waits for it waits so long, whoever asks and for what.

A timer of ``EVERY_S`` tells by how much later it was called: the loop's own work, other threads of the process, and
what other processes took of the machine. The processor time that the loop's thread used meanwhile is the first alone.
A stall shorter than the timer may be missed.
"""

import asyncio
from dataclasses import dataclass
from time import monotonic, thread_time

from .metrics import LOOP_BUSY_MOST, LOOP_STALL_MOST, LOOP_STALLS

EVERY_S = 0.005
WINDOW_S = 15.0  # as often as Prometheus asks by default; the figures are of the last one to two of them


@dataclass
class Most:
    """The largest value of this window and of the one before."""

    before: float = 0.0
    now: float = 0.0

    def take(self, value: float) -> float:
        """Take a value in; return the largest."""
        self.now = max(self.now, value)
        return max(self.before, self.now)

    def turn(self) -> None:
        """Begin another window."""
        self.before, self.now = self.now, 0.0


async def watch(*, window_s: float = WINDOW_S) -> None:
    """Measure until cancelled."""
    late, busy = Most(), Most()
    ends_at = monotonic() + window_s
    while True:
        asked_at, used_s = monotonic(), thread_time()
        await asyncio.sleep(EVERY_S)
        late_s = max(0.0, monotonic() - asked_at - EVERY_S)
        if late_s > EVERY_S:
            LOOP_STALLS.observe(late_s)
        if asked_at >= ends_at:
            ends_at = asked_at + window_s
            late.turn()
            busy.turn()
        LOOP_STALL_MOST.set(late.take(late_s))
        LOOP_BUSY_MOST.set(busy.take(thread_time() - used_s))
