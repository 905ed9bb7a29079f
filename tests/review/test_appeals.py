"""Appeals: what can be contested, how long and by whom; each decision adds a judgement and takes none away."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch.accounts.rights import Forbidden
from dispatch.desk.closing import reviewing
from dispatch.desk.closing.reviewing import AppealPending, AppealTooLate, NoAppeal, NotContestable
from dispatch.tickets import review, reviews
from dispatch.tickets.judged import Fault
from tests.worlds import XIANGSHAN, Small, minutes, person

from .judging import DAY, judgement, judgements, late


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
