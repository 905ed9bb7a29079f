"""
By when what is due on a ticket: pure arithmetic over the ticket and the rule pack it was opened under. Domain 2.5.

Choices where the sources leave room:

* ``accept`` counts from the sending out, ``dispatch`` and ``reply`` from the entry into the stage: one that is sent
  out again, that a crew gave back, or whose reply was refused, gets the clock of that step anew. ``arrive``
  never starts again: it counts from ``reported_at`` through return, transfer and merging; for an appointment it is the
  appointed time.
* ``etr``: the fault point may be reported without an ETR, which is then due within 20 min of the locating.
* ``progress``: a job that is foreseen to last longer than 4 h, or has lasted that long, reports every 2 h.
* ``callback``: 24 h after the reply; a limit that falls into the hours when nobody may be called ends with them.
* ``submit`` is not armed: it counts from the end of the call, which only the telephone platform knows.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dispatch.kit.clock import CHINA
from dispatch.kit.errors import Refusal
from dispatch.kit.rulepack import RulePack

from .events import Arrived, Closed, Entry, Event, Followed, Restored, Returned
from .model import Ticket
from .words import Category, Limit, Stage

S = Stage

BEFORE_ARRIVAL = frozenset({S.SUBMITTED, S.ACCEPTED, S.RETURNED, S.DISPATCHED, S.CREW_ACCEPTED, S.EN_ROUTE, S.MERGED})
ON_SITE = frozenset({S.ARRIVED, S.LOCATED, S.REPAIRING})
REPLY_DUE = frozenset({S.RESTORED, S.REPLY_REJECTED})
CALLBACK_DUE = frozenset({S.REPLIED, S.CALLBACK_PENDING})


class TooLate(Refusal):
    """The time in which this could be done is over."""


class TooFewAttempts(Refusal):
    """The customer was not called often enough to close the ticket without an answer."""


def deadlines(ticket: Ticket, pack: RulePack) -> dict[Limit, datetime]:
    """Return the clocks that run on the ticket as it stands, and when each is due; a limit of no clock is left out."""
    return {limit: due for limit, due in _running(ticket, pack) if due is not None}


def _running(ticket: Ticket, pack: RulePack) -> Iterator[tuple[Limit, datetime | None]]:
    stage = ticket.stage
    if stage is S.SUBMITTED:
        yield Limit.ACCEPT, _after(ticket.submitted_at or ticket.stage_at, pack.find("accept_or_return"))
    elif stage is S.ACCEPTED:
        yield Limit.DISPATCH, _after(ticket.stage_at, pack.find("dispatch"))
    elif stage in REPLY_DUE:
        yield Limit.REPLY, _after(ticket.stage_at, pack.find("reply_after_finish"))
    elif stage in CALLBACK_DUE and ticket.replied_at is not None:
        yield Limit.CALLBACK, _out_of_quiet(_after(ticket.replied_at, pack.find("callback")), pack)
    if stage in BEFORE_ARRIVAL and ticket.arrived_at is None:
        yield Limit.ARRIVE, arrival_due(ticket, pack)
    if stage in ON_SITE or stage is S.MERGED:
        yield from _on_site(ticket, pack)


def arrival_due(ticket: Ticket, pack: RulePack) -> datetime:
    """Return when a crew must be on site: counted from the first report, or the appointed time (domain 2.5 b, d)."""
    if ticket.appointment_at is not None:
        return ticket.appointment_at
    charger = pack.find("ev_charger_arrive") if ticket.category is Category.EV else None
    return ticket.reported_at + (charger or pack.minutes("arrive", area_class=ticket.area_class))


def _on_site(ticket: Ticket, pack: RulePack) -> Iterator[tuple[Limit, datetime | None]]:
    if ticket.arrived_at is None:
        return
    yield Limit.RESTORE, _after(ticket.arrived_at, pack.find("restore_after_arrival", area_class=ticket.area_class))
    if ticket.stage is S.MERGED:
        return
    yield Limit.PROGRESS, _progress_due(ticket, ticket.arrived_at, pack)
    if ticket.located_at is not None and ticket.etr_at is None:
        yield Limit.ETR, _after(ticket.located_at, pack.find("etr_after_located"))


def _progress_due(ticket: Ticket, arrived_at: datetime, pack: RulePack) -> datetime | None:
    long_job, every = pack.find("long_job_threshold"), pack.find("long_job_report_every")
    if long_job is None or every is None:
        return None
    foreseen = ticket.etr_at is not None and ticket.etr_at - arrived_at > long_job
    begin = arrived_at if foreseen else arrived_at + long_job - every
    return max(begin, ticket.progress_at or begin) + every


def settled(ticket: Ticket, entry: Entry, pack: RulePack) -> Event:
    """Return the event with what the pack says of its times: entered too late? inside the promise after all?"""
    event = entry.event
    if isinstance(event, Arrived):
        return event.model_copy(update=_entered(ticket, entry, Limit.ARRIVE, entry.at_claimed, pack))
    if isinstance(event, Restored):
        return event.model_copy(update=_entered(ticket, entry, Limit.RESTORE, entry.at_claimed, pack))
    if isinstance(event, Followed) and event.arrived_at is not None:
        return event.model_copy(update=_entered(ticket, entry, Limit.ARRIVE, event.arrived_at, pack))
    return event


def _entered(ticket: Ticket, entry: Entry, limit: Limit, claimed: datetime, pack: RulePack) -> dict[str, bool]:
    allowance = pack.find("finish_report" if limit is Limit.RESTORE else "arrival_entry")
    late_entry = allowance is not None and entry.at_server - claimed > allowance
    due = deadlines(ticket, pack).get(limit)
    return {"late_entry": late_entry, "in_time": due is not None and claimed <= due and not late_entry}


def kept(event: Event) -> frozenset[Limit]:
    """Return the limits that this report shows to have been kept, however late it was entered."""
    if isinstance(event, Arrived | Followed) and event.in_time:
        return frozenset({Limit.ARRIVE})
    if isinstance(event, Restored) and event.in_time:
        return frozenset({Limit.RESTORE})
    return frozenset()


def check(ticket: Ticket, entry: Entry, pack: RulePack) -> None:
    """
    Refuse what the pack's limits do not allow.

    :raises TooLate: if a ticket is returned after the time for accepting it (domain 2.3 row 4)
    :raises TooFewAttempts: if it is closed without an answer after fewer attempts than the pack asks for (row 18)
    """
    match entry.event:
        case Returned():
            due = deadlines(ticket, pack).get(Limit.ACCEPT)
            if due is not None and entry.at_server > due:
                raise TooLate(
                    f"接单时限已过,不能再退单;请先接单,再联系省监控处理 {ticket.ticket_no}", due_at=due.isoformat()
                )
        case Closed(satisfied=None):
            needed = pack.limits.callback_attempts.value if pack.limits.callback_attempts else 1
            if ticket.callback_attempts < needed:
                raise TooFewAttempts(
                    f"客户未接通不足 {needed} 次(已 {ticket.callback_attempts} 次),请继续回访或填写满意度",
                    field="satisfied",
                    attempts=ticket.callback_attempts,
                    needed=needed,
                )
        case _:
            pass


def _after(begin: datetime, limit: timedelta | None) -> datetime | None:
    return None if limit is None else begin + limit


def _out_of_quiet(due: datetime | None, pack: RulePack) -> datetime | None:
    """Move a time that falls into a quiet window of the day to the window's end."""
    if due is None or pack.limits.callback_quiet is None:
        return due
    local = due.astimezone(CHINA)
    for begin, end in pack.limits.callback_quiet.spans:
        clock = local.time()
        if begin <= clock < end if begin < end else clock >= begin or clock < end:
            day = local.date() + timedelta(days=1 if begin > end and clock >= begin else 0)
            return datetime.combine(day, end, CHINA).astimezone(due.tzinfo)
    return due
