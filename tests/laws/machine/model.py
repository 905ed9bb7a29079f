"""What the domain makes of a ticket, kept beside it: stage, promise, crew, waiting, orders, contacts. 2.3 to 2.14."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dispatch.tickets.events import Entry
from tests.laws.machine.table import ENDED, STEPS, leads_to

MINUTE = timedelta(minutes=1)
ACCEPT = 3 * MINUTE  # T_accept, 2.5
PROMISE = {"urban": 45 * MINUTE, "rural": 90 * MINUTE, "remote": 120 * MINUTE}
CHARGER = 45 * MINUTE
COOL_DOWN = 5 * MINUTE
ATTEMPTS = 3
UNIT_MOVES = {"SUBMITTED", "RETURNED", "ACCEPTED", "MERGED"}
ON_THE_JOB = {"DISPATCHED", "CREW_ACCEPTED", "EN_ROUTE", "ARRIVED", "LOCATED", "REPAIRING"}
BY_THE_CLOCK = {"overdue", "warned", "escalated", "supervised", "chased", "resumed"}


@dataclass
class Model:
    """The ticket as the domain has it."""

    stage: str
    reported_at: datetime
    last_step_at: datetime
    area_class: str
    charger: bool = False
    appointment_at: datetime | None = None
    missed_at: datetime | None = None
    lines: int = 1
    submitted_at: datetime | None = None
    place_known: bool = True
    area: str = "330225"
    returned_n: int = 0
    ordered: bool = False
    reply_rejected_n: int = 0
    attempts: int = 0
    dissatisfied_n: int = 0
    reopened_n: int = 0
    crew: str | None = None
    reached_at: datetime | None = None
    reached_with_parent: bool = False
    is_child: bool = False
    waits_since: datetime | None = None
    waits_until: datetime | None = None
    paused: timedelta = timedelta()
    waited_n: int = 0
    orders: dict[str, str] = field(default_factory=dict)
    chased_at: dict[str, datetime] = field(default_factory=dict)
    chased_n: int = 0
    contacts_n: int = 1
    level: int = 0
    excused: bool = False
    disputed: bool = False
    doubtful: bool = False
    waiting: set[str] = field(default_factory=set)  # contradictions

    @property
    def arrive_by(self) -> datetime:
        """When a crew must be there: from the first report, or the appointed time (2.5 b, d); a broken one stays."""
        if self.missed_at is not None:
            return self.missed_at
        if self.appointment_at is not None:
            return self.appointment_at
        return self.reported_at + (CHARGER if self.charger else PROMISE[self.area_class])

    @property
    def is_open(self) -> bool:
        return self.stage not in ENDED

    @property
    def who_moves(self) -> str:
        """Whom a chase is for (2.9): the unit that has not sent anybody, the crew that has not answered, the work."""
        return "unit" if self.stage in UNIT_MOVES else "crew" if self.stage == "DISPATCHED" else "work"

    def may(self, kind: str) -> bool:
        return self.stage in STEPS[kind][0] or (
            kind == "resubmitted" and self.stage == "SUBMITTED" and not self.place_known
        )

    def is_cool(self, at: datetime) -> bool:
        """Tell whether the one who has to move was left in peace for five minutes."""
        last = self.chased_at.get(self.who_moves)
        return last is None or at >= last + COOL_DOWN

    def takes(self, entry: Entry) -> None:
        """Let a line of the log have happened."""
        kind, before = entry.event.kind, self.stage
        self.lines += 1
        assert self.may(kind), f"{kind} in {before}"
        to = leads_to(kind, before) if kind != "resubmitted" else "SUBMITTED"
        if STEPS[kind][1] != "=":
            self.last_step_at = max(self.last_step_at, entry.at_claimed)
        if (effect := EFFECTS.get(kind)) is not None:
            effect(self, entry.event, entry.at_claimed)
        self.stage = to
        if to not in ON_THE_JOB:
            self.crew = None

    def goes_on(self, at: datetime) -> None:
        """End a wait."""
        if self.waits_since is not None:
            self.paused += max(timedelta(), at - self.waits_since)
        self.waits_since = self.waits_until = None


def _sent_out(model: Model, event: Any, at: datetime) -> None:
    model.submitted_at, model.area = at, event.area or model.area
    model.place_known = model.place_known or event.place_unresolved is False
    model.ordered = model.ordered or model.returned_n >= 2


def _transferred(model: Model, event: Any, at: datetime) -> None:
    model.submitted_at, model.area = at, event.to_area
    model.ordered = model.ordered or event.by_order


def _returned(model: Model, _event: Any, _at: datetime) -> None:
    model.returned_n += 1


def _dispatched(model: Model, event: Any, _at: datetime) -> None:
    model.crew = event.crew_id


def _arrived(model: Model, _event: Any, at: datetime) -> None:
    model.reached_at = model.reached_at or at
    model.reached_with_parent = False


def _with_parent(model: Model, event: Any, _at: datetime) -> None:
    """2.8.4: max(child.reported_at, parent.arrived_at); who was reached himself before was."""
    if event.arrived_at is not None and (model.reached_at is None or model.reached_with_parent):
        model.reached_at, model.reached_with_parent = max(model.reported_at, event.arrived_at), True


def _merged(model: Model, event: Any, at: datetime) -> None:
    model.is_child = True
    _with_parent(model, event, at)


def _unmerged(model: Model, _event: Any, at: datetime) -> None:
    model.goes_on(at)
    model.is_child = False
    if model.reached_with_parent:
        model.reached_at, model.reached_with_parent = None, False


def _located(model: Model, event: Any, _at: datetime) -> None:
    model.disputed = event.ownership.name == "DISPUTED"


def _restored(model: Model, _event: Any, at: datetime) -> None:
    model.goes_on(at)


def _replied(model: Model, _event: Any, _at: datetime) -> None:
    model.disputed = False


def _reply_rejected(model: Model, _event: Any, _at: datetime) -> None:
    model.reply_rejected_n += 1


def _tried(model: Model, _event: Any, _at: datetime) -> None:
    model.attempts += 1


def _reopened(model: Model, event: Any, _at: datetime) -> None:
    model.reopened_n += 1
    model.dissatisfied_n += event.reason.name == "DISSATISFIED"
    model.attempts, model.doubtful = 0, False
    model.is_child = model.reached_with_parent = False


def _cancelled(model: Model, _event: Any, at: datetime) -> None:
    model.goes_on(at)


def _chased(model: Model, event: Any, at: datetime) -> None:
    model.chased_n += 1
    model.contacts_n += event.by_customer
    if event.target is not None:
        model.chased_at[event.target.value] = at


def _corrected(model: Model, event: Any, _at: datetime) -> None:
    model.appointment_at = event.appointment_at or model.appointment_at


def _suspended(model: Model, event: Any, at: datetime) -> None:
    model.waits_since, model.waits_until = at, event.until_at
    model.waited_n += 1


def _resumed(model: Model, _event: Any, at: datetime) -> None:
    model.goes_on(at)


def _excused(model: Model, _event: Any, _at: datetime) -> None:
    model.excused = True


def _supervised(model: Model, event: Any, _at: datetime) -> None:
    model.orders[event.no] = "issued"
    model.level = max(model.level, event.level)


def _warned(model: Model, event: Any, _at: datetime) -> None:
    model.level = max(model.level, event.level)


def _overdue(model: Model, event: Any, _at: datetime) -> None:
    if event.limit.name == "ARRIVE":
        model.missed_at = model.arrive_by
    model.level = max(model.level, 3)


def _answered(model: Model, event: Any, _at: datetime) -> None:
    model.orders[event.no] = "answered"


def _cleared(model: Model, event: Any, _at: datetime) -> None:
    model.orders[event.no] = "cleared"


def _assessed(model: Model, event: Any, _at: datetime) -> None:
    model.doubtful = event.doubtful


def _contradicted(model: Model, event: Any, _at: datetime) -> None:
    model.waiting.add(event.report_id)


def _settled(model: Model, event: Any, _at: datetime) -> None:
    model.waiting.discard(event.report_id)


EFFECTS = {
    "completed": _sent_out,
    "resubmitted": _sent_out,
    "transferred": _transferred,
    "returned": _returned,
    "dispatched": _dispatched,
    "arrived": _arrived,
    "merged": _merged,
    "followed": _with_parent,
    "unmerged": _unmerged,
    "located": _located,
    "restored": _restored,
    "replied": _replied,
    "reply_rejected": _reply_rejected,
    "callback_tried": _tried,
    "reopened": _reopened,
    "cancelled": _cancelled,
    "chased": _chased,
    "corrected": _corrected,
    "suspended": _suspended,
    "resumed": _resumed,
    "excused": _excused,
    "supervised": _supervised,
    "warned": _warned,
    "escalated": _warned,
    "overdue": _overdue,
    "supervision_answered": _answered,
    "supervision_cleared": _cleared,
    "assessed": _assessed,
    "contradicted": _contradicted,
    "settled": _settled,
}
