"""
How long crews drive to a job: by the roads, or without a graph by great circle x detour / speed of the area class.

One question covers all crews: ``Travel.to_job`` takes where each of them starts and answers in columns of the same
order. ``Straight`` is here; ``Roads`` is in ``routing.roads``. Which of the two a desk holds is set at its start.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dispatch.kit.errors import Invalid

from .geo import Floats, arcs_m, unit_vectors
from .model import Basis, Job, RoutingRule

Bools = NDArray[np.bool_]
DAY_S = 86_400.0  # longest drive by a rule pack that says nothing of how long a crew may work


class UnknownAreaClass(Invalid):
    """The rule pack has no speed for this class of area."""


def nothing_to_say(_: int) -> str:
    """Say of no crew that anything slows it: what ``Times.explain`` is without roads."""
    return ""


@dataclass(frozen=True, slots=True)
class Times:
    """
    How long each origin needs to the job; columns in the order of the origins that were asked for.

    :param seconds: whole seconds; ``inf``: no way leads there (``why`` says what cuts it off); ``nan``: no origin
    :param metres: of the way; of the straight line where ``by_road`` is false
    :param basis: ROAD if the job was found on the road network, else LINE
    :param by_road: which origins were answered by road; the others stand too far from any road, or beyond where the
        search ended, and are estimated
    :param explain: how ``why`` is found; asked only for the few crews that are written out
    """

    seconds: Floats
    metres: Floats
    basis: Basis
    by_road: Bools
    explain: Callable[[int], str] = field(default=nothing_to_say, compare=False)

    def why(self, row: int) -> str:
        """Return what slowed or closed the way of one origin (``因…封闭绕行 +12 分``), or an empty string."""
        return self.explain(row)


class Travel(Protocol):
    """Something that knows how long crews drive."""

    def to_job(
        self,
        origins_lon: Floats,
        origins_lat: Floats,
        lon: float,
        lat: float,
        *,
        area_class: str,
        at: datetime,
        among: Bools | None = None,
        enough: int | None = None,
    ) -> Times:
        """
        Return how long it takes from each origin to the job, at that moment.

        :param origins_lon, origins_lat: WGS-84 degrees; ``nan``: no place
        :param area_class: of the job: what a straight line is estimated with
        :param at: which closures hold is told by this instant
        :param among: which origins matter; None: all
        :param enough: the search may end once this many of those are answered; None: when all are. A place that is not
            answered is at least as far as those that are
        :raises UnknownAreaClass: if the rule pack has no speed for the class
        """


class Straight:
    """Without a graph: the great circle, made longer by the area class's detour, at the area class's speed."""

    def __init__(self, rule: RoutingRule) -> None:
        self.rule = rule

    def to_job(
        self,
        origins_lon: Floats,
        origins_lat: Floats,
        lon: float,
        lat: float,
        *,
        area_class: str,
        at: datetime,
        among: Bools | None = None,
        enough: int | None = None,
    ) -> Times:
        """Answer as ``Travel.to_job``; never ``inf``, as a straight line knows of no water."""
        metres = arcs_m(unit_vectors(origins_lon, origins_lat), unit_vectors(lon, lat))
        seconds = whole_seconds(metres, seconds_per_metre(self.rule, area_class))
        return Times(seconds, metres, Basis.LINE, np.zeros(len(metres), bool))


def seconds_per_metre(rule: RoutingRule, area_class: str) -> float:
    """
    Return the driving seconds for one straight metre.

    :raises UnknownAreaClass: if the pack does not know the class
    """
    if area_class not in rule.speed_kmh or area_class not in rule.detour:
        raise UnknownAreaClass(f"规则包中没有“{area_class}”地区的行车速度,请补全 travel 一节", field="area_class")
    return rule.detour[area_class] * 3.6 / rule.speed_kmh[area_class]


def whole_seconds(distance_m: Floats, per_metre: float) -> Floats:
    """Return travel times rounded to whole seconds, so that equal offers tie; NaN stays NaN."""
    return np.rint(distance_m * per_metre)


def reach_s(rule: RoutingRule, job: Job, *, at: float) -> float:
    """
    Return the longest drive that an automatic choice may ask for, in seconds; it grows while the job waits.

    :param at: epoch seconds
    """
    return max(rule.reach_s, rule.reach_per_waited * (at - job.reported_at))


def longest_s(rule: RoutingRule) -> float:
    """
    Return the longest drive that anybody is sent on, pauses included, in seconds.

    It is what a crew may work in a day (rule pack, ``nearest.duty.work``): to a job farther away it must rest on the
    way, and nobody knows when it arrives.
    """
    return rule.duty.work_s or DAY_S
