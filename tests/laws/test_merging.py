"""Several callers, one fault point: the children follow their parent, and only when it is really theirs."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from dispatch.desk.outages.merging import merge
from dispatch.desk.room import Once, Report
from dispatch.kit.errors import NotFound, Unavailable
from dispatch.tickets import deadlines, store
from dispatch.tickets import events as e
from dispatch.tickets.audit import audit
from dispatch.tickets.guards import Contradiction, NotMergeable
from dispatch.tickets.lifecycle import WrongStage
from dispatch.tickets.model import Ticket, document
from dispatch.tickets.words import Category, Limit, Ownership, Result, Source, Stage
from tests.worlds import CANCEL, DONE, IN_NINGHAI, Small, minutes, person


async def merged(
    small: Small, child: Ticket, parent: Ticket, *, at: datetime, who: str = "xiangshan", **more: Any
) -> Ticket:
    return await merge(
        small.desk,
        child.id,
        into=parent.id,
        evidence="同一表箱,同时报无电",
        by=person(who),
        report=Report(source=Source.PHONE),
        at=at,
        **more,
    )


async def accepted(small: Small, *, at: float = 0, **said: Any) -> Ticket:
    return await small.does(
        await small.call(at=minutes(at), **said), "accept", "xiangshan", e.Accepted(), at=minutes(at + 1)
    )


async def now(small: Small, ticket: Ticket) -> Ticket:
    async with small.db.connection() as connection:
        return await store.load(connection, ticket.id)


async def test_five_callers_of_one_box_are_one_incident_and_one_crew_restores_them_all(small: Small) -> None:
    """Golden scenario 3."""
    parent = await accepted(small)
    children = [await merged(small, await accepted(small, at=n), parent, at=minutes(n + 2)) for n in range(1, 5)]
    assert {child.incident_id for child in children} == {parent.id}
    assert {child.merged_into for child in children} == {parent.id}
    parent = await small.walk_on(parent, to="restore", start=9)
    for child in children:
        after = await now(small, child)
        assert (after.stage, after.restored_at, after.result) == (Stage.RESTORED, parent.restored_at, Result.RESTORED)
        assert after.cause_l1 is parent.cause_l1
        assert after.etr_at == parent.etr_at
        assert after.arrived_at == parent.arrived_at
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT count(DISTINCT crew_id) FROM dispatch") == 1
        assert await store.children(connection, parent.id) == []
    assert (await audit(small.db, small.desk.packs)).clean


async def test_a_child_that_called_after_the_crew_was_there_is_reached_at_once(small: Small) -> None:
    parent = await small.walk(await small.call(), to="arrive")
    child = await merged(small, await accepted(small, at=20), parent, at=minutes(22))
    assert child.arrived_at == minutes(20)
    assert await overdue(small, child, at=minutes(100)) == ()


async def test_a_child_s_arrival_clock_runs_until_the_parent_s_crew_is_there(small: Small) -> None:
    parent = await accepted(small)
    child = await merged(small, await accepted(small), parent, at=minutes(3))
    assert await overdue(small, child, at=minutes(46)) == (Limit.ARRIVE,)


async def overdue(small: Small, ticket: Ticket, *, at: datetime) -> tuple[Limit, ...]:
    """Let somebody chase the ticket, which fires what has run out, and return the flags."""
    return (await small.does(ticket, "chase", "seat", e.Chased(), at=at)).flags.overdue


async def test_a_new_promise_of_the_crew_is_on_every_child(small: Small) -> None:
    parent = await accepted(small)
    child = await merged(small, await accepted(small), parent, at=minutes(3))
    parent = await small.walk_on(parent, to="start-repair", start=4)
    later = e.Progressed(text="电缆需更换", etr_at=minutes(300))
    await small.does(parent, "progress", "crew-1", later, at=minutes(30))
    assert (await now(small, child)).etr_at == minutes(300)
    version = (await now(small, child)).version
    await small.does(parent, "progress", "crew-1", e.Progressed(text="仍在更换"), at=minutes(60))
    assert (await now(small, child)).version == version


@pytest.mark.parametrize("end", ["cancel", "customer_side", "no_fault"])
async def test_if_the_parent_was_no_common_fault_its_children_stand_on_their_own_feet(small: Small, end: str) -> None:
    parent = await accepted(small)
    child = await merged(small, await accepted(small), parent, at=minutes(3))
    if end == "cancel":
        await small.does(parent, "cancel", "seat", CANCEL, at=minutes(5))
    else:
        parent = await small.walk_on(parent, to="arrive", start=4)
        inside = e.Restored(
            result=Result(end), ownership=Ownership.CUSTOMER, field_record="表后开关跳闸,已说明", photos=("p",)
        )
        await small.does(parent, "restore", "crew-1", inside, at=minutes(10))
    after = await now(small, child)
    assert (after.stage, after.incident_id, after.merged_into, after.arrived_at) == (
        Stage.ACCEPTED,
        child.id,
        None,
        None,
    )
    assert (await audit(small.db, small.desk.packs)).clean


async def test_a_child_is_taken_out_again_with_a_reason(small: Small) -> None:
    parent = await accepted(small)
    child = await merged(small, await accepted(small), parent, at=minutes(3))
    apart = await small.does(child, "unmerge", "xiangshan", e.Unmerged(reason="邻居有电,该户仍无电"), at=minutes(5))
    assert (apart.stage, apart.incident_id) == (Stage.ACCEPTED, child.id)
    await small.walk_on(parent, to="restore", start=6)
    assert (await now(small, child)).stage is Stage.ACCEPTED


@pytest.mark.parametrize(
    "said", [{"hazard": True}, {"category": Category.PQ}, {"category": Category.CUST}, {"protected": "life_support"}]
)
async def test_a_ticket_that_stands_apart_is_not_merged(small: Small, said: dict[str, Any]) -> None:
    """Golden scenario 25."""
    parent = await accepted(small)
    with pytest.raises(NotMergeable):
        await merged(small, await accepted(small, **said), parent, at=minutes(3))


async def test_a_parent_is_accepted_and_not_yet_restored(small: Small) -> None:
    child = await accepted(small)
    waiting = await small.call()
    with pytest.raises(NotMergeable, match="已派发待接单"):
        await merged(small, child, waiting, at=minutes(3))
    done = await small.walk(await small.call(), to="restore")
    with pytest.raises(NotMergeable, match="已复电"):
        await merged(small, child, done, at=minutes(30))
    inside = await accepted(small, category=Category.CUST)
    with pytest.raises(NotMergeable, match="客户内部故障"):
        await merged(small, child, inside, at=minutes(3))


async def test_there_are_no_chains_and_no_circles(small: Small) -> None:
    first, second, third = [await accepted(small) for _ in range(3)]
    with pytest.raises(Contradiction):
        await merged(small, first, first, at=minutes(3))
    await merged(small, first, second, at=minutes(3))
    with pytest.raises(NotMergeable, match="已有副单"):
        await merged(small, second, third, at=minutes(4))
    with pytest.raises(NotMergeable, match="已归并"):
        await merged(small, third, first, at=minutes(4))


async def test_two_who_merge_each_into_the_other_do_not_both_succeed(small: Small) -> None:
    first, second = await accepted(small), await accepted(small)
    done = await asyncio.gather(
        merged(small, first, second, at=minutes(3)), merged(small, second, first, at=minutes(3)), return_exceptions=True
    )
    refusals = [each for each in done if not isinstance(each, Ticket)]
    assert len(refusals) == 1
    assert isinstance(refusals[0], NotMergeable | WrongStage | Unavailable)
    assert (await audit(small.db, small.desk.packs)).clean


async def test_merging_while_the_parent_is_restored_leaves_nobody_behind(small: Small) -> None:
    parent = await small.walk(await small.call(), to="start-repair")
    children = [await accepted(small) for _ in range(6)]
    await asyncio.gather(
        *(merged(small, child, parent, at=minutes(20)) for child in children),
        small.does(parent, "restore", "crew-1", DONE, at=minutes(20)),
        return_exceptions=True,
    )
    stages = {(await now(small, child)).stage for child in children}
    assert stages <= {Stage.ACCEPTED, Stage.RESTORED}
    assert (await audit(small.db, small.desk.packs)).clean


async def test_a_merge_is_for_the_county_s_dispatcher_and_between_tickets_he_may_see(small: Small) -> None:
    parent = await accepted(small)
    there = await small.call(place=IN_NINGHAI)
    there = await small.does(there, "accept", "ninghai", e.Accepted(), at=minutes(1))
    with pytest.raises(NotFound):
        await merged(small, there, parent, at=minutes(3), who="ninghai")
    with pytest.raises(NotFound):
        await merged(small, there, parent, at=minutes(3), who="xiangshan")


async def test_a_merge_sent_again_has_one_effect(small: Small) -> None:
    parent, child = await accepted(small), await accepted(small)
    answers = [await merged(small, child, parent, at=minutes(3), once=Once("merge-0001", b"request")) for _ in range(2)]
    assert document(answers[0]) == document(answers[1])
    assert document(await now(small, child)) == document(answers[0])
    async with small.db.connection() as connection:
        kinds = [entry.event.kind for entry in await store.log(connection, child.id)]
    assert kinds.count("merged") == 1


async def test_a_late_report_of_the_parent_does_not_make_a_child_s_time_run_backwards(small: Small) -> None:
    """The crew restored at 9:20, said so at 9:24; the child was merged at 9:22."""
    parent = await small.walk(await small.call(), to="start-repair")
    child = await merged(small, await accepted(small, at=19), parent, at=minutes(22))
    parent = await small.does(parent, "restore", "crew-1", DONE, at=minutes(24), claimed_at=minutes(20))
    assert parent.restored_at == minutes(20)
    assert (await now(small, child)).restored_at == minutes(22)


async def test_a_child_merged_late_was_reached_when_the_parent_was(small: Small) -> None:
    parent = await small.walk(await small.call(), to="arrive")
    child = await small.call(at=minutes(1))
    child = await small.does(child, "accept", "xiangshan", e.Accepted(), at=minutes(2))
    await deadlines.fire_due(small.db, small.desk.packs, now=minutes(47))
    async with small.db.connection() as connection:
        assert Limit.ARRIVE in (await store.load(connection, child.id)).flags.overdue
    after = await merged(small, child, parent, at=minutes(48))
    assert after.arrived_at == parent.arrived_at
    assert Limit.ARRIVE not in after.flags.overdue
    assert (await audit(small.db, small.desk.packs)).clean
