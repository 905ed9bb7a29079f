"""
One report from the field taken in (现场汇报), whatever way it came: kept, judged, and given its effect. Domain 2.4.

Every report becomes a row with its outcome, in the transaction of its effect. Two reports of one crew are never judged
side by side; what waits for a step before it is judged again when that step comes, by whatever way.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from dispatch.accounts.model import SYSTEM, Account
from dispatch.desk import following
from dispatch.desk.acting import make
from dispatch.desk.crews.jobs import tell_fleet
from dispatch.desk.ids import new_id
from dispatch.desk.room import Desk, Report
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid, Refusal, Unavailable
from dispatch.tickets import store
from dispatch.tickets.events import Backfilled, Contradicted, Geo, Restored
from dispatch.tickets.fieldreports import FieldEvent, Outcome, Said, Verdict, assignments, etr_of, in_time
from dispatch.tickets.fieldreports import judge as judged
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import Source

from . import rows as fieldrows
from .rows import FieldReport

ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('field ' || $1, 0))"
BY_NO = "SELECT id FROM ticket WHERE ticket_no = $1"
CREW_AREA = "SELECT area FROM crew WHERE id = $1"
UNKNOWN_TICKET = "没有这个工单,或不在本队承办范围内;请核对工单号"
FREES = frozenset({"arrived", "located", "repair_started", "backfilled", "dispatched"})  # what others may wait for
Judged = tuple[Verdict, Ticket | None]


@dataclass(frozen=True, slots=True)
class Sent:
    """
    One report as it came in.

    :param event: what it says; None if it could not be read, and ``fault`` says why
    :param raw: what was sent, to be kept of one that could not be read
    """

    report_id: str | None
    kind: str
    at: datetime | None
    ticket_id: str | None = None
    ticket_no: str | None = None
    event: FieldEvent | None = None
    geo: Geo | None = None
    fault: str = ""
    raw: object = None


async def take_in(desk: Desk, sent: Sent, *, crew_id: str, source: Source, by: Account, at: datetime) -> FieldReport:
    """
    Take in one report; the same ``report_id`` of a crew again returns what became of it.

    :raises Unavailable: if the database cannot answer; the report may be sent again
    """
    async with desk.db.transaction() as tx:
        await tx.execute(ALONE, crew_id)
        if sent.report_id and (before := await fieldrows.first(tx, crew_id, sent.report_id)) is not None:
            return before
        report, ticket = await _received(tx, sent, crew_id, source, by, at)
        verdict, after = await _verdict(tx, desk, report, ticket, sent)
        report = _with(report, verdict, after)
        await fieldrows.keep(tx, report)
        if after is not None and verdict.outcome is Outcome.ACCEPTED:
            after = await release(tx, desk, after, at=at)
    if after is not None:
        tell_fleet(desk, after)
    return report


async def _received(
    tx: Connection, sent: Sent, crew_id: str, source: Source, by: Account, at: datetime
) -> tuple[FieldReport, Ticket | None]:
    """Return the report as a row, and its ticket, locked, if the crew may know of it."""
    crew_area = await tx.fetchval(CREW_AREA, crew_id) or by.area
    ticket_id = sent.ticket_id or (await tx.fetchval(BY_NO, sent.ticket_no) if sent.ticket_no else None)
    ticket = await store.find(tx, ticket_id, lock=True) if ticket_id else None
    if ticket is not None and ticket.area != crew_area and crew_id not in {d.crew_id for d in ticket.dispatches}:
        ticket = None
    report = FieldReport(
        id=new_id(at),
        crew_id=crew_id,
        report_id=sent.report_id,
        area=ticket.area if ticket else crew_area,
        crew_area=crew_area,
        ticket_id=ticket.id if ticket else None,
        kind=sent.kind,
        at_claimed=sent.at,
        at_server=at,
        source=source,
        actor=by.id,
        role=by.role.value,
        geo=sent.geo,
        payload=sent.event.model_dump_json(exclude_none=True) if sent.event else fieldrows.as_sent(sent.raw),
        outcome=Outcome.REFUSED,
    )
    return report, ticket


async def _verdict(tx: Connection, desk: Desk, report: FieldReport, ticket: Ticket | None, sent: Sent) -> Judged:
    if sent.event is None or report.at_claimed is None:
        return Verdict(Outcome.REFUSED, sent.fault), None
    if ticket is None:
        return Verdict(Outcome.REFUSED, UNKNOWN_TICKET), None
    rules = desk.packs.get(ticket.pack).field_reports or desk.pack.field_reports
    if rules is None:
        return Verdict(Outcome.REFUSED, f"规则包 {ticket.pack} 不支持现场补报,请由指挥员登记"), None
    refused = in_time(report.at_claimed, received_at=report.at_server, rules=rules)
    if refused is not None:
        return refused, None
    return await _judge(tx, desk, report, ticket, at=report.at_server)


async def _judge(tx: Connection, desk: Desk, report: FieldReport, ticket: Ticket, *, at: datetime) -> Judged:
    """Judge a report against the ticket's log and let it have its effect; return the ticket if it has any."""
    rules = desk.packs.get(ticket.pack).field_reports or desk.pack.field_reports
    assert rules is not None
    said = report.said
    log = await store.log(tx, ticket.id)
    verdict = judged(ticket, assignments(log), said, rules)
    if verdict.outcome is Outcome.ACCEPTED:
        event = late_step(report, said, verdict.no, etr_of(log, said)) if verdict.late else said.event
        verdict, after = await _apply(tx, desk, report, ticket, verdict, event, at=at)
    else:
        after = None
    if verdict.outcome is Outcome.CONTRADICTION and ticket.is_open:
        told = Contradicted(report_id=report.id, text=verdict.reason[:500])
        after = await make(tx, desk, ticket, told, by=SYSTEM, report=Report(), at=at)
    return verdict, after


def late_step(
    report: FieldReport, said: Said, no: int, etr_at: datetime | None, *, is_in_time: bool = False
) -> Backfilled:
    """Return the event of a step that takes its place after later ones are known."""
    assert said.kind != "crew_rejected"
    return Backfilled(
        step=said.event,
        happened_at=said.at,
        no=no,
        report_id=report.id,
        etr_at=etr_at,
        in_time=is_in_time,
    )


async def _apply(
    tx: Connection,
    desk: Desk,
    report: FieldReport,
    ticket: Ticket,
    verdict: Verdict,
    event: FieldEvent | Backfilled,
    *,
    at: datetime,
) -> Judged:
    claimed = None if isinstance(event, Backfilled) else report.said.at
    with_it = Report(claimed_at=claimed, source=report.source, geo=report.geo)
    try:
        async with tx.transaction():  # what is refused half-way leaves nothing behind
            return verdict, await following.take(tx, desk, ticket, event, by=report.reporter, report=with_it, at=at)
    except Unavailable:
        raise
    except Invalid as refusal:
        waits = isinstance(event, Restored) and ticket.located_at is None  # what was found may still come
        return Verdict(Outcome.HELD if waits else Outcome.REFUSED, refusal.message, no=verdict.no), None
    except Refusal as refusal:
        return Verdict(Outcome.CONTRADICTION, refusal.message, no=verdict.no), None


async def release(tx: Connection, desk: Desk, ticket: Ticket, *, at: datetime) -> Ticket:
    """Judge the reports again that waited for a step of the ticket, until none moves any more; return the ticket."""
    moved = True
    while moved:
        moved = False
        for waiting in await fieldrows.held(tx, ticket.id):
            verdict, after = await _judge(tx, desk, waiting, ticket, at=at)
            if verdict.outcome is Outcome.HELD:
                continue
            ticket, moved = after or ticket, True
            done = _with(waiting, verdict, after)
            await tx.execute(fieldrows.SETTLED, done.id, done.outcome.value, done.reason, done.version)
    return ticket


def _with(report: FieldReport, verdict: Verdict, after: Ticket | None) -> FieldReport:
    version = after.version if after else None
    reasons = [verdict.reason, _cut(report) if verdict.outcome is not Outcome.REFUSED else ""]
    return replace(report, outcome=verdict.outcome, reason=";".join(filter(None, reasons)), version=version)


def _cut(report: FieldReport) -> str:
    """Say that the claimed time was cut to ours; empty: it was not."""
    if not report.ahead:
        return ""
    return f"手机时钟快 {ceil(report.ahead.total_seconds())} 秒,已按服务器时间记,请校准手机时钟"
