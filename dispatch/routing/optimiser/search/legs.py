"""How long drives take, for whole columns of pairs; the formulas are those of ``docs/formats.md``."""

import numpy as np

from .facts import LINE, MATRIX, NEVER, PLANE, Facts, Floats, Ints, Shorts

EARTH_M = 6_371_008.8


def drives(facts: Facts, a: Shorts, b: Shorts, pace: Floats | None = None) -> Ints:
    """
    Return the seconds of the drives from places ``a`` to places ``b``, whose shapes broadcast; ``NEVER``: no way.

    :param pace: seconds a metre (``by`` line); None: that of the place that is driven to
    """
    if facts.by == MATRIX:
        seconds = facts.matrix[a, b].astype(np.int64)
        return np.where(seconds < 0, NEVER, seconds)
    dx, dy = facts.x[a] - facts.x[b], facts.y[a] - facts.y[b]
    if facts.by == PLANE:
        d = np.sqrt(dx * dx + dy * dy)
        found = np.rint(60.0 * (1.5 + 78.0 * d / (22.0 + 33.0 * d / (d + 15.0)))).astype(np.int64)
        return np.where(d < 1e-9, 0, found)
    dz = facts.z[a] - facts.z[b]
    half = np.minimum(1.0, 0.5 * np.sqrt(dx * dx + dy * dy + dz * dz))
    metres = 2.0 * EARTH_M * np.arcsin(half)
    return np.rint(metres * (facts.pace[b] if pace is None else pace)).astype(np.int64)


def least_drives(facts: Facts, a: Shorts, b: Shorts) -> Ints:
    """
    Return seconds that no way from ``a`` to ``b`` takes less than, whatever jobs it leads over (their work included).

    On a plane and in a metric matrix that is the drive itself. By lines a way may lead over places that are driven to
    faster, so the least pace of all counts; the rounding of each further drive, half a second, is less than the work
    between, unless that takes no time: then, as for other matrices, nothing is known.
    """
    if facts.by == LINE and facts.jobs and facts.work.min() > 0:
        pace = np.full(1, facts.pace[facts.place].min())
        return np.maximum(0, drives(facts, a, b, pace=pace) - 1)
    if facts.by == LINE or (facts.by == MATRIX and not facts.metric):
        return np.zeros(np.broadcast_shapes(a.shape, b.shape), np.int64)
    return drives(facts, a, b)


def work_began(facts: Facts, crew: Ints, job: Ints | Shorts, arrives: Ints) -> Ints:
    """Return when a crew that arrives then begins: not before the window, and not so that work meets its rest."""
    t = np.maximum(arrives, facts.opens[job])
    from_s, to_s = facts.rest[crew, 0], facts.rest[crew, 1]
    rests = (from_s < to_s) & (t < to_s) & (t + facts.work[job] > from_s)
    return np.where(rests, to_s, t)
