"""
Speeds from what crews really drove: a factor for each (road class, area class), robust, bounded and explained.

A trip's time is the sum over the classes of its way of ``seconds by the profile / factor``. The factors that fit all
trips best are found by least squares on what each trip is off by, as a share of its time; each is weighed by Cauchy's
function of it (P. W. Holland and R. E. Welsch, 1977), so that a stop for dinner does not slow a province, and drawn
towards the speeds in force where there is little to go by: a class counts as if ``PRIOR_TRIPS`` trips had confirmed it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import lsq_linear

from .network import Roads
from .profile import AREA_CLASSES, FERRY, SpeedTable
from .search import NEVER
from .ways import way

Floats = NDArray[np.float64]
Cell = tuple[str, str]  # road class, area class

LEAST_TRIPS = 5  # a class that fewer trips drove on stays as it is
LEAST_KM = 5.0
LEAST_M, LEAST_S, MOST_S = 500.0, 60.0, 6 * 3600.0  # a trip outside these tells nothing of speeds
SLOWEST, FASTEST = 0.4, 1.6  # bounds of a factor of the table's speed
ODD = 4.0  # a trip so many times longer or shorter than by the table is a wrong report, not a speed
PRIOR_TRIPS = 1.0
TIGHT, MAD = 0.05, 1.4826  # least width of what is usual; from the median of what is off to a standard deviation
CAUCHY = 2.385  # 95 % efficient where the errors are normal after all
ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Trip:
    """A crew that drove from one point (lon, lat) to another; seconds from its departure to its arrival."""

    start: tuple[float, float]
    goal: tuple[float, float]
    seconds: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Calibrated:
    """One class: speeds before and after, what they rest on, and why it was left as it is, if it was."""

    road: str
    area_class: str
    before_kmh: float
    after_kmh: float
    factor: float  # of the profile's speed
    trips: int
    km: float
    kept: str  # empty: it was fitted


@dataclass(frozen=True, slots=True)
class Calibration:
    """What trips say of the speeds; errors as the median of |by table - driven| / driven, before and after."""

    trips: int
    left_out: Mapping[str, int]  # why, how many
    before_error: float
    after_error: float
    classes: tuple[Calibrated, ...]

    @property
    def factors(self) -> dict[Cell, float]:
        """The factors of the profile's speeds, for ``Roads.calibrate``; only what was fitted."""
        return {(one.road, one.area_class): one.factor for one in self.classes if not one.kept}


@dataclass(frozen=True, slots=True)
class _Sample:
    """Trips as rows: seconds of driving by the profile in each cell, metres too; fixed seconds; what was driven."""

    seconds: Floats
    metres: Floats
    fixed_s: Floats
    driven_s: Floats


def calibrate(roads: Roads, trips: Sequence[Trip]) -> Calibration:
    """Return what the trips say. Nothing is put into force."""
    profile = Roads(roads.graph, roads.rule, roads.closures)  # the profile's own speeds: factors are of those
    cells = [(road, area) for road in roads.graph.roads if road != FERRY for area in AREA_CLASSES]
    sample, used, left_out = _sample(profile, trips, cells)
    now = np.array([_factor_now(roads.speeds, cell) for cell in cells])
    fitted = _fit(sample, now)
    touched = sample.metres > 0
    few = (touched.sum(0) < LEAST_TRIPS) | (sample.metres.sum(0) < LEAST_KM * 1000)
    after = np.where(few, now, fitted)
    classes = [
        _explained(cell, k, sample, profile.speeds, float(now[k]), float(after[k]), few=bool(few[k]))
        for k, cell in enumerate(cells)
        if touched[:, k].any()
    ]
    calibrated = Roads(roads.graph, roads.rule, roads.closures, dict(zip(cells, after.tolist(), strict=True)))
    errors = _error(roads, used), _error(calibrated, used)
    return Calibration(len(used), left_out, *errors, tuple(classes))


def _factor_now(speeds: SpeedTable, cell: Cell) -> float:
    return float(speeds.factor[speeds.roads.index(cell[0]), AREA_CLASSES.index(cell[1])])


def _sample(roads: Roads, trips: Sequence[Trip], cells: Sequence[Cell]) -> tuple[_Sample, list[Trip], dict[str, int]]:
    """Return what can be used of the trips, which those are, and how many cannot be used, by why."""
    left_out: dict[str, int] = {}
    used: list[Trip] = []
    rows: list[tuple[Floats, Floats, float, float]] = []
    for trip in trips:
        row = _row(roads, trip, cells)
        if isinstance(row, str):
            left_out[row] = left_out.get(row, 0) + 1
        else:
            rows.append((*row, trip.seconds))
            used.append(trip)
    shape = (len(rows), len(cells))
    sample = _Sample(
        np.array([row[0] for row in rows]).reshape(shape),
        np.array([row[1] for row in rows]).reshape(shape),
        np.array([row[2] for row in rows], float),
        np.array([row[3] for row in rows], float),
    )
    return sample, used, left_out


def _row(roads: Roads, trip: Trip, cells: Sequence[Cell]) -> tuple[Floats, Floats, float] | str:
    """Return a trip's seconds and metres by cell and its fixed seconds (ferries), or why it cannot be used."""
    if not LEAST_S <= trip.seconds <= MOST_S:
        return "行驶时间过短或过长"
    a, b = roads.place(*trip.start), roads.place(*trip.goal)
    if a is None or b is None:
        return "起点或终点不在路网上"
    weights = roads.at(trip.at).weights
    found = roads.seeker.way(weights, a[0], b[0])
    if found is None:
        return "两点之间没有道路"
    shares = _shares(found[0], a[0].share, b[0].share)
    seconds, metres, fixed = np.zeros(len(cells)), np.zeros(len(cells)), 0.0
    number = {cell: k for k, cell in enumerate(cells)}
    g = roads.graph
    for (edge, forward), share in zip(found[0], shares, strict=True):
        ms = weights.there_ms[edge] if forward else weights.back_ms[edge]
        if ms == NEVER or g.roads[g.road[edge]] == FERRY:
            fixed += 0.0 if ms == NEVER else float(ms) / 1000 * share
            continue
        k = number[g.roads[g.road[edge]], AREA_CLASSES[g.area[edge]]]
        seconds[k] += float(ms) / 1000 * share
        metres[k] += float(g.metres[edge]) * share
    if metres.sum() < LEAST_M:
        return "路程过短"
    if not 1 / ODD <= trip.seconds / (seconds.sum() + fixed) <= ODD:
        return "与路程相差过大,视为误报"
    return seconds, metres, fixed


def _shares(steps: Sequence[tuple[int, bool]], start: float, goal: float) -> list[float]:
    """Return how much of each edge of a way is driven: all of it, but of the first and the last."""
    if len(steps) == 1:
        return [abs(start - goal)]
    first = 1.0 - start if steps[0][1] else start
    last = goal if steps[-1][1] else 1.0 - goal
    return [first, *[1.0] * (len(steps) - 2), last]


def _fit(sample: _Sample, now: Floats) -> Floats:
    """Return the factors of speed; unknowns are their inverses, so that times are linear in them."""
    n, cells = sample.seconds.shape
    if not n:
        return now
    slow = 1.0 / now
    shares = sample.seconds / sample.driven_s[:, None]
    goal = 1.0 - sample.fixed_s / sample.driven_s
    pull = np.sqrt(PRIOR_TRIPS) * np.eye(cells)
    for _ in range(ROUNDS):
        off = np.abs(shares @ slow - goal)
        usual = max(TIGHT, MAD * float(np.median(off)))
        weight = np.sqrt(1.0 / (1.0 + (off / (CAUCHY * usual)) ** 2))
        matrix = np.vstack([shares * weight[:, None], pull])
        found = lsq_linear(matrix, np.concatenate([goal * weight, pull @ (1.0 / now)]), (1 / FASTEST, 1 / SLOWEST)).x
        if np.allclose(found, slow, atol=1e-4):
            break
        slow = found
    return 1.0 / slow


def _error(roads: Roads, trips: Sequence[Trip]) -> float:
    """Return the median of what the network's time is off, as a share of what was driven."""
    found = (way(roads, trip.start, trip.goal, at=trip.at) for trip in trips)
    off = [abs(one.seconds - trip.seconds) / trip.seconds for one, trip in zip(found, trips, strict=True) if one]
    return round(float(np.median(off)), 3) if off else 0.0


def _explained(
    cell: Cell, k: int, sample: _Sample, speeds: SpeedTable, now: float, after: float, *, few: bool
) -> Calibrated:
    kmh = float(speeds.kmh[speeds.roads.index(cell[0]), AREA_CLASSES.index(cell[1])])
    trips, km = int((sample.metres[:, k] > 0).sum()), round(float(sample.metres[:, k].sum()) / 1000, 1)
    kept = f"样本不足({trips} 次、{km} km),少于 {LEAST_TRIPS} 次或 {LEAST_KM:.0f} km" if few else ""
    return Calibrated(*cell, round(kmh * now, 1), round(kmh * after, 1), round(after, 4), trips, km, kept)
