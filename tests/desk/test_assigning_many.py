"""Many waiting tickets at once: who gets the free crews, a batch sent twice, a batch that broke off."""

import asyncio

import pytest

from dispatch.capacity import reserve
from dispatch.desk.crews.assigning import Assigned, assign_waiting
from dispatch.desk.crews.fleet import FleetKeeper
from dispatch.desk.idempotency import KeyReused
from dispatch.desk.room import Desk, Once
from dispatch.kit.errors import Refusal, Unavailable
from tests.worlds import START, XIANGSHAN, Small, minutes, person

from .sending import accepted


async def test_waiting_tickets_get_the_free_crews_and_the_rest_waits(small: Small, room: Desk) -> None:
    tickets = [await accepted(small) for _ in range(6)]
    done = await assign_waiting(room, by=person("monitor"), at=minutes(2))
    assert len(done.dispatched) == 4
    assert done.waiting == 2
    assert len({sent.crew_id for sent in done.dispatched}) == 4
    assert {sent.ticket_id for sent in done.dispatched} <= {ticket.id for ticket in tickets}
    again = await assign_waiting(room, by=person("monitor"), at=minutes(3))
    assert (again.dispatched, again.waiting) == ((), 2)
    async with small.db.connection() as connection:
        whys = [row["why"] for row in await connection.fetch("SELECT doc->'dispatches'->0->>'why' AS why FROM ticket")]
    assert sum(why is not None for why in whys) == 4


async def test_a_batch_keeps_the_reserve_the_areas_and_the_limit(small: Small, keeper: FleetKeeper) -> None:
    desk = small.desk
    async with small.db.transaction() as tx:
        await reserve.declare(tx, "330225-1", 0, by="leader", at=START)
    await keeper.survey()
    for _ in range(3):
        await accepted(small)
    elsewhere = await assign_waiting(desk, areas=["330226"], by=person("monitor"), at=minutes(2))
    assert (elsewhere.dispatched, elsewhere.waiting) == ((), 0)
    one = await assign_waiting(desk, areas=[XIANGSHAN], limit=1, by=person("monitor"), at=minutes(2))
    assert (len(one.dispatched), one.waiting) == (1, 2)
    rest = await assign_waiting(desk, by=person("monitor"), at=minutes(300))  # 城关 is two hours away: not at once
    assert (len(rest.dispatched), rest.waiting) == (2, 0)
    assert "c1" not in {sent.crew_id for sent in (*one.dispatched, *rest.dispatched)}


async def test_a_batch_sent_again_with_its_key_sends_nobody_and_tells_the_same(small: Small, room: Desk) -> None:
    for _ in range(4):
        await accepted(small)
    first = await assign_waiting(room, limit=2, by=person("monitor"), at=minutes(2), once=Once("batch-001", b"a"))
    once = Once("batch-001", b"a")
    again = await assign_waiting(room, limit=2, by=person("monitor"), at=minutes(9), once=once)
    assert (len(first.dispatched), again, once.replayed) == (2, first, True)
    with pytest.raises(KeyReused):
        await assign_waiting(room, by=person("monitor"), at=minutes(9), once=Once("batch-001", b"b"))
    assert await sent_rows(small) == sorted((one.ticket_id, one.crew_id) for one in first.dispatched)


BREAK_OFF = """
CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.crew_id IN ('c1', 'c2') THEN RAISE SQLSTATE '57P01' USING MESSAGE = 'going down'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER break_off BEFORE INSERT ON dispatch FOR EACH ROW EXECUTE FUNCTION break_off();
"""


async def test_a_batch_that_broke_off_half_way_is_ended_and_tells_of_both_halves(small: Small, room: Desk) -> None:
    for _ in range(4):
        await accepted(small)
    async with small.db.connection() as connection:
        await connection.execute(BREAK_OFF)
    with pytest.raises(Unavailable):
        await assign_waiting(room, by=person("monitor"), at=minutes(2), once=Once("batch-001", b"a"))
    half = await sent_rows(small)
    assert {crew for _, crew in half} == {"c3", "c4"}, "some were sent, some were not"
    with pytest.raises(KeyReused):
        await assign_waiting(room, by=person("monitor"), at=minutes(2), once=Once("batch-001", b"b"))
    async with small.db.connection() as connection:
        await connection.execute("DROP TRIGGER break_off ON dispatch")
    whole = await assign_waiting(room, by=person("monitor"), at=minutes(2), once=Once("batch-001", b"a"))
    rows = await sent_rows(small)
    assert set(half) < set(rows)
    assert sorted((one.ticket_id, one.crew_id) for one in whole.dispatched) == rows
    assert (len(rows), whole.waiting) == (4, 0)
    again = await assign_waiting(room, by=person("monitor"), at=minutes(3), once=Once("batch-001", b"a"))
    assert again == whole


async def sent_rows(small: Small) -> list[tuple[str, str]]:
    async with small.db.connection() as connection:
        rows = await connection.fetch("SELECT ticket_id, crew_id FROM dispatch ORDER BY 1, 2")
    return [(row["ticket_id"], row["crew_id"]) for row in rows]


async def test_the_same_batch_sent_twice_at_once_is_worked_on_once(small: Small, room: Desk) -> None:
    for _ in range(4):
        await accepted(small)

    async def ask() -> Assigned | Unavailable:
        try:
            return await assign_waiting(room, by=person("monitor"), at=minutes(2), once=Once("batch-001", b"a"))
        except Unavailable as in_hand:
            return in_hand

    answers = await asyncio.gather(*(ask() for _ in range(3)))
    told = [answer for answer in answers if isinstance(answer, Assigned)]
    later = await assign_waiting(room, by=person("monitor"), at=minutes(3), once=Once("batch-001", b"a"))
    assert told
    assert all(answer == later for answer in told)
    assert await sent_rows(small) == sorted((one.ticket_id, one.crew_id) for one in later.dispatched)


async def test_two_batches_at_the_same_time_send_nobody_twice(small: Small, room: Desk) -> None:
    for _ in range(4):
        await accepted(small)
    both = await asyncio.gather(*(assign_waiting(room, by=person("monitor"), at=minutes(2)) for _ in range(3)))
    sent = [one for outcome in both for one in outcome.dispatched]
    assert len(sent) == len({one.ticket_id for one in sent}) == len({one.crew_id for one in sent})
    async with small.db.connection() as connection:
        rows = await connection.fetch("SELECT crew_id FROM dispatch WHERE ended_at IS NULL")
    assert sorted(row["crew_id"] for row in rows) == sorted(one.crew_id for one in sent)
    left = await assign_waiting(room, by=person("monitor"), at=minutes(3))
    assert len(sent) + len(left.dispatched) == 4


async def test_an_unknown_area_is_refused_before_anything_is_sent(small: Small, room: Desk) -> None:
    await accepted(small)
    with pytest.raises(Refusal, match="9999"):
        await assign_waiting(room, areas=[XIANGSHAN, "9999"], by=person("monitor"), at=minutes(2))
    assert not room.fleet.holdings()
