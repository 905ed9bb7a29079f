"""
The course of a ticket, read from its whole log: where it spent its time, which limits broke, when the power was off.

Pure. The log is the truth: a limit is broken where the log says ``overdue``, unless a report showed afterwards that it
was kept (``limits.kept``).
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dispatch.kit.rulepack import RulePack

from . import ladder, lifecycle, limits
from .events import Entry, Followed, Merged
from .model import Finding, Ticket
from .terms import ReopenReason
from .words import Limit, Result, ReturnReason, Source, Stage

# Which events end a clock that ran out; the arrival and the ETR are told from the ticket, whoever brought them.
ENDS: dict[Limit, frozenset[str]] = {
    Limit.ACCEPT: frozenset({"accepted", "returned", "transferred", "merged", "cancelled"}),
    Limit.DISPATCH: frozenset({"dispatched", "transferred", "merged", "restored", "cancelled"}),
    Limit.ARRIVE: frozenset({"arrived", "restored", "cancelled"}),
    Limit.ETR: frozenset({"restored", "cancelled"}),
    Limit.PROGRESS: frozenset({"progressed", "restored", "cancelled"}),
    Limit.RESTORE: frozenset({"restored", "cancelled"}),
    Limit.REPLY: frozenset({"replied", "reopened"}),
    Limit.CALLBACK: frozenset({"closed", "reopened"}),
    Limit.ANSWER: frozenset({"supervision_answered", "supervision_cleared"}),
    Limit.SUSPENSION: frozenset({"resumed"}),
}

PLACE = ("address", "lon", "lat", "place_code", "account_no")
# What shows that a return was right though the ticket came back: the fact that was missing or wrong is another now.
PUT_RIGHT: dict[ReturnReason | None, tuple[str, ...]] = {
    ReturnReason.NO_ADDRESS: PLACE,
    ReturnReason.NO_CONTACT: ("contacts_n", "customer_name", *PLACE),
    ReturnReason.WRONG_CATEGORY: ("category", "cat_l2", "cat_l3", "symptom"),
    ReturnReason.WRONG_DISTRICT: ("address", "lon", "lat"),
}


@dataclass(slots=True)
class Broken:
    """
    A limit that ran out.

    :param actual_at: when what was due was done, as reported; None: not before the ticket ended
    :param entered_at: when that report reached the server
    :param order: number of the 督办单 that was not answered
    """

    limit: Limit
    version: int
    begun_at: datetime
    due_at: datetime
    actual_at: datetime | None = None
    entered_at: datetime | None = None
    order: str | None = None


@dataclass(slots=True)
class Course:
    """What is seen on the way. ``late_entries`` and ``wrong_returns`` are lines of the log."""

    ticket: Ticket
    broken: list[Broken] = field(default_factory=list)
    stages: list[tuple[Stage, datetime]] = field(default_factory=list)
    late_entries: list[int] = field(default_factory=list)
    wrong_returns: list[int] = field(default_factory=list)
    returned: dict[str, tuple[Entry, Ticket]] = field(default_factory=dict)  # county -> its return, until it is back
    wrong_district: bool = False
    app_accepted: bool = False
    false_reply: bool = False
    set_aside: list[Broken] = field(default_factory=list)  # what the parent's arrival made good while it is merged
    doubts: list[tuple[int, tuple[Finding, ...]]] = field(default_factory=list)  # of rounds before the last: its line
    doubted: int | None = None  # line of the latest assessment
    proven_dark_until: datetime | None = None  # of a customer who said that it was not: when his power was thought back
    dark_until: datetime | None = None  # when this customer's power was back for good
    spread_until: datetime | None = None  # and that of the others of the fault point that bears this ticket's id
    nested_in: str | None = None


def course(log: Sequence[Entry], pack: RulePack) -> Course:
    """
    Return the course of a ticket.

    :param log: all of its lines, in order
    :param pack: the one it was opened under
    """
    ticket = lifecycle.evolve(None, log[0])
    seen = Course(ticket, stages=[(ticket.stage, ticket.stage_at)], nested_in=ticket.nested_in)
    for entry in log[1:]:
        before, seen.ticket = seen.ticket, lifecycle.evolve(seen.ticket, entry)
        if seen.ticket.stage is not before.stage:
            seen.stages.append((seen.ticket.stage, seen.ticket.stage_at))
        _clocks(seen, before, entry, pack)
        if (note := NOTES.get(entry.event.kind)) is not None:
            note(seen, before, entry, entry.event)
    return seen


def held(seen: Course, begin: datetime, end: datetime) -> tuple[Stage, float] | None:
    """Return the stage in which most of the time passed, and its minutes; None of no time."""
    spent: dict[Stage, float] = {}
    following = [at for _, at in seen.stages[1:]] + [end]
    for (stage, since), until in zip(seen.stages, following, strict=True):
        part = (min(until, end) - max(since, begin)).total_seconds() / 60
        if part > 0:
            spent[stage] = spent.get(stage, 0.0) + part
    return max(spent.items(), key=lambda item: item[1]) if spent else None


def _clocks(seen: Course, before: Ticket, entry: Entry, pack: RulePack) -> None:
    event = entry.event
    if (kept := limits.kept(event)) and isinstance(event, Merged | Followed):
        seen.set_aside += [one for one in seen.broken if one.limit in kept]
    seen.broken = [one for one in seen.broken if not _is_kept(one, kept)]
    if event.kind == "unmerged" and seen.ticket.arrived_at is None:
        _stands_alone(seen)
    for one in seen.broken:
        came = one.limit is Limit.ARRIVE and seen.ticket.arrived_at is not None
        at = _ended(one, seen.ticket, entry) if came or one.actual_at is None else None
        if at is not None and at != one.actual_at:  # an arrival that is reported anew is when it was
            one.actual_at, one.entered_at = at, entry.at_server
    if event.kind == "overdue":
        due = [clock for limit, clock in limits.running(before, pack) if limit is event.limit]
        begun_at = next((clock.begun_at for clock in due if clock.due_at == event.due_at), before.stage_at)
        order = ladder.order_due(before, event.due_at) if event.limit is Limit.ANSWER else None
        seen.broken.append(Broken(event.limit, entry.version, begun_at, event.due_at, order=order))


def _is_kept(one: Broken, kept: Set[Limit]) -> bool:
    """There is one arrival in a ticket's life; what was done too late in an earlier round of repair stays late."""
    return one.limit in kept and (one.actual_at is None or one.limit is Limit.ARRIVE)


def _stands_alone(seen: Course) -> None:
    """What the crew of a parent did is not its own arrival any more: its own promise is broken if it was before."""
    seen.broken += seen.set_aside
    seen.set_aside = []
    for one in seen.broken:
        if one.limit is Limit.ARRIVE:
            one.actual_at = one.entered_at = None


def _ended(one: Broken, ticket: Ticket, entry: Entry) -> datetime | None:
    if one.limit is Limit.ARRIVE and ticket.arrived_at is not None:
        return ticket.arrived_at
    if one.limit is Limit.ETR and ticket.etr_at is not None:
        return entry.at_claimed
    if one.limit is Limit.ANSWER and getattr(entry.event, "no", one.order) != one.order:
        return None
    return entry.at_claimed if entry.event.kind in ENDS[one.limit] else None


def _returned(seen: Course, before: Ticket, entry: Entry, event: Any) -> None:
    seen.returned[before.area] = entry, before
    seen.wrong_district = seen.wrong_district or event.reason is ReturnReason.WRONG_DISTRICT


def _sent_again(seen: Course, _before: Ticket, _entry: Entry, _event: Any) -> None:
    """
    A ticket that comes back to a county that returned it, at once or over another county, was its own after all;
    unless what the county had found wrong with it was put right first: then it was right to return it.
    """
    if (back := seen.returned.pop(seen.ticket.area, None)) is None:
        return
    entry, then = back
    reason = getattr(entry.event, "reason", None)
    if not any(getattr(then, fact) != getattr(seen.ticket, fact) for fact in PUT_RIGHT.get(reason, ())):
        seen.wrong_returns.append(entry.version)


def _moved(seen: Course, before: Ticket, entry: Entry, event: Any) -> None:
    """The right unit was named at once: a transfer, no bouncing (2.6); still it was sent to the wrong one."""
    seen.wrong_district = seen.wrong_district or before.area != event.to_area
    _sent_again(seen, before, entry, event)


def _crew_accepted(seen: Course, _before: Ticket, entry: Entry, _event: Any) -> None:
    seen.app_accepted = seen.app_accepted or entry.source is Source.APP


def _entered(seen: Course, _before: Ticket, entry: Entry, event: Any) -> None:
    if event.late_entry:
        seen.late_entries.append(entry.version)


def _restored(seen: Course, before: Ticket, entry: Entry, event: Any) -> None:
    _entered(seen, before, entry, event)
    if event.result is Result.RESTORED:
        back = before.powered_at or entry.at_claimed
        seen.dark_until = seen.dark_until or back
        seen.spread_until = seen.spread_until or back


def _assessed(seen: Course, _before: Ticket, entry: Entry, _event: Any) -> None:
    seen.doubted = entry.version


def _reopened(seen: Course, before: Ticket, _entry: Entry, event: Any) -> None:
    """
    Who is still dark was never back; who is not satisfied was. A new fault point is spread from its own report.

    A completion that was not borne out stays so, though the ticket is completed again. If nothing is found with who
    said that he is still dark, he was dark until the others were back.
    """
    if before.flags.doubtful and seen.doubted is not None:
        seen.doubts.append((seen.doubted, before.findings))
    if event.reason is ReopenReason.STILL_DARK:
        seen.proven_dark_until = seen.proven_dark_until or seen.dark_until
        seen.dark_until = None
        if before.incident_id != seen.ticket.incident_id:
            seen.spread_until = None
    seen.nested_in = event.nested_in or _foreign(before) or seen.nested_in


def _foreign(ticket: Ticket) -> str | None:
    return ticket.incident_id if ticket.incident_id != ticket.id else None


def _reply_rejected(seen: Course, before: Ticket, _entry: Entry, _event: Any) -> None:
    seen.false_reply = seen.false_reply or before.flags.doubtful


NOTES: dict[str, Callable[[Course, Ticket, Entry, Any], None]] = {
    "returned": _returned,
    "resubmitted": _sent_again,
    "transferred": _moved,
    "crew_accepted": _crew_accepted,
    "arrived": _entered,
    "restored": _restored,
    "assessed": _assessed,
    "reopened": _reopened,
    "reply_rejected": _reply_rejected,
}
