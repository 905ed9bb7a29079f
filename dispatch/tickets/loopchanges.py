"""What each event of the closed loop changes in the ticket, beside its stage and version."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from .events import Entry
from .model import Chase, Supervision, Ticket
from .terms import EscalationReason, NoteKind, ReopenReason
from .words import Limit

Change = dict[str, object]
FORGOTTEN: Change = {  # what a ticket that is worked on again no longer says
    name: None
    for name in (
        "restored_at",
        "replied_at",
        "located_at",
        "repairing_at",
        "crew_accepted_at",
        "departed_at",
        "etr_at",
        "progress_at",
        "powered_at",
        "result",
        "waiver",
        "asked_at",
        "confirmed_at",
        "surveyed_at",
        "trust",
        "merged_into",
        "reached_with",
    )
}

# Of the two limits that can be given another time while they run: how far they are, and which time was missed.
LEVELS = {Limit.ARRIVE: "arrive_level", Limit.RESTORE: "restore_level"}
MISSED = {Limit.ARRIVE: "arrive_missed_at", Limit.RESTORE: "restore_missed_at"}


def _flags(ticket: Ticket, **update: object) -> Change:
    return {"flags": ticket.flags.model_copy(update=update)}


def _transferred(ticket: Ticket, entry: Entry, event: Any) -> Change:
    moved: Change = {"area": event.to_area, "submitted_at": entry.at_claimed, "accepted_at": None}
    return moved | _flags(ticket, ordered=ticket.flags.ordered or event.by_order)


def _suspended(ticket: Ticket, entry: Entry, event: Any) -> Change:
    waits: Change = {"suspend_reason": event.reason, "suspended_at": entry.at_claimed}
    waits["suspended_n"] = (ticket.suspended_n or 0) + 1
    return waits | {"suspended_until": event.until_at} | _flags(ticket, suspended=True)


def going_on(ticket: Ticket, at: datetime) -> Change:
    """Return what ends a suspension at ``at``; nothing if there is none."""
    if ticket.suspended_at is None:
        return {}
    paused_s = ticket.paused_s + max(0, int((at - ticket.suspended_at).total_seconds()))
    return {"paused_s": paused_s, "suspended_at": None, "suspended_until": None, "suspend_reason": None}


def _resumed(ticket: Ticket, entry: Entry, _event: Any) -> Change:
    return going_on(ticket, entry.at_claimed) | _flags(ticket, suspended=False)


def _excused(ticket: Ticket, _entry: Entry, event: Any) -> Change:
    return {"excuse_reason": event.reason} | _flags(ticket, excused=True)


def _chased(ticket: Ticket, entry: Entry, event: Any) -> Change:
    change = _flags(ticket, chased_n=ticket.flags.chased_n + 1)
    if event.by_customer:
        change["contacts_n"] = ticket.contacts_n + 1
    if event.target is not None:
        n = next((chase.n for chase in ticket.chases if chase.target is event.target), 0)
        others = tuple(chase for chase in ticket.chases if chase.target is not event.target)
        change["chases"] = (*others, Chase(target=event.target, n=n + 1, at=entry.at_claimed))
    return change


def _overdue(ticket: Ticket, _entry: Entry, event: Any) -> Change:
    overdue = ticket.flags.overdue
    level = max(ticket.flags.escalated_level, 3 if event.told else 0)
    change = _flags(
        ticket, overdue=overdue if event.limit in overdue else (*overdue, event.limit), escalated_level=level
    )
    return change | _climbed(ticket, event.limit, 3) | _missed(event.limit, event.due_at)


def _warned(ticket: Ticket, _entry: Entry, event: Any) -> Change:
    level = max(ticket.flags.escalated_level, event.level)
    return _flags(ticket, escalated_level=level) | _climbed(ticket, event.limit, event.level)


def _climbed(ticket: Ticket, limit: Limit, level: int) -> Change:
    """Keep how far the ladder was climbed of a limit that can be stretched: no step is taken again for that."""
    if (name := LEVELS.get(limit)) is None:
        return {}
    return {name: max(getattr(ticket, name) or 0, level)}


def _missed(limit: Limit, due_at: datetime) -> Change:
    """What was promised stays what it was once it broke, whatever is corrected or suspended afterwards."""
    return {MISSED[limit]: due_at} if limit in MISSED else {}


def _escalated(ticket: Ticket, _entry: Entry, event: Any) -> Change:
    flags = ticket.flags
    return _flags(
        ticket,
        escalated_level=max(flags.escalated_level, event.level),
        important=flags.important or event.reason is EscalationReason.IMPORTANT,
        important_late=flags.important_late or event.limit is Limit.IMPORTANT,
    )


def _supervised(ticket: Ticket, entry: Entry, event: Any) -> Change:
    issued = Supervision(
        no=event.no,
        level=event.level,
        reason=event.reason,
        addressee=event.addressee,
        area=event.area,
        copies=event.copies,
        issued_at=entry.at_claimed,
        issued_by=entry.by.id,
        due_at=event.due_at,
    )
    flags = _flags(ticket, supervised=True, escalated_level=max(ticket.flags.escalated_level, event.level))
    return {"supervisions": (*ticket.supervisions, issued)} | flags


def _with(ticket: Ticket, no: str, **update: object) -> tuple[Supervision, ...]:
    return tuple(s.model_copy(update=update) if s.no == no else s for s in ticket.supervisions)


def _answered(ticket: Ticket, entry: Entry, event: Any) -> Change:
    """An answer counts from when it was entered, and is late for a ticket that has ended."""
    due_at = next(s.due_at for s in ticket.supervisions if s.no == event.no)
    late = entry.at_server > due_at or not ticket.is_open
    return {"supervisions": _with(ticket, event.no, answered_at=entry.at_claimed, answer=event.text, late=late)}


def _cleared(ticket: Ticket, entry: Entry, event: Any) -> Change:
    left = _with(ticket, event.no, cleared_at=entry.at_claimed)
    return {"supervisions": left} | _flags(ticket, supervised=any(s.cleared_at is None for s in left))


def _reopened(ticket: Ticket, _entry: Entry, event: Any) -> Change:
    """
    The first arrival stays: its promise was kept or broken, and no clock of it starts again. The repair begins a new
    round, with the arrival of the crew that comes again.
    """
    apart: Change = {"incident_id": ticket.id, "nested_in": event.nested_in or ticket.nested_in}
    first = ticket.dark_since or ticket.reported_at
    since: Change = {"dark_since": min(first, event.dark_since or first), "reopened_n": ticket.reopened_n + 1}
    complaints: Change = {"dissatisfied_n": ticket.dissatisfied_n + (event.reason is ReopenReason.DISSATISFIED)}
    anew: Change = {"callback_attempts": 0, "restore_level": None, "paused_before_s": ticket.paused_s or None}
    return FORGOTTEN | apart | since | complaints | anew | _flags(ticket, doubtful=False)


def _assessed(ticket: Ticket, _entry: Entry, event: Any) -> Change:
    return {"trust": event.score, "findings": event.findings} | _flags(ticket, doubtful=event.doubtful)


def _noted(ticket: Ticket, entry: Entry, event: Any) -> Change:
    return {"powered_at": ticket.powered_at or entry.at_claimed} if event.note is NoteKind.POWERED else {}


def _stamp(field: str) -> Callable[[Ticket, Entry, Any], Change]:
    return lambda _ticket, entry, _event: {field: entry.at_claimed}


CHANGES: dict[str, Callable[[Ticket, Entry, Any], Change]] = {
    "transferred": _transferred,
    "suspended": _suspended,
    "resumed": _resumed,
    "excused": _excused,
    "chased": _chased,
    "warned": _warned,
    "overdue": _overdue,
    "escalated": _escalated,
    "supervised": _supervised,
    "supervision_answered": _answered,
    "supervision_cleared": _cleared,
    "asked": _stamp("asked_at"),
    "confirmed": _stamp("confirmed_at"),
    "reopened": _reopened,
    "surveyed": _stamp("surveyed_at"),
    "assessed": _assessed,
    "noted": _noted,
    "contradicted": lambda ticket, _e, _event: _flags(ticket, contradicted=True),
    "settled": lambda ticket, _e, event: _flags(ticket, contradicted=event.waiting_n > 0),
}
