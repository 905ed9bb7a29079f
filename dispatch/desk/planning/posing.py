"""What is to be planned in a region now: read from the database and from the fleet in memory, as one problem."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

import msgspec

from dispatch.desk.crews.jobs import find_job, seen
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection, Row
from dispatch.notify import feed
from dispatch.places.areas import AreaLevel
from dispatch.routing.fleet import Fleet
from dispatch.routing.optimiser.problem import Crew, Job, Place, Problem
from dispatch.routing.travel import Straight

from . import keeping, mapping, visits
from .lengths import Lengths, length_of, lengths_of
from .mapping import Waiting
from .visits import Visit

MOST_WAITING = 20_000  # tickets of one region, the oldest first
UNHEARD = "pinned"  # what no crew has: the crew that a person named cannot come now, and no other was wanted
BY_ROAD = 500  # jobs whose ways are looked up on the roads; more are planned by straight lines (as ``routing.batch``)

WAITING = """
SELECT doc, (SELECT max(due_at) FROM deadline
             WHERE ticket_id = ticket.id AND name = 'arrive' AND state IN ('armed', 'fired')) AS due_at
FROM ticket WHERE is_open AND stage = 'accepted' AND area = ANY($1::text[]) ORDER BY reported_at, id LIMIT $2
"""
WISHES = "SELECT ticket_id, crew_id, kind FROM plan_wish WHERE area = ANY($1::text[]) AND undone_at IS NULL ORDER BY id"
PUBLISHED = """
SELECT stop.crew_id, stop.ticket_id,
       stop.told_at IS NOT NULL OR plan.source = 'person' OR plan.decided_by IS NOT NULL AS told
FROM plan JOIN plan_stop AS stop ON stop.plan_id = plan.id
WHERE plan.state = 'published' AND plan.area = ANY($1::text[]) ORDER BY stop.crew_id, stop.position, stop.ticket_id
"""


class When(msgspec.Struct, frozen=True):
    """What else of a ticket's document says when it may be worked on, and for how long."""

    appointment_at: datetime | None = None
    suspended_until: datetime | None = None
    symptom: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """
    What the database says of a region.

    :param placeless: tickets of which neither place nor county is on the map, each with its county
    :param published: crew -> tickets of the plans in force, in order
    :param told: those of them that crews were told of, or that a person decided
    :param visits: appointments of the depots
    :param lengths: of work, as learned; None: the pack's
    :param feed_n: number of the last change that had been told when this was read
    """

    region: str
    counties: tuple[str, ...]
    at: datetime
    waiting: tuple[Waiting, ...]
    placeless: Mapping[str, str]
    pins: Mapping[str, str]
    vetoes: Mapping[str, tuple[str, ...]]
    published: Mapping[str, tuple[str, ...]]
    visits: tuple[Visit, ...] = ()
    lengths: Lengths | None = None
    feed_n: int = 0
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Posed:
    """A region's problem, and what it was made from; ``unheard``: pins to crews that are not there now."""

    problem: Problem
    known: Known
    unheard: Mapping[str, str] = field(default_factory=dict)


def region_of(desk: Desk, county: str) -> str:
    """Return the area whose counties are planned together with this one."""
    level = desk.pack.plans.region.value
    for code in desk.areas.above(county):
        if desk.areas.get(code).level.value == level:
            return code
    return county


def regions(desk: Desk) -> dict[str, tuple[str, ...]]:
    """Return the regions of the province, each with its counties."""
    found: dict[str, list[str]] = {}
    for county in sorted(desk.areas.counties(desk.areas.province().code)):
        if desk.areas.get(county).level is AreaLevel.COUNTY:
            found.setdefault(region_of(desk, county), []).append(county)
    return {region: tuple(counties) for region, counties in found.items()}


async def read(
    connection: Connection,
    desk: Desk,
    region: str,
    counties: Sequence[str],
    *,
    planned: Sequence[str],
    at: datetime,
) -> Known:
    """
    Read what waits in a region, and the visits that its depots promised: for who plans, judges and explains alike.

    :param planned: those of its counties in which the machine may choose crews
    """
    feed_n = await feed.last(connection)
    rows = await connection.fetch(WAITING, list(planned), MOST_WAITING)
    waiting, placeless = await asyncio.to_thread(_waiting, desk, rows, at)
    pins, vetoes = _wishes(await connection.fetch(WISHES, list(counties)))
    published: dict[str, tuple[str, ...]] = {}
    stops = await connection.fetch(PUBLISHED, list(counties))
    for row in stops:
        published[row["crew_id"]] = (*published.get(row["crew_id"], ()), row["ticket_id"])
    told = frozenset(row["ticket_id"] for row in stops if row["told"])
    booked = await visits.read(connection, counties, desk.pack.plans, at=at)
    learned = await lengths_of(connection, desk, region, counties, at=at)
    return Known(
        region, tuple(counties), at, waiting, placeless, pins, vetoes, published, booked, learned, feed_n, told
    )


def _waiting(desk: Desk, rows: Sequence[Row], at: datetime) -> tuple[tuple[Waiting, ...], dict[str, str]]:
    """Return the tickets that wait, and those that have no place on the map."""
    waiting, placeless, pack = [], {}, desk.pack
    for row in rows:
        ticket, when = seen(row["doc"]), msgspec.json.decode(row["doc"], type=When)
        job = find_job(ticket, desk.areas, pack)
        if job is None:
            placeless[ticket.id] = ticket.area
            continue
        opening = mapping.opening_of(when.appointment_at, when.suspended_until, pack.plans, at=at)
        waiting.append(Waiting(ticket, job, row["due_at"], *opening, when.symptom))
    return tuple(waiting), placeless


def _wishes(rows: Sequence[Row]) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    pins = {row["ticket_id"]: row["crew_id"] for row in rows if row["kind"] == "pin"}
    vetoes: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if row["kind"] == "veto":
            vetoes[row["ticket_id"]] = (*vetoes.get(row["ticket_id"], ()), row["crew_id"])
    return pins, vetoes


def pose(desk: Desk, fleet: Fleet, known: Known) -> Posed:
    """
    Return the problem of a region; no clock is read and nothing is waited for, so it may be made beside the event loop.

    :param fleet: a picture that does not move
    """
    rules, at = desk.pack.plans, known.at
    names, may = mapping.kinds_of(fleet, [one.job for one in known.waiting], now=at)
    crews = _crews(desk, fleet, known, {name: who.tolist() for name, who in may.items()})
    jobs, unheard = _jobs(desk, known, names, crews)
    by_road = not isinstance(desk.travel, Straight) and 0 < len(jobs) <= BY_ROAD
    kept = visits.with_crews(known.visits, {crew.depot for crew in crews}) if jobs else []
    jobs += [visits.job_of(visit, rules, at=at) for visit in kept]
    plan = mapping.kept_plan(known.published, {job.id: job for job in jobs}, {crew.id: crew for crew in crews})
    travel = mapping.by_road(desk.travel, jobs, crews, at=at) if by_road else mapping.by_line(fleet.rule)
    placed_jobs, placed_crews = mapping.placed(jobs, crews) if by_road else (tuple(jobs), tuple(crews))
    rows = [fleet.table.row[crew.id] for crew in crews]
    problem = Problem(
        travel=travel,
        jobs=placed_jobs,
        crews=placed_crews,
        name=known.region,
        starts_at=at.isoformat(),
        horizon_s=round(rules.horizon.duration.total_seconds()),
        caps=keeping.caps_of(fleet, rows, jobs, rules, now=at),
        reserves=keeping.reserves_of(fleet, crews, known.counties, now=at),
        plan=plan,
        told=tuple(sorted(known.told.intersection(chain.from_iterable(plan.values())))),
        rules=mapping.rules_of(rules),
    )
    return Posed(problem, known, unheard)


def _crews(desk: Desk, fleet: Fleet, known: Known, may: Mapping[str, list[bool]]) -> list[Crew]:
    rows, lon, lat = mapping.rows_of(fleet, known.counties, now=known.at)
    promised, found, rules = {visit.depot for visit in known.visits}, [], desk.pack.plans
    shifts = mapping.shifts_of(fleet, rows, now=known.at)
    for row, shift in zip(rows, shifts, strict=True):
        depot = fleet.table.crews[row].depot
        skills = [name for name, who in may.items() if who[row]]
        skills += [visits.need_of(depot)] if depot in promised else []
        place = Place(lon=float(lon[row]), lat=float(lat[row]))
        crew = mapping.crew_of(fleet, row, place, skills, rules, shift, now=known.at)
        if crew is not None:
            found.append(crew)
    return found


def _jobs(desk: Desk, known: Known, names: Sequence[str], crews: Sequence[Crew]) -> tuple[list[Job], dict[str, str]]:
    """Return the jobs, and the pins that cannot be heard now: the crew is not there, or cannot do it."""
    skills = {crew.id: frozenset(crew.skills) for crew in crews}
    jobs, unheard, enough = [], {}, desk.pack.restorations.weight.value
    rules = desk.pack.plans
    for one, need in zip(known.waiting, names, strict=True):
        pinned = known.pins.get(one.ticket.id)
        if pinned is not None and need not in skills.get(pinned, ()):
            unheard[one.ticket.id] = pinned
        vetoed = {*known.vetoes.get(one.ticket.id, ()), *one.job.had_it} - {pinned}
        kept = sorted(crew for crew in vetoed if crew in skills)
        needs, heard = ((need, UNHEARD), None) if one.ticket.id in unheard else ((need,), pinned)
        length = length_of(known.lengths, one.ticket.area, one.path, enough=enough)
        jobs.append(mapping.job_of(one, needs, rules, at=known.at, pinned=heard, vetoed=kept, length=length))
    return jobs, unheard
