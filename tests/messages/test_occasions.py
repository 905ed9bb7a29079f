"""Every text has a step at which it goes out, and goes out there: to whom it is meant for, with what is true then."""

import ast
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import dispatch
from dispatch.desk.room import Report
from dispatch.desk.supervision import alerting, waiting
from dispatch.desk.supervision.supervising import supervise
from dispatch.desk.supervision.waiting import NoTimeToCome
from dispatch.notify.templates import TEMPLATES, Occasion
from dispatch.tickets import deadlines
from dispatch.tickets import events as e
from dispatch.tickets.model import Ticket
from dispatch.tickets.terms import Addressee, ExcuseReason
from dispatch.tickets.words import Protected
from tests.worlds import LENT, NINGHAI, XIANGSHAN, Small, minutes, person

CUSTOMER, CREW = "13900000000", "13900001007"
DUTY = "INSERT INTO duty_contact (area, addressee, name, phone) VALUES ($1, $2, '值班', $3)"
ON_DUTY = ((XIANGSHAN, "dispatcher", "13900001001"), ("330225-1", "depot_leader", "13900001002"))
SAID = "SELECT to_phone, body FROM message WHERE ticket_id = $1 AND occasion = $2 ORDER BY created_at, id"


def named_in_the_program() -> dict[str, set[str]]:
    """Return which occasions the program names beside their own file, and where."""
    root = Path(dispatch.__file__).parent
    found: dict[str, set[str]] = {}
    for path in root.rglob("*.py"):
        if path.name == "templates.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Occasion":
                found.setdefault(node.attr, set()).add(path.name)
    return found


def test_every_occasion_has_a_text_and_a_place_in_the_program_that_sends_it() -> None:
    senders = named_in_the_program()
    assert set(TEMPLATES) == set(Occasion)
    assert senders.keys() == set(Occasion.__members__), "an occasion that nobody sends, or a text that nobody wrote"


def test_what_replaces_a_text_is_about_the_same_ticket() -> None:
    """A text to the desk never does away with one to a customer, nor the other way round."""
    desk = {Occasion.WARNING, Occasion.CHASE, Occasion.SUPERVISION, Occasion.ESCALATION, Occasion.HELPED}
    desk |= {occasion for occasion in Occasion if occasion.value.startswith("crew_")}
    for occasion, template in TEMPLATES.items():
        assert {other in desk for other in template.replaces} <= {occasion in desk}, occasion


@pytest.fixture
async def here(small: Small) -> Small:
    """The small world with somebody to tell."""
    async with small.db.connection() as connection:
        await connection.executemany(DUTY, ON_DUTY)
        await connection.execute("UPDATE crew SET phone = $1 WHERE id = 'c1'", CREW)
    return small


async def said(small: Small, ticket: Ticket, occasion: Occasion) -> list[str]:
    """Return what was written on an occasion."""
    async with small.db.connection() as connection:
        return [row["body"] for row in await connection.fetch(SAID, ticket.id, occasion.value)]


async def heard(small: Small, ticket: Ticket, occasion: Occasion) -> list[str]:
    """Return who was written to."""
    async with small.db.connection() as connection:
        return [row["to_phone"] for row in await connection.fetch(SAID, ticket.id, occasion.value)]


async def look(small: Small, at: datetime) -> None:
    """Let the worker take every step of the clocks that is due."""
    follow = partial(alerting.follow, packs=small.desk.packs, at=at)
    while await deadlines.fire_due(small.db, small.desk.packs, now=at, then=follow):
        pass


async def test_who_reported_hears_that_a_unit_has_taken_it_once_though_a_second_takes_it_over(here: Small) -> None:
    ticket = await here.call(phone=CUSTOMER)
    assert await said(here, ticket, Occasion.ACCEPTED) == []
    ticket = await here.does(ticket, "accept", "xiangshan", e.Accepted(), at=minutes(1))
    (text,) = await said(here, ticket, Occasion.ACCEPTED)
    assert ticket.ticket_no in text
    moved = e.Transferred(to_area=NINGHAI, reason="故障点在宁海境内")
    ticket = await here.does(ticket, "transfer", "monitor", moved, at=minutes(2))
    await here.does(ticket, "accept", "ninghai", e.Accepted(), at=minutes(3))
    assert len(await said(here, ticket, Occasion.ACCEPTED)) == 1


CHASED: list[tuple[str | None, list[str], str]] = [
    (None, ["13900001001"], "已转属地供电单位加紧办理。目前进展:正在安排受理。"),
    ("accept", ["13900001001"], "已受理,正在安排抢修队伍"),
    ("dispatch", [CREW], "丹城一队正在赶往现场,预计7月1日9:12到达"),
    ("depart", [CREW, "13900001002"], "丹城一队正在赶往现场"),
    ("arrive", [CREW, "13900001002"], "抢修人员已于7月1日9:05到达现场,正在查找故障"),
    ("locate", [CREW, "13900001002"], "故障点已查明,正在抢修,预计7月1日11:00恢复供电"),
]


@pytest.mark.parametrize(("to", "who", "words"), CHASED)
async def test_a_customers_chase_is_confirmed_and_told_to_whom_it_has_to_move(
    here: Small, to: str | None, who: list[str], words: str
) -> None:
    ticket = await here.call(phone=CUSTOMER)
    ticket = ticket if to is None else await here.walk(ticket, to=to)
    await here.call(phone=CUSTOMER, at=minutes(9))
    (text,) = await said(here, ticket, Occasion.CHASED)
    assert words in text
    assert await heard(here, ticket, Occasion.CHASED) == [CUSTOMER]
    assert sorted(await heard(here, ticket, Occasion.CHASE)) == sorted(who)
    (told, *_) = await said(here, ticket, Occasion.CHASE)
    assert "客户催办(累计" in told


async def test_who_asks_from_another_telephone_is_answered_there(here: Small) -> None:
    ticket = await here.call(phone=CUSTOMER, account_no="3302001")
    await here.call(phone="13900000009", account_no="3302001", at=minutes(2))
    assert await heard(here, ticket, Occasion.CHASED) == ["13900000009"]


async def test_the_step_that_answers_a_chase_is_told_once_and_only_to_who_asked(here: Small) -> None:
    asked = await here.walk(await here.call(phone=CUSTOMER), to="dispatch")
    other = await here.walk(await here.call(), to="dispatch")
    await here.call(phone=CUSTOMER, at=minutes(3))
    for ticket in (asked, other):
        for n, (action, event) in enumerate((("crew-accept", e.CrewAccepted()), ("depart", e.Departed()))):
            await here.does(ticket, action, "crew-1", event, at=minutes(4 + n))
    assert await said(here, asked, Occasion.CHASE_ANSWERED) == []  # nothing that he does not know already
    for ticket in (asked, other):
        await here.does(ticket, "arrive", "crew-1", e.Arrived(), at=minutes(6))
    (text,) = await said(here, asked, Occasion.CHASE_ANSWERED)
    assert "有新进展:抢修人员已于7月1日9:06到达现场" in text
    assert await said(here, other, Occasion.CHASE_ANSWERED) == []


async def test_the_answer_to_a_supervision_tells_who_asked_where_it_stands_and_not_what_the_unit_wrote(
    here: Small,
) -> None:
    ticket = await here.walk(await here.call(phone=CUSTOMER), to="dispatch")
    await here.call(phone=CUSTOMER, at=minutes(3))
    supervised = await supervise(
        here.desk, ticket.id, reason="客户催办", addressee=Addressee.COUNTY_DIRECTOR, by=person("monitor"),
        report=Report(), at=minutes(4),
    )  # fmt: skip
    order = supervised.supervisions[0].no
    answer = e.SupervisionAnswered(no=order, text="已批评一队张某,另派西店一队")
    later = minutes(30)  # the promised time has passed: it is not promised again
    await here.does(ticket, "supervision-answer", "xiangshan", answer, at=later)
    told = await said(here, ticket, Occasion.CHASE_ANSWERED)
    assert [("张某" in text, "丹城一队正在赶往现场。" in text) for text in told] == [(False, True)]


async def test_another_crew_is_the_answer_and_no_second_text_says_so(here: Small) -> None:
    ticket = await here.walk(await here.call(phone=CUSTOMER), to="dispatch")
    await here.call(phone=CUSTOMER, at=minutes(3))
    other = LENT.model_copy(update={"transfer_reason": "更近"})
    await here.does(ticket, "dispatch", "xiangshan", other, at=minutes(4))
    assert len(await said(here, ticket, Occasion.DISPATCHED)) == 2
    assert await said(here, ticket, Occasion.CHASE_ANSWERED) == []


async def test_a_call_after_the_end_chases_nobody(here: Small) -> None:
    ticket = await here.walk(await here.call(phone=CUSTOMER), to="restore")
    await here.call(phone=CUSTOMER, at=minutes(20))
    assert await said(here, ticket, Occasion.CHASED) == []
    assert await said(here, ticket, Occasion.CHASE) == []


async def test_a_chase_of_the_clock_is_told_to_the_unit_and_not_to_the_customer(here: Small) -> None:
    ticket = await here.walk(await here.call(phone=CUSTOMER), to="dispatch")
    for at in (minutes(24), minutes(35)):  # after a half, and three quarters, of the promised time
        await look(here, at)
    assert await heard(here, ticket, Occasion.CHASE) == [CREW]
    assert "指挥中心" in (await said(here, ticket, Occasion.CHASE))[0]
    assert await said(here, ticket, Occasion.CHASED) == []


async def excuse(small: Small, ticket: Ticket, **more: Any) -> Ticket:
    said: dict[str, Any] = {"reason": ExcuseReason.TRAFFIC, "explanation": "东街积水,绕行沿海路"}
    by = {"told_at": minutes(10), "by": person("xiangshan"), "report": Report(), "at": minutes(11)}
    return await waiting.excuse(small.desk, ticket.id, **(said | by | more))


async def test_a_delay_that_is_explained_tells_the_new_time(here: Small) -> None:
    ticket = await here.walk(await here.call(phone=CUSTOMER), to="dispatch")
    await excuse(here, ticket, eta_at=minutes(75))
    (text,) = await said(here, ticket, Occasion.DELAY_EXPLAINED)
    assert "因交通中断不能按时到场,预计7月1日10:15到达。东街积水,绕行沿海路" in text


async def test_a_delay_without_a_new_time_promises_none(here: Small) -> None:
    ticket = await here.walk(await here.call(phone=CUSTOMER), to="dispatch")
    await excuse(here, ticket)
    (text,) = await said(here, ticket, Occasion.DELAY_EXPLAINED)
    assert "抢修人员仍在前往,到达时间另行告知" in text


@pytest.mark.parametrize("eta_at", [minutes(11), minutes(0), minutes(11) + timedelta(hours=25)])
async def test_a_new_time_that_is_past_or_a_day_away_is_refused(here: Small, eta_at: datetime) -> None:
    ticket = await here.walk(await here.call(phone=CUSTOMER), to="dispatch")
    with pytest.raises(NoTimeToCome):
        await excuse(here, ticket, eta_at=eta_at)
    assert await said(here, ticket, Occasion.DELAY_EXPLAINED) == []


async def test_an_appointment_that_nobody_kept_is_apologised_for_once(here: Small) -> None:
    appointed = await here.walk(await here.call(phone=CUSTOMER, appointment_at=minutes(60)), to="accept")
    sent = await here.walk(await here.call(phone="13900000002", appointment_at=minutes(60)), to="dispatch")
    kept = await here.walk(await here.call(phone="13900000003", appointment_at=minutes(60)), to="arrive")
    plain = await here.walk(await here.call(phone="13900000004"), to="accept")
    for at in (minutes(61), minutes(62), minutes(200)):
        await look(here, at)
    (text,) = await said(here, appointed, Occasion.APPOINTMENT_MISSED)
    assert "未能在约定的7月1日10:00为您上门" in text
    assert "我们将尽快与您联系另约时间" in text
    assert "抢修人员正赶往您处" in (await said(here, sent, Occasion.APPOINTMENT_MISSED))[0]
    for ticket in (kept, plain):
        assert await said(here, ticket, Occasion.APPOINTMENT_MISSED) == []


async def test_who_was_told_before_that_the_crew_will_be_late_gets_no_second_apology(here: Small) -> None:
    ticket = await here.walk(await here.call(phone=CUSTOMER, appointment_at=minutes(60)), to="dispatch")
    await excuse(here, ticket, eta_at=minutes(90))
    await look(here, minutes(61))
    assert await said(here, ticket, Occasion.APPOINTMENT_MISSED) == []


@pytest.mark.parametrize("more", [{"hazard": True}, {"protected": Protected.LIFE_SUPPORT}])
async def test_who_was_in_danger_or_is_protected_hears_of_each_step_and_is_asked_by_a_person(
    here: Small, more: dict[str, Any]
) -> None:
    ticket = await here.walk(await here.call(phone=CUSTOMER, **more), to="queue-callback")
    assert await said(here, ticket, Occasion.SURVEY) == []
    for occasion in (Occasion.ACCEPTED, Occasion.DISPATCHED, Occasion.RESTORED):
        assert await heard(here, ticket, occasion) == [CUSTOMER], occasion


async def test_who_called_from_a_land_line_gets_no_text(here: Small) -> None:
    ticket = await here.walk(await here.call(phone="057465710000"), to="dispatch")
    await here.call(phone="057465710000", at=minutes(3))
    for occasion in (Occasion.ACCEPTED, Occasion.DISPATCHED, Occasion.CHASED):
        assert await said(here, ticket, occasion) == [], occasion
