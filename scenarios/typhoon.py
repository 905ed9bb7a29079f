"""
A typhoon day in Zhejiang by seed: the same seed makes the same calls, crews and places.

How a day comes out of ``typhoon_zhejiang.yaml``:

* When and where. The eye follows ``storm.track``. For every ten minutes and county the wind is ``strength^sharpness x
  exp(-(distance to the eye / radius)^2)``. A share of the calls comes evenly, by people; the others by ``people x
  wind``. The sharpness is solved for so that the busiest hour holds the share of the day's calls that it holds in the
  real log (16.8 %).
  ``calls`` are drawn from these rates; within the county the town is drawn by its people, the spot lies around it.
* Customers per outage: the inverse of the real log's quantiles, geometric between the points.
* Work on site: log-normal through the real log's median and 95th percentile, within [10 min, 8 h] as for real files.
* Cause, hazard and protected customers by shares that are our own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import cos, exp, log, radians
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import yaml
from numpy.typing import NDArray

from dispatch.kit.clock import CHINA
from dispatch.kit.earth import EARTH_RADIUS_M, distance_m
from dispatch.simulator.day import SHIFT, SHORTEST, Call, Day, Window, required
from dispatch.simulator.fleet import crews_needed, depots, share_out
from dispatch.simulator.world import County as WrittenCounty
from dispatch.simulator.world import World, written
from dispatch.tickets.words import Category, Cause, Level, Protected, Symptom

from .zhejiang import County, counties

SCENE = Path(__file__).with_name("typhoon_zhejiang.yaml")
HOURS, BIN_MIN = 24, 10
P95 = 1.6449  # of the standard normal
SCATTER_M = 2_500.0  # of the calls around their town: standard deviation
TRIES = 20  # to find a spot on the county's own land
FEEDER = 50  # customers: above that the fault is on the medium-voltage side [P]
BLUNTEST, SHARPEST = 0.05, 16.0

Json = Mapping[str, Any]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scenario:
    """
    A generated day and the world it is played in.

    :param worst: code of the county with the most calls
    """

    day: Day
    world: World
    worst: str


def scenario(*, seed: int = 0, hours: float = HOURS, crews: int | None = None, calls: int | None = None) -> Scenario:
    """
    Return the typhoon day.

    :param hours: only the first hours of the day
    :param crews: how many; None: as many as the load needs, see ``fleet.crews_needed``
    :param calls: how many in the whole 24 hours; None: as the scene says
    :raises NoCalls: if the hours hold no call
    """
    scene: Json = yaml.safe_load(SCENE.read_text(encoding="utf-8"))
    land = counties(scene)
    begins = datetime.combine(scene["date"], datetime.min.time(), CHINA).astimezone(UTC)
    every = _calls(scene, land, begins, calls or scene["calls"], np.random.default_rng(seed))
    window = Window(None, begins + timedelta(hours=hours))
    taken = required(window.cut(every), scene["name"])
    towns = tuple(town for county in land for town in county.land.towns)
    day = Day(scene["name"], taken, towns)
    return Scenario(day, _world(scene, land, crews or crews_needed(every)), _worst(land, taken))


def _worst(land: Sequence[County], calls: Sequence[Call]) -> str:
    lon, lat = np.array([(call.lon, call.lat) for call in calls]).T
    inside = [int(shapely.contains_xy(county.land.boundary, lon, lat).sum()) for county in land]
    return land[inside.index(max(inside))].code


def _world(scene: Json, land: Sequence[County], crews: int) -> World:
    shares = share_out(crews, [county.people for county in land])
    made = [
        WrittenCounty(
            code=county.code,
            name=county.name,
            city=county.code[:4],
            lon=county.land.seat.lon,
            lat=county.land.seat.lat,
            boundary=county.land.boundary,
            depots=depots(county.land, share, per_depot=scene["crews_per_depot"]),
        )
        for county, share in zip(land, shares, strict=True)
    ]
    province = scene["province"]
    return written(
        scene["name"], made, places=_places(land), province=(province["code"], province["name"]), cities=scene["cities"]
    )


def _places(land: Sequence[County]) -> list[dict[str, Any]]:
    return [
        {
            "code": f"{county.code}-{number:03d}",
            "name": town.name,
            "area": county.code,
            "lon": town.lon,
            "lat": town.lat,
            "population": round(town.weight),
        }
        for county in land
        for number, town in enumerate(county.land.towns, start=1)
    ]


def _calls(scene: Json, land: Sequence[County], begins: datetime, count: int, rng: np.random.Generator) -> list[Call]:
    rates = _rates(scene, land)
    bins, counties_ = rates.shape
    drawn = rng.choice(bins * counties_, size=count, p=rates.ravel())
    made = []
    for number, cell in enumerate(np.sort(drawn), start=1):
        minute = int(cell) // counties_ * BIN_MIN + rng.random() * BIN_MIN
        at = begins + timedelta(seconds=round(minute * 60))
        made.append(_call(scene, land[int(cell) % counties_], f"demo-{number:05d}", at, rng))
    return made


def _rates(scene: Json, land: Sequence[County]) -> Floats:
    """Return the rate of calls, shape (ten-minute bins, counties), the busiest hour as sharp as in the real log."""
    people: Floats = np.array([county.people for county in land], float)
    steps = [_wind(scene, land, minute / 60) for minute in range(0, HOURS * 60, BIN_MIN)]
    strength, reach = np.array([[strength] for strength, _ in steps]), np.array([reach for _, reach in steps])
    calm, wanted = scene["storm"]["calm_share"], scene["distributions"]["busiest_hour_share"]
    low, high = BLUNTEST, SHARPEST
    for _ in range(40):  # bisection: the sharper, the more calls in the busiest hour
        middle = (low + high) / 2
        enough = _busiest(_mixed(people, strength**middle * reach, calm)) >= wanted
        low, high = (low, middle) if enough else (middle, high)
    return _mixed(people, strength**high * reach, calm)


def _mixed(people: Floats, wind: Floats, calm: float) -> Floats:
    """Return the shares of all calls: some come as on any day, the others with the wind."""
    storm, even = people * wind, people * np.ones_like(wind)
    shares: Floats = calm * even / even.sum() + (1 - calm) * storm / storm.sum()
    return shares


def _busiest(rates: Floats) -> float:
    by_hour = rates.sum(axis=1).reshape(HOURS, -1).sum(axis=1)
    return float(by_hour.max() / by_hour.sum())


def _wind(scene: Json, land: Sequence[County], hour: float) -> tuple[float, list[float]]:
    """Return the storm's strength at an hour of the day, and what of it reaches each county."""
    storm = scene["storm"]
    track: Floats = np.array(storm["track"], float)
    lon, lat, strength = (float(np.interp(hour, track[:, 0], track[:, column])) for column in (1, 2, 3))
    radius_m = storm["radius_km"] * 1000
    far = [distance_m(county.land.seat.lon, county.land.seat.lat, lon, lat) for county in land]
    return strength, [exp(-((metres / radius_m) ** 2)) for metres in far]


def _call(scene: Json, county: County, key: str, at: datetime, rng: np.random.Generator) -> Call:
    shares = scene["distributions"]
    town = county.land.towns[rng.choice(len(county.land.towns), p=_weights(county))]
    lon, lat = _spot(county, town.lon, town.lat, rng)
    customers = _customers(shares["customers"]["points"], rng.random())
    cause = Cause(str(rng.choice(list(shares["cause"]), p=list(shares["cause"].values()))))
    hazard = bool(rng.random() < shares["hazard"])
    return Call(
        key=key,
        at=at,
        lon=lon,
        lat=lat,
        town=town.name,
        symptom=_symptom(cause, hazard, customers),
        category=Category.HV if customers > FEEDER else Category.LV,
        level=Level.URGENT if hazard else Level.NORMAL,
        hazard=hazard,
        customers=customers,
        cause=cause,
        address=f"{county.name}{town.name}（演示地址）",
        text="台风期间停电",
        work=_work(shares["work_min"], rng),
        protected=_protected(shares["protected"], rng.random()),
    )


def _weights(county: County) -> Floats:
    people: Floats = np.array([town.weight for town in county.land.towns])
    shares: Floats = people / people.sum()
    return shares


def _spot(county: County, lon: float, lat: float, rng: np.random.Generator) -> tuple[float, float]:
    """Return a point around a town and on its county's land; the town itself if none is found."""
    degree = radians(1) * EARTH_RADIUS_M
    for _ in range(TRIES):
        east, north = rng.normal(0.0, SCATTER_M, 2)
        x, y = lon + east / (degree * cos(radians(lat))), lat + north / degree
        if shapely.contains_xy(county.land.boundary, x, y):
            return round(float(x), 5), round(float(y), 5)
    return lon, lat


def _customers(points: Sequence[Sequence[float]], share: float) -> int:
    """Return the quantile: geometric between the known points."""
    known: Floats = np.array(points, float)
    return round(exp(float(np.interp(share, known[:, 0], np.log(known[:, 1])))))


def _work(curve: Json, rng: np.random.Generator) -> timedelta:
    spread = log(curve["p95"] / curve["median"]) / P95
    drawn = timedelta(minutes=exp(rng.normal(log(curve["median"]), spread)))
    return timedelta(seconds=round(min(max(drawn, SHORTEST), SHIFT).total_seconds()))


def _symptom(cause: Cause, hazard: bool, customers: int) -> Symptom:
    if hazard:
        return Symptom.LINE_DOWN if cause is not Cause.EQUIPMENT else Symptom.EQUIPMENT_FIRE
    if customers <= 1:
        return Symptom.NO_POWER_ONE
    return Symptom.NO_POWER_MANY if customers <= FEEDER else Symptom.NO_POWER_AREA


def _protected(shares: Mapping[str, float], drawn: float) -> Protected | None:
    for name, share in shares.items():
        if drawn < share:
            return Protected(name)
        drawn -= share
    return None
