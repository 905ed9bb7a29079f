"""
A day out of a scenario and a seed: where and when calls come, what they need, how long they really take.

The same scenario and seed make the same day for every policy. Real work is log-normal about what is expected
(docs/formats.md, ``work_sigma``); drives take what is expected.
"""

from dataclasses import dataclass

import numpy as np

from dispatch.routing.optimiser.problem import ByPlane, Crew, Job, Place, Problem, Rules
from dispatch.routing.optimiser.search.facts import Floats, Ints

from .days import HORIZON_S, LEFT_OUT, PlayDay
from .scenario import Scenario
from .terms import Terms

Rng = np.random.Generator
MINUTE_S, HOUR_S = 60, 3_600
STRETCHES = 48  # of the day, for the storm's way
SEAT_KM = 2.0  # of the seat's depots about its middle: sigma
OUTSIDE = 1.5  # calls outside towns spread so much wider
STREAMS = 5  # of random numbers, so that one more draw here changes nothing there


@dataclass(frozen=True)
class Ground:
    """``seats`` (c, 2) km, ``depots`` (c, d, 2) km, ``people`` (c) shares that sum to 1."""

    seats: Floats
    depots: Floats
    people: Floats


@dataclass(frozen=True)
class Where:
    """Calls: county (n), km (n, 2), class of the area (n): 0 urban, 1 rural, 2 remote."""

    county: Ints
    at: Floats
    area: Ints


AREAS = ("urban", "rural", "remote")


def made(scenario: Scenario, seed: int, terms: Terms) -> PlayDay:
    """Return the day of a seed."""
    land, when, where, crew, work = (np.random.default_rng([seed, i]) for i in range(STREAMS))
    ground = _ground(land, scenario)
    called_s, county = _arrivals(when, scenario, ground)
    places = _where(where, scenario, ground, county)
    jobs, works_s = _jobs(work, scenario, places, called_s)
    problem = Problem(
        name=f"{scenario.name} {seed}", horizon_s=HORIZON_S, travel=ByPlane(), jobs=jobs,
        crews=_crews(crew, scenario, ground), rules=Rules(),
    )  # fmt: skip
    return PlayDay(problem, called_s, works_s, terms.overrun_s, seed)


def _ground(rng: Rng, scenario: Scenario) -> Ground:
    """Lay county seats on a grid; depots in the seat, and in towns all around it."""
    land = scenario.land
    c, towns = land.counties, land.town_depots
    side = int(np.ceil(np.sqrt(c)))
    grid = np.stack(np.divmod(np.arange(c), side)[::-1], axis=1)
    seats = land.apart_km * grid + rng.normal(0, land.apart_km / 8, (c, 2))
    inner = rng.normal(0, SEAT_KM, (c, land.seat_depots, 2))
    angle = 2 * np.pi * (np.arange(towns) + rng.uniform(-0.3, 0.3, (c, towns))) / max(1, towns)
    outer = rng.uniform(*land.towns_km, (c, towns))[..., None] * np.stack((np.cos(angle), np.sin(angle)), axis=-1)
    people = rng.lognormal(0, land.people_sigma, c)
    return Ground(seats, seats[:, None, :] + np.concatenate((inner, outer), axis=1), people / people.sum())


def _arrivals(rng: Rng, scenario: Scenario, ground: Ground) -> tuple[Ints, Ints]:
    """Return when calls come (n), ascending, and from which county (n)."""
    hours = (np.arange(STRETCHES) + 0.5) * scenario.hours / STRETCHES
    curve = np.array(scenario.arrivals.curve)
    of_day = curve[np.minimum((hours / scenario.hours * len(curve)).astype(int), len(curve) - 1)]
    weight = of_day[:, None] * ground.people * _storm(scenario, ground, hours)
    if scenario.hit is not None:
        weight = weight * np.where(rng.random(len(ground.people)) < scenario.hit.share, scenario.hit.times, 1.0)
    cell = rng.choice(weight.size, scenario.calls, p=(weight / weight.sum()).ravel())
    stretch, county = np.divmod(cell, len(ground.people))
    called = (stretch + rng.random(scenario.calls)) * scenario.hours * HOUR_S / STRETCHES
    order = np.argsort(called, kind="stable")
    return called[order].astype(np.int64), county[order].astype(np.int64)


def _storm(scenario: Scenario, ground: Ground, hours: Floats) -> Floats:
    """Return (stretches, c) how many times more calls the storm makes; 1 where there is none."""
    track = scenario.track
    if track is None:
        return np.ones((len(hours), len(ground.people)))
    gone = (hours - track.enters_h) / (track.leaves_h - track.enters_h)
    here = (gone >= 0) & (gone <= 1)
    start, end = np.array(track.from_km), np.array(track.to_km)
    middle = start + np.clip(gone, 0, 1)[:, None] * (end - start)
    apart = np.linalg.norm(middle[:, None, :] - ground.seats[None, :, :], axis=2)
    more: Floats = 1.0 + here[:, None] * track.times * np.exp(-0.5 * (apart / track.width_km) ** 2)
    return more


def _where(rng: Rng, scenario: Scenario, ground: Ground, county: Ints) -> Where:
    """Spread calls about the depots of their county, some anywhere in it."""
    land, n = scenario.land, len(county)
    seats, all_ = land.seat_depots, land.seat_depots + land.town_depots
    in_seat = (rng.random(n) < land.seat_calls) | (all_ == seats)
    depot = np.where(in_seat, rng.integers(0, seats, n), seats + rng.integers(0, max(1, all_ - seats), n))
    spread = land.spread_km * np.where(in_seat, 1.0, OUTSIDE)[:, None]
    near = ground.depots[county, np.minimum(depot, all_ - 1)] + rng.normal(0, 1, (n, 2)) * spread
    out = ground.seats[county] + rng.uniform(-land.apart_km / 2, land.apart_km / 2, (n, 2))
    village = rng.random(n) < land.villages
    area = np.where(village, 2, np.where(in_seat, 0, 1))
    return Where(county, np.where(village[:, None], out, near), area)


def _jobs(rng: Rng, scenario: Scenario, where: Where, called_s: Ints) -> tuple[tuple[Job, ...], Ints]:
    """Return the jobs, and how long each really takes (n) seconds."""
    n, work = len(called_s), scenario.work
    kind = rng.choice(len(scenario.kinds), n, p=_shares([one.share for one in scenario.kinds]))
    priority = rng.choice(len(scenario.priorities), n, p=_shares([one.share for one in scenario.priorities]))
    usual = np.array([one.minutes for one in scenario.kinds])[kind] * rng.lognormal(0, work.known_sigma, n)
    expected = (np.clip(usual, work.least_min, work.longest_min) * MINUTE_S).astype(np.int64)
    real = expected * rng.lognormal(0, work.sigma, n)
    limit = np.array([getattr(scenario.limits_min, area) for area in AREAS])[where.area] * MINUTE_S
    jobs = tuple(
        Job(
            id=f"j{i + 1:05d}", at=Place(x_km=float(where.at[i, 0]), y_km=float(where.at[i, 1])),
            area_class=AREAS[where.area[i]], county=f"k{where.county[i] + 1:03d}", kind=scenario.kinds[kind[i]].name,
            needs=(scenario.kinds[kind[i]].name,), work_s=int(expected[i]), work_sigma=work.sigma,
            weight=scenario.priorities[priority[i]].weight, due_s=int(called_s[i] + limit[i]),
            window_s=(0, HORIZON_S), unserved=LEFT_OUT,
        )
        for i in range(n)
    )  # fmt: skip
    return jobs, np.maximum(MINUTE_S, np.rint(real)).astype(np.int64)


def _shares(shares: list[float]) -> Floats:
    """Return shares that sum to 1 to the last digit."""
    given = np.array(shares)
    whole: Floats = given / given.sum()
    return whole


def _crews(rng: Rng, scenario: Scenario, ground: Ground) -> tuple[Crew, ...]:
    """One crew for each depot as far as they go, the others anywhere; each county has each skill."""
    asked, kinds = scenario.crews, scenario.kinds
    counties, each = ground.depots.shape[:2]
    home = _homes(rng, asked.number, counties * each)
    can = rng.random((asked.number, len(kinds))) < np.array([kind.crews for kind in kinds])
    for county in range(counties):
        own = np.flatnonzero(home // each == county)
        for skill in range(len(kinds)) if len(own) else ():
            if not can[own, skill].any():
                can[rng.choice(own), skill] = True
    away = np.where(rng.random(asked.number) < asked.at_depot, 0.0, asked.around_km)
    at = ground.depots.reshape(-1, 2)[home] + away[:, None] * rng.normal(0, 1, (asked.number, 2))
    busy = rng.random(asked.number) < asked.busy
    free_s = np.where(busy, rng.uniform(0, asked.busy_min * MINUTE_S, asked.number), 0).astype(np.int64)
    return tuple(
        Crew(
            id=f"c{i + 1:05d}", at=Place(x_km=float(at[i, 0]), y_km=float(at[i, 1])),
            county=f"k{home[i] // each + 1:03d}", depot=f"d{home[i] + 1:04d}",
            skills=tuple(kind.name for kind, able in zip(kinds, can[i], strict=True) if able),
            free_s=int(free_s[i]), ends_s=HORIZON_S, latest_s=HORIZON_S,
        )
        for i in range(asked.number)
    )  # fmt: skip


def _homes(rng: Rng, crews: int, depots: int) -> Ints:
    if crews < depots:
        return np.sort(rng.choice(depots, crews, replace=False))
    return np.sort(np.concatenate((np.arange(depots), rng.integers(0, depots, crews - depots))))
