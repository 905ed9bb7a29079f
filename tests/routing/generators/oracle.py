"""
All plans of a small problem, one after the other: who feeds whom in which order, then the best times by an LP.

Nothing of the solver is used; the rules are those of ``docs/formats.md``, written down once more.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import permutations, product
from typing import Any

import numpy as np
from scipy.optimize import linprog

Json = dict[str, Any]
Visit = tuple[int, int, bool]  # group, which of its feedings, filled up before
Plan = tuple[tuple[Visit, ...], ...]  # by truck


def least(problem: Json) -> float:
    """Return the least cost that any plan has, in weighted customer-hours; driving included."""
    trucks, groups = problem["trucks"], problem["groups"]
    nodes = [(g, k) for g, group in enumerate(groups) for k in range(group.get("feedings", 1))]
    without = sum(_value(problem, g) * max(0, _until(problem, g) - max(0, g.get("since_s", 0))) for g in groups)
    best = 0.0
    for plan in product(*(list(_routes(truck, nodes)) for truck in trucks)):
        if _strong(problem, plan) and (gain := Times(problem, plan).gain()) is not None:
            best = max(best, gain)
    return float(without - best) / 3600


def _routes(truck: Json, nodes: list[tuple[int, int]]) -> Iterator[tuple[Visit, ...]]:
    ways = (False, True) if "refuel_s" in truck else (False,)
    for n in range(len(nodes) + 1):
        for order in permutations(nodes, n):
            for fills in product(ways, repeat=n):
                yield tuple((g, k, fill) for (g, k), fill in zip(order, fills, strict=True))


def _strong(problem: Json, plan: Plan) -> bool:
    power: Counter[tuple[int, int]] = Counter()
    count: Counter[tuple[int, int]] = Counter()
    for truck, route in zip(problem["trucks"], plan, strict=True):
        for g, k, _ in route:
            power[g, k] += truck["kva"]
            count[g, k] += 1
    for g, k in count:
        group = problem["groups"][g]
        if power[g, k] < group["kva"] or (count[g, k] > 1 and not group.get("split", False)):
            return False
        if k and not count[g, k - 1]:
            return False
    return True


def _until(problem: Json, group: Json) -> int:
    back = group.get("p90_s", group["p50_s"]) if _rule(problem, "count_until", "p50") == "p90" else group["p50_s"]
    return int(min(problem.get("horizon_s", 43_200), back))


def _rule(problem: Json, name: str, default: Any) -> Any:
    return problem.get("rules", {}).get(name, default)


def _value(problem: Json, group: Json) -> float:
    extra = 1 + (_rule(problem, "protected", 1.0) if group.get("protected") else 0)
    owned = _rule(problem, "customer_owned", 1.0) if group.get("fault") == "customer" else 1
    return float(group["customers"] * group.get("weight", 1.0) * extra * owned)


class Times:
    """A plan without times, as a linear programme: columns are begin and end of each feeding."""

    def __init__(self, problem: Json, plan: Plan) -> None:
        self.problem, self.groups, self.way = problem, problem["groups"], problem["travel"]["seconds"]
        fed = sorted({(g, k) for route in plan for g, k, _ in route})
        self.column = {node: 2 * i for i, node in enumerate(fed)}
        self.rows: list[tuple[dict[int, float], float]] = []
        self.low, self.high = [0.0] * (2 * len(fed)), [0.0] * (2 * len(fed))
        self.driven, self.possible = 0, True
        for (g, k), b in self.column.items():
            self._feeding(g, k, b)
        for truck, route in zip(problem["trucks"], plan, strict=True):
            self._route(truck, route)

    def _feeding(self, g: int, k: int, b: int) -> None:
        group = self.groups[g]
        opens, shuts = group.get("window_s", (0, self.problem.get("horizon_s", 43_200)))
        self.low[b], self.high[b] = max(0, group.get("since_s", 0), opens), shuts
        self.high[b + 1] = _until(self.problem, group)
        self.rows.append(({b: 1, b + 1: -1}, -_rule(self.problem, "least_feed_s", 1)))
        if k:
            self.rows.append(({self.column[g, k - 1] + 1: 1, b: -1}, 0))

    def _route(self, truck: Json, route: tuple[Visit, ...]) -> None:
        stands = truck.get("connected")
        at = next((i for i, group in enumerate(self.groups) if group["id"] == stands), -1)
        tank: dict[int, float] = {}
        full, previous = truck["fuel_s"], -1
        ends = truck.get("ends_s", self.problem.get("horizon_s", 43_200)) - truck.get("disconnect_s", 0)
        for g, k, fill in route:
            b = self.column[g, k]
            lead = (truck.get("refuel_s", 0) if fill else 0) + (0 if at == g else self._comes(truck, at, g, b))
            if previous < 0:
                self.low[b] = max(self.low[b], truck.get("free_s", 0) + lead)
            else:
                self.rows.append(({previous + 1: 1, b: -1}, -lead))
            self.high[b + 1] = min(self.high[b + 1], ends)
            if fill:
                tank, full = {}, truck.get("tank_s", truck["fuel_s"])
            tank = tank | {b + 1: 1, b: -1}
            self.rows.append((tank, full))
            at, previous = g, b

    def _comes(self, truck: Json, at: int, g: int, b: int) -> int:
        group = self.groups[g]
        drive = int(self.way[truck["place"] if at < 0 else self.groups[at]["place"]][group["place"]])
        self.possible &= drive >= 0
        self.driven += drive
        if not group.get("ahead", False):
            self.low[b] = max(self.low[b], group.get("since_s", 0) + truck["connect_s"])
        return drive + int(truck["connect_s"]) + (int(truck.get("disconnect_s", 0)) if at >= 0 else 0)

    def gain(self) -> float | None:
        """Return what the plan saves with the best times, None: it cannot be carried out."""
        travel = float(_rule(self.problem, "travel", 0.01) * self.driven)
        if not self.possible or any(a > z for a, z in zip(self.low, self.high, strict=True)):
            return None
        if not self.column:
            return -travel
        cost = np.zeros(len(self.low))
        for (g, _), b in self.column.items():
            cost[b], cost[b + 1] = _value(self.problem, self.groups[g]), -_value(self.problem, self.groups[g])
        matrix = np.zeros((len(self.rows), len(self.low)))
        for i, (row, _) in enumerate(self.rows):
            for j, factor in row.items():
                matrix[i, j] = factor
        bounds = list(zip(self.low, self.high, strict=True))
        found = linprog(cost, A_ub=matrix, b_ub=[most for _, most in self.rows], bounds=bounds, method="highs")
        return float(-found.fun - travel) if found.status == 0 else None
