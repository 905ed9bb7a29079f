"""How soon a truck can feed a group at all, and what no plan can therefore cost less than."""

import numpy as np

from .facts import FARTHEST, Bools, Facts, Ints


def earliest(facts: Facts, t: int) -> Ints:
    """Return times before which a truck cannot feed each group, whatever it does before."""
    step = facts.legs_s + (facts.connect_s[t] + facts.disconnect_s[t] + facts.least_s)
    reach = facts.first_s[t]
    while facts.groups:
        nearer = np.minimum(reach, (reach[:, None] + step).min(axis=0))
        if (nearer == reach).all():
            break
        reach = nearer
    found: Ints = np.maximum(facts.free_s[t] + reach, facts.floor_s(t, joins=False))
    return found


def able(facts: Facts, t: int) -> Bools:
    """Return which groups a truck may feed, alone or with others."""
    found: Bools = (facts.split | (facts.need <= facts.kva[t])) & (facts.value > 0)
    return found


def direct(facts: Facts, t: int) -> Ints:
    """Return when a truck that does nothing else before would begin to feed each group; ``FARTHEST``: never."""
    fill = facts.refuel_s[t] if facts.fuel_s[t] < facts.least_s else 0
    begin = np.maximum(facts.free_s[t] + facts.first_s[t] + fill, facts.floor_s(t, joins=facts.joins[t]))
    found: Ints = np.minimum(FARTHEST, begin)
    return found


def least_cost(facts: Facts) -> int:
    """Return units that no plan costs less than: each group fed by the soonest truck, as if each had them all."""
    saved = np.zeros(facts.groups, np.int64)
    for t in range(facts.trucks):
        length = np.maximum(0, np.minimum(facts.until_s, facts.limit_s(t)) - earliest(facts, t))
        alone = facts.value * length * able(facts, t)
        saved = np.maximum(saved, alone)
    whole = facts.value * np.maximum(0, facts.until_s - facts.dark_s)
    soonest = np.min([earliest(facts, t) for t in range(facts.trucks)], axis=0)
    several = np.maximum(0, facts.value * np.maximum(0, facts.until_s - np.maximum(soonest, facts.dark_s)))
    many = facts.split | (facts.feedings > 1)
    return int((whole - np.minimum(whole, np.where(many, several, saved))).sum())
