"""
The return visit (回访), domain 2.14: who asks the customer and when, and what follows from the answer.

A text asks first. A person calls where somebody was in danger, a protected customer was dark, no text can reach him, or
the text stays unanswered. The rows of ``visit`` are the list of those who have still to answer.

Where the county's mode asks by text only (a storm), who is silent is texted again instead of called, and after as many
texts as calls would have been made the ticket is closed without an answer (``texting``). A person calls all the same
who was in danger or is protected, whose supply was still off or who was dissatisfied before, who complained, and who
cannot be reached by a text. Once the mode calls again, so is everybody who has not answered.
"""

from dataclasses import dataclass
from datetime import datetime

from dispatch.capacity.modes import Mode
from dispatch.desk.messages import telling
from dispatch.desk.room import Desk
from dispatch.desk.storm import workings
from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import Invalid
from dispatch.kit.quiet import Span, is_quiet, next_allowed
from dispatch.kit.rulepack import RulePack
from dispatch.notify import texts
from dispatch.notify.templates import Occasion
from dispatch.tickets.events import (
    CallbackQueued,
    CallbackTried,
    Closed,
    Confirmed,
    Escalated,
    Event,
    Reopened,
)
from dispatch.tickets.model import Ticket
from dispatch.tickets.terms import Addressee, Asking, EscalationReason, ReopenReason
from dispatch.tickets.words import Stage

ESCALATES_TO = 3  # step of the ladder that hears of a customer who is dissatisfied again

OPEN = """
INSERT INTO visit (ticket_id, area, way, call_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (ticket_id) DO UPDATE SET area = EXCLUDED.area, way = EXCLUDED.way, call_at = EXCLUDED.call_at,
    seat = NULL, held_until = NULL
"""
# Beside a row of ``visit``: what decides whether its customer is asked by text only.
CIRCUMSTANCES = """
coalesce((SELECT mode FROM county_mode WHERE county_mode.area = visit.area), 'normal') AS mode,
EXISTS (SELECT FROM service_request AS s WHERE s.ticket_id = visit.ticket_id
    AND s.kind IN ('complaint', 'accusation', 'opinion')) AS complained
"""
STANDING = f"SELECT way, call_at, seat, held_until, {CIRCUMSTANCES} FROM visit WHERE ticket_id = $1 FOR UPDATE"
COMPLAINED = """
SELECT EXISTS (SELECT FROM service_request WHERE ticket_id = $1 AND kind IN ('complaint', 'accusation', 'opinion'))
"""
CALL_AT = "UPDATE visit SET way = 'call', call_at = $2, seat = NULL, held_until = NULL WHERE ticket_id = $1"
END = "DELETE FROM visit WHERE ticket_id = $1"


class NothingSaid(Invalid):
    """An answer must say whether the customer is satisfied, or whether the power is back."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a customer said; None: was not asked or did not say."""

    satisfied: bool | None = None
    power_back: bool | None = None
    on_time: bool | None = None
    attitude_good: bool | None = None
    charged: bool | None = None
    text: str = ""


def quiet_spans(pack: RulePack) -> tuple[Span, ...]:
    """Return the hours in which nobody is called."""
    return pack.limits.callback_quiet.spans if pack.limits.callback_quiet else ()


def callable_at(at: datetime, pack: RulePack) -> datetime:
    """Return the first moment from ``at`` on at which a customer may be called."""
    return next_allowed(at, quiet_spans(pack))


def may_call(at: datetime, pack: RulePack) -> bool:
    return not is_quiet(at, quiet_spans(pack))


def wants_a_person(ticket: Ticket) -> bool:
    """Tell whether the customer is called without a text first."""
    return ticket.hazard or ticket.protected is not None


def must_be_called(ticket: Ticket, *, complained: bool) -> bool:
    """Tell whether a person calls even where everybody else is asked by text only. Domain 2.14."""
    return wants_a_person(ticket) or ticket.reopened_n > 0 or complained


def is_texted(row: Row, ticket: Ticket, pack: RulePack) -> bool:
    """Tell whether a customer who has still to answer is asked by text only; ``row`` as ``STANDING`` has it."""
    if row["way"] != "sms" or must_be_called(ticket, complained=row["complained"]):
        return False
    settings = workings.settings_for(ticket, {ticket.area: Mode(row["mode"])}, pack)
    return settings is not None and settings.callback == "sms"


def attempts_needed(pack: RulePack) -> int:
    """Return after how many calls without an answer the ticket is closed."""
    return pack.limits.callback_attempts.value if pack.limits.callback_attempts else 1


def verdict(ticket: Ticket, answer: Answer, how: Asking, pack: RulePack) -> tuple[Event, ...]:
    """
    Return what an answer makes of a ticket.

    Whose supply is still off is seen to again, however often. Who is dissatisfied is seen to again as often as the pack
    says; after that the ticket is closed as it is, and those who supervise hear of it.

    :raises NothingSaid: if the answer decides nothing
    """
    if answer.power_back is False:
        nested = ticket.incident_id if ticket.incident_id != ticket.id else None
        return (Reopened(reason=ReopenReason.STILL_DARK, text=answer.text, nested_in=nested),)
    confirmed = (Confirmed(how=how),) if answer.power_back and ticket.confirmed_at is None else ()
    if answer.satisfied is None:
        if not answer.power_back:
            raise NothingSaid("请填写客户是否满意,或是否已来电", field="satisfied")
        return confirmed
    if not answer.satisfied and pack.visits is not None:
        if ticket.dissatisfied_n < pack.visits.reopen.value:
            return (*confirmed, Reopened(reason=ReopenReason.DISSATISFIED, text=answer.text))
        return (*confirmed, _escalation(answer, pack), _closing(answer))
    return (*confirmed, _closing(answer))


def _closing(answer: Answer) -> Closed:
    return Closed(
        satisfied=answer.satisfied,
        text=answer.text,
        power_back=answer.power_back,
        on_time=answer.on_time,
        attitude_good=answer.attitude_good,
        charged=answer.charged,
    )


def _escalation(answer: Answer, pack: RulePack) -> Escalated:
    told = pack.supervision.levels[ESCALATES_TO - 1].tell if pack.supervision else ()
    return Escalated(
        level=ESCALATES_TO,
        reason=EscalationReason.DISSATISFIED,
        told=tuple(Addressee(name) for name in told),
        text=answer.text,
    )


async def keep(tx: Connection, desk: Desk, event: Event, *, before: Ticket, after: Ticket, at: datetime) -> None:
    """Keep the list of visits as the step leaves it."""
    pack = desk.packs.get(after.pack)
    if pack.visits is None:
        return
    if isinstance(event, CallbackQueued):
        await _open(tx, desk, after, pack, at)
    elif isinstance(event, CallbackTried):
        await _go_on(tx, desk, after, pack, at)
    elif before.stage is Stage.CALLBACK_PENDING and after.stage is not Stage.CALLBACK_PENDING:
        await tx.execute(END, after.id)


async def _go_on(tx: Connection, desk: Desk, ticket: Ticket, pack: RulePack, at: datetime) -> None:
    """Ask who did not answer once more, the way he is asked now; whose last chance it was need not be asked."""
    row = await tx.fetchrow(STANDING, ticket.id)
    if row is None or pack.visits is None:
        return
    if not is_texted(row, ticket, pack):
        await call_from(tx, ticket, callable_at(at + pack.visits.attempt_every.duration, pack))
    elif ticket.callback_attempts < attempts_needed(pack):
        await _open(tx, desk, ticket, pack, at)


async def _needs_a_person(tx: Connection, ticket: Ticket, pack: RulePack) -> bool:
    if not await workings.asks_by_text(tx, ticket, pack):
        return wants_a_person(ticket)
    return must_be_called(ticket, complained=await tx.fetchval(COMPLAINED, ticket.id))


async def _open(tx: Connection, desk: Desk, ticket: Ticket, pack: RulePack, at: datetime) -> None:
    """Ask by a text; put down from when a person calls if it stays unanswered, or because none was sent."""
    asked: tuple[str, ...] = ()
    if pack.messages is not None and not await _needs_a_person(tx, ticket, pack):
        asked = await telling.tell_customer(tx, desk, ticket, Occasion.SURVEY, at)
    begin = at
    if asked and pack.messages is not None and pack.visits is not None:
        begin = texts.first_try(at, False, pack.messages) + pack.visits.survey_wait.duration
    await tx.execute(OPEN, ticket.id, ticket.area, "sms" if asked else "call", callable_at(begin, pack))


async def hasten(tx: Connection, desk: Desk, ticket: Ticket, at: datetime) -> None:
    """Let a person call as soon as one may: a text was of no use."""
    if ticket.stage is Stage.CALLBACK_PENDING:
        await call_from(tx, ticket, callable_at(at, desk.packs.get(ticket.pack)))


async def call_from(tx: Connection, ticket: Ticket, at: datetime) -> None:
    """Let a person call, from ``at`` on."""
    await tx.execute(CALL_AT, ticket.id, at)
