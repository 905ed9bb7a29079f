"""Small problems of every shape the format knows, drawn by Hypothesis: what the engine's laws are tried on."""

from typing import Any

from hypothesis import strategies as st

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
)  # fmt: skip

HORIZON_S = 8 * 3600
SKILLS = ("lv", "hv")
COUNTIES = ("", "象山", "宁海")
DEPOTS = ("", "石浦", "西周")


def travels(places: int) -> st.SearchStrategy[Travel]:
    """Ways of travelling; the matrix has whole minutes, and here and there no way."""
    cell = st.one_of(st.integers(0, 90).map(lambda m: 60 * m), st.just(-1))
    matrix = st.lists(st.lists(cell, min_size=places, max_size=places).map(tuple), min_size=places, max_size=places)
    line = ByLine({"urban": 25.0, "rural": 45.0}, {"urban": 1.3, "rural": 1.5})
    return st.one_of(st.just(ByPlane()), st.just(line), matrix.map(lambda m: ByMatrix(tuple(m))))


@st.composite
def places(draw: st.DrawFn, travel: Travel, number: int) -> Place:
    """A place that fits the way of travelling; several things may share one."""
    if isinstance(travel, ByMatrix):
        return Place(place=draw(st.integers(0, len(travel.seconds) - 1)))
    if isinstance(travel, ByLine):
        return Place(lon=draw(st.floats(121.5, 122.0)), lat=draw(st.floats(29.0, 29.6)))
    return Place(x_km=draw(st.floats(0, 40)), y_km=draw(st.floats(0, 40)))


@st.composite
def problems(draw: st.DrawFn, *, most_jobs: int = 12, most_crews: int = 4) -> Problem:
    """A problem with windows, rests, caps of half-days, reserves, returns, loads, a published plan, pins and vetoes."""
    n, k = draw(st.integers(0, most_jobs)), draw(st.integers(0, most_crews))
    travel = draw(travels(max(1, min(6, n + k))))
    crews = tuple(draw(crew(travel, i)) for i in range(k))
    jobs = tuple(draw(job(travel, i, crews)) for i in range(n))
    depots = sorted({c.depot for c in crews} - {""})
    caps = draw(st.lists(cap(depots), max_size=4, unique_by=lambda c: (c.depot, c.kind, c.from_s))) if depots else []
    reserves = draw(st.lists(st.sampled_from(COUNTIES[1:]), max_size=2, unique=True))
    kept = {c.county for c in crews}
    plan = draw(published(jobs, crews))
    named = sorted({job for route in plan.values() for job in route})
    return Problem(
        travel=travel, jobs=jobs, crews=crews, name="drawn", horizon_s=HORIZON_S, caps=tuple(caps),
        reserves=tuple(Reserve(county, draw(st.integers(0, 3))) for county in reserves if county in kept),
        plan=plan, rules=draw(rules()),
        told=draw(st.none() | st.sets(st.sampled_from(named)).map(lambda some: tuple(sorted(some)))) if named else None,
    )  # fmt: skip


@st.composite
def crew(draw: st.DrawFn, travel: Travel, number: int) -> Crew:
    ends = draw(st.integers(2, 9)) * 3600
    rest = draw(st.one_of(st.none(), st.tuples(st.integers(1, 4), st.integers(5, 6))))
    return Crew(
        id=f"c{number}", at=draw(places(travel, number)), ends_s=ends, latest_s=ends + draw(st.integers(0, 2)) * 3600,
        lent_cost=draw(st.sampled_from((0.0, 7.5))), county=draw(st.sampled_from(COUNTIES)),
        depot=draw(st.sampled_from(DEPOTS)), skills=tuple(draw(st.sets(st.sampled_from(SKILLS)))),
        free_s=draw(st.integers(0, 120)) * 60, rest_s=None if rest is None else (3600 * rest[0], 3600 * rest[1]),
        back=draw(st.one_of(st.none(), places(travel, number))), room=draw(st.one_of(st.none(), st.integers(0, 4))),
    )  # fmt: skip


@st.composite
def job(draw: st.DrawFn, travel: Travel, number: int, crews: tuple[Crew, ...]) -> Job:
    opens = draw(st.sampled_from((0, 0, 3600, 14_400)))
    shuts = min(HORIZON_S, opens + draw(st.sampled_from((0, 3600, HORIZON_S))))
    weight = draw(st.sampled_from((0.0, 0.5, 1.0, 10.0)))
    needs = tuple(draw(st.sets(st.sampled_from(SKILLS), max_size=1)))
    able = [c.id for c in crews if set(needs) <= set(c.skills)]
    pinned = draw(st.one_of(st.none(), st.sampled_from(able))) if able else None
    return Job(
        id=f"j{number}", at=draw(places(travel, number)), work_s=draw(st.sampled_from((0, 600, 3600, 9000))),
        window_s=(opens, shuts), unserved=draw(st.sampled_from((0.0, 30.0, 1440.0))),
        county=draw(st.sampled_from(COUNTIES)),
        area_class=draw(st.sampled_from(("urban", "rural"))), kind=draw(st.sampled_from(("repair", "metering"))),
        needs=needs, weight=weight, due_s=draw(st.one_of(st.none(), st.integers(-100, 300).map(lambda m: 60 * m))),
        protected=draw(st.booleans()), load=draw(st.integers(0, 2)), pinned=pinned,
        vetoed=tuple(draw(st.sets(st.sampled_from([c.id for c in crews if c.id != pinned]), max_size=2)))
        if len(crews) > 1 else (),
    )  # fmt: skip


@st.composite
def cap(draw: st.DrawFn, depots: list[str]) -> Cap:
    half = HORIZON_S // 2
    from_s = draw(st.sampled_from((0, half)))
    kind = draw(st.sampled_from(("repair", "metering")))
    return Cap(
        depot=draw(st.sampled_from(depots)), kind=kind, from_s=from_s, to_s=from_s + half,
        visits=draw(st.integers(0, 3)),
    )  # fmt: skip


@st.composite
def published(draw: st.DrawFn, jobs: tuple[Job, ...], crews: tuple[Crew, ...]) -> dict[str, tuple[str, ...]]:
    """A plan that was published once: any jobs with any crews; it need not be possible now."""
    if not crews:
        return {}
    routes: dict[str, list[str]] = {}
    for one in draw(st.permutations(jobs)):
        owner: Any = draw(st.one_of(st.none(), st.sampled_from(crews)))
        if owner is not None:
            routes.setdefault(owner.id, []).append(one.id)
    return {crew_id: tuple(route) for crew_id, route in routes.items()}


def rules() -> st.SearchStrategy[Rules]:
    """Weights, zero among them."""
    weight = st.sampled_from((0.0, 1.0, 3.0))
    return st.builds(
        Rules, travel=weight, late=weight, protected=weight, unserved=st.sampled_from((1.0, 3.0)), change=weight,
        overtime=weight, foreign=weight, reserve=st.sampled_from((0.0, 40.0)),
    )  # fmt: skip
