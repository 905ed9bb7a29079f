"""In a storm customers are asked by text; a person calls only whom domain 2.14 says he must."""

from datetime import datetime, timedelta

import pytest

from dispatch.capacity.modes import Mode
from dispatch.desk.closing import callbacks, texting
from dispatch.desk.closing.callbacks import AskedByText
from dispatch.desk.closing.visits import Answer
from dispatch.desk.room import Report
from dispatch.tickets import events as e
from dispatch.tickets import store
from dispatch.tickets.audit import audit
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import Protected
from tests.callbacks.test_visits import HOUR, QUEUED, due, kinds, messages, visited
from tests.storm.conftest import storm
from tests.worlds import ROAD, XIANGSHAN, Small, minutes, person

MINUTE = timedelta(minutes=1)


async def watched(small: Small, at: datetime) -> int:
    return await texting.watch(small.desk, at=at, limit=100)


async def now(small: Small, ticket: Ticket) -> Ticket:
    async with small.db.connection() as connection:
        return await store.load(connection, ticket.id)


async def surveys(small: Small, ticket: Ticket) -> int:
    async with small.db.connection() as connection:
        sql = "SELECT count(*) FROM message WHERE ticket_id = $1 AND occasion = 'survey'"
        found: int = await connection.fetchval(sql, ticket.id)
    return found


async def test_who_is_silent_in_a_storm_is_texted_again_and_no_seat_may_call(small: Small) -> None:
    await storm(small)
    ticket = await visited(small)
    assert await surveys(small, ticket) == 1
    (waiting,) = await due(small, QUEUED + 2 * HOUR)
    assert (waiting.way, waiting.due) == ("sms", False)
    with pytest.raises(AskedByText, match="短信回访"):
        await callbacks.begin(small.desk, ticket.id, by=person("seat"), at=QUEUED + 2 * HOUR)
    assert await watched(small, QUEUED + 2 * HOUR - MINUTE) == 0
    assert await watched(small, QUEUED + 2 * HOUR) == 1
    assert await watched(small, QUEUED + 2 * HOUR) == 0  # the next text has its own time
    assert await surveys(small, ticket) == 2
    assert (await now(small, ticket)).callback_attempts == 1


async def test_three_texts_in_vain_close_the_ticket_without_an_answer(small: Small) -> None:
    await storm(small)
    ticket, at = await visited(small), QUEUED
    for _ in range(40):  # two days, hour by hour
        at += HOUR
        await watched(small, at)
    closed = await now(small, ticket)
    assert (closed.stage, closed.satisfied, closed.callback_attempts) == ("closed", None, 3)
    assert await surveys(small, ticket) == 3
    assert (await kinds(small, ticket))[-4:] == ["callback_tried", "callback_tried", "callback_tried", "closed"]
    assert await due(small, at) == []
    assert (await audit(small.db, small.desk.packs)).clean


async def test_an_answer_to_a_text_or_by_telephone_ends_it_at_once(small: Small) -> None:
    await storm(small)
    ticket = await visited(small)
    said = Answer(satisfied=True, power_back=True)
    closed = await callbacks.answer(small.desk, ticket.id, said, by=person("seat"), report=Report(), at=QUEUED + MINUTE)
    assert (closed.stage, closed.satisfied) == ("closed", True)
    assert await watched(small, QUEUED + 3 * HOUR) == 0


@pytest.mark.parametrize(
    "said",
    [{"hazard": True}, {"protected": Protected.SENSITIVE}, {"phone": "0574-65710000"}],
    ids=lambda s: next(iter(s)),
)
async def test_danger_protected_customers_and_land_lines_are_called_in_a_storm_too(
    small: Small, said: dict[str, object]
) -> None:
    await storm(small)
    ticket = await visited(small, **said)
    (visit,) = await due(small, QUEUED)
    assert (visit.way, visit.due) == ("call", True)
    assert "survey" not in await messages(small, ticket)
    assert await watched(small, QUEUED + 24 * HOUR) == 0


async def test_who_was_dissatisfied_is_called_when_his_ticket_is_done_again(small: Small) -> None:
    await storm(small)
    ticket = await visited(small)
    said = Answer(satisfied=False, power_back=True, text="等了很久")
    again = await callbacks.answer(small.desk, ticket.id, said, by=person("seat"), report=Report(), at=minutes(11))
    assert again.reopened_n == 1
    found = e.Located(fault_point="东街支线6号杆", ownership="grid", etr_at=minutes(180), photos=("photo-2",))
    for n, (action, who, event) in enumerate(again_road(found), start=12):
        again = await small.does(again, action, who, event, at=minutes(n))
    (visit,) = await due(small, minutes(30))
    assert (visit.way, visit.due, visit.ticket.stage) == ("call", True, "callback_pending")


def again_road(found: e.Located) -> list[tuple[str, str, e.Event]]:
    steps = {action: (action, who, event) for action, who, event in ROAD}
    wanted = ["dispatch", "crew-accept", "depart", "arrive", "locate", "start-repair", "restore", "reply"]
    road = [steps[name] for name in wanted]
    road[4] = ("locate", "crew-1", found)
    return [*road, ("queue-callback", "auditor", e.CallbackQueued())]


async def test_who_complained_is_called(small: Small) -> None:
    await storm(small)
    ticket = await visited(small)
    sql = """
    INSERT INTO service_request (id, version, area, kind, request_no, is_open, ticket_id, doc)
    VALUES ('s1', 1, $1, 'complaint', 's1', true, $2, '{}')
    """
    async with small.db.connection() as connection:
        await connection.execute(sql, XIANGSHAN, ticket.id)
    (visit,) = await due(small, QUEUED + 2 * HOUR)
    assert visit.due  # he had his text before he complained
    assert await watched(small, QUEUED + 2 * HOUR) == 1
    (visit,) = await due(small, QUEUED + 2 * HOUR)
    assert (visit.way, visit.due) == ("call", True)
    assert await surveys(small, ticket) == 1


async def test_when_the_storm_is_over_who_has_not_answered_is_called(small: Small) -> None:
    await storm(small)
    ticket = await visited(small)
    await watched(small, QUEUED + 2 * HOUR)
    await storm(small, 150, mode=Mode.NORMAL)
    at = QUEUED + 5 * HOUR  # a quarter past two, after the nap
    (visit,) = await due(small, at)
    assert (visit.due, visit.ticket.callback_attempts) == (True, 1)
    assert await watched(small, at) == 0
    begun = await callbacks.begin(small.desk, ticket.id, by=person("seat"), at=at)
    assert "回访未通 1 次" in begun.visit.history


async def test_beside_the_storm_seats_call_as_ever(small: Small) -> None:
    await storm(small, area="330226")
    ticket = await visited(small)
    (visit,) = await due(small, QUEUED + 2 * HOUR)
    assert visit.due
    assert await watched(small, QUEUED + 2 * HOUR) == 0
    assert await surveys(small, ticket) == 1
