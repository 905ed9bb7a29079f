"""Every index of domain 8 against a case solved by hand; the arithmetic stands beside it."""

import pytest

from dispatch.tickets.indices import Index, Unit, service_index
from dispatch.tickets.judged import Fault
from dispatch.tickets.reliability import all_figures

from .rows import CANCELLED, at, figure, period, row

I = Index  # noqa: E741 - stands in every line of the tables


def test_accepting_in_time_counts_all_that_a_county_accepted_or_returned() -> None:
    rows = [
        row("a"),
        row("b", faults=("late_accept",)),
        row("c", returned_n=1),
        row("d", **CANCELLED),  # accepted, then called off: in
        row("e", **(CANCELLED | {"accepted_at": None})),  # called off before anybody took it: out
    ]
    found = figure(I.ACCEPT_IN_TIME, rows)
    assert (found.numerator, found.denominator, found.value) == (3, 4, 0.75)  # a, c, d of a, b, c, d
    assert found.start == "派发时间"


def test_an_excused_limit_is_kept_in_accepting_but_counted_apart_in_arriving() -> None:
    rows = [
        row("a"),
        row("b", faults=("late_arrive",)),
        row("c", faults=("late_arrive",), excused=("late_arrive",)),
        row("d", faults=("late_accept",), excused=("late_accept",)),
    ]
    assert figure(I.ACCEPT_IN_TIME, rows).value == 1.0
    assert figure(I.ARRIVE_IN_TIME, rows).value == 0.5  # a, d of 4
    assert figure(I.ARRIVE_EXCUSED, rows).value == 0.25  # c of 4


def test_sending_to_the_right_unit_and_returning() -> None:
    rows = [row("a"), row("b", returned_n=1, wrong_district=True), row("c", returned_n=2), row("d", **CANCELLED)]
    assert figure(I.RIGHT_UNIT, rows).value == 0.75  # 1 - 1/4
    assert figure(I.RETURNED, rows).value == 0.5  # b, c of 4


def test_a_consultation_is_in_no_population_of_tickets() -> None:
    consulted = row("a", **CANCELLED)._replace(ending="consulted", submitted_at=None, accepted_at=None)
    found = {one.index: one for one in all_figures([consulted], period())}
    for index in (I.RIGHT_UNIT, I.RETURNED, I.CHASED, I.SCORE, I.ARRIVE_IN_TIME, I.SATISFIED):
        assert found[index].denominator == 0


def test_taking_jobs_on_the_app_counts_of_those_that_were_sent() -> None:
    rows = [row("a"), row("b", app_accepted=False), row("c", **CANCELLED)]
    assert figure(I.APP_ACCEPTED, rows).value == 0.5  # a of a, b


def test_children_are_out_of_mean_times_and_in_rates_and_satisfaction() -> None:
    rows = [
        row("a", arrived_at=at(30), restored_at=at(90), satisfied=True),
        row("b", arrived_at=at(10), restored_at=at(60), satisfied=True),
        row("c", child=True, arrived_at=at(0), restored_at=at(0), satisfied=False),
    ]
    assert figure(I.ARRIVE_TIME, rows).value == 20  # (30 + 10) / 2
    assert figure(I.REPAIR_FROM_REPORT, rows).value == 75  # (90 + 60) / 2
    assert figure(I.REPAIR_FROM_ARRIVAL, rows).value == 55  # (60 + 50) / 2
    assert figure(I.ARRIVE_IN_TIME, rows).denominator == 3
    assert figure(I.SATISFIED, rows).value == pytest.approx(2 / 3)


def test_mean_times_name_their_start_and_come_with_quantiles() -> None:
    rows = [row(str(n), arrived_at=at(10 * n)) for n in range(1, 6)]  # 10 20 30 40 50
    found = figure(I.ARRIVE_TIME, rows)
    assert (found.value, found.p50, found.unit, found.start) == (30, 30, Unit.MINUTES, "受理时间")
    assert found.p90 == pytest.approx(46)  # 0.9 x (5 - 1) = 3.6: 40 + 0.6 x 10
    assert (found.numerator, found.denominator) == (150, 5)


def test_an_appointment_is_out_of_the_mean_arrival_and_has_an_index_of_its_own() -> None:
    rows = [
        row("a", arrived_at=at(30)),
        row("b", appointed=True, arrived_at=at(1440)),
        row("c", appointed=True, arrived_at=at(1500), faults=("late_arrive",)),
    ]
    assert figure(I.ARRIVE_TIME, rows).value == 30
    assert figure(I.APPOINTMENT_KEPT, rows).value == 0.5
    assert figure(I.ARRIVE_IN_TIME, rows).value == pytest.approx(2 / 3)


def test_replies_in_time_first_time_and_true() -> None:
    rows = [
        row("a", trust=1.0),
        row("b", faults=("late_reply",), trust=0.9),
        row("c", reply_rejected_n=1, trust=0.3, false_reply=True),
        row("d"),
        row("e", **CANCELLED),
    ]
    assert figure(I.REPLY_IN_TIME, rows).value == 0.75  # a, c, d of 4
    assert figure(I.REPLY_FIRST_PASS, rows).value == 0.75  # a, b, d of 4
    true = figure(I.REPLY_TRUE, rows)
    assert (true.numerator, true.denominator) == (2, 3)  # 1 - 1/3: d was not inspected


def test_repairs_that_held_and_repairs_that_came_back() -> None:
    rows = [row("a"), row("b"), row("c", repeat_of="a"), row("d"), row("e", **CANCELLED)]
    assert figure(I.FIRST_FIX, rows, repeated=frozenset({"a"})).value == 0.75  # b, c, d of 4
    assert figure(I.REPEATED, rows).value == 0.25  # c of 4


def test_satisfaction_asks_those_who_answered() -> None:
    rows = [row("a"), row("b", satisfied=False), row("c", satisfied=None), row("d")]
    assert figure(I.SATISFIED, rows).value == pytest.approx(2 / 3)


def test_chases_supervision_third_contacts_late_callbacks_and_lent_crews() -> None:
    rows = [
        row("a", chases_n=2, contacts_n=3, faults=("third_contact",)),
        row("b", supervisions_n=1),
        row("c", faults=("late_callback",)),
        row("d", lent=True),
    ]
    assert figure(I.CHASED, rows).value == 0.25
    assert figure(I.SUPERVISED, rows).value == 0.25
    assert figure(I.CALLBACK_IN_TIME, rows).value == 0.75
    assert figure(I.LENT, rows).value == 0.25
    third = figure(I.THIRD_CONTACTS, rows)
    assert (third.value, third.unit) == (1, Unit.COUNT)


def test_reports_for_a_hundred_thousand_households_as_in_dalian() -> None:
    found = figure(I.PER_100K, [], reported={"lv": 1000, "hv": 200}, households=4_243_300)
    assert found.value == pytest.approx(1200 / 42.433)  # the 42.433 of [V13]
    assert "受理" in found.population


def test_shares_of_the_categories_add_up() -> None:
    found = figure(I.CATEGORY_SHARE, [], reported={"lv": 6, "hv": 3, "cust": 1})
    assert dict(found.parts) == {
        "高压故障": 0.3, "低压故障": 0.6, "电能质量故障": 0, "计量故障": 0, "客户内部故障": 0.1, "非电力故障": 0,
        "充电设施故障": 0,
    }  # fmt: skip


def test_the_mean_score_leaves_out_what_has_no_points() -> None:
    rows = [row("a", score=100), row("b", score=75), row("c", score=None)]
    assert figure(I.SCORE, rows).value == 87.5


def test_the_service_index_takes_the_formula_not_the_code_that_multiplies_by_fifty() -> None:
    found = service_index(
        third_contacts=2, volume=1000, satisfied=0.945, false_replies=3, negative_opinions=1, offences=2
    )
    # (1 - 2/1000) x 100 = 99.8; less 0.5 for 94.5 %, 3 x 0.1, 1 x 5, 2 x 0.2
    assert found.value == pytest.approx(99.8 - 0.5 - 0.3 - 5 - 0.4)
    assert service_index(third_contacts=0, volume=10, satisfied=0.99).value == 100  # nothing is added above 95 %


def test_the_service_index_is_not_computed_without_business_beside_repairs() -> None:
    found = figure(I.SERVICE_INDEX, [row("a")])
    assert found.value is None
    assert "非抢修" in found.reason


def test_an_empty_population_has_no_value_and_says_so() -> None:
    for found in all_figures([], period(households=100, mv_users=10)):
        if found.index in (I.THIRD_CONTACTS, I.SUPPORTED, I.REPORTS, I.PER_100K, I.LV_CUSTOMER_HOURS):
            assert found.value == 0
        elif found.index in (I.SAIDI, I.SAIFI):
            assert found.value == 0  # an empty numerator over customers that are there
        elif found.index is I.ASAI:
            assert found.value == 100
        else:
            assert found.value is None, found.index
            assert found.reason, found.index


def test_every_index_has_a_figure_and_every_figure_its_population() -> None:
    found = all_figures([row("a")], period(households=100))
    assert [one.index for one in found] == list(Index)
    assert all(one.population for one in found)


def test_a_fault_is_blamed_unless_it_is_excused() -> None:
    judged = row("a", faults=("late_arrive", "late_entry"), excused=("late_arrive",))
    assert judged.has(Fault.LATE_ARRIVE)
    assert [fault for fault in Fault if judged.blamed(fault)] == [Fault.LATE_ENTRY]
