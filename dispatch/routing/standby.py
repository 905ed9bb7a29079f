"""
Where crews should stand by (待命点): k of the points that could be, so that the calls of a history are reached soonest.

The model is static: every crew is at its point and free, and each call is reached from the point nearest to it in time.
It says where to stand, not how many crews a busy hour needs; that is what a replay is for (docs/standby-and-maps.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from dispatch.kit.earth import EARTH_RADIUS_M, distance_m
from dispatch.kit.errors import Invalid
from dispatch.kit.words import Labelled

from .fleet import Ints
from .geo import Floats
from .median import Median, median
from .model import Basis
from .travel import Travel

BEYOND_S = 6 * 3600.0  # what a call counts that nobody can reach: longer than any drive, short enough to be added up
SAME_SPOT_M = 30.0  # two points nearer than that are one
NINETY = 0.9
FINER = 0.8  # each try at fewer cells makes them so much larger, read backwards
Point = tuple[float, float]


class SiteKind(Labelled):
    """What a point is where crews could stand by."""

    DEPOT = "depot", "现有班所"
    JUNCTION = "junction", "路口"
    DEMAND = "demand", "来电集中处"


class Goal(Labelled):
    """What is best."""

    MEAN = "mean", "平均到达最快"
    PROMISE = "promise", "承诺时限内到达最多"


class NoDemand(Invalid):
    """There is no call to plan for."""


class NoSites(Invalid):
    """There is no point where a crew could stand."""


@dataclass(frozen=True, slots=True)
class Site:
    """A point where a crew could stand. WGS-84 degrees."""

    kind: SiteKind
    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Past:
    """
    One call of the history (or many at one place).

    :param hour: of the day in China, 0 to 23
    :param name: its row or number, where it must be named
    """

    lon: float
    lat: float
    weight: float = 1.0
    hour: int | None = None
    area_class: str = "urban"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """Calls of one area class that lie together, at the place of one of them."""

    lon: float
    lat: float
    weight: float
    area_class: str
    calls: int = 1


@dataclass(frozen=True, slots=True)
class Reach:
    """
    How soon the calls are reached; all of them count, one that nobody reaches with ``BEYOND_S``.

    :param inside: share that is reached within the promise
    :param unreached: share that nobody reaches
    """

    mean_s: float
    p90_s: float
    inside: float
    unreached: float


@dataclass(frozen=True, slots=True)
class Standby:
    """
    The answer.

    :param sites: the points chosen, in the order of the candidates
    :param served: for each cell the number of its point in ``sites``; -1: nobody reaches it
    :param seconds: for each cell the drive to it from there
    :param load: share of the calls that each point is the nearest to
    :param present: the depots compared with: all, or of more than k the best k
    :param gap: how much dearer than the best choice this may be at most, as a share
    """

    goal: Goal
    basis: Basis
    cells: tuple[Cell, ...]
    sites: tuple[Site, ...]
    served: Ints
    seconds: Floats
    load: tuple[float, ...]
    present: tuple[Site, ...]
    before: Reach | None
    after: Reach
    cost: float
    bound: float
    gap: float
    candidates: int
    checked: int  # places of calls that ``before`` and ``after`` were worked out on, each where it was
    moved_m: float  # how far a call lies from its cell's place on the average
    left_out: str = ""  # which calls do not count because they cannot be where they say


def in_hours(history: Iterable[Past], hours: tuple[int, int] | None) -> list[Past]:
    """Return the calls of these hours of the day, ``(8, 20)`` from eight until before twenty; over midnight too."""
    if hours is None:
        return [call for call in history if call.weight > 0]
    first, last = hours
    wanted = {hour % 24 for hour in range(first, last if last > first else last + 24)}
    return [call for call in history if call.weight > 0 and (call.hour is None or call.hour in wanted)]


def gathered(history: Sequence[Past], most: int) -> tuple[tuple[Cell, ...], float]:
    """
    Put calls that lie together into at most ``most`` cells; say how many metres that moved a call on the average.

    Few places stay as they are. Otherwise a square grid, as fine as that allows; each cell stands at the call nearest
    to its middle, so that it is a place where somebody lives.

    :raises NoDemand: if there is no call
    """
    if not history:
        raise NoDemand("所选区域和时段内没有来电,无法选点;请检查 --area、--hours 或 --from", field="from")
    here = _merged(history)
    if len(here) <= most:
        return tuple(here), 0.0
    lon, lat = np.array([c.lon for c in here]), np.array([c.lat for c in here])
    x = np.radians(lon) * np.cos(np.radians(lat.mean())) * EARTH_RADIUS_M
    y = np.radians(lat) * EARTH_RADIUS_M
    side = max(float(np.ptp(x)), float(np.ptp(y)), 1.0)
    kinds = {name: i for i, name in enumerate(sorted({c.area_class for c in here}))}
    kind = np.array([kinds[c.area_class] for c in here])
    size = side / (2 * most)
    while True:
        keys = np.stack([kind, x // size, y // size])
        _, group = np.unique(keys, axis=1, return_inverse=True)
        group = group.reshape(-1)
        if group.max() < most:
            break
        size /= FINER
    cells = [_cell([here[i] for i in np.flatnonzero(group == g)]) for g in range(group.max() + 1)]
    moved = sum(
        c.weight * distance_m(c.lon, c.lat, cells[g].lon, cells[g].lat) for c, g in zip(here, group, strict=True)
    )
    return tuple(cells), moved / sum(c.weight for c in here)


def _merged(history: Sequence[Past]) -> list[Cell]:
    """Return one cell for each place and class, in a fixed order."""
    weights: dict[tuple[float, float, str], tuple[float, int]] = {}
    for call in history:
        key = (call.lon, call.lat, call.area_class)
        weight, calls = weights.get(key, (0.0, 0))
        weights[key] = weight + call.weight, calls + 1
    return [Cell(lon, lat, w, name, n) for (lon, lat, name), (w, n) in sorted(weights.items())]


def _cell(members: list[Cell]) -> Cell:
    weight = sum(c.weight for c in members)
    lon = sum(c.lon * c.weight for c in members) / weight
    lat = sum(c.lat * c.weight for c in members) / weight
    middle = min(members, key=lambda c: (distance_m(c.lon, c.lat, lon, lat), c.lon, c.lat))
    return Cell(middle.lon, middle.lat, weight, middle.area_class, sum(c.calls for c in members))


def distinct(sites: Iterable[Site]) -> tuple[Site, ...]:
    """Return the points without those that lie on the spot of an earlier one."""
    kept: list[Site] = []
    for site in sites:
        if all(distance_m(site.lon, site.lat, other.lon, other.lat) > SAME_SPOT_M for other in kept):
            kept.append(site)
    return tuple(kept)


def drives(travel: Travel, cells: Sequence[Cell], sites: Sequence[Site], *, at: datetime) -> tuple[Floats, Basis]:
    """
    Return the driving seconds (cells, sites), ``inf`` where no way leads, and what they were worked out from.

    :raises UnknownAreaClass: if the rule pack has no speed for a cell's class
    """
    lon, lat = np.array([site.lon for site in sites]), np.array([site.lat for site in sites])
    seconds = np.empty((len(cells), len(sites)))
    basis = Basis.LINE
    for row, cell in enumerate(cells):
        said = travel.to_job(lon, lat, cell.lon, cell.lat, area_class=cell.area_class, at=at)
        seconds[row] = said.seconds
        basis = basis if said.basis is Basis.LINE else said.basis
    return seconds, basis


@dataclass(frozen=True, slots=True)
class Demand:
    """Cells as columns: their share of the calls, and within how many seconds somebody must be there."""

    cells: Sequence[Cell]
    weight: Floats
    promise: Floats

    @classmethod
    def of(cls, cells: Sequence[Cell], promise_s: Mapping[str, float]) -> "Demand":
        weight = np.array([cell.weight for cell in cells])
        return cls(cells, weight / weight.sum(), np.array([promise_s[cell.area_class] for cell in cells]))

    def cost(self, seconds: Floats, goal: Goal) -> Floats:
        """Return what each pair costs: seconds; for the promise first whether it is kept, then seconds."""
        cost = np.minimum(seconds, BEYOND_S)
        if goal is Goal.PROMISE:
            cost = cost / BEYOND_S * 1e-3 + (cost > self.promise[:, None])
        return cost

    def reach(self, seconds: Floats) -> Reach:
        """Return how soon the calls are reached if the nearest crew of each cell needs these seconds."""
        return reach(seconds, self.weight, self.promise)


def plan(
    cells: Sequence[Cell],
    sites: Sequence[Site],
    seconds: Floats,
    k: int,
    *,
    promise_s: Mapping[str, float],
    basis: Basis = Basis.LINE,
    goal: Goal = Goal.MEAN,
    limit_s: float = 30.0,
    moved_m: float = 0.0,
) -> Standby:
    """
    Choose ``k`` of the sites. By the goal it is never worse than the best ``k`` of the present depots.

    :param seconds: (cells, sites), ``inf``: no way
    :param promise_s: seconds within which somebody must be there, by area class
    :param limit_s: seconds for the proof that there is nothing better; what is missing is told as ``gap``
    :raises NoSites: if there is no site at all
    :raises TooFewSites: if there are fewer than ``k``
    """
    if not sites:
        raise NoSites("没有候选点:没有班所,也没有来电集中处;请先导入班所,或给出 --depots", field="sites")
    demand = Demand.of(cells, promise_s)
    cost, home = demand.cost(seconds, goal), [i for i, site in enumerate(sites) if site.kind is SiteKind.DEPOT]
    present = _best_of(cost, demand.weight, home, k, limit_s)
    found = median(cost, demand.weight, k, starts=[present] if present else [], limit_s=limit_s)
    made = _answer(demand, sites, seconds, found, present)
    return replace(made, goal=goal, basis=basis, moved_m=moved_m)


def _answer(demand: Demand, sites: Sequence[Site], seconds: Floats, found: Median, present: Sequence[int]) -> Standby:
    """Write a choice out, as one by mean arrival over straight lines from cells that stand where their calls are."""
    served, best = _served(seconds[:, list(found.sites)])
    return Standby(
        goal=Goal.MEAN,
        basis=Basis.LINE,
        cells=tuple(demand.cells),
        sites=tuple(sites[i] for i in found.sites),
        served=served,
        seconds=best,
        load=tuple(float(demand.weight[served == n].sum()) for n in range(len(found.sites))),
        present=tuple(sites[i] for i in present),
        before=demand.reach(seconds[:, present].min(axis=1)) if present else None,
        after=demand.reach(best),
        cost=found.cost,
        bound=found.bound,
        gap=found.gap,
        candidates=len(sites),
        checked=len(demand.cells),
        moved_m=0.0,
    )


def _served(seconds: Floats) -> tuple[Ints, Floats]:
    """Return for each cell the number of the point nearest to it (-1: nobody reaches it), and the drive from there."""
    best = seconds.min(axis=1)
    return np.where(np.isfinite(best), seconds.argmin(axis=1), -1).astype(np.int64), best


def sampled(history: Sequence[Past], most: int) -> tuple[Cell, ...]:
    """Return the places of calls as they are; of more than ``most`` those at equal steps of weight, in their order."""
    here = _merged(history)
    if len(here) <= most:
        return tuple(here)
    upto = np.cumsum([cell.weight for cell in here])
    each = float(upto[-1]) / most
    chosen = np.searchsorted(upto, (np.arange(most) + 0.5) * each)
    return tuple(replace(here[i], weight=each, calls=1) for i in chosen)


def on_calls(
    found: Standby,
    travel: Travel,
    places: Sequence[Cell],
    *,
    at: datetime,
    promise_s: Mapping[str, float],
) -> Standby:
    """
    Return the choice with what it brings to the calls where they really were.

    Cells flatter it: some of their points are sites themselves, reached in no time. If on the calls themselves the
    present depots do better, they are the answer.
    """
    seconds, _ = drives(travel, places, (*found.sites, *found.present), at=at)
    demand, k = Demand.of(places, promise_s), len(found.sites)
    after = demand.reach(seconds[:, :k].min(axis=1))
    before = demand.reach(seconds[:, k:].min(axis=1)) if found.present else None
    return replace(found, before=before, after=after, checked=len(places))


def worse(found: Standby) -> bool:
    """Tell whether by the goal the present depots do better than the points that were chosen."""
    if found.before is None:
        return False
    if found.goal is Goal.MEAN:
        return found.after.mean_s > found.before.mean_s
    return (-found.after.inside, found.after.mean_s) > (-found.before.inside, found.before.mean_s)


def _best_of(cost: Floats, weight: Floats, home: list[int], k: int, limit_s: float) -> list[int]:
    """Return the present depots compared with: of more than ``k`` the best ``k``, which is kind to the present."""
    if len(home) <= k:
        return home
    found: Median = median(cost[:, home], weight, k, limit_s=limit_s)
    return [home[i] for i in found.sites]


def reach(seconds: Floats, weight: Floats, promise: Floats) -> Reach:
    """Return how soon calls are reached whose nearest crew needs these seconds (``inf``: nobody gets there)."""
    counted = np.minimum(seconds, BEYOND_S)
    share = weight / weight.sum()
    order = np.argsort(counted, kind="stable")
    nine = int(np.searchsorted(np.cumsum(share[order]), NINETY - 1e-12))
    return Reach(
        mean_s=float(share @ counted),
        p90_s=float(counted[order[min(nine, len(order) - 1)]]),
        inside=float(share[seconds <= promise].sum()),
        unreached=float(share[~np.isfinite(seconds)].sum()),
    )
