"""
The ladder of each clock (四级预警): what happens at 50, 75, 100 and 150 % of a limit, and to whom it is told.

Level 1 warns, level 2 chases who has to move (催办), level 3 is the limit itself: overdue, with a 督办单 of its own
number, level 4 escalates. For an appointment the arrival's ladder counts in minutes from the appointed time. Pure; the
shares and addressees are the pack's, a pack without them knows level 3 only. Domain 2.9, 2.10; [V10].

A child of an incident is warned and chased like every ticket, but gets no 督办单 and no escalation of its own: those
who lead hear of the fault point once, by its parent.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from dispatch.kit.rulepack import RulePack

from .events import Chased, Escalated, Event, Overdue, Resumed, Supervised, Warned
from .limits import VITAL, Clock
from .model import Ticket
from .terms import Addressee, ChaseTarget, EscalationReason
from .words import Limit, Stage

LIMIT, TOP = 3, 4  # levels
Times = tuple[datetime | None, datetime | None, datetime, datetime | None]
Told = tuple[Addressee, ...]

ONE_STEP = frozenset({Limit.SUSPENSION, Limit.IMPORTANT})  # clocks that only end; nobody breaks a promise by them
UNIT_MOVES = frozenset({Stage.DRAFT, Stage.SUBMITTED, Stage.RETURNED, Stage.ACCEPTED, Stage.MERGED})


def times(ticket: Ticket, limit: Limit, clock: Clock, pack: RulePack) -> Times:
    """Return when each level of the clock is due; None: there is no such level."""
    rules = pack.supervision
    if rules is None or limit in ONE_STEP:
        return None, None, clock.due_at, None
    if is_appointed(ticket, limit):
        due, around = clock.due_at, rules.appointment
        return due - around.before_1.duration, due - around.before_2.duration, due, due + around.after_4.duration
    span = clock.due_at - clock.begun_at
    first, second, _, top = (clock.begun_at + span * level.share.value for level in rules.levels)
    return first, second, clock.due_at, top


def is_appointed(ticket: Ticket, limit: Limit) -> bool:
    """Tell whether the limit is a time agreed with the customer (约时)."""
    return limit is Limit.ARRIVE and ticket.appointment_at is not None


def begin(begun_at: datetime, when: Times) -> int:
    """Return the level from which a clock begins: what was over before it began is not told any more."""
    return max((level for level in (1, 2) if (at := when[level - 1]) is None or at <= begun_at), default=0)


def after(level: int, when: Times) -> datetime | None:
    """Return when the step after ``level`` is due; None: there is none."""
    return next((at for at in islice(when, level, TOP) if at is not None), None)


def steps(level: int, when: Times, now: datetime) -> Iterator[tuple[int, datetime]]:
    """Yield the levels beyond ``level`` that are due before ``now``, and when each was."""
    for step, at in islice(enumerate(when, 1), level, TOP):
        if at is not None and at < now:
            yield step, at


def effects(ticket: Ticket, limit: Limit, level: int, due_at: datetime, at: datetime, pack: RulePack) -> list[Event]:
    """
    Return what a step of the ladder does to the ticket.

    :param due_at: when the limit itself is due
    :param at: when the step was due
    """
    told = addressees(level, pack)
    match limit, level:
        case Limit.SUSPENSION, _:
            return [Resumed(text="挂起到期,自动恢复")]
        case Limit.IMPORTANT, _:
            return [Escalated(level=LIMIT, reason=EscalationReason.IMPORTANT, limit=limit, told=told)]
        case _, 1:
            return [Warned(limit=limit, level=1, due_at=due_at, told=told)]
        case _, 2:
            return [Warned(limit=limit, level=2, due_at=due_at, told=told), *_chase(ticket, limit, at, pack)]
        case _, 3:
            return [Overdue(limit=limit, due_at=due_at, told=told), *_supervise(ticket, limit, at, told, pack)]
        case _:
            return _escalate(ticket, limit, told)


def addressees(level: int, pack: RulePack) -> Told:
    """Return who is told at a level."""
    return tuple(Addressee(name) for name in pack.supervision.levels[level - 1].tell) if pack.supervision else ()


def who_moves(ticket: Ticket) -> ChaseTarget:
    """Return whom to chase: the unit that has not taken it, the crew that has not, or those at work (domain 2.9)."""
    if ticket.stage in UNIT_MOVES:
        return ChaseTarget.UNIT
    return ChaseTarget.CREW if ticket.stage is Stage.DISPATCHED else ChaseTarget.WORK


def _chase(ticket: Ticket, limit: Limit, at: datetime, pack: RulePack) -> list[Event]:
    target, rules = who_moves(ticket), pack.supervision
    if rules is None:
        return []
    lately = any(c.target is target and at < c.at + rules.chase_cool_down.duration for c in ticket.chases)
    text = f"{limit.label}将到,系统自动催办"
    return [] if lately else [Chased(text=text, target=target, by_customer=False)]


def _supervise(ticket: Ticket, limit: Limit, at: datetime, told: Told, pack: RulePack) -> list[Event]:
    """One 督办单 at a time: further limits that break are on the ticket, and escalate with it."""
    if pack.supervision is None or ticket.supervision is not None or not told or ticket.stage is Stage.MERGED:
        return []
    due_at = at + pack.supervision.answer_due.duration
    return [supervision(ticket, level=LIMIT, reason=f"{limit.label}已超", told=told, due_at=due_at)]


def _escalate(ticket: Ticket, limit: Limit, told: Told) -> list[Event]:
    if ticket.stage is Stage.MERGED:
        return []
    why = EscalationReason.UNANSWERED if limit is Limit.ANSWER else EscalationReason.FAR_LATE
    return [Escalated(level=TOP, reason=why, limit=limit, told=told)]


def supervision(ticket: Ticket, *, level: int, reason: str, told: Told, due_at: datetime) -> Supervised:
    """Return a new 督办单 for the ticket's unit; the first of ``told`` answers, the others get a copy."""
    return Supervised(
        no=f"DB{ticket.ticket_no}-{len(ticket.supervisions) + 1}",
        level=level,
        reason=reason,
        addressee=told[0],
        area=ticket.area,
        copies=told[1:],
        due_at=due_at,
    )


def important(ticket: Ticket, pack: RulePack) -> Escalated | None:
    """Return how those who answer for important customers hear of a ticket, once; None: they need not, or know."""
    unknown = ticket.is_open and ticket.stage is not Stage.DRAFT and not ticket.flags.important
    if pack.supervision is None or ticket.protected not in VITAL or not unknown:
        return None
    told = tuple(Addressee(name) for name in pack.supervision.important_tell)
    text = f"{ticket.protected.label}报修" if ticket.protected else ""
    return Escalated(level=LIMIT, reason=EscalationReason.IMPORTANT, told=told, text=text)
