"""
Appointments that depots gave (约时): booked visits as jobs of the plan, so that their crews are there in time.

A booking names a depot and no crew. For the nearest crew a depot keeps a crew back for each; the plan says which, and
what fits in before. What is dangerous, urgent or protected may take it (domain 7.2): a visit left out has its price.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.kit.db import Connection
from dispatch.kit.planrules import PlanRules
from dispatch.routing.optimiser.course import Routes
from dispatch.routing.optimiser.explaining.laid import Laid
from dispatch.routing.optimiser.mending import mended
from dispatch.routing.optimiser.problem import Job, Place, Problem

VISIT = "visit/"  # before a booking's id, and before the depot's code in what a crew must have
KIND = "visit"  # counts towards no repair reserve
SAID = "约时上门"  # how a dispatcher is told of one
MOST = 2_000  # of one region, the next first

BOOKED = """
SELECT id, depot, area_class, from_at, to_at, (doc ->> 'lon')::float8 AS lon, (doc ->> 'lat')::float8 AS lat
FROM booking WHERE area = ANY($1::text[]) AND state = 'booked' AND doc ->> 'appointment' = 'fixed'
  AND from_at > $2 AND from_at <= $3 ORDER BY from_at, id LIMIT $4
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit that a depot promised: where, and between when it begins; degrees WGS-84."""

    id: str
    depot: str
    area_class: str
    from_at: datetime
    to_at: datetime
    lon: float
    lat: float


async def read(connection: Connection, counties: Sequence[str], rules: PlanRules, *, at: datetime) -> tuple[Visit, ...]:
    """
    Return the appointments that begin within the time ahead; as for the nearest crew, none that has begun.

    Who went to one that has begun is registered nowhere.
    """
    until = at + min(rules.visits_ahead.duration, rules.horizon.duration)
    return tuple(Visit(**row) for row in await connection.fetch(BOOKED, list(counties), at, until, MOST))


def job_of(visit: Visit, rules: PlanRules, *, at: datetime) -> Job:
    """Return a visit as a job of one of its depot's crews, begun in its window or not at all."""
    horizon_s = round(rules.horizon.duration.total_seconds())
    opens_s, closes_s = (round((moment - at).total_seconds()) for moment in (visit.from_at, visit.to_at))
    return Job(
        id=VISIT + visit.id,
        at=Place(lon=visit.lon, lat=visit.lat),
        work_s=round(rules.visit.duration.total_seconds()),
        work_sigma=rules.spread.value,
        window_s=(opens_s, min(horizon_s, max(opens_s, closes_s))),
        unserved=rules.late.normal.value * rules.visit_missed.duration.total_seconds() / 60,
        area_class=visit.area_class,
        kind=KIND,
        needs=(need_of(visit.depot),),
    )


def need_of(depot: str) -> str:
    """Return what only a depot's own crews have."""
    return VISIT + depot


def with_crews(visits: Sequence[Visit], depots: Collection[str]) -> list[Visit]:
    """Return the visits of depots that have a crew in the plan; of the others nobody keeps one."""
    return [visit for visit in visits if visit.depot in depots]


def kept_in(problem: Problem, routes: Routes) -> dict[str, tuple[str, ...]]:
    """
    Return routes with the visits that they do not name, each where it costs least, the first that begin first.

    A plan in force, and a dispatcher's own, name tickets; the visits stand in neither. Put in where they cost least
    they delay what the machine let them delay: it moved them as long as that made the plan cheaper. What costs less
    left out (or fits nowhere) stays out, as in a plan of the machine; nothing else is moved.

    :param routes: sound or not; where they break a rule, the visits go beside what holds
    """
    whole = {crew: tuple(names) for crew, names in routes.items()}
    named = {name for names in whole.values() for name in names}
    lacking = [job for job in problem.jobs if job.id.startswith(VISIT) and job.id not in named]
    if not lacking:
        return whole
    laid = Laid(problem, mended(problem, whole))
    for job in sorted(lacking, key=lambda job: (job.window_s, job.id)):
        laid.put_in(job.id)
    new = {job.id for job in lacking}
    return {**whole, **{crew: _woven(whole.get(crew, ()), names, new) for crew, names in laid.routes.items()}}


def _woven(route: Sequence[str], sound: Sequence[str], new: Collection[str]) -> tuple[str, ...]:
    """Return a route with those of the new visits that its sound part has, each behind the same job as there."""
    made, at = list(route), 0
    for name in sound:
        if name in new:
            made.insert(at, name)
        at = made.index(name) + 1
    return tuple(made)
