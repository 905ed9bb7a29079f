"""
The seats' list of return visits (回访): who is to be called now, what is asked, and what comes of the call.

A call is begun (one seat has it, the number is shown, that is kept), and ends with an answer or as missed. In the quiet
hours of the ticket's own pack no call is begun.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts.model import Account
from dispatch.desk.acting import make, permit
from dispatch.desk.commanding import command
from dispatch.desk.looking import looked_at
from dispatch.desk.outages import nesting
from dispatch.desk.reading import CALLS, Contact, contact_of
from dispatch.desk.room import Desk, Once, Report
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import Refusal
from dispatch.kit.rulepack import RulePack
from dispatch.tickets import store
from dispatch.tickets.events import CallbackTried, Closed, Reopened
from dispatch.tickets.model import Ticket
from dispatch.tickets.terms import Asking, ReopenReason
from dispatch.tickets.timed import known

from . import replying, visits
from .visits import Answer

LIST = f"""
SELECT visit.way, visit.call_at, visit.seat, visit.held_until, {visits.CIRCUMSTANCES}, ticket.doc
FROM visit JOIN ticket ON ticket.id = visit.ticket_id
WHERE visit.area = ANY($1::text[])
  AND ($2::timestamptz IS NULL OR (visit.call_at, visit.ticket_id) > ($2, $3::text))
ORDER BY visit.call_at, visit.ticket_id LIMIT $4
"""
HOLD = "UPDATE visit SET seat = $2, held_until = $3 WHERE ticket_id = $1"
AUDIT = """
INSERT INTO audit (at, account_id, action, subject, area, details) VALUES ($1, $2, 'callback.call', $3, $4, $5)
"""


class QuietHours(Refusal):
    """Nobody is called at this time of the day."""


class NotYetDue(Refusal):
    """The customer has been written to, or called, and still has time to answer."""


class AskedByText(Refusal):
    """The county's mode asks by text only; no seat calls."""


class BeingCalled(Refusal):
    """Another seat is calling this customer."""


class NoVisit(Refusal):
    """The customer need not be called: he has answered, or the ticket is not that far."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: the field of the answer it fills, how it is put, and what our record says."""

    field: str
    words: str
    record: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A customer who has still to answer. ``due``: may be called now."""

    ticket: Ticket
    way: str
    call_at: datetime
    due: bool
    seat: str | None
    questions: tuple[Asked, ...]
    history: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Begun:
    """A call that is being made: the numbers, until when it is this seat's, and what to ask."""

    visit: Visit
    contacts: tuple[Contact, ...]
    held_until: datetime


async def page(
    desk: Desk,
    *,
    by: Account,
    at: datetime,
    area: str | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[Visit]:
    """
    Return who has still to answer, those who are due the longest first.

    :param after: ``call_at`` and ticket of the last one of the page before
    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if it lies outside the reach of ``by``
    """
    code = looked_at(desk, area, "callback.read", by=by)
    since, last = after or (None, None)
    async with desk.db.connection() as connection:
        rows = await connection.fetch(LIST, [code, *desk.areas.below(code)], since, last, limit)
    return [_visit(desk, row, Ticket.model_validate_json(row["doc"]), at) for row in rows]


def _visit(desk: Desk, row: Row, ticket: Ticket, at: datetime) -> Visit:
    pack = desk.packs.get(ticket.pack)
    held = row["held_until"] is not None and row["held_until"] > at
    return Visit(
        ticket=known(ticket, desk.packs),
        way=row["way"],
        call_at=row["call_at"],
        due=row["call_at"] <= at and visits.may_call(at, pack) and not visits.is_texted(row, ticket, pack),
        seat=row["seat"] if held else None,
        questions=questions(ticket, pack),
        history=history(ticket),
    )


def questions(ticket: Ticket, pack: RulePack) -> tuple[Asked, ...]:
    """Return what a customer is asked (domain 2.14), beside what we have on record."""
    arrived = f"到场 {_clock(ticket.arrived_at)}" if ticket.arrived_at else "未记录到场"
    promised = pack.find("arrive", area_class=ticket.area_class.value)
    promise = f",承诺 {promised.total_seconds() / 60:.0f} 分钟" if promised else ""
    restored = f"复电 {_clock(ticket.restored_at)}" if ticket.restored_at else ""
    return (
        Asked("power_back", "请问您家现在来电了吗?", restored),
        Asked("on_time", "抢修人员是否按时到达?", f"报修 {_clock(ticket.reported_at)},{arrived}{promise}"),
        Asked("attitude_good", "抢修人员服务态度好吗?"),
        Asked("charged", "抢修人员有没有向您收取费用?"),
        Asked("satisfied", "您对本次服务是否满意?"),
    )


def history(ticket: Ticket) -> tuple[str, ...]:
    """Return the ticket's way in short, a line a step."""
    steps = (
        (ticket.reported_at, f"报修:{ticket.symptom.label} {ticket.address}".strip()),
        (ticket.dispatched_at, f"派工:{ticket.dispatches[-1].crew_name}" if ticket.dispatches else "派工"),
        (ticket.arrived_at, "到场"),
        (ticket.restored_at, f"复电:{ticket.cause_l1.label if ticket.cause_l1 else ''}".rstrip(":")),
        (ticket.replied_at, f"回单:{ticket.handling or ''}".rstrip(":")),
        (ticket.surveyed_at, "短信回访,未答复"),
    )
    lines = [f"{_clock(when)} {what}" for when, what in steps if when is not None]
    counted = (
        ("来电", ticket.contacts_n, 1),
        ("重新处理", ticket.reopened_n, 0),
        ("回访未通", ticket.callback_attempts, 0),
    )
    return (*lines, *(f"{what} {n} 次" for what, n, usual in counted if n > usual))


def _clock(at: datetime | None) -> str:
    return f"{at.astimezone(CHINA):%m-%d %H:%M}" if at else ""


async def begin(desk: Desk, ticket_id: str, *, by: Account, at: datetime) -> Begun:
    """
    Take a visit on and return the numbers to call; who looked is kept in the audit.

    :raises NoVisit: if the customer need not be called
    :raises QuietHours: at a time when nobody is called; ``from`` says when one may
    :raises AskedByText: if the county's mode asks by text only, and this customer need not be called all the same
    :raises NotYetDue: before the customer's time to answer is over; ``from`` says when it is
    :raises BeingCalled: if another seat has it
    """
    async with desk.db.transaction() as tx:
        ticket = await store.load(tx, ticket_id, lock=True)
        permit(desk, by, "callback.call", ticket)
        row = await _lock(tx, ticket)
        pack = desk.packs.get(ticket.pack)
        _check_time(ticket, row, pack, at)
        if row["seat"] not in (None, by.id) and row["held_until"] > at:
            raise BeingCalled(f"工单 {ticket.ticket_no} 正由其他座席回访,请取下一单", seat=row["seat"])
        rules = pack.visits
        held_until = at + rules.call_held.duration if rules else at
        await tx.execute(HOLD, ticket.id, by.id, held_until)
        calls = await tx.fetch(CALLS, ticket.id)
        await tx.execute(
            AUDIT, at, by.id, ticket.id, ticket.area, json.dumps({"calls": [call["id"] for call in calls]})
        )
    return Begun(_visit(desk, row, ticket, at), tuple(contact_of(call) for call in calls), held_until)


async def _lock(tx: Connection, ticket: Ticket) -> Row:
    row = await tx.fetchrow(visits.STANDING, ticket.id)
    if row is None:
        raise NoVisit(f"工单 {ticket.ticket_no} 当前为“{ticket.stage.label}”,不在回访名单中", stage=ticket.stage.value)
    return row


def _check_time(ticket: Ticket, row: Row, pack: RulePack, at: datetime) -> None:
    allowed = visits.callable_at(at, pack)
    if allowed > at:
        raise QuietHours(
            f"现在是免打扰时段,{_clock(allowed)} 起可以回访", **{"from": allowed.isoformat(), "ticket_id": ticket.id}
        )
    if visits.is_texted(row, ticket, pack):
        raise AskedByText(f"工单 {ticket.ticket_no} 所在县现为抗灾抢修模式,只以短信回访;客户来电答复的可直接登记")
    if row["call_at"] > at:
        raise NotYetDue(
            f"已短信或电话联系过客户,{_clock(row['call_at'])} 起可以再次回访", **{"from": row["call_at"].isoformat()}
        )


async def missed(
    desk: Desk, ticket_id: str, *, text: str, by: Account, report: Report, at: datetime, once: Once | None = None
) -> Ticket:
    """
    Note a call that nobody answered; after as many as the pack asks for the ticket is closed without an answer.

    :raises NoVisit: if the customer need not be called
    :raises QuietHours: if it was made at a time when nobody is called
    :raises AskedByText: as ``begin``
    :raises NotYetDue: if it was made before the customer's time to answer was over
    """

    async def decide(tx: Connection, ticket: Ticket) -> Ticket:
        pack = desk.packs.get(ticket.pack)
        _check_time(ticket, await _lock(tx, ticket), pack, report.claimed_at or at)
        after = await make(tx, desk, ticket, CallbackTried(text=text), by=by, report=report, at=at)
        needed = visits.attempts_needed(pack)
        if after.callback_attempts < needed:
            return after
        ended = Closed(satisfied=None, text=f"{needed} 次回访未接通")
        return await make(tx, desk, after, ended, by=by, report=Report(source=report.source), at=at)

    return await command(desk, ticket_id, decide, action="callback.call", by=by, version=report.version, once=once)


async def answer(
    desk: Desk, ticket_id: str, said: Answer, *, by: Account, report: Report, at: datetime, once: Once | None = None
) -> Ticket:
    """
    Keep what a customer said to a person: the ticket is closed, or seen to again.

    Also of a customer who rings up himself, before he is called or in quiet hours.

    :raises WrongStage: if the ticket is not that far
    :raises NothingSaid: if it decides nothing
    """

    async def decide(tx: Connection, ticket: Ticket) -> Ticket:
        return await conclude(tx, desk, ticket, said, Asking.CALL, by=by, report=report, at=at)

    return await command(desk, ticket_id, decide, action="callback.call", by=by, version=report.version, once=once)


async def conclude(
    tx: Connection,
    desk: Desk,
    ticket: Ticket,
    said: Answer,
    how: Asking,
    *,
    by: Account,
    report: Report,
    at: datetime,
) -> Ticket:
    """Let an answer have its consequences, whoever heard it."""
    for event in visits.verdict(ticket, said, how, desk.packs.get(ticket.pack)):
        ticket = await make(tx, desk, ticket, event, by=by, report=report, at=at)
        if isinstance(event, Reopened):
            await replying.settle(tx, ticket, by=by, at=at)  # the reply that the audit waits for counts no more
        if isinstance(event, Reopened) and event.reason is ReopenReason.STILL_DARK:
            ticket = await nesting.join(tx, desk, ticket, at=at)
    return ticket
