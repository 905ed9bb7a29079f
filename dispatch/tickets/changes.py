"""What each event changes in the ticket, beside its stage and version."""

from collections.abc import Callable
from typing import Any

from .events import Entry, Opened
from .facts import Facts
from .loopchanges import CHANGES as LOOP_CHANGES
from .loopchanges import going_on
from .model import Dispatch, Flags, Ticket
from .words import Limit, Ownership, Stage

Change = dict[str, object]
FACTS = tuple(Facts.model_fields)


def begin(entry: Entry, event: Opened) -> Ticket:
    """Return the first version of a ticket."""
    given: dict[str, Any] = {name: getattr(event, name) for name in type(event).model_fields}
    draft = given.pop("kind") == "drafted"
    unresolved = given.pop("place_unresolved")
    return Ticket(
        id=entry.ticket_id,
        version=entry.version,
        incident_id=entry.ticket_id,
        stage=Stage.DRAFT if draft else Stage.SUBMITTED,
        stage_at=entry.at_claimed,
        last_at=entry.at_claimed,
        submitted_at=None if draft else entry.at_claimed,
        flags=Flags(place_unresolved=unresolved),
        head=entry.hash,
        **given,
    )


def _amended(ticket: Ticket, _entry: Entry, event: Any) -> Change:
    """Return the facts that the event gives; what it leaves open stays."""
    change: Change = {name: getattr(event, name) for name in FACTS if getattr(event, name) is not None}
    if event.place_unresolved is not None:
        change["flags"] = ticket.flags.model_copy(update={"place_unresolved": event.place_unresolved})
    if ticket.arrive_missed_at is None and event.appointment_at not in (None, ticket.appointment_at):
        change["arrive_level"] = None  # a time agreed with the customer has a ladder of its own
    return change


def _sent_out(ticket: Ticket, entry: Entry, event: Any) -> Change:
    sent: Change = {"area": event.area or ticket.area, "submitted_at": entry.at_claimed}
    change = _amended(ticket, entry, event) | sent
    if ticket.returned_n >= 2:  # only the province sends such a ticket out again (guards), and that is final
        flags = change.get("flags", ticket.flags)
        assert isinstance(flags, Flags)
        change["flags"] = flags.model_copy(update={"ordered": True})
    return change


def _end_crew(ticket: Ticket, entry: Entry, reason: str) -> tuple[Dispatch, ...]:
    if ticket.crew is None:
        return ticket.dispatches
    ended = ticket.crew.model_copy(update={"ended_at": entry.at_claimed, "end_reason": reason})
    return (*ticket.dispatches[:-1], ended)


def _dispatched(ticket: Ticket, entry: Entry, event: Any) -> Change:
    before = _end_crew(ticket, entry, event.transfer_reason or "")
    sent = Dispatch(
        no=len(before) + 1,
        crew_id=event.crew_id,
        crew_name=event.crew_name,
        crew_area=event.crew_area,
        depot=event.depot,
        sent_at=entry.at_claimed,
        sent_by=entry.by.id,
        eta_s=event.eta_s,
        why=event.why,
        own_district_crew=event.own_district_crew,
        saved_s=event.saved_s,
        lent_by=event.lent_by,
        override=event.override,
    )
    again: Change = {"crew_accepted_at": None, "departed_at": None, "reject_reason": None}
    return {"dispatches": (*before, sent), "dispatched_at": ticket.dispatched_at or entry.at_claimed} | again


def _crew_rejected(ticket: Ticket, entry: Entry, event: Any) -> Change:
    reason = f"{event.reason.label} {event.text}".strip()
    gone: Change = {"crew_accepted_at": None, "departed_at": None, "reject_reason": event.reason}
    return {"dispatches": _end_crew(ticket, entry, reason)} | gone


def _kept(ticket: Ticket, event: Any, limit: Limit) -> Flags:
    """Return the flags after a report that may be late, and that may show that the limit was kept after all."""
    flags = ticket.flags
    overdue = tuple(name for name in flags.overdue if name is not limit) if event.in_time else flags.overdue
    return flags.model_copy(update={"late_entry": flags.late_entry or event.late_entry, "overdue": overdue})


def _arrived(ticket: Ticket, entry: Entry, event: Any) -> Change:
    """The promise is the first arrival; a crew that comes again does not change when it was kept."""
    here = {"arrived_at": entry.at_claimed}
    crews = tuple(d.model_copy(update=here) if d.ended_at is None else d for d in ticket.dispatches)
    if ticket.arrived_at is not None:
        return {"dispatches": crews}
    flags = _kept(ticket, event, Limit.ARRIVE)
    return here | {"arrived_source": entry.source, "flags": flags, "dispatches": crews}


def _merged(ticket: Ticket, _entry: Entry, event: Any) -> Change:
    place: Change = {"merged_into": event.into, "incident_id": event.incident_id}
    return place | _with_parent(ticket, event.into, event) | {"flags": _kept(ticket, event, Limit.ARRIVE)}


def _followed(ticket: Ticket, _entry: Entry, event: Any) -> Change:
    return _with_parent(ticket, ticket.merged_into, event) | {"flags": _kept(ticket, event, Limit.ARRIVE)}


def _with_parent(ticket: Ticket, parent: str | None, event: Any) -> Change:
    """
    A child counts as reached when the crew is at the fault point and the child has been reported (2.8.4); one that was
    reached before keeps its first arrival.
    """
    change: Change = {}
    if event.arrived_at is not None and (ticket.arrived_at is None or ticket.reached_with is not None):
        change |= {"arrived_at": max(ticket.reported_at, event.arrived_at), "reached_with": parent}
    if event.etr_at is not None:
        change["etr_at"] = event.etr_at
    return change


def _unmerged(ticket: Ticket, entry: Entry, _event: Any) -> Change:
    """
    It was not reached with that parent; but who was reached before, was (2.8.5). Its own promise is what it was: if it
    broke before the parent's crew counted for it, it is broken.
    """
    reached = ticket.arrived_at if ticket.reached_with is None else None
    apart: Change = {"merged_into": None, "incident_id": ticket.id, "arrived_at": reached, "etr_at": None}
    apart["reached_with"] = None
    if reached is None:  # nor was anything repaired for it: who comes later begins that clock, and its ladder, anew
        apart |= {"restore_level": None, "restore_missed_at": None}
    overdue = ticket.flags.overdue
    if reached is None and ticket.arrive_missed_at is not None and Limit.ARRIVE not in overdue:
        overdue = (*overdue, Limit.ARRIVE)
    going: Change = {"flags": ticket.flags.model_copy(update={"suspended": False, "overdue": overdue})}
    return apart | going | going_on(ticket, entry.at_claimed)


def _located(ticket: Ticket, entry: Entry, event: Any) -> Change:
    flags = ticket.flags.model_copy(update={"disputed": event.ownership is Ownership.DISPUTED})
    found: Change = {"fault_point": event.fault_point, "ownership": event.ownership, "flags": flags}
    found["site_ownership"] = event.ownership
    etr = event.etr_at or ticket.etr_at
    return found | {"located_at": entry.at_claimed, "site_class": event.site_class, "etr_at": etr}


def _progressed(ticket: Ticket, entry: Entry, event: Any) -> Change:
    return {"progress_at": entry.at_claimed, "etr_at": event.etr_at or ticket.etr_at}


def _restored(ticket: Ticket, entry: Entry, event: Any) -> Change:
    done = {name: getattr(event, name) for name in ("result", "cause_l1", "cause_l2", "field_record", "waiver")}
    owner, on_site = event.ownership or ticket.ownership, event.ownership or ticket.site_ownership
    done["site_ownership"] = on_site
    flags = _kept(ticket, event, Limit.RESTORE).model_copy(update={"suspended": False})
    ended: Change = {"dispatches": _end_crew(ticket, entry, "完工"), "flags": flags}
    if event.in_time:
        ended["restore_missed_at"] = None  # it looked broken only because the report came late
    return done | ended | going_on(ticket, entry.at_claimed) | {"restored_at": entry.at_claimed, "ownership": owner}


STAMPS = {
    "crew_accepted": "crew_accepted_at",
    "departed": "departed_at",
    "located": "located_at",
    "repair_started": "repairing_at",
    "restored": "restored_at",
}


def _backfilled(ticket: Ticket, _entry: Entry, event: Any) -> Change:
    """Let a late report stand where the step would have put it; a crew that left again keeps its own arrival only."""
    step, at = event.step, event.happened_at
    latest = ticket.dispatches[-1] if ticket.dispatches else None
    at_work = latest is not None and latest.no == event.no and (ticket.crew is not None or ticket.restored_at)
    if step.kind == "arrived":
        return _was_there(ticket, event, instead=bool(at_work))
    if not at_work:
        return {}
    if step.kind == "progressed":
        change: Change = {"progress_at": max(at, ticket.progress_at or at)}
    else:
        change = {STAMPS[step.kind]: at}
    if step.kind == "located":
        disputed = step.ownership is Ownership.DISPUTED and ticket.replied_at is None
        flags = ticket.flags.model_copy(update={"disputed": ticket.flags.disputed or disputed})
        found: Change = {"fault_point": step.fault_point, "site_class": step.site_class, "flags": flags}
        change |= found | {"ownership": ticket.ownership or step.ownership}
        change["site_ownership"] = ticket.site_ownership or step.ownership
    elif step.kind == "repair_started":
        change["permit"] = step.permit
    return change | {"etr_at": event.etr_at or ticket.etr_at}


def _was_there(ticket: Ticket, event: Any, *, instead: bool) -> Change:
    at = event.happened_at
    crews = tuple(d.model_copy(update={"arrived_at": at}) if d.no == event.no else d for d in ticket.dispatches)
    first = at if instead or ticket.arrived_at is None else min(at, ticket.arrived_at)
    own: Change = {"arrived_at": first, "reached_with": None if first == at else ticket.reached_with}
    return own | {"dispatches": crews, "flags": _kept(ticket, event, Limit.ARRIVE)}


def _replied(ticket: Ticket, entry: Entry, event: Any) -> Change:
    form = {
        name: getattr(event, name)
        for name in ("handling", "category", "cat_l2", "cat_l3", "cause_l1", "cause_l2", "ownership")
    }
    flags = ticket.flags.model_copy(update={"disputed": False})
    return form | {"replied_at": entry.at_claimed, "replier": entry.by.id, "flags": flags}


def _returned(ticket: Ticket, _entry: Entry, event: Any) -> Change:
    return {"returned_n": ticket.returned_n + 1, "return_reason": event.reason}


def _cancelled(ticket: Ticket, entry: Entry, event: Any) -> Change:
    left = _end_crew(ticket, entry, "取消")
    gone: Change = {"cancelled_at": entry.at_claimed, "cancel_reason": event.reason, "dispatches": left}
    return gone | going_on(ticket, entry.at_claimed) | {"flags": ticket.flags.model_copy(update={"suspended": False})}


def _stamp(field: str) -> Callable[[Ticket, Entry, Any], Change]:
    return lambda _ticket, entry, _event: {field: entry.at_claimed}


CHANGES: dict[str, Callable[[Ticket, Entry, Any], Change]] = {
    "completed": _sent_out,
    "resubmitted": _sent_out,
    "consulted": lambda _t, entry, event: {
        "closed_at": entry.at_claimed,
        "diagnosis": f"{event.matched.label}:{event.answer}",
    },
    "accepted": _stamp("accepted_at"),
    "returned": _returned,
    "merged": _merged,
    "unmerged": _unmerged,
    "followed": _followed,
    "dispatched": _dispatched,
    "crew_accepted": _stamp("crew_accepted_at"),
    "crew_rejected": _crew_rejected,
    "departed": _stamp("departed_at"),
    "arrived": _arrived,
    "located": _located,
    "repair_started": lambda _t, entry, event: {"repairing_at": entry.at_claimed, "permit": event.permit},
    "progressed": _progressed,
    "restored": _restored,
    "backfilled": _backfilled,
    "replied": _replied,
    "reply_rejected": lambda ticket, _e, _event: {"reply_rejected_n": ticket.reply_rejected_n + 1},
    "callback_queued": lambda _t, _e, _event: {},
    "callback_tried": lambda ticket, _e, _event: {"callback_attempts": ticket.callback_attempts + 1},
    "closed": lambda _t, entry, event: {"closed_at": entry.at_claimed, "satisfied": event.satisfied},
    "cancelled": _cancelled,
    "corrected": lambda ticket, entry, event: (
        _amended(ticket, entry, event) | ({} if event.area is None else {"area": event.area})
    ),
} | LOOP_CHANGES
