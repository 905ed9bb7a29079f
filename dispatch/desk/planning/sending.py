"""Sending crews by the plans in force: each free crew to the next ticket of its route."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts.model import Account
from dispatch.desk.crews.assigning import Sent, send_planned
from dispatch.desk.crews.choosing import NoCandidates, best_free
from dispatch.desk.crews.jobs import NoPlace, Seen, seen
from dispatch.desk.crews.wishing import Wished, heard, wished
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.routing import nearest
from dispatch.routing.model import Policy

from .posing import region_of
from .turns import planners
from .words import PlannerState

BY_PLAN = "滚动计划:"
NEXT = """
SELECT DISTINCT ON (stop.crew_id) stop.crew_id, stop.ticket_id, stop.area, stop.leaves_at, ticket.doc
FROM plan JOIN plan_stop AS stop ON stop.plan_id = plan.id JOIN ticket ON ticket.id = stop.ticket_id
WHERE plan.state = 'published' AND plan.region = ANY($1::text[]) AND ticket.is_open AND ticket.stage = 'accepted'
ORDER BY stop.crew_id, stop.position, stop.ticket_id
"""
WISHED = """
SELECT doc FROM ticket WHERE is_open AND stage = 'accepted' AND area = ANY($1::text[])
  AND EXISTS (SELECT FROM plan_wish WHERE ticket_id = ticket.id AND undone_at IS NULL) ORDER BY reported_at, id
"""
# What a plan has, and what has an appointment that lies ahead: nobody but a plan says who leaves for it, and when.
PLANNED = """
SELECT stop.ticket_id FROM plan JOIN plan_stop AS stop ON stop.plan_id = plan.id
WHERE plan.state = 'published' AND plan.area = ANY($1::text[])
UNION
SELECT id FROM ticket WHERE is_open AND stage = 'accepted' AND area = ANY($1::text[])
  AND doc::text LIKE '%"appointment_at"%' AND (doc ->> 'appointment_at')::timestamptz > $2
"""


@dataclass(frozen=True, slots=True)
class BySent:
    """
    What was sent by the plans.

    :param waiting: tickets that wait for a crew of their plan; nobody else is to be sent to them
    """

    dispatched: tuple[Sent, ...] = ()
    waiting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Next:
    """The next ticket of a crew's route."""

    crew_id: str
    ticket: Seen
    leaves_at: datetime | None


async def planned_counties(connection: Connection, desk: Desk, counties: Sequence[str]) -> list[str]:
    """Return those of the counties whose rolling plan is at work; in the others insertion alone goes on."""
    region = {county: region_of(desk, county) for county in counties}
    states = await planners(connection, sorted(set(region.values())))
    return [county for county in counties if states[region[county]].state is PlannerState.OK]


async def send_due(desk: Desk, counties: Sequence[str], *, by: Account, at: datetime) -> BySent:
    """
    Send each crew that is free to the next ticket of its route, if that lies in one of the counties.

    A crew that the rules keep from its ticket now (an appointment, its county's reserve) is not sent, and its ticket
    waits for no plan: insertion may find another.
    """
    async with desk.db.connection() as connection:
        nexts = await _nexts(connection, desk, counties)
        planned = {row["ticket_id"] for row in await connection.fetch(PLANNED, list(counties), at)}
    free = _free(desk, at)
    sent, barred = [], set()
    for one in nexts:
        if one.crew_id not in free or _early(desk, one, at):
            continue
        done = await send_planned(desk, one.ticket, one.crew_id, Policy.NEAREST, by=by, at=at, plan=BY_PLAN)
        if done is None:
            barred.add(one.ticket.id)
        else:
            sent.append(done)
    return BySent(tuple(sent), frozenset(planned) - barred)


async def send_wished(desk: Desk, counties: Sequence[str], *, by: Account, at: datetime) -> tuple[Sent, ...]:
    """Where nobody plans: send to tickets with a pin or a veto, which no batch touches, the crew that is wished for."""
    async with desk.db.connection() as connection:
        tickets = [seen(row["doc"]) for row in await connection.fetch(WISHED, list(counties))]
        wishes = [await wished(connection, ticket.id) for ticket in tickets]
    found = [await _wished_one(desk, *one, by=by, at=at) for one in zip(tickets, wishes, strict=True)]
    return tuple(sent for sent in found if sent is not None)


async def _wished_one(desk: Desk, ticket: Seen, wish: Wished, *, by: Account, at: datetime) -> Sent | None:
    crew_id = wish.pinned
    if crew_id is None:
        try:
            crew_id = heard(best_free(desk, ticket, policy=Policy.NEAREST, at=at), wish)[0].offer.crew_id
        except (NoCandidates, NoPlace):
            return None
    return await send_planned(desk, ticket, crew_id, Policy.NEAREST, by=by, at=at)


def _early(desk: Desk, one: Next, at: datetime) -> bool:
    """Tell whether the crew would only wait on site if it left before the next turn."""
    return one.leaves_at is not None and one.leaves_at > at + desk.pack.plans.every.duration


def _free(desk: Desk, at: datetime) -> Collection[str]:
    may = nearest.free_now(desk.fleet, at)
    return {crew.id for crew, one in zip(desk.fleet.table.crews, may, strict=True) if one}


async def _nexts(connection: Connection, desk: Desk, counties: Sequence[str]) -> list[Next]:
    regions = sorted({region_of(desk, county) for county in counties})
    found = await connection.fetch(NEXT, regions)
    return [Next(row["crew_id"], seen(row["doc"]), row["leaves_at"]) for row in found if row["area"] in counties]
