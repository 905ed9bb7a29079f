"""A problem as columns of whole numbers: what the construction and the statements to the solver both look up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch.routing.optimiser.problem import ByLine, ByMatrix, Place, Travel
from dispatch.routing.optimiser.ways import metres, plane_s

from .problem import Problem

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
FARTHEST = 10**10  # seconds: no way leads there, or it never happens; sums stay far inside 64 bits
MOST_UNITS = 10**14  # of a whole plan: sums stay far inside 64 bits
FINEST = 1_000.0


class Feed(NamedTuple):
    """A stop by numbers: group, from, to, filled up before."""

    group: int
    from_s: int
    to_s: int
    refuel: bool


Routes = tuple[tuple[Feed, ...], ...]  # one for each truck


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """
    Trucks by row, groups by column.

    :ivar first_s: from where a truck is free to its begin of feeding, without filling up; ``FARTHEST``: no way
    :ivar first_drive_s: the drive in it
    :ivar joins: whether it has to be connected for that (not where it stands connected)
    :ivar legs_s: drives from group to group; ``FARTHEST``: no way
    :ivar refuel_s: ``FARTHEST``: it cannot
    :ivar value: what a second of darkness costs, in ``scale`` of a weighted customer
    :ivar mile: what a second of driving costs, in the same units
    """

    kva: Ints
    fuel_s: Ints
    tank_s: Ints
    refuel_s: Ints
    connect_s: Ints
    disconnect_s: Ints
    free_s: Ints
    ends_s: Ints
    first_s: Ints
    first_drive_s: Ints
    joins: Bools
    need: Ints
    value: Ints
    since_s: Ints
    dark_s: Ints
    until_s: Ints
    opens_s: Ints
    shuts_s: Ints
    ahead: Bools
    split: Bools
    feedings: Ints
    legs_s: Ints
    mile: int
    scale: float
    least_s: int

    @property
    def trucks(self) -> int:
        return len(self.kva)

    @property
    def groups(self) -> int:
        return len(self.need)

    def floor_s(self, truck: int, *, joins: Bools | bool = True) -> Ints:
        """Return the earliest begin of feeding of each group, wherever the truck stands."""
        bound = np.where(self.ahead | ~np.asarray(joins), self.since_s, self.since_s + self.connect_s[truck])
        found: Ints = np.maximum(np.maximum(bound, self.dark_s), self.opens_s)
        return found

    def limit_s(self, truck: int) -> Ints:
        """Return the latest end of feeding of each group."""
        found: Ints = np.minimum(self.until_s, self.ends_s[truck] - self.disconnect_s[truck])
        return found

    def cost(self, routes: Sequence[Sequence[Feed]]) -> int:
        """Return what a plan costs, in units: darkness and driving. Feedings of one group do not overlap."""
        fed = {(feed.group, feed.from_s, feed.to_s) for route in routes for feed in route}
        light = sum(int(self.value[group]) * (to_s - from_s) for group, from_s, to_s in fed)
        return self.darkness() - light + self.mile * sum(self.driven_s(t, route) for t, route in enumerate(routes))

    def darkness(self) -> int:
        """Return what darkness costs without any truck, in units."""
        return int((self.value * np.maximum(0, self.until_s - self.dark_s)).sum())

    def driven_s(self, truck: int, route: Sequence[Feed]) -> int:
        """Return seconds of driving of a truck."""
        return sum(self.drives_s(truck, route))

    def drives_s(self, truck: int, route: Sequence[Feed]) -> list[int]:
        """Return seconds of driving of a truck to each of its stops."""
        first = [int(self.first_drive_s[truck, feed.group]) for feed in route[:1]]
        return first + [int(self.legs_s[a.group, b.group]) for a, b in pairwise(route)]

    def hours(self, units: float) -> float:
        """Return units as weighted customer-hours."""
        return units / self.scale / 3600.0

    def part(self, trucks: Sequence[int], groups: Sequence[int]) -> "Facts":
        """Return the problem of some trucks and some groups alone."""
        rows, columns = np.asarray(trucks, np.int64), np.asarray(groups, np.int64)
        found = {name: getattr(self, name)[rows] for name in BY_TRUCK}
        found |= {name: getattr(self, name)[columns] for name in BY_GROUP}
        found |= {name: getattr(self, name)[np.ix_(rows, columns)] for name in BY_BOTH}
        return replace(self, **found, legs_s=self.legs_s[np.ix_(columns, columns)])


BY_TRUCK = ("kva", "fuel_s", "tank_s", "refuel_s", "connect_s", "disconnect_s", "free_s", "ends_s")
BY_GROUP = (
    "need", "value", "since_s", "dark_s", "until_s", "opens_s", "shuts_s", "ahead", "split", "feedings",
)  # fmt: skip
BY_BOTH = ("first_s", "first_drive_s", "joins")


def facts_of(problem: Problem) -> Facts:
    """Return the columns of a problem."""
    trucks, groups = problem.trucks, problem.groups
    ends = [group.at for group in groups]
    classes = [group.area_class for group in groups]
    connect, disconnect = _column(truck.connect_s for truck in trucks), _column(truck.disconnect_s for truck in trucks)
    drive, first, joins = _first_ways(problem, connect, disconnect)
    scale = _scale(problem)
    since = _column(group.since_s for group in groups)
    return Facts(
        kva=_column(truck.kva for truck in trucks),
        fuel_s=_column(truck.fuel_s for truck in trucks),
        tank_s=_column(truck.tank_s for truck in trucks),
        refuel_s=_column(FARTHEST if truck.refuel_s is None else truck.refuel_s for truck in trucks),
        connect_s=connect,
        disconnect_s=disconnect,
        free_s=_column(truck.free_s for truck in trucks),
        ends_s=_column(truck.ends_s for truck in trucks),
        first_s=first,
        first_drive_s=drive,
        joins=joins,
        need=_column(group.kva for group in groups),
        value=_column(round(problem.value(group) * scale) for group in groups),
        since_s=since,
        dark_s=np.maximum(0, since),
        until_s=_column(problem.until_s(group) for group in groups),
        opens_s=_column(group.window_s[0] for group in groups),
        shuts_s=_column(group.window_s[1] for group in groups),
        ahead=np.array([group.ahead for group in groups], bool),
        split=np.array([group.split for group in groups], bool),
        feedings=_column(group.feedings for group in groups),
        legs_s=drives(problem.travel, ends, ends, classes),
        mile=round(problem.rules.travel * scale),
        scale=scale,
        least_s=max(1, problem.rules.least_feed_s),
    )


def _first_ways(problem: Problem, connect: Ints, disconnect: Ints) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Return (trucks, groups): seconds to drive first, seconds until it feeds, and whether it has to connect."""
    groups, classes = problem.groups, [group.area_class for group in problem.groups]
    number, ends = {group.id: g for g, group in enumerate(groups)}, [group.at for group in groups]
    drive = drives(problem.travel, [truck.at for truck in problem.trucks], ends, classes)
    first, joins = np.minimum(FARTHEST, drive + connect[:, None]), np.ones(drive.shape, bool)
    for t, truck in enumerate(problem.trucks):
        if truck.connected is not None:
            stays = number[truck.connected]
            drive[t] = drives(problem.travel, [groups[stays].at], ends, classes)[0]
            first[t] = np.minimum(FARTHEST, disconnect[t] + drive[t] + connect[t])
            first[t, stays], drive[t, stays], joins[t, stays] = 0, 0, False
    return drive, first, joins


def _scale(problem: Problem) -> float:
    """Return how finely customers are counted: to a thousandth, less where numbers are huge."""
    whole = sum(problem.value(group) * max(1, problem.until_s(group)) for group in problem.groups)
    whole += problem.rules.travel * problem.horizon_s * max(1, len(problem.trucks))
    scale = FINEST
    while scale * whole > MOST_UNITS:
        scale /= 10.0
    return scale


def drives(travel: Travel, starts: Sequence[Place], ends: Sequence[Place], classes: Sequence[str]) -> Ints:
    """Return seconds of driving from each start (row) to each end (column); ``FARTHEST``: no way."""
    found = np.full((len(starts), len(ends)), FARTHEST, np.int64)
    for i, a in enumerate(starts):
        for j, b in enumerate(ends):
            if (seconds := _drive(travel, a, b, classes[j])) >= 0:
                found[i, j] = seconds
    return found


def _drive(travel: Travel, a: Place, b: Place, area_class: str) -> int:
    if isinstance(travel, ByMatrix):
        return travel.seconds[a.place][b.place]
    if isinstance(travel, ByLine):
        return round(metres(a, b) * (travel.detour[area_class] * 3.6 / travel.speed_kmh[area_class]))
    return plane_s(a, b)


def _column(numbers: Iterable[int]) -> Ints:
    return np.array(list(numbers), np.int64)
