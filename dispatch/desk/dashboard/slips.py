"""What the dashboard needs of a ticket's document, read without building the whole ticket."""

from datetime import datetime
from typing import Any

import msgspec

from dispatch.tickets.words import Limit


class Marks(msgspec.Struct, frozen=True, gc=False):
    """The conditions of a ticket that are counted."""

    overdue: tuple[str, ...] = ()
    chased_n: int = 0
    supervised: bool = False


class Slip(msgspec.Struct, frozen=True, gc=False):
    """One ticket; names and meanings are those of ``tickets.model.Ticket``."""

    id: str
    version: int
    ticket_no: str
    stage: str
    area: str
    area_class: str
    symptom: str
    reported_at: datetime
    merged_into: str | None = None
    submitted_at: datetime | None = None
    accepted_at: datetime | None = None
    dispatched_at: datetime | None = None
    arrived_at: datetime | None = None
    restored_at: datetime | None = None
    replied_at: datetime | None = None
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None
    arrive_missed_at: datetime | None = None
    appointment_at: datetime | None = None
    satisfied: bool | None = None
    flags: Marks = Marks()
    due: dict[str, datetime] | None = None

    @property
    def counts(self) -> bool:
        """A call that became a repair: neither a draft, nor cancelled, nor closed as a consultation unsent."""
        return self.submitted_at is not None and self.stage != "cancelled"

    @property
    def child(self) -> bool:
        """副单: it waits for its parent's crew, and is in no mean time."""
        return self.merged_into is not None

    @property
    def timed(self) -> bool:
        """Its arrival is in the mean, as in ``Index.ARRIVE_TIME``: neither 副单 nor an appointment."""
        return self.merged_into is None and self.appointment_at is None

    @property
    def waits(self) -> bool:
        """Nobody was sent yet, and somebody has to be."""
        return self.dispatched_at is None and self.restored_at is None and not self.child

    @property
    def arrive_broken(self) -> bool:
        """The promise of the arrival broke, and no report showed since that it was kept."""
        return Limit.ARRIVE in self.flags.overdue

    def standing(self, at: datetime | None) -> bool:
        """Tell whether it was sent out and had not ended; None: now."""
        ended = self.closed_at or self.cancelled_at
        if self.submitted_at is None:
            return False
        return ended is None if at is None else self.submitted_at <= at and (ended is None or ended > at)

    def until(self, at: datetime) -> "Slip":
        """Return it without what happened later; its marks are those of today."""
        change: dict[str, Any] = {
            name: None for name in STEPS if (moment := getattr(self, name)) is not None and moment > at
        }
        if "closed_at" in change:
            change["satisfied"] = None
        if self.arrive_broken and self.arrive_missed_at is not None and self.arrive_missed_at > at:
            kept = tuple(limit for limit in self.flags.overdue if limit != Limit.ARRIVE)
            change["flags"] = msgspec.structs.replace(self.flags, overdue=kept)
        return msgspec.structs.replace(self, **change) if change else self


STEPS = (
    "submitted_at",
    "accepted_at",
    "dispatched_at",
    "arrived_at",
    "restored_at",
    "replied_at",
    "closed_at",
    "cancelled_at",
)

of_text: msgspec.json.Decoder[Slip] = msgspec.json.Decoder(Slip)
