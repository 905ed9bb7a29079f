"""
The life cycle: which event may happen when (``check``) and what it makes of the ticket (``evolve``).

The table is domain 2.3; the numbers in the comments are its rows.
"""

from collections.abc import Iterable

from dispatch.kit.errors import Refusal
from dispatch.kit.rulepack import RulePack

from . import guards, limits, loopguards
from .changes import CHANGES, begin
from .events import Entry, Event, Opened
from .model import ENDED, Ticket
from .words import Stage

S = Stage

WORKING = frozenset({S.ARRIVED, S.LOCATED, S.REPAIRING})
WITH_CREW = frozenset({S.DISPATCHED, S.CREW_ACCEPTED, S.EN_ROUTE})
BEFORE_RESTORED = frozenset({S.SUBMITTED, S.ACCEPTED, S.RETURNED, S.MERGED}) | WITH_CREW | WORKING
AFTERWARDS = frozenset({S.RESTORED, S.REPLIED, S.REPLY_REJECTED, S.CALLBACK_PENDING})
OPEN = frozenset(S) - ENDED

# event -> (the stages it may happen in, the stage it leads to; None: it stays where it is)
TRANSITIONS: dict[str, tuple[frozenset[Stage], Stage | None]] = {
    "completed": (frozenset({S.DRAFT}), S.SUBMITTED),  # 2
    "consulted": (frozenset({S.DRAFT}), S.CLOSED),  # 2a
    "accepted": (frozenset({S.SUBMITTED}), S.ACCEPTED),  # 3
    "returned": (frozenset({S.SUBMITTED}), S.RETURNED),  # 4
    "resubmitted": (frozenset({S.RETURNED, S.SUBMITTED}), S.SUBMITTED),  # 5; SUBMITTED: only with an unknown place
    "transferred": (frozenset({S.RETURNED, S.SUBMITTED, S.ACCEPTED}), S.SUBMITTED),  # 2.6
    "merged": (frozenset({S.SUBMITTED, S.ACCEPTED}), S.MERGED),  # 6; SUBMITTED: the seat attaches to a known outage
    "unmerged": (frozenset({S.MERGED}), S.ACCEPTED),  # 2.8.6
    "followed": (frozenset({S.MERGED}) | AFTERWARDS, None),  # 2.8.3, 2.8.4; AFTERWARDS: an arrival that was offline
    "dispatched": (frozenset({S.ACCEPTED}) | WITH_CREW, S.DISPATCHED),  # 7, 9
    "crew_accepted": (frozenset({S.DISPATCHED}), S.CREW_ACCEPTED),  # 8
    "crew_rejected": (WITH_CREW, S.ACCEPTED),  # 2.7
    "departed": (frozenset({S.DISPATCHED, S.CREW_ACCEPTED}), S.EN_ROUTE),  # 10
    "arrived": (WITH_CREW, S.ARRIVED),  # 11, 12
    "located": (frozenset({S.ARRIVED}), S.LOCATED),  # 13
    "repair_started": (frozenset({S.LOCATED}), S.REPAIRING),  # 14
    "progressed": (frozenset({S.LOCATED, S.REPAIRING}), None),  # 14
    "restored": (WORKING | WITH_CREW | {S.MERGED, S.ACCEPTED}, S.RESTORED),  # 15, 20; MERGED: with its parent
    "backfilled": (OPEN, None),  # 2.13: reports that were offline
    "replied": (frozenset({S.RESTORED, S.REPLY_REJECTED}), S.REPLIED),  # 16
    "reply_rejected": (frozenset({S.REPLIED}), S.REPLY_REJECTED),  # 17
    "callback_queued": (frozenset({S.REPLIED}), S.CALLBACK_PENDING),  # 18
    "callback_tried": (frozenset({S.CALLBACK_PENDING}), None),  # 18
    "closed": (frozenset({S.CALLBACK_PENDING}), S.CLOSED),  # 18
    "cancelled": (BEFORE_RESTORED | {S.DRAFT}, S.CANCELLED),  # 19
    "chased": (OPEN - {S.DRAFT}, None),  # 2.9
    "corrected": (OPEN, None),  # 2.4
    "overdue": (OPEN, None),  # 2.5
    "warned": (OPEN, None),  # 2.10
    "escalated": (OPEN, None),
    "supervised": (OPEN, None),
    "supervision_answered": (frozenset(S), None),  # the ticket's end excuses nobody from the answer
    "supervision_cleared": (frozenset(S), None),
    "suspended": (WORKING | {S.MERGED}, None),  # 2.11; MERGED: with its parent
    "resumed": (WORKING | {S.MERGED}, None),
    "excused": (BEFORE_RESTORED - WORKING, None),  # 2.5 e
    "asked": (AFTERWARDS, None),  # 2.8.5
    "confirmed": (AFTERWARDS, None),
    "reopened": (AFTERWARDS, S.ACCEPTED),  # 2.8.5, 2.14
    "surveyed": (frozenset({S.CALLBACK_PENDING}), None),  # 2.14
    "assessed": (OPEN, None),  # 2.13
    "noted": (OPEN, None),
    "contradicted": (OPEN, None),
    "settled": (OPEN, None),
}


class WrongStage(Refusal):
    """The ticket's stage does not allow this."""


def check(ticket: Ticket | None, entry: Entry, pack: RulePack) -> None:
    """
    Refuse what the ticket's stage, the order of time, a guard or a limit of its pack does not allow.

    :raises WrongStage: if the event may not happen in the stage
    :raises TimeBackwards: if it is claimed to be earlier than the event before it
    :raises FutureTime: if it is claimed to be later than the server's time and 2 minutes
    :raises Refusal: one of ``guards`` or ``limits``, if required data is missing or contradictory, or it is too late
    """
    event = entry.event
    guards.time(ticket, entry)
    if isinstance(event, Opened):
        if ticket is not None:
            raise WrongStage(f"工单 {ticket.ticket_no} 已存在,不能重复建单", stage=ticket.stage)
        guards.opening(event)
    elif ticket is None:
        raise WrongStage("工单不存在,请先受理")
    else:
        _check_stage(ticket, event)
        guards.data(ticket, entry)
        loopguards.data(ticket, entry)
        limits.check(ticket, entry, pack)


def _check_stage(ticket: Ticket, event: Event) -> None:
    allowed, _ = TRANSITIONS[event.kind]
    if ticket.stage not in allowed:
        raise WrongStage(
            f"工单 {ticket.ticket_no} 当前为“{ticket.stage.label}”,此时不能“{event.label}”;"
            f"允许的环节:{'、'.join(s.label for s in Stage if s in allowed)}",
            stage=ticket.stage,
            event=event.kind,
            version=ticket.version,
        )


def evolve(ticket: Ticket | None, entry: Entry) -> Ticket:
    """Return the ticket as the entry leaves it. Never refuses: what happened, happened."""
    event = entry.event
    if isinstance(event, Opened):
        return begin(entry, event)
    assert ticket is not None
    stage = TRANSITIONS[event.kind][1]
    change: dict[str, object] = {"version": entry.version, "head": entry.hash, "due": None}
    if stage is not None:  # a step; what only sets a condition does not move the clock that steps must follow
        change["last_at"] = max(ticket.last_at, entry.at_claimed)
        if stage is not ticket.stage:
            change |= {"stage": stage, "stage_at": entry.at_claimed}
    change |= CHANGES[event.kind](ticket, entry, event)
    return ticket.model_copy(update=change)


def fold(log: Iterable[Entry]) -> Ticket | None:
    """Return what a ticket's whole log adds up to."""
    ticket = None
    for entry in log:
        ticket = evolve(ticket, entry)
    return ticket
