"""
Another call of the same customer (同一客户再次来电): it is kept, and chases his ticket. Domain 2.9, 2.12.

What the caller adds is not lost: a draft is finished, a danger or a protected customer is put on the ticket and takes
it out of its incident, an account number makes it known by that from then on. Who is still dark though his ticket says
restored has it reopened. The third contact escalates.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from dispatch.accounts.model import SYSTEM
from dispatch.desk import idempotency
from dispatch.desk.acting import make
from dispatch.desk.crews.jobs import tell_fleet
from dispatch.desk.outages import nesting
from dispatch.desk.room import Desk, Report
from dispatch.kit.db import Connection
from dispatch.kit.errors import Refusal
from dispatch.tickets import guards, ladder, matters, store, timed
from dispatch.tickets.events import Chased, Completed, Corrected, Drafted, Entry, Escalated, Event, Submitted, Unmerged
from dispatch.tickets.lifecycle import AFTERWARDS, fold
from dispatch.tickets.model import Ticket
from dispatch.tickets.rows import Change
from dispatch.tickets.terms import Addressee, EscalationReason
from dispatch.tickets.words import CallOutcome, Channel, Level, Stage

from .calls import CallIn, Taken, Waiting
from .placing import stronger

FINISHING = frozenset(Completed.model_fields) - {"kind"}  # what of a whole report a draft has not said


class AlreadyOpen(Refusal):
    """The account has an open ticket already."""


def kept(waiting: Waiting, ticket: Ticket | None = None) -> str:
    """Return what is kept of the answer: the call, its ticket, and as of which version if not the first."""
    words = [waiting.opening.call.id, waiting.claim.ticket_id if ticket is None else ticket.id]
    return " ".join(words if ticket is None else [*words, str(ticket.version)])


async def first(connection: Connection, desk: Desk, answer: str) -> Taken:
    """Return the answer that was kept: the ticket as it was then."""
    call_id, ticket_id, *version = answer.split()
    log = await store.log(connection, ticket_id)
    ticket = fold(log[: int(version[0])] if version else _opening(log))
    assert ticket is not None
    outcome, doubt = (CallOutcome.CHASE, None) if version else (_outcome(ticket), ticket.place_doubt)
    as_told = timed.known(ticket, desk.packs)
    return Taken(call_id, as_told, outcome, replayed=True, place_doubt=doubt)


def _opening(log: Sequence[Entry]) -> Sequence[Entry]:
    """Return the lines that a ticket was opened with: its report, and that its customer is an important one."""
    told = [line.event for line in log[1:2] if line.at_server == log[0].at_server]
    important = any(isinstance(event, Escalated) and event.reason is EscalationReason.IMPORTANT for event in told)
    return log[: 2 if important else 1]


def taken(waiting: Waiting, ticket: Ticket) -> Taken:
    """Return the answer to a call that opened a ticket."""
    return Taken(waiting.opening.call.id, ticket, _outcome(ticket), place_doubt=ticket.place_doubt)


def _outcome(ticket: Ticket) -> CallOutcome:
    return CallOutcome.DRAFT if ticket.stage is Stage.DRAFT else CallOutcome.TICKET


def change_of(waiting: Waiting, repeat_of: str | None) -> Change:
    """Return what the call opens; a ticket whose trouble is back names the one before, unless the seat named one."""
    opening = waiting.opening
    if repeat_of is None or opening.event.repeat_of is not None:
        return waiting.change
    event = opening.event.model_copy(update={"repeat_of": repeat_of})
    return store.opened(replace(opening, event=event))


async def known(desk: Desk, waiting: Waiting) -> Taken | Waiting:
    """
    Answer a call whose matter is open already, or that was answered before.

    :returns: the call to be written after all, if what it wants is free by now or belongs to another matter
    """
    async with desk.db.transaction() as tx:
        wanted = matters.all_of(waiting.claim.keys)
        held = await matters.held(tx, wanted)
        apart = set()
        for key in wanted:  # the account's before the telephone's
            if key not in held:
                continue
            ticket = await store.load(tx, held[key], lock=True)
            if not ticket.is_open:
                continue
            if not _is_his(desk, ticket, waiting.said, waiting.opening.event, key):
                apart.add(key)
                continue
            if (answer := await idempotency.find(tx, waiting.by, waiting.once)) is not None:
                return await _again(tx, desk, waiting, answer)
            after = await _contact(tx, desk, ticket, waiting)
            await idempotency.remember(tx, waiting.by, waiting.once, kept(waiting, after), status=201)
            break
        else:
            answer = await idempotency.find(tx, waiting.by, waiting.once)
            return waiting.beside(apart) if answer is None else await _again(tx, desk, waiting, answer)
    tell_fleet(desk, after)
    return Taken(waiting.opening.call.id, after, CallOutcome.CHASE, place_doubt=waiting.opening.event.place_doubt)


async def _again(connection: Connection, desk: Desk, waiting: Waiting, answer: str) -> Taken:
    return replace(await first(connection, desk, answer), place_doubt=waiting.opening.event.place_doubt)


def _is_his(desk: Desk, ticket: Ticket, said: CallIn, opened: Drafted | Submitted, key: str) -> bool:
    """Tell whether the call is about the ticket; with the account's own number it always is."""
    if key == matters.account_key(said.account_no or ""):
        return True
    rules = desk.pack.merging
    if said.another_matter or rules is None:
        return False
    lon, lat = (opened.lon, opened.lat) if said.place else (None, None)  # WGS-84, and none where it cannot be
    radius_m = rules.matter_radius.value * 1000
    return matters.is_same(ticket, account_no=said.account_no, lon=lon, lat=lat, radius_m=radius_m)


async def _contact(tx: Connection, desk: Desk, ticket: Ticket, waiting: Waiting) -> Ticket:
    """Keep the call with the ticket, and let it have its effects there."""
    said, opening, by = waiting.said, waiting.opening, waiting.by
    call = replace(opening.call, area=ticket.area, ticket_id=ticket.id, outcome=CallOutcome.CHASE)
    await store.keep_call(tx, call)
    await matters.add(tx, ticket, waiting.claim.keys)
    if ticket.stage in AFTERWARDS and (said.still_dark or said.hazard):
        why = said.symptom_text or "客户来电:仍未恢复"
        ticket = await nesting.reopen(tx, desk, ticket, text=why, by=by, at=opening.at)
    for event in supplements(ticket, opening.event, said):
        who, report = (SYSTEM, Report()) if isinstance(event, Unmerged) else (by, Report(source=opening.source))
        ticket = await make(tx, desk, ticket, event, by=who, report=report, at=opening.at)
        if isinstance(event, Completed):
            await store.set_outcome(tx, ticket.call_id, CallOutcome.TICKET)
    if ticket.stage is Stage.DRAFT or said.channel is Channel.ACTIVE:
        return ticket
    chase = Chased(call_id=call.id, text=said.symptom_text, target=ladder.who_moves(ticket), by_customer=True)
    report = Report(claimed_at=call.at, source=opening.source)
    ticket = await make(tx, desk, ticket, chase, by=by, report=report, at=opening.at)
    return await contacted(tx, desk, ticket, at=opening.at)


def supplements(ticket: Ticket, heard: Drafted | Submitted, said: CallIn) -> list[Event]:
    """Return what another call adds to the ticket: the rest of a draft, a danger, who is protected, whose it is."""
    if ticket.stage is Stage.DRAFT and isinstance(heard, Submitted):
        known = heard.model_dump(exclude_none=True) | {"protected": stronger(heard.protected, ticket.protected)}
        return [Completed(**{name: value for name, value in known.items() if name in FINISHING})]
    more: dict[str, Any] = {}
    if said.hazard and not ticket.hazard:
        more |= {"hazard": True, "level": Level.URGENT}
    if (protected := stronger(heard.protected, ticket.protected)) is not ticket.protected:
        more["protected"] = protected
    if said.account_no is not None and ticket.account_no is None:
        more["account_no"] = said.account_no
    if not more:
        return []
    added: list[Event] = [Corrected(reason="客户再次来电补充", **more)]
    if ticket.stage is Stage.MERGED and guards.stands_apart(ticket.model_copy(update=more)):
        added.insert(0, Unmerged(reason="客户再次来电,情况须单独处理"))
    return added


async def contacted(tx: Connection, desk: Desk, ticket: Ticket, *, at: datetime) -> Ticket:
    """Escalate a matter that its customer has called about as often as the pack says (三次致电)."""
    rules = desk.packs.get(ticket.pack).supervision
    if rules is None or ticket.contacts_n != rules.contacts_escalate.value:
        return ticket
    told = tuple(Addressee(name) for name in rules.levels[ladder.TOP - 1].tell)
    text = f"客户就同一事件第 {ticket.contacts_n} 次联系"
    escalated = Escalated(level=ladder.TOP, reason=EscalationReason.THIRD_CONTACT, told=told, text=text)
    return await make(tx, desk, ticket, escalated, by=SYSTEM, report=Report(), at=at)


async def renumber(tx: Connection, desk: Desk, before: Ticket, after: Ticket) -> None:
    """
    Let a ticket be known by the account number that it has now.

    :raises AlreadyOpen: if that account has another open ticket
    """
    if before.account_no == after.account_no or not after.is_open or desk.packs.get(after.pack).merging is None:
        return
    if before.account_no is not None:
        await matters.drop(tx, before, matters.account_key(before.account_no))
    if after.account_no is None:
        return
    key = matters.account_key(after.account_no)
    if await matters.add(tx, after, [key]):
        return
    if (holder := (await matters.held(tx, [key])).get(key)) not in (None, after.id):
        other = await store.load(tx, holder)
        raise AlreadyOpen(
            f"户号 {after.account_no} 已有未结工单 {other.ticket_no},请在该单上办理,并取消本单或核对户号",
            field="account_no",
            ticket_id=other.id,
            ticket_no=other.ticket_no,
        )
