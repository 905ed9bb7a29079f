"""
What stands against a job at any place of a crew's route, before costs are asked for; for many crews at once.

``k`` crews; times in seconds.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .facts import NEVER, Facts, Ints, Tour
from .legs import drives, work_began


class Blocked(NamedTuple):
    """What stands against each crew (k); each of the last four holds where the one before it does."""

    room: NDArray[np.bool_]
    way: NDArray[np.bool_]
    window: NDArray[np.bool_]
    cap: NDArray[np.bool_]
    shift: NDArray[np.bool_]


def blocked(facts: Facts, tour: Tour, j: int, asked: Ints) -> Blocked:
    """Return what stands against each of the crews ``asked`` doing the job at any place of its route; (k) each."""
    crew, at = _all_stops(facts, tour, asked)
    drive = drives_to(facts, tour, j, crew, at)
    starts = work_began(facts, crew, np.full(len(crew), j), tour.leaves[crew, at] + drive)
    way = drive < NEVER
    in_window = way & (starts <= facts.shuts[j])
    open_cap = _has_visit_left(facts, tour, j, crew, starts)
    in_shift = starts + facts.work[j] + _home(facts, j)[crew] <= facts.latest[crew]

    def none(good: NDArray[np.bool_]) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = np.bincount(crew[good], minlength=facts.crews) == 0
        return found

    room = tour.loaded + facts.load[j] > facts.room
    return Blocked(
        room=room, way=none(way), window=none(in_window), cap=none(in_window & open_cap),
        shift=none(in_window & open_cap & in_shift),
    )  # fmt: skip


def drives_to(facts: Facts, tour: Tour, j: int, crew: Ints, at: Ints) -> Ints:
    """Return the seconds of the drives to the job from the stop before each place, or from where the crew begins."""
    before = tour.stops[crew, np.maximum(at - 1, 0)]
    start = np.where(at > 0, facts.place[np.minimum(before, facts.jobs - 1)], facts.start[crew])
    return drives(facts, start, np.full(len(crew), facts.place[j]))


def _has_visit_left(facts: Facts, tour: Tour, j: int, crew: Ints, starts: Ints) -> NDArray[np.bool_]:
    depot, kind = facts.depot[crew], facts.kind[j]
    period = facts.spell[depot, kind, np.searchsorted(facts.edges, starts, side="right")]
    left: NDArray[np.bool_] = tour.used[depot, kind, period] < facts.cap[depot, kind, period]
    return left


def _home(facts: Facts, j: int) -> Ints:
    place = np.full(facts.crews, facts.place[j])
    seconds = drives(facts, place, np.maximum(facts.back, 0), np.full(facts.crews, facts.pace[facts.place[j]]))
    return np.where(facts.back < 0, 0, seconds)


def _all_stops(facts: Facts, tour: Tour, asked: Ints) -> tuple[Ints, Ints]:
    """Return crew and stop of every place of these crews that a job could be put to."""
    room = (tour.length - facts.held + 1)[asked].astype(np.int64)
    crew = np.repeat(asked, room)
    offset = np.repeat(np.cumsum(room) - room - facts.held[asked], room)
    return crew, np.arange(len(crew), dtype=np.int64) - offset
