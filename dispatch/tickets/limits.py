"""
By when what is due on a ticket: pure arithmetic over the ticket and the rule pack it was opened under. Domain 2.5.

Choices where the sources leave room:

* ``accept`` counts from the sending out, ``dispatch`` and ``reply`` from the entry into the stage: one that is sent
  out again, that a crew gave back, or whose reply was refused, gets the clock of that step anew. ``arrive``
  never starts again: it counts from ``reported_at`` through return, transfer and merging; for an appointment it is the
  appointed time. A corrected place, category or appointment moves it while it runs; once it broke nothing does.
* ``restore`` counts from the first arrival, after a reopening from that of the crew that came again; waiting that was
  approved moves it while it runs, and not once it broke.
* ``answer``: each 督办单 has a clock of its own.
* ``etr``: the fault point may be reported without an ETR, which is then due within 20 min of the locating.
* ``progress``: a job that is foreseen to last longer than 4 h, or has lasted that long, reports every 2 h.
* ``callback``: 24 h after the reply; a limit that falls into the hours when nobody may be called ends with them.
* ``submit`` is not armed: it counts from the end of the call, which only the telephone platform knows.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from dispatch.kit.clock import CHINA
from dispatch.kit.errors import Refusal
from dispatch.kit.looprules import Supervision
from dispatch.kit.quiet import next_allowed
from dispatch.kit.rulepack import RulePack

from .events import (
    Arrived,
    Backfilled,
    Chased,
    Closed,
    Entry,
    Event,
    Excused,
    Followed,
    Merged,
    Reopened,
    Restored,
    Returned,
    Suspended,
)
from .guards import BY_ORDER, OnlyOnce
from .model import Ticket
from .terms import ChaseTarget, ReopenReason
from .words import Category, Limit, Protected, Stage

S = Stage

BEFORE_ARRIVAL = frozenset({S.SUBMITTED, S.ACCEPTED, S.RETURNED, S.DISPATCHED, S.CREW_ACCEPTED, S.EN_ROUTE, S.MERGED})
ON_SITE = frozenset({S.ARRIVED, S.LOCATED, S.REPAIRING})
REPLY_DUE = frozenset({S.RESTORED, S.REPLY_REJECTED})
CALLBACK_DUE = frozenset({S.REPLIED, S.CALLBACK_PENDING})
VITAL = frozenset({Protected.LIFE_SUPPORT, Protected.IMPORTANT})  # domain 3.5: somebody answers for them at once
Running = tuple[Limit, datetime, datetime | None]  # the clock, since when, until when; None: the pack sets no limit


class TooLate(Refusal):
    """The time in which this could be done is over."""


class TooLong(Refusal):
    """Longer than one approval allows."""


class NeedsProvince(Refusal):
    """The county has approved as much as it may."""

    status = 403


class NotExcusable(Refusal):
    """The pack does not take this for an excuse."""


class ChasedRecently(Refusal):
    """The same target was chased a moment ago (cool-down, domain 2.9)."""


class TooFewAttempts(Refusal):
    """The customer was not called often enough to close the ticket without an answer."""


class Clock(NamedTuple):
    """One clock that runs on a ticket: since when, and until when."""

    begun_at: datetime
    due_at: datetime


def deadlines(ticket: Ticket, pack: RulePack) -> dict[Limit, datetime]:
    """Return when each clock that runs on the ticket is due; a limit of no clock is left out."""
    return {limit: clock.due_at for limit, clock in clocks(ticket, pack).items()}


def clocks(ticket: Ticket, pack: RulePack) -> dict[Limit, Clock]:
    """Return the clocks that run on the ticket as it stands; of several 督办单 the one to be answered first."""
    return dict(running(ticket, pack))


def running(ticket: Ticket, pack: RulePack) -> list[tuple[Limit, Clock]]:
    """Return all clocks that run on the ticket as it stands: each unanswered 督办单 has its own, the soonest last."""
    return [(limit, Clock(begun, due)) for limit, begun, due in _running(ticket, pack) if due is not None]


def _running(ticket: Ticket, pack: RulePack) -> Iterator[Running]:
    stage = ticket.stage
    if stage is S.SUBMITTED:
        begun = ticket.submitted_at or ticket.stage_at
        yield Limit.ACCEPT, begun, _after(begun, pack.find("accept_or_return"))
    elif stage is S.ACCEPTED:
        yield Limit.DISPATCH, ticket.stage_at, _after(ticket.stage_at, pack.find("dispatch"))
    elif stage in REPLY_DUE:
        yield Limit.REPLY, ticket.stage_at, _after(ticket.stage_at, pack.find("reply_after_finish"))
    elif stage in CALLBACK_DUE and ticket.replied_at is not None:
        due = _out_of_quiet(_after(ticket.replied_at, pack.find("callback")), pack)
        yield Limit.CALLBACK, ticket.replied_at, due
    if stage in BEFORE_ARRIVAL and ticket.arrived_at is None:
        yield Limit.ARRIVE, ticket.reported_at, arrival_due(ticket, pack)
        yield from _important(ticket, pack)
    if stage in ON_SITE or stage is S.MERGED:
        yield from _on_site(ticket, pack)
    if ticket.is_open:
        yield from _supervised(ticket)


def arrival_due(ticket: Ticket, pack: RulePack) -> datetime:
    """
    Return when a crew must be on site: counted from the first report, or the appointed time (domain 2.5 b, d).

    A promise that broke is not replaced by a later one: who has been waited for in vain was late.
    """
    if ticket.arrive_missed_at is not None:
        return ticket.arrive_missed_at
    if ticket.appointment_at is not None:
        return ticket.appointment_at
    charger = pack.find("ev_charger_arrive") if ticket.category is Category.EV else None
    return ticket.reported_at + (charger or pack.minutes("arrive", area_class=ticket.area_class))


def is_appointed(ticket: Ticket) -> bool:
    """Tell whether a crew is to come at a time agreed with the customer (约时), and not as soon as promised."""
    return ticket.appointment_at is not None and ticket.arrive_missed_at in (None, ticket.appointment_at)


def _important(ticket: Ticket, pack: RulePack) -> Iterator[Running]:
    """A sooner arrival than the promise: those who answer for important customers hear of it once if nobody came."""
    known = ticket.flags.important and not ticket.flags.important_late
    if pack.supervision is None or not known or ticket.protected not in VITAL or is_appointed(ticket):
        return
    yield Limit.IMPORTANT, ticket.reported_at, ticket.reported_at + pack.supervision.important_arrive.duration


def _on_site(ticket: Ticket, pack: RulePack) -> Iterator[Running]:
    if ticket.arrived_at is None:
        return
    if ticket.suspended_at is not None and ticket.suspended_until is not None:
        yield Limit.SUSPENSION, ticket.suspended_at, ticket.suspended_until
    else:
        begun, paused = repair_round(ticket, ticket.arrived_at)
        yield Limit.RESTORE, begun, _restore_due(ticket, begun, paused, pack)
    if ticket.stage is S.MERGED:
        return
    yield from _progress(ticket, ticket.arrived_at, pack)
    if ticket.located_at is not None and ticket.etr_at is None:
        yield Limit.ETR, ticket.located_at, _after(ticket.located_at, pack.find("etr_after_located"))


def repair_round(ticket: Ticket, arrived_at: datetime) -> tuple[datetime, timedelta]:
    """Return since when the present round of repair is counted, and how long it has waited."""
    crew = ticket.crew
    if not ticket.reopened_n or crew is None or crew.arrived_at is None:
        return arrived_at, timedelta(seconds=ticket.paused_s)
    return crew.arrived_at, timedelta(seconds=ticket.paused_s - (ticket.paused_before_s or 0))


def repair_span(ticket: Ticket, pack: RulePack) -> timedelta | None:
    """Return how long a repair may last, without its waiting; None: the pack says nothing of it."""
    return pack.find("restore_after_arrival", area_class=ticket.area_class)


def _restore_due(ticket: Ticket, begun_at: datetime, paused: timedelta, pack: RulePack) -> datetime | None:
    """A limit that broke in this round of repair stays where it was: waiting afterwards excuses nothing."""
    if ticket.restore_missed_at is not None and ticket.restore_missed_at > begun_at:
        return ticket.restore_missed_at
    return _after(begun_at + paused, repair_span(ticket, pack))


def _progress(ticket: Ticket, arrived_at: datetime, pack: RulePack) -> Iterator[Running]:
    long_job, every = pack.find("long_job_threshold"), pack.find("long_job_report_every")
    if long_job is None or every is None:
        return
    foreseen = ticket.etr_at is not None and ticket.etr_at - arrived_at > long_job
    begin = arrived_at if foreseen else arrived_at + long_job - every
    latest = max(begin, ticket.progress_at or begin)
    yield Limit.PROGRESS, latest, latest + every


def _supervised(ticket: Ticket) -> Iterator[Running]:
    if ticket.supervisions:
        waiting = [s for s in ticket.supervisions if s.answered_at is None and s.cleared_at is None]
        for order in sorted(waiting, key=lambda s: s.due_at, reverse=True):
            yield Limit.ANSWER, order.issued_at, order.due_at


def settled(ticket: Ticket, entry: Entry, pack: RulePack) -> Event:
    """Return the event with what the pack says of its times: entered too late? inside the promise after all?"""
    event = entry.event
    if isinstance(event, Arrived):
        return event.model_copy(update=_entered(ticket, entry, Limit.ARRIVE, entry.at_claimed, pack))
    if isinstance(event, Restored):
        return event.model_copy(update=_entered(ticket, entry, Limit.RESTORE, entry.at_claimed, pack))
    if isinstance(event, Merged) and event.arrived_at is not None:
        due = deadlines(ticket, pack).get(Limit.ARRIVE)  # the arrival was entered with the parent; here it only counts
        return event.model_copy(update={"in_time": due is not None and event.arrived_at <= due})
    if isinstance(event, Followed) and event.arrived_at is not None and not event.in_time:
        return event.model_copy(update=_entered(ticket, entry, Limit.ARRIVE, event.arrived_at, pack))
    return event


def _entered(ticket: Ticket, entry: Entry, limit: Limit, claimed: datetime, pack: RulePack) -> dict[str, bool]:
    allowance = pack.find("finish_report" if limit is Limit.RESTORE else "arrival_entry")
    late_entry = allowance is not None and entry.at_server - claimed > allowance
    due = deadlines(ticket, pack).get(limit)
    return {"late_entry": late_entry, "in_time": due is not None and claimed <= due and not late_entry}


def kept(event: Event) -> frozenset[Limit]:
    """Return the limits that this report shows to have been kept, however late it was entered."""
    if isinstance(event, Arrived | Backfilled | Followed | Merged) and event.in_time:
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
            _enough_attempts(ticket, pack)
        case Suspended() | Excused() | Chased() | Reopened():
            _loop(ticket, entry, pack)
        case _:
            pass


def _enough_attempts(ticket: Ticket, pack: RulePack) -> None:
    needed = pack.limits.callback_attempts.value if pack.limits.callback_attempts else 1
    if ticket.callback_attempts < needed:
        raise TooFewAttempts(
            f"客户未接通不足 {needed} 次(已 {ticket.callback_attempts} 次),请继续回访或填写满意度",
            field="satisfied",
            attempts=ticket.callback_attempts,
            needed=needed,
        )


def _loop(ticket: Ticket, entry: Entry, pack: RulePack) -> None:
    match entry.event:
        case Suspended(until_at=until) if pack.supervision is not None:
            _may_wait(ticket, entry, until - entry.at_claimed, pack.supervision)
        case Excused() as excused:
            _excusable(ticket, entry, excused, pack)
        case Chased(by_customer=False, target=target) if pack.supervision is not None:
            _cooled_down(ticket, entry, target, pack.supervision.chase_cool_down.duration)
        case Reopened(reason=ReopenReason.DISSATISFIED) if pack.visits is not None:
            if ticket.dissatisfied_n >= pack.visits.reopen.value:
                raise OnlyOnce(f"工单 {ticket.ticket_no} 已因不满意重新处理过,请归档并升级处理", field="reason")
        case _:
            pass


def _may_wait(ticket: Ticket, entry: Entry, length: timedelta, rules: Supervision) -> None:
    """One approval has its longest time, the county a number and a sum of them; what is more the province approves."""
    if length > rules.suspend_max.duration:
        hours = rules.suspend_max.duration / timedelta(hours=1)
        raise TooLong(f"一次挂起最长 {hours:g} 小时,请改早截止时间,到期可再次审批", field="until_at")
    if entry.by.role in BY_ORDER:
        return
    times, waited = ticket.suspended_n or 0, timedelta(seconds=ticket.paused_s)
    if times >= rules.suspend_times.value or waited + length > rules.suspend_total.duration:
        hours = rules.suspend_total.duration / timedelta(hours=1)
        raise NeedsProvince(
            f"工单 {ticket.ticket_no} 已挂起 {times} 次、共 {waited / timedelta(minutes=1):.0f} 分钟;"
            f"县级最多批 {rules.suspend_times.value} 次、合计 {hours:g} 小时,再挂起须由省监控审批",
            field="until_at",
            suspended_n=times,
            paused_s=ticket.paused_s,
        )


def _excusable(ticket: Ticket, entry: Entry, event: Excused, pack: RulePack) -> None:
    names = pack.limits.excused_by.value if pack.limits.excused_by else ()
    if event.reason.value not in names:
        raise NotExcusable(f"规则包 {pack.key} 不允许以“{event.reason.label}”说明延时", field="reason")
    due = arrival_due(ticket, pack)
    if max(entry.at_server, event.told_at) > due:
        raise TooLate(
            f"到场时限 {due.astimezone(CHINA):%H:%M} 已过,延时说明须在时限前告知客户并登记", due_at=due.isoformat()
        )


def _cooled_down(ticket: Ticket, entry: Entry, target: ChaseTarget | None, pause: timedelta) -> None:
    for chase in ticket.chases:
        if chase.target is target and entry.at_claimed < chase.at + pause:
            again = (chase.at + pause).astimezone(CHINA)
            raise ChasedRecently(f"刚刚催办过({chase.target.label}),{again:%H:%M:%S} 之后才能再次催办")


def _after(begin: datetime, limit: timedelta | None) -> datetime | None:
    return None if limit is None else begin + limit


def _out_of_quiet(due: datetime | None, pack: RulePack) -> datetime | None:
    """Move a time that falls into a quiet window of the day to the window's end."""
    quiet = pack.limits.callback_quiet
    return due if due is None or quiet is None else next_allowed(due, quiet.spans)
