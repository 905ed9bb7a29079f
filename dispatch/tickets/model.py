"""What a ticket is: the sum of its events, never changed in place. Fields after domain 2.16."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from .terms import Addressee, ChaseTarget, Check, ExcuseReason, SuspendReason, Waiver
from .words import (
    AreaClass,
    Category,
    Cause,
    Channel,
    Level,
    Limit,
    Ownership,
    Protected,
    RejectReason,
    Result,
    ReturnReason,
    Source,
    Stage,
    Symptom,
)

_set = object.__setattr__  # past the refusal of a frozen class, on an object that nobody has yet
ENDED = frozenset({Stage.CLOSED, Stage.CANCELLED})


class Frozen(BaseModel):
    """A value: no unknown fields, no change after it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """
        Return the value with these fields changed, unchecked, as pydantic does, in half of its time.

        Of a copy it is not known which fields were given and which left open: nothing asks for that.
        """
        if deep:
            return super().model_copy(update=update, deep=True)
        copied = type(self).__new__(type(self))
        _set(copied, "__dict__", {**self.__dict__, **(update or {})})
        _set(copied, "__pydantic_fields_set__", self.__pydantic_fields_set__)
        _set(copied, "__pydantic_extra__", None)
        _set(copied, "__pydantic_private__", None)
        return copied


class Override(Frozen):
    """What only a named person may set aside (具名批准): another's crew, another's reserve, another's appointment."""

    set_aside: tuple[str, ...]  # reason codes of routing
    name: str  # who is answerable, in words; who entered it stands in the log
    reason: str


class Dispatch(Frozen):
    """One crew sent to the ticket's incident (派工单); the list of them is the transfer record (转派记录)."""

    no: int  # 1 for the first crew that was sent
    crew_id: str
    crew_name: str
    crew_area: str  # county that lends the crew, or the ticket's own
    depot: str
    sent_at: datetime
    sent_by: str
    eta_s: int  # promised travel, seconds from sent_at
    why: str
    own_district_crew: str | None = None  # what the old-district rule would have chosen
    saved_s: int | None = None  # seconds earlier than that choice
    lent_by: str | None = None  # what let another county's crew come: standing, storm, a grant's id, override
    override: Override | None = None
    arrived_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None


class Chase(Frozen):
    """How often one target was chased, and when last (催办记录)."""

    target: ChaseTarget
    n: int
    at: datetime


class Supervision(Frozen):
    """A 督办单 as it stands."""

    no: str
    level: int
    reason: str
    addressee: Addressee
    area: str
    copies: tuple[Addressee, ...] = ()
    issued_at: datetime
    issued_by: str
    due_at: datetime
    answered_at: datetime | None = None
    answer: str | None = None
    late: bool = False  # answered after ``due_at``, or after the ticket had ended
    cleared_at: datetime | None = None


class Finding(Frozen):
    """One check of a field report against other evidence."""

    check: Check
    passed: bool | None = None  # None: there is nothing to hold it against
    detail: str = ""


class Flags(Frozen):
    """Conditions, apart from the stage."""

    overdue: tuple[Limit, ...] = ()  # limits that are broken, in the order they broke
    chased_n: int = 0  # 催办次数
    supervised: bool = False  # 督办
    escalated_level: int = 0  # 0 to 4
    suspended: bool = False
    excused: bool = False  # delay explained to the customer before the limit
    disputed: bool = False
    late_entry: bool = False  # a report was entered later than the pack allows
    ordered: bool = False  # the province decided which unit it belongs to
    doubtful: bool = False  # the field reports are not borne out: the reply goes to the auditor
    contradicted: bool = False  # a report waits for a person's decision
    important: bool = False  # those who answer for important customers know of it
    important_late: bool = False  # and that nobody came within their time
    place_unresolved: bool = False


class Ticket(Frozen):
    """One customer's repair report (抢修工单) from the call to the archive. Instants: aware UTC; lon, lat: WGS-84."""

    id: str
    version: int
    ticket_no: str
    external_no: str | None = None
    pack: str  # rule pack the ticket was opened under, "sgcc@2026.1"
    stage: Stage
    stage_at: datetime  # when the stage was entered
    area: str  # county (工单单位) whose workstation answers for it; the province while nobody knows the place
    call_id: str
    incident_id: str  # fault point; it bears the id of the ticket that first reported it
    repeat_of: str | None = None  # closed ticket whose trouble is back
    merged_into: str | None = None  # parent ticket
    reached_with: str | None = None  # the parent whose crew's arrival counts here; None: reached itself
    flags: Flags = Flags()

    channel: Channel
    reported_at: datetime  # 受理时间: every arrival promise counts from here
    area_class: AreaClass
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    place_code: str | None = None
    place_said: str | None = None  # what the customer called the place
    place_doubt: str | None = None  # what is wrong with the point that was said; empty: put right since
    symptom: Symptom
    symptom_text: str = ""
    category: Category
    cat_l2: str | None = None
    cat_l3: str | None = None
    level: Level = Level.NORMAL
    hazard: bool = False
    protected: Protected | None = None
    phone_masked: str = ""
    customer_name: str | None = None
    customer_type: str | None = None
    account_no: str | None = None
    meter_no: str | None = None
    feeder: str | None = None
    transformer_area: str | None = None
    diagnosis: str | None = None
    customers_out: int | None = None
    appointment_at: datetime | None = None
    skill: str | None = None  # what the crew must be able to do

    submitted_at: datetime | None = None
    accepted_at: datetime | None = None
    dispatched_at: datetime | None = None  # first dispatch
    crew_accepted_at: datetime | None = None
    departed_at: datetime | None = None
    arrived_at: datetime | None = None
    located_at: datetime | None = None
    repairing_at: datetime | None = None
    restored_at: datetime | None = None
    replied_at: datetime | None = None
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None

    returned_n: int = 0
    return_reason: ReturnReason | None = None
    reject_reason: RejectReason | None = None
    dispatches: tuple[Dispatch, ...] = ()
    arrived_source: Source | None = None
    etr_at: datetime | None = None
    progress_at: datetime | None = None  # latest progress report
    powered_at: datetime | None = None  # since when a generator feeds its customers
    permit: str | None = None
    ownership: Ownership | None = None
    site_ownership: Ownership | None = None  # as the crew found it, whatever the reply says
    site_class: str | None = None
    fault_point: str | None = None
    cause_l1: Cause | None = None
    cause_l2: str | None = None
    result: Result | None = None
    field_record: str | None = None
    handling: str | None = None
    replier: str | None = None
    reply_rejected_n: int = 0
    callback_attempts: int = 0
    satisfied: bool | None = None
    cancel_reason: str | None = None

    contacts_n: int = 1  # how often the customer got in touch about this matter
    chases: tuple[Chase, ...] = ()
    supervisions: tuple[Supervision, ...] = ()
    excuse_reason: ExcuseReason | None = None
    suspend_reason: SuspendReason | None = None
    suspended_at: datetime | None = None
    suspended_until: datetime | None = None
    paused_s: int = 0  # how long the repair's clock stood still, before the present suspension
    suspended_n: int | None = None  # how many approvals the repair waited by
    paused_before_s: int | None = None  # of ``paused_s``: before the ticket was reopened
    arrive_missed_at: datetime | None = None  # the promise of the arrival that broke: nothing moves it any more
    restore_missed_at: datetime | None = None  # likewise of the repair
    arrive_level: int | None = None  # how far the ladder of the arrival's promise was climbed; None: not at all
    restore_level: int | None = None  # likewise of the repair
    waiver: Waiver | None = None
    nested_in: str | None = None  # incident that was restored while this customer stayed dark
    dark_since: datetime | None = None  # of a reopened ticket: the outage never ended
    reopened_n: int = 0
    dissatisfied_n: int = 0  # how many of them because the customer was not satisfied
    asked_at: datetime | None = None
    confirmed_at: datetime | None = None  # the customer or the meter says that the power is back
    surveyed_at: datetime | None = None
    trust: float | None = None  # 0 to 1
    findings: tuple[Finding, ...] = ()
    last_at: datetime  # claimed time of the latest step: time never goes backwards
    due: dict[Limit, datetime] | None = Field(
        default=None,
        description="正在计时的各时限何时到期(UTC);没有计时的为 {}",
    )  # ``timed.py``; None: of a sum of the log, or of a row older than the field
    head: bytes = Field(default=b"", exclude=True, repr=False)  # hash of the latest line of its log

    @property
    def crew(self) -> Dispatch | None:
        """The crew that is on the job now, if one is."""
        return self.dispatches[-1] if self.dispatches and self.dispatches[-1].ended_at is None else None

    @property
    def supervision(self) -> Supervision | None:
        """The oldest 督办单 that is not cleared, if there is one."""
        return next((s for s in self.supervisions if s.cleared_at is None), None)

    @property
    def is_open(self) -> bool:
        return self.stage not in ENDED


def lender(ticket: Ticket) -> str | None:
    """
    Return the county whose crew is or was the last on the job, if it is another than the ticket's own.

    It sees the ticket until it closes, or until its crew is taken off the job before the supply is back.
    """
    if not ticket.dispatches or not ticket.is_open:
        return None
    last = ticket.dispatches[-1]
    stayed = last.ended_at is None or ticket.restored_at is not None
    return last.crew_area if stayed and last.crew_area != ticket.area else None


def document(ticket: Ticket) -> str:
    """Return the ticket as JSON, as it is kept and sent; what is not known is left out."""
    return to_json(ticket, exclude_none=True).decode()


def read(text: str, head: bytes) -> Ticket:
    """Return the ticket of its document and of the latest hash of its log, which is kept beside the document."""
    ticket = Ticket.model_validate_json(text)
    vars(ticket)["head"] = head  # nobody has seen this object yet
    return ticket
