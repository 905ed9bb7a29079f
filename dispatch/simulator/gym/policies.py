"""
The four policies: who gets a job that comes in, and whether the plan is looked at again.

A policy knows what a dispatcher knows: calls that came in, expected times, where crews are. It sees neither what is
called in later nor how long work really takes.
"""

from typing import Protocol

import numpy as np

from dispatch.kit.words import Labelled
from dispatch.routing.optimiser.search.facts import Ints

from .drives import seconds_to
from .live import Live
from .replanning import Search, replanned

FAR_S = 2**60


class PolicyName(Labelled):
    """How jobs are given to crews."""

    OWN_DISTRICT = "own-district", "本县最近"
    NEAREST = "nearest", "不分县最近"
    INSERTION = "insertion", "最省插入"
    ROLLING = "rolling", "滚动优化"


class Policy(Protocol):
    """What a policy decides."""

    def place(self, live: Live, job: int) -> tuple[int, int]:
        """Return (crew, stop) for a job that has just been called in; crew -1: nobody can do it."""

    def each_minute(self, live: Live, now_s: int) -> bool:
        """Look at the plan again; returns whether there was anything to plan."""


class Nearest:
    """The crew that would be there first if the job became the last of its queue; the queue is never changed."""

    def __init__(self, *, borders: bool) -> None:
        self._borders = borders

    def place(self, live: Live, job: int) -> tuple[int, int]:
        """Return the crew and the end of its queue. A county without any crew for it asks the others."""
        there = self.arrivals(live, job)
        if self._borders:
            own = np.where(live.facts.home == live.facts.county[job], there, FAR_S)
            there = own if own.min() < FAR_S else there
        crew = int(there.argmin())
        return (crew, int(live.tour.length[crew])) if there[crew] < FAR_S else (-1, -1)

    @staticmethod
    def arrivals(live: Live, job: int) -> Ints:
        """Return (k) when each crew would be there, ``FAR_S`` if it cannot do the job."""
        facts, tour = live.facts, live.tour
        crews = np.arange(facts.crews)
        leaves = np.where(tour.length > 0, tour.leaves[crews, tour.length], facts.free)
        last = facts.place[tour.stops[crews, np.maximum(tour.length - 1, 0)]]
        at = np.where(tour.length > 0, last, facts.start).astype(np.int32)
        there = leaves + seconds_to(facts, at, int(facts.place[job]))
        can = (facts.able[facts.sort[job]] > 0) & (tour.length + 2 < tour.width)
        return np.where(can, there, FAR_S)

    def each_minute(self, live: Live, now_s: int) -> bool:
        """Never plan again."""
        return False


class Insertion:
    """The cheapest place in all routes on the exact objective; what is planned stays."""

    def place(self, live: Live, job: int) -> tuple[int, int]:
        _, crew, stop = live.native.cheapest_place(job)
        return crew, stop

    def each_minute(self, live: Live, now_s: int) -> bool:
        """Never plan again."""
        return False


class Rolling(Insertion):
    """Insertion when a call comes in; each minute the search, from the live plan, paying for changes."""

    def __init__(self, search: Search) -> None:
        self._search = search

    def each_minute(self, live: Live, now_s: int) -> bool:
        jobs = live.waiting()
        if len(jobs) == 0:
            return False
        live.replace(*replanned(live, jobs, self._search, seed=live.day.seed * 1_000_003 + now_s))
        return True


def policy_of(name: PolicyName, search: Search) -> Policy:
    """Return the policy of that name."""
    match name:
        case PolicyName.OWN_DISTRICT:
            return Nearest(borders=True)
        case PolicyName.NEAREST:
            return Nearest(borders=False)
        case PolicyName.INSERTION:
            return Insertion()
        case PolicyName.ROLLING:
            return Rolling(search)
