"""What may happen in the county of ``town``: each rule is a command of the desk, and may be refused."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import wraps
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from dispatch.desk.closing import callbacks
from dispatch.desk.closing.visits import Answer
from dispatch.desk.field import settling
from dispatch.desk.field.reports import report_batch
from dispatch.desk.field.work import Sent
from dispatch.desk.outages import announcing, merging, nesting, sensing
from dispatch.desk.outages.announcing import NewOutage
from dispatch.desk.outages.sensing import Told
from dispatch.desk.room import Report
from dispatch.desk.supervision import supervising, waiting
from dispatch.outages.model import OutageKind, Reading, SignalKind
from dispatch.tickets import events as e
from dispatch.tickets.model import Ticket
from dispatch.tickets.terms import Addressee, Asking, EscalationReason, ExcuseReason, SuspendReason, Waiver
from dispatch.tickets.words import Level, ReturnReason, Source, Stage
from tests.laws.machine.town import CUSTOMERS, Town
from tests.tickets.history import usual
from tests.worlds import CANCEL, NINGHAI, XIANGSHAN, person

MINUTES = st.sampled_from((0, 0, 1, 2, 4, 15, 50, 240, 1440, 4320))
LATE = st.sampled_from((0, 0, 3, 30, 600, 7 * 1440))
WHO = st.integers(0, len(CUSTOMERS) - 1)
WHICH = st.integers(0, 5)
NEXT: dict[Stage, tuple[str, str, str]] = {  # stage -> event, command, who takes it, as usual
    Stage.DRAFT: ("completed", "complete", "seat"),
    Stage.SUBMITTED: ("accepted", "accept", "county"),
    Stage.RETURNED: ("resubmitted", "resubmit", "monitor"),
    Stage.ACCEPTED: ("dispatched", "dispatch", "county"),
    Stage.DISPATCHED: ("crew_accepted", "crew-accept", "crew"),
    Stage.CREW_ACCEPTED: ("departed", "depart", "crew"),
    Stage.EN_ROUTE: ("arrived", "arrive", "crew"),
    Stage.ARRIVED: ("located", "locate", "crew"),
    Stage.LOCATED: ("repair_started", "start-repair", "crew"),
    Stage.REPAIRING: ("restored", "restore", "crew"),
    Stage.RESTORED: ("replied", "reply", "county"),
    Stage.REPLY_REJECTED: ("replied", "reply", "county"),
    Stage.REPLIED: ("callback_queued", "queue-callback", "auditor"),
    Stage.CALLBACK_PENDING: ("closed", "close", "seat"),
}
COUNTIES = {XIANGSHAN: "xiangshan", NINGHAI: "ninghai"}


def some(stages: str) -> Callable[[Any], Any]:
    """
    Let a rule do its work where a ticket is in one of the stages; where none is, one goes on its way instead.

    Not a precondition: ties are broken by ids, which are new in each run, and what is drawn must not hang on them.
    """

    def made(function: Callable[..., None]) -> Callable[..., None]:
        @wraps(function)
        def either(county: "County", which: int, *said: Any, **more: Any) -> None:
            if county.town.standing(stages):
                function(county, which, *said, **more)
            else:
                known = list(county.town.tickets)
                county.goes(known[which % len(known)], 2, 0)

        return either

    return made


FIELD = ("crew-accept", "depart", "arrive", "locate", "start-repair", "progress", "restore")
SAID = ("crew_accepted", "departed", "arrived", "located", "repair_started", "progressed", "restored")


class County(RuleBasedStateMachine):
    """Rules for ``Town``: each is a command of the desk, and may be refused."""

    start: Callable[[], tuple[asyncio.Runner, Town]]
    end: Callable[[asyncio.Runner, Town], None]

    def __init__(self) -> None:
        super().__init__()
        self.runner, self.town = type(self).start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        try:
            self.run(self.town.no_minute_twice())
        finally:
            type(self).end(self.runner, self.town)

    @property
    def desk(self) -> Any:
        return self.town.small.desk

    def tries(self, what: str, work: Coroutine[Any, Any, object]) -> bool:
        return bool(self.run(self.town.tries(what, work)))

    def takes(self, ticket: Ticket, event: e.Event, command: str, who: str, late_min: int = 0) -> bool:
        claimed = max(ticket.last_at, self.town.now - timedelta(minutes=late_min)) if late_min else None
        does = self.town.small.does(ticket, command, who, event, at=self.town.now, claimed_at=claimed)
        return self.tries(event.kind, does)

    def one(self, which: int, stages: str) -> Ticket:
        found = self.town.standing(stages)
        return found[which % len(found)]

    @staticmethod
    def county(ticket: Ticket) -> str:
        return COUNTIES.get(ticket.area, "xiangshan")

    @initialize(far=st.lists(st.integers(0, 12), min_size=3, max_size=len(CUSTOMERS)))
    def several_call(self, far: list[int]) -> None:
        for who in range(len(far)):
            self.tries("call", self.town.calls(who))
        for ticket, steps in zip(list(self.town.tickets), far, strict=True):
            self.goes(ticket, steps, 0)

    @rule(n=WHO, dark=st.booleans(), draft=st.booleans())
    def a_customer_calls(self, n: int, dark: bool, draft: bool) -> None:
        self.tries("call", self.town.calls(n, still_dark=dark, draft=draft and not dark))

    @rule(n=WHO)
    def a_customer_reports_a_danger(self, n: int) -> None:
        self.tries("call", self.town.calls(n, hazard=True, level=Level.URGENT))

    @rule(minutes=MINUTES, works=st.booleans())
    def time_passes(self, minutes: int, works: bool) -> None:
        self.town.now += timedelta(minutes=minutes)
        if works:
            self.tries("worker", self.town.work())

    @rule(which=WHICH, far=st.integers(1, 6), late=LATE)
    @some("DRAFT SUBMITTED RETURNED ACCEPTED WITH_CREW ON_SITE DONE")
    def a_ticket_goes_its_way(self, which: int, far: int, late: int) -> None:
        self.goes(self.one(which, "DRAFT SUBMITTED RETURNED ACCEPTED WITH_CREW ON_SITE DONE").id, far, late)

    def goes(self, ticket_id: str, far: int, late: int) -> None:
        """Take the usual steps, a minute apart."""
        for _ in range(far):
            ticket = self.town.tickets[ticket_id]
            if ticket.stage not in NEXT:
                return
            kind, command, role = NEXT[ticket.stage]
            event = usual(kind, ticket.stage)
            if isinstance(event, e.Located):
                event = event.model_copy(update={"etr_at": self.town.now + timedelta(hours=1)})
            if isinstance(event, e.Restored):
                event = event.model_copy(update={"field_record": f"更换绝缘子({ticket.ticket_no}-{ticket.version})"})
            crew = f"crew-{ticket.crew.crew_id[1:]}" if ticket.crew else "crew-1"
            who = {"county": self.county(ticket), "crew": crew}.get(role, role)
            if not self.takes(ticket, event, command, who, late):
                return
            self.town.now += timedelta(minutes=1)

    @rule(which=WHICH, lent=st.booleans())
    @some("ACCEPTED WITH_CREW")
    def another_crew_is_sent(self, which: int, lent: bool) -> None:
        ticket = self.one(which, "ACCEPTED WITH_CREW")
        crew = ("c3", "西店一队", NINGHAI, "330226-1") if lent else ("c2", "石浦一队", XIANGSHAN, "330225-2")
        named = dict(zip(("crew_id", "crew_name", "crew_area", "depot"), crew, strict=True))
        event = e.Dispatched(**named, eta_s=900, why="更近", transfer_reason="一队遇险情" if ticket.crew else None)
        self.takes(ticket, event, "dispatch", self.county(ticket))

    @rule(which=WHICH)
    @some("WITH_CREW")
    def the_crew_gives_it_back(self, which: int) -> None:
        ticket = self.one(which, "WITH_CREW")
        if ticket.crew:
            self.takes(ticket, usual("crew_rejected", ticket.stage), "crew-reject", f"crew-{ticket.crew.crew_id[1:]}")

    @rule(which=WHICH, reason=st.sampled_from(ReturnReason))
    @some("SUBMITTED")
    def a_unit_returns(self, which: int, reason: ReturnReason) -> None:
        ticket = self.one(which, "SUBMITTED")
        right = {XIANGSHAN: NINGHAI, NINGHAI: XIANGSHAN}.get(ticket.area)
        named = right if reason is ReturnReason.WRONG_DISTRICT else None
        event = e.Returned(reason=reason, text="经核实不属于本单位处理的工单", right_area=named)
        self.takes(ticket, event, "return", self.county(ticket))

    @rule(which=WHICH, there=st.sampled_from((XIANGSHAN, NINGHAI)))
    @some("SUBMITTED ACCEPTED RETURNED")
    def the_province_transfers(self, which: int, there: str) -> None:
        self.takes(
            self.one(which, "SUBMITTED ACCEPTED RETURNED"),
            e.Transferred(to_area=there, reason="属该县供区"),
            "transfer",
            "monitor",
        )

    @rule(which=WHICH, n=st.integers(1, len(CUSTOMERS)))
    @some("ACCEPTED WITH_CREW ON_SITE")
    def neighbours_are_merged(self, which: int, n: int) -> None:
        """Into one that is worked on: those who wait, as far as the network shows one fault."""
        parent = self.one(which, "ACCEPTED WITH_CREW ON_SITE")
        for child in [ticket for ticket in self.town.standing("SUBMITTED ACCEPTED") if ticket.id != parent.id][:n]:
            said = {"into": parent.id, "evidence": "同一台区", "by": person(self.county(child)), "report": Report()}
            self.tries("merged", merging.merge(self.desk, child.id, **said, at=self.town.now))

    @rule(which=WHICH)
    @some("MERGED")
    def one_is_taken_out_again(self, which: int) -> None:
        ticket = self.one(which, "MERGED")
        self.takes(ticket, e.Unmerged(reason="邻居有电,该户仍无电"), "unmerge", self.county(ticket))

    @rule(which=WHICH)
    @some("UNRESTORED")
    def a_ticket_is_cancelled(self, which: int) -> None:
        self.takes(self.one(which, "UNRESTORED"), CANCEL, "cancel", "seat")

    @rule(which=WHICH)
    @some("LOCATED REPAIRING")
    def the_crew_tells_of_progress(self, which: int) -> None:
        ticket = self.one(which, "LOCATED REPAIRING")
        told = e.Progressed(text="正在更换", etr_at=self.town.now + timedelta(hours=3))
        self.takes(ticket, told, "progress", self.county(ticket))

    @rule(which=WHICH)
    @some("REPLIED")
    def the_auditor_sends_a_reply_back(self, which: int) -> None:
        event = e.ReplyRejected(defects=("缺少到场时间",))
        self.takes(self.one(which, "REPLIED"), event, "reject-reply", "auditor")

    @rule(which=WHICH)
    @some("ACCEPTED WITH_CREW")
    def the_power_is_back_without_anybody_there(self, which: int) -> None:
        ticket = self.one(which, "ACCEPTED WITH_CREW")
        done = e.Restored(waiver=Waiver.UPSTREAM, field_record="上级电源恢复")
        self.takes(ticket, done, "restore", self.county(ticket))

    @rule(which=WHICH, live=st.booleans(), how=st.sampled_from((Asking.SMS, Asking.CALL)))
    @some("DONE")
    def a_customer_says_whether_it_is_back(self, which: int, live: bool, how: Asking) -> None:
        done = nesting.answered(self.desk, self.one(which, "DONE").id, live, how, person("seat"), self.town.now)
        self.tries("power-back", done)

    @rule(which=WHICH, satisfied=st.sampled_from((True, False, None)), back=st.sampled_from((True, False, None)))
    @some("CALLBACK_PENDING")
    def a_customer_is_visited(self, which: int, satisfied: bool | None, back: bool | None) -> None:
        said = Answer(satisfied=satisfied, power_back=back, text="电话回访")
        with_it = {"by": person("seat"), "report": Report(source=Source.CTI), "at": self.town.now}
        self.tries("visit", callbacks.answer(self.desk, self.one(which, "CALLBACK_PENDING").id, said, **with_it))

    @rule(which=WHICH)
    @some("CALLBACK_PENDING")
    def nobody_answers(self, which: int) -> None:
        with_it = {"by": person("seat"), "report": Report(source=Source.CTI), "at": self.town.now}
        self.tries(
            "missed", callbacks.missed(self.desk, self.one(which, "CALLBACK_PENDING").id, text="无人接听", **with_it)
        )

    @rule(which=WHICH, what=st.sampled_from(("supervise", "escalate", "chase", "answer", "clear", "note")))
    @some("OPEN ENDED")
    def it_is_watched(self, which: int, what: str) -> None:
        ticket, at, by = self.one(which, "OPEN ENDED"), self.town.now, person("monitor")
        with_it = {"by": by, "report": Report(), "at": at}
        if what == "supervise":
            told = {"reason": "媒体问询", "addressee": Addressee.COUNTY_DIRECTOR}
            self.tries(what, supervising.supervise(self.desk, ticket.id, **told, **with_it))
        elif what == "escalate":
            why = {"reason": EscalationReason.MEDIA, "text": "电视台询问"}
            self.tries(what, supervising.escalate(self.desk, ticket.id, **why, **with_it))
        else:
            self._answers(ticket, what)

    def _answers(self, ticket: Ticket, what: str) -> None:
        county, no = self.county(ticket), ticket.supervisions[-1].no if ticket.supervisions else "DB"
        if what == "chase":
            self.takes(ticket, e.Chased(), "chase", "monitor")
        elif what == "note":
            self.takes(ticket, usual("noted", ticket.stage), "note", county)
        elif what == "answer":
            self.takes(ticket, e.SupervisionAnswered(no=no, text="班组已到场"), "supervision-answer", county)
        else:
            self.takes(ticket, e.SupervisionCleared(no=no), "supervision-clear", "monitor")

    @rule(which=WHICH, what=st.sampled_from(("suspend", "resume", "excuse")), minutes=st.integers(1, 240))
    @some("UNRESTORED")
    def it_waits(self, which: int, what: str, minutes: int) -> None:
        ticket, at = self.one(which, "UNRESTORED"), self.town.now
        with_it = {"by": person(self.county(ticket)), "report": Report(), "at": at}
        if what == "suspend":
            until = {
                "until_at": at + timedelta(minutes=minutes),
                "text": "等待变压器",
                "reason": SuspendReason.MATERIAL,
            }
            self.tries(what, waiting.suspend(self.desk, ticket.id, **until, **with_it))
        elif what == "excuse":
            why = {"reason": ExcuseReason.TRAFFIC, "explanation": "道路塌方绕行", "told_at": at}
            self.tries(what, waiting.excuse(self.desk, ticket.id, **why, **with_it))
        else:
            self.takes(ticket, e.Resumed(), "resume", self.county(ticket))

    @rule(which=WHICH, first=st.integers(0, 6), n=st.integers(1, 3), late=LATE)
    @some("ACCEPTED WITH_CREW ON_SITE DONE")
    def a_phone_that_was_offline_sends_its_reports(self, which: int, first: int, n: int, late: int) -> None:
        """Some steps on end, up to seven days old, as the network lets them through."""
        ticket = self.one(which, "ACCEPTED WITH_CREW ON_SITE DONE")
        if not ticket.dispatches:
            return
        sent = []
        for k in range(first, min(first + n, len(FIELD))):
            at = max(ticket.dispatches[-1].sent_at + timedelta(minutes=k), self.town.now - timedelta(minutes=late))
            event = usual(SAID[k], Stage.REPAIRING)
            update = {"etr_at": at + timedelta(hours=1)} if isinstance(event, e.Located) else {}
            said = event.model_copy(update=update)
            sent.append(Sent(f"{ticket.id}-{k}-{at:%d%H%M}", FIELD[k], at, ticket_id=ticket.id, event=said))
        by = person(f"crew-{ticket.dispatches[-1].crew_id[1:]}")
        self.tries("offline", report_batch(self.desk, sent, by=by, at=self.town.now))

    @rule(accept=st.booleans())
    def a_person_decides_on_a_report(self, accept: bool) -> None:
        async def decide() -> None:
            async with self.desk.db.connection() as connection:
                report_id = await connection.fetchval(
                    "SELECT id FROM field_report WHERE outcome IN ('contradiction', 'held') ORDER BY id LIMIT 1"
                )
            if report_id is not None:
                said = settling.Decision(accept, "以现场照片时间为准")
                await settling.decide(self.desk, report_id, said, by=person("monitor"), at=self.town.now)

        self.tries("decided", decide())

    @rule(device=st.sampled_from(("F1", "L1", "T1", "T1-B1")), kind=st.sampled_from(SignalKind))
    def a_device_signals(self, device: str, kind: SignalKind) -> None:
        told = [Told(device, kind, self.town.now)]
        self.tries("signal", sensing.report_signals(self.desk, told, by=person("scada"), at=self.town.now))

    @rule(n=WHO, live=st.booleans())
    def a_meter_is_read(self, n: int, live: bool) -> None:
        read = [Reading(f"M{CUSTOMERS[n]}", self.town.now, live), Reading("TM1", self.town.now, live)]
        self.tries("reading", sensing.report_readings(self.desk, read, by=person("ami"), at=self.town.now))

    @rule(node=st.sampled_from(("F1", "L1", "T1")), ends=st.sampled_from((None, 60)))
    def an_outage_is_announced(self, node: str, ends: int | None) -> None:
        at = self.town.now
        kind = OutageKind.FAULT if ends is None else OutageKind.PLANNED
        new = NewOutage(kind, node, at, None if ends is None else at + timedelta(minutes=ends))
        self.tries("announced", announcing.announce(self.desk, new, by=person("xiangshan"), at=at))

    @precondition(lambda county: county.town.tickets)
    @invariant()
    def holds_to_the_law(self) -> None:
        self.run(self.town.hold_to_the_law())
