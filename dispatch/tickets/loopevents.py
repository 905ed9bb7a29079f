"""What can happen to a ticket while it is supervised, after it is restored, and when its reports are doubted."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from .facts import Code, Text, Words
from .model import Finding, Frozen
from .terms import (
    Addressee,
    Asking,
    ChaseTarget,
    EscalationReason,
    ExcuseReason,
    NoteKind,
    ReopenReason,
    SuspendReason,
)
from .words import Limit

Told = tuple[Addressee, ...]


class Transferred(Frozen):
    """To another unit; the clock of the arrival runs on (2.6)."""

    label: ClassVar[str] = "转单位"
    kind: Literal["transferred"] = "transferred"
    to_area: Code
    reason: Words
    by_order: bool = False  # the province decided: it cannot be given back


class Suspended(Frozen):
    """The repair waits; the clock of the repair with it, and no other (2.11)."""

    label: ClassVar[str] = "挂起"
    kind: Literal["suspended"] = "suspended"
    reason: SuspendReason
    text: Words
    until_at: datetime


class Resumed(Frozen):
    label: ClassVar[str] = "解除挂起"
    kind: Literal["resumed"] = "resumed"
    text: Text = ""


class Excused(Frozen):
    """The customer was told before the limit why the crew will be late (2.5 e)."""

    label: ClassVar[str] = "延时说明"
    kind: Literal["excused"] = "excused"
    reason: ExcuseReason
    explanation: Words
    told_at: datetime  # when the customer was told
    eta_at: datetime | None = None  # when the crew is expected now, as he was told
    order_id: Code | None = None  # 恶劣天气令 in force, required for weather


class Chased(Frozen):
    label: ClassVar[str] = "催办"
    kind: Literal["chased"] = "chased"
    call_id: Code | None = None
    text: Text = ""
    target: ChaseTarget | None = None  # filled in: who has to move now
    by_customer: bool = True  # filled in: a contact of the customer, not of the centre


class Warned(Frozen):
    label: ClassVar[str] = "预警"
    kind: Literal["warned"] = "warned"
    limit: Limit
    level: Annotated[int, Field(ge=1, le=2)]
    due_at: datetime
    told: Told = ()


class Overdue(Frozen):
    label: ClassVar[str] = "超时"
    kind: Literal["overdue"] = "overdue"
    limit: Limit
    due_at: datetime
    told: Told = ()


class Escalated(Frozen):
    label: ClassVar[str] = "升级"
    kind: Literal["escalated"] = "escalated"
    level: Annotated[int, Field(ge=1, le=4)]
    reason: EscalationReason
    limit: Limit | None = None
    told: Told = ()
    text: Text = ""


class Supervised(Frozen):
    """A 督办单: its own number, who has to answer, who gets a copy, and by when."""

    label: ClassVar[str] = "督办"
    kind: Literal["supervised"] = "supervised"
    no: Code
    level: Annotated[int, Field(ge=1, le=4)]
    reason: Words
    addressee: Addressee
    area: Code
    copies: Told = ()
    due_at: datetime


class SupervisionAnswered(Frozen):
    label: ClassVar[str] = "督办答复"
    kind: Literal["supervision_answered"] = "supervision_answered"
    no: Code
    text: Words


class SupervisionCleared(Frozen):
    label: ClassVar[str] = "督办消除"
    kind: Literal["supervision_cleared"] = "supervision_cleared"
    no: Code
    text: Text = ""


class Asked(Frozen):
    """Is the power back? After the incident is restored each customer is asked (2.8.5)."""

    label: ClassVar[str] = "询问是否来电"
    kind: Literal["asked"] = "asked"
    how: Asking
    message_id: Code | None = None


class Confirmed(Frozen):
    label: ClassVar[str] = "确认来电"
    kind: Literal["confirmed"] = "confirmed"
    how: Asking


class Reopened(Frozen):
    """It was thought done and is not; the outage never ended for this customer (2.8.5, 2.14)."""

    label: ClassVar[str] = "重新处理"
    kind: Literal["reopened"] = "reopened"
    reason: ReopenReason
    text: Text = ""
    nested_in: Code | None = None  # incident that was restored while this customer stayed dark
    dark_since: datetime | None = None  # filled in with it: when that incident's outage began, as switch or meter say


class Surveyed(Frozen):
    label: ClassVar[str] = "短信回访"
    kind: Literal["surveyed"] = "surveyed"
    message_id: Code


class Assessed(Frozen):
    """How far the field reports are borne out by other evidence (轨迹有效性)."""

    label: ClassVar[str] = "真实性核查"
    kind: Literal["assessed"] = "assessed"
    score: Annotated[float, Field(ge=0, le=1)]
    findings: Annotated[tuple[Finding, ...], Field(max_length=20)] = ()
    doubtful: bool


class Noted(Frozen):
    label: ClassVar[str] = "记事"
    kind: Literal["noted"] = "noted"
    note: NoteKind
    text: Words


class Contradicted(Frozen):
    """A report from the field that cannot be true beside what is known; a person decides."""

    label: ClassVar[str] = "报告矛盾"
    kind: Literal["contradicted"] = "contradicted"
    report_id: Code
    text: Words


class Settled(Frozen):
    label: ClassVar[str] = "矛盾裁定"
    kind: Literal["settled"] = "settled"
    report_id: Code
    accepted: bool
    text: Words
    waiting_n: Annotated[int, Field(ge=0)] = 0  # other contradictions of the ticket that wait for a decision
