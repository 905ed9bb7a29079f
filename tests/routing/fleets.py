"""Fleets made by rule for the routing tests; a point every few kilometres of a province-sized box."""

import random
from dataclasses import replace
from datetime import UTC, datetime

from dispatch.kit.rulepack import Packs
from dispatch.routing.fleet import Fleet, Position
from dispatch.routing.model import Borders, CrewCard, DepotCard, Duty, Engagement, Job, RoutingRule
from dispatch.routing.rules import rule_of

NOW = datetime(2026, 8, 1, 2, 30, tzinfo=UTC)  # 10:30 in China
SKILLS = ("live_line", "cable", "metering", "generator")
WEST, EAST, SOUTH, NORTH = 118.0, 122.5, 27.2, 31.1
RULE = rule_of(Packs.load().latest("sgcc"))
BORDERLESS = replace(RULE, borders=Borders(), duty=Duty())  # the road and the clock alone: nothing kept, nobody asked


def point(rng: random.Random) -> tuple[float, float]:
    return rng.uniform(WEST, EAST), rng.uniform(SOUTH, NORTH)


def cards(rng: random.Random, crews: int, *, depots: int, counties: int) -> tuple[list[CrewCard], list[DepotCard]]:
    """Crews and depots with a little of everything that can be wrong with them."""
    homes = []
    for i in range(depots):
        lon, lat = point(rng)
        placed = rng.random() > 0.05
        reserve = rng.choice([None, 0, 1, 2, 5, 8])
        homes.append(DepotCard(f"D{i:04}", lon if placed else None, lat if placed else None, reserve))
    people = []
    for i in range(crews):
        home = rng.randrange(depots)
        start = rng.choice([0, 8 * 60, 16 * 60, 20 * 60])
        people.append(
            CrewCard(
                id=f"C{i:05}",
                name=f"抢修{i}班",
                depot=homes[home].code,
                county=f"33{home % counties:04}",
                skills=frozenset(rng.sample(SKILLS, rng.randrange(len(SKILLS)))),
                shift_start=start,
                shift_end=rng.choice([start, (start + 8 * 60) % 1440, (start + 12 * 60) % 1440]),
                active=rng.random() > 0.03,
            )
        )
    return people, homes


def positions(rng: random.Random, people: list[CrewCard]) -> list[Position]:
    """Most are fresh, some stale, some missing."""
    found = []
    for crew in people:
        age = rng.choice([5, 60, 600, 1799, 1800, 1801, 7200, None])
        if age is not None:
            found.append(Position(crew.id, *point(rng), NOW.timestamp() - age))
    return found


def engagements(rng: random.Random, people: list[CrewCard], share: float) -> list[Engagement]:
    """Some crews hold one job, some of those two or three."""
    found = []
    for crew in people:
        for k in range(rng.choice([1, 1, 1, 2, 3]) if rng.random() < share else 0):
            lon, lat = point(rng)
            placed = rng.random() > 0.1
            sent, ends = NOW.timestamp() - rng.uniform(0, 7200), NOW.timestamp() + rng.uniform(-3600, 7200)
            at = (lon, lat) if placed else (None, None)
            found.append(Engagement(f"{crew.id}-{k}", crew.id, sent, ends, *at))
    return found


def fleet_of(
    seed: int,
    crews: int = 400,
    *,
    depots: int = 60,
    counties: int = 12,
    busy: float = 0.4,
    people: list[CrewCard] | None = None,
    kind: type[Fleet] = Fleet,
    rule: RoutingRule = RULE,
) -> Fleet:
    """
    Return a seeded fleet.

    :param people: crews that stand in for the drawn ones, in their places and with their jobs
    """
    rng = random.Random(seed)
    drawn, homes = cards(rng, crews, depots=depots, counties=counties)
    fleet = kind(rule)
    where, held = positions(rng, drawn), engagements(rng, drawn, busy)
    fleet.load(people or drawn, homes, positions=where, engagements=held)
    return fleet


def job_of(rng: random.Random, name: str = "T1", **known: object) -> Job:
    """Return a job somewhere; what is ``known`` replaces what is drawn."""
    lon, lat = point(rng)
    drawn: dict[str, object] = {
        "id": name,
        "lon": lon,
        "lat": lat,
        "area_class": rng.choice(["urban", "rural", "remote"]),
        "county": f"33{rng.randrange(12):04}",
        "skill": rng.choice([None, None, *SKILLS]),
        "hazard": rng.random() < 0.1,
        "urgent": rng.random() < 0.2,
        "protected": rng.choice([None, None, None, "life_support", "important", "sensitive"]),
        "reported_at": NOW.timestamp() - rng.uniform(0, 20 * 3600),
    }
    return Job(**(drawn | known))  # type: ignore[arg-type]
