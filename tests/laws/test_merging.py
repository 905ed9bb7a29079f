"""Several callers, one fault point: the children follow their parent, and only when it is really theirs."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from dispatch.accounts.rights import Forbidden
from dispatch.desk.field.reports import report_batch
from dispatch.desk.field.settling import Decision, decide
from dispatch.desk.field.work import Sent
from dispatch.desk.intake.calls import Place
from dispatch.desk.outages.merging import NotProven, merge
from dispatch.desk.room import Once, Report
from dispatch.desk.supervision.waiting import suspend
from dispatch.kit.errors import NotFound, Unavailable
from dispatch.tickets import deadlines, store
from dispatch.tickets import events as e
from dispatch.tickets.audit import audit
from dispatch.tickets.events import Geo
from dispatch.tickets.fieldreports import Outcome
from dispatch.tickets.guards import Contradiction, NotMergeable
from dispatch.tickets.judged import Fault
from dispatch.tickets.lifecycle import WrongStage
from dispatch.tickets.loopguards import WaitsWithParent
from dispatch.tickets.model import Ticket, document
from dispatch.tickets.review import judge
from dispatch.tickets.terms import SuspendReason, Waiver
from dispatch.tickets.words import Category, Cause, Limit, Ownership, Result, Source, Stage, Symptom
from tests.worlds import CANCEL, DONE, FOUND, IN_NINGHAI, SENT, Small, minutes, person


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


async def test_a_child_that_is_taken_out_again_is_as_late_as_if_it_had_never_been_merged(small: Small) -> None:
    """Its own arrival broke before it was merged with a parent whose crew was there in time."""
    parent = await small.walk(await small.call(), to="arrive", start=26)
    child = await accepted(small)
    await deadlines.fire_due(small.db, small.desk.packs, now=minutes(47))
    child = await merged(small, child, parent, at=minutes(50), who="monitor", override="班组确认同一分支线断线")
    assert Limit.ARRIVE not in child.flags.overdue
    child = await small.does(child, "unmerge", "xiangshan", e.Unmerged(reason="非同一故障"), at=minutes(55))
    assert (child.arrived_at, Limit.ARRIVE in child.flags.overdue) == (None, True)
    sent = SENT.model_copy(update={"crew_id": "c2", "depot": "330225-2"})
    await small.does(child, "dispatch", "xiangshan", sent, at=minutes(56))
    after = await small.does(child, "arrive", "crew-2", e.Arrived(), at=minutes(71))
    assert (after.arrived_at, Limit.ARRIVE in after.flags.overdue) == (minutes(71), True)
    async with small.db.connection() as connection:
        log = await store.log(connection, child.id)
    found = judge(log, small.desk.pack, at=minutes(72), by="system").review.breaches
    (late,) = [one for one in found if one.fault is Fault.LATE_ARRIVE]
    assert (late.actual_at, late.late_min) == (minutes(71), 26)
    assert (await audit(small.db, small.desk.packs)).clean


FAR = Place(lon=121.94, lat=29.21, crs="wgs84")  # 石浦, 31 km from 丹城


@pytest.mark.parametrize(
    ("at", "said"),
    [(1, {"place": FAR, "address": "石浦镇1号"}), (40, {}), (1, {"symptom": Symptom.METER_FAULT})],
    ids=["thirty kilometres away", "half an hour later", "another symptom"],
)
async def test_a_merge_by_hand_is_held_to_what_a_proposal_is(small: Small, at: float, said: dict[str, Any]) -> None:
    parent = await small.walk(await small.call(), to="arrive")
    child = await accepted(small, at=at, **said)
    with pytest.raises(NotProven, match="省监控"):
        await merged(small, child, parent, at=minutes(at + 2))
    with pytest.raises(Forbidden):
        await merged(small, child, parent, at=minutes(at + 2), override="现场确认同一电缆故障")
    after = await merged(small, child, parent, at=minutes(at + 2), who="monitor", override="现场确认同一电缆故障")
    assert after.stage is Stage.MERGED
    async with small.db.connection() as connection:
        log = await store.log(connection, child.id)
    (word,) = judge(log, small.desk.pack, at=minutes(90), by="system").review.evidence.overridden
    assert (word.by, word.role, word.into, word.reason) == (
        "monitor",
        "PROVINCE_MONITOR",
        parent.id,
        "现场确认同一电缆故障",
    )


async def test_who_is_near_a_child_is_near_its_parent_and_needs_nobody_s_word(small: Small) -> None:
    parent = await accepted(small)
    near = await merged(small, await accepted(small, at=20), parent, at=minutes(22), override="不需要")
    late = await merged(small, await accepted(small, at=45), parent, at=minutes(47))
    assert (near.merged_into, late.merged_into) == (parent.id, parent.id)
    async with small.db.connection() as connection:
        log = await store.log(connection, near.id)
    assert [entry.event.override for entry in log if isinstance(entry.event, e.Merged)] == [None]


@pytest.mark.parametrize("said", [{"hazard": True}, {"protected": "life_support"}])
async def test_a_danger_or_a_protected_customer_is_a_parent_on_the_province_s_word_only(
    small: Small, said: dict[str, Any]
) -> None:
    parent = await accepted(small, **said)
    child = await accepted(small)
    with pytest.raises(NotProven):
        await merged(small, child, parent, at=minutes(3))
    after = await merged(small, child, parent, at=minutes(3), who="monitor", override="断线落地致该分支停电")
    assert after.merged_into == parent.id


async def test_nobody_s_word_merges_what_is_never_a_child(small: Small) -> None:
    parent, child = await accepted(small), await accepted(small, hazard=True)
    with pytest.raises(NotMergeable, match="涉及险情"):
        await merged(small, child, parent, at=minutes(3), who="monitor", override="同一处")


WAITS = {"reason": SuspendReason.MATERIAL, "text": "等待变压器"}


async def waits(small: Small, ticket: Ticket, *, at: float, until: float) -> Ticket:
    report = Report(source=Source.PHONE)
    by, until_at = person("xiangshan"), minutes(until)
    return await suspend(small.desk, ticket.id, until_at=until_at, by=by, report=report, at=minutes(at), **WAITS)  # type: ignore[arg-type]


async def test_a_child_waits_while_its_parent_waits_and_goes_on_with_it(small: Small) -> None:
    parent = await small.walk(await small.call(), to="start-repair")
    child = await merged(small, await accepted(small, at=10), parent, at=minutes(12))
    await waits(small, parent, at=20, until=80)
    late = await merged(small, await accepted(small, at=25), parent, at=minutes(27))
    assert [(one.flags.suspended, one.suspended_until) for one in (await now(small, child), late)] == [
        (True, minutes(80)),
        (True, minutes(80)),
    ]
    await small.does(parent, "resume", "xiangshan", e.Resumed(), at=minutes(50))
    after = await now(small, child)
    assert (after.flags.suspended, after.paused_s, after.stage) == (False, 30 * 60, Stage.MERGED)
    assert (await now(small, late)).paused_s == 23 * 60
    await waits(small, parent, at=60, until=70)
    await deadlines.fire_due(small.db, small.desk.packs, now=minutes(75))  # by itself, at the minute approved
    assert [(one.flags.suspended, one.paused_s) for one in (await now(small, parent), await now(small, child))] == [
        (False, 40 * 60),
        (False, 40 * 60),
    ]
    assert (await audit(small.db, small.desk.packs)).clean


async def test_a_child_whose_wait_no_worker_ended_waits_again_with_its_parent(small: Small) -> None:
    parent = await small.walk(await small.call(), to="start-repair")
    child = await merged(small, await accepted(small, at=10), parent, at=minutes(12))
    await waits(small, parent, at=20, until=40)
    await waits(small, parent, at=60, until=90)
    after = await now(small, child)
    assert (after.suspended_until, after.paused_s) == (minutes(90), 20 * 60)


async def test_a_child_that_is_taken_out_goes_on_and_does_not_wait_by_itself(small: Small) -> None:
    parent = await small.walk(await small.call(), to="start-repair")
    child = await merged(small, await accepted(small, at=10), parent, at=minutes(12))
    with pytest.raises(WaitsWithParent, match="随主单"):
        await waits(small, child, at=15, until=60)
    await waits(small, parent, at=20, until=80)
    with pytest.raises(WaitsWithParent):
        await small.does(child, "resume", "xiangshan", e.Resumed(), at=minutes(25))
    after = await small.does(child, "unmerge", "xiangshan", e.Unmerged(reason="不是同一处"), at=minutes(30))
    assert (after.flags.suspended, after.suspended_until, after.suspended_at) == (False, None, None)


async def test_what_a_parent_s_crew_reports_late_reaches_its_children(small: Small) -> None:
    """The crew had no network: its arrival is known after the repair, and counts for all (2.8.4)."""
    parent = await accepted(small)
    child = await merged(small, await accepted(small, at=1), parent, at=minutes(3))
    await small.does(parent, "dispatch", "xiangshan", SENT, at=minutes(4))
    gone = e.Restored(cause_l1=Cause.NATURE, waiver=Waiver.UPSTREAM, field_record="试送成功")
    await small.does(parent, "restore", "crew-1", gone, at=minutes(60))
    assert (await now(small, child)).arrived_at is None
    report = Sent("r-1", "arrive", minutes(30), ticket_id=parent.id, event=e.Arrived(), geo=Geo(121.87, 29.48, 12.0))
    (found,) = await report_batch(small.desk, [report], by=person("crew-1"), at=minutes(70))
    assert found.outcome in (Outcome.ACCEPTED, Outcome.CONTRADICTION), found.reason
    if found.outcome is Outcome.CONTRADICTION:
        decision = Decision(accept=True, text="已核实,确在现场")
        await decide(small.desk, found.id, decision, by=person("xiangshan"), at=minutes(71))
    assert (await now(small, parent)).arrived_at == minutes(30)
    after = await now(small, child)
    assert (after.arrived_at, after.stage) == (minutes(30), Stage.RESTORED)
    assert (await audit(small.db, small.desk.packs)).clean


async def test_a_late_word_of_the_parent_s_crew_changes_what_its_children_are_promised(small: Small) -> None:
    parent = await small.walk(await small.call(), to="arrive")
    child = await merged(small, await accepted(small, at=6), parent, at=minutes(8))
    await small.does(parent, "locate", "crew-1", FOUND.model_copy(update={"etr_at": None}), at=minutes(20))
    await small.does(parent, "start-repair", "crew-1", e.RepairStarted(), at=minutes(40))
    await small.does(parent, "progress", "crew-1", e.Progressed(text="即将完工"), at=minutes(50))
    told = e.Progressed(text="需更换变压器", etr_at=minutes(150))
    late = Sent("r-2", "progress", minutes(30), ticket_id=parent.id, event=told)
    (found,) = await report_batch(small.desk, [late], by=person("crew-1"), at=minutes(60))
    assert found.outcome is Outcome.ACCEPTED, found.reason
    assert (await now(small, parent)).etr_at == minutes(150)
    assert (await now(small, child)).etr_at == minutes(150)
