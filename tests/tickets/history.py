"""Tickets made by letting things happen to them, without a database."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from dispatch.kit.rulepack import Packs, RulePack
from dispatch.tickets import events as e
from dispatch.tickets import limits
from dispatch.tickets.events import Actor, Entry, Event, Geo
from dispatch.tickets.lifecycle import TRANSITIONS, check, evolve
from dispatch.tickets.model import Ticket
from dispatch.tickets.terms import (
    Addressee,
    Asking,
    EscalationReason,
    ExcuseReason,
    NoteKind,
    ReopenReason,
    SuspendReason,
    Waiver,
)
from dispatch.tickets.words import (
    AreaClass,
    Category,
    Channel,
    Level,
    Limit,
    Matched,
    RejectReason,
    Result,
    ReturnReason,
    Source,
    Stage,
    Symptom,
)
from tests.worlds import CANCEL, DONE, FOUND, NINGHAI, REPLY, SENT, START, XIANGSHAN, minutes

PACK = Packs.load().latest("sgcc")
S = Stage
ANYBODY = Actor("someone", "COUNTY_DISPATCHER")
PROVINCE = Actor("monitor", "PROVINCE_MONITOR")
OURSELVES = Actor("system", "SYSTEM")

OPENING: dict[str, Any] = {
    "ticket_no": "2607010000001",
    "pack": PACK.key,
    "area": XIANGSHAN,
    "call_id": "call-1",
    "channel": Channel.PHONE,
    "reported_at": START,
    "address": "丹城镇东街1号",
    "area_class": AreaClass.URBAN,
    "symptom": Symptom.NO_POWER_ONE,
    "category": Category.LV,
    "level": Level.NORMAL,
    "hazard": False,
}
RETURN = e.Returned(reason=ReturnReason.WRONG_CATEGORY, text="客户反映的是电费问题,不属抢修")
RESTORED_NOTHING = e.Restored(result=Result.NO_FAULT, field_record="到场时客户已有电")

ORDER = "DB2607010000001-1"

# One usual event of each kind; what the stage makes necessary is in ``usual``.
EVENTS: dict[str, Event] = {
    "completed": e.Completed(symptom=Symptom.NO_POWER_ONE, category=Category.LV, level=Level.NORMAL, hazard=False),
    "consulted": e.Consulted(matched=Matched.KNOWN_OUTAGE, answer="该线路计划停电至11时"),
    "accepted": e.Accepted(),
    "returned": RETURN,
    "resubmitted": e.Resubmitted(area=NINGHAI),
    "merged": e.Merged(into="parent", incident_id="parent", evidence="同一表箱,症状相同"),
    "unmerged": e.Unmerged(reason="客户仍无电"),
    "followed": e.Followed(etr_at=minutes(200)),
    "dispatched": SENT,
    "crew_accepted": e.CrewAccepted(),
    "crew_rejected": e.CrewRejected(reason=RejectReason.VEHICLE_DOWN),
    "departed": e.Departed(),
    "arrived": e.Arrived(),
    "located": FOUND,
    "repair_started": e.RepairStarted(),
    "progressed": e.Progressed(text="正在更换"),
    "restored": DONE,
    "backfilled": e.Backfilled(step=e.Departed(), happened_at=minutes(3), no=1, report_id="report-1"),
    "replied": REPLY,
    "reply_rejected": e.ReplyRejected(defects=("缺少到场时间",)),
    "callback_queued": e.CallbackQueued(),
    "callback_tried": e.CallbackTried(),
    "closed": e.Closed(satisfied=True),
    "cancelled": CANCEL,
    "chased": e.Chased(),
    "corrected": e.Corrected(reason="门牌号更正", address="丹城镇东街2号"),
    "overdue": e.Overdue(limit=Limit.ARRIVE, due_at=minutes(45)),
    "transferred": e.Transferred(to_area=NINGHAI, reason="属宁海供区", by_order=True),
    "suspended": e.Suspended(reason=SuspendReason.MATERIAL, text="等待变压器", until_at=minutes(200)),
    "resumed": e.Resumed(text="物资已到"),
    "excused": e.Excused(reason=ExcuseReason.TRAFFIC, explanation="道路塌方绕行", told_at=START),
    "warned": e.Warned(limit=Limit.ARRIVE, level=1, due_at=minutes(45)),
    "escalated": e.Escalated(level=4, reason=EscalationReason.MEDIA),
    "supervised": e.Supervised(
        no=ORDER, level=3, reason="到场超时", addressee=Addressee.COUNTY_DIRECTOR, area=XIANGSHAN, due_at=minutes(75)
    ),
    "supervision_answered": e.SupervisionAnswered(no=ORDER, text="班组已到场"),
    "supervision_cleared": e.SupervisionCleared(no=ORDER),
    "asked": e.Asked(how=Asking.SMS),
    "confirmed": e.Confirmed(how=Asking.SMS),
    "reopened": e.Reopened(reason=ReopenReason.STILL_DARK),
    "surveyed": e.Surveyed(message_id="m1"),
    "assessed": e.Assessed(score=0.65, doubtful=True),
    "noted": e.Noted(note=NoteKind.HELPED, text="为独居老人更换漏保"),
    "contradicted": e.Contradicted(report_id="r1", text="两次到场时间不一致"),
    "settled": e.Settled(report_id="r1", accepted=False, text="以现场照片时间为准"),
}
BEFORE: dict[str, tuple[str, ...]] = {  # what must have happened before an event of the kind makes sense
    "resumed": ("suspended",),
    "supervision_answered": ("supervised",),
    "supervision_cleared": ("supervised", "supervision_answered"),
}


@dataclass(frozen=True)
class History:
    """A ticket and the hands it is in; each step gives the next one."""

    ticket: Ticket
    log: tuple[Entry, ...]
    pack: RulePack = PACK

    def entry(self, event: Event, *, at: datetime | None = None, **said: Any) -> Entry:
        """Return the log's next line; one minute after the latest step unless told otherwise."""
        at = at or self.ticket.last_at + timedelta(minutes=1)
        by = PROVINCE if isinstance(event, e.Transferred) else ANYBODY
        if isinstance(event, e.Suspended | e.Resumed) and self.ticket.stage is S.MERGED:
            by = OURSELVES  # with its parent
        given: dict[str, Any] = {"by": by, "source": Source.PHONE, "at_claimed": at, "at_server": at, **said}
        return Entry(ticket_id=self.ticket.id, version=self.ticket.version + 1, event=event, **given)

    def then(self, event: Event, *, at: datetime | None = None, **said: Any) -> "History":
        """Let an event happen, as the store does: checked, settled, added."""
        entry = self.entry(event, at=at, **said)
        check(self.ticket, entry, self.pack)
        return self.and_so(replace(entry, event=limits.settled(self.ticket, entry, self.pack)))

    def and_so(self, entry: Entry) -> "History":
        return replace(self, ticket=evolve(self.ticket, entry), log=(*self.log, entry))

    def due(self) -> dict[Limit, datetime]:
        return limits.deadlines(self.ticket, self.pack)


def opened(*, draft: bool = False, pack: RulePack = PACK, geo: Geo | None = None, **said: Any) -> History:
    """Return a ticket that has just been opened."""
    given = {**OPENING, "pack": pack.key, **said}
    event = e.Drafted(**given) if draft else e.Submitted(**given)
    entry = Entry("ticket-1", 1, START, START, Actor("seat", "SEAT_AGENT"), Source.CTI, event, geo)
    check(None, entry, pack)
    return History(evolve(None, entry), (entry,), pack)


ROADS: dict[Stage, tuple[str, ...]] = {
    S.SUBMITTED: (),
    S.RETURNED: ("returned",),
    S.ACCEPTED: ("accepted",),
    S.MERGED: ("accepted", "merged"),
    S.DISPATCHED: ("accepted", "dispatched"),
    S.CREW_ACCEPTED: ("accepted", "dispatched", "crew_accepted"),
    S.EN_ROUTE: ("accepted", "dispatched", "crew_accepted", "departed"),
    S.ARRIVED: ("accepted", "dispatched", "departed", "arrived"),
    S.LOCATED: ("accepted", "dispatched", "arrived", "located"),
    S.REPAIRING: ("accepted", "dispatched", "arrived", "located", "repair_started"),
    S.RESTORED: ("accepted", "dispatched", "arrived", "located", "repair_started", "restored"),
    S.CANCELLED: ("cancelled",),
}
ROADS[S.REPLIED] = (*ROADS[S.RESTORED], "replied")
ROADS[S.REPLY_REJECTED] = (*ROADS[S.REPLIED], "reply_rejected")
ROADS[S.CALLBACK_PENDING] = (*ROADS[S.REPLIED], "callback_queued")
ROADS[S.CLOSED] = (*ROADS[S.CALLBACK_PENDING], "closed")


def at(stage: Stage, *, first: Sequence[str] = (), **said: Any) -> History:
    """Return a ticket that came to the stage by the usual road; ``first``: what happened to it right after it began."""
    history = opened(draft=stage is S.DRAFT, **said)
    for kind in (*first, *ROADS.get(stage, ())):
        history = history.then(EVENTS[kind])
    assert history.ticket.stage is stage
    return history


def ready(stage: Stage, kind: str) -> History:
    """Return a ticket in the stage to which an event of the kind may happen, as far as the stage allows it."""
    before = BEFORE.get(kind, ()) if stage in TRANSITIONS[kind][0] else ()
    here = [one for one in before if stage in TRANSITIONS[one][0]]
    history = at(stage, first=[one for one in before if one not in here])
    for one in here:
        history = history.then(EVENTS[one])
    return history


def usual(kind: str, stage: Stage) -> Event:
    """Return an event of the kind with all that the stage makes necessary."""
    if kind == "restored" and stage in {S.ARRIVED, S.LOCATED}:
        return RESTORED_NOTHING
    if kind == "restored" and stage in {S.ACCEPTED, S.DISPATCHED, S.CREW_ACCEPTED, S.EN_ROUTE}:
        return DONE.model_copy(update={"waiver": Waiver.REMOTE_SWITCHING})
    if kind == "dispatched" and stage in {S.DISPATCHED, S.CREW_ACCEPTED, S.EN_ROUTE}:
        return SENT.model_copy(update={"crew_id": "c2", "transfer_reason": "一队遇险情"})
    return EVENTS[kind]
