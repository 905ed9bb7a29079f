"""Why jobs were left out, looked at in the plan itself: is there a place, and if not, what stands against it."""

from collections.abc import Mapping

import numpy as np

from dispatch.routing.optimiser.problem import Left

from .blocked import blocked
from .columns import Numbering
from .facts import exact
from .native import Native
from .unserved import Why

# What stands against one crew, the gravest first; each is asked only of crews that the one before does not hold for.
GRAVEST: Mapping[Why, str] = {
    Why.NO_ROOM: "装载不下",
    Why.NO_WAY: "无路可达",
    Why.TOO_LATE: "赶不上时间窗",
    Why.CAP_FULL: "承载力已用完",
    Why.SHIFT_ENDS: "班次内做不完",
    Why.CROWDED: "路线已排满",
}
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
        found[job] = _left(native, numbers.jobs[job])
    return found


def _left(native: Native, j: int) -> Left:
    facts, tour = native.facts, native.tour
    cost, stop = native.places_with_each(j)
    if np.any(stop >= 0):
        why = Why.TOO_DEAR if float(cost[stop >= 0].min()) >= facts.skip[j] else Why.COULD_BE
        return Left(why.value, why.label)
    able = np.flatnonzero(facts.able[facts.sort[j]])
    stands = blocked(facts, tour, j, able)
    columns = (stands.room, stands.way, stands.window, stands.cap, stands.shift, np.ones(facts.crews, bool))
    first = np.argmax(np.vstack(columns)[:, able], axis=0)  # of each crew, the gravest that stands against it
    many = {why: int(n) for why, n in zip(GRAVEST, np.bincount(first, minlength=len(GRAVEST)), strict=True) if n}
    why = list(many)[-1] if many else Why.NO_ROOM  # what the crew that comes nearest to it lacks
    return Left(why.value, why.label if len(many) < 2 else _mixed(many))


def _mixed(many: Mapping[Why, int]) -> str:
    """Say why a job is left out where not all crews that may do it lack the same."""
    return "合格班组各有原因:" + "、".join(f"{GRAVEST[why]} {n} 支" for why, n in reversed(list(many.items())))
