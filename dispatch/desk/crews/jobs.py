"""A ticket said in the routing room's words: a job that waits, or one that keeps a crew busy."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from dispatch.desk.room import Desk
from dispatch.kit.errors import Refusal
from dispatch.kit.rulepack import RulePack
from dispatch.places.areas import AreaLevel, Areas
from dispatch.routing.model import Engagement, Job
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import Level


class NoPlace(Refusal):
    """Neither the ticket nor its county has a place on the map."""


class Sent(msgspec.Struct, frozen=True):
    """One crew sent to a ticket."""

    crew_id: str
    sent_at: datetime
    eta_s: int
    ended_at: datetime | None = None


class Seen(msgspec.Struct, frozen=True):
    """What routing needs of a ticket's document; read without building the whole ticket."""

    id: str
    version: int
    stage: str
    area: str
    area_class: str
    category: str
    level: str
    reported_at: datetime
    lon: float | None = None
    lat: float | None = None
    skill: str | None = None
    hazard: bool = False
    protected: str | None = None
    arrived_at: datetime | None = None
    etr_at: datetime | None = None
    dispatches: tuple[Sent, ...] = ()

    @property
    def on_it(self) -> Sent | None:
        """The crew that is on the job now."""
        return self.dispatches[-1] if self.dispatches and self.dispatches[-1].ended_at is None else None


PLAIN = tuple(name for name in Seen.__struct_fields__ if name != "dispatches")


def seen(document: str | bytes | Mapping[str, Any] | Ticket) -> Seen:
    """Return what routing needs of a ticket, from its document as text or decoded, or from the ticket itself."""
    if isinstance(document, Ticket):
        return _seen_ticket(document)
    if isinstance(document, str | bytes):
        return msgspec.json.decode(document, type=Seen)
    return msgspec.convert(document, Seen)


def _seen_ticket(ticket: Ticket) -> Seen:
    sent = tuple(Sent(d.crew_id, d.sent_at, d.eta_s, d.ended_at) for d in ticket.dispatches)
    return Seen(**{name: getattr(ticket, name) for name in PLAIN}, dispatches=sent)


def tell_fleet(desk: Desk, ticket: Ticket) -> None:
    """Let this process's fleet know at once what the feed will say in a moment."""
    if ticket.dispatches:
        told = seen(ticket)
        desk.fleet.follow(told.id, told.version, engagement_of(told, desk.pack))


def job_of(ticket: Seen, areas: Areas, pack: RulePack | None = None) -> Job:
    """
    Return the ticket as a job. Without a place of its own it stands at its county's seat, and says so.

    :param pack: that says what the work needs; None: nothing beside the skill

    :raises NoPlace: if the county has no place either
    """
    lon, lat = ticket.lon, ticket.lat
    approximate = lon is None or lat is None
    if lon is None or lat is None:
        lon, lat = _seat(areas, ticket.area)
    on_it = ticket.on_it
    return Job(
        id=ticket.id,
        lon=lon,
        lat=lat,
        area_class=ticket.area_class,
        county=ticket.area,
        skill=ticket.skill,
        approximate=approximate,
        hazard=ticket.hazard,
        urgent=ticket.level == Level.URGENT,
        protected=ticket.protected,
        reported_at=ticket.reported_at.timestamp(),
        on_it=on_it.crew_id if on_it else None,
        had_it=frozenset(sent.crew_id for sent in ticket.dispatches if sent is not on_it),
        city=city_of(ticket.area, areas),
        **_needs(ticket, pack),
    )


def city_of(county: str, areas: Areas) -> str:
    """Return the city that a county belongs to; empty for what is none."""
    above = areas.above(county)
    return above[1] if len(above) > 1 and areas.get(above[1]).level is AreaLevel.CITY else ""


def _needs(ticket: Seen, pack: RulePack | None) -> dict[str, Any]:
    """Return what the pack says that the work needs: a certificate by its category, a vehicle by the skill, time."""
    if pack is None or pack.nearest is None:
        return {}
    permits = pack.nearest.permits.get(ticket.category)
    vehicles = pack.nearest.vehicles.get(ticket.skill or "")
    return {
        "permits": frozenset(permits.value) if permits else frozenset(),
        "vehicles": frozenset(vehicles.value) if vehicles else frozenset(),
        "work_s": pack.crew.repair_by_category.of(ticket.category).duration.total_seconds(),
    }


def find_job(ticket: Seen, areas: Areas, pack: RulePack | None = None) -> Job | None:
    """Return the ticket as a job, or None if nothing of it has a place."""
    try:
        return job_of(ticket, areas, pack)
    except NoPlace:
        return None


def _seat(areas: Areas, code: str) -> tuple[float, float]:
    for above in areas.above(code):
        area = areas.get(above)
        if area.lon is not None and area.lat is not None:
            return area.lon, area.lat
    raise NoPlace("工单没有位置,所属单位也没有坐标,无法估算路程;请先更正工单位置或手工指定班组", field="place")


def engagement_of(ticket: Seen, pack: RulePack) -> Engagement | None:
    """
    Return how long the ticket is expected to keep its crew, or None if no crew is on it.

    The crew's own announced time counts first; else the pack's expected work for the category, from the arrival or the
    promised arrival on.
    """
    sent = ticket.on_it
    if sent is None:
        return None
    work_s = pack.crew.repair_by_category.of(ticket.category).duration.total_seconds()
    if ticket.arrived_at is None:
        ends_at = sent.sent_at.timestamp() + sent.eta_s + work_s
    elif ticket.etr_at is not None:
        ends_at = ticket.etr_at.timestamp()
    else:
        ends_at = ticket.arrived_at.timestamp() + work_s
    return Engagement(ticket.id, sent.crew_id, sent.sent_at.timestamp(), ends_at, ticket.lon, ticket.lat)
