"""Every ticket that ends is judged in the same transaction, once, by its own pack and from its log alone."""

import pytest

from dispatch.accounts.model import SYSTEM
from dispatch.desk.acting import make
from dispatch.desk.closing import reviewing
from dispatch.desk.room import Report
from dispatch.kit.looprules import ReviewRules
from dispatch.kit.numbers import Ratio
from dispatch.kit.rulepack import Packs
from dispatch.tickets import events as e
from dispatch.tickets import review, store
from dispatch.tickets.indices import Index
from dispatch.tickets.judged import Ending, Fault
from dispatch.tickets.reviews import NoReview
from dispatch.tickets.words import Category, Limit, Matched, ReturnReason, Stage
from tests.worlds import CANCEL, NINGHAI, ROAD, XIANGSHAN, Small, minutes, person

from .judging import DAY, judgement, judgements, late, log_of


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
