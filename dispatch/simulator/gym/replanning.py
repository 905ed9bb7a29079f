"""The plan of a minute: the engine's compiled search on the open jobs only, warm from the live plan, repeatable."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from dispatch.routing.optimiser.search.facts import MATRIX, Facts, Floats, Ints, Shorts, blank
from dispatch.routing.optimiser.search.native import Manner, Native
from dispatch.routing.optimiser.search.parts import JOB_COLUMNS, settle

from .live import Live

NEAR, CLOSE = 40, 30  # neighbours of a job, crews near it
NARROW, FEW_CREWS = 0.15, 12  # share of the crews a turn looks at, at the least; of a few it looks at all
SPARE = 12  # jobs that a route may get beyond twice the longest


@dataclass(frozen=True, slots=True)
class Search:
    """
    How a minute's plan is searched for.

    :ivar turns: how many turns a plan gets, :ivar per_job: and how many more for each open job
    :ivar hot: threshold at the first turn, :ivar cold: at the last; costs
    :ivar ahead: how many jobs of each route are published, the next ones, :ivar within_min: of crews free by then
    :ivar change: weight of the rule ``change``: a job that moves away from its published crew
    """

    turns: int = 300
    per_job: int = 1
    hot: float = 10.0
    cold: float = 1.0
    ahead: int = 1
    within_min: int = 30
    change: float = 11.0


def replanned(live: Live, jobs: Ints, search: Search, *, seed: int) -> tuple[Ints, Ints]:
    """Return the new plan: (k, m) jobs in order, and (k) how many; ``jobs`` are all that the live plan holds."""
    facts, tour = live.facts, live.tour
    inner = _facts_of(live, jobs, search.change)
    width = min(len(jobs) + 2, 2 * int(tour.length.max()) + SPARE, tour.width)
    own = blank(inner, width=width, seed=seed)
    number = np.full(facts.jobs, 0, np.int32)
    number[jobs] = np.arange(len(jobs), dtype=np.int32)
    own.stops[:] = number[tour.stops[:, :width]]
    own.length[:] = tour.length
    native = settle(Native(inner, own))
    narrow = NARROW if facts.crews > FEW_CREWS else 1.0
    manner = Manner(search.hot, search.cold, narrow=narrow)
    native.run(manner, search.turns + search.per_job * len(jobs))
    journal = native.journal
    return jobs[np.minimum(journal.best_stops, len(jobs) - 1)], journal.best_length.astype(np.int64)


def _facts_of(live: Live, jobs: Ints, change: float) -> Facts:
    """Return the columns of the open jobs and all crews, each a team; what is called in later is not among them."""
    facts = live.facts
    columns = {name: getattr(facts, name)[jobs] for name in JOB_COLUMNS}
    columns["before"] = live.published[jobs].astype(np.int32)
    near, close = _near(facts, columns["place"]), _close(facts, columns["place"], columns["sort"])
    return facts._replace(
        jobs=len(jobs), **columns, near=near, close=close, near_width=near.shape[1], close_width=close.shape[1],
        first=np.arange(facts.crews + 1, dtype=np.int32), member=np.arange(facts.crews, dtype=np.int32), change=change,
    )  # fmt: skip


def _points(facts: Facts) -> Floats:
    points: Floats = np.column_stack([facts.x, facts.y, facts.z])
    return points


def _near(facts: Facts, place: Shorts) -> Shorts:
    """Return (m, a) the other open jobs, the nearest first; -1: there is none."""
    m = len(place)
    if m < 2:
        return np.full((m, 1), -1, np.int32)
    width = min(NEAR, m - 1)
    if facts.by == MATRIX:
        far = facts.matrix[np.ix_(place, place)].astype(np.int64)
        far = np.where(far < 0, 2**40, far)
        np.fill_diagonal(far, -1)
        found = np.argsort(far, axis=1, kind="stable")[:, : width + 1]
    else:
        points = _points(facts)[place]
        found = cKDTree(points).query(points, k=width + 1)[1].reshape(m, -1)
    itself = found == np.arange(m)[:, None]
    itself[~itself.any(axis=1), -1] = True  # many at one point: it is not among its own nearest
    near: Shorts = found[~itself].reshape(m, width).astype(np.int32)
    return near


def _close(facts: Facts, place: Shorts, sort: Shorts) -> Shorts:
    """Return (m, b) the crews that may do each open job, those that will stand nearest first; -1: no more."""
    width = max(1, min(CLOSE, facts.crews))
    close = np.full((len(place), width), -1, np.int32)
    points = None if facts.by == MATRIX else _points(facts)
    for row in np.unique(sort):
        jobs, crews = np.flatnonzero(sort == row), np.flatnonzero(facts.able[row])
        count = min(width, len(crews))
        if count == 0:
            continue
        if points is None:
            far = facts.matrix[np.ix_(facts.start[crews], place[jobs])].T.astype(np.int64)
            found = np.argsort(np.where(far < 0, 2**40, far), axis=1, kind="stable")[:, :count]
        else:
            found = cKDTree(points[facts.start[crews]]).query(points[place[jobs]], k=count)[1].reshape(len(jobs), -1)
        close[jobs, :count] = crews[found]
    return close
