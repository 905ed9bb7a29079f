"""The moves of the closed loop, beside the road: chasing, orders, waiting, excuses, doubts. 2.4, 2.5 e, 2.9 to 2.11."""

from datetime import timedelta
from itertools import islice

from hypothesis.stateful import precondition, rule

from dispatch.tickets import events as e
from dispatch.tickets import ladder
from dispatch.tickets.fieldreports import Outcome, Said, assignments, etr_of, in_time, judge
from dispatch.tickets.ladder import who_moves
from dispatch.tickets.terms import (
    Addressee,
    EscalationReason,
    ExcuseReason,
    NoteKind,
    SuspendReason,
)
from dispatch.tickets.words import Ownership
from tests.laws.machine.case import PACK
from tests.laws.machine.life import CREW, HOW, ITSELF, MINUTE, MOVES, PROVINCE, SEAT, UNIT, How, Life, move

S = SuspendReason
WAITS = (S.CUSTOMER_ABSENT, S.ACCESS_REFUSED, S.UNSAFE, S.SWITCHING, S.MATERIAL, S.PERMIT)  # 2.11
FIRST_WAITS = timedelta(hours=4)  # after so long, or two waits, the province approves the next
FIELD: tuple[e.Event, ...] = (
    e.CrewAccepted(),
    e.Departed(),
    e.Arrived(),
    e.Located(fault_point="东街支线5号杆", ownership=Ownership.GRID, photos=("photo-1",)),
    e.RepairStarted(),
    e.Progressed(text="离线补报"),
)


class Loop(Life):
    @rule(how=HOW)
    def time_passes_and_the_worker_looks(self, how: How) -> None:
        self.passes(how)
        self.looks()

    @move("chased")
    def the_customer_calls_again(self, how: How) -> None:
        self.step(e.Chased(target=who_moves(self.case.ticket), by_customer=True), how, by=SEAT)

    @move("chased")
    def the_centre_chases(self, how: How) -> None:
        """Who was chased less than five minutes ago is left in peace."""
        self.looks()
        event = e.Chased(target=who_moves(self.case.ticket), by_customer=False)
        assert event.target is not None
        assert event.target.value == self.model.who_moves
        self.decides(event, how, by=PROVINCE, unless=not self.model.is_cool(max(self.now, self.model.last_step_at)))

    @move("supervised")
    def the_province_supervises(self, how: How) -> None:
        self.looks()
        told, due_at = (how.one(*Addressee), Addressee.PROVINCE_MONITOR), self.now + timedelta(minutes=30 + how.n)
        event = ladder.supervision(self.case.ticket, level=3, reason="媒体问询", told=told, due_at=due_at)
        self.decides(event, how, by=PROVINCE)

    @move("supervision_answered", when=lambda model: "issued" in model.orders.values())
    def the_unit_answers(self, how: How) -> None:
        no = how.one(*(no for no, state in self.model.orders.items() if state == "issued"))
        self.step(e.SupervisionAnswered(no=no, text="班组已到场"), how)

    @move("supervision_cleared", when=lambda model: "answered" in model.orders.values())
    def the_province_is_satisfied(self, how: How) -> None:
        no = how.one(*(no for no, state in self.model.orders.items() if state == "answered"))
        self.step(e.SupervisionCleared(no=no), how, by=PROVINCE)

    @move("escalated")
    def it_is_taken_up(self, how: How) -> None:
        reason = how.one(EscalationReason.MEDIA, EscalationReason.INJURY, EscalationReason.HOTLINE)
        self.decides(e.Escalated(level=4, reason=reason, told=(Addressee.CITY_MANAGER,)), how, by=PROVINCE)

    @move("suspended", when=lambda model: model.reached_at is not None)
    def the_repair_waits(self, how: How) -> None:
        """A merged one with its parent, whose crew is there."""
        self.looks()
        until = max(self.now, self.model.last_step_at) + timedelta(minutes=1 + 10 * how.n)
        event = e.Suspended(reason=how.one(*WAITS), text="等待变压器", until_at=until)
        county = UNIT if self.model.waited_n < 2 and self.model.paused < FIRST_WAITS else PROVINCE
        by = ITSELF if self.model.stage == "MERGED" else county
        self.decides(event, how, by=by, unless=self.model.waits_since is not None)

    @move("resumed", when=lambda model: model.waits_since is not None)
    def the_repair_goes_on(self, how: How) -> None:
        self.looks()
        by = ITSELF if self.model.stage == "MERGED" else UNIT
        self.decides(e.Resumed(text="物资已到"), how, by=by, unless=self.model.waits_since is None)

    @move("excused")
    def the_delay_is_explained(self, how: How) -> None:
        """Before the limit, and to the customer before it."""
        told_at = max(self.model.reported_at, self.now - how.late_min * MINUTE)
        order = how.one(None, "order-1")
        event = e.Excused(reason=how.one(*ExcuseReason), explanation="道路塌方绕行", told_at=told_at, order_id=order)
        unproven = event.reason is ExcuseReason.WEATHER and order is None
        self.decides(event, how, by=SEAT, unless=unproven or self.now > self.model.arrive_by)

    @move("noted")
    def something_is_noted(self, how: How) -> None:
        self.step(e.Noted(note=how.one(*NoteKind), text="为独居老人更换漏保"), how)

    @move("corrected")
    def it_is_put_right(self, how: How) -> None:
        booked = how.one(None, None, self.model.reported_at + timedelta(hours=how.n))
        agreed = {"appointment_at": booked, "agreed_by": "客户本人", "agreed_at": self.now} if booked else {}
        self.step(e.Corrected(reason="客户更正", address=f"东街{how.n}号", **agreed), how)

    @move("contradicted")
    def a_report_contradicts(self, how: How) -> None:
        self.step(e.Contradicted(report_id=f"r{how.n}", text="两次到场时间不一致"), how, by=ITSELF)

    @move("settled", when=lambda model: bool(model.waiting))
    def a_person_decides(self, how: How) -> None:
        report_id = how.one(*sorted(self.model.waiting))
        left = len(self.model.waiting) - 1
        event = e.Settled(report_id=report_id, accepted=False, text="以现场照片为准", waiting_n=left)
        self.step(event, how, by=UNIT)

    @precondition(lambda machine: machine.model.is_open and machine.case.ticket.dispatches)
    @rule(how=HOW)
    def a_phone_that_was_offline_reports(self, how: How) -> None:
        """Up to seven days late; what is judged to fit takes its place, as a step or filled in."""
        crews, when = self.case.ticket.dispatches, self.now - how.late_min * MINUTE
        crew = crews[-1 - how.n // len(FIELD) % len(crews)]
        if how.late_min <= 23:  # somewhere in the time that the crew had
            when = crew.sent_at + max(timedelta(), self.now - crew.sent_at) * how.late_min / 23
        said = Said(crew.crew_id, how.one(*FIELD), when)
        rules, known = PACK.field_reports, assignments(self.case.log)
        assert rules is not None
        if in_time(said.at, received_at=self.now, rules=rules) is not None:
            return
        verdict = judge(self.case.ticket, known, said, rules)
        event: e.Event | None = None
        if verdict.outcome is Outcome.CONTRADICTION:
            event = e.Contradicted(report_id=f"offline-{len(self.case.log)}", text=verdict.reason)
        elif verdict.outcome is Outcome.ACCEPTED and verdict.late:
            etr_at = etr_of(self.case.log, said)
            told = {"no": verdict.no, "report_id": f"offline-{len(self.case.log)}", "etr_at": etr_at}
            event = e.Backfilled(step=said.event, happened_at=said.at, **told)
        if event is not None:
            self.step(event, How(pause_s=how.pause_s), by=CREW)

    @precondition(lambda machine: machine.model.is_open)
    @rule(how=HOW)
    def the_clock_is_waited_for(self, how: How) -> None:
        """Just past the next step of a ladder, or a little before it."""
        due = sorted(row.next_at for row in self.case.rows.values() if row.next_at is not None)
        for at in islice(due, 1):
            self.now = max(self.now, at + timedelta(seconds=how.one(-1, 0, 1)))
        self.looks()
        if how.n % 4 == 0:
            assert self.case.catch_up(self.now) == []


for kind in ("warned", "overdue", "chased", "supervised", "escalated", "resumed"):
    MOVES.setdefault(kind, []).append("the_clock_is_waited_for")
MOVES.setdefault("backfilled", []).append("a_phone_that_was_offline_reports")
