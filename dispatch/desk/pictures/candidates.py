"""A ticket with its candidates on the ground: where each crew is, which way it would come, why it is taken or not."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from dispatch.accounts.model import SYSTEM
from dispatch.desk.crews.assigning import offers_for
from dispatch.desk.crews.fleet import FleetKeeper
from dispatch.desk.crews.jobs import job_of, seen
from dispatch.desk.room import Desk
from dispatch.kit.errors import NotFound
from dispatch.routing import nearest
from dispatch.routing.geo import Floats
from dispatch.routing.model import Job, Offer, Offers
from dispatch.routing.roads.network import Roads
from dispatch.routing.roads.ways import Way, way
from dispatch.tickets import store
from dispatch.tickets.model import Ticket

WAYS = 4  # crews whose way is drawn along the roads
LISTED = 8
NUMBERED = "SELECT id FROM ticket WHERE ticket_no = $1 OR id = $1 ORDER BY id LIMIT 1"
Point = tuple[float, float]


class NoSuchNumber(NotFound):
    """No ticket has that number."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One crew: its answer, where it would start from (None: not known), and its way along the roads, if there are."""

    offer: Offer
    start: Point | None
    way: Way | None = None


@dataclass(frozen=True, slots=True)
class TicketPicture:
    """
    What the map of a ticket shows.

    :param offered: who may be sent, best first
    :param passed: crews nearer than the best that were not taken, nearest first
    """

    ticket: Ticket
    job: Job
    offers: Offers
    offered: Sequence[Candidate]
    passed: Sequence[Candidate]
    county: str
    at: datetime


async def of_ticket(desk: Desk, number: str, *, at: datetime) -> TicketPicture:
    """
    Return a ticket with its candidates as they are now.

    :param number: the ticket's number or id
    :raises NoSuchNumber: if there is none
    :raises NoPlace: if neither the ticket nor any area above it has a place
    """
    async with desk.db.connection() as connection:
        found = await connection.fetchval(NUMBERED, number)
        if found is None:
            raise NoSuchNumber(f"没有编号为“{number[:40]}”的工单,请核对", field="ticket")
        ticket = await store.load(connection, found)
    await FleetKeeper(desk.db, desk.fleet, desk.pack).load()
    offers = await offers_for(desk, ticket.id, by=SYSTEM, at=at, limit=LISTED)
    job = job_of(seen(ticket), desk.areas)
    starts = starts_of(desk, at)
    offered = await asyncio.to_thread(_drawn, desk, offers.offers, job, starts, at)
    passed = [Candidate(offer, starts.get(offer.crew_id)) for offer in offers.passed_over]
    return TicketPicture(ticket, job, offers, offered, passed, desk.areas.get(ticket.area).name, at)


def starts_of(desk: Desk, at: datetime) -> dict[str, Point]:
    """Return where each crew would start from: lon, lat; crews without any place are left out."""
    vectors, _ = nearest.origins(desk.fleet, at)
    lon, lat = degrees(vectors)
    crews = desk.fleet.table.crews
    return {crew.id: (float(x), float(y)) for crew, x, y in zip(crews, lon, lat, strict=True) if np.isfinite(x)}


def degrees(vectors: Floats) -> tuple[Floats, Floats]:
    """Return unit vectors (3, n) as lon and lat."""
    return np.degrees(np.arctan2(vectors[1], vectors[0])), np.degrees(np.arcsin(np.clip(vectors[2], -1.0, 1.0)))


def _drawn(desk: Desk, offers: Sequence[Offer], job: Job, starts: dict[str, Point], at: datetime) -> list[Candidate]:
    made = []
    for n, offer in enumerate(offers):
        start, found = starts.get(offer.crew_id), None
        if start is not None and n < WAYS and isinstance(desk.travel, Roads):
            found = way(desk.travel, start, (job.lon, job.lat), at=at)
        made.append(Candidate(offer, start, found))
    return made
