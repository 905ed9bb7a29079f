"""The moves after the restoration: reply, audit, return visit, working on it again. Rows 16 to 18, 2.13, 2.14."""

from dispatch.tickets import events as e
from dispatch.tickets.terms import Asking, ReopenReason
from dispatch.tickets.words import Cause, Ownership, Source
from tests.laws.machine.life import AUDITOR, ITSELF, SEAT, UNIT, How, Life, move
from tests.laws.machine.model import ATTEMPTS


class Ending(Life):
    @move("replied")
    def the_unit_replies(self, how: How) -> None:
        owner = how.one(Ownership.GRID, Ownership.CUSTOMER, Ownership.THIRD_PARTY)
        said = {"handling": "更换绝缘子后恢复供电", "category": self.case.ticket.category, "cause_l1": Cause.NATURE}
        self.step(e.Replied(ownership=owner, **said), how)

    @move("reply_rejected")
    def the_auditor_sends_the_reply_back(self, how: How) -> None:
        """Once."""
        event = e.ReplyRejected(defects=("缺少到场时间",))
        self.step(event, how, by=AUDITOR, unless=self.model.reply_rejected_n >= 1)

    @move("assessed")
    def the_reports_are_held_against_evidence(self, how: How) -> None:
        doubtful = how.n % 3 == 0
        self.step(e.Assessed(score=0.3 if doubtful else 1.0, doubtful=doubtful), how, by=ITSELF)

    @move("callback_queued")
    def it_goes_to_the_return_visit(self, how: How) -> None:
        """A doubtful one by the auditor, none with a contradiction that waits."""
        by = how.one(UNIT, AUDITOR)
        doubtful = self.model.doubtful and by is not AUDITOR
        self.step(e.CallbackQueued(), how, by=by, unless=doubtful or bool(self.model.waiting))

    @move("surveyed")
    def a_text_asks_the_customer(self, how: How) -> None:
        self.step(e.Surveyed(message_id="m1"), how, by=ITSELF)

    @move("callback_tried")
    def nobody_answers(self, how: How) -> None:
        self.step(e.CallbackTried(text="无人接听"), how, by=SEAT)

    @move("callback_tried", "closed", when=lambda model: model.attempts < ATTEMPTS)
    def nobody_answers_three_times(self, how: How) -> None:
        while self.model.attempts < ATTEMPTS:
            self.step(e.Closed(satisfied=None), How(pause_s=0), by=SEAT, unless=True)
            self.step(e.CallbackTried(), How(pause_s=3600), by=SEAT)
        self.step(e.Closed(satisfied=None, text="3 次回访未接通"), how, by=SEAT)

    @move("closed")
    def the_customer_answers_and_it_is_closed(self, how: How) -> None:
        satisfied = how.one(True, True, False, None)
        event = e.Closed(satisfied=satisfied, power_back=True)
        self.step(event, how, by=SEAT, unless=satisfied is None and self.model.attempts < ATTEMPTS)

    @move("asked")
    def the_customer_is_asked_whether_it_is_back(self, how: How) -> None:
        self.step(e.Asked(how=how.one(*Asking)), how, by=ITSELF)

    @move("confirmed")
    def the_customer_says_that_it_is_back(self, how: How) -> None:
        self.step(e.Confirmed(how=how.one(*Asking)), how, by=SEAT, source=Source.CTI)

    @move("reopened")
    def the_customer_is_still_dark(self, how: How) -> None:
        """However often; in an incident of his own, nested in the one that was restored."""
        nested = self.case.ticket.incident_id if self.case.ticket.incident_id != self.case.ticket.id else None
        self.step(e.Reopened(reason=ReopenReason.STILL_DARK, nested_in=nested), how, by=SEAT)

    @move("reopened")
    def the_customer_is_dissatisfied(self, how: How) -> None:
        """Once."""
        event = e.Reopened(reason=ReopenReason.DISSATISFIED)
        self.step(event, how, by=SEAT, unless=self.model.dissatisfied_n >= 1)
