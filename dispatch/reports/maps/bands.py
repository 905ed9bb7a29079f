"""Driving times in a few steps that are easily told apart: the classes of a legend."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from .palette import GREY, steps

MINUTES = (2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240)
MOST = 5  # steps
ALMOST = 97.0  # per cent of the times that lie below the last limit


@dataclass(frozen=True, slots=True)
class Band:
    """Times from ``begin_s`` (not included, but zero is) to ``end_s``; ``inf`` for what is beyond, NaN-free."""

    begin_s: float
    end_s: float
    name: str
    colour: str

    def holds(self, seconds: float) -> bool:
        if self.begin_s == inf:
            return seconds == inf
        return (self.begin_s < seconds or seconds == self.begin_s == 0) and seconds <= self.end_s and seconds < inf


def bands(seconds: Sequence[float] | np.ndarray) -> list[Band]:
    """Return the steps for these times; the last holds all that takes longer, one more what cannot be reached."""
    known = np.asarray(seconds, float)
    known = known[np.isfinite(known)]
    long = float(np.percentile(known, ALMOST)) / 60 if len(known) else MINUTES[0]
    upto = next((i for i, minutes in enumerate(MINUTES) if minutes >= long), len(MINUTES) - 1)
    limits = MINUTES[max(0, upto - MOST + 2) : upto + 1]
    return of_limits([60.0 * minutes for minutes in limits])


def of_limits(limits_s: Sequence[float]) -> list[Band]:
    """Return the steps between these limits, dark for near, and the two beyond."""
    colours = steps(len(limits_s) + 1)
    made, begin = [], 0.0
    for limit, colour in zip(limits_s, colours, strict=False):
        span = f"{begin / 60:g}–{limit / 60:g} 分" if begin else f"{limit / 60:g} 分以内"
        made.append(Band(begin, limit, span, colour))
        begin = limit
    made.append(Band(begin, inf, f"超过 {begin / 60:g} 分", colours[-1]))
    made.append(Band(inf, inf, "道路不通", GREY))
    return made
