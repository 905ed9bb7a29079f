"""What the machine found, each as the shortest story of it."""

from dispatch.tickets import events as e
from dispatch.tickets.audit import audit
from dispatch.tickets.ladder import supervision
from dispatch.tickets.terms import Addressee, ReopenReason, Waiver
from dispatch.tickets.words import Source, Stage
from tests.laws.machine.case import Case
from tests.laws.machine.life import PROVINCE
from tests.tickets.history import EVENTS, at
from tests.worlds import DONE, START, Small, minutes

DARK = e.Reopened(reason=ReopenReason.STILL_DARK)
AGAIN = e.Reopened(reason=ReopenReason.DISSATISFIED)
PARENT = {"into": "parent", "incident_id": "parent", "evidence": "同一表箱"}
SWITCHED = DONE.model_copy(update={"waiver": Waiver.REMOTE_SWITCHING})


def test_a_draft_that_is_supervised_is_chased_by_nobody_since_no_unit_has_it() -> None:
    case = Case.open(START, draft=True)
    order = supervision(case.ticket, level=3, reason="媒体问询", told=(Addressee.COUNTY_DIRECTOR,), due_at=minutes(30))
    case.append(order, by=PROVINCE, source=Source.PHONE, at=START)
    kinds = [entry.event.kind for entry in case.catch_up(minutes(60))]
    assert kinds == ["warned", "warned", "overdue", "escalated"]


async def test_a_ticket_that_a_crew_gave_back_takes_its_record_along_to_the_other_county(small: Small) -> None:
    ticket = await small.walk(await small.call(), to="dispatch")
    ticket = await small.does(ticket, "crew-reject", "crew-1", EVENTS["crew_rejected"], at=minutes(4))
    await small.does(ticket, "transfer", "monitor", EVENTS["transferred"], at=minutes(5))
    assert (await audit(small.db, small.desk.packs)).findings == []


def test_who_was_still_dark_once_may_be_dissatisfied_once_as_well() -> None:
    """2.14: 不满意 re-opens once; that the power was not back is no dissatisfaction."""
    history = at(Stage.RESTORED).then(DARK).then(SWITCHED).then(AGAIN)
    assert (history.ticket.reopened_n, history.ticket.dissatisfied_n) == (2, 1)


def test_an_arrival_with_a_parent_goes_with_the_parent_also_for_one_that_was_never_reached_before() -> None:
    """Restored from afar, still dark, merged into one where a crew is, taken out: nobody ever came to him."""
    history = at(Stage.ACCEPTED).then(SWITCHED).then(DARK)
    merged = history.then(e.Merged(**PARENT, arrived_at=history.ticket.last_at))
    assert merged.ticket.arrived_at == history.ticket.last_at
    assert merged.then(e.Unmerged(reason="邻居有电")).ticket.arrived_at is None


def test_who_was_reached_himself_before_he_was_merged_keeps_his_arrival() -> None:
    history = at(Stage.RESTORED).then(DARK)
    reached = history.ticket.arrived_at
    merged = history.then(e.Merged(**PARENT, arrived_at=history.ticket.last_at))
    assert merged.ticket.arrived_at == reached
    assert merged.then(e.Unmerged(reason="邻居有电")).ticket.arrived_at == reached
