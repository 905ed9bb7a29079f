"""
The independent scorer for generator trucks: what a plan leaves dark, and what it breaks.

``docs/formats.md`` written a second time: it reads the JSON objects of a problem and a plan itself, computes drives
itself and shares no code with reading, construction or solver. Only the shapes must be right (``reading`` sees to it).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import pairwise
from typing import Any

Json = dict[str, Any]
Drive = Callable[[Json, Json], int | None]  # from, to (the group) -> seconds; None: no way

EARTH_M = 6_371_008.8
KINDS = (
    "unknown", "two_places", "way", "early", "late", "window", "short", "shift", "fuel", "power", "split", "feedings",
)  # fmt: skip


def score(problem: Json, plan: Json) -> Json:
    """
    Return what a plan costs and breaks.

    :returns: ``cost`` (weighted customer-hours, and drives by their rule), ``by_rule``, ``violations`` by kind,
        ``fed`` and ``dark`` (groups), ``hours``: ``without`` trucks and ``unserved`` (weighted customer-hours),
        ``customers`` (customer-hours of darkness as they are), ``travel``
    """
    return Sheet(problem, plan).total()


class Sheet:
    """One plan, looked through once."""

    def __init__(self, problem: Json, plan: Json) -> None:
        self.problem, self.rules = problem, problem.get("rules") or {}
        self.horizon_s: int = problem.get("horizon_s", 43_200)
        self.trucks = {truck["id"]: truck for truck in problem["trucks"]}
        self.groups = {group["id"]: group for group in problem["groups"]}
        self.drive = drives(problem["travel"])
        self.broken: Counter[str] = Counter()
        self.driven_s = 0
        self.feeds: dict[str, list[tuple[int, int, int]]] = defaultdict(list)  # group -> from, to, kVA
        for name, stops in plan["routes"].items():
            self._truck(name, stops)

    def _truck(self, name: str, stops: list[Json]) -> None:
        truck = self.trucks.get(name)
        if truck is None:
            self.broken["unknown"] += 1
            return
        free_s, fuel_s = truck.get("free_s", 0), truck["fuel_s"]
        at: Json = self.groups[truck["connected"]] if truck.get("connected") is not None else truck
        for stop in stops:
            group = self.groups.get(stop["group"])
            if group is None:
                self.broken["unknown"] += 1
                continue
            fuel_s = self._filled(truck, stop, fuel_s) - (stop["to_s"] - stop["from_s"])
            self.broken["fuel"] += fuel_s < 0
            self._place(truck, at, group, stop, free_s)
            self._times(truck, group, stop)
            self.feeds[group["id"]].append((stop["from_s"], stop["to_s"], truck["kva"]))
            at, free_s = group, stop["to_s"]

    def _filled(self, truck: Json, stop: Json, fuel_s: int) -> int:
        if not stop.get("refuel"):
            return fuel_s
        self.broken["fuel"] += truck.get("refuel_s") is None
        full = truck.get("tank_s")
        return int(truck["fuel_s"] if full is None else full)

    def _place(self, truck: Json, at: Json, group: Json, stop: Json, free_s: int) -> None:
        """Look whether the truck can be there by then; staying at a group takes no drive and no work."""
        ready_s = free_s + ((truck.get("refuel_s") or 0) if stop.get("refuel") else 0)
        if at is not group:
            way_s = self.drive(at, group)
            self.broken["way"] += way_s is None
            self.driven_s += way_s or 0
            ready_s += (way_s or 0) + truck["connect_s"] + (truck.get("disconnect_s", 0) if at is not truck else 0)
            begun_s = stop["from_s"] - truck["connect_s"]
            self.broken["early"] += not group.get("ahead", False) and begun_s < group.get("since_s", 0)
        self.broken["two_places"] += stop["from_s"] < ready_s

    def _times(self, truck: Json, group: Json, stop: Json) -> None:
        opens, shuts = group.get("window_s") or (0, self.horizon_s)
        ends_s = truck.get("ends_s")
        ends_s = self.horizon_s if ends_s is None else ends_s
        self.broken["early"] += stop["from_s"] < max(0, group.get("since_s", 0))
        self.broken["late"] += stop["to_s"] > self._until(group)
        self.broken["window"] += not opens <= stop["from_s"] <= shuts
        self.broken["short"] += stop["to_s"] - stop["from_s"] < self.rules.get("least_feed_s", 1)
        self.broken["shift"] += stop["to_s"] + truck.get("disconnect_s", 0) > ends_s

    def _until(self, group: Json) -> int:
        """Return when the darkness that is counted ends without a truck."""
        back = group["p50_s"]
        if self.rules.get("count_until", "p50") == "p90" and group.get("p90_s") is not None:
            back = group["p90_s"]
        return int(min(self.horizon_s, back))

    def _lit(self, group: Json) -> int:
        """Return seconds of the group's darkness in which the trucks there are strong enough."""
        feeds, need = self.feeds[group["id"]], group["kva"]
        edges = sorted({edge for begin, end, _ in feeds for edge in (begin, end)})
        first_s, last_s, lit_s, weak, many = max(0, group.get("since_s", 0)), self._until(group), 0, False, False
        for a, b in pairwise(edges):
            there = [kva for begin, end, kva in feeds if begin <= a and b <= end]
            many |= len(there) > 1 and not group.get("split", False)
            strong = sum(there) if group.get("split", False) else max(there, default=0)
            weak |= bool(there) and strong < need
            lit_s += max(0, min(b, last_s) - max(a, first_s)) if there and strong >= need else 0
        self.broken["power"] += weak
        self.broken["split"] += many
        self.broken["feedings"] += len({(begin, end) for begin, end, _ in feeds}) > group.get("feedings", 1)
        return lit_s

    def _weight(self, group: Json) -> float:
        protected = self.rules.get("protected", 1.0) if group.get("protected", False) else 0.0
        owned = self.rules.get("customer_owned", 1.0) if group.get("fault", "grid") == "customer" else 1.0
        return float(group["customers"] * group.get("weight", 1.0) * (1.0 + protected) * owned)

    def total(self) -> Json:
        """Return the sums."""
        without = unserved = customers = 0.0
        for group in self.groups.values():
            dark_s = max(0, self._until(group) - max(0, group.get("since_s", 0)))
            left_s = dark_s - self._lit(group)
            without += self._weight(group) * dark_s / 3600.0
            unserved += self._weight(group) * left_s / 3600.0
            customers += group["customers"] * left_s / 3600.0
        travel = self.rules.get("travel", 0.01) * self.driven_s / 3600.0
        fed = sum(bool(feeds) for feeds in self.feeds.values())
        return {
            "cost": unserved + travel,
            "by_rule": {"unserved": unserved, "travel": travel},
            "violations": {kind: self.broken[kind] for kind in KINDS},
            "fed": fed,
            "dark": len(self.groups) - fed,
            "hours": {
                "without": without,
                "unserved": unserved,
                "customers": customers,
                "travel": self.driven_s / 3600.0,
            },
        }


def drives(travel: Json) -> Drive:
    """Return how long a drive takes, by the format's formulas."""
    if travel["by"] == "matrix":
        rows = travel["seconds"]
        return lambda a, b: None if rows[a["place"]][b["place"]] < 0 else int(rows[a["place"]][b["place"]])
    if travel["by"] == "line":
        return lambda a, b: _line(travel, a, b)
    return _plane


def _plane(a: Json, b: Json) -> int:
    km = math.hypot(a["x_km"] - b["x_km"], a["y_km"] - b["y_km"])
    kmh = 22.0 + 33.0 * km / (km + 15.0)
    return 0 if km < 1e-9 else round(60.0 * (1.5 + 78.0 * km / kmh))


def _line(travel: Json, a: Json, b: Json) -> int:
    kind = b.get("area_class", "urban")
    south, north = math.radians(a["lat"]), math.radians(b["lat"])
    up, across = math.sin((north - south) / 2.0), math.sin(math.radians(b["lon"] - a["lon"]) / 2.0)
    part = up * up + math.cos(south) * math.cos(north) * across * across
    metres: float = 2.0 * EARTH_M * math.asin(math.sqrt(min(1.0, part)))
    pace: float = travel["detour"][kind] * 3.6 / travel["speed_kmh"][kind]
    return round(metres * pace)
