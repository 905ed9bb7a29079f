"""What a plan for many jobs may lend: of each county no more crews than it has free beyond what it keeps (保底)."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import numpy as np

from .candidates import at_large, spare
from .fleet import Fleet, Ints
from .geo import Floats32
from .model import Job

Pairs = list[tuple[int, int]]  # (job, crew), as numbers of the problem

ROUNDS = 8  # times that a plan is made anew; what lends too much then is taken out of it


class Scored(Protocol):
    """What is needed of a problem: who stands where, and what each pair costs."""

    @property
    def jobs(self) -> Sequence[Job]: ...
    @property
    def rows(self) -> Ints: ...
    @property
    def scores(self) -> Floats32: ...
    @property
    def county(self) -> Ints: ...
    @property
    def job_county(self) -> Ints: ...


def within_reserves(fleet: Fleet, problem: Scored, now: datetime, solved: Callable[[], Pairs]) -> Pairs:
    """
    Return a plan that strips no county: solve, keep at home the crews that were lent too much, solve again.

    A county's own jobs may take its last crew; but what they take is not there to be lent.
    """
    left = spare(fleet, at_large(fleet, now), now)
    chosen = solved()
    for _ in range(ROUNDS):
        over = _lent_too_much(fleet, problem, chosen, left, now)
        if not over:
            return chosen
        for _, crew in over:
            problem.scores[problem.job_county != problem.county[crew], crew] = np.inf
        chosen = solved()
    over = _lent_too_much(fleet, problem, chosen, left, now)
    return [pair for pair in chosen if pair not in over]


def _lent_too_much(fleet: Fleet, problem: Scored, chosen: Pairs, left: Ints, now: datetime) -> Pairs:
    """Return of each county the dearest of its lent crews beyond what it can lend."""
    lent: dict[int, Pairs] = defaultdict(list)
    used = np.zeros(len(left), np.int64)
    for job, crew in chosen:
        county = int(problem.county[crew])
        if problem.job_county[job] == county:
            used[county] += 1
        elif not _ordered(fleet, problem, job, crew, now):
            lent[county].append((job, crew))
    over: Pairs = []
    for county, pairs in lent.items():
        pairs.sort(key=lambda pair: float(problem.scores[pair]))
        over += pairs[max(0, int(left[county] - used[county])) :]
    return over


def _ordered(fleet: Fleet, problem: Scored, job: int, crew: int, now: datetime) -> bool:
    """Tell whether an order sets the reserve of the crew's county aside for the job."""
    if not any(grant.below_reserve for grant in fleet.lending.grants):
        return False
    card = fleet.table.crews[int(problem.rows[crew])]
    return fleet.lending.below_reserve(card, problem.jobs[job], now.timestamp()) is not None
