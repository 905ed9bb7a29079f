"""
A plan made by adding one feeding after the other: the start of the search, and the simple rules it is measured against.

Each truck knows where it stands, when it is free and what is in its tank. A feeding lasts as long as it can: until
supply is back, the tank is empty or the shift ends.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .facts import FARTHEST, Bools, Facts, Feed, Ints, Routes

Floats = NDArray[np.float64]


class Offer(NamedTuple):
    """What one truck could do next, by group: begin, end, whether it fills up before, seconds of driving."""

    from_s: Ints
    to_s: Ints
    refuel: Bools
    drive_s: Ints


class Choice(NamedTuple):
    """A feeding that could be added."""

    group: int
    team: tuple[int, ...]
    from_s: int
    to_s: int


class Pick(NamedTuple):
    """
    What choices are weighed by, in columns.

    :ivar value: what a second of the group's darkness costs, in units; ``gain``: what the feeding saves, in units
    :ivar bound_s: seconds of trucks that it takes; ``share``: what is needed of the power it takes
    """

    value: Ints
    gain: Ints
    bound_s: Ints
    share: Floats
    from_s: Ints
    drive_s: Ints


Key = Callable[[Pick], Floats]  # the largest is taken
Rated = tuple[float, Choice]


@dataclass(slots=True)
class State:
    """Where a truck stands after its route so far; ``at`` -1: where it began."""

    at: int
    free_s: int
    fuel_s: int


class Building:
    """A plan in the making."""

    def __init__(self, facts: Facts, key: Key) -> None:
        self.facts, self.key = facts, key
        self.states = [State(-1, int(facts.free_s[t]), int(facts.fuel_s[t])) for t in range(facts.trucks)]
        self.routes: list[list[Feed]] = [[] for _ in range(facts.trucks)]
        self.fed = np.zeros(facts.groups, np.int64)  # feedings so far
        self.lit_s = facts.dark_s.copy()  # until when a group is fed so far
        self.alone: list[Rated | None] = [None] * facts.trucks
        self.together: dict[int, Rated | None] = dict.fromkeys(np.flatnonzero(facts.split).tolist())
        self.first: dict[int, list[int]] = {}  # group -> the team that was there first, whatever it was worth
        self.stale, self.unsure = set(range(facts.trucks)), set(self.together)
        self.looked = 0  # offers reckoned so far: how much work it was
        self.offers = [self.offer(t) for t in range(facts.trucks)]

    def offer(self, truck: int) -> Offer:
        """Return what a truck could do next; where it can do nothing, the end is not after the begin."""
        self.looked += 1
        plain = self._offer(truck, refuel=False)
        if self.facts.refuel_s[truck] >= FARTHEST:
            return plain
        filled = self._offer(truck, refuel=True)
        better = filled.to_s - filled.from_s > plain.to_s - plain.from_s
        pairs = zip(plain, filled, strict=True)
        return Offer(*(np.where(better, b, a) for a, b in pairs))

    def _offer(self, truck: int, *, refuel: bool) -> Offer:
        facts, state = self.facts, self.states[truck]
        if state.at < 0:
            drive, lead, joins = facts.first_drive_s[truck], facts.first_s[truck], facts.joins[truck]
        else:
            drive, joins = facts.legs_s[state.at], np.arange(facts.groups) != state.at
            lead = np.where(joins, drive + facts.disconnect_s[truck] + facts.connect_s[truck], 0)
        begin = np.maximum(state.free_s + lead + refuel * facts.refuel_s[truck], facts.floor_s(truck, joins=joins))
        begin = np.maximum(begin, self.lit_s)
        fuel = facts.tank_s[truck] if refuel else state.fuel_s
        end = np.minimum(facts.limit_s(truck), begin + fuel)
        never = (begin > facts.shuts_s) | (end - begin < facts.least_s) | (self.fed >= facts.feedings)
        return Offer(begin, np.where(never, begin, end), np.full(facts.groups, refuel), drive)

    def best(self) -> Choice | None:
        """Return what could be added next, of the largest key: a truck alone, or the team that is there first."""
        for t in self.stale:
            self.alone[t] = self._alone(t)
        for g in self.unsure:
            self.together[g] = self._together(g)
        self.stale, self.unsure = set(), set()
        found = [one for one in (*self.alone, *self.together.values()) if one is not None]
        return max(found, key=lambda one: one[0])[1] if found else None

    def _alone(self, t: int) -> Rated | None:
        """Return the best group of a truck."""
        facts, offer = self.facts, self.offers[t]
        length = offer.to_s - offer.from_s
        gain = facts.value * length - facts.mile * offer.drive_s
        open_ = np.flatnonzero((facts.need <= facts.kva[t]) & (length > 0) & (gain > 0))
        if not len(open_):
            return None
        bound = np.maximum(1, offer.to_s - self.states[t].free_s)[open_]
        share = facts.need[open_] / facts.kva[t]
        keys = self.key(Pick(facts.value[open_], gain[open_], bound, share, offer.from_s[open_], offer.drive_s[open_]))
        g = int(open_[at := int(np.argmax(keys))])
        return float(keys[at]), Choice(g, (t,), int(offer.from_s[g]), int(offer.to_s[g]))

    def _together(self, g: int) -> Rated | None:
        """Return the team that is there first."""
        facts = self.facts
        if (found := self._team(g)) is None:
            return None
        team, begin, end, gain = found
        bound = sum(max(1, end - self.states[t].free_s) for t in team)
        drive = sum(int(self.offers[t].drive_s[g]) for t in team)
        row = (facts.value[g], gain, bound, facts.need[g] / facts.kva[team].sum(), begin, drive)
        keys = self.key(Pick(*(np.array([number]) for number in row)))
        return float(keys[0]), Choice(g, tuple(sorted(team)), begin, end)

    def _team(self, group: int) -> tuple[list[int], int, int, int] | None:
        """Return those that are there first, without whom it does not need: team, begin, end, units saved."""
        facts = self.facts
        able = [t for t, offer in enumerate(self.offers) if offer.to_s[group] > offer.from_s[group]]
        if self.fed[group] >= facts.feedings[group] or facts.kva[able].sum() < facts.need[group]:
            self.first.pop(group, None)
            return None
        able.sort(key=lambda t: (int(self.offers[t].from_s[group]), -int(facts.kva[t])))
        enough = int(np.searchsorted(np.cumsum(facts.kva[able]), facts.need[group])) + 1
        team = self.first[group] = lean(facts, group, able[:enough])
        begin = max(int(self.offers[t].from_s[group]) for t in team)
        end = min(min(int(facts.limit_s(t)[group]), begin + self._fuel(t, group)) for t in team)
        drive = sum(int(self.offers[t].drive_s[group]) for t in team)
        gain = int(facts.value[group]) * (end - begin) - facts.mile * drive
        fits = len(team) > 1 and begin <= facts.shuts_s[group] and end - begin >= facts.least_s
        return (team, begin, end, gain) if fits and gain > 0 else None

    def _fuel(self, truck: int, group: int) -> int:
        return int(self.facts.tank_s[truck]) if self.offers[truck].refuel[group] else self.states[truck].fuel_s

    def add(self, choice: Choice) -> None:
        """Add a feeding."""
        group = choice.group
        for t in choice.team:
            refuel = bool(self.offers[t].refuel[group])
            left = self._fuel(t, group) - (choice.to_s - choice.from_s)
            self.routes[t].append(Feed(group, choice.from_s, choice.to_s, refuel))
            self.states[t] = State(group, choice.to_s, left)
        self.fed[group] += 1
        self.lit_s[group] = choice.to_s
        for t in range(self.facts.trucks):
            if t in choice.team:
                self.offers[t] = self.offer(t)
            else:
                self._later(t, group)
        self._forget(choice)

    def _later(self, t: int, group: int) -> None:
        """Make a truck's offer to a group begin after what the group now has."""
        facts, offer = self.facts, self.offers[t]
        begin = max(int(offer.from_s[group]), int(self.lit_s[group]))
        end = min(int(facts.limit_s(t)[group]), begin + self._fuel(t, group))
        over = self.fed[group] >= facts.feedings[group] or begin > facts.shuts_s[group] or end - begin < facts.least_s
        offer.from_s[group], offer.to_s[group] = begin, begin if over else end

    def _forget(self, choice: Choice) -> None:
        """Forget what was judged best where it hung on that group or those trucks; others only come later now."""
        self.stale |= set(choice.team)
        self.stale |= {t for t, one in enumerate(self.alone) if one is not None and one[1].group == choice.group}
        used = set(choice.team)
        self.unsure |= {g for g, team in self.first.items() if used & set(team)}
        self.unsure |= {choice.group} & set(self.together)

    def done(self) -> Routes:
        """Return the plan."""
        return tuple(tuple(route) for route in self.routes)


def lean(facts: Facts, group: int, team: Sequence[int]) -> list[int]:
    """Return a team without whom it does not need, the smallest first."""
    kept = list(team)
    for t in sorted(team, key=lambda t: int(facts.kva[t])):
        if facts.kva[kept].sum() - facts.kva[t] >= facts.need[group]:
            kept.remove(t)
    return kept


def built(facts: Facts, key: Key) -> Routes:
    """Return the plan that takes the choice of the largest key, again and again."""
    making = Building(facts, key)
    while (best := making.best()) is not None:
        making.add(best)
    return making.done()


def by_gain(pick: Pick) -> Floats:
    """What saves most."""
    return pick.gain.astype(float)


def by_rate(pick: Pick) -> Floats:
    """What saves most for each second that trucks are bound."""
    return pick.gain / pick.bound_s


def by_fit(pick: Pick) -> Floats:
    """What saves most for the power it binds: big trucks are kept for big groups."""
    return pick.gain * pick.share


def start(facts: Facts) -> Routes:
    """Return the best of the simple plans."""
    return min((built(facts, key) for key in (by_gain, by_rate, by_fit)), key=facts.cost)


def by_chance(rng: np.random.Generator) -> Key:
    """Return a rule drawn between the three, with some noise in each of its judgements."""
    bound, share, noise = rng.uniform(0.0, 1.0), rng.uniform(0.0, 1.0), rng.uniform(0.0, 0.5)

    def key(pick: Pick) -> Floats:
        shaken = rng.uniform(1.0 - noise, 1.0 + noise, len(pick.gain))
        return np.asarray(pick.gain * pick.bound_s**-bound * pick.share**share * shaken, np.float64)

    return key


def recreated(facts: Facts, rng: np.random.Generator) -> tuple[Routes, int]:
    """Return a plan made by a rule drawn by chance, and how much work it was."""
    making = Building(facts, by_chance(rng))
    while (best := making.best()) is not None:
        making.add(best)
    return making.done(), making.looked
