"""
What can happen to a ticket, in the words of the 95598 desk. Written once, never changed. Domain 2.3.

A field named in ``OURS`` is filled in by the desk or the store, whatever the reporter says.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, TypeAdapter

from .facts import Amendment, Code, Facts, Photos, Stated, Text, Words
from .loopevents import Asked as Asked
from .loopevents import Assessed as Assessed
from .loopevents import Chased as Chased
from .loopevents import Confirmed as Confirmed
from .loopevents import Contradicted as Contradicted
from .loopevents import Escalated as Escalated
from .loopevents import Excused as Excused
from .loopevents import Noted as Noted
from .loopevents import Overdue as Overdue
from .loopevents import Reopened as Reopened
from .loopevents import Resumed as Resumed
from .loopevents import Settled as Settled
from .loopevents import Supervised as Supervised
from .loopevents import SupervisionAnswered as SupervisionAnswered
from .loopevents import SupervisionCleared as SupervisionCleared
from .loopevents import Surveyed as Surveyed
from .loopevents import Suspended as Suspended
from .loopevents import Transferred as Transferred
from .loopevents import Warned as Warned
from .model import Frozen, Override
from .terms import Waiver
from .words import (
    Category,
    Cause,
    Channel,
    Level,
    Matched,
    MeterCheck,
    Ownership,
    RejectReason,
    Result,
    ReturnReason,
    Source,
    Symptom,
)


class Opened(Frozen):
    """Shared by the two ways a ticket begins."""

    ticket_no: str
    external_no: Code | None = None
    pack: str
    area: str
    call_id: str
    channel: Channel
    reported_at: datetime
    phone_masked: str = ""
    place_unresolved: bool = False
    repeat_of: Code | None = None  # closed ticket whose trouble is back (重复报修, row 21)
    nested_in: Code | None = None  # filled in: of our own ticket, the incident that was restored while this one stayed
    dark_since: datetime | None = None  # filled in with it: since when its customers have no power


class Drafted(Opened, Facts):
    label: ClassVar[str] = "建草稿"
    kind: Literal["drafted"] = "drafted"


class Submitted(Opened, Stated):
    label: ClassVar[str] = "受理派发"
    kind: Literal["submitted"] = "submitted"


class Completed(Amendment):
    label: ClassVar[str] = "补全派发"
    kind: Literal["completed"] = "completed"
    area: Code | None = None  # county; None: where it is
    symptom: Symptom
    category: Category
    level: Level
    hazard: bool


class Consulted(Frozen):
    """A known outage, arrears or notice answered the caller; the call is kept, nobody is sent."""

    label: ClassVar[str] = "按咨询办结"
    kind: Literal["consulted"] = "consulted"
    matched: Matched
    answer: Words


class Accepted(Frozen):
    label: ClassVar[str] = "接单"
    kind: Literal["accepted"] = "accepted"


class Returned(Frozen):
    label: ClassVar[str] = "退单"
    kind: Literal["returned"] = "returned"
    reason: ReturnReason
    text: Annotated[str, Field(min_length=10, max_length=500)]
    right_area: Code | None = None  # required when the district is wrong


class Resubmitted(Amendment):
    """Sent out again with what was wrong put right; the clock of the first report runs on."""

    label: ClassVar[str] = "重新派发"
    kind: Literal["resubmitted"] = "resubmitted"
    area: Code | None = None  # county; None: where it is


class Merged(Frozen):
    label: ClassVar[str] = "归并"
    kind: Literal["merged"] = "merged"
    into: Code  # parent ticket
    incident_id: str
    evidence: Words
    override: Words | None = None  # why they are one fault point though the rules do not show it; the province's word
    arrived_at: datetime | None = None  # of the parent's crew, if it is there already
    etr_at: datetime | None = None
    late_entry: bool = False
    in_time: bool = False


class Unmerged(Frozen):
    label: ClassVar[str] = "解除归并"
    kind: Literal["unmerged"] = "unmerged"
    reason: Words


class Followed(Frozen):
    """The incident's parent ticket moved on, and this child with it. Domain 2.8.3 and 2.8.4."""

    label: ClassVar[str] = "随主单"
    kind: Literal["followed"] = "followed"
    arrived_at: datetime | None = None
    etr_at: datetime | None = None
    late_entry: bool = False
    in_time: bool = False


class Dispatched(Frozen):
    label: ClassVar[str] = "派工"
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
    lent_by: str | None = None
    override: Override | None = None


class CrewAccepted(Frozen):
    label: ClassVar[str] = "班组接单"
    kind: Literal["crew_accepted"] = "crew_accepted"


class CrewRejected(Frozen):
    label: ClassVar[str] = "班组拒单"
    kind: Literal["crew_rejected"] = "crew_rejected"
    reason: RejectReason
    text: Text = ""


class Departed(Frozen):
    label: ClassVar[str] = "出发"
    kind: Literal["departed"] = "departed"


class Arrived(Frozen):
    """The first report of the crew."""

    label: ClassVar[str] = "到达现场"
    kind: Literal["arrived"] = "arrived"
    late_entry: bool = False  # entered later than the pack allows (row 12)
    in_time: bool = False  # inside the promise, and entered inside the allowance


class Located(Frozen):
    label: ClassVar[str] = "故障点确认"
    kind: Literal["located"] = "located"
    fault_point: Words
    ownership: Ownership
    etr_at: datetime | None = None  # may follow within the pack's limit, by a progress report
    photos: Photos = ()  # required from the APP
    site_class: Code | None = None


class RepairStarted(Frozen):
    label: ClassVar[str] = "开始抢修"
    kind: Literal["repair_started"] = "repair_started"
    permit: Code | None = None


class Progressed(Frozen):
    """A word from a job that is going on; it may bring the ETR or change it (row 14)."""

    label: ClassVar[str] = "进展汇报"
    kind: Literal["progressed"] = "progressed"
    text: Words
    etr_at: datetime | None = None


class Restored(Frozen):
    """The second report of the crew; who was never there needs a named waiver."""

    label: ClassVar[str] = "复电"
    kind: Literal["restored"] = "restored"
    waiver: Waiver | None = None
    result: Result = Result.RESTORED
    cause_l1: Cause = Cause.UNKNOWN
    cause_l2: Code | None = None
    ownership: Ownership | None = None
    field_record: Text = ""
    photos: Photos = ()
    brief: bool = False  # two words by telephone or SMS; what was found is told in the reply
    late_entry: bool = False
    in_time: bool = False


class Backfilled(Frozen):
    """A step that comes to be known after a later one (离线补报): it takes its place in time, the stage stays."""

    label: ClassVar[str] = "补报环节"
    kind: Literal["backfilled"] = "backfilled"
    step: Annotated[
        CrewAccepted | Departed | Arrived | Located | RepairStarted | Progressed | Restored, Field(discriminator="kind")
    ]
    happened_at: datetime
    no: Annotated[int, Field(ge=1)]  # of the dispatch that it belongs to
    report_id: Code
    etr_at: datetime | None = None  # the promise that holds when all that is known stands in its order
    late_entry: bool = False
    in_time: bool = False


class Replied(Frozen):
    label: ClassVar[str] = "回单"
    kind: Literal["replied"] = "replied"
    handling: Words
    category: Category
    cat_l2: Code | None = None
    cat_l3: Code | None = None
    cause_l1: Cause
    cause_l2: Code | None = None
    ownership: Ownership
    evidence: Photos = ()  # of the ownership: pictures of the boundary, number of the contract


class ReplyRejected(Frozen):
    label: ClassVar[str] = "回单退回"
    kind: Literal["reply_rejected"] = "reply_rejected"
    defects: Annotated[tuple[Words, ...], Field(min_length=1, max_length=20)]


class CallbackQueued(Frozen):
    label: ClassVar[str] = "转回访"
    kind: Literal["callback_queued"] = "callback_queued"


class CallbackTried(Frozen):
    label: ClassVar[str] = "回访未通"
    kind: Literal["callback_tried"] = "callback_tried"
    text: Text = ""


class Closed(Frozen):
    label: ClassVar[str] = "回访归档"
    kind: Literal["closed"] = "closed"
    satisfied: bool | None = None  # None: nobody answered, after as many attempts as the pack asks for
    text: Text = ""
    power_back: bool | None = None
    on_time: bool | None = None
    attitude_good: bool | None = None
    charged: bool | None = None  # whether money was asked for


class Cancelled(Frozen):
    label: ClassVar[str] = "取消"
    kind: Literal["cancelled"] = "cancelled"
    reason: Words
    meter: MeterCheck


class Corrected(Amendment):
    """A correction is a new event with a reason, never an update."""

    label: ClassVar[str] = "更正"
    kind: Literal["corrected"] = "corrected"
    area: Code | None = None  # filled in: the county, once the place of a ticket that had none is known
    reason: Words


Event = Annotated[
    Drafted
    | Submitted
    | Completed
    | Consulted
    | Accepted
    | Returned
    | Resubmitted
    | Merged
    | Unmerged
    | Followed
    | Dispatched
    | CrewAccepted
    | CrewRejected
    | Departed
    | Arrived
    | Located
    | RepairStarted
    | Progressed
    | Restored
    | Backfilled
    | Replied
    | ReplyRejected
    | CallbackQueued
    | CallbackTried
    | Closed
    | Cancelled
    | Chased
    | Corrected
    | Overdue
    | Transferred
    | Suspended
    | Resumed
    | Excused
    | Warned
    | Escalated
    | Supervised
    | SupervisionAnswered
    | SupervisionCleared
    | Asked
    | Confirmed
    | Reopened
    | Surveyed
    | Assessed
    | Noted
    | Contradicted
    | Settled,
    Field(discriminator="kind"),
]
EVENT: TypeAdapter[Event] = TypeAdapter(Event)

KINDS: dict[str, Any] = {kind.model_fields["kind"].default: kind for kind in get_args(get_args(Event)[0])}

# Fields that the desk or the store fills in, whatever the reporter says.
OURS = frozenset(
    {"area_class", "place_unresolved", "place_doubt", "late_entry", "in_time", "target", "by_customer", "told", "brief"}
)


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
    hash: bytes = b""  # sha-256 over the line before and this one; empty until it is sealed
