"""
The whole rule of the nearest crew against one written anew, crew by crew, from the cards alone.

Nothing of the program's arithmetic is used but its words: the distance is another formula, the shift another
comparison, the reserves are counted by hand.
"""

import random
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import acos, ceil, cos, radians, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.routing.fleet import Fleet, Position
from dispatch.routing.lending import Grant, GrantKind, Lending
from dispatch.routing.model import Borders, CrewCard, DepotCard, Duty, Engagement, Job, NoCrew, ReasonCode, Standing
from dispatch.routing.nearest import offers
from tests.routing.fleets import NOW, RULE

R = ReasonCode
SECOND = NOW.timestamp()
HOUR = 3600.0
PROVINCE = "33"
COUNTIES = {f"33{city:02}{n:02}": f"33{city:02}" for city in (1, 2) for n in (1, 2)}
HELD_BACK = replace(
    RULE,
    duty=Duty(24 * HOUR, 10 * HOUR, 1 * HOUR, 1200),
    borders=Borders(Standing.CITY, Standing.PROVINCE, reserve=0.4, fair_s=1200, fair_jobs=10, promise_s=2 * HOUR),
)
SKILLS, KINDS, TRUCKS = ("cable", "hv"), ("hv_work", "lv_work"), ("bucket_truck", "van")


@dataclass
class Land:
    """All that a rule is asked about, as plain lists."""

    crews: list[CrewCard]
    depots: list[DepotCard]
    positions: list[Position]
    held: list[Engagement]
    work: list[tuple[str, float, float]] = field(default_factory=list)
    promises: list[tuple[str, float]] = field(default_factory=list)
    lending: Lending = field(default_factory=Lending)

    def fleet(self) -> Fleet:
        fleet = Fleet(HELD_BACK)
        fleet.load(self.crews, self.depots, positions=self.positions, engagements=self.held)
        for n, (crew, begin, end) in enumerate(self.work):
            fleet.worked(crew, f"W{n}", begin, end)
        fleet.lend(self.lending)
        fleet.promise(self.promises)
        return fleet


def land(seed: int, crews: int = 40) -> Land:
    """Return a seeded land with a little of everything."""
    rng = random.Random(seed)

    def spot() -> tuple[float, float]:
        return rng.uniform(121.0, 122.0), rng.uniform(29.0, 29.8)

    depots = [
        DepotCard(f"D{i}", *(spot() if rng.random() > 0.1 else (None, None)), reserve=rng.choice([None, None, 1, 4]))
        for i in range(8)
    ]
    home = {depot.code: rng.choice(sorted(COUNTIES)) for depot in depots}
    people = []
    for i in range(crews):
        depot = rng.choice(depots).code
        permits = rng.choice([None, {}, {k: SECOND + rng.uniform(-9, 9) * HOUR for k in rng.sample(KINDS, 1)}])
        people.append(
            CrewCard(
                f"C{i:03}", f"{i}班", depot, home[depot], frozenset(rng.sample(SKILLS, rng.randrange(3))),
                *rng.choice([(0, 0), (480, 1200), (1200, 480)]), rng.random() > 0.05, COUNTIES[home[depot]],
                rng.choice([None, *TRUCKS]), permits,
            )
        )  # fmt: skip
    ids = [crew.id for crew in people]
    ages = [5, 600, 1800, 1801, 9000, -60, -600, None]
    positions = [Position(c, *spot(), SECOND - age) for c in ids if (age := rng.choice(ages)) is not None]
    held = [
        Engagement(f"T-{c}-{k}", c, SECOND - HOUR, SECOND + rng.uniform(-1, 2) * HOUR, *spot())
        for c in ids
        for k in range(rng.choice([0, 0, 0, 1, 3]))
    ]
    work = []
    for c in ids:
        at = SECOND - rng.uniform(0, 30) * HOUR
        work += [(c, at - hours * HOUR, at) for hours in rng.choice([[], [3.0], [6.0, 5.0], [12.0]])]
    promises = [(f"D{rng.randrange(8)}", SECOND + rng.uniform(-1, 4) * HOUR) for _ in range(rng.randrange(5))]
    return Land(people, depots, positions, held, work, promises, _lending(rng))


def _lending(rng: random.Random) -> Lending:
    codes = [*sorted(COUNTIES), "3301", "3302", PROVINCE]
    grants = tuple(
        Grant(
            f"G{n}", rng.choice(codes), rng.choice(codes), SECOND + rng.uniform(-5, 1) * HOUR,
            SECOND + rng.uniform(-1, 5) * HOUR, rng.choice([None, None, 1]), rng.choice([None, *SKILLS]),
            GrantKind.ORDER, rng.random() < 0.3,
        )
        for n in range(rng.randrange(4))
    )  # fmt: skip
    reserves = tuple((county, rng.randrange(4)) for county in sorted(COUNTIES) if rng.random() < 0.4)
    lent = tuple((county, rng.randrange(-20, 20)) for county in sorted(COUNTIES))
    storms = frozenset(c for c in COUNTIES if rng.random() < 0.15)
    return Lending(PROVINCE, grants, storms, reserves, lent, (("G0", 1),))


def job_in(seed: int) -> Job:
    rng = random.Random(seed + 1)
    county = rng.choice(sorted(COUNTIES))
    return Job(
        "T", rng.uniform(121.0, 122.0), rng.uniform(29.0, 29.8), rng.choice(["urban", "rural", "remote"]), county,
        rng.choice([None, *SKILLS]), hazard=rng.random() < 0.1, reported_at=SECOND - 300, city=COUNTIES[county],
        permits=rng.choice([frozenset(), frozenset({"hv_work"}), frozenset(KINDS)]),
        vehicles=rng.choice([frozenset(), frozenset(), frozenset({"bucket_truck"})]), work_s=75 * 60,
        had_it=frozenset({f"C{rng.randrange(40):03}"}),
    )  # fmt: skip


# ---- the rule anew --------------------------------------------------------------------------------------------------


def metres(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    a, b = radians(lat1), radians(lat2)
    c = sin(a) * sin(b) + cos(a) * cos(b) * cos(radians(lon2 - lon1))
    return 6_371_008.8 * acos(max(-1.0, min(1.0, c)))


def rested(world: Land, crew: str) -> bool:
    """Add up the time at work within the last 24 hours, stretch by stretch."""
    mine = [(begin, end) for c, begin, end in world.work if c == crew]
    ends = sorted({max(SECOND - 24 * HOUR, min(SECOND, at)) for stretch in mine for at in stretch})
    between = [(a, b) for a, b in pairwise(ends) if any(begin <= (a + b) / 2 < end for begin, end in mine)]
    return sum(b - a for a, b in between) <= HELD_BACK.duty.work_s


def on(crew: CrewCard) -> bool:
    return any((crew.shift_start, crew.shift_end) == shift for shift in ((0, 0), (480, 1200)))  # it is 10:30


def at_large(world: Land, crew: CrewCard) -> bool:
    return crew.active and on(crew) and not any(e.crew_id == crew.id for e in world.held) and rested(world, crew.id)


def lent(world: Land, crew: CrewCard, job: Job) -> bool:
    if crew.city == job.city or job.county in world.lending.storms:
        return True
    return any(g.covers(crew, job, PROVINCE) for g in used(world))


def used(world: Land) -> list[Grant]:
    out = dict(world.lending.out)
    live = [g for g in world.lending.grants if g.from_at <= SECOND < g.until_at]
    return [g for g in live if g.crews is None or out.get(g.id, 0) < g.crews]


def spares(world: Land, crew: CrewCard, job: Job) -> bool:
    """Tell whether the crew's county keeps enough without it, or need not."""
    if any(g.below_reserve and g.covers(crew, job, PROVINCE) for g in used(world)):
        return True
    mine = [c for c in world.crews if c.county == crew.county]
    keeps = dict(world.lending.reserves).get(crew.county, int(0.4 * sum(c.active and on(c) for c in mine)))
    return sum(at_large(world, c) for c in mine) - 1 >= keeps


def fit(world: Land, crew: CrewCard, job: Job) -> bool:
    if job.skill and job.skill not in crew.skills:
        return False
    if job.vehicles and crew.vehicle is not None and crew.vehicle not in job.vehicles:
        return False
    if job.permits and crew.permits is not None:
        return any(crew.permits.get(kind, 0.0) > SECOND for kind in job.permits)
    return crew.id not in job.had_it


def arrival(world: Land, crew: CrewCard, job: Job) -> float | None:
    """Return the seconds until a free crew is there; None: nobody knows from where."""
    depot = next(d for d in world.depots if d.code == crew.depot)
    where = next((p for p in world.positions if p.crew_id == crew.id), None)
    if where is not None and -120 <= SECOND - where.at <= 1800:
        lon, lat = where.lon, where.lat
    elif depot.lon is not None and depot.lat is not None:
        lon, lat = depot.lon, depot.lat
    else:
        return None
    area = job.area_class
    drive = round(metres(lon, lat, job.lon, job.lat) * RULE.detour[area] / (RULE.speed_kmh[area] / 3.6))
    return drive + max(0, ceil(drive / HOUR) - 1) * 1200


def needed(world: Land, crew: CrewCard, job: Job, eta: float) -> bool:
    """Tell whether the crew's depot needs it for an appointment before it would be back."""
    soon = [at for depot, at in world.promises if depot == crew.depot and SECOND <= at < SECOND + 2 * HOUR]
    if not soon or job.hazard:
        return False
    others = sum(at_large(world, c) for c in world.crews if c.depot == crew.depot and c.id != crew.id)
    return others < len(soon) and SECOND + eta + job.work_s > min(soon)


def eligible(world: Land, job: Job) -> dict[str, float]:
    """Return the arrival of every crew that an automatic choice may send."""
    found = {}
    for crew in world.crews:
        depot = next(d for d in world.depots if d.code == crew.depot)
        at_depot = sum(e.crew_id == c.id for c in world.crews if c.depot == crew.depot for e in world.held)
        if not at_large(world, crew) or not fit(world, crew, job) or crew.id in job.had_it:
            continue
        if depot.reserve is not None and at_depot >= depot.reserve:
            continue
        if crew.county != job.county and not (lent(world, crew, job) and spares(world, crew, job)):
            continue
        eta = arrival(world, crew, job)
        if eta is not None and not needed(world, crew, job, eta):
            found[crew.id] = eta
    return found


# ---- laws -----------------------------------------------------------------------------------------------------------

SEEDS = st.integers(0, 100_000)


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_the_choice_is_never_later_than_another_eligible_crew_without_a_reason_code(seed: int) -> None:
    world, job = land(seed), job_in(seed)
    answer = offers(world.fleet(), job, now=NOW, limit=100)
    expected = eligible(world, job)
    reasons = {o.crew_id: o.reason for o in (*answer.offers, *answer.passed_over)}
    free = {o.crew_id for o in answer.offers if o.reason is not R.BUSY_UNTIL}
    unseen = set(expected) - free  # beyond the reach: a busy crew will be there before them
    assert free <= set(expected)
    assert all(reasons.get(crew, R.TOO_FAR) is R.TOO_FAR and expected[crew] > RULE.reach_s - 1 for crew in unseen)
    assert len(unseen) == answer.counts.get(R.TOO_FAR, 0)
    if answer.best is None:
        assert not free
        assert answer.refusal is not None
        return
    eta = answer.best.eta_s
    assert eta == pytest.approx(expected[answer.best.crew_id], abs=1)
    for crew in free:
        if expected[crew] < eta - 1:  # type: ignore[operator]
            assert (answer.best.reason, reasons[crew]) == (R.FAIRER, R.SPARED)
            assert eta - expected[crew] <= HELD_BACK.borders.fair_s + 1  # type: ignore[operator]


@settings(max_examples=100, deadline=None)
@given(SEEDS)
def test_every_crew_has_one_reason_and_the_counts_add_up(seed: int) -> None:
    world, job = land(seed), job_in(seed)
    answer = offers(world.fleet(), job, now=NOW, limit=100)
    assert sum(answer.counts.values()) == len(world.crews)
    assert (answer.best is None) == (answer.refusal is not None)
    for offer in (*answer.offers, *answer.passed_over):
        assert offer.sentence.startswith(offer.reason.label)
        if offer.reason in (R.NOT_LENT, R.OVER_RESERVE, R.PROMISED):
            assert offer.reason in offer.asks
    said = [offer.reason for offer in answer.offers if offer.reason is R.SPARED]
    assert answer.counts.get(R.SPARED, 0) == len(said)


def test_the_laws_above_are_not_about_nothing() -> None:
    seen: set[ReasonCode] = set()
    refused: set[NoCrew] = set()
    for seed in range(150):
        answer = offers(land(seed).fleet(), job_in(seed), now=NOW, limit=100)
        seen |= set(answer.counts)
        refused |= {answer.refusal} - {None}  # type: ignore[arg-type]
    missing = set(R) - seen - {R.ON_THIS_JOB, R.UNREACHABLE, R.OTHER_DISTRICT, R.SHARED_OUT, R.CHOSEN_BY_HAND}
    assert missing == set()
    assert len(refused) > 3
