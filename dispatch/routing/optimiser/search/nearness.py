"""Which jobs lie near each other and which teams of crews stand near a job: what the search looks at first."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from .facts import MATRIX, Bytes, Facts, Ints, Shorts

NEAR = 96  # neighbours of each job that are known


def nearest_jobs(where: Mapping[str, Any], place: Shorts, width: int) -> Shorts:
    """Return (n, width) the other jobs by distance, the nearest first; -1: no more."""
    n = len(place)
    width = max(1, min(width, n - 1))
    if n < 2:
        return np.full((n, 1), -1, np.int32)
    if where["by"] == MATRIX:
        far = where["matrix"][np.ix_(place, place)].astype(np.int64)
        far = np.where(far < 0, 2**40, far)
        far = far + far.T
        np.fill_diagonal(far, 2**60)
        return _least(far, width)
    points = _points(where)[place]
    found = np.asarray(cKDTree(points).query(points, k=width + 1)[1])
    others = found != np.arange(n)[:, None]
    others[others.all(axis=1), -1] = False  # of many jobs at one point it may not have found itself: the last one goes
    nearest: Shorts = found[others].reshape(n, width).astype(np.int32)
    return nearest


def nearest_to(facts: Facts, j: int, width: int) -> Ints:
    """Return up to so many other jobs, the nearest to one job first: a row of ``nearest_jobs``."""
    place, here = facts.place, facts.place[j]
    if facts.by == MATRIX:
        there, back = facts.matrix[here, place].astype(np.int64), facts.matrix[place, here].astype(np.int64)
        far = np.where(there < 0, 2**40, there) + np.where(back < 0, 2**40, back)
    else:
        far = sum((axis[place] - axis[here]) ** 2 for axis in (facts.x, facts.y, facts.z))
    order = np.argsort(far, kind="stable")
    return np.asarray(order[order != j][:width], np.int64)


def nearest_teams(
    where: Mapping[str, Any], place: Shorts, start: Shorts, sort: Shorts, able: Bytes, leader: Shorts, width: int
) -> Shorts:
    """
    Return (n, width) the teams that may do each job, the nearest first; -1: no more.

    :param leader: (teams) one crew of each team
    """
    width = max(1, min(width, len(leader)))
    close = np.full((len(place), width), -1, np.int32)
    for row in range(len(able)):
        jobs, teams = np.flatnonzero(sort == row), np.flatnonzero(able[row][leader])
        if not len(jobs) or not len(teams):
            continue
        count = min(width, len(teams))
        stands = start[leader[teams]]
        if where["by"] == MATRIX:
            far = where["matrix"][np.ix_(stands, place[jobs])].T.astype(np.int64)
            found: Shorts = _least(np.where(far < 0, 2**40, far), count)
        else:
            points = _points(where)
            nearest = cKDTree(points[stands]).query(points[place[jobs]], k=count)[1]
            found = nearest.reshape(len(jobs), -1).astype(np.int32)
        close[jobs, :count] = teams[found]
    return close


def _points(where: Mapping[str, Any]) -> np.ndarray:
    return np.column_stack([where["x"], where["y"], where["z"]])


def _least(far: np.ndarray, width: int) -> Shorts:
    """Return the columns of the least entries of each row, ascending; ties in the order of the columns."""
    return np.argsort(far, axis=1, kind="stable")[:, :width].astype(np.int32)
