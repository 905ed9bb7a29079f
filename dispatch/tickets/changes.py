"""What each event changes in the ticket, beside its stage and version."""

from collections.abc import Callable
from typing import Any

from .events import Entry, Facts, Opened
from .model import Dispatch, Flags, Ticket
from .words import Ownership, Stage

Change = dict[str, object]


def begin(entry: Entry, event: Opened) -> Ticket:
    """Return the first version of a ticket."""
    given: dict[str, Any] = {name: getattr(event, name) for name in type(event).model_fields}
    given.pop("kind")
    unresolved = given.pop("place_unresolved")
    draft = event.__class__.__name__ == "Drafted"
    return Ticket(
        id=entry.ticket_id,
        version=entry.version,
        stage=Stage.DRAFT if draft else Stage.SUBMITTED,
        stage_at=entry.at_claimed,
        last_at=entry.at_claimed,
        submitted_at=None if draft else entry.at_claimed,
        flags=Flags(place_unresolved=unresolved),
        **given,
    )


def _facts(ticket: Ticket, entry: Entry, event: Any) -> Change:
    change: Change = {name: getattr(event, name) for name in Facts.model_fields}
    flags = ticket.flags.model_copy(update={"place_unresolved": event.place_unresolved})
    return change | {"area": event.area, "submitted_at": entry.at_claimed, "flags": flags}


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
    )
    again: Change = {"crew_accepted_at": None, "departed_at": None, "reject_reason": None}
    return {"dispatches": (*before, sent), "dispatched_at": ticket.dispatched_at or entry.at_claimed} | again


def _crew_rejected(ticket: Ticket, entry: Entry, event: Any) -> Change:
    reason = f"{event.reason.label} {event.text}".strip()
    gone: Change = {"crew_accepted_at": None, "departed_at": None, "reject_reason": event.reason}
    return {"dispatches": _end_crew(ticket, entry, reason)} | gone


def _arrived(ticket: Ticket, entry: Entry, event: Any) -> Change:
    flags = ticket.flags.model_copy(update={"late_entry": ticket.flags.late_entry or event.late_entry})
    return {"arrived_at": entry.at_claimed, "arrived_source": entry.source, "flags": flags}


def _located(ticket: Ticket, entry: Entry, event: Any) -> Change:
    flags = ticket.flags.model_copy(update={"disputed": event.ownership is Ownership.DISPUTED})
    found: Change = {"fault_point": event.fault_point, "ownership": event.ownership, "etr_at": event.etr_at}
    return found | {"located_at": entry.at_claimed, "site_class": event.site_class, "flags": flags}


def _restored(ticket: Ticket, entry: Entry, event: Any) -> Change:
    done = {name: getattr(event, name) for name in ("result", "cause_l1", "cause_l2", "field_record")}
    owner = event.ownership or ticket.ownership
    return done | {"restored_at": entry.at_claimed, "ownership": owner, "dispatches": _end_crew(ticket, entry, "完工")}


def _replied(ticket: Ticket, entry: Entry, event: Any) -> Change:
    form = {
        name: getattr(event, name) for name in ("handling", "category", "cat_l2", "cat_l3", "cause_l1", "ownership")
    }
    flags = ticket.flags.model_copy(update={"disputed": False})
    return form | {"replied_at": entry.at_claimed, "replier": entry.by.id, "flags": flags}


def _returned(ticket: Ticket, _entry: Entry, event: Any) -> Change:
    return {"returned_n": ticket.returned_n + 1, "return_reason": event.reason}


def _corrected(_ticket: Ticket, _entry: Entry, event: Any) -> Change:
    given = event.model_dump(exclude={"kind", "reason"}, exclude_none=True)
    return {name: getattr(event, name) for name in given}


def _overdue(ticket: Ticket, _entry: Entry, event: Any) -> Change:
    return {"flags": ticket.flags.model_copy(update={"overdue": (*ticket.flags.overdue, event.limit)})}


def _chased(ticket: Ticket, _entry: Entry, _event: Any) -> Change:
    return {"flags": ticket.flags.model_copy(update={"chased_n": ticket.flags.chased_n + 1})}


def _cancelled(ticket: Ticket, entry: Entry, event: Any) -> Change:
    left = _end_crew(ticket, entry, "取消")
    return {"cancelled_at": entry.at_claimed, "cancel_reason": event.reason, "dispatches": left}


def _stamp(field: str) -> Callable[[Ticket, Entry, Any], Change]:
    return lambda _ticket, entry, _event: {field: entry.at_claimed}


CHANGES: dict[str, Callable[[Ticket, Entry, Any], Change]] = {
    "completed": _facts,
    "resubmitted": _facts,
    "consulted": lambda _t, entry, event: {
        "closed_at": entry.at_claimed,
        "diagnosis": f"{event.matched}: {event.answer}",
    },
    "accepted": _stamp("accepted_at"),
    "returned": _returned,
    "merged": lambda _t, _e, event: {"merged_into": event.into, "incident_id": event.incident_id},
    "dispatched": _dispatched,
    "crew_accepted": _stamp("crew_accepted_at"),
    "crew_rejected": _crew_rejected,
    "departed": _stamp("departed_at"),
    "arrived": _arrived,
    "located": _located,
    "repair_started": _stamp("repairing_at"),
    "restored": _restored,
    "replied": _replied,
    "reply_rejected": lambda ticket, _e, _event: {"reply_rejected_n": ticket.reply_rejected_n + 1},
    "callback_queued": lambda _t, _e, _event: {},
    "callback_tried": lambda ticket, _e, _event: {"callback_attempts": ticket.callback_attempts + 1},
    "closed": lambda _t, entry, event: {"closed_at": entry.at_claimed, "satisfied": event.satisfied},
    "cancelled": _cancelled,
    "chased": _chased,
    "corrected": _corrected,
    "overdue": _overdue,
}
