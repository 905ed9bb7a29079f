"""How long drives take, for whole columns of places at once; the formulas are those of ``docs/formats.md``."""

import numpy as np

from dispatch.routing.optimiser.search.facts import MATRIX, NEVER, PLANE, Facts, Ints, Shorts

EARTH_M = 6_371_008.8


def seconds_to(facts: Facts, places: Shorts, place: int) -> Ints:
    """Return (k) whole seconds of the drives from ``places`` to one place; ``NEVER`` where no way leads."""
    if facts.by == MATRIX:
        column = facts.matrix[places, place].astype(np.int64)
        return np.where(column < 0, NEVER, column)
    apart = np.hypot(facts.x[places] - facts.x[place], facts.y[places] - facts.y[place])
    if facts.by == PLANE:
        drive = 60.0 * (1.5 + 78.0 * apart / (22.0 + 33.0 * apart / (apart + 15.0)))
        return np.where(apart < 1e-9, 0, np.rint(drive)).astype(np.int64)
    half = 0.5 * np.hypot(apart, facts.z[places] - facts.z[place])
    metres = 2.0 * EARTH_M * np.arcsin(np.minimum(1.0, half))
    whole: Ints = np.rint(metres * facts.pace[place]).astype(np.int64)
    return whole


def seconds(facts: Facts, here: int, there: int) -> int:
    """Return the whole seconds of one drive."""
    return int(seconds_to(facts, np.array([here], np.int32), there)[0])
