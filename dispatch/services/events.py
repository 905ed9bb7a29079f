"""What can happen to a service request. An event carries the clocks that it starts, so its fold needs no calendar."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from .model import Clock, Frozen, Stage
from .words import CustomerClass, DamageCause, PauseReason, ServiceKind

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Clocks = dict[int, Clock]  # by number of stage


class Opened(Frozen):
    """受理"""

    kind: Literal["opened"] = "opened"
    label: ClassVar[str] = "受理"

    id: str
    request_no: str
    service: ServiceKind
    customer_class: CustomerClass | None = None
    pack: str
    area: str
    text: Text
    account_no: str | None = None
    phone_masked: str = ""
    ticket_id: str | None = None
    ticket_no: str | None = None
    appointed_at: datetime | None = None
    owner: str | None = None
    stages: tuple[Stage, ...]


class Advanced(Frozen):
    """环节办结: the present stage is done."""

    kind: Literal["advanced"] = "advanced"
    label: ClassVar[str] = "环节办结"

    stage: int
    person: Short | None = None
    text: Annotated[str, Field(max_length=1000)] = ""
    damage_cause: DamageCause | None = None
    clocks: Clocks = Field(default_factory=dict)


class Paused(Frozen):
    """暂停计时"""

    kind: Literal["paused"] = "paused"
    label: ClassVar[str] = "暂停计时"

    reason: PauseReason
    text: Text


class Resumed(Frozen):
    """恢复计时"""

    kind: Literal["resumed"] = "resumed"
    label: ClassVar[str] = "恢复计时"

    text: Text
    clocks: Clocks = Field(default_factory=dict)


class Answered(Frozen):
    """答复: what the customer was told; the stage of the answer is done with it."""

    kind: Literal["answered"] = "answered"
    label: ClassVar[str] = "答复客户"

    stage: int
    text: Text
    clocks: Clocks = Field(default_factory=dict)


class Warned(Frozen):
    """预警, level 1 and 2, or 超时, level 3."""

    kind: Literal["warned"] = "warned"
    label: ClassVar[str] = "时限预警"

    stage: int
    level: Annotated[int, Field(ge=1, le=3)]
    due_at: datetime


class Closed(Frozen):
    """归档"""

    kind: Literal["closed"] = "closed"
    label: ClassVar[str] = "归档"

    satisfied: bool | None = None
    text: Annotated[str, Field(max_length=1000)] = ""


ServiceEvent = Annotated[Opened | Advanced | Paused | Resumed | Answered | Warned | Closed, Field(discriminator="kind")]
EVENT: TypeAdapter[ServiceEvent] = TypeAdapter(ServiceEvent)
