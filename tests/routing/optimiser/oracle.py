"""
Proved optima of small problems, in two ways that share no code with the search; travel is the scorer's.

``optimum`` is a dynamic programme: for each crew over (set of jobs, last job), and then over how the jobs fall to the
crews. A label keeps when the crew is free, what the route cost, and the visits under caps; one that is no better in
any of these than another of the same set and last job is dropped (Held and Karp 1962; Desrochers 1988). It knows no
``after`` and no jobs of several crews. ``best_of_all`` tries every plan with the scorer, for four or five jobs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, permutations
from math import inf
from operator import add, le
from typing import Any

from dispatch.routing.optimiser.scorer import WEIGHTS, drives, score, window_of

Json = dict[str, Any]
Uses = tuple[int, ...]
Found = dict[int, list[tuple[float, Uses]]]  # set of jobs -> not dominated (cost, uses)


@dataclass(frozen=True, slots=True)
class Label:
    """A route so far: when it is free, what it cost, visits under each cap."""

    at_s: int
    cost: float
    uses: Uses


def optimum(problem: Json) -> float:
    """Return the least cost of all plans that break nothing; ``inf`` if there is none."""
    jobs, caps = problem["jobs"], problem.get("caps") or []
    reserves = problem.get("reserves") or []
    weight = WEIGHTS | (problem.get("rules") or {})
    whole: Found = {0: [(0.0, (0,) * (len(caps) + len(reserves)))]}
    for crew in problem["crews"]:
        whole = _joined(whole, _OneCrew(problem, crew).routes(), caps)
    left = [weight["unserved"] * job.get("unserved", job.get("weight", 1.0) * 1440) for job in jobs]
    must = sum(1 << i for i, job in enumerate(jobs) if job.get("frozen"))
    best = inf
    for done, ways in whole.items():
        if done & must == must:
            out = sum(cost for i, cost in enumerate(left) if not done >> i & 1)
            costs = (cost + _short(weight, reserves, uses[len(caps) :]) for cost, uses in ways)
            best = min(best, out + min(costs, default=inf))
    return best


def _short(weight: Json, reserves: list[Json], idle: Uses) -> float:
    return sum(weight["reserve"] * max(0, one["crews"] - n) for one, n in zip(reserves, idle, strict=True))


def _joined(whole: Found, own: Found, caps: list[Json]) -> Found:
    """Return what some crews and one more can do: each set of jobs at its least cost."""
    most = [cap["visits"] for cap in caps]
    joined: Found = {}
    for done, ways in whole.items():
        for more, routes in own.items():
            if done & more:
                continue
            into = joined.setdefault(done | more, [])
            for cost, uses in ways:
                for further, visits in routes:
                    sums = tuple(map(add, uses, visits))
                    if not most or all(map(le, sums, most)):
                        _keep(into, (cost + further, sums), len(caps))
    return joined


def _keep(ways: list[tuple[float, Uses]], new: tuple[float, Uses], caps: int) -> None:
    """Keep a way unless another costs no more, uses no more of the caps and leaves no fewer crews idle."""

    def better(a: tuple[float, Uses], b: tuple[float, Uses]) -> bool:
        fewer = all(x <= y for x, y in zip(a[1][:caps], b[1][:caps], strict=True))
        return a[0] <= b[0] and fewer and all(x >= y for x, y in zip(a[1][caps:], b[1][caps:], strict=True))

    if not new[1] and ways:  # nothing is counted: the cheaper of the two
        ways[0] = min(ways[0], new)
    elif not any(better(way, new) for way in ways):
        ways[:] = [way for way in ways if not better(new, way)] + [new]


class _OneCrew:
    """All routes of one crew."""

    def __init__(self, problem: Json, crew: Json) -> None:
        self.problem, self.crew, self.jobs = problem, crew, problem["jobs"]
        self.horizon_s: int = problem.get("horizon_s", 43_200)
        self.weight = WEIGHTS | (problem.get("rules") or {})
        self.drive = drives(problem["travel"])
        self.caps, self.reserves = problem.get("caps") or [], problem.get("reserves") or []
        plan = problem.get("plan") or {}
        told = set(problem.get("told", [job for route in plan.values() for job in route]))
        self.named = {job: {c for c, route in plan.items() if job in route} for job in told}
        number = {job["id"]: i for i, job in enumerate(self.jobs)}
        self.head = [number[name] for name in plan.get(crew["id"], ()) if self.jobs[number[name]].get("frozen")]
        self.may = [i for i, job in enumerate(self.jobs) if self._may(job)]

    def _may(self, job: Json) -> bool:
        skilled = set(job.get("needs", ())) <= set(self.crew.get("skills", ()))
        own = job.get("pinned") in (None, self.crew["id"]) and self.crew["id"] not in job.get("vetoed", ())
        return skilled and own and (not job.get("frozen") or self.jobs.index(job) in self.head)

    def routes(self) -> Found:
        """Return for each set of jobs what this crew's best routes through it cost and use."""
        found: Found = {} if self.head else {0: [(0.0, self._uses(None))]}
        layer = {(0, -1): [Label(self.crew.get("free_s", 0), 0.0, (0,) * len(self.caps))]}
        for depth in range(len(self.may)):
            wider: dict[tuple[int, int], list[Label]] = {}
            for (done, last), labels in layer.items():
                for job in self._next(done, depth):
                    into = wider.setdefault((done | 1 << job, job), [])
                    for label in labels:
                        self._drop_in(into, self._longer(label, last, job))
            layer = {key: labels for key, labels in wider.items() if labels}
            if depth + 1 >= len(self.head):
                self._end(found, layer)
        return found

    def _next(self, done: int, depth: int) -> list[int]:
        if depth < len(self.head):
            return [self.head[depth]]
        return [job for job in self.may if not done >> job & 1 and self._fits(done | 1 << job)]

    def _fits(self, done: int) -> bool:
        room = self.crew.get("room")
        return room is None or sum(self.jobs[i].get("load", 0) for i in self.may if done >> i & 1) <= room

    def _longer(self, label: Label, last: int, i: int) -> Label | None:
        """Return the route with one more job; None if it cannot be driven."""
        job, place = self.jobs[i], self.jobs[last] if last >= 0 else self.crew
        drive_s = self.drive(place, job, job)
        if drive_s is None:
            return None
        opens_s, shuts_s = window_of(job, self.horizon_s)
        begins_s = max(label.at_s + drive_s, opens_s)
        rest = self.crew.get("rest_s")
        if rest and begins_s < rest[1] and begins_s + job["work_s"] > rest[0]:
            begins_s = rest[1]
        if begins_s > shuts_s:
            return None
        uses = tuple(n + self._under(cap, job, begins_s) for n, cap in zip(label.uses, self.caps, strict=True))
        cost = label.cost + self.weight["travel"] * drive_s / 60 + self._late(job, begins_s) + self._here(job)
        return Label(begins_s + job["work_s"], cost, uses)

    def _late(self, job: Json, begins_s: int) -> float:
        factor = self.weight["late"] + (self.weight["protected"] if job.get("protected") else 0.0)
        due_s = job.get("due_s")
        return 0.0 if due_s is None else float(factor * job.get("weight", 1.0) * max(0, begins_s - due_s) / 60)

    def _here(self, job: Json) -> float:
        """Return what it costs that this crew does the job: a changed plan, another county."""
        named = self.named.get(job["id"])
        cost: float = self.weight["change"] if named and self.crew["id"] not in named else 0.0
        home, there = self.crew.get("county"), job.get("county")
        lent = self.crew.get("lent_cost", self.weight["foreign"])
        return cost + (lent if home and there and home != there else 0.0)

    def _under(self, cap: Json, job: Json, begins_s: int) -> int:
        here = cap["depot"] == self.crew.get("depot", "") and cap["kind"] == job.get("kind", "repair")
        return int(here and cap["from_s"] <= begins_s < cap["to_s"])

    def _drop_in(self, labels: list[Label], new: Label | None) -> None:
        """Keep a label unless another is as good; under caps who is earlier may begin in a fuller period."""

        def better(a: Label, b: Label) -> bool:
            sooner = a.at_s == b.at_s if self.caps else a.at_s <= b.at_s
            return sooner and a.cost <= b.cost and all(x <= y for x, y in zip(a.uses, b.uses, strict=True))

        if new is not None and not any(better(label, new) for label in labels):
            labels[:] = [label for label in labels if not better(new, label)] + [new]

    def _end(self, found: Found, layer: dict[tuple[int, int], list[Label]]) -> None:
        ends_s = self.crew.get("ends_s", self.horizon_s)
        for (done, last), labels in layer.items():
            job, back = self.jobs[last], self.crew.get("back")
            home_s = self.drive(job, back, job) if back else 0
            if home_s is None:
                continue
            for label in labels:
                end_s = label.at_s + home_s
                if end_s <= self.crew.get("latest_s", ends_s):
                    cost = label.cost + self.weight["travel"] * home_s / 60
                    cost += self.weight["overtime"] * max(0, end_s - ends_s) / 60
                    _keep(found.setdefault(done, []), (cost, self._uses(label)), len(self.caps))

    def _uses(self, label: Label | None) -> Uses:
        idle = tuple(int(label is None and r["county"] == self.crew.get("county", "")) for r in self.reserves)
        return (label.uses if label else (0,) * len(self.caps)) + idle


def best_of_all(problem: Json) -> float:
    """Return the least cost of all plans that break nothing, by scoring every one of them; jobs of one crew each."""
    jobs, crews = [job["id"] for job in problem["jobs"]], [crew["id"] for crew in problem["crews"]]
    best = inf
    for count in range(len(jobs) + 1):
        for order in permutations(jobs, count):
            for routes in _cut(list(order), crews):
                found = score(problem, {"routes": routes})
                if not any(found["violations"].values()):
                    best = min(best, found["cost"])
    return best


def _cut(order: list[str], crews: list[str]) -> Iterator[dict[str, list[str]]]:
    """Yield each way of cutting a row of jobs into one piece a crew."""
    for cuts in combinations(range(len(order) + len(crews) - 1), len(crews) - 1):
        edges = [0, *(cut - i for i, cut in enumerate(cuts)), len(order)]
        yield {crew: order[edges[i] : edges[i + 1]] for i, crew in enumerate(crews)}
