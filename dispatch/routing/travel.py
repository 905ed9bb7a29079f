"""How long a crew drives: great circle x detour / speed, by the area class of the fault. Roads come later."""

import numpy as np

from dispatch.kit.errors import Invalid

from .geo import Floats
from .model import Job, RoutingRule


class UnknownAreaClass(Invalid):
    """The rule pack has no speed for this class of area."""


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
