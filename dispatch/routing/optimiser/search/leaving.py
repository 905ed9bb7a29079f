"""Why jobs were left out, looked at in the plan itself: is there a place, and if not, what stands against it."""

from collections.abc import Mapping

import numpy as np

from dispatch.routing.optimiser.problem import Left

from .blocked import blocked
from .columns import Numbering
from .facts import exact
from .native import Native
from .unserved import Why

MOST = 1_000  # jobs that are looked at: some milliseconds each with thousands of crews


def exactly(native: Native) -> Native:
    """Return the search on the same plan that looks for detours that are quicker, too."""
    facts = exact(native.facts)
    return native if facts is native.facts else Native(facts, native.tour)


def looked_at(native: Native, numbers: Numbering, left: Mapping[str, Left]) -> dict[str, Left]:
    """
    Return the reasons, exact where the problem alone does not tell them; what is beyond ``MOST`` is not looked at.

    :param native: the plan in the search's structures; jobs of several crews are none of its jobs
    """
    found = dict(left)
    unclear = [job for job, one in left.items() if one.code == Why.UNTOLD.value and job in numbers.jobs]
    native = exactly(native)
    for job in unclear[:MOST]:
        why = _why(native, numbers.jobs[job])
        found[job] = Left(why.value, why.label)
    return found


def _why(native: Native, j: int) -> Why:
    facts, tour = native.facts, native.tour
    cost, stop = native.places_with_each(j)
    if np.any(stop >= 0):
        return Why.TOO_DEAR if float(cost[stop >= 0].min()) >= facts.skip[j] else Why.COULD_BE
    able = np.flatnonzero(facts.able[facts.sort[j]])
    stands = blocked(facts, tour, j, able)
    able = able[~stands.room[able]]
    for column, why in (
        (stands.shift, Why.CROWDED), (stands.cap, Why.SHIFT_ENDS), (stands.window, Why.CAP_FULL),
        (stands.way, Why.TOO_LATE),
    ):  # fmt: skip
        if not np.all(column[able]):
            return why
    return Why.NO_WAY if len(able) else Why.NO_ROOM
