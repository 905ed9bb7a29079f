"""What each step requires beyond its stage."""

from datetime import timedelta

import pytest

from dispatch.tickets import events as e
from dispatch.tickets.events import Actor, Event
from dispatch.tickets.guards import (
    Contradiction,
    FutureTime,
    MeterDark,
    MissingField,
    NeedsOrder,
    NotMergeable,
    OnlyOnce,
    TimeBackwards,
)
from dispatch.tickets.limits import TooFewAttempts, TooLate
from dispatch.tickets.words import (
    Category,
    MeterCheck,
    Ownership,
    Protected,
    Result,
    ReturnReason,
    Source,
)
from tests.tickets.history import EVENTS, RETURN, S, at, opened
from tests.worlds import CANCEL, DONE, FOUND, REPLY, SENT, START, minutes


def test_a_step_cannot_lie_before_the_one_it_follows() -> None:
    history = at(S.DISPATCHED)
    early = history.ticket.last_at - timedelta(seconds=1)
    with pytest.raises(TimeBackwards) as refused:
        history.then(e.Departed(), at_claimed=early)
    assert refused.value.field == "at"


def test_two_steps_may_bear_the_same_time() -> None:
    history = at(S.DISPATCHED)
    assert history.then(e.Departed(), at=history.ticket.last_at).ticket.stage is S.EN_ROUTE


@pytest.mark.parametrize(("ahead_s", "allowed"), [(0, True), (120, True), (121, False)])
def test_a_phone_may_run_two_minutes_fast_and_not_more(ahead_s: int, allowed: bool) -> None:
    history = at(S.DISPATCHED)
    now = history.ticket.last_at
    if allowed:
        history.then(e.Departed(), at_claimed=now + timedelta(seconds=ahead_s), at_server=now)
        return
    with pytest.raises(FutureTime):
        history.then(e.Departed(), at_claimed=now + timedelta(seconds=ahead_s), at_server=now)


def test_a_chase_or_an_overrun_between_two_reports_does_not_make_the_second_one_too_early() -> None:
    """The crew arrived at 9:10, somebody chased at 9:12, the crew reported its arrival at 9:13."""
    on_the_way = opened().then(e.Accepted(), at=minutes(1)).then(SENT, at=minutes(2)).then(e.Departed(), at=minutes(3))
    chased = on_the_way.then(e.Chased(), at=minutes(12)).then(EVENTS["overdue"], at=minutes(12))
    arrived = chased.then(e.Arrived(), at_claimed=minutes(10), at_server=minutes(13))
    assert arrived.ticket.arrived_at == minutes(10)


@pytest.mark.parametrize("found", [{"address": "东街"}, {"account_no": "3300012345"}, {"lon": 121.9, "lat": 29.5}])
def test_a_ticket_needs_an_address_an_account_or_a_point(found: dict[str, object]) -> None:
    assert opened(**{"address": "", **found}).ticket.stage is S.SUBMITTED


def test_a_ticket_that_nobody_could_find_is_refused() -> None:
    with pytest.raises(MissingField) as refused:
        opened(address="  ")
    assert refused.value.field == "address"
    with pytest.raises(MissingField):
        opened(draft=True, address="").then(EVENTS["completed"])


@pytest.mark.parametrize(("lon", "lat", "missing"), [(121.9, None, "lat"), (None, 29.5, "lon")])
def test_half_a_point_is_none(lon: float | None, lat: float | None, missing: str) -> None:
    with pytest.raises(MissingField) as refused:
        opened(lon=lon, lat=lat)
    assert refused.value.field == missing
    with pytest.raises(MissingField):
        at(S.ACCEPTED).then(e.Corrected(reason="位置更正", lon=lon, lat=lat))


def test_a_return_for_the_wrong_district_names_the_right_one() -> None:
    wrong = RETURN.model_copy(update={"reason": ReturnReason.WRONG_DISTRICT})
    with pytest.raises(MissingField) as refused:
        opened().then(wrong)
    assert refused.value.field == "right_area"
    assert opened().then(wrong.model_copy(update={"right_area": "330226"})).ticket.returned_n == 1


def test_blanks_do_not_make_a_return_long_enough() -> None:
    with pytest.raises(MissingField) as refused:
        opened().then(RETURN.model_copy(update={"text": "不是我们          "}))
    assert refused.value.field == "text"


def test_a_ticket_is_returned_within_the_accept_limit_only() -> None:
    assert opened().then(RETURN, at=minutes(3)).ticket.stage is S.RETURNED
    with pytest.raises(TooLate):
        opened().then(RETURN, at=minutes(3.1))


def test_a_return_cannot_be_dated_back_into_the_limit() -> None:
    with pytest.raises(TooLate):
        opened().then(RETURN, at_claimed=minutes(2), at_server=minutes(4))


def test_a_ticket_that_came_back_twice_is_sent_out_by_the_province_only() -> None:
    again = e.Resubmitted(area="330226")
    seat, province = Actor("seat", "SEAT_AGENT"), Actor("monitor", "PROVINCE_MONITOR")
    once = opened().then(RETURN).then(again, by=seat)
    twice = once.then(RETURN)
    with pytest.raises(NeedsOrder) as refused:
        twice.then(again, by=seat)
    assert refused.value.status == 403
    assert twice.then(again, by=province).ticket.stage is S.SUBMITTED


@pytest.mark.parametrize(
    "said",
    [
        {"hazard": True},
        {"protected": Protected.LIFE_SUPPORT},
        {"protected": Protected.IMPORTANT},
        {"category": Category.PQ},
        {"category": Category.CUST},
    ],
)
def test_what_stands_apart_is_never_merged(said: dict[str, object]) -> None:
    with pytest.raises(NotMergeable):
        at(S.ACCEPTED, **said).then(EVENTS["merged"])


def test_a_sensitive_customer_may_be_merged() -> None:
    assert at(S.MERGED, protected=Protected.SENSITIVE).ticket.stage is S.MERGED


def test_a_transfer_says_why_and_who_had_the_job() -> None:
    other = SENT.model_copy(update={"crew_id": "c2"})
    with pytest.raises(MissingField) as refused:
        at(S.DISPATCHED).then(other)
    assert refused.value.details["crew_id"] == "c1"
    with pytest.raises(MissingField):
        at(S.DISPATCHED).then(other.model_copy(update={"transfer_reason": " "}))
    with pytest.raises(Contradiction):
        at(S.DISPATCHED).then(SENT.model_copy(update={"transfer_reason": "再派"}))


def test_the_app_brings_a_picture_of_the_fault_and_the_telephone_cannot() -> None:
    bare = FOUND.model_copy(update={"photos": ()})
    with pytest.raises(MissingField) as refused:
        at(S.ARRIVED).then(bare, source=Source.APP)
    assert refused.value.field == "photos"
    assert at(S.ARRIVED).then(bare, source=Source.PHONE).ticket.stage is S.LOCATED


@pytest.mark.parametrize("event", [FOUND, e.Progressed(text="等待吊车")])
def test_power_cannot_be_promised_for_the_past(event: Event) -> None:
    stage = S.ARRIVED if isinstance(event, e.Located) else S.REPAIRING
    with pytest.raises(Contradiction) as refused:
        at(stage).then(event.model_copy(update={"etr_at": START}))
    assert refused.value.field == "etr_at"


@pytest.mark.parametrize("stage", [S.ARRIVED, S.LOCATED])
def test_power_is_not_back_before_the_repair_began(stage: S) -> None:
    with pytest.raises(Contradiction) as refused:
        at(stage).then(DONE)
    assert refused.value.field == "result"


def test_a_fault_inside_the_house_needs_ownership_a_record_and_from_the_app_a_picture() -> None:
    arrived = at(S.ARRIVED)
    inside = e.Restored(result=Result.CUSTOMER_SIDE)
    steps = [
        ("ownership", {"ownership": Ownership.CUSTOMER}),
        ("field_record", {"field_record": "表后开关跳闸,已向客户说明并协助联系电工"}),
        ("photos", {"photos": ("boundary-1",)}),
    ]
    for field, remedy in steps:
        with pytest.raises(MissingField) as refused:
            arrived.then(inside, source=Source.APP)
        assert refused.value.field == field
        inside = inside.model_copy(update=remedy)
    assert arrived.then(inside, source=Source.APP).ticket.result is Result.CUSTOMER_SIDE


def test_a_dispute_about_ownership_is_settled_before_the_reply() -> None:
    with pytest.raises(Contradiction) as refused:
        at(S.RESTORED).then(REPLY.model_copy(update={"ownership": Ownership.DISPUTED}))
    assert refused.value.field == "ownership"


def test_disputed_ownership_is_a_flag_until_the_reply_settles_it() -> None:
    disputed = at(S.ARRIVED).then(FOUND.model_copy(update={"ownership": Ownership.DISPUTED}))
    assert disputed.ticket.flags.disputed
    replied = disputed.then(e.RepairStarted()).then(DONE).then(REPLY)
    assert not replied.ticket.flags.disputed


def test_a_reply_is_sent_back_once() -> None:
    again = at(S.REPLY_REJECTED).then(REPLY)
    with pytest.raises(OnlyOnce):
        again.then(EVENTS["reply_rejected"])


def test_nobody_cancels_while_the_meter_is_dark() -> None:
    with pytest.raises(MeterDark):
        at(S.DISPATCHED).then(CANCEL.model_copy(update={"meter": MeterCheck.DARK}))


def test_a_ticket_is_closed_without_an_answer_only_after_three_calls() -> None:
    pending = at(S.CALLBACK_PENDING)
    for _ in range(3):
        with pytest.raises(TooFewAttempts) as refused:
            pending.then(e.Closed())
        assert refused.value.details["needed"] == 3
        pending = pending.then(e.CallbackTried())
    closed = pending.then(e.Closed()).ticket
    assert (closed.stage, closed.satisfied, closed.callback_attempts) == (S.CLOSED, None, 3)
