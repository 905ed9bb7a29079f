"""When a crew must rest: no more than so much work in any window, and a pause after so much driving (design law 7)."""

from collections.abc import Iterable
from math import inf

import numpy as np

from .geo import Floats
from .model import Duty

Work = tuple[float, float]  # from, until: epoch seconds


def rested_at(work: Iterable[Work], duty: Duty) -> float:
    """
    Return from when on a crew that does nothing more has no more than ``work_s`` of work in the window behind it.

    That is the moment at which all but ``work_s`` of its latest work lies outside the window; -inf: it may always work.
    Work that overlaps counts once: who is at two jobs is at work once.
    """
    if duty.work_s <= 0:
        return -inf
    left = duty.work_s
    for begin, end in reversed(_merged(work)):
        if end - begin > left:
            return end - left + duty.window_s
        left -= end - begin
    return -inf


def _merged(work: Iterable[Work]) -> list[Work]:
    found: list[Work] = []
    for begin, end in sorted(work):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif end > begin:
            found.append((begin, end))
    return found


def with_pauses(travel_s: Floats, duty: Duty) -> Floats:
    """Return the driving times with the pauses that the way needs: one after each full stretch, none at its end."""
    if duty.drive_s <= 0 or duty.pause_s <= 0:
        return travel_s
    pauses: Floats = np.maximum(np.ceil(travel_s * (1 / duty.drive_s)) - 1, 0.0)
    pauses *= duty.pause_s
    pauses += travel_s
    return pauses
