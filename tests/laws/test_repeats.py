"""The same request sent again gets its first answer, however late, and whatever it would be told as a new one."""

from datetime import timedelta

import pytest

from dispatch.desk.idempotency import KeyReused
from dispatch.desk.intake.calls import TooOld
from dispatch.desk.room import Once, Report
from dispatch.desk.steps import step
from dispatch.kit.errors import NotFound
from dispatch.tickets.events import Event
from dispatch.tickets.model import Ticket, document
from dispatch.tickets.words import Source
from tests.worlds import ROAD, START, Small, call, minutes, person


async def test_a_call_whose_answer_was_lost_gets_it_even_when_it_has_grown_too_old(small: Small) -> None:
    said, next_day, seat = call(call_at=START), START + timedelta(hours=25), person("seat")
    first = await small.intake.log_call(said, by=seat, at=START, once=Once("lost-0001", b"request"))
    again = await small.intake.log_call(said, by=seat, at=next_day, once=Once("lost-0001", b"request"))
    assert (again.call_id, again.ticket, again.replayed) == (first.call_id, first.ticket, True)
    with pytest.raises(KeyReused):
        await small.intake.log_call(said, by=seat, at=next_day, once=Once("lost-0001", b"another"))
    with pytest.raises(TooOld):
        await small.intake.log_call(said, by=seat, at=next_day, once=Once("late-0001", b"request"))
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM call") == 1


async def test_a_crew_whose_answer_was_lost_gets_it_although_the_ticket_is_no_longer_its_own(small: Small) -> None:
    who, event = next((who, event) for action, who, event in ROAD if action == "restore")
    repaired = await small.walk(await small.call(), to="start-repair")
    first, again = [await _step(small, repaired, who, event, Once("restore-01", b"request")) for _ in range(2)]
    assert document(again) == document(first)
    assert first.stage == "restored"
    with pytest.raises(NotFound):
        await _step(small, repaired, who, event, Once("restore-02", b"request"))


async def _step(small: Small, ticket: Ticket, who: str, event: Event, once: Once) -> Ticket:
    by, report = person(who), Report(source=Source.APP)
    return await step(
        small.desk, ticket.id, event, action="ticket.restore", by=by, report=report, at=minutes(60), once=once
    )
