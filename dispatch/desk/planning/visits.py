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
from dispatch.routing.optimiser.problem import Job, Place

VISIT = "visit/"  # before a booking's id, and before the depot's code in what a crew must have
KIND = "visit"  # counts towards no repair reserve
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
