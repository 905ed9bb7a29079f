"""
The ladder of each clock (四级预警): what happens at 50, 75, 100 and 150 % of a limit, and to whom it is told.

Level 1 warns, level 2 chases who has to move (催办), level 3 is the limit itself: overdue, with a 督办单 of its own
number, level 4 escalates. For an appointment the arrival's ladder counts in minutes from the appointed time. Pure; the
shares and addressees are the pack's, a pack without them knows level 3 only. Domain 2.9, 2.10; [V10].

A child of an incident is warned and chased like every ticket, but gets no 督办单 and no escalation of its own: those
who lead hear of the fault point once, by its parent. Where the county's mode supervises by incident, that holds for its
催办 too and also after the restoration: its log keeps every step, and the incident answers for it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import islice

from dispatch.kit.rulepack import RulePack

from . import limits
from .events import Chased, Escalated, Event, Overdue, Resumed, Supervised, Warned
from .limits import VITAL, Clock
from .model import Ticket
from .terms import Addressee, ChaseTarget, EscalationReason
from .words import Limit, Stage

CHASE, LIMIT, TOP = 2, 3, 4  # levels
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
    begun_at, span = clock.begun_at, clock.due_at - clock.begun_at
    if limit is Limit.RESTORE and ticket.paused_s:  # what is still ahead of the repair waits with it
        _, paused = limits.repair_round(ticket, begun_at)
        begun_at, span = begun_at + paused, limits.repair_span(ticket, pack) or span
    first, second, _, top = rules.levels
    warned = begun_at + span * first.share.value, begun_at + span * second.share.value
    return *warned, clock.due_at, begun_at + span * top.share.value


def is_appointed(ticket: Ticket, limit: Limit) -> bool:
    """Tell whether the limit is a time agreed with the customer (约时)."""
    return limit is Limit.ARRIVE and limits.is_appointed(ticket)


def climbed(ticket: Ticket, limit: Limit) -> int:
    """Return the level that the limit's ladder reached before its clock was given another time; 0: none."""
    if limit is Limit.ARRIVE:
        return ticket.arrive_level or 0
    return (ticket.restore_level or 0) if limit is Limit.RESTORE else 0


def begin(begun_at: datetime, when: Times) -> int:
    """Return the level from which a clock begins: what was over before it began is not told any more."""
    first, second, *_ = when
    if second is None or second <= begun_at:
        return 2
    return 1 if first is None or first <= begun_at else 0


def after(level: int, when: Times) -> datetime | None:
    """Return when the step after ``level`` is due; None: there is none."""
    for at in when[level:]:
        if at is not None:
            return at
    return None


def steps(level: int, when: Times, now: datetime) -> Iterator[tuple[int, datetime]]:
    """Yield the levels beyond ``level`` that are due before ``now``, and when each was."""
    for step, at in islice(enumerate(when, 1), level, TOP):
        if at is not None and at < now:
            yield step, at


def effects(
    ticket: Ticket,
    limit: Limit,
    level: int,
    due_at: datetime,
    at: datetime,
    pack: RulePack,
    *,
    by_incident: bool = False,
) -> list[Event]:
    """
    Return what a step of the ladder does to the ticket.

    :param due_at: when the limit itself is due
    :param at: when the step was due
    :param by_incident: its incident is chased, supervised and escalated for it
    """
    told = addressees(level, pack)
    if by_incident and limit not in ONE_STEP:
        return [_noted(limit, level, due_at, told)]
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
            return _escalate(ticket, limit, due_at, told)


def _noted(limit: Limit, level: int, due_at: datetime, told: Told) -> Event:
    """A step that is only kept: what it would bring, its incident has."""
    if level == LIMIT:
        return Overdue(limit=limit, due_at=due_at, told=told)
    if level == TOP:
        return Escalated(level=TOP, reason=_far(limit), limit=limit, told=(), text="随主单升级")
    return Warned(limit=limit, level=level, due_at=due_at, told=told)


def addressees(level: int, pack: RulePack) -> Told:
    """Return who is told at a level."""
    return _named(pack.supervision.levels[level - 1].tell) if pack.supervision else ()


@cache
def _named(names: tuple[str, ...]) -> Told:
    return tuple(Addressee(name) for name in names)


def who_moves(ticket: Ticket) -> ChaseTarget:
    """Return whom to chase: the unit that has not taken it, the crew that has not, or those at work (domain 2.9)."""
    if ticket.stage in UNIT_MOVES:
        return ChaseTarget.UNIT
    return ChaseTarget.CREW if ticket.stage is Stage.DISPATCHED else ChaseTarget.WORK


def _chase(ticket: Ticket, limit: Limit, at: datetime, pack: RulePack) -> list[Event]:
    target, rules = who_moves(ticket), pack.supervision
    if rules is None or ticket.stage is Stage.DRAFT:  # no unit has a draft yet, only the seat
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


def _escalate(ticket: Ticket, limit: Limit, due_at: datetime, told: Told) -> list[Event]:
    if ticket.stage is Stage.MERGED:
        return []
    order = order_due(ticket, due_at) if limit is Limit.ANSWER else None
    return [Escalated(level=TOP, reason=_far(limit), limit=limit, told=told, text=f"督办单 {order}" if order else "")]


def order_due(ticket: Ticket, due_at: datetime) -> str | None:
    """Return the number of the 督办单 whose answer is due then: no two of a ticket are due at one instant."""
    return next((one.no for one in ticket.supervisions if one.due_at == due_at), None)


def _far(limit: Limit) -> EscalationReason:
    return EscalationReason.UNANSWERED if limit is Limit.ANSWER else EscalationReason.FAR_LATE


def supervision(ticket: Ticket, *, level: int, reason: str, told: Told, due_at: datetime) -> Supervised:
    """
    Return a new 督办单 for the ticket's unit; the first of ``told`` answers, the others get a copy.

    Its time is its own: of two that are due at one instant the later is due a microsecond after, by which its clock is
    told from the other's.
    """
    while order_due(ticket, due_at) is not None:
        due_at += timedelta(microseconds=1)
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
    told = _named(pack.supervision.important_tell)
    text = f"{ticket.protected.label}报修" if ticket.protected else ""
    return Escalated(level=LIMIT, reason=EscalationReason.IMPORTANT, told=told, text=text)
