"""
事后评价: what one ticket that ended is to be blamed for, its points, and the evidence. Pure. Domain 2.15 and 8.

The judge is the pack the ticket was opened under; a later pack judges nothing again. A fault takes its points once,
however often it happened; one that is excused takes none. A pack without a section ``review`` gives breaches but no
score. An appeal makes a further judgement (``appealed``) and leaves the first as it is.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dispatch.kit.clock import CHINA
from dispatch.kit.rulepack import RulePack

from .course import Broken, Course, course, held
from .events import Entry, Merged
from .judged import Ending, Fault, Judged
from .model import Finding, Frozen, Supervision, Ticket
from .words import Limit, Result, Stage, Symptom

MINUTE = timedelta(minutes=1)
DARK = frozenset({Symptom.NO_POWER_ONE, Symptom.NO_POWER_MANY, Symptom.NO_POWER_AREA})
# What the indices take from the ticket as it stands.
TAKEN = (
    *("area", "feeder", "repeat_of", "customers_out", "returned_n", "reply_rejected_n", "trust", "satisfied"),
    *("contacts_n", "reported_at", "submitted_at", "accepted_at", "arrived_at", "restored_at", "replied_at"),
)


class Breach(Frozen):
    """One thing that went wrong (违约). A limit has ``due_at``; other faults have only the line that shows them."""

    fault: Fault
    version: int  # line of the log that shows it
    limit: Limit | None = None
    due_at: datetime | None = None
    actual_at: datetime | None = None  # as reported; None: it was never done
    entered_at: datetime | None = None  # when that report reached the server
    late_min: float | None = None  # of a thing never done: until the ticket ended
    held: Stage | None = None  # cause: where most of the clock's time passed
    held_min: float | None = None
    detail: str = ""
    excused: bool = False
    excuse: str = ""


class Mark(Frozen):
    """A line of the log, sealed by its hash."""

    version: int
    kind: str
    at_claimed: datetime
    at_server: datetime
    hash: str


class Fix(Frozen):
    """Where the reporter was; WGS-84 degrees, metres."""

    version: int
    kind: str
    lon: float
    lat: float
    accuracy_m: float | None = None


class Overridden(Frozen):
    """A merge that the rules refuse, and who answered for it with what reason."""

    version: int
    into: str
    by: str
    role: str
    reason: str


class Evidence(Frozen):
    """What a judgement rests on (证据包)."""

    lines: tuple[Mark, ...]
    positions: tuple[Fix, ...] = ()
    supervisions: tuple[Supervision, ...] = ()
    overridden: tuple[Overridden, ...] = ()
    trust: float | None = None
    findings: tuple[Finding, ...] = ()


class Review(Frozen):
    """One judgement on a ticket that ended."""

    ticket_id: str
    ticket_no: str
    judgement: int = 1
    area: str
    pack: str
    ending: Ending
    ended_at: datetime
    score: int | None = None  # 0 to 100; None: the pack gives no points
    breaches: tuple[Breach, ...] = ()
    evidence: Evidence
    judged_at: datetime
    judged_by: str
    ground: str = "办结评价"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A review with the flat row that the indices are counted from."""

    review: Review
    row: Judged


def judge(log: Sequence[Entry], pack: RulePack, *, family: str | None = None, at: datetime, by: str) -> Judgement:
    """
    Judge a ticket that ended.

    :param log: all of its lines, in order
    :param pack: the one it was opened under
    :param family: outermost incident around it; by default its own
    :param at: time of the judgement, ``by`` the judge's account
    """
    seen = course(log, pack)
    ticket = seen.ticket
    breaches = tuple(_breaches(seen, log, pack))
    review = Review(
        ticket_id=ticket.id,
        ticket_no=ticket.ticket_no,
        area=ticket.area,
        pack=ticket.pack,
        ending=_ending(ticket),
        ended_at=_ended_at(ticket),
        score=score(breaches, pack),
        breaches=breaches,
        evidence=_evidence(ticket, log),
        judged_at=at,
        judged_by=by,
    )
    return Judgement(review, _row(seen, review, family))


def appealed(
    before: Review, pack: RulePack, *, excused: Iterable[Fault], excuse: str, ground: str, at: datetime, by: str
) -> Review:
    """Return the judgement after an appeal: the faults in ``excused`` take no points any more."""
    spared = frozenset(excused)
    breaches = tuple(
        one.model_copy(update={"excused": True, "excuse": excuse}) if one.fault in spared else one
        for one in before.breaches
    )
    change = {
        "judgement": before.judgement + 1,
        "breaches": breaches,
        "score": score(breaches, pack),
        "ground": ground,
        "judged_at": at,
        "judged_by": by,
    }
    return before.model_copy(update=change)


def again(row: Judged, review: Review) -> Judged:
    """Return the row as a further judgement leaves it: what happened stays, blame and points change."""
    faults, excused = _blame(review.breaches)
    return row._replace(judgement=review.judgement, score=review.score, faults=faults, excused=excused)


def score(breaches: Iterable[Breach], pack: RulePack) -> int | None:
    """Return the points of 100 that are left; None if the pack gives none."""
    if pack.review is None:
        return None
    blamed = {one.fault for one in breaches if not one.excused}
    lost: float = sum(getattr(pack.review, fault.value).value for fault in blamed)
    return max(0, round(100 * (1 - lost)))


def _blame(breaches: Iterable[Breach]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the faults, each once, and those of them that are excused wherever they stand."""
    found = tuple(breaches)
    faults = tuple(dict.fromkeys(one.fault.value for one in found))
    blamed = {one.fault.value for one in found if not one.excused}
    return faults, tuple(fault for fault in faults if fault not in blamed)


def _ending(ticket: Ticket) -> Ending:
    if ticket.stage is Stage.CANCELLED:
        return Ending.CANCELLED
    return Ending.CLOSED if ticket.submitted_at is not None else Ending.CONSULTED


def _ended_at(ticket: Ticket) -> datetime:
    return ticket.closed_at or ticket.cancelled_at or ticket.stage_at


def _breaches(seen: Course, log: Sequence[Entry], pack: RulePack) -> Iterator[Breach]:
    yield from (_late(one, seen) for one in seen.broken if one.limit is not Limit.SUSPENSION)
    for version in seen.late_entries:
        entry = log[version - 1]
        waited = (entry.at_server - entry.at_claimed) / MINUTE
        detail = f"“{entry.event.label}”晚 {waited:.0f} 分钟录入"
        yield Breach(
            fault=Fault.LATE_ENTRY,
            version=version,
            actual_at=entry.at_claimed,
            entered_at=entry.at_server,
            late_min=round(waited, 1),
            detail=detail,
        )
    yield from (
        Breach(fault=Fault.WRONG_RETURN, version=version, detail="退单后仍由本单位处理")
        for version in seen.wrong_returns
    )
    for version, findings in seen.doubts:
        yield Breach(fault=Fault.DOUBTFUL, version=version, detail=f"重新处理前,{_doubted(findings)}")
    last = log[-1].version
    yield from (Breach(fault=fault, version=last, detail=detail) for fault, detail in _findings(seen.ticket, pack))


def _findings(ticket: Ticket, pack: RulePack) -> Iterator[tuple[Fault, str]]:
    if ticket.flags.doubtful:
        yield Fault.DOUBTFUL, _doubted(ticket.findings)
    if ticket.satisfied is False:
        yield Fault.DISSATISFIED, "回访不满意"
    if pack.supervision is not None and ticket.contacts_n >= pack.supervision.contacts_escalate.value:
        yield Fault.THIRD_CONTACT, f"客户就同一事件联系 {ticket.contacts_n} 次"
    if ticket.reply_rejected_n:
        yield Fault.REPLY_REJECTED, f"回单被退 {ticket.reply_rejected_n} 次"


def _doubted(findings: Iterable[Finding]) -> str:
    failed = "、".join(one.check.label for one in findings if one.passed is False)
    return f"真实性核查未通过:{failed or '得分过低'}"


def _late(one: Broken, seen: Course) -> Breach:
    done = one.actual_at or _ended_at(seen.ticket)
    late = max(timedelta(0), done - one.due_at)
    where = held(seen, one.begun_at, done)
    excused = one.limit is Limit.ARRIVE and seen.ticket.flags.excused
    why = seen.ticket.excuse_reason
    return Breach(
        fault=Fault(f"late_{one.limit.value}"),
        version=one.version,
        limit=one.limit,
        due_at=one.due_at,
        actual_at=one.actual_at,
        entered_at=one.entered_at,
        late_min=round(late / MINUTE, 1),
        held=where[0] if where else None,
        held_min=round(where[1], 1) if where else None,
        detail=_told(one, late),
        excused=excused,
        excuse=f"时限前已向客户说明:{why.label}" if excused and why else "",
    )


def _told(one: Broken, late: timedelta) -> str:
    due = f"应于 {one.due_at.astimezone(CHINA):%m-%d %H:%M} 前完成"
    if one.actual_at is None:
        return f"{due},办结时仍未完成"
    if not late and one.entered_at is not None:
        return f"{due};自报按时,但 {one.entered_at.astimezone(CHINA):%m-%d %H:%M} 才录入,不能采信"
    return f"{due},实际 {one.actual_at.astimezone(CHINA):%m-%d %H:%M},迟 {late / MINUTE:.0f} 分钟"


def _evidence(ticket: Ticket, log: Sequence[Entry]) -> Evidence:
    return Evidence(
        lines=tuple(
            Mark(
                version=entry.version,
                kind=entry.event.kind,
                at_claimed=entry.at_claimed,
                at_server=entry.at_server,
                hash=entry.hash.hex(),
            )
            for entry in log
        ),
        positions=tuple(
            Fix(
                version=entry.version,
                kind=entry.event.kind,
                lon=entry.geo.lon,
                lat=entry.geo.lat,
                accuracy_m=entry.geo.accuracy_m,
            )
            for entry in log
            if entry.geo is not None
        ),
        supervisions=ticket.supervisions,
        overridden=tuple(_overridden(log)),
        trust=ticket.trust,
        findings=ticket.findings,
    )


def _overridden(log: Sequence[Entry]) -> Iterator[Overridden]:
    for entry in log:
        event = entry.event
        if isinstance(event, Merged) and event.override is not None:
            yield Overridden(
                version=entry.version, into=event.into, by=entry.by.id, role=entry.by.role, reason=event.override
            )


def _row(seen: Course, review: Review, family: str | None) -> Judged:
    ticket = seen.ticket
    taken: dict[str, Any] = {name: getattr(ticket, name) for name in TAKEN}
    last = ticket.dispatches[-1] if ticket.dispatches else None
    dark = _was_dark(seen)
    faults, excused = _blame(review.breaches)
    return Judged(
        **taken,
        ticket_id=ticket.id,
        judgement=review.judgement,
        ending=review.ending.value,
        category=ticket.category.value,
        area_class=ticket.area_class.value,
        child=ticket.merged_into is not None,
        appointed=ticket.appointment_at is not None,
        incident=ticket.incident_id,
        nested_in=seen.nested_in,
        family=family or seen.nested_in or ticket.incident_id,
        customer=ticket.account_no or ticket.id,
        crew=last.crew_id if last else None,
        lent=last is not None and last.crew_area != ticket.area,
        ended_at=review.ended_at,
        dark_from=(ticket.dark_since or ticket.reported_at) if dark else None,
        dark_until=(seen.dark_until or seen.proven_dark_until) if dark else None,
        spread_until=seen.spread_until if dark else None,
        wrong_district=seen.wrong_district,
        app_accepted=seen.app_accepted,
        false_reply=seen.false_reply,
        chases_n=ticket.flags.chased_n,
        supervisions_n=len(ticket.supervisions),
        score=review.score,
        faults=faults,
        excused=excused,
    )


def _was_dark(seen: Course) -> bool:
    """
    Tell whether our own fault took the power from somebody: said by the caller or by the number of customers.

    Where a round of repair gave it back, it did, though nothing was found in a later one.
    """
    ticket = seen.ticket
    ours = ticket.stage is Stage.CLOSED and ticket.result is Result.RESTORED
    given_back = seen.dark_until is not None or seen.proven_dark_until is not None
    return (ours or given_back) and (ticket.symptom in DARK or bool(ticket.customers_out))
