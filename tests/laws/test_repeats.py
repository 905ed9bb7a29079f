"""The same request sent again gets its first answer, however late, and whatever it would be told as a new one."""

from datetime import timedelta

import pytest

from dispatch.desk.calls import TooOld
from dispatch.desk.idempotency import KeyReused
from dispatch.desk.room import Once
from tests.worlds import START, Small, call, person


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
