"""What a service request is: the sum of its events. Instants: aware UTC."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dispatch.kit.numbers import Span, Workdays

from .words import CustomerClass, DamageCause, PauseReason, ServiceKind, ServiceStep


class Frozen(BaseModel):
    """A value: no unknown fields, no change after it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Pause(Frozen):
    """A time in which the clock stands still."""

    reason: PauseReason
    text: str
    begun_at: datetime
    ended_at: datetime | None = None


class Clock(Frozen):
    """A limit as instants."""

    since_at: datetime
    first_warning_at: datetime
    second_warning_at: datetime
    due_at: datetime


class Stage(Frozen):
    """One stage: its limit, its clock once it runs, and what became of it."""

    step: ServiceStep
    limit: Span | Workdays | None = None
    since_opened: bool = False
    clock: Clock | None = None  # None: it has no limit, waits for the stage before it, or stands still
    level: Annotated[int, Field(ge=0, le=3)] = 0  # 1, 2: warned; 3: overdue, which it stays
    done_at: datetime | None = None
    done_by: str | None = None
    person: str | None = None  # who was there: contact person, verifier, surveyor
    text: str = ""

    @property
    def is_late(self) -> bool:
        """Overdue is judged by when it was done, not by when that was entered."""
        due = self.clock.due_at if self.clock else None
        return self.level == 3 if due is None or self.done_at is None else self.done_at > due


class ServiceRequest(Frozen):
    """A customer's request that is not a repair (非抢修工单), or a new connection (业扩)."""

    id: str
    version: int
    request_no: str
    kind: ServiceKind
    customer_class: CustomerClass | None = None
    pack: str  # rule pack that it was opened under; a later one never judges it again
    area: str
    text: str
    account_no: str | None = None
    phone_masked: str = ""
    ticket_id: str | None = None  # repair ticket that it comes from
    ticket_no: str | None = None
    appointed_at: datetime | None = None
    owner: str | None = None  # 客户经理, by name
    opened_at: datetime
    opened_by: str
    stages: tuple[Stage, ...]
    pauses: tuple[Pause, ...] = ()
    answer: str | None = None
    damage_cause: DamageCause | None = None
    satisfied: bool | None = None
    closed_at: datetime | None = None
    last_at: datetime  # claimed time of the latest step: time never goes backwards

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def current(self) -> int | None:
        """Number of the stage that is being worked on; None when all are done."""
        return next((no for no, stage in enumerate(self.stages) if stage.done_at is None), None)

    @property
    def paused(self) -> Pause | None:
        return self.pauses[-1] if self.pauses and self.pauses[-1].ended_at is None else None

    @property
    def due_at(self) -> datetime | None:
        """When the next of its running limits is due."""
        running = [stage.clock.due_at for stage in self.stages if stage.clock and stage.done_at is None]
        return min(running, default=None)

    @property
    def is_overdue(self) -> bool:
        return any(stage.is_late for stage in self.stages)


def document(request: ServiceRequest) -> str:
    """Return the request as JSON, as it is kept."""
    return request.model_dump_json(exclude_none=True)
