"""Half-days to plan: small ones of hand, and drawn ones that use every field."""

from collections.abc import Sequence
from random import Random

from dispatch.routing.optimiser.problem import ByLine, ByMatrix, Travel
from dispatch.routing.worklists.problem import HalfDay, Team, Visit

MIN, HOUR = 60, 3600
LENGTH = 12_600  # 8:30 to 12:00
BY_LINE = ByLine({"urban": 30.0, "rural": 45.0}, {"urban": 1.3, "rural": 1.4})
KINDS = ("survey", "metering", "field_test")
HERE = 121.90, 29.40


def team(name: str = "石浦/survey/urban/1", **changed: object) -> Team:
    """Return a team that makes what its name says, the whole half-day."""
    depot, kind, area, _ = name.split("/")
    values: dict[str, object] = {
        "id": name, "depot": depot, "lon": HERE[0], "lat": HERE[1], "skills": (f"{kind}/{area}",), "from_s": 0,
        "to_s": LENGTH,
    }  # fmt: skip
    return Team(**(values | changed))  # type: ignore[arg-type]


def visit(name: str, *, km: float = 2.0, **changed: object) -> Visit:
    """Return a survey of half an hour so far east of the depot, at any time."""
    values: dict[str, object] = {
        "id": name, "depot": "石浦", "lon": HERE[0] + km / 97.0, "lat": HERE[1], "kind": "survey",
        "area_class": "urban", "work_s": 30 * MIN, "window_s": (0, LENGTH), "price": 480.0,
    }  # fmt: skip
    return Visit(**(values | changed))  # type: ignore[arg-type]


def half_day(teams: Sequence[Team], visits: Sequence[Visit], **changed: object) -> HalfDay:
    """Return a half-day by straight ways."""
    values: dict[str, object] = {
        "name": "石浦 2026-07-07 上午", "length_s": LENGTH, "travel": BY_LINE, "teams": tuple(teams),
        "visits": tuple(visits),
    }  # fmt: skip
    return HalfDay(**(values | changed))  # type: ignore[arg-type]


def drawn(seed: int, *, visits: int = 26, depots: int = 3) -> HalfDay:
    """Return a half-day in which some of everything binds: windows, declared visits, pins, pauses, places of a team."""
    rng = Random(seed)
    bases = {f"D{i}": (121.8 + 0.08 * i, 29.4 + rng.uniform(-0.05, 0.05)) for i in range(rng.randint(1, depots))}
    teams = [_team(rng, depot, place, n) for depot, place in bases.items() for n in range(rng.randint(0, 4))]
    asked = [_visit(rng, i, bases, teams) for i in range(rng.randint(0, visits))]
    caps = {
        (depot, f"{kind}/{area}"): rng.randint(0, 8)
        for depot in bases for kind in KINDS for area in ("urban", "rural") if rng.random() < 0.4
    }  # fmt: skip
    return HalfDay(
        name=f"drawn-{seed}", length_s=LENGTH, travel=_travel(rng, len(bases) + len(asked)), teams=tuple(teams),
        visits=tuple(asked), pooled=rng.random() < 0.5, caps=caps,
        bases={depot: (*place, i) for i, (depot, place) in enumerate(bases.items())},
    )  # fmt: skip


def _travel(rng: Random, places: int) -> Travel:
    if rng.random() < 0.6:
        return BY_LINE
    rows = [
        [0 if a == b else rng.choice([-1, *[rng.randint(60, 2400)] * 30]) for b in range(places)] for a in range(places)
    ]
    return ByMatrix(tuple(map(tuple, rows)))


def _team(rng: Random, depot: str, place: tuple[float, float], n: int) -> Team:
    kinds = rng.sample(KINDS, rng.choice([1, 1, 1, 2]))
    area = rng.choice(["urban", "rural"])
    from_s = rng.choice([0, 0, 0, 30 * MIN])
    return Team(
        id=f"{depot}/{kinds[0]}/{area}/{n + 1}", depot=depot, lon=place[0], lat=place[1], place=int(depot[1:]),
        skills=tuple(f"{kind}/{area}" for kind in kinds), from_s=from_s,
        to_s=rng.choice([LENGTH, LENGTH, LENGTH - HOUR, from_s]),
        pause_s=rng.choice([None, None, (HOUR, HOUR + 20 * MIN)]), most=rng.choice([None, None, 5, 2, 0]),
    )  # fmt: skip


def _visit(rng: Random, i: int, bases: dict[str, tuple[float, float]], teams: Sequence[Team]) -> Visit:
    depot = rng.choice(sorted(bases))
    lon, lat = bases[depot]
    opens = rng.choice([0, 0, 30 * MIN, HOUR, 2 * HOUR, -HOUR])
    pins = [None] * 8 + [one.id for one in teams[:3]] + ["nobody/survey/urban/9"]
    return Visit(
        id=f"v{i}", depot=depot, lon=lon + rng.uniform(-0.15, 0.15), lat=lat + rng.uniform(-0.1, 0.1),
        kind=rng.choice(KINDS), area_class=rng.choice(["urban", "rural"]),
        work_s=rng.choice([0, 20, 30, 45, 240]) * MIN, price=rng.choice([0.0, 10.0, 480.0, 1920.0]),
        window_s=(opens, opens + rng.choice([0, HOUR, 2 * HOUR, 5 * HOUR])),
        pinned=rng.choice(pins), place=len(bases) + i,
    )  # fmt: skip
