"""
The plan as it lives through a day: who is on which job, and what each crew has still before it.

A job that a crew drives to or works on has left the plan: nobody can move it. What is left of the plan is a ``Tour`` on
the whole day's columns, so that the compiled insertion works on it at once; jobs nobody has called in stand in it
nowhere.
"""

import numpy as np

from dispatch.routing.optimiser.search.columns import Numbering, facts_of
from dispatch.routing.optimiser.search.facts import Facts, Ints, Tour, blank
from dispatch.routing.optimiser.search.native import Native

from .days import Outcome, PlayDay, blank_outcome
from .drives import seconds

ROUTE_JOBS = 4_000  # the longest queue of one crew
NOBODY = -1
PLAN_CELLS = 4_000_000  # stops of all routes together that memory is there for


class Live:
    """
    The state of a day under one policy.

    :ivar facts: the day's columns; ``start`` and ``free`` are this plan's own and change as crews move on
    :ivar expected_s: (k) when the crew should be free; :ivar really_s: (k) when it will be
    :ivar busy: (k)
    :ivar published: (n) the crew that was published for the job, ``NOBODY``: none yet
    """

    def __init__(self, day: PlayDay, policy: str, *, ahead: int, within_s: int) -> None:
        """
        :param ahead: so many jobs of each route are published, the next ones
        :param within_s: of crews that should be free within so many seconds; the others are not told yet
        :raises NotBuilt: if the compiled search is missing
        """
        self.day, self._ahead, self._within_s, self._now_s = day, ahead, within_s, 0
        facts = facts_of(day.problem, Numbering.of(day.problem), near=1, close=1)
        self.facts: Facts = facts._replace(start=facts.start.copy(), free=facts.free.copy())
        width = min(facts.jobs + 2, ROUTE_JOBS, max(64, PLAN_CELLS // max(1, facts.crews)))
        self.tour: Tour = blank(self.facts, width=width, seed=day.seed)
        self.tour.sums[:] = 0
        self.native = Native(self.facts, self.tour)
        self.expected_s: Ints = facts.free.copy()
        self.really_s: Ints = facts.free.copy()
        self.busy = facts.free > 0
        self.published = np.full(facts.jobs, NOBODY, np.int64)
        self.outcome: Outcome = blank_outcome(day, policy)

    def look(self, now_s: int) -> None:
        """See when each crew can leave, as far as anybody knows now; compute the plan's times from that."""
        self._now_s = now_s
        expected = np.maximum(self.expected_s, now_s + self.day.overrun_s)
        self.facts.free[:] = np.where(self.busy, expected, now_s)
        self.native.recount()

    def waiting(self) -> Ints:
        """Return the jobs of the plan, ascending."""
        found: Ints = np.flatnonzero(self.tour.crew_of >= 0)
        return found

    def put(self, job: int, crew: int, stop: int) -> None:
        """Put a job into the plan; its crew is published with the plan of the minute, or when it leaves."""
        self.native.insert(crew, stop, job)

    def publish(self) -> None:
        """
        Publish the next jobs of each route whose crew will soon be free.

        A job whose published crew lost it has been moved.
        """
        tour = self.tour
        lost = (self.published >= 0) & (tour.crew_of >= 0) & (self.published != tour.crew_of)
        self.outcome.moves[lost] += 1
        self.published[lost] = NOBODY
        ahead = min(self._ahead, tour.width)
        soon = self.facts.free <= self._now_s + self._within_s
        next_ = tour.stops[:, :ahead][(np.arange(ahead) < tour.length[:, None]) & soon[:, None]]
        self.published[next_] = tour.crew_of[next_]

    def replace(self, stops: Ints, length: Ints) -> None:
        """
        Take over a new plan.

        :param stops: (k, m) jobs in order, numbers of the whole day; :param length: (k)
        """
        tour = self.tour
        wide = stops.shape[1]
        tour.stops[:, :wide], tour.length[:] = stops, length
        inside = np.arange(wide) < length[:, None]
        tour.crew_of[stops[inside]] = np.repeat(np.arange(len(length), dtype=np.int32), length)
        self.publish()

    def depart(self, crew: int, now_s: int) -> int:
        """Send a free crew to the first job of its route; returns when it will really have done it."""
        facts, tour, day = self.facts, self.tour, self.day
        job, left = int(tour.stops[crew, 0]), int(tour.length[crew]) - 1
        tour.stops[crew, :left] = tour.stops[crew, 1 : left + 1].copy()
        tour.length[crew] = left
        tour.crew_of[job] = -1
        drive = seconds(facts, int(facts.start[crew]), int(facts.place[job]))
        begun = max(now_s + drive, int(facts.opens[job]))
        self.outcome.crew[job], self.outcome.begun_s[job], self.outcome.drive_s[job] = crew, begun, drive
        facts.start[crew] = facts.place[job]
        self.expected_s[crew] = begun + int(facts.work[job])
        self.really_s[crew] = begun + int(day.works_s[job])
        self.busy[crew] = True
        return int(self.really_s[crew])
