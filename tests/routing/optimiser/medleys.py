"""Small problems in which everything meets: crews together, order, freezing, pins, caps, rests, reserves, no way."""

from random import Random

from dispatch.routing.optimiser.files import checks
from dispatch.routing.optimiser.problem import (
    ByLine,
    ByMatrix,
    ByPlane,
    Cap,
    Crew,
    Job,
    Place,
    Problem,
    Reserve,
    Rules,
    Travel,
)

MIN, HOUR = 60, 3600
SKILLS = ("lv", "hv", "live")
COUNTIES = ("a", "b", "")
DEPOTS = ("d1", "d2", "d3")
KINDS = ("repair", "meter")
ROWS = 8
SPEEDS = {"urban": 30.0, "rural": 40.0, "remote": 25.0}
DETOURS = {"urban": 1.3, "rural": 1.35, "remote": 1.5}


def medley(seed: int, *, jobs: int = 12, crews: int = 5, ties: float = 0.35, frozen: bool = True) -> Problem:
    """Return a problem that may be read from a file; ``ties``: share of jobs of several crews, and of ordered jobs."""
    dice = Random(seed)
    travel = _travel(dice)
    fleet = tuple(_crew(dice, i, travel) for i in range(dice.randint(min(2, crews), crews)))
    work = [_job(dice, i, travel, fleet, ties) for i in range(dice.randint(1, jobs))]
    plan = _published(dice, work, fleet) if fleet and dice.random() < 0.6 else {}
    problem = Problem(
        name=f"medley-{seed}",
        travel=travel,
        jobs=tuple(_frozen(dice, work, plan) if frozen else work),
        crews=fleet,
        caps=_caps(dice, fleet),
        reserves=_reserves(dice, work, fleet),
        plan=plan,
        told=_told(Random(-1 - seed), plan),
        rules=Rules(
            change=dice.choice((0.0, 5.0)), foreign=dice.choice((0.0, 12.0)), reserve=dice.choice((0.0, 20.0)),
            overtime=dice.choice((0.0, 2.0)), travel=dice.choice((1.0, 0.5)),
        ),
    )  # fmt: skip
    checks.check(problem)
    return problem


def any_routes(problem: Problem, dice: Random) -> dict[str, tuple[str, ...]]:
    """Return routes as a careless person might write them: jobs missing, twice, anywhere, unknown ones too."""
    names = [job.id for job in problem.jobs]
    routes: dict[str, list[str]] = {crew.id: [] for crew in problem.crews if dice.random() < 0.9}
    for job in problem.jobs:
        wanted = min(len(routes), max(0, job.crews + dice.choice((0, 0, 0, 0, -1, 1))))
        for crew in dice.sample(sorted(routes), wanted):
            routes[crew].insert(dice.randint(0, len(routes[crew])), job.id)
    if routes and names and dice.random() < 0.2:
        routes[dice.choice(sorted(routes))] += [dice.choice(names), "ghost"]
    if dice.random() < 0.1:
        routes["nobody"] = [*names[:1], "ghost"]
    return {crew: tuple(jobs) for crew, jobs in routes.items()}


def _travel(dice: Random) -> Travel:
    kind = dice.choice(("plane", "line", "matrix", "holes"))
    if kind == "plane":
        return ByPlane()
    if kind == "line":
        return ByLine(SPEEDS, DETOURS)
    rows = [[0 if a == b else dice.randint(2, 40) * MIN for b in range(ROWS)] for a in range(ROWS)]
    if kind == "holes":
        rows[dice.randrange(ROWS)][dice.randrange(ROWS)] = -1
    return ByMatrix(tuple(tuple(row) for row in rows))


def _place(dice: Random, travel: Travel) -> Place:
    if isinstance(travel, ByMatrix):
        return Place(place=dice.randrange(ROWS))
    if isinstance(travel, ByLine):
        return Place(lon=120 + dice.randint(0, 30) / 100, lat=29 + dice.randint(0, 30) / 100)
    return Place(x_km=float(dice.randint(0, 25)), y_km=float(dice.randint(0, 25)))


def _crew(dice: Random, i: int, travel: Travel) -> Crew:
    ends_s = dice.choice((12, 8, 5)) * HOUR
    from_s = dice.randint(1, 6) * HOUR
    return Crew(
        id=f"c{i}",
        at=_place(dice, travel),
        county=dice.choice(COUNTIES),
        depot=dice.choice(DEPOTS),
        skills=tuple(sorted(dice.sample(SKILLS, dice.choice((1, 2, 3, 3))))),
        free_s=dice.choice((0, 0, dice.randint(0, 90) * MIN)),
        ends_s=ends_s,
        latest_s=ends_s + dice.choice((0, HOUR)),
        rest_s=(from_s, from_s + dice.randint(10, 60) * MIN) if dice.random() < 0.3 else None,
        back=_place(dice, travel) if dice.random() < 0.3 else None,
        room=dice.choice((None, None, 4)),
        lent_cost=dice.choice((0.0, 12.0)),
    )


def _job(dice: Random, i: int, travel: Travel, crews: tuple[Crew, ...], ties: float) -> Job:
    joint = dice.choice((2, 2, 3)) if dice.random() < ties else 1
    needs = tuple(dice.sample(SKILLS, dice.choice((0, 0, 1, 1, 2))))
    opens_s = dice.randint(0, 5) * HOUR if dice.random() < 0.3 else 0
    able = [crew.id for crew in crews if set(needs) <= set(crew.skills)]
    pinned = dice.choice(able) if able and joint == 1 and dice.random() < 0.1 else None
    others = [crew.id for crew in crews if crew.id != pinned]
    weight = dice.choice((0.5, 1.0, 4.0))
    return Job(
        id=f"j{i}",
        at=_place(dice, travel),
        area_class=dice.choice(tuple(SPEEDS)),
        county=dice.choice(COUNTIES),
        kind=dice.choice(KINDS),
        needs=needs,
        work_s=dice.choice((0, dice.randint(5, 120) * MIN)),
        weight=weight,
        due_s=dice.choice((None, dice.randint(-1, 6) * HOUR)),
        window_s=(opens_s, dice.choice((12 * HOUR, min(12 * HOUR, opens_s + 2 * HOUR)))),
        unserved=dice.choice((weight * 1440, 20.0, 0.0)) if dice.random() < 0.2 else weight * 1440,
        protected=dice.random() < 0.15,
        load=dice.choice((0, 0, 1, 2)),
        crews=joint,
        after=_before(dice, i) if i and dice.random() < ties else (),
        pinned=pinned,
        vetoed=(dice.choice(others),) if others and dice.random() < 0.1 else (),
    )  # fmt: skip


def _before(dice: Random, i: int) -> tuple[str, ...]:
    return tuple(sorted({f"j{dice.randrange(i)}" for _ in range(dice.choice((1, 1, 2)))}))


def _told(dice: Random, plan: dict[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    """All of the plan, or what chance says of it; its dice are its own."""
    named = sorted({job for route in plan.values() for job in route})
    return None if dice.random() < 0.5 else tuple(job for job in named if dice.random() < 0.5)


def _published(dice: Random, jobs: list[Job], crews: tuple[Crew, ...]) -> dict[str, tuple[str, ...]]:
    """Return routes in the order of the jobs' numbers, so that nothing in them waits for itself."""
    routes: dict[str, list[str]] = {}
    for job in jobs:
        able = [c.id for c in crews if set(job.needs) <= set(c.skills) and job.pinned in (None, c.id)]
        able = [name for name in able if name not in job.vetoed]
        if len(able) >= job.crews and dice.random() < 0.7:
            for crew in dice.sample(able, job.crews):
                routes.setdefault(crew, []).append(job.id)
    return {crew: tuple(names) for crew, names in routes.items()}


def _frozen(dice: Random, jobs: list[Job], plan: dict[str, tuple[str, ...]]) -> list[Job]:
    """Freeze some jobs that stand at the head of all their routes."""
    changed = {job.id: job for job in jobs}
    often = {job.id: sum(job.id in route for route in plan.values()) for job in jobs}
    for _ in range(dice.choice((0, 1, 3))):
        heads: dict[str, int] = {}
        for route in plan.values():
            free = next((name for name in route if not changed[name].frozen), None)
            if free is not None:
                heads[free] = heads.get(free, 0) + 1
        ready = [name for name, n in heads.items() if n == often[name] == changed[name].crews]
        if ready:
            name = dice.choice(ready)
            job = changed[name]
            wide = {one: getattr(job, one) for one in Job.__slots__} | {"frozen": True, "window_s": (0, 12 * HOUR)}
            changed[name] = Job(**wide)
    return list(changed.values())


def _caps(dice: Random, crews: tuple[Crew, ...]) -> tuple[Cap, ...]:
    if not crews or dice.random() < 0.5:
        return ()
    noon, end, depots = 4 * HOUR, 12 * HOUR + 1, sorted({crew.depot for crew in crews})
    halves = ((0, noon), (noon, end)) if dice.random() < 0.5 else ((0, end),)
    return tuple(
        Cap(depot=depot, kind=kind, from_s=from_s, to_s=to_s, visits=dice.choice((0, 1, 2, 4)))
        for depot in depots
        for kind in KINDS
        for from_s, to_s in halves
        if dice.random() < 0.7
    )


def _reserves(dice: Random, jobs: list[Job], crews: tuple[Crew, ...]) -> tuple[Reserve, ...]:
    counties = {crew.county for crew in crews} | {job.county for job in jobs}
    return tuple(Reserve(county, dice.randint(0, 2)) for county in sorted(counties) if dice.random() < 0.3)
