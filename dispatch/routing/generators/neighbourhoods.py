"""
Parts of a plan that can be planned anew while the rest stands: what some trucks still do, and groups that nobody feeds.

What a truck does together with, or in turn with, a truck outside the part stays; only what it does after that is open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .facts import FARTHEST, Facts, Feed, Routes

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Part:
    """
    A problem of its own, by the numbers of the whole.

    :ivar kept: truck -> how many of its first stops stay
    """

    facts: Facts
    trucks: tuple[int, ...]
    groups: tuple[int, ...]
    kept: Mapping[int, int]

    def inner(self, routes: Routes) -> Routes:
        """Return what the part's trucks do in a plan, by the part's numbers."""
        number = {g: i for i, g in enumerate(self.groups)}
        return tuple(
            tuple(feed._replace(group=number[feed.group]) for feed in routes[t][self.kept[t] :]) for t in self.trucks
        )

    def outer(self, routes: Routes, found: Routes) -> Routes:
        """Return the whole plan with what was found for the part."""
        whole = list(routes)
        for t, route in zip(self.trucks, found, strict=True):
            anew = tuple(feed._replace(group=self.groups[feed.group]) for feed in route)
            whole[t] = routes[t][: self.kept[t]] + anew
        return tuple(whole)


def part_of(facts: Facts, routes: Routes, trucks: Sequence[int], most_groups: int, rng: Rng) -> Part:
    """Return the part of some trucks, with the groups they feed alone and the nearest of those that nobody feeds."""
    kept = _kept(routes, trucks)
    own = {feed.group for t in trucks for feed in routes[t][kept[t] :]}
    fed = {feed.group for route in routes for feed in route}
    moved = _moved(facts, routes, trucks, kept)
    able = facts.split | (facts.need <= facts.kva[list(trucks)].max())
    dark = [g for g in range(facts.groups) if g not in fed and able[g] and facts.value[g] > 0]
    worth = _worth(moved, list(trucks), dark) * rng.uniform(0.5, 1.5, len(dark))
    best = [dark[i] for i in np.argsort(-worth, kind="stable") if worth[i] > 0][: max(0, most_groups - len(own))]
    groups = tuple(sorted(own | set(best)))
    return Part(moved.part(trucks, groups), tuple(trucks), groups, kept)


def _kept(routes: Routes, trucks: Sequence[int]) -> dict[int, int]:
    """Return truck -> how many stops stay: up to the last whose group a truck outside, or a stop that stays, feeds."""
    inside = set(trucks)
    held = {feed.group for t, route in enumerate(routes) if t not in inside for feed in route}
    kept = dict.fromkeys(trucks, 0)
    changed = True
    while changed:
        changed = False
        for t in trucks:
            last = max((i + 1 for i, feed in enumerate(routes[t]) if feed.group in held), default=0)
            if last > kept[t]:
                held |= {feed.group for feed in routes[t][kept[t] : last]}
                kept[t], changed = last, True
    return kept


def _moved(facts: Facts, routes: Routes, trucks: Sequence[int], kept: Mapping[int, int]) -> Facts:
    """Return the problem with trucks that begin where what they keep has ended."""
    names = ("free_s", "fuel_s", "first_s", "first_drive_s", "joins")
    found = {name: getattr(facts, name).copy() for name in names}
    for t in trucks:
        if not kept[t]:
            continue
        last = routes[t][kept[t] - 1]
        legs = facts.legs_s[last.group]
        found["free_s"][t], found["fuel_s"][t] = last.to_s, _left(facts, t, routes[t][: kept[t]])
        found["first_drive_s"][t], found["joins"][t] = legs, True
        found["first_s"][t] = np.minimum(FARTHEST, legs + facts.connect_s[t] + facts.disconnect_s[t])
    return replace(facts, **found)


def _left(facts: Facts, truck: int, route: Sequence[Feed]) -> int:
    """Return what is left in the tank."""
    left = int(facts.fuel_s[truck])
    for feed in route:
        left = (int(facts.tank_s[truck]) if feed.refuel else left) - (feed.to_s - feed.from_s)
    return left


def _worth(facts: Facts, trucks: list[int], groups: list[int]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return what feeding each group by the soonest of the trucks would save at most."""
    begin = (facts.free_s[trucks, None] + facts.first_s[np.ix_(trucks, groups)]).min(axis=0)
    begin = np.maximum(begin, facts.dark_s[groups])
    return np.asarray(facts.value[groups] * np.maximum(0, facts.until_s[groups] - begin), np.float64)


def trucks_near(facts: Facts, routes: Routes, count: int, rng: Rng) -> list[int]:
    """Return some trucks that could stand in for each other: the soonest at one group, and those that feed it."""
    cost = facts.value * np.maximum(0, facts.until_s - facts.dark_s)
    for feed in {feed for route in routes for feed in route}:
        cost[feed.group] -= facts.value[feed.group] * (feed.to_s - feed.from_s)
    chance = np.sqrt(np.maximum(0, cost).astype(float)) + 1e-9
    group = int(rng.choice(facts.groups, p=chance / chance.sum()))
    soon = facts.free_s + facts.first_s[:, group] + rng.uniform(0, 1800, facts.trucks)
    feeding = [t for t, route in enumerate(routes) if any(feed.group == group for feed in route)]
    order = [
        t for t in np.argsort(soon, kind="stable").tolist() if t not in feeding and facts.first_s[t, group] < FARTHEST
    ]
    return sorted((feeding + order)[:count])
