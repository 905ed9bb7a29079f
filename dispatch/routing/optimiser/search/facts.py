"""
What the search works on: a problem as columns of numbers (``Facts``), and the plan that it changes (``Tour``).

Both are tuples of arrays; ``native`` hands their addresses to compiled code, whose structures (``native/facts.hpp``)
have the same members in the same order. Times are whole seconds (int64), costs floats; ``n`` jobs, ``k`` crews, ``p``
places, ``q`` classes of jobs that the same crews may do.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Shorts = NDArray[np.int32]
Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]

PLANE, LINE, MATRIX = 0, 1, 2
NEVER = 2**40  # seconds: no way, no limit
TOO_DEAR = 1e18  # a cost that nothing has: not possible


class Facts(NamedTuple):
    """A problem. Nothing here is written while the search runs, so that threads share it."""

    jobs: int
    crews: int
    places: int
    depots: int
    kinds: int
    periods: int  # of the caps
    counties: int
    teams: int  # of crews that are alike
    near_width: int
    close_width: int
    # of each place, (p): a point of a plane in km, or of the unit sphere; seconds a metre of a drive there
    by: int
    x: Floats
    y: Floats
    z: Floats
    pace: Floats
    matrix: Shorts  # (p, p) seconds, -1: no way; (1, 1) where distances are computed
    turned: Shorts  # the same with rows and columns exchanged: all ways to a place lie side by side
    metric: int  # 1: hardly a detour is quicker, the search does not look for them; 2: none is, and back is as far
    # of each job, (n)
    place: Shorts
    kind: Shorts
    sort: Shorts  # class of jobs: which crews may do it
    work: Ints
    due: Ints
    opens: Ints
    shuts: Ints
    slope: Floats  # cost of a second after ``due``
    skip: Floats  # cost of leaving it out
    county: Shorts
    load: Ints
    before: Shorts  # the crew of the published plan, -1: none
    # of each crew, (k)
    start: Shorts
    back: Shorts  # place to return to, -1: none
    free: Ints
    ends: Ints
    latest: Ints
    rest: Ints  # (k, 2); from >= to: none
    depot: Shorts
    home: Shorts  # county
    room: Ints
    lent: Floats  # cost of a job of another county
    held: Shorts  # so many jobs at the head of the route stay where they are
    first: Shorts  # (teams + 1) where each team's members begin
    member: Shorts  # (k) the crews, team after team
    # what crews and jobs share
    able: Bytes  # (q, k) whether the crew may do the class
    cap: Shorts  # (depots, kinds, periods) visits that may begin
    spell: Shorts  # (depots, kinds, periods) the period in whose cell a period's visits are counted
    edges: Ints  # where the periods of ``cap`` meet: period of t = number of edges <= t
    keep: Shorts  # (counties) crews that should have no job
    near: Shorts  # (n, a) other jobs, the nearest first, -1: no more
    close: Shorts  # (n, b) teams that may do the job, the nearest first
    # weights
    drive: float  # a second of driving
    over: float  # a second after ``ends``
    change: float
    reserve: float


def exact(facts: Facts) -> Facts:
    """Return the problem so that detours that are quicker are looked for, too: by lines, where paces differ."""
    return facts._replace(metric=0) if facts.by == LINE and facts.metric == 1 else facts


class Tour(NamedTuple):
    """A plan while it is searched, and what is kept of each route so that an insertion is judged quickly."""

    width: int  # the most jobs of one route
    stops: Shorts  # (k, m) jobs in order
    length: Shorts  # (k)
    begins: Ints  # (k, m) start of work
    leaves: Ints  # (k, m + 1) departure after so many stops
    drives: Ints  # (k, m + 1) drive to each stop, and back
    slack: Ints  # (k, m) a start up to here costs nothing more, here and later
    limit: Ints  # (k, m) a start after this is not possible
    steep: Floats  # (k, m) at least so much does each second of delay here cost
    cost: Floats  # (k)
    loaded: Ints  # (k)
    crew_of: Shorts  # (n) -1: not in the plan
    used: Shorts  # like ``cap``
    idle: Shorts  # (counties) crews without a job
    absent: Shorts  # (n) jobs not in the plan: the first ``sums[0]``
    sums: Ints  # jobs absent; visits above a cap; routes that cannot be driven
    total: Floats  # (1) cost of the whole plan
    stamp: Ints  # (k) which look at the crews was the last
    looks: Ints  # (1)
    dice: NDArray[np.uint64]  # (1) state of the random numbers


def blank(facts: Facts, *, width: int, seed: int) -> Tour:
    """
    Return the plan in which every job is left out.

    :param width: the most jobs of one route
    """
    k, n = facts.crews, facts.jobs

    def table(columns: int) -> Ints:
        return np.zeros((k, columns), np.int64)

    tour = Tour(
        width=width, stops=np.zeros((k, width), np.int32), length=np.zeros(k, np.int32), begins=table(width),
        leaves=table(width + 1), drives=table(width + 1),
        slack=table(width), limit=table(width), steep=np.zeros((k, width)), cost=np.zeros(k),
        loaded=np.zeros(k, np.int64), crew_of=np.full(n, -1, np.int32), used=np.zeros_like(facts.cap),
        idle=np.bincount(facts.home, minlength=len(facts.keep)).astype(np.int32), absent=np.arange(n, dtype=np.int32),
        sums=np.array([n, 0, 0], np.int64), total=np.array([float(facts.skip.sum())]), stamp=np.zeros(k, np.int64),
        looks=np.zeros(1, np.int64), dice=np.array([seed_of(seed)], np.uint64),
    )  # fmt: skip
    tour.leaves[:, 0] = facts.free
    tour.total[0] += shortfall(facts, tour)
    return tour


def seed_of(seed: int) -> int:
    """Return a state of the random numbers that is not zero (splitmix64's step, Steele et al. 2014)."""
    z = (seed * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15) % 2**64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % 2**64
    return (z ^ (z >> 31)) or 1


def shortfall(facts: Facts, tour: Tour) -> float:
    """Return the cost of the crews that counties lack below their reserve."""
    return facts.reserve * float(np.maximum(facts.keep - tour.idle, 0).sum())
