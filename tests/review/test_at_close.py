"""Every ticket that ends is judged in the same transaction; appeals add judgements and take none away."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch.accounts.model import SYSTEM
from dispatch.accounts.rights import Forbidden
from dispatch.desk.acting import make
from dispatch.desk.closing import reviewing
from dispatch.desk.closing.reviewing import AppealPending, AppealTooLate, BadPeriod, NoAppeal, NotContestable
from dispatch.desk.outages.merging import merge
from dispatch.desk.room import Report
from dispatch.kit.looprules import ReviewRules
from dispatch.kit.numbers import Ratio
from dispatch.kit.rulepack import Packs
from dispatch.tickets import events as e
from dispatch.tickets import review, reviews, store
from dispatch.tickets.indices import Index
from dispatch.tickets.judged import Ending, Fault
from dispatch.tickets.model import Ticket
from dispatch.tickets.outage_minutes import customer_minutes, dark
from dispatch.tickets.reviews import NoReview
from dispatch.tickets.terms import ReopenReason
from dispatch.tickets.words import Category, Limit, Matched, ReturnReason, Stage
from tests.worlds import CANCEL, NINGHAI, ROAD, SENT, START, XIANGSHAN, Small, minutes, person

DAY = (minutes(-60), minutes(24 * 60))


async def judgements(small: Small, ticket_id: str) -> list[review.Review]:
    found, _ = await reviewing.of_ticket(small.desk, ticket_id, by=person("xiangshan"))
    return found


async def judgement(small: Small, ticket_id: str) -> review.Review:
    (found,) = await judgements(small, ticket_id)
    return found


async def log_of(small: Small, ticket_id: str) -> list[e.Entry]:
    async with small.db.connection() as connection:
        return await store.log(connection, ticket_id)


async def late(small: Small, arrived: float = 60) -> Ticket:
    """A crew that is on site after an hour instead of 45 minutes; all else in time."""
    ticket = await small.call()
    steps = {action: (who, event) for action, who, event in ROAD}
    times = {"accept": 1, "dispatch": 2, "crew-accept": 30, "depart": 32, "arrive": arrived, "locate": arrived + 5}
    times |= {"start-repair": arrived + 6, "restore": arrived + 8, "reply": arrived + 9}
    times |= {"queue-callback": arrived + 10, "close": arrived + 11}  # before the 督办 of the limit wants its answer
    for action, at in times.items():
        ticket = await small.does(ticket, action, *steps[action], at=minutes(at))
    return ticket


async def test_a_ticket_in_time_is_judged_without_blame_when_it_closes(small: Small) -> None:
    ticket = await small.walk(await small.call())
    found = await judgement(small, ticket.id)
    assert (found.score, found.breaches, found.ending, found.judged_by) == (100, (), Ending.CLOSED, "seat")
    log = await log_of(small, ticket.id)
    assert [(line.version, line.hash) for line in found.evidence.lines] == [(x.version, x.hash.hex()) for x in log]


async def test_an_open_ticket_has_no_judgement(small: Small) -> None:
    ticket = await small.walk(await small.call(), to="reply")
    with pytest.raises(NoReview):
        await judgements(small, ticket.id)


async def test_a_late_arrival_says_how_late_where_the_time_went_and_what_it_costs(small: Small) -> None:
    ticket = await late(small)
    found = await judgement(small, ticket.id)
    (breach,) = found.breaches
    assert (breach.fault, breach.limit, breach.excused) == (Fault.LATE_ARRIVE, Limit.ARRIVE, False)
    assert (breach.due_at, breach.actual_at, breach.late_min) == (minutes(45), minutes(60), 15)
    assert (breach.held, breach.held_min) == (Stage.DISPATCHED, 28)  # sent at 2, taken at 30; 28 on the way, too
    rules = small.desk.packs.get(ticket.pack).review
    assert rules is not None
    assert found.score == 100 - round(100 * rules.late_arrive.value)


async def test_an_arrival_told_in_time_but_entered_too_late_is_not_believed(small: Small) -> None:
    ticket = await small.walk(await small.call(), to="depart")
    ticket = await small.does(ticket, "arrive", "crew-1", e.Arrived(), at=minutes(60), claimed_at=minutes(40))
    for n, (action, who, event) in enumerate(ROAD[5:]):
        ticket = await small.does(ticket, action, who, event, at=minutes(62 + n))
    found = {one.fault: one for one in (await judgement(small, ticket.id)).breaches}
    assert set(found) == {Fault.LATE_ARRIVE, Fault.LATE_ENTRY}
    assert "不能采信" in found[Fault.LATE_ARRIVE].detail
    assert found[Fault.LATE_ENTRY].late_min == 20


async def test_a_delay_explained_before_the_limit_is_a_breach_that_costs_nothing(small: Small) -> None:
    ticket = await small.walk(await small.call(), to="depart")
    async with small.db.transaction() as tx:
        told = e.Excused(reason="traffic", explanation="桥断,绕行,已告知客户", told_at=minutes(20))
        ticket = await store.load(tx, ticket.id, lock=True)
        await make(tx, small.desk, ticket, told, by=SYSTEM, report=Report(), at=minutes(20))
    for n, (action, who, event) in enumerate(ROAD[4:]):
        ticket = await small.does(ticket, action, who, event, at=minutes(60 + n))
    found = await judgement(small, ticket.id)
    (breach,) = found.breaches
    assert (breach.fault, breach.excused, found.score) == (Fault.LATE_ARRIVE, True, 100)
    figures = (await reviewing.findings(small.desk, XIANGSHAN, *DAY, by=person("xiangshan"), at=DAY[1])).figures
    assert next(f for f in figures if f.index is Index.ARRIVE_IN_TIME).value == 0
    assert next(f for f in figures if f.index is Index.ARRIVE_EXCUSED).value == 1


async def test_a_ticket_that_is_called_off_and_one_that_was_only_an_enquiry_are_judged_too(small: Small) -> None:
    gone = await small.call()
    await small.does(gone, "cancel", "seat", CANCEL, at=minutes(30))
    asked = await small.call(draft=True)
    found = await judgement(small, gone.id)
    assert found.ending is Ending.CANCELLED
    assert [one.fault for one in found.breaches] == [Fault.LATE_ACCEPT]
    answer = e.Consulted(matched=Matched.NOTICE, answer="计划检修,18 点送电")
    await small.does(asked, "consult", "seat", answer, at=minutes(2))
    assert (await judgement(small, asked.id)).ending is Ending.CONSULTED


NO_ADDRESS = e.Returned(reason=ReturnReason.NO_ADDRESS, text="地址写得不清楚,找不到门牌号")
WRONG_CATEGORY = e.Returned(reason=ReturnReason.WRONG_CATEGORY, text="客户说的是电压低,不是低压停电")
NO_CONTACT = e.Returned(reason=ReturnReason.NO_CONTACT, text="所留电话是空号,联系不上客户本人")


@pytest.mark.parametrize(
    ("back", "again", "wrong"),
    [
        (NO_ADDRESS, e.Resubmitted(), True),  # nothing was missing
        (NO_ADDRESS, e.Resubmitted(address="东街1号2单元"), False),  # it was
        (NO_ADDRESS, e.Resubmitted(symptom_text="客户着急"), True),
        (WRONG_CATEGORY, e.Resubmitted(category=Category.PQ), False),
        (WRONG_CATEGORY, e.Resubmitted(address="东街1号2单元"), True),
        (NO_CONTACT, e.Resubmitted(customer_name="王某"), False),
    ],
)
async def test_a_return_that_came_back_was_wrong_unless_what_it_found_was_put_right(
    small: Small, back: e.Returned, again: e.Resubmitted, wrong: bool
) -> None:
    ticket = await small.call()
    ticket = await small.does(ticket, "return", "xiangshan", back, at=minutes(1))
    ticket = await small.does(ticket, "resubmit", "seat", again, at=minutes(2))
    ticket = await small.walk(ticket, start=3)
    found = await judgement(small, ticket.id)
    blamed = [(one.fault, one.version) for one in found.breaches if one.fault is Fault.WRONG_RETURN]
    assert blamed == ([(Fault.WRONG_RETURN, 2)] if wrong else [])


async def test_a_customer_who_called_again_shows_that_he_could_not_be_reached(small: Small) -> None:
    ticket = await small.call(account_no="3300000011")
    ticket = await small.does(ticket, "return", "xiangshan", NO_CONTACT, at=minutes(1))
    await small.call(account_no="3300000011", at=minutes(2))
    ticket = await small.does(ticket, "resubmit", "seat", e.Resubmitted(), at=minutes(3))
    await small.walk(ticket, start=4)
    assert Fault.WRONG_RETURN not in [one.fault for one in (await judgement(small, ticket.id)).breaches]


async def test_of_two_counties_that_pass_a_ticket_on_the_one_that_the_province_decides_for_was_wrong(
    small: Small,
) -> None:
    """Golden scenario 6: 象山 returned what was its own; 宁海 was right to."""
    ticket = await small.call()
    for who, other in (("xiangshan", NINGHAI), ("ninghai", XIANGSHAN)):
        wrong = e.Returned(reason=ReturnReason.WRONG_DISTRICT, text="该地址属邻县供电公司辖区,请转派", right_area=other)
        ticket = await small.does(ticket, "return", who, wrong, at=minutes(1))
    order = e.Transferred(to_area=XIANGSHAN, reason="省监控裁定")
    ticket = await small.does(ticket, "transfer", "monitor", order, at=minutes(2))
    ticket = await small.walk(ticket, start=3)
    found = await judgement(small, ticket.id)
    assert [(one.fault, one.version) for one in found.breaches] == [(Fault.WRONG_RETURN, 2)]
    assert found.score == 90


async def test_a_dissatisfied_customer_and_a_rejected_reply_take_points_each_once(small: Small) -> None:
    ticket = await small.walk(await small.call(), to="reply")
    ticket = await small.does(ticket, "reject-reply", "auditor", e.ReplyRejected(defects=("原因不清",)), at=minutes(11))
    ticket = await small.does(ticket, "reply", "xiangshan", ROAD[8][2], at=minutes(12))
    ticket = await small.does(ticket, "queue-callback", "auditor", e.CallbackQueued(), at=minutes(13))
    ticket = await small.does(ticket, "close", "seat", e.Closed(satisfied=False), at=minutes(14))
    found = await judgement(small, ticket.id)
    assert {one.fault for one in found.breaches} == {Fault.REPLY_REJECTED, Fault.DISSATISFIED}
    assert found.score == 70  # 100 - 10 - 20


async def test_a_pack_without_points_gives_breaches_and_no_score(small: Small) -> None:
    plain = small.desk.packs.get("sgcc@2026.1")
    assert plain.review is None
    ticket = await late(small)
    found = review.judge(await log_of(small, ticket.id), plain, at=minutes(100), by="test").review
    assert found.score is None
    assert [one.fault for one in found.breaches] == [Fault.LATE_ARRIVE]


async def test_a_replayed_log_gives_the_same_judgement_and_the_same_figures(small: Small) -> None:
    """Live and replayed: the same pure functions of the same log."""
    tickets = [await late(small), await small.walk(await small.call(phone="13900000002", account_no="3302001"))]
    found = await reviewing.findings(small.desk, XIANGSHAN, *DAY, by=person("xiangshan"), at=DAY[1])
    again = []
    for ticket in tickets:
        kept = await judgement(small, ticket.id)
        pack = small.desk.packs.get(ticket.pack)
        anew = review.judge(await log_of(small, ticket.id), pack, at=kept.judged_at, by=kept.judged_by)
        assert anew.review == kept
        again.append(anew.row)
    assert sorted(again) == sorted(found.rows)


async def test_a_new_pack_judges_nothing_again(small: Small) -> None:
    ticket = await late(small)
    before = await judgements(small, ticket.id)
    harsh = small.desk.packs.get(ticket.pack)
    assert harsh.review is not None
    everything = {name: Ratio(value=1, unit="ratio", source="[P] test") for name in Fault}
    newer = harsh.model_copy(
        update={"version": "2027.1", "review": ReviewRules(**everything, appeal_within=harsh.review.appeal_within)}
    )
    small.desk.packs = Packs({**small.desk.packs.by_key, newer.key: newer})
    assert await reviewing.rejudge(small.desk, "33", by=SYSTEM, at=minutes(500)) == 0
    assert await judgements(small, ticket.id) == before


async def test_tickets_that_closed_before_there_were_judgements_are_judged_once(small: Small) -> None:
    ticket = await late(small)
    before = await judgement(small, ticket.id)
    async with small.db.connection() as connection:
        await connection.execute("DELETE FROM review")
    told: list[int] = []
    assert await reviewing.rejudge(small.desk, "33", by=SYSTEM, at=minutes(500), progress=told.append) == 1
    after = await judgement(small, ticket.id)
    assert after == before.model_copy(update={"judged_at": minutes(500), "judged_by": "system"})
    assert told == [1]
    assert await reviewing.rejudge(small.desk, "33", by=SYSTEM, at=minutes(501)) == 0


# ---- 申诉


async def test_an_appeal_that_is_granted_adds_a_judgement_and_keeps_the_first(small: Small) -> None:
    ticket = await late(small)
    first = await judgement(small, ticket.id)
    dispatcher, monitor = person("xiangshan"), person("monitor")
    why = {"text": "丹城大桥封闭,有交警通告", "evidence": ("公告 2026-7",)}
    filed = await reviewing.appeal(
        small.desk, ticket.id, faults=[Fault.LATE_ARRIVE], **why, by=dispatcher, at=minutes(200)
    )
    assert (filed.no, filed.judgement, filed.granted) == (1, 1, None)
    after = await reviewing.decide(
        small.desk, ticket.id, granted=[Fault.LATE_ARRIVE], text="属实", by=monitor, at=minutes(300)
    )
    kept = await judgements(small, ticket.id)
    assert kept == [first, after]
    assert (first.score, after.score, after.judgement) == (75, 100, 2)
    assert after.breaches[0].excused
    found = await reviewing.findings(small.desk, XIANGSHAN, *DAY, by=dispatcher, at=DAY[1])
    assert [(row.judgement, row.score, row.excused) for row in found.rows] == [(2, 100, ("late_arrive",))]
    _, appeals = await reviewing.of_ticket(small.desk, ticket.id, by=dispatcher)
    assert [(one.granted, one.decided_by, one.decision) for one in appeals] == [
        ((Fault.LATE_ARRIVE,), "monitor", "属实")
    ]


async def test_an_appeal_that_is_not_granted_upholds_the_judgement_by_another(small: Small) -> None:
    ticket = await late(small)
    await reviewing.appeal(
        small.desk, ticket.id, faults=[Fault.LATE_ARRIVE], text="路远", by=person("xiangshan"), at=minutes(200)
    )
    after = await reviewing.decide(
        small.desk, ticket.id, granted=[], text="路程已计入时限", by=person("monitor"), at=minutes(300)
    )
    assert (after.judgement, after.score) == (2, 75)
    assert "维持原评价" in after.ground
    with pytest.raises(NoAppeal):
        await reviewing.decide(small.desk, ticket.id, granted=[], text="再", by=person("monitor"), at=minutes(301))


async def test_only_what_one_is_blamed_for_can_be_contested_and_only_one_appeal_waits(small: Small) -> None:
    ticket, dispatcher = await late(small), person("xiangshan")
    with pytest.raises(NotContestable):
        await reviewing.appeal(
            small.desk, ticket.id, faults=[Fault.LATE_REPLY], text="没迟", by=dispatcher, at=minutes(200)
        )
    await reviewing.appeal(
        small.desk, ticket.id, faults=[Fault.LATE_ARRIVE], text="路远", by=dispatcher, at=minutes(200)
    )
    with pytest.raises(AppealPending):
        await reviewing.appeal(
            small.desk, ticket.id, faults=[Fault.LATE_ARRIVE], text="路远", by=dispatcher, at=minutes(201)
        )
    with pytest.raises(NotContestable):
        await reviewing.decide(
            small.desk, ticket.id, granted=[Fault.DOUBTFUL], text="x", by=person("monitor"), at=minutes(202)
        )
    with pytest.raises(Forbidden):
        await reviewing.decide(small.desk, ticket.id, granted=[], text="x", by=dispatcher, at=minutes(203))


# ---- outages of real tickets


async def test_a_child_that_stays_dark_is_one_customer_of_its_parents_outage(small: Small) -> None:
    """Ten dark at 0, mended at 60; the second caller, dark since 5, is mended at 180."""
    parent = await small.call(customers_out=10)
    parent = await small.walk(parent, to="accept")
    child = await small.call(at=minutes(5), phone="13900000002", address="丹城镇东街2号")
    child = await small.does(child, "accept", "xiangshan", e.Accepted(), at=minutes(6))
    child = await merge(
        small.desk,
        child.id,
        into=parent.id,
        evidence="同一台区",
        by=person("xiangshan"),
        report=Report(),
        at=minutes(7),
    )
    for n, (action, who, event) in enumerate(ROAD[1:7]):
        parent = await small.does(parent, action, who, event, at=minutes(8 + n))
    parent = await small.does(parent, "restore", "crew-1", ROAD[7][2], at=minutes(60))
    async with small.db.transaction() as tx:
        child = await store.load(tx, child.id, lock=True)
        dark_still = e.Reopened(reason=ReopenReason.STILL_DARK, nested_in=parent.id)
        child = await make(tx, small.desk, child, dark_still, by=SYSTEM, report=Report(), at=minutes(70))
    for n, (action, who, event) in enumerate(ROAD[8:]):
        parent = await small.does(parent, action, who, event, at=minutes(71 + n))
    child = await small.does(child, "dispatch", "xiangshan", SENT, at=minutes(80))
    for n, (action, who, event) in enumerate(ROAD[2:7]):
        child = await small.does(child, action, who, event, at=minutes(81 + n))
    for n, (action, who, event) in enumerate(ROAD[7:]):
        by = "auditor" if action == "queue-callback" else who  # a customer who came back is answered at length
        child = await small.does(child, action, by, event, at=minutes(180 + n))
    found = await reviewing.findings(small.desk, XIANGSHAN, *DAY, by=person("xiangshan"), at=DAY[1])
    assert {one.incident for one in found.period.outages} == {parent.id, child.id}
    assert customer_minutes(dark(found.period.outages)) == 9 * 60 + 180


# ---- the period asked for


async def test_a_period_is_half_open_and_neither_empty_nor_longer_than_a_year(small: Small) -> None:
    ticket = await small.walk(await small.call())
    by = person("xiangshan")
    assert ticket.closed_at is not None
    until = await reviewing.findings(small.desk, XIANGSHAN, START, ticket.closed_at, by=by, at=DAY[1])
    since = await reviewing.findings(
        small.desk, XIANGSHAN, ticket.closed_at, ticket.closed_at + timedelta(minutes=1), by=by, at=DAY[1]
    )
    assert ([row.ticket_id for row in until.rows], [row.ticket_id for row in since.rows]) == ([], [ticket.id])
    for end in (START, START + timedelta(days=367)):
        with pytest.raises(BadPeriod):
            await reviewing.findings(small.desk, XIANGSHAN, START, end, by=by, at=DAY[1])
    with pytest.raises(Forbidden):
        await reviewing.findings(small.desk, XIANGSHAN, *DAY, by=person("ninghai"), at=DAY[1])


async def test_households_of_a_city_are_its_own_number_or_the_sum_of_its_counties(small: Small) -> None:
    await small.walk(await small.call(customers_out=10))

    async def saidi(area: str) -> float | None:
        found = await reviewing.findings(small.desk, area, *DAY, by=person("monitor"), at=DAY[1])
        return next(figure for figure in found.figures if figure.index is Index.SAIDI).denominator

    assert await saidi("3302") is None
    async with small.db.connection() as connection:
        await connection.execute("UPDATE area SET households = 200000 WHERE code = $1", XIANGSHAN)
        assert await saidi(XIANGSHAN) == 200_000
        assert await saidi("3302") is None  # 宁海 is not known
        await connection.execute("UPDATE area SET households = 300000 WHERE code = '330226'")
        assert await saidi("3302") == 500_000
        await connection.execute("UPDATE area SET households = 510000 WHERE code = '3302'")
        assert await saidi("3302") == 510_000


async def test_a_second_report_counts_against_the_first_repair_even_while_it_is_open(small: Small) -> None:
    first = await small.walk(await small.call())
    await small.call(at=minutes(24 * 60), repeat_of=first.id)
    found = await reviewing.findings(small.desk, XIANGSHAN, *DAY, by=person("xiangshan"), at=DAY[1])
    assert found.period.repeated == {first.id}


async def test_the_row_of_an_appealed_judgement_is_the_first_with_less_blame(small: Small) -> None:
    ticket = await late(small)
    async with small.db.connection() as connection:
        now = await reviews.latest(connection, ticket.id)
    pack = small.desk.packs.get(ticket.pack)
    after = review.appealed(
        now.review, pack, excused=[Fault.LATE_ARRIVE], excuse="x", ground="y", at=minutes(9), by="z"
    )
    row = review.again(now.row, after)
    assert row == now.row._replace(judgement=2, score=100, excused=("late_arrive",))
    assert replace(now, row=row).row.blamed(Fault.LATE_ARRIVE) is False


async def test_an_appeal_has_its_time_from_the_first_judgement(small: Small) -> None:
    ticket = await late(small)
    judged_at = (await judgement(small, ticket.id)).judged_at
    said = {"faults": [Fault.LATE_ARRIVE], "text": "大桥封闭", "by": person("xiangshan")}
    last = judged_at + timedelta(days=7)
    with pytest.raises(AppealTooLate, match="申诉期限为 7 天"):
        await reviewing.appeal(small.desk, ticket.id, at=last + timedelta(seconds=1), **said)  # type: ignore[arg-type]
    filed = await reviewing.appeal(small.desk, ticket.id, at=last, **said)  # type: ignore[arg-type]
    assert filed.no == 1
