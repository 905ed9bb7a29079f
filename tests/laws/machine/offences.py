"""What may not be done: by the stage, by the order of time, and by what each step requires. Domain 2.3 to 2.14."""

from collections.abc import Iterator
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from dispatch.kit.errors import Refusal
from dispatch.tickets import events as e
from dispatch.tickets.guards import (
    Contradiction,
    FutureTime,
    MeterDark,
    MissingField,
    NeedsOrder,
    OnlyOnce,
    TimeBackwards,
)
from dispatch.tickets.limits import ChasedRecently, NeedsProvince, TooFewAttempts, TooLate, TooLong
from dispatch.tickets.loopguards import (
    AlreadyAnswered,
    AlreadySuspended,
    NeedsAudit,
    NeedsDecision,
    NoSuchSupervision,
    NotAnswered,
    NotSuspended,
    OrderedByProvince,
    WaitsWithParent,
)
from dispatch.tickets.terms import ExcuseReason, ReopenReason
from dispatch.tickets.words import MeterCheck, Ownership, Result, ReturnReason, Source
from tests.laws.machine.life import AUDITOR, CREW, HOW, PROVINCE, SEAT, UNIT, How, Life
from tests.laws.machine.model import ACCEPT, ATTEMPTS, Model
from tests.laws.machine.table import STEPS
from tests.tickets.history import EVENTS
from tests.worlds import FOUND, REPLY, SENT

HOUR = timedelta(hours=1)
Offence = tuple[e.Event, e.Actor, type[Refusal], str | None]  # what, by whom, why it is refused, the field
KINDS = sorted(STEPS)


def offences(life: Life) -> Iterator[Offence]:
    """Yield what the ticket as it is must refuse, though its stage allows the event."""
    model = life.model
    for made in (_return, _transfer, _crew, _site, _reply, _visit, _wait, _excuse, _order):
        for event, by, why, field in made(life, model):
            if model.may(event.kind):
                yield event, by, why, field


def _return(life: Life, model: Model) -> Iterator[Offence]:
    text = "经核实不属于本单位处理的工单"
    wrong = e.Returned(reason=ReturnReason.WRONG_DISTRICT, text=text)
    yield wrong, UNIT, MissingField, "right_area"
    yield e.Returned(reason=ReturnReason.NO_ADDRESS, text=" " * 12), UNIT, MissingField, "text"
    plain = e.Returned(reason=ReturnReason.NO_ADDRESS, text=text)
    if model.ordered:
        yield plain, UNIT, OrderedByProvince, None
    elif model.submitted_at is not None and life.now > model.submitted_at + ACCEPT:
        yield plain, UNIT, TooLate, None
    if model.returned_n >= 2 and model.stage == "RETURNED":
        yield e.Resubmitted(), SEAT, NeedsOrder, None


def _transfer(_life: Life, model: Model) -> Iterator[Offence]:
    yield e.Transferred(to_area=model.area, reason="属本单位", by_order=True), PROVINCE, Contradiction, "to_area"
    if model.stage != "RETURNED" or model.returned_n >= 2:
        yield e.Transferred(to_area="330299", reason="属该县供区"), UNIT, NeedsOrder, None
    yield e.Cancelled(reason="客户来电已恢复", meter=MeterCheck.DARK), SEAT, MeterDark, "meter"


def _crew(_life: Life, model: Model) -> Iterator[Offence]:
    if model.crew is None:
        return
    again = SENT.model_copy(update={"crew_id": model.crew, "transfer_reason": "就近"})
    yield again, UNIT, Contradiction, "crew_id"
    yield SENT.model_copy(update={"crew_id": "c9", "transfer_reason": " "}), UNIT, MissingField, "transfer_reason"


def _site(life: Life, model: Model) -> Iterator[Offence]:
    before = max(life.now, model.last_step_at) - timedelta(minutes=1)
    yield FOUND.model_copy(update={"photos": (), "etr_at": None}), CREW, MissingField, "photos"
    yield FOUND.model_copy(update={"etr_at": before}), CREW, Contradiction, "etr_at"
    yield e.Progressed(text="正在更换", etr_at=before), CREW, Contradiction, "etr_at"
    if model.stage in {"ACCEPTED", "DISPATCHED", "CREW_ACCEPTED", "EN_ROUTE"}:
        yield e.Restored(field_record="更换绝缘子"), CREW, MissingField, "waiver"
    if model.stage in {"ARRIVED", "LOCATED"}:
        yield e.Restored(field_record="更换绝缘子"), CREW, Contradiction, "result"
    if model.stage in {"ARRIVED", "LOCATED", "REPAIRING"}:
        inside = e.Restored(result=Result.CUSTOMER_SIDE, ownership=Ownership.GRID, field_record="已说明")
        yield inside, CREW, MissingField, "ownership"
        silent = inside.model_copy(update={"ownership": Ownership.CUSTOMER, "field_record": ""})
        yield silent, CREW, MissingField, "field_record"


def _reply(_life: Life, model: Model) -> Iterator[Offence]:
    yield REPLY.model_copy(update={"ownership": Ownership.DISPUTED}), UNIT, Contradiction, "ownership"
    if model.reply_rejected_n:
        yield e.ReplyRejected(defects=("缺少到场时间",)), AUDITOR, OnlyOnce, None
    if model.waiting:
        yield e.CallbackQueued(), AUDITOR, NeedsDecision, None
    elif model.doubtful:
        yield e.CallbackQueued(), UNIT, NeedsAudit, None


def _visit(_life: Life, model: Model) -> Iterator[Offence]:
    if model.attempts < ATTEMPTS:
        yield e.Closed(satisfied=None), SEAT, TooFewAttempts, "satisfied"
    if model.dissatisfied_n:
        yield e.Reopened(reason=ReopenReason.DISSATISFIED), SEAT, OnlyOnce, "reason"


def _wait(life: Life, model: Model) -> Iterator[Offence]:
    now, event = max(life.now, model.last_step_at), EVENTS["suspended"]
    if model.stage == "MERGED":
        yield event.model_copy(update={"until_at": now + HOUR}), UNIT, WaitsWithParent, None
        return
    if model.waits_since is not None:
        yield event.model_copy(update={"until_at": now + HOUR}), UNIT, AlreadySuspended, None
        return
    yield event.model_copy(update={"until_at": now + 5 * HOUR}), UNIT, TooLong, "until_at"
    yield event.model_copy(update={"until_at": now}), UNIT, Contradiction, "until_at"
    yield e.Resumed(), UNIT, NotSuspended, None
    if model.waited_n >= 2:
        yield event.model_copy(update={"until_at": now + HOUR}), UNIT, NeedsProvince, "until_at"


def _excuse(life: Life, model: Model) -> Iterator[Offence]:
    said = e.Excused(reason=ExcuseReason.TRAFFIC, explanation="道路塌方绕行", told_at=life.now)
    yield said.model_copy(update={"reason": ExcuseReason.WEATHER}), SEAT, MissingField, "order_id"
    yield said.model_copy(update={"told_at": life.now + HOUR}), SEAT, Contradiction, "told_at"
    yield said.model_copy(update={"told_at": model.reported_at - HOUR}), SEAT, Contradiction, "told_at"
    if life.now > model.arrive_by:
        yield said, SEAT, TooLate, None


def _order(life: Life, model: Model) -> Iterator[Offence]:
    yield e.SupervisionAnswered(no="DB0-1", text="已处理"), UNIT, NoSuchSupervision, "no"
    for no, state in model.orders.items():
        if state != "issued":
            yield e.SupervisionAnswered(no=no, text="已处理"), UNIT, AlreadyAnswered, "no"
        else:
            yield e.SupervisionCleared(no=no), PROVINCE, NotAnswered, "no"
        if state == "cleared":
            yield e.SupervisionCleared(no=no), PROVINCE, AlreadyAnswered, "no"
    booked = e.Corrected(reason="客户改期", appointment_at=model.reported_at - HOUR)
    yield booked, UNIT, Contradiction, "appointment_at"
    if not model.is_cool(max(life.now, model.last_step_at)):
        chase = e.Chased(target=model.who_moves, by_customer=False)
        yield chase, PROVINCE, ChasedRecently, None


class Offences(Life):
    @rule(kind=st.sampled_from(KINDS))
    def what_the_stage_does_not_allow_is_refused(self, kind: str) -> None:
        if not self.model.may(kind):
            self.is_refused(EVENTS[kind], Refusal, by=PROVINCE)

    @rule(data=st.data())
    def what_a_step_lacks_is_refused(self, data: st.DataObject) -> None:
        self.looks()
        found = list(offences(self))
        if found:
            event, by, why, field = data.draw(st.sampled_from(found))
            self.offends(event, by, why, field)

    def offends(self, event: e.Event, by: e.Actor, why: type[Refusal], field: str | None) -> None:
        source = Source.APP if by is CREW else Source.PHONE
        refusal = self.is_refused(event, why, by=by, source=source)
        assert refusal.field == field

    @precondition(lambda machine: machine.model.is_open)
    @rule(how=HOW, kind=st.sampled_from(KINDS))
    def a_time_that_cannot_be_is_refused(self, how: How, kind: str) -> None:
        if not self.model.may(kind) or kind in {"overdue", "warned", "escalated", "supervised", "chased", "resumed"}:
            return
        self.is_refused(EVENTS[kind], FutureTime, claimed=self.now + timedelta(minutes=2, seconds=1 + how.n))
        before = self.model.last_step_at - timedelta(seconds=1 + how.late_min * 60)
        self.is_refused(EVENTS[kind], TimeBackwards, claimed=before)
