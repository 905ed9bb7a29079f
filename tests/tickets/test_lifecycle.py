"""The table of domain 2.3, written down a second time: every event in every stage."""

import pytest

from dispatch.tickets.events import KINDS, Actor
from dispatch.tickets.guards import PlaceKnown
from dispatch.tickets.lifecycle import TRANSITIONS, WrongStage, check, fold
from dispatch.tickets.words import Stage
from tests.tickets.history import EVENTS, OPENING, S, at, opened, ready, usual

ON_THE_WAY = {S.DISPATCHED, S.CREW_ACCEPTED, S.EN_ROUTE}
ON_SITE = {S.ARRIVED, S.LOCATED, S.REPAIRING}
BEFORE_RESTORED = {S.SUBMITTED, S.ACCEPTED, S.RETURNED, S.MERGED} | ON_THE_WAY | ON_SITE
AFTERWARDS = {S.RESTORED, S.REPLIED, S.REPLY_REJECTED, S.CALLBACK_PENDING}
OPEN = set(Stage) - {S.CLOSED, S.CANCELLED}

# event -> {stage it may happen in: stage it leads to}; rows of domain 2.3
TABLE: dict[str, dict[Stage, Stage]] = {
    "completed": {S.DRAFT: S.SUBMITTED},  # 2
    "consulted": {S.DRAFT: S.CLOSED},  # 2a
    "accepted": {S.SUBMITTED: S.ACCEPTED},  # 3
    "returned": {S.SUBMITTED: S.RETURNED},  # 4
    "resubmitted": {S.RETURNED: S.SUBMITTED},  # 5
    "transferred": dict.fromkeys({S.RETURNED, S.SUBMITTED, S.ACCEPTED}, S.SUBMITTED),  # 2.6
    "merged": {S.SUBMITTED: S.MERGED, S.ACCEPTED: S.MERGED},  # 6, and attached by the seat
    "unmerged": {S.MERGED: S.ACCEPTED},  # 2.8.6
    "followed": {stage: stage for stage in {S.MERGED} | AFTERWARDS},  # 2.8.3, 2.8.4; AFTERWARDS: reported late
    "dispatched": dict.fromkeys({S.ACCEPTED} | ON_THE_WAY, S.DISPATCHED),  # 7, 9
    "crew_accepted": {S.DISPATCHED: S.CREW_ACCEPTED},  # 8
    "crew_rejected": dict.fromkeys(ON_THE_WAY, S.ACCEPTED),  # 2.7
    "departed": dict.fromkeys({S.DISPATCHED, S.CREW_ACCEPTED}, S.EN_ROUTE),  # 10
    "arrived": dict.fromkeys(ON_THE_WAY, S.ARRIVED),  # 11
    "located": {S.ARRIVED: S.LOCATED},  # 13
    "repair_started": {S.LOCATED: S.REPAIRING},  # 14
    "progressed": {S.LOCATED: S.LOCATED, S.REPAIRING: S.REPAIRING},  # 14
    "restored": dict.fromkeys({S.MERGED, S.ACCEPTED} | ON_THE_WAY | ON_SITE, S.RESTORED),  # 15, 20; waiver
    "replied": dict.fromkeys({S.RESTORED, S.REPLY_REJECTED}, S.REPLIED),  # 16
    "reply_rejected": {S.REPLIED: S.REPLY_REJECTED},  # 17
    "callback_queued": {S.REPLIED: S.CALLBACK_PENDING},  # 18
    "callback_tried": {S.CALLBACK_PENDING: S.CALLBACK_PENDING},  # 18
    "closed": {S.CALLBACK_PENDING: S.CLOSED},  # 18
    "cancelled": dict.fromkeys({S.DRAFT} | BEFORE_RESTORED, S.CANCELLED),  # 19
    "chased": {stage: stage for stage in OPEN - {S.DRAFT}},  # 2.9
    "corrected": {stage: stage for stage in OPEN},  # 2.4
    "overdue": {stage: stage for stage in OPEN},  # 2.5
    "suspended": {stage: stage for stage in ON_SITE | {S.MERGED}},  # 2.11; MERGED: with its parent
    "resumed": {stage: stage for stage in ON_SITE | {S.MERGED}},
    "supervision_answered": {stage: stage for stage in Stage},  # 2.10: the end of the ticket excuses nobody
    "supervision_cleared": {stage: stage for stage in Stage},
    "excused": {stage: stage for stage in BEFORE_RESTORED - ON_SITE},  # 2.5 e
    "asked": {stage: stage for stage in AFTERWARDS},  # 2.8.5
    "confirmed": {stage: stage for stage in AFTERWARDS},
    "reopened": dict.fromkeys(AFTERWARDS, S.ACCEPTED),  # 2.8.5, 2.14
    "surveyed": {S.CALLBACK_PENDING: S.CALLBACK_PENDING},  # 2.14
} | {
    kind: {stage: stage for stage in OPEN}
    for kind in (
        "warned",
        "escalated",
        "supervised",
        "assessed",
        "backfilled",
        "noted",
        "contradicted",
        "settled",
    )
}


def test_the_table_knows_every_event() -> None:
    assert TABLE.keys() == TRANSITIONS.keys() == EVENTS.keys() == KINDS.keys() - {"drafted", "submitted"}


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("kind", TABLE)
def test_an_event_happens_where_the_table_allows_it_and_nowhere_else(kind: str, stage: Stage) -> None:
    history = ready(stage, kind)
    if stage in TABLE[kind]:
        after = history.then(usual(kind, stage))
        assert after.ticket.stage is TABLE[kind][stage]
        assert after.ticket.version == history.ticket.version + 1
        assert fold(after.log) == after.ticket
        return
    with pytest.raises(PlaceKnown if (kind, stage) == ("resubmitted", S.SUBMITTED) else WrongStage) as refused:
        history.then(EVENTS[kind])
    assert history.ticket.ticket_no in refused.value.message


def test_a_refusal_names_the_stage_the_step_and_where_it_is_allowed() -> None:
    with pytest.raises(WrongStage, match=r"已派发待接单.*不能“到达现场”.*已派工、班组已接单、在途") as refused:
        at(S.SUBMITTED).then(EVENTS["arrived"])
    assert refused.value.details == {"stage": S.SUBMITTED, "event": "arrived", "version": 1}


def test_a_ticket_cannot_be_opened_twice() -> None:
    history = opened()
    with pytest.raises(WrongStage, match="已存在"):
        check(history.ticket, history.log[0], history.pack)


def test_nothing_happens_to_a_ticket_that_does_not_exist() -> None:
    history = opened()
    with pytest.raises(WrongStage, match="请先受理"):
        check(None, history.entry(EVENTS["accepted"]), history.pack)


def test_a_draft_that_is_completed_is_sent_out_with_what_both_say() -> None:
    draft = opened(draft=True, customer_name="某客户")
    ticket = draft.then(EVENTS["completed"].model_copy(update={"address": "丹城镇西街9号"})).ticket
    assert (ticket.address, ticket.customer_name, ticket.submitted_at) == ("丹城镇西街9号", "某客户", ticket.stage_at)


def test_the_first_dispatch_dates_the_ticket_and_the_transfer_record_keeps_both_crews() -> None:
    first = at(S.DISPATCHED)
    second = first.then(usual("dispatched", S.DISPATCHED)).ticket
    assert second.dispatched_at == first.ticket.dispatched_at
    assert [d.crew_id for d in second.dispatches] == ["c1", "c2"]
    assert second.dispatches[0].ended_at == second.dispatches[1].sent_at
    assert second.dispatches[0].end_reason == "一队遇险情"
    assert second.crew is not None
    assert second.crew.no == 2


def test_a_crew_that_says_no_is_off_the_job_and_the_reason_stays() -> None:
    ticket = at(S.EN_ROUTE).then(EVENTS["crew_rejected"]).ticket
    assert ticket.crew is None
    assert ticket.dispatches[0].end_reason == "车辆故障"
    assert (ticket.crew_accepted_at, ticket.departed_at) == (None, None)


def test_a_ticket_is_its_own_incident_until_it_is_merged_and_again_when_it_is_unmerged() -> None:
    alone = at(S.ACCEPTED)
    merged = alone.then(EVENTS["merged"])
    apart = merged.then(EVENTS["unmerged"])
    assert [h.ticket.incident_id for h in (alone, merged, apart)] == ["ticket-1", "parent", "ticket-1"]
    assert merged.ticket.merged_into == "parent"
    assert apart.ticket.merged_into is None


def test_a_ticket_whose_place_is_unknown_can_be_sent_on_before_anybody_accepts_it() -> None:
    lost = opened(place_unresolved=True, area="33", area_class=OPENING["area_class"])
    found = lost.then(EVENTS["resubmitted"].model_copy(update={"place_unresolved": False}))
    assert (found.ticket.area, found.ticket.stage) == ("330226", S.SUBMITTED)
    assert not found.ticket.flags.place_unresolved
    with pytest.raises(PlaceKnown):
        found.then(EVENTS["resubmitted"])


def test_flags_never_take_the_place_of_the_stage() -> None:
    history = at(S.EN_ROUTE).then(EVENTS["chased"]).then(EVENTS["overdue"]).then(EVENTS["chased"])
    assert history.ticket.stage is S.EN_ROUTE
    assert history.ticket.flags.chased_n == 2
    assert history.ticket.flags.overdue == ("arrive",)


def test_the_one_who_replied_is_on_the_ticket() -> None:
    ticket = at(S.RESTORED).then(EVENTS["replied"], by=Actor("li", "COUNTY_DISPATCHER")).ticket
    assert ticket.replier == "li"
