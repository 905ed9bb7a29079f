"""What people write to us: answers are acted on once, and nothing is dropped."""

from datetime import datetime
from typing import Any

import pytest

from dispatch.accounts.model import Account, Role
from dispatch.accounts.rights import Forbidden
from dispatch.desk.closing import answers
from dispatch.desk.closing.visits import Answer
from dispatch.desk.intake import inbound
from dispatch.desk.intake.calls import Place
from dispatch.desk.intake.inbound import AlreadyRead, Incoming, Kept
from dispatch.notify.templates import Question
from dispatch.simulator.gateway import Temper
from dispatch.tickets import events as e
from dispatch.tickets import store
from dispatch.tickets.model import Ticket
from tests.worlds import LENT, NINGHAI, XIANGSHAN, Small, minutes, person

from .outgoing import post

GATEWAY = Account(id="sms", login="sms", name="短信网关", role=Role.GATEWAY, area="33")
CUSTOMER = "13900000000"
IN_SHIPU = Place(lon=121.94, lat=29.21)  # the same county, another fault
SURVEY, BACK = Question.SURVEY, Question.POWER_BACK


@pytest.mark.parametrize(
    ("text", "question", "satisfied", "power_back"),
    [
        ("1", SURVEY, True, None),
        (" 1。", SURVEY, True, None),
        ("\uff11", SURVEY, True, None),
        ("回复1", SURVEY, True, None),
        ("1满意", SURVEY, True, None),
        ("非常满意!", SURVEY, True, None),
        ("2", SURVEY, True, None),
        ("一般", SURVEY, True, None),
        ("3", SURVEY, False, None),
        ("3 不满意", SURVEY, False, None),
        ("不满意", SURVEY, False, None),
        ("没电", SURVEY, None, False),
        ("家里还是没有电啊", SURVEY, None, False),
        ("仍未来电", SURVEY, None, False),
        ("1", BACK, None, True),
        ("已来电,谢谢", BACK, None, True),
        ("2", BACK, None, False),
        ("还没来电", BACK, None, False),
    ],
)
def test_answers_that_mean_one_thing_are_read(
    text: str, question: Question, satisfied: bool | None, power_back: bool | None
) -> None:
    said = answers.read(text, question)
    assert said is not None
    assert (said.satisfied, said.power_back) == (satisfied, power_back)


@pytest.mark.parametrize("question", [SURVEY, BACK])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "4",
        "12",
        "1 3",
        "1不满意",
        "刚才没电现在好了",
        "不是没电的问题",
        "满意是满意,就是慢",
        "没电费了吗",
        "👍",
        "x" * 900,
    ],
)
def test_what_may_mean_something_else_goes_to_a_person(text: str, question: Question) -> None:
    assert answers.read(text, question) is None


def test_a_word_of_praise_does_not_say_that_the_power_is_back() -> None:
    assert answers.read("满意", BACK) is None
    assert answers.read("3", BACK) is None


async def asked(small: Small, *, to: str = "queue-callback", **said: Any) -> Ticket:
    """Take a ticket to where its customer has been asked, and let the question go out."""
    ticket = await small.walk(await small.call(**{"phone": CUSTOMER, **said}), to=to.replace("queue-callback", "reply"))
    if to == "queue-callback":
        ticket = await small.does(ticket, to, "auditor", e.CallbackQueued(), at=minutes(10))
    async with post(small.desk, Temper.calm(), at=minutes(20)) as opened:
        while await opened.sender.turn(small.desk):
            pass
    return await now(small, ticket)


async def now(small: Small, ticket: Ticket) -> Ticket:
    async with small.db.connection() as connection:
        return await store.load(connection, ticket.id)


async def writes(
    small: Small, text: str, *, phone: str = CUSTOMER, id_: str = "t1", at: datetime = minutes(30)
) -> Kept:
    return await inbound.receive(small.desk, Incoming(id_, phone, text, at), by=GATEWAY, at=at)


async def kinds(small: Small, ticket: Ticket) -> list[str]:
    async with small.db.connection() as connection:
        return [entry.event.kind for entry in await store.log(connection, ticket.id)]


async def test_a_question_that_has_gone_out_stands_in_the_log(small: Small) -> None:
    ticket = await asked(small)
    assert ticket.surveyed_at == minutes(20)
    assert (await kinds(small, ticket))[-2:] == ["callback_queued", "surveyed"]
    restored = await asked(small, to="restore", phone="13900000002")
    assert restored.asked_at == minutes(20)


async def test_a_satisfied_customer_closes_his_ticket_once_however_often_the_gateway_says_so(small: Small) -> None:
    ticket = await asked(small)
    first = await writes(small, "1", phone="+86 139-0000-0000")
    again = await writes(small, "1", phone="+86 139-0000-0000")
    assert (first.state, first.outcome, first.phone) == ("routed", "closed", "139****0000")
    assert again == first
    closed = await now(small, ticket)
    assert (closed.stage, closed.satisfied) == ("closed", True)
    assert (await kinds(small, ticket)).count("closed") == 1


async def test_a_customer_whose_power_is_still_off_is_seen_to_again(small: Small) -> None:
    ticket = await asked(small, to="restore")
    assert (await writes(small, "2")).outcome == "accepted"
    again = await now(small, ticket)
    assert (again.stage, again.reopened_n, again.dark_since) == ("accepted", 1, ticket.reported_at)


async def test_a_customer_whose_power_is_back_is_believed(small: Small) -> None:
    ticket = await asked(small, to="restore")
    await writes(small, "1")
    assert (await now(small, ticket)).confirmed_at == minutes(30)


async def test_an_answer_that_nobody_understands_waits_for_a_person_and_he_is_called_at_once(small: Small) -> None:
    ticket = await asked(small)
    kept = await writes(small, "刚才没电现在好了")
    assert (kept.state, kept.outcome, kept.ticket_id) == ("unread", "NotUnderstood", ticket.id)
    assert [one.id for one in await inbound.unread(small.desk, by=person("seat"))] == ["t1"]
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT call_at FROM visit") == minutes(30)
    await inbound.dealt_with(small.desk, "t1", remark="已电话核实", by=person("seat"), at=minutes(31))
    assert await inbound.unread(small.desk, by=person("seat")) == []
    with pytest.raises(AlreadyRead):
        await inbound.dealt_with(small.desk, "t1", remark="再次", by=person("seat"), at=minutes(31))


async def test_power_that_is_back_is_noted_and_satisfaction_is_asked_by_a_person(small: Small) -> None:
    ticket = await asked(small)
    await writes(small, "来电了")
    after = await now(small, ticket)
    assert (after.stage, after.confirmed_at) == ("callback_pending", minutes(30))
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT call_at FROM visit") == minutes(30)


async def test_an_answer_after_the_end_and_a_text_nobody_asked_for_are_kept(small: Small) -> None:
    await asked(small)
    await writes(small, "1")
    late = await writes(small, "3", id_="t2", at=minutes(60))
    stranger = await writes(small, "你好", phone="13900009999", id_="t3")
    assert (late.state, late.outcome) == ("unread", "WrongStage")
    assert (stranger.state, stranger.outcome) == ("unread", "NothingAsked")
    unread = await inbound.unread(small.desk, by=person("seat"))
    assert {one.id for one in unread} == {"t2", "t3"}


async def test_an_answer_is_to_the_latest_question_that_was_asked_of_the_number(small: Small) -> None:
    first = await asked(small, to="restore")
    elsewhere = await small.call(at=minutes(21), phone=CUSTOMER, place=IN_SHIPU)
    second = await small.walk(elsewhere, to="restore", start=22)
    await writes(small, "2", at=minutes(40))  # the second question has not gone out yet
    assert (await now(small, first)).stage == "accepted"
    assert (await now(small, second)).stage == "restored"


async def test_a_text_before_the_question_is_no_answer_to_it(small: Small) -> None:
    kept = await writes(small, "1", at=minutes(0))
    await asked(small)
    assert (kept.outcome, (await writes(small, "1", at=minutes(0))).outcome) == ("NothingAsked", "NothingAsked")


async def test_only_a_gateway_hands_texts_over(small: Small) -> None:
    with pytest.raises(Forbidden):
        await inbound.receive(small.desk, Incoming("t1", CUSTOMER, "1", minutes(0)), by=person("admin"), at=minutes(0))


async def test_a_neighbours_people_do_not_read_our_texts(small: Small) -> None:
    await asked(small)
    await writes(small, "说来话长")
    with pytest.raises(Forbidden):
        await inbound.unread(small.desk, by=person("seat").model_copy(update={"area": NINGHAI}), area="33")


def test_an_answer_says_no_more_than_the_customer_did() -> None:
    assert answers.read("3", SURVEY) == Answer(satisfied=False, text="客户短信:不满意")


CREW_PHONE = "13900005678"
LAST_ANSWER = "SELECT body FROM message WHERE occasion = 'crew_answer' ORDER BY created_at DESC, id DESC LIMIT 1"


async def from_crew(small: Small, text: str, *, id_: str = "c1", at: datetime) -> Kept:
    async with small.db.connection() as connection:
        await connection.execute("UPDATE crew SET phone = $1 WHERE id = 'c1'", CREW_PHONE)
    return await writes(small, text, phone=CREW_PHONE, id_=id_, at=at)


async def test_a_crews_text_is_a_field_report_and_is_answered_once(small: Small) -> None:
    ticket = await small.walk(await small.call(phone=CUSTOMER), to="dispatch")
    first = await from_crew(small, "接", at=minutes(5))
    again = await from_crew(small, "接", at=minutes(5))
    assert (first.state, first.crew_id, first.ticket_id) == ("routed", "c1", ticket.id)
    assert again == first
    assert (await now(small, ticket)).stage == "crew_accepted"
    async with small.db.connection() as connection:
        rows = await connection.fetch("SELECT to_phone, body FROM message WHERE occasion = 'crew_answer'")
    assert [row["to_phone"] for row in rows] == [CREW_PHONE]
    assert ticket.ticket_no in rows[0]["body"]


async def test_a_crews_text_that_says_nothing_we_know_waits_for_a_person(small: Small) -> None:
    kept = await from_crew(small, "路上有点堵", at=minutes(5))
    assert (kept.state, kept.outcome, kept.crew_id, kept.area) == ("unread", "NotUnderstood", "c1", XIANGSHAN)


@pytest.mark.parametrize("own", [True, False], ids=["has a job", "has none"])
async def test_a_crew_that_names_a_ticket_of_others_is_told_what_is_wrong_and_nothing_of_that_ticket(
    small: Small, own: bool
) -> None:
    """And exactly the same of a number that there is not."""
    foreign = await small.walk(await small.call(phone=CUSTOMER), to="accept")
    foreign = await small.does(foreign, "dispatch", "xiangshan", LENT, at=minutes(5))
    mine = await small.walk(await small.call(phone="13900000008"), to="dispatch") if own else None
    said = []
    for n, number in enumerate((foreign.ticket_no, "99999999999")):
        kept = await from_crew(small, f"到 {number}", id_=f"t{n}", at=minutes(9 + n))
        assert (kept.state, kept.outcome, kept.ticket_id, kept.crew_id) == ("unread", "NotYourTicket", None, "c1")
        async with small.db.connection() as connection:
            said.append((await connection.fetchval(LAST_ANSWER)).replace(number, "N"))
    assert said[0] == said[1]
    jobs = f"本队在办工单:{mine.ticket_no}" if mine else "本队现在没有在办工单"
    assert f"未受理:工单 N 不在本队名下,可能编号有误或由其他班组承办;{jobs};请核对编号后重发,或致电指挥台" in said[0]
    assert (await now(small, foreign)).stage == "dispatched"


async def test_a_number_of_two_crews_is_nobodys(small: Small) -> None:
    async with small.db.connection() as connection:
        await connection.execute("UPDATE crew SET phone = $1", CREW_PHONE)
    assert (await writes(small, "到", phone=CREW_PHONE)).outcome == "ManyCrews"
