"""
A province's half-day, invented: counties of five depots, teams declared by kind and area class, visits booked on them.

Whoever books takes a declared place, so that no depot has more visits of a kind than it declared; whether they can be
driven is another matter. The same arguments make the same half-day.
"""

from dataclasses import dataclass, replace
from random import Random

from dispatch.routing.optimiser.problem import ByLine, Problem
from dispatch.routing.worklists.posing import problem_of
from dispatch.routing.worklists.problem import HalfDay, Team, Visit

MIN, HOUR = 60, 3600
HALF_S = 4 * HOUR
BY_LINE = ByLine({"urban": 30.0, "rural": 45.0}, {"urban": 1.35, "rural": 1.4})  # as section travel of the pack
WORK_MIN = {"survey": 20, "metering": 15, "field_test": 25}  # short ones: 6.7 visits of a team are to fit
SHARE = {"survey": 0.35, "metering": 0.45, "field_test": 0.20}
PLACES = 8  # that a team declares
DEPOTS = 5  # of a county: two in its seat, three in towns
COUNTY_KM, KM_LAT, KM_LON = 45.0, 111.2, 96.5
SECOND_KIND = 0.3  # of the teams make another kind, too
FIRM, LOOSE = 1_920.0, 480.0  # minutes: as section worklists of the pack has them


@dataclass(frozen=True, slots=True)
class Size:
    """How much a province has to do."""

    visits: int
    teams: int
    depots: int


SIZES = {"full": Size(10_000, 1_500, 300), "medium": Size(1_000, 150, 30), "quick": Size(120, 20, 5)}


def province(size: Size, seed: int, *, pooled: bool) -> list[HalfDay]:
    """Return the half-day of each county; depots of a county make each other's visits if they are ``pooled``."""
    rng = Random(seed)
    counties = max(1, size.depots // DEPOTS)
    side = max(1, round(counties**0.5))
    found = []
    for c in range(counties):
        teams, visits = (each * (c + 1) // counties - each * c // counties for each in (size.teams, size.visits))
        seat = 119.0 + COUNTY_KM * (c % side) / KM_LON, 28.0 + COUNTY_KM * (c // side) / KM_LAT
        found.append(_county(rng, f"county{c:02d}", seat, teams, visits, pooled=pooled))
    return found


def _county(rng: Random, name: str, seat: tuple[float, float], teams: int, visits: int, *, pooled: bool) -> HalfDay:
    bases = {}
    for d in range(DEPOTS):
        far = rng.uniform(0.0, 3.0) if d < 2 else rng.uniform(9.0, 20.0)
        bases[f"{name}/{d}"] = _about(rng, seat, far)
    crews = [_team(rng, list(bases.items())[n % DEPOTS], n, n % DEPOTS < 2) for n in range(teams)]
    places = [crew for crew in crews for _ in range(PLACES)]
    booked = [_visit(rng, f"{name}/v{i}", crew) for i, crew in enumerate(rng.sample(places, min(visits, len(places))))]
    caps: dict[tuple[str, str], int] = {}
    for crew in crews:
        for skill in crew.skills:
            caps[crew.depot, skill] = caps.get((crew.depot, skill), 0) + PLACES
    return HalfDay(
        name=name, length_s=HALF_S, travel=BY_LINE, teams=tuple(crews), visits=tuple(booked), pooled=pooled, caps=caps
    )  # fmt: skip


def _about(rng: Random, at: tuple[float, float], km: float) -> tuple[float, float]:
    """Return a point about so far from another."""
    return at[0] + rng.gauss(0.0, 0.7 * km) / KM_LON, at[1] + rng.gauss(0.0, 0.7 * km) / KM_LAT


def _team(rng: Random, base: tuple[str, tuple[float, float]], n: int, seat: bool) -> Team:
    depot, (lon, lat) = base
    area = "urban" if rng.random() < (0.8 if seat else 0.4) else "rural"
    kinds = rng.choices(list(SHARE), list(SHARE.values()))
    if rng.random() < SECOND_KIND:
        kinds.append(rng.choice([kind for kind in SHARE if kind != kinds[0]]))
    skills = tuple(f"{kind}/{area}" for kind in kinds)
    return Team(
        id=f"{depot}/{skills[0]}/{n}", depot=depot, lon=lon, lat=lat, skills=skills, from_s=0, to_s=HALF_S, most=PLACES
    )  # fmt: skip


def _visit(rng: Random, name: str, crew: Team) -> Visit:
    """Return a visit that took a place of this team."""
    kind, area = crew.skills[0].split("/")
    lon, lat = _about(rng, (crew.lon, crew.lat), 2.5 if area == "urban" else 7.0)
    drawn, hour = rng.random(), rng.randrange(3) * HOUR
    window, price = (0, HALF_S), LOOSE  # 限期
    if drawn < 0.4:
        window, price = (hour, hour + HOUR), FIRM  # 约时
    elif drawn < 0.6:
        window, price = (0, hour + HOUR), FIRM  # 限时
    return Visit(
        id=name, depot=crew.depot, lon=lon, lat=lat, kind=kind, area_class=area, work_s=WORK_MIN[kind] * MIN,
        window_s=window, price=price,
    )  # fmt: skip


def merged(days: list[HalfDay]) -> Problem:
    """Return the half-days of all counties as one problem, in which each county keeps to itself."""
    problems = [problem_of(day) for day in days]
    jobs = [
        replace(job, needs=(*job.needs, f"of {day.name}"))
        for day, one in zip(days, problems, strict=True)
        for job in one.jobs
    ]
    crews = [
        replace(crew, skills=(*crew.skills, f"of {day.name}"))
        for day, one in zip(days, problems, strict=True)
        for crew in one.crews
    ]
    caps = tuple(cap for one in problems for cap in one.caps)
    return replace(problems[0], name="province", jobs=tuple(jobs), crews=tuple(crews), caps=caps)
