"""After the restoration: who is still dark stands in a nested incident that is as old as his report."""

import asyncio
from typing import Any

import pytest

from dispatch.accounts.rights import Forbidden
from dispatch.desk.outages import nesting
from dispatch.desk.outages.merging import consequences, merge
from dispatch.desk.room import Once, Report
from dispatch.kit.rulepack import Packs
from dispatch.tickets import events as e
from dispatch.tickets import store
from dispatch.tickets.audit import audit
from dispatch.tickets.lifecycle import WrongStage
from dispatch.tickets.model import Ticket, document
from dispatch.tickets.terms import Asking
from dispatch.tickets.words import Limit, Source, Stage
from tests.tickets.history import at as history_at
from tests.web.conftest import Centre
from tests.worlds import Small, minutes, person


async def now(small: Small, ticket: Ticket) -> Ticket:
    async with small.db.connection() as connection:
        return await store.load(connection, ticket.id)


async def family(small: Small, children: int = 3) -> tuple[Ticket, list[Ticket]]:
    """Return a parent that was restored, and its children that were restored with it."""
    parent = await small.walk(await small.call(), to="accept")
    mine = [await merged(small, await small.call(at=minutes(2 + n)), parent, at=5 + n) for n in range(children)]
    parent = await small.walk_on(parent, to="restore", start=10)
    return parent, [await now(small, child) for child in mine]


async def merged(small: Small, child: Ticket, parent: Ticket, *, at: float) -> Ticket:
    report = Report(source=Source.PHONE)
    by = person("xiangshan")
    return await merge(small.desk, child.id, into=parent.id, evidence="同一表箱", by=by, report=report, at=minutes(at))


async def says(small: Small, ticket: Ticket, live: bool, *, at: float, who: str = "seat", **more: Any) -> Ticket:
    return await nesting.answered(small.desk, ticket.id, live, Asking.CALL, person(who), minutes(at), **more)


async def test_whose_power_is_back_is_confirmed(small: Small) -> None:
    _, (child, *_) = await family(small)
    after = await says(small, child, True, at=30)
    assert (after.stage, after.confirmed_at) == (Stage.RESTORED, minutes(30))


async def test_who_is_still_dark_heads_a_nested_incident_that_began_with_his_report(small: Small) -> None:
    parent, (child, *_) = await family(small)
    after = await says(small, child, False, at=30)
    assert (after.stage, after.incident_id, after.nested_in) == (Stage.ACCEPTED, child.id, parent.id)
    assert (after.dark_since, after.restored_at, after.merged_into) == (child.reported_at, None, None)
    assert after.arrived_at == child.arrived_at  # that promise was kept; its clock does not start again
    async with small.db.connection() as connection:
        row = await connection.fetchrow("SELECT nested_in, opened_at FROM incident WHERE id = $1", child.id)
        armed = await connection.fetch("SELECT name FROM deadline WHERE ticket_id = $1 AND state = 'armed'", child.id)
    assert row is not None
    assert (row["nested_in"], row["opened_at"]) == (parent.id, child.reported_at)
    assert Limit.ARRIVE.value not in {each["name"] for each in armed}
    assert (await audit(small.db, small.desk.packs)).clean


async def test_others_of_the_same_restoration_are_merged_into_the_nested_incident_by_the_system(small: Small) -> None:
    """Golden scenario 4: the dark lateral that appears after the restoration."""
    parent, (first, second, third) = await family(small)
    head = await says(small, first, False, at=30)
    after = await says(small, second, False, at=31)
    assert (after.stage, after.merged_into, after.incident_id) == (Stage.MERGED, head.id, head.id)
    assert after.nested_in == parent.id
    async with small.db.connection() as connection:
        line = (await store.log(connection, second.id))[-1]
    assert (line.by.role, line.event.kind) == ("SYSTEM", "merged")
    assert head.ticket_no in line.event.evidence  # type: ignore[union-attr]
    assert (await now(small, third)).stage is Stage.RESTORED
    await small.walk_on(head, to="restore", start=40)
    both = [await now(small, one) for one in (first, second)]
    assert {one.stage for one in both} == {Stage.RESTORED}
    assert len({one.restored_at for one in both}) == 1
    assert (await audit(small.db, small.desk.packs)).clean


async def test_of_two_who_are_dark_at_one_instant_one_heads_the_incident(small: Small) -> None:
    _, children = await family(small, 6)
    after = await asyncio.gather(*(says(small, child, False, at=30) for child in children))
    assert sorted(one.stage.value for one in after) == ["accepted", *["merged"] * 5]
    assert len({one.incident_id for one in after}) == 1
    assert (await audit(small.db, small.desk.packs)).clean


async def test_a_nested_incident_may_leave_one_of_its_own_dark_again(small: Small) -> None:
    parent, (first, second, _) = await family(small)
    head = await says(small, first, False, at=30)
    await says(small, second, False, at=31)
    await small.walk_on(head, to="restore", start=40)
    again = await says(small, second, False, at=60)
    assert (again.stage, again.incident_id, again.nested_in) == (Stage.ACCEPTED, second.id, head.id)
    assert (again.dark_since, again.reopened_n) == (second.reported_at, 2)
    assert parent.id != again.incident_id


async def test_who_comes_out_of_the_nested_incident_keeps_his_first_arrival(small: Small) -> None:
    _, (first, second, _) = await family(small)
    await says(small, first, False, at=30)
    inside = await says(small, second, False, at=31)
    apart = await small.does(inside, "unmerge", "xiangshan", e.Unmerged(reason="另一分支"), at=minutes(32))
    assert (apart.stage, apart.incident_id, apart.arrived_at) == (Stage.ACCEPTED, second.id, second.arrived_at)
    assert apart.flags.overdue == second.flags.overdue


async def test_the_parent_s_own_customer_may_be_the_one_who_is_dark(small: Small) -> None:
    parent, (child, *_) = await family(small)
    after = await says(small, parent, False, at=30)
    assert (after.stage, after.incident_id, after.nested_in) == (Stage.ACCEPTED, parent.id, None)
    other = await says(small, child, False, at=31)
    assert (other.stage, other.merged_into) == (Stage.MERGED, parent.id)


async def test_a_hazard_that_is_still_dark_stands_alone(small: Small) -> None:
    _, (first, second, _) = await family(small)
    await says(small, first, False, at=30)
    danger = e.Corrected(reason="客户补充", hazard=True)
    await small.does(second, "correct", "xiangshan", danger, at=minutes(31))
    after = await says(small, second, False, at=32)
    assert (after.stage, after.incident_id) == (Stage.ACCEPTED, second.id)


async def test_nobody_is_asked_before_the_restoration_or_after_the_end(small: Small) -> None:
    ticket = await small.walk(await small.call(), to="arrive")
    for live in (True, False):
        with pytest.raises(WrongStage):
            await says(small, ticket, live, at=30)
    with pytest.raises(Forbidden):
        await says(small, ticket, True, at=30, who="auditor")


async def test_an_answer_sent_again_has_one_effect(small: Small) -> None:
    _, (child, *_) = await family(small)
    both = [await says(small, child, False, at=30, once=Once("answer-001", b"request")) for _ in range(2)]
    assert document(both[0]) == document(both[1])
    assert (await now(small, child)).reopened_n == 1


async def test_a_seat_enters_the_answer(centre: Centre) -> None:
    ticket = await centre.call()
    refused = await centre.tries("seat", ticket, "power-back", live=True)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "WrongStage")
    await centre.does("xiangshan", ticket, "accept")
    for command in ("dispatch", "arrive"):
        centre.set_clock(minutes(5))
        await centre.does("xiangshan", ticket, command)
    await centre.does("xiangshan", ticket, "restore", result="no_fault", cause_l1="unknown")
    sure = await centre.does("seat", ticket, "power-back", live=True, how="meter")
    assert sure["confirmed_at"]
    dark = await centre.does("seat", ticket, "power-back", live=False)
    assert (dark["stage"], dark["dark_since"]) == ("accepted", ticket["reported_at"])


def test_a_late_arrival_of_the_parents_crew_reaches_those_who_wait_for_it_and_nobody_who_was_reached_before() -> None:
    parent = history_at(Stage.ARRIVED).ticket
    late = e.Backfilled(step=e.Arrived(), happened_at=parent.arrived_at, no=1, report_id="late", in_time=True)
    waits = history_at(Stage.MERGED).ticket
    pack = Packs.load().get(waits.pack)

    def learns(child: Ticket) -> list[dict[str, Any]]:
        found = consequences(parent, late, child, pack, at=minutes(60))
        return [event.model_dump(include={"arrived_at"}) for event in found if isinstance(event, e.Followed)]

    told = [{"arrived_at": parent.arrived_at}]
    assert learns(waits) == told
    by_itself = waits.model_copy(update={"arrived_at": minutes(1)})
    assert learns(by_itself) == []
    with_it = by_itself.model_copy(update={"reached_with": "another"})
    assert learns(with_it) == told
    once_more = waits.model_copy(update={"reopened_n": 1})  # it came back before anybody had been there
    assert learns(once_more) == told
    assert learns(by_itself.model_copy(update={"reopened_n": 1})) == []
