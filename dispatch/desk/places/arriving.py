"""A closed ticket whose crew's arrival is borne out teaches where its place is."""

from datetime import datetime

from dispatch.desk.field.gathering import gather
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.looprules import PlaceRules
from dispatch.places import ownstore
from dispatch.tickets.model import Ticket
from dispatch.tickets.terms import Check
from dispatch.tickets.trust import Fix
from dispatch.tickets.words import Stage

from .keeping import bump

LOCATED = "SELECT EXISTS (SELECT 1 FROM own_place WHERE code = $1 AND lon IS NOT NULL)"  # it needs no learning
# What must not speak against an arrival that teaches; its position against a point that is not the place's own may.
BORNE_OUT = frozenset({Check.ORDER, Check.TRAVEL, Check.DWELL, Check.VOLTAGE})


async def learn(tx: Connection, desk: Desk, ticket: Ticket, *, at: datetime) -> None:
    """Keep where the crew arrived as evidence of where the ticket's place is, if all that is known bears it out."""
    pack = desk.packs.get(ticket.pack)
    rules = desk.pack.places
    if ticket.stage is not Stage.CLOSED or ticket.place_code is None or rules is None or pack.field_reports is None:
        return
    if not _trusted(ticket):
        return
    if await tx.fetchval(LOCATED, ticket.place_code):
        return
    evidence = await gather(tx, ticket, pack, pack.field_reports, at=at, remember=False)
    fix = evidence.arrival
    if fix is None or not _precise(fix, rules) or desk.locator.county_at(fix.lon, fix.lat) is None:
        return
    crew_id = ticket.dispatches[-1].crew_id
    await tx.execute(
        ownstore.ARRIVED,
        *(ticket.place_code, ticket.id, ticket.area, crew_id, fix.at, fix.lon, fix.lat, fix.accuracy_m),
    )
    await bump(tx)


def _trusted(ticket: Ticket) -> bool:
    """Tell whether the reports were held against the evidence and stood."""
    if ticket.flags.doubtful or ticket.trust is None or not ticket.dispatches:
        return False
    return not any(finding.passed is False and finding.check in BORNE_OUT for finding in ticket.findings)


def _precise(fix: Fix, rules: PlaceRules) -> bool:
    """A phone that does not say how well it knows where it is teaches nothing."""
    return fix.accuracy_m is not None and fix.accuracy_m <= rules.arrival_accuracy.value * 1000
