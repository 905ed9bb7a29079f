"""The moves from the call to the restoration. Domain 2.3, rows 1 to 15, 19 and 20; 2.6 to 2.8."""

from datetime import timedelta

from dispatch.tickets import events as e
from dispatch.tickets.terms import Waiver
from dispatch.tickets.words import (
    Cause,
    Level,
    Matched,
    MeterCheck,
    Ownership,
    RejectReason,
    Result,
    ReturnReason,
    Source,
    Symptom,
)
from tests.laws.machine.life import CREW, ITSELF, MINUTE, PROVINCE, SEAT, UNIT, How, Life, move
from tests.laws.machine.model import ACCEPT
from tests.worlds import NINGHAI, XIANGSHAN

ELSEWHERE = {XIANGSHAN: NINGHAI, NINGHAI: XIANGSHAN}
CREWS = {"c1": "丹城一队", "c2": "石浦一队", "c3": "西店一队"}


class Road(Life):
    @move("completed")
    def the_seat_completes_the_draft(self, how: How) -> None:
        said = {"symptom": Symptom.NO_POWER_ONE, "category": self.case.ticket.category, "level": Level.NORMAL}
        self.step(e.Completed(hazard=False, **said), how, by=SEAT)

    @move("consulted")
    def a_known_outage_answers_the_caller(self, how: How) -> None:
        self.step(e.Consulted(matched=how.one(*Matched), answer="该线路计划停电至11时"), how, by=SEAT)

    @move("accepted")
    def the_unit_accepts(self, how: How) -> None:
        self.step(e.Accepted(), how)

    @move("returned")
    def the_unit_returns(self, how: How) -> None:
        """Inside the time of acceptance, unless the province ordered it there; a wrong district is transferred."""
        reason = how.one(*ReturnReason)
        wrong = reason is ReturnReason.WRONG_DISTRICT
        right = ELSEWHERE[self.model.area] if wrong else None
        event = e.Returned(reason=reason, text="经核实不属于本单位处理的工单", right_area=right)
        assert self.model.submitted_at is not None
        over = self.now > self.model.submitted_at + ACCEPT
        self.step(event, How(late_min=how.late_min, pause_s=0), unless=over or self.model.ordered)
        if wrong and self.model.stage == "RETURNED" and self.model.returned_n == 1:
            self.step(e.Transferred(to_area=right or "", reason="退单指明正确单位"), How(pause_s=0), by=ITSELF)
        self.passes(how)

    @move("returned", "resubmitted", when=lambda model: model.returned_n == 0 and not model.ordered)
    def two_units_return_it_and_the_province_decides(self, how: How) -> None:
        """2.6: no ping-pong; the clock of the arrival runs on."""
        at_once, reason = How(pause_s=how.n), how.one(ReturnReason.NO_ADDRESS, ReturnReason.WRONG_CATEGORY)
        for _ in range(2):
            if self.model.submitted_at is not None and self.now <= self.model.submitted_at + ACCEPT:
                self.step(e.Returned(reason=reason, text="经核实不属于本单位处理的工单"), at_once)
                self.it_is_sent_out_again(at_once)

    @move("resubmitted")
    def it_is_sent_out_again(self, how: How) -> None:
        """After the second return by the province alone."""
        if self.model.stage == "SUBMITTED" or self.model.returned_n < 2:
            event = e.Resubmitted(area=how.one(None, NINGHAI, XIANGSHAN), place_unresolved=False)
            self.step(event, how, by=how.one(SEAT, PROVINCE), unless=self.model.returned_n >= 2 and how.n % 2 == 0)
        else:
            self.step(e.Resubmitted(area=how.one(None, NINGHAI)), how, by=SEAT, unless=True)
            self.step(e.Resubmitted(area=how.one(None, NINGHAI), place_unresolved=False), how, by=PROVINCE)

    @move("transferred")
    def the_province_transfers(self, how: How) -> None:
        there = ELSEWHERE[self.model.area]
        self.step(e.Transferred(to_area=there, reason="属该县供区", by_order=True), how, by=PROVINCE)

    @move("merged")
    def it_is_merged(self, how: How) -> None:
        there = how.one(None, self.now - 10 * MINUTE, self.now - timedelta(hours=5))
        etr = how.one(None, self.now + timedelta(hours=2))
        event = e.Merged(into="parent", incident_id="parent", evidence="同一表箱", arrived_at=there, etr_at=etr)
        self.step(event, How(pause_s=how.pause_s, looks=how.looks))

    @move("followed", when=lambda model: model.is_child)
    def it_follows_its_parent(self, how: How) -> None:
        """Its arrival, its promise; after the restoration an arrival that was offline: earlier than was thought."""
        there, done = self.now - how.n * MINUTE, self.case.ticket.restored_at
        event = e.Followed(arrived_at=min(there, done or there, self.model.reached_at or there))
        if done is None and how.n % 2:
            event = e.Followed(etr_at=self.now + timedelta(hours=how.n))
        self.step(event, How(pause_s=how.pause_s, looks=how.looks), by=ITSELF)

    @move("unmerged")
    def it_is_taken_out_of_the_incident(self, how: How) -> None:
        self.step(e.Unmerged(reason="邻居有电,该户仍无电"), how)

    @move("dispatched")
    def a_crew_is_sent(self, how: How) -> None:
        """The first, or another with a reason (转派)."""
        crew_id = how.one(*(crew for crew in CREWS if crew != self.model.crew))
        reason = "一队遇险情" if self.model.crew else None
        sent = {"crew_id": crew_id, "crew_name": CREWS[crew_id], "crew_area": NINGHAI if crew_id == "c3" else XIANGSHAN}
        event = e.Dispatched(**sent, depot="330225-1", eta_s=600, why="最近且空闲", transfer_reason=reason)
        self.step(event, how)

    @move("crew_accepted")
    def the_crew_accepts(self, how: How) -> None:
        self.step(e.CrewAccepted(), how, by=CREW, source=Source.APP)

    @move("crew_rejected")
    def the_crew_gives_it_back(self, how: How) -> None:
        self.step(e.CrewRejected(reason=how.one(*RejectReason)), how, by=CREW, source=Source.APP)

    @move("departed")
    def the_crew_departs(self, how: How) -> None:
        self.step(e.Departed(), how, by=CREW, source=Source.APP)

    @move("arrived")
    def the_crew_arrives(self, how: How) -> None:
        self.step(e.Arrived(), how, by=how.one(CREW, UNIT), source=how.one(Source.APP, Source.PHONE, Source.SMS))

    @move("located")
    def the_fault_is_found(self, how: How) -> None:
        etr = how.one(None, self.now + timedelta(hours=1 + how.n))
        owner = how.one(Ownership.GRID, Ownership.GRID, Ownership.DISPUTED, Ownership.CUSTOMER)
        event = e.Located(fault_point="东街支线5号杆", ownership=owner, etr_at=etr, photos=("photo-1",))
        self.step(event, how, by=CREW, source=Source.APP)

    @move("repair_started")
    def the_repair_begins(self, how: How) -> None:
        self.step(e.RepairStarted(permit=how.one(None, "P-7")), how, by=CREW, source=Source.APP)

    @move("progressed")
    def the_crew_tells_of_progress(self, how: How) -> None:
        etr = how.one(None, self.now + timedelta(hours=how.n))
        self.step(e.Progressed(text="正在更换", etr_at=etr), how, by=CREW, source=Source.APP)

    @move("restored")
    def the_power_is_back(self, how: How) -> None:
        """By the crew after its repair, by telephone in two words, with the parent; elsewhere a waiver is named."""
        done = e.Restored(cause_l1=Cause.NATURE, field_record="更换绝缘子")
        stage = self.model.stage
        if stage in {"ARRIVED", "LOCATED"}:
            done = done.model_copy(update={"brief": True})
        elif stage not in {"REPAIRING", "MERGED"}:
            done = done.model_copy(update={"waiver": how.one(*Waiver)})
        if stage == "MERGED":  # its parent was restored after it was reached
            self.step(done, How(pause_s=how.pause_s, looks=how.looks), by=ITSELF, source=Source.SYSTEM)
        else:
            self.step(done, how, by=CREW, source=Source.PHONE)

    @move("restored", when=lambda model: model.stage in {"ARRIVED", "LOCATED", "REPAIRING"})
    def nothing_of_ours_is_broken(self, how: How) -> None:
        """Row 20: the customer's own, proven; or nothing was found."""
        found = e.Restored(result=Result.NO_FAULT, field_record="到场时客户已有电")
        proof = {"ownership": Ownership.CUSTOMER, "photos": ("boundary",), "field_record": "表后漏保跳闸,已向客户说明"}
        inside = e.Restored(result=Result.CUSTOMER_SIDE, cause_l1=Cause.CUSTOMER, **proof)
        self.step(how.one(found, inside), how, by=CREW, source=Source.APP)

    @move("cancelled")
    def it_is_cancelled(self, how: How) -> None:
        meter = how.one(MeterCheck.LIVE, MeterCheck.NO_ANSWER, MeterCheck.NO_METER)
        self.step(e.Cancelled(reason="客户来电已恢复", meter=meter), how, by=SEAT)
