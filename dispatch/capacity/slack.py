"""
Whether a task in passing fits in before what was promised (网格任务的余量). Pure; ways are given in seconds.

A crew has chains of promises: its own (repairs of its plan, visits of its list, home at the end of the shift), and
those of teams of its depot whose people nobody has named yet: each of them it may have to make, so each must hold.
After the task the crew drives to the first promise of a chain and goes on as planned; before each promise there must
be so much time left (``task_slack``), and the way by the task to its own next promise may be only so much longer
(``task_detour``). Issue 6.7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite

from .taskwords import NoTask


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """
    Something that is begun at a place in time; degrees WGS-84.

    :param label: for people
    :param from_at: work does not begin sooner
    :param by_at: work begins by then; None: whenever
    :param work_s: on site
    """

    label: str
    lon: float
    lat: float
    area_class: str
    from_at: datetime
    by_at: datetime | None
    work_s: float = 0


Chain = Sequence[Promise]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """
    How long the ways take, seconds; ``inf``: there is none.

    :param there_s: from the crew to the task
    :param straight_s: from the crew to the first promise of its own chain; None: it has none
    :param first_s: from the task to the first promise of each chain
    :param between_s: of each chain, from each promise to the next
    """

    there_s: float
    straight_s: float | None
    first_s: tuple[float, ...]
    between_s: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """
    What a task would mean for a crew.

    :param reason: why not; None: it fits
    :param ends_at: of the work
    :param detour_s: the way grows by
    :param slack_s: left before the tightest promise; None: nothing is promised
    :param tightest: which promise that is
    """

    reason: NoTask | None
    ends_at: datetime
    detour_s: float
    slack_s: float | None = None
    tightest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What the rules leave: seconds of detour and of slack, and the end of the hours in which tasks are done."""

    detour_s: float
    slack_s: float
    until_at: datetime


def judge(work_s: float, chains: Sequence[Chain], ways: Ways, bounds: Bounds, *, at: datetime) -> Fit:
    """
    Return whether a crew that leaves now can do the task, and what is left then.

    :param work_s: of the task
    :param chains: the crew's own first; an empty one promises nothing
    """
    if not isfinite(ways.there_s):
        return Fit(reason=NoTask.NO_WAY, ends_at=at, detour_s=0)
    ends_at = at + timedelta(seconds=ways.there_s + work_s)
    detour_s = 2 * ways.there_s if ways.straight_s is None else ways.there_s + ways.first_s[0] - ways.straight_s
    left = [
        each
        for chain, first_s, between_s in zip(chains, ways.first_s, ways.between_s, strict=True)
        if chain
        for each in left_before(chain, (first_s, *between_s), leaves_at=ends_at)
    ]
    slack_s, tightest = min(left, default=(None, ""))
    if detour_s > bounds.detour_s:
        reason: NoTask | None = NoTask.TOO_FAR
    elif ends_at > bounds.until_at:
        reason = NoTask.OFF_HOURS
    else:
        reason = NoTask.NO_SLACK if slack_s is not None and slack_s < bounds.slack_s else None
    return Fit(reason=reason, ends_at=ends_at, detour_s=detour_s, slack_s=slack_s, tightest=tightest)


def left_before(chain: Chain, legs_s: Sequence[float], *, leaves_at: datetime) -> list[tuple[float, str]]:
    """
    Return the seconds left before each promise of a chain that has a latest moment, and its name.

    :param legs_s: to each promise from the place before
    :param leaves_at: when the crew leaves for the first
    """
    left, clock = [], leaves_at.timestamp()
    for promise, leg_s in zip(chain, legs_s, strict=True):
        clock += leg_s
        if promise.by_at is not None:
            left.append((promise.by_at.timestamp() - clock, promise.label))
        clock = max(clock, promise.from_at.timestamp()) + promise.work_s
    return left
