"""
Problems to measure with: counties with towns and depots, crews with skills, jobs of a storm or a planned day.

Invented shares, lengths and speeds of the trade's order of size; no data of anybody. Places are kilometres of a plane,
40 km from county seat to county seat. The same arguments make the same problem, byte for byte.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch.kit.errors import Invalid
from dispatch.kit.words import Labelled
from dispatch.routing.optimiser.problem import ByPlane, Cap, Crew, Job, Place, Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Rng = np.random.Generator

HOUR_S, HALF_HOUR_S, MINUTE_S = 3600, 1800, 60
DAY_HORIZON_S, HALF_DAY_S = 12 * HOUR_S, 4 * HOUR_S
MOST_JOBS, MOST_CREWS = 200_000, 50_000


class Scene(Labelled):
    """What kind of day a generated problem is."""

    STORM = "storm", "台风"
    NORMAL = "normal", "常日"
    PLANNED = "planned", "计划半日"


class Sort(NamedTuple):
    """A kind of work: its share of jobs, of crews that can do it, and usual minutes on site (fault, planned)."""

    name: str
    share: float
    owned: float
    repair_min: int
    planned_min: int


class BadSize(Invalid):
    """No problem of that size is made."""


SORTS = (
    Sort("lv", 0.55, 0.85, 35, 30),
    Sort("hv", 0.20, 0.50, 70, 40),
    Sort("cable", 0.07, 0.18, 110, 50),
    Sort("live", 0.03, 0.10, 90, 45),
    Sort("meter", 0.15, 0.60, 25, 25),
)
SHARES = tuple(sort.share for sort in SORTS)
WEIGHTS = (10.0, 4.0, 1.0, 0.5)  # a minute late, by priority
PRIORITIES = (0.02, 0.10, 0.68, 0.20)
LEFT_OUT_MIN = 1440.0  # leaving a job out, in minutes late
PLANNED_LEFT_OUT = (600.0, 600.0, 300.0, 120.0)
LIMIT_MIN = {"urban": 45, "rural": 90, "remote": 120}
DEPOTS = 6  # of a county: two in its seat, four in towns
AT_DEPOT = (0.25, 0.20, 0.14, 0.14, 0.14, 0.13)  # jobs
SPREAD = 0.35  # of the time on site: sigma of its logarithm


@dataclass(frozen=True, slots=True)
class Land:
    """Counties and depots: ``seats`` (c, 2) km, ``depots`` (c * 6, 2) km, ``people`` (c) shares that sum to 1."""

    seats: Floats
    depots: Floats
    people: Floats

    @property
    def counties(self) -> int:
        return len(self.seats)


@dataclass(frozen=True, slots=True)
class Calls:
    """Where jobs are: county (n), depot (n), whether out in the villages (n), km (n, 2)."""

    county: Ints
    depot: Ints
    village: Bools
    at: Floats

    def area_class(self, i: int) -> str:
        return "remote" if self.village[i] else "urban" if self.depot[i] % DEPOTS < 2 else "rural"


class Times(NamedTuple):
    """When jobs are due and may begin (s), and which of ``WEIGHTS`` they have."""

    due: Ints
    opens: Ints
    shuts: Ints
    priority: Ints


def generate(
    kind: Scene | str,
    jobs: int,
    crews: int,
    seed: int,
    *,
    caps: bool = False,
    crews_per_county: int = 30,
    appointments: float = 0.10,
    hours_end: bool = True,
) -> Problem:
    """
    Return a problem.

    :param caps: whether depots declare how much of each kind they take on (between 0.8 and 1.6 of what falls to them)
    :param appointments: share of the jobs of a storm or a normal day with a window of two hours
    :param hours_end: whether the hour of a planned visit (约时) also ends; False: it only begins
    :raises BadSize: for a negative or an enormous number
    """
    scene = Scene(kind)
    _check(jobs, crews, seed)
    rng = np.random.default_rng((seed, jobs, crews, list(Scene).index(scene)))
    land = _land(rng, max(1, round(crews / crews_per_county)))
    depot, can = _fleet(rng, land, crews)
    teams = _crews(rng, land, depot, can, scene)
    calls = _calls(rng, land, jobs, scene)
    return Problem(
        name=f"{scene.value}-{jobs}x{crews}-{seed}",
        horizon_s=HALF_DAY_S if scene is Scene.PLANNED else DAY_HORIZON_S,
        travel=ByPlane(),
        jobs=_jobs(rng, calls, scene, appointments, hours_end=hours_end),
        crews=teams,
        caps=_caps(rng, depot, can, jobs, scene) if caps else (),
    )


def _check(jobs: int, crews: int, seed: int) -> None:
    for name, n, most in (("jobs", jobs, MOST_JOBS), ("crews", crews, MOST_CREWS), ("seed", seed, 2**63)):
        if not 0 <= n <= most:
            raise BadSize(f"{name} 应在 0 到 {most:,} 之间,现为 {n:,}:请改正", field=name)


def _land(rng: Rng, counties: int) -> Land:
    """Lay county seats on a grid of 40 km; depots in the seat and in four towns 9 to 18 km around it."""
    side = int(np.ceil(np.sqrt(counties)))
    grid = np.stack(np.divmod(np.arange(counties), side)[::-1], axis=1)
    seats = 40.0 * grid + rng.normal(0, 5, (counties, 2))
    near = rng.normal(0, 2, (counties, 2, 2))
    angle = 2 * np.pi * (np.arange(4) + rng.uniform(-0.3, 0.3, (counties, 4))) / 4
    far = rng.uniform(9, 18, (counties, 4))[..., None] * np.stack((np.cos(angle), np.sin(angle)), axis=-1)
    depots = (seats[:, None, :] + np.concatenate((near, far), axis=1)).reshape(-1, 2)
    people = rng.lognormal(0, 0.5, counties)
    return Land(seats, depots, people / people.sum())


def _fleet(rng: Rng, land: Land, crews: int) -> tuple[Ints, Bools]:
    """Return the depot of each crew (k), and which sorts of work it can do (k, 5); each county has each skill."""
    depots = len(land.depots)
    if crews >= depots:
        depot = np.concatenate((np.arange(depots), rng.integers(0, depots, crews - depots)))
    else:
        depot = rng.choice(depots, crews, replace=False)
    depot = np.sort(depot).astype(np.int64)
    can: Bools = rng.random((crews, len(SORTS))) < np.array([sort.owned for sort in SORTS])
    can[~can.any(axis=1), 0] = True
    for county in range(land.counties):
        own = np.flatnonzero(depot // DEPOTS == county)
        for s in range(len(SORTS)):
            if len(own) and not can[own, s].any():
                can[rng.choice(own), s] = True
    return depot, can


def _crews(rng: Rng, land: Land, depot: Ints, can: Bools, scene: Scene) -> tuple[Crew, ...]:
    """Half of them stand at their depot, the others near; unless planned, seven of ten are busy for up to an hour."""
    n, ends_s = len(depot), HALF_DAY_S if scene is Scene.PLANNED else DAY_HORIZON_S
    away = np.where(rng.random(n) < 0.5, 0.0, 1.0)[:, None] * rng.normal(0, 3, (n, 2))
    at = land.depots[depot] + away
    busy = (rng.random(n) < 0.7) & (scene is not Scene.PLANNED)
    free_s = np.where(busy, rng.integers(0, HOUR_S, n), 0)
    return tuple(
        Crew(
            id=f"c{i + 1:05d}",
            at=_place(at[i]),
            county=_county(depot[i] // DEPOTS),
            depot=_depot(depot[i]),
            skills=tuple(sort.name for sort, able in zip(SORTS, can[i], strict=True) if able),
            free_s=int(free_s[i]),
            ends_s=ends_s,
            latest_s=ends_s,
        )
        for i in range(n)
    )


def _calls(rng: Rng, land: Land, jobs: int, scene: Scene) -> Calls:
    """Spread jobs by people; three of ten counties have a storm's track, three times as dense; a fifth in villages."""
    hit = rng.random(land.counties) < 0.3
    share = land.people * np.where(hit & (scene is Scene.STORM), 3.0, 1.0)
    county = rng.choice(land.counties, jobs, p=share / share.sum())
    town = rng.choice(DEPOTS, jobs, p=AT_DEPOT)
    village = rng.random(jobs) < 0.2
    depot = county * DEPOTS + town
    spread = np.where(town < 2, 2.5, 3.5)[:, None]
    near = land.depots[depot] + rng.normal(0, 1, (jobs, 2)) * spread
    out = land.seats[county] + rng.uniform(-20, 20, (jobs, 2))
    return Calls(county, depot, village, np.where(village[:, None], out, near))


def _jobs(rng: Rng, calls: Calls, scene: Scene, appointments: float, *, hours_end: bool) -> tuple[Job, ...]:
    n, planned = len(calls.county), scene is Scene.PLANNED
    sort = rng.choice(len(SORTS), n, p=SHARES)
    work_s = _lengths(rng, sort, planned)
    times = _planned(rng, n, hours_end=hours_end) if planned else _reported(rng, calls, scene, appointments)
    weight = np.array(WEIGHTS)[times.priority]
    unserved = np.array(PLANNED_LEFT_OUT)[times.priority] if planned else weight * LEFT_OUT_MIN
    return tuple(
        Job(
            id=f"j{i + 1:06d}",
            at=_place(calls.at[i]),
            area_class=calls.area_class(i),
            county=_county(calls.county[i]),
            kind=SORTS[sort[i]].name,
            needs=(SORTS[sort[i]].name,),
            work_s=int(work_s[i]),
            work_sigma=SPREAD,
            weight=float(weight[i]),
            due_s=int(times.due[i]),
            window_s=(int(times.opens[i]), int(times.shuts[i])),
            unserved=float(unserved[i]),
        )
        for i in range(n)
    )


def _lengths(rng: Rng, sort: Ints, planned: bool) -> Ints:
    """Return seconds on site: log-normal about the usual time of the work, at least ten minutes."""
    usual = np.array([one.planned_min if planned else one.repair_min for one in SORTS])[sort] * MINUTE_S
    sigma, longest_s = (0.35, 2 * HOUR_S) if planned else (0.45, 4 * HOUR_S)
    lengths: Ints = np.clip(rng.lognormal(0, sigma, len(sort)) * usual, 600, longest_s).astype(np.int64)
    return lengths


def _reported(rng: Rng, calls: Calls, scene: Scene, appointments: float) -> Times:
    """Return times of faults: reported up to 8 hours ago (normal day: 40 min), due by the limit of their area."""
    n = len(calls.county)
    oldest_s = 40 * MINUTE_S if scene is Scene.NORMAL else 8 * HOUR_S
    limit_s = np.array([LIMIT_MIN[calls.area_class(i)] for i in range(n)], np.int64) * MINUTE_S
    due = np.maximum(limit_s - rng.integers(0, oldest_s, n), 0)  # what is late already costs the same in every plan
    opens, shuts = np.zeros(n, np.int64), np.full(n, DAY_HORIZON_S)
    promised = rng.random(n) < appointments
    hour = rng.integers(1, 9, n) * HOUR_S
    opens[promised] = hour[promised]
    shuts[promised] = due[promised] = hour[promised] + 2 * HOUR_S
    return Times(due, opens, shuts, rng.choice(len(WEIGHTS), n, p=PRIORITIES))


def _planned(rng: Rng, n: int, *, hours_end: bool) -> Times:
    """Return times of booked visits: 30 % at an hour (约时), 30 % within a limit (限时), the rest 限期."""
    draw = rng.random(n)
    fixed, within = draw < 0.3, (draw >= 0.3) & (draw < 0.6)
    at = (rng.integers(0, 4, n) + rng.integers(0, 3, n)) * HALF_HOUR_S
    limit = rng.integers(3, 9, n) * HALF_HOUR_S
    hour_ends = np.minimum(at + HOUR_S, HALF_DAY_S) if hours_end else np.full(n, HALF_DAY_S)
    shuts = np.where(fixed, hour_ends, np.where(within, limit, HALF_DAY_S))
    priority = np.where(fixed, 0, np.where(within, 1, np.where(rng.random(n) < 0.3, 2, 3)))
    return Times(np.full(n, HALF_DAY_S), np.where(fixed, at, 0), shuts, priority)


def _caps(rng: Rng, depot: Ints, can: Bools, jobs: int, scene: Scene) -> tuple[Cap, ...]:
    """Return what depots with crews declare for each kind of work: what falls to their crews, more or less."""
    to_s = (HALF_DAY_S if scene is Scene.PLANNED else DAY_HORIZON_S) + 1  # the last start counts too
    each = 1.35 * jobs / max(1, len(depot))
    made = []
    for one in np.unique(depot):
        own = depot == one
        for s, sort in enumerate(SORTS):
            falls = each * int(own.sum()) * sort.share * rng.uniform(0.8, 1.6)
            visits = int(np.ceil(falls)) if can[own, s].any() else 0
            made.append(Cap(depot=_depot(one), kind=sort.name, from_s=0, to_s=to_s, visits=visits))
    return tuple(made)


def _place(at: Sequence[float] | Floats) -> Place:
    return Place(x_km=round(float(at[0]), 3), y_km=round(float(at[1]), 3))


def _county(i: int) -> str:
    return f"k{int(i) + 1:03d}"


def _depot(i: int) -> str:
    return f"{_county(int(i) // DEPOTS)}-{int(i) % DEPOTS + 1}"
