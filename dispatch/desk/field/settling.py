"""A person decides on a report that contradicts what is known (矛盾裁定); accepted, it takes its place."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk import following, idempotency
from dispatch.desk.acting import make
from dispatch.desk.crews.jobs import tell_fleet
from dispatch.desk.room import Desk, Once, Report
from dispatch.kit.db import Connection
from dispatch.kit.errors import NotFound, Refusal
from dispatch.tickets import lifecycle, limits, store
from dispatch.tickets.events import Settled
from dispatch.tickets.fieldreports import LABELS, PLACE, Assignment, Outcome, Said, assignments, etr_of, missing_before
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import Source

from . import rows as fieldrows
from .rows import FieldReport
from .work import late_step, release

OPEN = frozenset({Outcome.CONTRADICTION, Outcome.HELD})  # outcomes that a person may decide on


class NoSuchReport(NotFound):
    """No report with that id, or none within reach."""


class AlreadyDecided(Refusal):
    """There is nothing to decide on this report any more."""


class OrderBroken(Refusal):
    """With the report accepted the ticket's times would not stand in their order."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided, and why."""

    accept: bool
    text: str


async def decide(
    desk: Desk, id: str, decision: Decision, *, by: Account, at: datetime, once: Once | None = None
) -> FieldReport:
    """
    Accept or reject a report that contradicts what is known, or that waits for a step that never came.

    Accepted, it takes its place in the ticket where the life cycle allows it; what it changes is told in ``reason``.

    :raises NoSuchReport: if there is none, or none within reach
    :raises AlreadyDecided: if it does not wait for a decision
    :raises OrderBroken: if its acceptance would turn the ticket's times round
    :raises Refusal: what the life cycle refuses of the step; nothing is changed then
    """
    async with desk.db.transaction() as tx:
        found = await fieldrows.find(tx, id)
        if found is None or not rights.allowed(by, "field.decide", area=found.area, covers=desk.areas.covers):
            raise NoSuchReport("没有这条现场汇报,或不在您的辖区;请核对编号")
        ticket = await store.find(tx, found.ticket_id, lock=True) if found.ticket_id else None
        report = await fieldrows.find(tx, id, lock=True)
        assert report is not None  # reports are never deleted
        if await idempotency.find(tx, by, once) is not None:
            return report
        if report.outcome not in OPEN:
            raise AlreadyDecided(f"该汇报为“{report.outcome.label}”,无需裁定", outcome=report.outcome.value)
        reason, after = await _settle(tx, desk, report, ticket, decision, by=by, at=at)
        outcome = Outcome.ACCEPTED if decision.accept else Outcome.REFUSED
        version = after.version if after else None
        await tx.execute(fieldrows.DECIDED, id, outcome.value, reason, version, by.id, at, decision.text)
        if after is not None:
            after = await release(tx, desk, after, at=at)
        await idempotency.remember(tx, by, once, id)
        decided = await fieldrows.find(tx, id)
        assert decided is not None
    if after is not None:
        tell_fleet(desk, after)
    return decided


async def _settle(
    tx: Connection,
    desk: Desk,
    report: FieldReport,
    ticket: Ticket | None,
    decision: Decision,
    *,
    by: Account,
    at: datetime,
) -> tuple[str, Ticket | None]:
    """Let the decision have its effect; return what is to be said of it, and the ticket if it changed."""
    if ticket is None or not ticket.is_open:
        return f"{report.reason};工单已办结,裁定仅作记录", None
    said = report.reason
    if decision.accept:
        effect, ticket = await _believe(tx, desk, report, ticket, at=at)
        said = f"{said};{effect}"
    if report.outcome is Outcome.CONTRADICTION:
        waiting_n = await tx.fetchval(fieldrows.WAITING_N, ticket.id, report.id)
        event = Settled(report_id=report.id, accepted=decision.accept, text=decision.text, waiting_n=waiting_n)
        ticket = await make(tx, desk, ticket, event, by=by, report=Report(source=Source.PHONE), at=at)
    return said, ticket


async def _believe(
    tx: Connection, desk: Desk, report: FieldReport, ticket: Ticket, *, at: datetime
) -> tuple[str, Ticket]:
    """Let an accepted report take its place: as the step that is due, else among the steps that are past."""
    said = report.said
    log = await store.log(tx, ticket.id)
    crews = assignments(log)
    own = [crew for crew in crews if crew.crew_id == said.crew_id]
    if not own:
        return "工单未派给该队,裁定仅作记录", ticket
    mine = next((crew for crew in reversed(own) if crew.sent_at <= said.at), own[0])
    if mine is crews[-1] and ticket.stage in lifecycle.TRANSITIONS[said.kind][0]:
        claimed = max(said.at, ticket.last_at)
        with_it = Report(claimed_at=claimed, source=report.source, geo=report.geo)
        by = report.reporter
        return "已按汇报办理", await following.take(
            tx, desk, ticket, said.event, by=by, report=with_it, at=at, believed=True
        )
    if said.kind == "crew_rejected":
        return "班组已在办理,拒单仅作记录", ticket
    _check_order(ticket, mine, said)
    due = limits.arrival_due(ticket, desk.packs.get(ticket.pack))
    kept = said.kind == "arrived" and said.at <= due
    event = late_step(report, said, mine.no, etr_of(log, said), is_in_time=kept)
    with_it = Report(source=report.source, geo=report.geo)
    return "已按所报时间补入", await following.take(
        tx, desk, ticket, event, by=report.reporter, report=with_it, at=at, believed=True
    )


def _check_order(ticket: Ticket, mine: Assignment, said: Said) -> None:
    """:raises OrderBroken: naming the step that it would pass"""
    if (missing := missing_before(mine, said)) is not None:
        raise OrderBroken(f"采纳前须先补录“{LABELS[missing]}”,请核实后登记,或驳回", steps=[LABELS[missing]])
    place = PLACE[said.kind]
    others = {kind: at for kind, at in mine.known().items() if PLACE[kind] != place}
    wrong = [
        LABELS[kind]
        for kind, at in others.items()
        if (PLACE[kind] < place and at > said.at) or (PLACE[kind] > place and at < said.at)
    ]
    if said.at < mine.sent_at:
        wrong.append("派工")
    if ticket.replied_at is not None and said.at > ticket.replied_at:
        wrong.append("回单")
    if wrong:
        raise OrderBroken(f"采纳后与“{'、'.join(wrong)}”的时间顺序矛盾,请驳回并请班组按实际时间重报", steps=wrong)
