"""督办 and 升级: somebody steps in, the unit answers, whoever stepped in is satisfied. Domain 2.10."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from dispatch.accounts.model import SYSTEM, Account
from dispatch.desk.acting import caught_up, make
from dispatch.desk.commanding import command
from dispatch.desk.outages import merging
from dispatch.desk.room import Desk, Once, Report
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid, Refusal
from dispatch.kit.looprules import Supervision as Rules
from dispatch.tickets import ladder
from dispatch.tickets.events import Escalated, Event
from dispatch.tickets.model import Ticket
from dispatch.tickets.terms import Addressee, EscalationReason

LONGEST = timedelta(days=30)  # [P] an answer that is wanted later than this supervises nothing

# What people escalate for, and to which level. Domain 2.10; the rest is the ladder's own.
BY_HAND: dict[EscalationReason, int] = {
    EscalationReason.MEDIA: ladder.TOP,
    EscalationReason.HOTLINE: ladder.TOP,
    EscalationReason.INJURY: ladder.TOP,
    EscalationReason.THIRD_CONTACT: ladder.TOP,
    EscalationReason.IMPORTANT: ladder.LIMIT,
    EscalationReason.SECOND_RETURN: ladder.LIMIT,
    EscalationReason.DISSATISFIED: ladder.LIMIT,
}
LAST = """
SELECT max(at_claimed) FROM ticket_event
WHERE ticket_id = $1 AND kind = 'escalated' AND role <> 'SYSTEM' AND payload->>'reason' = $2
"""
Decide = Callable[[Connection, Ticket], Awaitable[Event]]


class NoSupervision(Refusal):
    """The ticket's rule pack knows no supervision."""


class DueTime(Invalid):
    """The time by which an answer is wanted cannot be."""


class RaisedRecently(Refusal):
    """The same was raised with the same people a moment ago: nobody is told twice at once."""


class LadderOnly(Invalid):
    """Only the clock escalates for this reason."""


async def supervise(
    desk: Desk,
    ticket_id: str,
    *,
    reason: str,
    addressee: Addressee,
    copies: tuple[Addressee, ...] = (),
    due_at: datetime | None = None,
    by: Account,
    report: Report,
    at: datetime,
    once: Once | None = None,
) -> Ticket:
    """
    Issue a 督办单 to the ticket's unit; return the ticket.

    :param due_at: by when an answer is wanted; by default after the pack's time
    :raises NoSupervision: if the ticket's pack has no such section
    :raises RaisedRecently: if somebody supervised the same addressee within the pack's cool-down
    :raises DueTime: if ``due_at`` is past, or so far ahead that nobody waits for it
    """

    async def decide(_tx: Connection, ticket: Ticket) -> Event:
        rules = rules_of(desk, ticket)
        _leave_in_peace(ticket, addressee, rules, at)
        due = due_at or at + rules.answer_due.duration
        if not at < due <= at + LONGEST:
            raise DueTime(f"答复期限须晚于现在、不晚于 {LONGEST.days} 天后,请重填", field="due_at")
        told = (addressee, *(copy for copy in dict.fromkeys(copies) if copy is not addressee))
        return ladder.supervision(ticket, level=ladder.LIMIT, reason=reason, told=told, due_at=due)

    return await decided(
        desk, ticket_id, decide, action="ticket.supervise", by=by, report=at_the_desk(report), at=at, once=once
    )


async def escalate(
    desk: Desk,
    ticket_id: str,
    *,
    reason: EscalationReason,
    text: str,
    by: Account,
    report: Report,
    at: datetime,
    once: Once | None = None,
) -> Ticket:
    """
    Take a ticket up to those whom its reason concerns; return it.

    :raises NoSupervision: if the ticket's pack has no such section
    :raises RaisedRecently: if somebody escalated it for the same reason within the pack's cool-down
    :raises LadderOnly: if the reason is one that only the clock knows
    """
    level = BY_HAND.get(reason)
    if level is None:
        raise LadderOnly(f"“{reason.label}”由系统按时限自动升级,请另选原因", field="reason")

    async def decide(tx: Connection, ticket: Ticket) -> Event:
        last = await tx.fetchval(LAST, ticket.id, reason.value)
        _cooled_down(last, rules_of(desk, ticket), f"以“{reason.label}”升级", at)
        told = ladder.addressees(level, desk.packs.get(ticket.pack))
        return Escalated(level=level, reason=reason, told=told, text=text)

    return await decided(
        desk, ticket_id, decide, action="ticket.escalate", by=by, report=at_the_desk(report), at=at, once=once
    )


def _leave_in_peace(ticket: Ticket, addressee: Addressee, rules: Rules, at: datetime) -> None:
    """:raises RaisedRecently: if somebody issued a 督办单 to the same addressee a moment ago"""
    mine = [one for one in ticket.supervisions if one.addressee is addressee and one.issued_by != SYSTEM.id]
    _cooled_down(max((one.issued_at for one in mine), default=None), rules, f"向{addressee.label}督办", at)


def _cooled_down(last: datetime | None, rules: Rules, what: str, at: datetime) -> None:
    if last is not None and at < last + rules.raise_cool_down.duration:
        again = (last + rules.raise_cool_down.duration).astimezone(CHINA)
        raise RaisedRecently(f"刚刚{what}过,{again:%H:%M:%S} 之后才能再次办理;如有补充请先催办或记事")


def rules_of(desk: Desk, ticket: Ticket) -> Rules:
    """:raises NoSupervision: if the ticket's pack has none"""
    pack = desk.packs.get(ticket.pack)
    if pack.supervision is None:
        raise NoSupervision(f"工单按规则包 {pack.key} 办理,该包没有督办规则,不能督办、升级或说明延时")
    return pack.supervision


def at_the_desk(report: Report) -> Report:
    """Return the report of a decision: it counts from when it is entered, whatever its maker says."""
    return Report(source=report.source, geo=report.geo, version=report.version)


async def decided(
    desk: Desk,
    ticket_id: str,
    decide: Decide,
    *,
    action: str,
    by: Account,
    report: Report,
    at: datetime,
    once: Once | None,
) -> Ticket:
    """
    Take a step that can only be put into words when the ticket is at hand; else as ``command``.
    """

    async def take(tx: Connection, ticket: Ticket) -> Ticket:
        ticket = await caught_up(tx, desk, ticket, at=at)
        event = await decide(tx, ticket)
        after = await make(tx, desk, ticket, event, by=by, report=report, at=at)
        await merging.follow(tx, desk, after, event, by=by, report=report, at=at)
        return after

    return await command(desk, ticket_id, take, action=action, by=by, version=report.version, once=once)
