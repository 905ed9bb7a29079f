"""By when what is due. The numbers are those of sgcc@2026.1, worked out by hand."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dispatch.kit.rulepack import FOLDER, Packs
from dispatch.tickets import events as e
from dispatch.tickets import limits
from dispatch.tickets.words import AreaClass, Category, Limit, Result, Stage
from tests.tickets.history import EVENTS, PACK, RETURN, S, at, opened, usual
from tests.worlds import DONE, FOUND, REPLY, SENT, START, minutes

L = Limit


@pytest.mark.parametrize(("area_class", "limit_min"), [("urban", 45), ("rural", 90), ("remote", 120)])
def test_a_crew_is_due_by_the_class_of_the_place(area_class: str, limit_min: int) -> None:
    assert opened(area_class=AreaClass(area_class)).due()[L.ARRIVE] == minutes(limit_min)


def test_a_new_ticket_is_to_be_accepted_within_three_minutes_and_reached_within_forty_five() -> None:
    assert opened().due() == {L.ACCEPT: minutes(3), L.ARRIVE: minutes(45)}


def test_the_arrival_counts_from_the_report_not_from_when_it_was_sent_out() -> None:
    history = opened(reported_at=minutes(-30))
    assert history.due() == {L.ACCEPT: minutes(3), L.ARRIVE: minutes(15)}


def test_an_appointment_is_due_when_it_was_made_for() -> None:
    assert opened(appointment_at=minutes(300)).due()[L.ARRIVE] == minutes(300)


def test_a_charging_point_is_reached_in_forty_five_minutes_in_the_country_too() -> None:
    history = opened(category=Category.EV, area_class=AreaClass.RURAL)
    assert history.due()[L.ARRIVE] == minutes(45)


def test_return_transfer_rejection_and_merging_never_start_the_arrival_clock_again() -> None:
    returned = opened().then(RETURN, at=minutes(2))
    resent = returned.then(e.Resubmitted(area="330226"), at=minutes(10))
    accepted = resent.then(e.Accepted(), at=minutes(11))
    sent = accepted.then(SENT, at=minutes(12))
    transferred = sent.then(usual("dispatched", S.DISPATCHED), at=minutes(14))
    rejected = transferred.then(EVENTS["crew_rejected"], at=minutes(15))
    merged = rejected.then(EVENTS["merged"], at=minutes(16))
    for history in (returned, resent, accepted, sent, transferred, rejected, merged):
        assert history.due()[L.ARRIVE] == minutes(45), history.ticket.stage


def test_each_time_a_ticket_is_sent_out_it_is_to_be_accepted_anew() -> None:
    returned = opened().then(RETURN, at=minutes(2))
    assert L.ACCEPT not in returned.due()
    assert returned.then(e.Resubmitted(area="330226"), at=minutes(10)).due()[L.ACCEPT] == minutes(13)


def test_a_ticket_that_a_crew_gave_back_is_to_be_dispatched_anew() -> None:
    accepted = opened().then(e.Accepted(), at=minutes(1))
    assert accepted.due()[L.DISPATCH] == minutes(4)
    sent = accepted.then(SENT, at=minutes(2))
    assert L.DISPATCH not in sent.due()
    assert sent.then(EVENTS["crew_rejected"], at=minutes(9)).due()[L.DISPATCH] == minutes(12)


def test_on_site_the_clocks_of_the_repair_run() -> None:
    arrived = at(S.DISPATCHED).then(e.Arrived(), at=minutes(30))
    assert arrived.due() == {L.RESTORE: minutes(30 + 180), L.PROGRESS: minutes(30 + 240)}


@pytest.mark.parametrize(("area_class", "hours"), [("urban", 3), ("rural", 4), ("remote", 4)])
def test_power_is_due_hours_after_the_arrival(area_class: str, hours: int) -> None:
    history = at(S.ARRIVED, area_class=AreaClass(area_class))
    assert history.due()[L.RESTORE] == history.ticket.arrived_at + timedelta(hours=hours)


def test_an_etr_that_was_not_given_with_the_fault_point_is_due_twenty_minutes_later() -> None:
    located = at(S.ARRIVED).then(FOUND.model_copy(update={"etr_at": None}), at=minutes(40))
    assert located.due()[L.ETR] == minutes(60)
    told = located.then(e.Progressed(text="约一小时", etr_at=minutes(120)), at=minutes(50))
    assert L.ETR not in told.due()
    assert L.ETR not in at(S.LOCATED).due()


def test_a_long_job_reports_every_two_hours() -> None:
    long_job = at(S.DISPATCHED).then(e.Arrived(), at=minutes(20))
    foreseen = long_job.then(FOUND.model_copy(update={"etr_at": minutes(20 + 300)}), at=minutes(30))
    assert foreseen.due()[L.PROGRESS] == minutes(20 + 120)
    assert foreseen.then(EVENTS["progressed"], at=minutes(100)).due()[L.PROGRESS] == minutes(100 + 120)
    unforeseen = long_job.then(FOUND, at=minutes(30)).then(EVENTS["progressed"], at=minutes(200))
    assert unforeseen.due()[L.PROGRESS] == minutes(200 + 120)


def test_the_reply_is_due_half_an_hour_after_power_and_again_after_it_was_sent_back() -> None:
    restored = at(S.REPAIRING).then(DONE, at=minutes(90))
    assert restored.due() == {L.REPLY: minutes(120)}
    back = restored.then(REPLY, at=minutes(100)).then(EVENTS["reply_rejected"], at=minutes(110))
    assert back.due() == {L.REPLY: minutes(140)}


def test_the_customer_is_called_within_a_day_and_not_in_his_sleep() -> None:
    """Replied at 9:39 on the first: due at 9:39 on the second. Replied at 22:00: not at 22:00 but at 8:00 after."""
    restored = at(S.RESTORED)
    morning = restored.then(REPLY, at=minutes(39))
    assert morning.due() == {L.CALLBACK: minutes(39 + 24 * 60)}
    assert morning.then(e.CallbackQueued(), at=minutes(40)).due() == morning.due()
    evening = restored.then(REPLY, at=START.replace(hour=14))  # 22:00 in China
    assert evening.due() == {L.CALLBACK: START.replace(day=3, hour=0)}  # 8:00 in China on the third
    night = restored.then(REPLY, at=START.replace(day=1, hour=20))  # 4:00 on the second
    assert night.due() == {L.CALLBACK: START.replace(day=3, hour=0)}
    noon = restored.then(REPLY, at=START.replace(hour=5))  # 13:00
    assert noon.due() == {L.CALLBACK: START.replace(day=2, hour=6)}  # 14:00


@pytest.mark.parametrize("stage", [S.DRAFT, S.CLOSED, S.CANCELLED])
def test_no_clock_runs_before_or_after(stage: Stage) -> None:
    assert at(stage).due() == {}


def test_a_child_is_reached_when_the_crew_is_and_not_before_it_was_reported() -> None:
    """Domain 2.8.4: a child opened after the arrival is reached at once."""
    child = at(S.MERGED).then(e.Followed(arrived_at=minutes(-10)))
    assert child.ticket.arrived_at == START
    assert child.due() == {L.RESTORE: minutes(180)}
    later = at(S.MERGED).then(e.Followed(arrived_at=minutes(20)))
    assert later.ticket.arrived_at == minutes(20)
    apart = later.then(e.Unmerged(reason="仍无电"))
    assert apart.due()[L.ARRIVE] == minutes(45)


def test_an_arrival_may_be_entered_five_minutes_later_and_counts_as_claimed() -> None:
    on_the_way = at(S.EN_ROUTE).then(e.Overdue(limit=L.ARRIVE, due_at=minutes(45)), at=minutes(45))
    entered = on_the_way.then(e.Arrived(), at_claimed=minutes(44), at_server=minutes(49)).ticket
    assert entered.arrived_at == minutes(44)
    assert entered.flags.overdue == ()
    assert not entered.flags.late_entry


def test_an_arrival_that_is_entered_later_is_marked_and_does_not_undo_the_overrun() -> None:
    on_the_way = at(S.EN_ROUTE).then(e.Overdue(limit=L.ARRIVE, due_at=minutes(45)), at=minutes(45))
    entered = on_the_way.then(e.Arrived(), at_claimed=minutes(44), at_server=minutes(49.1)).ticket
    assert entered.flags.overdue == (L.ARRIVE,)
    assert entered.flags.late_entry


def test_what_the_reporter_says_of_his_own_punctuality_is_not_asked() -> None:
    boast = e.Arrived(late_entry=False, in_time=True)
    late = at(S.EN_ROUTE).then(boast, at_claimed=minutes(50), at_server=minutes(80))
    event = late.log[-1].event
    assert isinstance(event, e.Arrived)
    assert (event.late_entry, event.in_time) == (True, False)


def test_power_that_is_reported_late_is_marked() -> None:
    repaired = at(S.REPAIRING)
    late = repaired.then(DONE, at_claimed=minutes(60), at_server=minutes(66)).ticket
    assert late.flags.late_entry
    assert late.restored_at == minutes(60)


def test_a_pack_that_sets_no_limit_arms_no_clock() -> None:
    csg = Packs.load().latest("csg")
    history = opened(pack=csg)
    assert history.due() == {L.ARRIVE: minutes(45)}
    on_site = history.then(e.Accepted()).then(SENT).then(e.Arrived())
    assert on_site.due() == {}
    done = on_site.then(e.Restored(result=Result.NO_FAULT))
    assert done.due() == {}
    assert done.then(REPLY).due() == {}
    assert opened(pack=csg).then(RETURN, at=minutes(60)).ticket.stage is S.RETURNED


def test_a_later_pack_never_judges_an_old_ticket(tmp_path: Path) -> None:
    text = (FOLDER / "sgcc-2026.2.yaml").read_text("utf-8")
    stricter = text.replace('version: "2026.2"', 'version: "2027.1"').replace(
        "{value: 45, unit: min", "{value: 30, unit: min"
    )
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    (tmp_path / "b.yaml").write_text(stricter, "utf-8")
    packs = Packs.load(tmp_path)
    assert packs.latest("sgcc").key == "sgcc@2027.1"
    old, new = opened(), opened(pack=packs.latest("sgcc"))
    for history, due_min in ((old, 45), (new, 30)):
        judged_by = packs.get(history.ticket.pack)
        assert limits.deadlines(history.ticket, judged_by)[L.ARRIVE] == minutes(due_min)
        corrected = replace(history, pack=judged_by).then(EVENTS["corrected"])
        assert corrected.due()[L.ARRIVE] == minutes(due_min)


def test_the_sgcc_pack_is_the_one_these_numbers_are_from() -> None:
    assert PACK.key == "sgcc@2026.2"
