"""The machine without its rules: a ticket beside its model, the clock on the wall, what a move does to both."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dispatch.kit.errors import Invalid, Refusal
from dispatch.tickets.events import Actor, Event
from dispatch.tickets.words import AreaClass, Category, Source
from tests.laws.machine.case import Case
from tests.laws.machine.laws import LAWS
from tests.laws.machine.model import Model
from tests.worlds import START, XIANGSHAN

SEAT = Actor("seat", "SEAT_AGENT")
UNIT = Actor("xiangshan", "COUNTY_DISPATCHER")
CREW = Actor("crew-1", "CREW")
PROVINCE = Actor("monitor", "PROVINCE_MONITOR")
AUDITOR = Actor("auditor", "REPLY_AUDITOR")
ITSELF = Actor("system", "SYSTEM")

CHINESE = re.compile(r"[\u4e00-\u9fff]{3}")
MINUTE = timedelta(minutes=1)
PAUSES = (0, 20, 60, 100, 170, 300, 1200, 2700, 5400, 4 * 3600, 86_400, 3 * 86_400)  # s


@dataclass(frozen=True)
class How:
    """How a move is made: claimed so long ago, so much time after it, whether the worker looks then, which variant."""

    late_min: int = 0
    pause_s: int = 20
    looks: bool = False
    n: int = 0

    def one(self, *choices: Any) -> Any:
        return choices[self.n % len(choices)]


HOW = st.builds(
    How,
    late_min=st.just(0) | st.integers(0, 90) | st.integers(0, 7 * 1440),
    pause_s=st.sampled_from(PAUSES[:6]) | st.sampled_from(PAUSES),
    looks=st.booleans(),
    n=st.integers(0, 23),
)
NEXT = {  # stage -> the rule that goes on from there as usual
    "DRAFT": "the_seat_completes_the_draft",
    "SUBMITTED": "the_unit_accepts",
    "RETURNED": "it_is_sent_out_again",
    "ACCEPTED": "a_crew_is_sent",
    "DISPATCHED": "the_crew_accepts",
    "CREW_ACCEPTED": "the_crew_departs",
    "EN_ROUTE": "the_crew_arrives",
    "ARRIVED": "the_fault_is_found",
    "LOCATED": "the_repair_begins",
    "REPAIRING": "the_power_is_back",
    "MERGED": "the_power_is_back",
    "RESTORED": "the_unit_replies",
    "REPLY_REJECTED": "the_unit_replies",
    "REPLIED": "it_goes_to_the_return_visit",
    "CALLBACK_PENDING": "the_customer_answers_and_it_is_closed",
}
MOVES: dict[str, list[str]] = {}  # event -> the rules that make it happen
Moving = Callable[[Any, How], None]


def move(*kinds: str, when: Callable[[Model], bool] = lambda _: True) -> Callable[[Moving], Moving]:
    """Make a rule of what makes events happen: offered in the stages in which the table has the first of them."""

    def made(moving: Moving) -> Moving:
        for kind in kinds:
            MOVES.setdefault(kind, []).append(moving.__name__)
        offered = precondition(lambda machine: machine.model.may(kinds[0]) and when(machine.model))
        return offered(rule(how=HOW)(moving))

    return made


class Life(RuleBasedStateMachine):
    """One ticket; ``now`` is the server's time."""

    case: Case
    model: Model
    now: datetime = START

    @initialize(how=HOW, draft=st.booleans(), far=st.integers(0, 12))
    def the_customer_reports(self, how: How, draft: bool, far: int = 0) -> None:
        area_class = how.one(AreaClass.URBAN, AreaClass.RURAL, AreaClass.REMOTE)
        category = how.one(Category.LV, Category.LV, Category.EV, Category.METER)
        booked = START + timedelta(hours=how.n) if how.n > 18 else None
        known = draft or how.n % 6 != 5
        said: dict[str, Any] = {"area_class": area_class, "category": category, "appointment_at": booked}
        self.case = Case.open(START, draft=draft, place_unresolved=not known, **said)
        self.model = Model(
            stage="DRAFT" if draft else "SUBMITTED",
            reported_at=START,
            area_class=area_class.value,
            charger=category is Category.EV,
            appointment_at=booked,
            last_step_at=START,
            submitted_at=None if draft else START,
            place_known=known,
            area=XIANGSHAN,
        )
        self.passes(how if far else replace(how, pause_s=min(how.pause_s, 60)))  # else nobody would return it
        self.goes_its_way(far, how)

    @rule(far=st.integers(1, 6), how=HOW)
    def it_goes_its_way(self, far: int, how: How) -> None:
        self.goes_its_way(far, how)

    def goes_its_way(self, far: int, how: How) -> None:
        """Take so many of the usual steps, but do not end."""
        for _ in range(far):
            if self.model.is_open and self.model.stage != "CALLBACK_PENDING":
                getattr(self, NEXT[self.model.stage])(replace(how, pause_s=min(how.pause_s, 300)))
                self.holds_to_the_law()

    def step(
        self, event: Event, how: How, *, by: Actor = UNIT, source: Source = Source.PHONE, unless: bool = False
    ) -> None:
        """Make a move that the model allows; ``unless``: it does not after all, and the move is refused."""
        if unless:
            self.is_refused(event, Refusal, by=by, source=source)
        else:
            claimed = max(self.model.last_step_at, self.now - how.late_min * MINUTE)
            self.reads(self.case.append(event, by=by, source=source, at=self.now, claimed=claimed))
        self.passes(how)

    def decides(self, event: Event, how: How, *, by: Actor = UNIT, unless: bool = False) -> None:
        """Make a move at the desk: what was due is taken before, and it counts from now."""
        self.step(event, replace(how, late_min=0), by=by, unless=unless)

    def reads(self, lines: list[Any]) -> None:
        for entry in lines:
            self.model.takes(entry)

    def looks(self) -> None:
        """Let the worker take what is due."""
        self.reads(self.case.catch_up(self.now))

    def passes(self, how: How) -> None:
        self.now += timedelta(seconds=how.pause_s)
        if how.looks:
            self.looks()

    def is_refused(
        self,
        event: Event,
        why: type[Refusal],
        *,
        by: Actor = UNIT,
        source: Source = Source.PHONE,
        claimed: datetime | None = None,
    ) -> Refusal:
        """Try what may not be: refused in Chinese, an input by its field, and nothing is changed."""
        before = (self.case.ticket, len(self.case.log), {key: replace(row) for key, row in self.case.rows.items()})
        with pytest.raises(Refusal) as caught:
            self.case.append(event, by=by, source=source, at=self.now, claimed=claimed)
        refusal = caught.value
        assert isinstance(refusal, why), f"{event.kind}: {refusal.code} {refusal.message}"
        assert CHINESE.search(refusal.message)
        if isinstance(refusal, Invalid):
            assert refusal.field in {"at", *type(event).model_fields}
        assert before == (self.case.ticket, len(self.case.log), self.case.rows)
        return refusal

    @invariant()
    def holds_to_the_law(self) -> None:
        if hasattr(self, "case"):
            for law in LAWS:
                law(self.case, self.model)
