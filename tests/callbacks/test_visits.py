"""The return visit: a text, then a call, and what follows from the answer."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch.desk.closing import callbacks
from dispatch.desk.closing.callbacks import BeingCalled, NotYetDue, NoVisit, QuietHours, Visit
from dispatch.desk.closing.visits import Answer, NothingSaid
from dispatch.desk.outages import merging
from dispatch.desk.room import Report
from dispatch.kit.clock import CHINA
from dispatch.tickets import events as e
from dispatch.tickets import store
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import Cause, Protected, Source, Stage
from tests.worlds import FOUND, REPLY, ROAD, START, Small, minutes, person

QUEUED = minutes(10)  # the callback is queued ten minutes after the call
HOUR = timedelta(hours=1)
CUSTOMER = "13900000000"


async def visited(small: Small, **said: Any) -> Ticket:
    """Take a ticket to where its customer is asked."""
    return await queued(small, await small.walk(await small.call(**{"phone": CUSTOMER, **said}), to="reply"), QUEUED)


async def queued(small: Small, ticket: Ticket, at: datetime) -> Ticket:
    """Let the auditor pass the reply on, who may do so whatever the field reports are worth."""
    return await small.does(ticket, "queue-callback", "auditor", e.CallbackQueued(), at=at)


async def due(small: Small, at: datetime) -> list[Visit]:
    return await callbacks.page(small.desk, by=person("seat"), at=at)


async def missed(small: Small, ticket: Ticket, at: datetime) -> Ticket:
    return await callbacks.missed(small.desk, ticket.id, text="无人接听", by=person("seat"), report=Report(), at=at)


async def says(small: Small, ticket: Ticket, at: datetime, **said: Any) -> Ticket:
    answer = Answer(**said)
    return await callbacks.answer(small.desk, ticket.id, answer, by=person("seat"), report=Report(), at=at)


async def kinds(small: Small, ticket: Ticket) -> list[str]:
    async with small.db.connection() as connection:
        return [entry.event.kind for entry in await store.log(connection, ticket.id)]


async def messages(small: Small, ticket: Ticket) -> dict[str, str]:
    async with small.db.connection() as connection:
        rows = await connection.fetch("SELECT occasion, to_phone FROM message WHERE ticket_id = $1", ticket.id)
    return {row["occasion"]: row["to_phone"] for row in rows}


async def test_who_does_not_answer_the_text_is_called_two_hours_later(small: Small) -> None:
    ticket = await visited(small)
    assert (await messages(small, ticket))["survey"] == "13900000000"
    (waiting,) = await due(small, QUEUED)
    assert (waiting.due, waiting.way, waiting.call_at) == (False, "sms", QUEUED + 2 * HOUR)
    with pytest.raises(NotYetDue) as refusal:
        await callbacks.begin(small.desk, ticket.id, by=person("seat"), at=QUEUED + HOUR)
    assert refusal.value.details["from"] == waiting.call_at.isoformat()
    begun = await callbacks.begin(small.desk, ticket.id, by=person("seat"), at=waiting.call_at)
    assert [contact.phone for contact in begun.contacts] == ["13900000000"]
    assert [one.field for one in begun.visit.questions] == [
        "power_back",
        "on_time",
        "attitude_good",
        "charged",
        "satisfied",
    ]
    assert "到场" in " ".join(begun.visit.history)
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT account_id FROM audit WHERE action = 'callback.call'") == "seat"


@pytest.mark.parametrize(
    "said", [{"hazard": True}, {"protected": Protected.IMPORTANT}, {"protected": Protected.SENSITIVE}]
)
async def test_who_was_in_danger_or_is_protected_is_called_by_a_person_at_once(
    small: Small, said: dict[str, object]
) -> None:
    ticket = await visited(small, **said)
    assert "survey" not in await messages(small, ticket)
    (visit,) = await due(small, QUEUED)
    assert (visit.due, visit.way) == (True, "call")


async def test_a_land_line_gets_no_text_but_a_call(small: Small) -> None:
    ticket = await visited(small, phone="0574-65710000")
    assert await messages(small, ticket) == {}
    (visit,) = await due(small, QUEUED)
    assert (visit.due, visit.way) == (True, "call")


async def test_three_missed_calls_close_the_ticket_without_an_answer(small: Small) -> None:
    ticket = await visited(small)
    at = QUEUED + 4 * HOUR  # a quarter past one: the nap is over at two
    with pytest.raises(QuietHours):
        await missed(small, ticket, at - HOUR)
    at += HOUR
    ticket = await missed(small, ticket, at)
    with pytest.raises(NotYetDue):
        await missed(small, ticket, at + timedelta(minutes=5))
    ticket = await missed(small, ticket, at + HOUR)
    assert ticket.stage == "callback_pending"
    closed = await missed(small, ticket, at + 2 * HOUR)
    assert (closed.stage, closed.satisfied, closed.callback_attempts) == ("closed", None, 3)
    assert await due(small, at + 3 * HOUR) == []
    with pytest.raises(NoVisit):
        await callbacks.begin(small.desk, ticket.id, by=person("seat"), at=at + 3 * HOUR)


async def test_a_ticket_of_one_minute_to_midnight_is_not_called_before_eight(small: Small) -> None:
    """Golden scenario 24."""
    late = START.astimezone(CHINA).replace(hour=23, minute=59).astimezone(START.tzinfo)
    ticket = await small.call(at=late, hazard=True)
    found = FOUND.model_copy(update={"etr_at": late + HOUR})
    for n, (action, who, event) in enumerate(ROAD[:9], start=1):
        said = found if isinstance(event, e.Located) else event
        ticket = await small.does(ticket, action, who, said, at=late + timedelta(minutes=n))
    ticket = await queued(small, ticket, late + timedelta(minutes=10))
    (visit,) = await due(small, late + timedelta(minutes=20))
    assert not visit.due
    assert visit.call_at.astimezone(CHINA).strftime("%d %H:%M") == "02 08:00"
    night = late + 4 * HOUR
    with pytest.raises(QuietHours, match="08:00 起可以回访") as refusal:
        await callbacks.begin(small.desk, ticket.id, by=person("seat"), at=night)
    assert refusal.value.details["from"] == visit.call_at.isoformat()
    with pytest.raises(QuietHours):
        await missed(small, ticket, night)
    begun = await callbacks.begin(small.desk, ticket.id, by=person("seat"), at=visit.call_at)
    assert begun.visit.due


async def test_two_seats_do_not_call_one_customer(small: Small) -> None:
    ticket = await visited(small, hazard=True)
    await callbacks.begin(small.desk, ticket.id, by=person("seat"), at=QUEUED)
    with pytest.raises(BeingCalled):
        await callbacks.begin(small.desk, ticket.id, by=person("shift"), at=QUEUED + timedelta(minutes=9))
    await callbacks.begin(small.desk, ticket.id, by=person("shift"), at=QUEUED + timedelta(minutes=10))


async def test_a_satisfied_customer_closes_the_ticket_with_all_that_he_said(small: Small) -> None:
    ticket = await visited(small)
    closed = await says(
        small, ticket, QUEUED, satisfied=True, power_back=True, on_time=False, attitude_good=True, charged=False
    )
    assert (closed.stage, closed.satisfied) == ("closed", True)
    assert closed.confirmed_at is not None
    async with small.db.connection() as connection:
        last = (await store.log(connection, ticket.id))[-1].event
    assert isinstance(last, e.Closed)
    assert (last.power_back, last.on_time, last.attitude_good, last.charged) == (True, False, True, False)


async def test_an_answer_that_says_nothing_is_refused(small: Small) -> None:
    ticket = await visited(small)
    with pytest.raises(NothingSaid):
        await says(small, ticket, QUEUED, text="客户没有说什么")


async def test_the_dissatisfied_are_seen_to_again_once_and_then_those_who_supervise_hear_of_it(small: Small) -> None:
    ticket = await visited(small)
    again = await says(small, ticket, QUEUED, satisfied=False, text="抢修后电压仍不稳")
    assert (again.stage, again.reopened_n) == ("accepted", 1)
    assert "reopened" in await messages(small, ticket)
    assert await due(small, QUEUED + 3 * HOUR) == []
    second = await queued(small, await small.walk_on(again, to="reply", start=20), minutes(30))
    closed = await says(small, second, minutes(40), satisfied=False, text="还是不稳")
    assert (closed.stage, closed.satisfied) == ("closed", False)
    assert closed.flags.escalated_level >= 3
    assert (await kinds(small, ticket))[-2:] == ["escalated", "closed"]


async def test_who_is_still_in_the_dark_is_seen_to_again_however_often(small: Small) -> None:
    ticket = await visited(small)
    for n in range(3):
        ticket = await says(small, ticket, minutes(11 + 20 * n), power_back=False)
        assert (ticket.stage, ticket.reopened_n) == ("accepted", n + 1)
        ticket = await small.walk_on(ticket, to="reply", start=12 + 20 * n)
        ticket = await queued(small, ticket, minutes(22 + 20 * n))


async def test_a_merged_customer_is_called_back_too(small: Small) -> None:
    parent = await small.walk(await small.call(phone="13900000001"), to="dispatch")
    child = await small.walk(await small.call(phone="13900000002", at=minutes(2)), to="accept", start=3)
    dispatcher, phone = person("xiangshan"), Report(source=Source.PHONE)
    await merging.merge(
        small.desk, child.id, into=parent.id, evidence="同一表箱", by=dispatcher, report=phone, at=minutes(4)
    )
    for n, (action, who, event) in enumerate(ROAD[2:8]):
        await small.does(parent, action, who, event, at=minutes(5 + n))
    for ticket in (parent, child):
        await small.does(ticket, "reply", "xiangshan", REPLY, at=minutes(20))
        await queued(small, ticket, minutes(21))
    assert {visit.ticket.id for visit in await due(small, minutes(22))} == {parent.id, child.id}
    assert (await messages(small, child))["survey"] == "13900000002"


async def test_the_list_is_read_page_by_page_the_longest_due_first(small: Small) -> None:
    tickets = [await visited(small, hazard=True, phone=f"139000000{n:02d}") for n in range(5)]
    seen: list[str] = []
    after = None
    while page := await callbacks.page(small.desk, by=person("seat"), at=minutes(30), after=after, limit=2):
        seen += [visit.ticket.id for visit in page]
        after = (page[-1].call_at, page[-1].ticket.id)
    assert seen == sorted(ticket.id for ticket in tickets)


WAITING = "SELECT count(*) FROM reply_audit WHERE ticket_id = $1 AND settled_at IS NULL"


@pytest.mark.parametrize("said", [{"satisfied": False}, {"power_back": False}])
async def test_a_reply_whose_customer_has_it_seen_to_again_is_not_audited_any_more(
    small: Small, said: dict[str, bool]
) -> None:
    """A customer who rings up before the auditor has read the reply."""
    vague = REPLY.model_copy(update={"cause_l1": Cause.UNKNOWN})
    ticket = await small.walk(await small.call(), to="restore")
    ticket = await small.does(ticket, "reply", "xiangshan", vague, at=minutes(9))
    async with small.db.connection() as connection:
        assert await connection.fetchval(WAITING, ticket.id) == 1
    after = await says(small, ticket, minutes(10), **said)
    assert after.stage is Stage.ACCEPTED
    async with small.db.connection() as connection:
        assert await connection.fetchval(WAITING, ticket.id) == 0
