"""What the dashboard needs of a ticket's document, read without building the whole ticket."""

from datetime import datetime

import msgspec


class Sent(msgspec.Struct, frozen=True):
    """One crew sent to the ticket."""

    crew_area: str
    sent_at: datetime
    saved_s: int | None = None
    ended_at: datetime | None = None


class Marks(msgspec.Struct, frozen=True):
    """The conditions of a ticket that are counted."""

    overdue: tuple[str, ...] = ()
    chased_n: int = 0
    supervised: bool = False
    escalated_level: int = 0


class Slip(msgspec.Struct, frozen=True):
    """One ticket; names and meanings are those of ``tickets.model.Ticket``."""

    id: str
    version: int
    ticket_no: str
    stage: str
    area: str
    area_class: str
    symptom: str
    reported_at: datetime
    level: str = "normal"
    hazard: bool = False
    merged_into: str | None = None
    lon: float | None = None
    lat: float | None = None
    submitted_at: datetime | None = None
    accepted_at: datetime | None = None
    dispatched_at: datetime | None = None
    arrived_at: datetime | None = None
    restored_at: datetime | None = None
    replied_at: datetime | None = None
    closed_at: datetime | None = None
    arrive_missed_at: datetime | None = None
    appointment_at: datetime | None = None
    satisfied: bool | None = None
    flags: Marks = Marks()
    dispatches: tuple[Sent, ...] = ()
    due: dict[str, datetime] = {}

    @property
    def is_open(self) -> bool:
        return self.stage not in ("closed", "cancelled")

    @property
    def counts(self) -> bool:
        """A call that became a repair: neither a draft, nor cancelled, nor closed as a consultation unsent."""
        return self.submitted_at is not None and self.stage != "cancelled"

    @property
    def arrived_in_time(self) -> bool:
        return self.arrived_at is not None and self.arrive_missed_at is None


of_text: msgspec.json.Decoder[Slip] = msgspec.json.Decoder(Slip)
