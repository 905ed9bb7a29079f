"""A day of the gym: what the planner knows of it, when it comes to know it, and what it never knows beforehand."""

from dataclasses import dataclass

import numpy as np

from dispatch.routing.optimiser.problem import Problem
from dispatch.routing.optimiser.search.facts import Ints

HORIZON_S = 30 * 86_400  # every job is done at last: nobody goes home before
NEVER_S = -1
LEFT_OUT = 1e7  # cost in the search of leaving a job out: never worth it


@dataclass(frozen=True)
class PlayDay:
    """
    One day for all policies.

    :ivar problem: every job and crew of the day; ``work_s`` is what is expected; times count from the day's begin
    :ivar called_s: (n) when each job is called in, ascending
    :ivar works_s: (n) how long the work on site really takes
    :ivar overrun_s: the least that is expected of work in hand, however late it is (rule pack ``crew.overrun``)
    :ivar seed: that of the draws, and of the policies' search
    """

    problem: Problem
    called_s: Ints
    works_s: Ints
    overrun_s: int
    seed: int


@dataclass(frozen=True)
class Outcome:
    """
    What came of a day under one policy. Times in whole seconds of the day.

    :ivar crew: (n) who did the job, -1: nobody can
    :ivar begun_s: (n) start of work on site, ``NEVER_S``: never
    :ivar drive_s: (n) the drive to it
    :ivar moves: (n) how often a crew that was published for the job was changed
    :ivar decided_s: planner's time for each call, seconds of one core
    :ivar replanned_s: planner's time for each plan of a minute
    :ivar cpu_s: of the whole play, with one core
    """

    day: PlayDay
    policy: str
    crew: Ints
    begun_s: Ints
    drive_s: Ints
    moves: Ints
    decided_s: list[float]
    replanned_s: list[float]
    cpu_s: float

    @property
    def played_s(self) -> int:
        """Simulated seconds: from the day's begin until the last work ends."""
        done = self.begun_s >= 0
        return int((self.begun_s + self.day.works_s)[done].max(initial=1))


def blank_outcome(day: PlayDay, policy: str) -> Outcome:
    """Return the outcome before anything happened."""
    n = len(day.called_s)

    def never() -> Ints:
        return np.full(n, NEVER_S, np.int64)

    return Outcome(day, policy, never(), never(), np.zeros(n, np.int64), np.zeros(n, np.int64), [], [], 0.0)
