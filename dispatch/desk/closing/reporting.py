"""What a report of an area and period is made of, read in one go: the judged tickets, and those that still wait."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.accounts.model import Account
from dispatch.capacity.visitfigures import VisitFigure, figures
from dispatch.desk.room import Desk
from dispatch.desk.worklists.figures import counted
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.places.areas import AreaLevel
from dispatch.services.model import ServiceRequest
from dispatch.tickets import reliability, reviews
from dispatch.tickets.indices import Figure
from dispatch.tickets.judged import Judged
from dispatch.tickets.model import Ticket
from dispatch.tickets.outage_minutes import Interruption, interruptions
from dispatch.tickets.review import DARK
from dispatch.tickets.words import Result, Stage

from .business import Published, published, requests
from .reviewing import Findings, counties, findings

TWO_MONTHS = timedelta(days=61)  # 频繁停电线路: 最近两个月 [V15]
SHORTEST = timedelta(microseconds=1)  # a period that ends at midnight has no half-day of the day that begins then
LISTED = 200  # rows of one list; how many there are in all is said beside it
STANDING = """
SELECT doc FROM unnest($1::text[]) AS wanted(code) CROSS JOIN LATERAL (
    SELECT doc, reported_at, id FROM ticket WHERE is_open AND area = wanted.code AND reported_at < $2
    UNION ALL
    SELECT t.doc, t.reported_at, t.id FROM review AS r JOIN ticket AS t ON t.id = r.ticket_id
    WHERE r.counts AND r.area = wanted.code AND r.ended_at >= $2 AND r.reported_at < $2
) AS standing ORDER BY reported_at, id
"""
TICKETS = "SELECT doc FROM ticket WHERE id = ANY($1::text[])"
UNJUDGED = """
SELECT count(*) FROM ticket WHERE NOT is_open AND area = ANY($1::text[])
    AND NOT EXISTS (SELECT FROM review WHERE review.ticket_id = ticket.id)
"""


@dataclass(frozen=True, slots=True)
class Unit:
    """One county's own figures."""

    code: str
    name: str
    rows: Sequence[Judged]
    figures: Sequence[Figure]


@dataclass(frozen=True, slots=True)
class Material:
    """
    What a report is made of.

    :param standing: tickets that had not ended when the period did, as they are now
    :param tickets: the whole tickets of those that lists name
    :param lately: outages of the two months before the end whose main ticket was closed
    :param ongoing: outages of the standing tickets; what is not restored lasts until its end or now
    :param published: outage notices (停电信息) that began in the period
    :param requests: complaints and new connections that were open in the period or later, as they are now
    :param visits: indices of booked work in the period's half-days; none: the pack knows no booked work
    :param unjudged: tickets of the area that ended before there were judgements, and are in no index
    """

    name: str
    findings: Findings
    units: Sequence[Unit]
    standing: Sequence[Ticket]
    tickets: Mapping[str, Ticket]
    lately: Sequence[Interruption]
    ongoing: Sequence[Interruption]
    published: Sequence[Published]
    requests: Sequence[ServiceRequest]
    names: Mapping[str, str]
    unjudged: int
    made_at: datetime
    visits: Sequence[VisitFigure] = ()


async def material(
    desk: Desk, area: str, begin_at: datetime, end_at: datetime, *, by: Account, at: datetime
) -> Material:
    """
    Read what a report needs; refusals as ``reviewing.findings``.

    :param at: when the report is made
    """
    found = await findings(desk, area, begin_at, end_at, by=by, at=at)
    areas = counties(desk, area)
    async with desk.db.connection() as connection:
        standing = [Ticket.model_validate_json(row["doc"]) for row in await connection.fetch(STANDING, areas, end_at)]
        lately = await _outages(connection, areas, end_at - TWO_MONTHS, end_at)
        closed = {one.incident for one in (*found.period.outages, *lately)}
        ongoing = [one for one in unfinished(standing, until=min(end_at, at)) if one.incident not in closed]
        rules = desk.pack.outages
        return Material(
            name=desk.areas.get(area).name,
            findings=found,
            units=await _units(connection, desk, found, areas),
            standing=standing,
            tickets=await _tickets(connection, found, [*lately, *ongoing]),
            lately=lately,
            ongoing=ongoing,
            published=await published(connection, areas, begin_at, end_at, rules) if rules else (),
            requests=await requests(connection, areas, begin_at, end_at),
            names={code: desk.areas.get(code).name for code in areas},
            unjudged=await connection.fetchval(UNJUDGED, areas),
            made_at=at,
            visits=await _visits(connection, desk, areas, begin_at, end_at),
        )


async def _visits(
    connection: Connection, desk: Desk, areas: Sequence[str], begin_at: datetime, end_at: datetime
) -> Sequence[VisitFigure]:
    if desk.pack.booking is None:
        return ()
    first, last = (moment.astimezone(CHINA).date() for moment in (begin_at, end_at - SHORTEST))
    return figures((await counted(connection, areas, first, last)).values())


async def _outages(
    connection: Connection, areas: Sequence[str], begin_at: datetime, end_at: datetime
) -> list[Interruption]:
    rows = await reviews.ended(connection, areas, begin_at, end_at)
    return interruptions(await reviews.families(connection, areas, begin_at, end_at, rows))


async def _units(connection: Connection, desk: Desk, found: Findings, areas: Sequence[str]) -> list[Unit]:
    units = []
    for code in areas:
        area = desk.areas.get(code)
        rows = [row for row in found.rows if row.area == code]
        if rows or area.level is AreaLevel.COUNTY:
            period = found.period
            reported = await reviews.reported(connection, (code,), period.begin_at, period.end_at)
            own = type(period)(period.begin_at, period.end_at, reported=reported, repeated=period.repeated)
            units.append(Unit(code, area.name, rows, reliability.all_figures(rows, own)))
    return units


async def _tickets(connection: Connection, found: Findings, others: Sequence[Interruption]) -> dict[str, Ticket]:
    """Return the tickets that lists may name: those with a fault, and the main tickets of outages."""
    named = {row.ticket_id for row in found.rows if row.faults}
    named |= {one.incident for one in (*found.period.outages, *others)}
    docs = await connection.fetch(TICKETS, sorted(named))
    tickets = (Ticket.model_validate_json(row["doc"]) for row in docs)
    return {ticket.id: ticket for ticket in tickets}


def unfinished(tickets: Iterable[Ticket], *, until: datetime) -> list[Interruption]:
    """Return the outages of tickets that have not ended; one that is not restored by ``until`` lasts until then."""
    members: dict[str, list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        if _is_dark(ticket):
            members[ticket.incident_id].append(ticket)
    return [_unfinished(incident, family, until) for incident, family in sorted(members.items())]


def _is_dark(ticket: Ticket) -> bool:
    said = ticket.symptom in DARK or bool(ticket.customers_out)
    away = ticket.stage in (Stage.DRAFT, Stage.CANCELLED) or ticket.result not in (None, Result.RESTORED)
    return said and not away


def _unfinished(incident: str, family: Sequence[Ticket], until: datetime) -> Interruption:
    main = next((ticket for ticket in family if ticket.id == incident), family[0])
    back = {ticket.account_no or ticket.id: min(ticket.restored_at or until, until) for ticket in family}
    return Interruption(
        incident=incident,
        begin_at=min(ticket.dark_since or ticket.reported_at for ticket in family),
        end_at=min(main.restored_at or until, until),
        customers=main.customers_out,
        named=back,
        feeder=main.feeder,
        area=main.area,
    )
