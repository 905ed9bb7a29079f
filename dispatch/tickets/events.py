"""What can happen to a ticket, in the words of the 95598 desk. Written once, never changed. Domain 2.3."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from .model import Frozen
from .words import (
    AreaClass,
    Category,
    Cause,
    Channel,
    Level,
    Ownership,
    Protected,
    RejectReason,
    Result,
    ReturnReason,
    Source,
    Symptom,
)

Text = Annotated[str, Field(max_length=500)]
Words = Annotated[str, Field(min_length=1, max_length=500)]
Code = Annotated[str, Field(min_length=1, max_length=64)]


class Facts(Frozen):
    """What the caller said and where it is; the body of a draft, a submission and a correction."""

    address: Annotated[str, Field(max_length=300)] = ""
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    place_code: Code | None = None
    area_class: AreaClass = AreaClass.RURAL
    symptom: Symptom = Symptom.OTHER
    symptom_text: Text = ""
    category: Category = Category.LV
    cat_l2: Code | None = None
    cat_l3: Code | None = None
    level: Level = Level.NORMAL
    hazard: bool = False
    protected: Protected | None = None
    customer_name: Annotated[str, Field(max_length=60)] | None = None
    customer_type: Code | None = None
    account_no: Code | None = None
    meter_no: Code | None = None
    feeder: Code | None = None
    transformer_area: Code | None = None
    diagnosis: Text | None = None
    customers_out: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    appointment_at: datetime | None = None
    skill: Code | None = None


class Opened(Facts):
    """Shared by the two ways a ticket begins."""

    ticket_no: str
    external_no: str | None = None
    pack: str
    area: str
    call_id: str
    incident_id: str
    channel: Channel
    reported_at: datetime
    phone_masked: str = ""
    place_unresolved: bool = False


class Drafted(Opened):  # 建草稿
    kind: Literal["drafted"] = "drafted"


class Submitted(Opened):  # 受理派发
    kind: Literal["submitted"] = "submitted"


class Completed(Facts):  # 草稿补全派发
    kind: Literal["completed"] = "completed"
    area: str
    place_unresolved: bool = False


class Consulted(Frozen):  # 按咨询办结: a known outage, arrears or notice answered the caller
    kind: Literal["consulted"] = "consulted"
    matched: Literal["known_outage", "arrears", "notice", "customer_side"]
    answer: Words


class Accepted(Frozen):  # 接单
    kind: Literal["accepted"] = "accepted"


class Returned(Frozen):  # 退单
    kind: Literal["returned"] = "returned"
    reason: ReturnReason
    text: Annotated[str, Field(min_length=10, max_length=500)]
    right_area: Code | None = None  # required when the district is wrong


class Resubmitted(Facts):  # 重新派发
    kind: Literal["resubmitted"] = "resubmitted"
    area: str
    place_unresolved: bool = False


class Merged(Frozen):  # 归并
    kind: Literal["merged"] = "merged"
    into: str  # parent ticket
    incident_id: str
    evidence: Words


class Dispatched(Frozen):  # 派工
    kind: Literal["dispatched"] = "dispatched"
    crew_id: str
    crew_name: str
    crew_area: str
    depot: str
    eta_s: Annotated[int, Field(ge=0)]
    why: str
    own_district_crew: str | None = None
    saved_s: int | None = None
    transfer_reason: Text | None = None  # required when a crew is replaced (转派)


class CrewAccepted(Frozen):  # 班组接单
    kind: Literal["crew_accepted"] = "crew_accepted"


class CrewRejected(Frozen):  # 班组拒单
    kind: Literal["crew_rejected"] = "crew_rejected"
    reason: RejectReason
    text: Text = ""


class Departed(Frozen):  # 出发
    kind: Literal["departed"] = "departed"


class Arrived(Frozen):  # 到达现场: the first report of the crew
    kind: Literal["arrived"] = "arrived"
    late_entry: bool = False  # entered later than the pack allows (domain 2.3 row 12)


class Located(Frozen):  # 故障点确认
    kind: Literal["located"] = "located"
    fault_point: Words
    ownership: Ownership
    etr_at: datetime
    photos: Annotated[tuple[Code, ...], Field(max_length=20)] = ()
    site_class: Code | None = None


class RepairStarted(Frozen):  # 开始抢修
    kind: Literal["repair_started"] = "repair_started"
    permit: Code | None = None


class Restored(Frozen):  # 复电: the second report of the crew
    kind: Literal["restored"] = "restored"
    result: Result = Result.RESTORED
    cause_l1: Cause = Cause.UNKNOWN
    cause_l2: Code | None = None
    ownership: Ownership | None = None
    field_record: Text = ""


class Replied(Frozen):  # 回单
    kind: Literal["replied"] = "replied"
    handling: Words
    category: Category
    cat_l2: Code | None = None
    cat_l3: Code | None = None
    cause_l1: Cause
    ownership: Ownership


class ReplyRejected(Frozen):  # 回单退回
    kind: Literal["reply_rejected"] = "reply_rejected"
    defects: Annotated[tuple[Words, ...], Field(min_length=1, max_length=20)]


class CallbackQueued(Frozen):  # 转回访
    kind: Literal["callback_queued"] = "callback_queued"


class CallbackTried(Frozen):  # 回访未通
    kind: Literal["callback_tried"] = "callback_tried"
    text: Text = ""


class Closed(Frozen):  # 回访归档
    kind: Literal["closed"] = "closed"
    satisfied: bool | None  # None: three attempts, nobody answered
    text: Text = ""


class Cancelled(Frozen):  # 取消
    kind: Literal["cancelled"] = "cancelled"
    reason: Words


class Chased(Frozen):  # 催办
    kind: Literal["chased"] = "chased"
    call_id: str | None = None
    text: Text = ""


class Corrected(Frozen):  # 更正: a correction is a new event with a reason, never an update
    kind: Literal["corrected"] = "corrected"
    reason: Words
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    address: Annotated[str, Field(max_length=300)] | None = None
    level: Level | None = None
    hazard: bool | None = None
    customers_out: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    area_class: AreaClass | None = None


class Overdue(Frozen):  # 超时
    kind: Literal["overdue"] = "overdue"
    limit: str
    due_at: datetime


Event = Annotated[
    Drafted
    | Submitted
    | Completed
    | Consulted
    | Accepted
    | Returned
    | Resubmitted
    | Merged
    | Dispatched
    | CrewAccepted
    | CrewRejected
    | Departed
    | Arrived
    | Located
    | RepairStarted
    | Restored
    | Replied
    | ReplyRejected
    | CallbackQueued
    | CallbackTried
    | Closed
    | Cancelled
    | Chased
    | Corrected
    | Overdue,
    Field(discriminator="kind"),
]
EVENT: TypeAdapter[Event] = TypeAdapter(Event)


@dataclass(frozen=True, slots=True)
class Geo:
    """Where the reporter was; WGS-84 degrees, accuracy in metres."""

    lon: float
    lat: float
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: an account's id and role, or ``system``."""

    id: str
    role: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ticket's log. ``at_claimed`` is the reporter's time, ``at_server`` ours."""

    ticket_id: str
    version: int
    at_claimed: datetime
    at_server: datetime
    by: Actor
    source: Source
    event: Event
    geo: Geo | None = None
