"""
What the gym takes from the rules that production runs under: one place for all of it.

Speeds, detours, limits and what is expected of work in hand are those of the rule pack; weights of priorities and the
objective are those of the optimiser's own problems (docs/formats.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dispatch.kit.rulepack import RulePack
from dispatch.routing.optimiser.files.generate import WEIGHTS
from dispatch.routing.rules import CLASSES, rule_of
from dispatch.simulator.day import Call
from dispatch.tickets.words import Level


@dataclass(frozen=True)
class Terms:
    """
    :ivar limit_s: promised seconds from the call to the arrival, by class of area
    :ivar overrun_s: the least that is expected of work in hand, however late it is
    """

    speed_kmh: Mapping[str, float]
    detour: Mapping[str, float]
    limit_s: Mapping[str, int]
    overrun_s: int


def terms_of(pack: RulePack) -> Terms:
    """Return a pack's numbers for the gym."""
    rule = rule_of(pack)
    limits = {name: int(pack.minutes("arrive", area_class=name).total_seconds()) for name in CLASSES}
    return Terms(rule.speed_kmh, rule.detour, limits, int(rule.overrun_s))


def weight_of(call: Call) -> float:
    """Return what a minute late costs: a hazard, a protected or urgent customer, any other."""
    hazard, urgent, other, _ = WEIGHTS
    if call.hazard:
        return hazard
    return urgent if call.protected is not None or call.level is not Level.NORMAL else other
