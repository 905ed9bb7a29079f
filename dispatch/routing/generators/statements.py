"""
A problem stated to CP-SAT (OR-Tools), exactly.

Each time a group may be fed is a node with a begin, an end, and whether it happens; each truck drives a circuit over
the nodes it could feed. All trucks of a feeding begin and end together. From a group to itself a truck just stays.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from ortools.sat.python import cp_model

from .facts import FARTHEST, Facts, Feed, Routes
from .reach import able, earliest


class Node(NamedTuple):
    """The ``turn``-th feeding of a group."""

    group: int
    turn: int


class Arc(NamedTuple):
    """A truck goes from one node (-1: where it begins) to another, filled up before or not; ``lead_s`` to its begin."""

    a: int
    b: int
    refuel: bool
    lead_s: int
    drive_s: int


class Statements:
    """The model of a problem, and its variables."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.nodes = [Node(g, k) for g in range(facts.groups) for k in range(int(facts.feedings[g]))]
        self.numbers = {node: n for n, node in enumerate(self.nodes)}
        self.model = cp_model.CpModel()
        until = [int(facts.until_s[node.group]) for node in self.nodes]
        self.last = max([0, *until])
        self.fed = [self.model.new_bool_var("") for _ in self.nodes]
        self.begin = [self.model.new_int_var(0, max(0, end), "") for end in until]
        self.end = [self.model.new_int_var(0, max(0, end), "") for end in until]
        self.length = [self.model.new_int_var(0, max(0, end), "") for end in until]
        self.arcs = [list(arcs_of(facts, t, self.nodes)) for t in range(facts.trucks)]
        self.gone: list[dict[Arc, cp_model.IntVar]] = []
        self.visits: list[dict[int, cp_model.IntVar]] = []
        self.caps: list[list[tuple[int, int]]] = []  # by truck, by arc: node, longest feeding
        self.feeds: dict[int, list[tuple[int, cp_model.IntVar]]] = defaultdict(list)
        self._feedings()
        for t in range(facts.trucks):
            self._circuit(t)
            self._clock(t)
            self._fuel(t)
            self._hours(t)
        self._power()
        self._objective()

    def _feedings(self) -> None:
        model, facts = self.model, self.facts
        for n, node in enumerate(self.nodes):
            model.add(self.end[n] == self.begin[n] + self.length[n])
            model.add(self.length[n] >= facts.least_s).only_enforce_if(self.fed[n])
            model.add(self.length[n] == 0).only_enforce_if(~self.fed[n])
            model.add(self.begin[n] <= int(facts.shuts_s[node.group])).only_enforce_if(self.fed[n])
            if node.turn:
                before = self.numbers[Node(node.group, node.turn - 1)]
                model.add_implication(self.fed[n], self.fed[before])
                model.add(self.begin[n] >= self.end[before]).only_enforce_if(self.fed[n])

    def _circuit(self, t: int) -> None:
        """State that a truck drives one round, over the nodes that it feeds."""
        gone = {arc: self.model.new_bool_var("") for arc in self.arcs[t]}
        nodes = sorted({arc.b for arc in gone})
        visits = {n: self.model.new_bool_var("") for n in nodes}
        idle = self.model.new_bool_var("")
        round_: list[Any] = [(arc.a + 1, arc.b + 1, var) for arc, var in gone.items()]
        round_ += [(n + 1, n + 1, ~visits[n]) for n in nodes]
        round_ += [(n + 1, 0, self.model.new_bool_var("")) for n in nodes] + [(0, 0, idle)]
        self.model.add_circuit(round_)
        for visit in visits.values():
            self.model.add_implication(idle, ~visit)
        self.gone.append(gone)
        self.visits.append(visits)

    def _clock(self, t: int) -> None:
        """State that a truck is there, and connected, before it feeds."""
        facts, model = self.facts, self.model
        floor, bare, limit = facts.floor_s(t), facts.floor_s(t, joins=False), facts.limit_s(t)
        caps: list[tuple[int, int]] = []
        free, soonest = int(facts.free_s[t]), earliest(facts, t)
        for arc, var in self.gone[t].items():
            g = self.nodes[arc.b].group
            joins = not _stays(self.nodes, arc) if arc.a >= 0 else bool(facts.joins[t, g])
            least = int((floor if joins else bare)[g])
            if arc.a < 0:
                least = max(least, free + arc.lead_s)
            else:
                model.add(self.begin[arc.b] >= self.end[arc.a] + arc.lead_s).only_enforce_if(var)
                least = max(least, int(soonest[self.nodes[arc.a].group]) + facts.least_s + arc.lead_s)
            model.add(self.begin[arc.b] >= least).only_enforce_if(var)
            caps.append((arc.b, max(0, int(limit[g]) - least)))
        self.caps.append(caps)
        for n, visit in self.visits[t].items():
            model.add(self.end[n] <= int(limit[self.nodes[n].group])).only_enforce_if(visit)
            model.add_implication(visit, self.fed[n])

    def _fuel(self, t: int) -> None:
        """State what is left in the tank after each feeding, where a tank may run dry at all."""
        facts, model = self.facts, self.model
        if min(facts.fuel_s[t], facts.tank_s[t]) >= max(0, self.last - int(facts.free_s[t])):
            return
        most = max(int(facts.fuel_s[t]), int(facts.tank_s[t]))
        left = {n: model.new_int_var(0, most, "") for n in self.visits[t]}
        for arc, var in self.gone[t].items():
            full = int(facts.tank_s[t]) if arc.refuel else int(facts.fuel_s[t])
            before = full if arc.refuel or arc.a < 0 else left[arc.a]
            model.add(left[arc.b] <= before - self.length[arc.b]).only_enforce_if(var)

    def _hours(self, t: int) -> None:
        """
        State once more, in sums, that a truck has one life: what it feeds, drives and connects fits its time and fuel.

        Nothing new for whole numbers; without it the relaxation lets a truck feed everything for a part.
        """
        facts, model = self.facts, self.model
        into: dict[int, list[tuple[int, cp_model.IntVar]]] = defaultdict(list)
        for (n, cap), var in zip(self.caps[t], self.gone[t].values(), strict=True):
            into[n].append((cap, var))
        for n, visit in self.visits[t].items():
            fed = model.new_int_var(0, max(0, int(facts.until_s[self.nodes[n].group])), "")
            model.add(fed == self.length[n]).only_enforce_if(visit)
            model.add(fed <= sum(cap * var for cap, var in into[n]))
            model.add(fed <= self.length[n])
            self.feeds[n].append((t, fed))
        mine = [fed for feeds in self.feeds.values() for truck, fed in feeds if truck == t]
        ways = sum(arc.lead_s * var for arc, var in self.gone[t].items())
        ends = min(self.last, int(facts.ends_s[t] - facts.disconnect_s[t]))
        model.add(sum(mine) + ways <= max(0, ends - int(facts.free_s[t])))
        fills = sum(var for arc, var in self.gone[t].items() if arc.refuel)
        model.add(sum(mine) <= int(facts.fuel_s[t]) + int(facts.tank_s[t]) * fills)

    def _power(self) -> None:
        """State that those who feed are strong enough; once more in sums, for the relaxation."""
        facts, model = self.facts, self.model
        for n, node in enumerate(self.nodes):
            there = [(t, visits[n]) for t, visits in enumerate(self.visits) if n in visits]
            fed = [(t, var) for t, var in self.feeds[n]]
            if facts.split[node.group]:
                whole = sum(int(facts.kva[t]) * var for t, var in fed)
                model.add(whole >= int(facts.need[node.group]) * self.length[n])
                power = sum(int(facts.kva[t]) * visit for t, visit in there)
                model.add(power >= int(facts.need[node.group])).only_enforce_if(self.fed[n])
            else:
                model.add(sum(visit for _, visit in there) == self.fed[n])
                model.add(sum(var for _, var in fed) == self.length[n])

    def _objective(self) -> None:
        facts = self.facts
        light = sum(int(facts.value[node.group]) * self.length[n] for n, node in enumerate(self.nodes))
        ways = sum(facts.mile * arc.drive_s * var for gone in self.gone for arc, var in gone.items())
        self.model.maximize(light - ways)

    def hint(self, routes: Sequence[Sequence[Feed]]) -> None:
        """Tell the solver a plan to begin with."""
        turns = turns_of(routes)
        times = {(feed.group, turn): feed for (feed, turn) in turns.items()}
        for n, node in enumerate(self.nodes):
            feed = times.get((node.group, node.turn))
            self.model.add_hint(self.fed[n], feed is not None)
            self.model.add_hint(self.length[n], feed.to_s - feed.from_s if feed else 0)
            if feed:
                self.model.add_hint(self.begin[n], feed.from_s)
                self.model.add_hint(self.end[n], feed.to_s)
        for t, route in enumerate(routes):
            nodes = [self.numbers[Node(feed.group, turns[_bare(feed)])] for feed in route]
            gone = {(a, b, feed.refuel) for a, b, feed in zip([-1, *nodes], nodes, route, strict=False)}
            for arc, var in self.gone[t].items():
                self.model.add_hint(var, (arc.a, arc.b, arc.refuel) in gone)
            for n, visit in self.visits[t].items():
                self.model.add_hint(visit, n in nodes)

    def routes(self, solver: cp_model.CpSolver) -> Routes:
        """Return what the solver found."""
        found = []
        for gone in self.gone:
            then = {arc.a: arc for arc, var in gone.items() if solver.boolean_value(var)}
            route, at = [], -1
            while (arc := then.get(at)) is not None:
                at = arc.b
                times = (solver.value(self.begin[at]), solver.value(self.end[at]))
                route.append(Feed(self.nodes[at].group, *times, arc.refuel))
            found.append(tuple(route))
        return tuple(found)


def _bare(feed: Feed) -> Feed:
    return feed._replace(refuel=False)


def turns_of(routes: Sequence[Sequence[Feed]]) -> dict[Feed, int]:
    """Return which of its group's feedings each is, whoever feeds (``refuel`` is left out)."""
    times = defaultdict(set)
    for route in routes:
        for feed in route:
            times[feed.group].add(_bare(feed))
    return {feed: turn for feeds in times.values() for turn, feed in enumerate(sorted(feeds))}


def _stays(nodes: Sequence[Node], arc: Arc) -> bool:
    return arc.a >= 0 and nodes[arc.a].group == nodes[arc.b].group


def arcs_of(facts: Facts, t: int, nodes: Sequence[Node]) -> Iterator[Arc]:
    """Yield where a truck may go from where: what it could feed for a moment at least."""
    last = np.minimum(facts.limit_s(t) - facts.least_s, facts.shuts_s)
    soonest = earliest(facts, t)
    open_ = able(facts, t) & (soonest <= last)
    usable = [n for n, node in enumerate(nodes) if open_[node.group]]
    ways = (False, True) if facts.refuel_s[t] < FARTHEST else (False,)
    ends = soonest + facts.least_s
    for b, refuel in ((b, refuel) for b in usable for refuel in ways):
        g = nodes[b].group
        extra = int(facts.refuel_s[t]) if refuel else 0
        lead = int(facts.first_s[t, g]) + extra
        if facts.free_s[t] + lead <= last[g]:
            yield Arc(-1, b, refuel, lead, int(facts.first_drive_s[t, g]))
        for a in usable:
            arc = _between(facts, t, nodes, a, b, extra)
            if arc is not None and ends[nodes[a].group] + arc.lead_s <= last[g]:
                yield arc._replace(refuel=refuel)


def _between(facts: Facts, t: int, nodes: Sequence[Node], a: int, b: int, extra: int) -> Arc | None:
    """Return how a truck comes from one node to another, None: not at all."""
    if nodes[a].group == nodes[b].group:
        return Arc(a, b, False, extra, 0) if nodes[a].turn < nodes[b].turn else None
    drive = int(facts.legs_s[nodes[a].group, nodes[b].group])
    if drive >= FARTHEST:
        return None
    return Arc(a, b, False, drive + int(facts.disconnect_s[t] + facts.connect_s[t]) + extra, drive)
