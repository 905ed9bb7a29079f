"""
What becomes of a report from the field (现场汇报) that may come late, doubled and out of order. Pure; domain 2.3, 2.4.

A report is held against what is known of the crew's own assignment: is it the same fact again, does it contradict, does
it wait for one before it, or may it take its place? The claimed times tell the order, never the order of coming in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dispatch.kit.clock import CHINA
from dispatch.kit.looprules import FieldRules
from dispatch.kit.words import Labelled

from .events import (
    Arrived,
    Backfilled,
    CrewAccepted,
    CrewRejected,
    Departed,
    Dispatched,
    Entry,
    Located,
    Progressed,
    RepairStarted,
    Restored,
)
from .model import Ticket
from .words import Result, Stage

FieldEvent = CrewAccepted | Departed | Arrived | Located | RepairStarted | Progressed | Restored | CrewRejected

# The last word of the route of each step -> the event it makes; the order is that of the work.
KINDS: dict[str, type[FieldEvent]] = {
    "crew-accept": CrewAccepted,
    "crew-reject": CrewRejected,
    "depart": Departed,
    "arrive": Arrived,
    "locate": Located,
    "start-repair": RepairStarted,
    "progress": Progressed,
    "restore": Restored,
}
# Where each stands in the work; what has the same place may come in any order.
PLACE = {
    "crew_accepted": 1,
    "crew_rejected": 2,
    "departed": 2,
    "arrived": 3,
    "located": 4,
    "repair_started": 5,
    "progressed": 5,
    "restored": 6,
}
BESIDE = frozenset({"progressed", "crew_rejected"})  # a later step of their own place comes after them too
NEEDS = {"located": "arrived", "repair_started": "located", "progressed": "located"}
LABELS = {kind.model_fields["kind"].default: kind.label for kind in KINDS.values()}
LATE = frozenset({"crew_accepted", "departed", "located", "repair_started", "progressed"})  # may be filled in


class Outcome(Labelled):
    """What became of a report."""

    ACCEPTED = "accepted", "已采纳"
    DUPLICATE = "duplicate", "重复汇报"
    HELD = "held", "等待前序环节"
    CONTRADICTION = "contradiction", "矛盾待裁定"
    REFUSED = "refused", "不予受理"


@dataclass(frozen=True, slots=True)
class Said:
    """One report: which crew says that what happened when."""

    crew_id: str
    event: FieldEvent
    at: datetime

    @property
    def kind(self) -> str:
        return self.event.kind

    @property
    def order(self) -> tuple[datetime, int]:
        """By claimed time; at one instant in the order of the work."""
        return self.at, PLACE[self.kind]


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What is to become of a report.

    :param late: it takes its place after a later step is known, as ``backfilled``
    :param no: of the dispatch that it belongs to
    """

    outcome: Outcome
    reason: str = ""
    late: bool = False
    no: int = 0


@dataclass(slots=True)
class Assignment:
    """What is known of one crew's work on a ticket: from its dispatch to the next."""

    no: int
    crew_id: str
    crew_name: str
    sent_at: datetime
    steps: list[tuple[str, datetime, str]] = field(default_factory=list)  # kind, when, words of a progress report

    def when(self, kind: str) -> datetime | None:
        """Return when a step happened, by the latest word on it."""
        return next((at for known, at, _ in reversed(self.steps) if known == kind), None)

    def known(self) -> dict[str, datetime]:
        """Return when each kind of step happened; of progress reports the latest."""
        return {kind: at for kind, at, _ in self.steps}


def assignments(log: Iterable[Entry]) -> list[Assignment]:
    """Return the crews that were sent, in order, each with its steps as they are known by now."""
    found: list[Assignment] = []
    for entry in log:
        event: Any = entry.event
        if isinstance(event, Dispatched):
            found.append(Assignment(len(found) + 1, event.crew_id, event.crew_name, entry.at_claimed))
        elif isinstance(event, Backfilled) and event.no <= len(found):
            words = event.step.text if isinstance(event.step, Progressed) else ""
            found[event.no - 1].steps.append((event.step.kind, event.happened_at, words))
        elif event.kind in PLACE and found:
            words = event.text if isinstance(event, Progressed) else ""
            found[-1].steps.append((event.kind, entry.at_claimed, words))
    return found


def in_time(at: datetime, *, received_at: datetime, rules: FieldRules) -> Verdict | None:
    """
    Refuse a report from the future, and one that is older than the pack lets reports be; None: it may be read.

    What a clock that is a little fast puts into the future is not refused; it happened when we heard of it.
    """
    if at > received_at + rules.clock_ahead.duration:
        return Verdict(Outcome.REFUSED, f"汇报时间 {_clock(at)} 晚于服务器时间,请核对手机时钟后用新编号重报")
    if at < received_at - rules.late_max.duration:
        days = rules.late_max.duration / timedelta(days=1)
        return Verdict(Outcome.REFUSED, f"汇报时间 {_clock(at)} 已超过 {days:g} 天,不能再补报,请由指挥员更正工单")
    return None


def judge(ticket: Ticket, crews: Sequence[Assignment], said: Said, rules: FieldRules) -> Verdict:
    """
    Say what becomes of a report on a ticket.

    :param crews: the ticket's assignments, in order
    """
    mine = _assignment(crews, said)
    if mine is None:
        return _against("工单未派给本队" + (f",现由 {ticket.crew.crew_name} 处理" if ticket.crew else ""))
    if (again := _repeated(mine, said, rules.same_fact.duration)) is not None:
        return again
    if (reason := _impossible(ticket, crews, mine, said)) is not None:
        return _against(reason, mine.no)
    if mine.when("crew_rejected") is not None or mine is not crews[-1]:
        return _of_the_past(mine, said)
    if _later_is_known(mine, said):
        if said.kind in LATE:
            return Verdict(Outcome.ACCEPTED, "后续环节已记录,按所报时间补入", late=True, no=mine.no)
        return _against(f"{_label(said)}汇报到达时,后续环节已另行登记", mine.no)
    if (missing := missing_before(mine, said)) is not None:
        return Verdict(Outcome.HELD, f"尚未收到“{LABELS[missing]}”,收到后自动生效", no=mine.no)
    return Verdict(Outcome.ACCEPTED, no=mine.no)


def _assignment(crews: Sequence[Assignment], said: Said) -> Assignment | None:
    """Return the crew's assignment that was running at the claimed time, or else its first."""
    own = [a for a in crews if a.crew_id == said.crew_id]
    return next((a for a in reversed(own) if a.sent_at <= said.at), own[0] if own else None)


def _repeated(mine: Assignment, said: Said, same_fact: timedelta) -> Verdict | None:
    """Two reports of one kind within the allowance are one fact; of progress, with the same words."""
    before = [(at, words) for kind, at, words in mine.steps if kind == said.kind]
    if isinstance(said.event, Progressed):
        before = [(at, words) for at, words in before if words == said.event.text]
    for at, _ in before:
        if abs(at - said.at) <= same_fact:
            return Verdict(Outcome.DUPLICATE, f"与 {_clock(at)} 的“{_label(said)}”为同一事实", no=mine.no)
    if before and not isinstance(said.event, Progressed):
        return _against(f"已有“{_label(said)}” {_clock(before[-1][0])},本次报 {_clock(said.at)}", mine.no)
    return None


def _impossible(ticket: Ticket, crews: Sequence[Assignment], mine: Assignment, said: Said) -> str | None:
    """Return why the report cannot be true beside what is known, or None."""
    if not ticket.is_open or ticket.stage is Stage.MERGED:
        return f"工单已{ticket.stage.label.removeprefix('已')},不能再补记“{_label(said)}”"
    if said.at < mine.sent_at:
        return f"“{_label(said)}” {_clock(said.at)} 早于派工 {_clock(mine.sent_at)}"
    if crews[-1].crew_id != mine.crew_id:
        return f"工单已转派 {crews[-1].crew_name}({_clock(crews[-1].sent_at)})"
    place = PLACE[said.kind]
    for kind, at, _ in mine.steps:
        if PLACE[kind] < place and at > said.at:
            return f"“{_label(said)}” {_clock(said.at)} 早于“{LABELS[kind]}” {_clock(at)}"
        if PLACE[kind] > place and at < said.at:
            return f"“{_label(said)}” {_clock(said.at)} 晚于“{LABELS[kind]}” {_clock(at)}"
    return None


def _of_the_past(mine: Assignment, said: Said) -> Verdict:
    """The crew gave the job back, or was sent out again since: only what came before that is believable."""
    gone = mine.when("crew_rejected")
    if said.kind in LATE and (gone is None or said.at <= gone):
        return Verdict(Outcome.ACCEPTED, "本次派工已结束,按所报时间补入", late=True, no=mine.no)
    return _against(f"本次派工已结束,不能再补记“{_label(said)}”", mine.no)


def _later_is_known(mine: Assignment, said: Said) -> bool:
    """Tell whether a step is known that leaves no room for this one any more."""
    place = PLACE[said.kind]
    beside = said.kind in BESIDE
    return any(PLACE[kind] > place or (beside and PLACE[kind] == place and at > said.at) for kind, at, _ in mine.steps)


def missing_before(mine: Assignment, said: Said) -> str | None:
    """Return the step that must be known first, if it is not."""
    needed = NEEDS.get(said.kind)
    if isinstance(said.event, Restored) and said.event.waiver is None:
        in_full = said.event.result is Result.RESTORED and not said.event.brief
        needed = "repair_started" if in_full else "arrived"
    known = mine.known()
    return needed if needed is not None and needed not in known else None


def etr_of(log: Iterable[Entry], said: Said) -> datetime | None:
    """Return the promise that holds when all words on it, this one among them, stand in the order of their times."""
    words: list[tuple[datetime, datetime]] = []
    for entry in log:
        at, event = entry.at_claimed, entry.event
        if isinstance(event, Dispatched):
            words.clear()
        elif isinstance(event, Backfilled):
            at, event = event.happened_at, event.step
        if isinstance(event, Located | Progressed) and event.etr_at is not None:
            words.append((at, event.etr_at))
    if isinstance(said.event, Located | Progressed) and said.event.etr_at is not None:
        words.append((said.at, said.event.etr_at))
    return sorted(words, key=lambda word: word[0])[-1][1] if words else None


def _against(reason: str, no: int = 0) -> Verdict:
    return Verdict(Outcome.CONTRADICTION, f"{reason};请人工核实裁定", no=no)


def _label(said: Said) -> str:
    return LABELS[said.kind]


def _clock(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%m-%d %H:%M}"
