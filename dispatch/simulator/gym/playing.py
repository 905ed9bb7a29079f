"""A day, played under one policy: calls, crews that are done, and the minute, in the order of time."""

import heapq
from collections.abc import Callable
from dataclasses import replace
from time import process_time

import numpy as np

from .days import Outcome, PlayDay
from .live import Live
from .policies import Policy, PolicyName, policy_of
from .replanning import Search

DONE, CALL, MINUTE = 0, 1, 2  # what happens first if several things happen in one second
MINUTE_S = 60
TOLD_EVERY = 64  # happenings between two words on how far the play is


class Play:
    """One play; ``run`` plays it to its end."""

    def __init__(self, day: PlayDay, name: PolicyName, search: Search) -> None:
        self.live = Live(day, name.value, ahead=search.ahead, within_s=60 * search.within_min)
        self._policy: Policy = policy_of(name, search)
        self._heap: list[tuple[int, int, int]] = []
        self._changed = False  # since the last plan of a minute
        self._open = len(day.called_s)
        busy = np.flatnonzero(self.live.busy)
        self._heap += [(int(self.live.really_s[crew]), DONE, int(crew)) for crew in busy]
        self._heap += [(int(at), CALL, job) for job, at in enumerate(day.called_s)]
        if name is PolicyName.ROLLING:
            self._heap.append((0, MINUTE, 0))
        heapq.heapify(self._heap)

    def run(self, progress: Callable[[float], None]) -> Outcome:
        """Play until every job that somebody can do has begun; ``progress`` is told the share of them."""
        began, total, happened = process_time(), max(1, self._open), 0
        while self._heap and self._open:
            at, what, which = heapq.heappop(self._heap)
            (self._done, self._call, self._minute)[what](at, which)
            happened += 1
            if happened % TOLD_EVERY == 0:
                progress(1.0 - self._open / total)
        return replace(self.live.outcome, cpu_s=process_time() - began)

    def _done(self, at: int, crew: int) -> None:
        self.live.busy[crew] = False
        self._changed = True
        self._go_on(crew, at)

    def _call(self, at: int, job: int) -> None:
        began = process_time()
        self.live.look(at)
        crew, stop = self._policy.place(self.live, job)
        if crew < 0:
            self._open -= 1
        else:
            self.live.put(job, crew, stop)
        self.live.outcome.decided_s.append(process_time() - began)
        self._changed = True
        if crew >= 0:
            self._go_on(crew, at)

    def _minute(self, at: int, _: int) -> None:
        heapq.heappush(self._heap, (at + MINUTE_S, MINUTE, 0))
        began = process_time()
        self.live.look(at)
        if not self._changed:
            self.live.publish()  # who will soon be free is told, even where nothing else happened
            return
        if self._policy.each_minute(self.live, at):
            self.live.outcome.replanned_s.append(process_time() - began)
        self._changed = False
        for crew in np.flatnonzero((self.live.tour.length > 0) & ~self.live.busy):
            self._go_on(int(crew), at)

    def _go_on(self, crew: int, at: int) -> None:
        """Send a crew that is free to its next job, if it has one."""
        if self.live.busy[crew] or self.live.tour.length[crew] == 0:
            return
        until = self.live.depart(crew, at)
        self._open -= 1
        heapq.heappush(self._heap, (until, DONE, crew))


def play(day: PlayDay, name: PolicyName, search: Search, progress: Callable[[float], None]) -> Outcome:
    """
    Play a day under one policy.

    :raises NotBuilt: if the compiled search is missing
    """
    return Play(day, name, search).run(progress)
